"""Settings of the service, from the environment."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """Where the service listens.

    Parameters
    ----------
    host : str
        ``HIENTRUONG_HOST``; only this machine by default.
    port : int
        ``HIENTRUONG_PORT``.
    """

    model_config = SettingsConfigDict(env_prefix="HIENTRUONG_", env_ignore_empty=True, frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
