"""JSON Web Tokens of the operator's identity provider: issuer, audience and algorithms pinned, keys by JWKS."""

from typing import Any

import jwt
from starlette.concurrency import run_in_threadpool

from api.jwks import Jwks
from api.token_settings import TokenSettings
from geo.access import Caller
from geo.vocabulary import ROLES


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
