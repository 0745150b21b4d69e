"""JSON Web Tokens of the operator's identity provider: issuer, audience and algorithms pinned, keys by JWKS."""

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import jwt
from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from starlette.concurrency import run_in_threadpool

from api.jwks import Jwks
from api.settings import listed
from geo.access import Caller
from geo.errors import SetupError
from geo.store.settings import read_settings
from geo.vocabulary import ROLES

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


class Tokens:
    """Tells who shows a token.

    Parameters
    ----------
    settings : TokenSettings
        With issuer and audience.
    keys : Jwks
    """

    def __init__(self, settings: TokenSettings, keys: Jwks) -> None:
        self._settings = settings
        self._keys = keys

    async def caller(self, token: str) -> Caller | None:
        """Tell who shows this token; None if it isn't to be trusted or names no role of ours."""
        try:
            id = jwt.get_unverified_header(token).get("kid", "")
            key = self._keys.fresh(id) or await run_in_threadpool(self._keys.find, id)
            return None if key is None else self._caller(self._claims(token, key))
        except jwt.PyJWTError:
            return None

    def _claims(self, token: str, key: jwt.PyJWK) -> dict[str, Any]:
        return jwt.decode(
            token,
            key,
            algorithms=list(self._settings.algorithms),
            issuer=self._settings.issuer,
            audience=self._settings.audience,
            leeway=self._settings.leeway_s,
            options={"require": ["exp", "iss", "aud", "sub"]},
        )

    def _caller(self, claims: dict[str, Any]) -> Caller | None:
        role, unit = claims.get(self._settings.role_claim), claims.get(self._settings.unit_claim)
        name = f"token:{claims['sub']}"
        if role == "officer":
            return Caller(role, name, unit) if isinstance(unit, str) and unit else None
        return Caller(role, name) if role in ROLES[1:] else None


def configured_tokens() -> Tokens | None:
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
    return Tokens(settings, Jwks(needed["jwks_url"]))
