"""Who asks."""

from typing import Annotated

from fastapi import Depends

from geo.access import Caller


async def _calling() -> Caller:
    """Tell who asks: this service has no keys yet, so whoever reaches it is its owner."""
    return Caller("admin", "local")


Calling = Annotated[Caller, Depends(_calling)]
