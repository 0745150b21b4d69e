"""Settings of the service, from the environment."""

from ipaddress import IPv4Network, IPv6Network
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def listed(value: object) -> object:
    """Split a text at its commas.

    Examples
    --------
    >>> listed("10.0.0.0/8, ::1")
    ['10.0.0.0/8', '::1']
    """
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def tiles(address: str) -> str:
    """Check the address of map tiles.

    Examples
    --------
    >>> tiles("https://tiles.example.org/{z}/{x}/{y}.png")
    'https://tiles.example.org/{z}/{x}/{y}.png'
    >>> tiles("tiles.example.org/{z}/{x}/{y}.png")
    Traceback (most recent call last):
    ...
    ValueError: give an address like https://tiles.example.org/{z}/{x}/{y}.png
    """
    parts = urlsplit(address)
    host_only = parts.netloc.isascii() and not set(parts.netloc) & set("{}@;, '\"")
    if parts.scheme not in ("http", "https") or not (parts.netloc and host_only) or not _has_place(parts.path):
        raise ValueError("give an address like https://tiles.example.org/{z}/{x}/{y}.png")
    return address


def _has_place(path: str) -> bool:
    return all(f"{{{name}}}" in path for name in "zxy")


class ServiceSettings(BaseSettings):
    """Where the service listens, and how much it takes.

    Parameters
    ----------
    host : str
        ``HIENTRUONG_HOST``; only this machine by default.
    port : int
        ``HIENTRUONG_PORT``.
    rate_public : int
        ``HIENTRUONG_RATE_PUBLIC``: requests a minute from one address without a key; 0 for no limit.
    rate_key : int
        ``HIENTRUONG_RATE_KEY``: requests a minute by one key or token; 0 for no limit.
    trusted_proxies : tuple of networks
        ``HIENTRUONG_TRUSTED_PROXIES``, with commas: whose X-Forwarded-For is believed; nobody's by default.
    contact : str
        ``HIENTRUONG_CONTACT``: whom Open311's discovery tells to ask; "the operator" by default.
    basemap : str, optional
        ``HIENTRUONG_BASEMAP``: address of map tiles that the page shows below its hexagons; none by default.
    basemap_credit : str
        ``HIENTRUONG_BASEMAP_CREDIT``: whose map it is, as its licence asks to say.
    """

    model_config = SettingsConfigDict(env_prefix="HIENTRUONG_", env_ignore_empty=True, frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    rate_public: int = Field(default=1200, ge=0)
    rate_key: int = Field(default=600_000, ge=0)
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(listed)] = ()
    contact: str = Field(default="", max_length=500)
    basemap: Annotated[str, AfterValidator(tiles)] | None = None
    basemap_credit: str = Field(default="", max_length=200)
