"""Whose tokens are taken, by the environment."""

from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from api.settings import listed
from geo.errors import SetupError
from geo.store.settings import read_settings

if TYPE_CHECKING:
    from api.tokens import Tokens

# By public keys only: with HS256 whoever can check a token could make one, too.
Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class TokenSettings(BaseSettings):
    """Whose tokens are taken; none, unless issuer, audience and jwks_url are set.

    Parameters
    ----------
    issuer, audience : str
        ``HIENTRUONG_JWT_ISSUER``, ``HIENTRUONG_JWT_AUDIENCE``: the only ones that are taken.
    jwks_url : str
        ``HIENTRUONG_JWT_JWKS_URL``: https, or http on this machine.
    algorithms : tuple of str
        ``HIENTRUONG_JWT_ALGORITHMS``, with commas; RS256, ES256 by default.
    role_claim, unit_claim : str
        ``HIENTRUONG_JWT_ROLE_CLAIM``, ``HIENTRUONG_JWT_UNIT_CLAIM``: where a token says its role and an officer's unit.
    leeway_s : int
        ``HIENTRUONG_JWT_LEEWAY_S``: how far clocks may differ.
    """

    model_config = SettingsConfigDict(env_prefix="HIENTRUONG_JWT_", env_ignore_empty=True, frozen=True)

    issuer: str | None = None
    audience: str | None = None
    jwks_url: str | None = None
    algorithms: Annotated[tuple[Algorithm, ...], NoDecode, BeforeValidator(listed)] = ("RS256", "ES256")
    role_claim: str = "role"
    unit_claim: str = "unit"
    leeway_s: int = Field(default=30, ge=0, le=300)


def configured_tokens() -> "Tokens | None":
    """Take tokens as the environment says; None if it says nothing of them.

    Raises
    ------
    SetupError
        It says not enough, or the keys would come over an open line.
    """
    settings = read_settings(TokenSettings)
    needed = {name: getattr(settings, name) for name in ("issuer", "audience", "jwks_url")}
    missing = [f"HIENTRUONG_JWT_{name.upper()}" for name, value in needed.items() if value is None]
    if len(missing) == len(needed):
        return None
    if missing:
        raise SetupError(f"tokens need {' and '.join(missing)}, too; without any of them no tokens are taken")
    url = urlsplit(needed["jwks_url"])
    if url.scheme != "https" and not (url.scheme == "http" and url.hostname in _LOOPBACK):
        raise SetupError("HIENTRUONG_JWT_JWKS_URL: keys that are trusted come by https")
    from api.jwks import Jwks  # late: a service without tokens starts sooner
    from api.tokens import Tokens

    return Tokens(settings, Jwks(needed["jwks_url"]))
