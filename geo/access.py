"""Who asks: a role, for an officer the unit, and the name that events and the audit trail carry."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Caller:
    """One who asks, as a key or a token told us; who shows neither is the :data:`PUBLIC`.

    Parameters
    ----------
    role : str
        One of ROLES.
    name : str
        Of the key or the token's subject, for events and the audit trail; never a person's name.
    unit_code : str, optional
        The unit whose reports an officer may see and change; None for every other role.
    """

    role: str
    name: str
    unit_code: str | None = None


PUBLIC = Caller("public", "public")
