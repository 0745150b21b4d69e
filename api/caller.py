"""Who asks, and whether they may."""

from collections.abc import Collection
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request
from starlette.exceptions import HTTPException

from api.gate import CHALLENGE
from geo.access import PUBLIC, Caller


async def _calling(request: Request) -> Caller:
    """Give who asks, as the gate found out."""
    caller: Caller = request.scope["caller"]
    return caller


Calling = Annotated[Caller, Depends(_calling)]


def require(caller: Caller, roles: Collection[str], what: str) -> None:
    """Let nobody pass who has none of these roles.

    Parameters
    ----------
    caller : Caller
    roles : collection of str
    what : str
        What they are needed for.

    Raises
    ------
    HTTPException
        401 for who has shown nothing, 403 for who has another role; both name the roles.
    """
    if caller.role in roles:
        return
    needed = f"{what} is for {' and '.join(roles)}"
    if caller is PUBLIC:
        raise HTTPException(
            HTTPStatus.UNAUTHORIZED,
            f"{needed}: send a key as X-API-Key or Authorization: Bearer; `hientruong keys create` makes one",
            {"www-authenticate": CHALLENGE},
        )
    raise HTTPException(HTTPStatus.FORBIDDEN, f"{needed}; this key's role is {caller.role}")
