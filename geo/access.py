"""Who asks: a role, for an officer the unit, and the name that events and the audit trail carry."""

from dataclasses import dataclass

SEES_REPORTS = ("router", "planner", "officer", "analyst", "admin")
"""Who may read single reports; an officer those of the own unit only."""

SEES_SMALL_COUNTS = ("planner", "officer", "analyst", "admin")
"""Who is told counts of a few people, which are hidden from everybody else."""


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

    Examples
    --------
    >>> PUBLIC.sees_small_counts, Caller("planner", "key:1f").sees_small_counts
    (False, True)
    """

    role: str
    name: str
    unit_code: str | None = None

    @property
    def sees_small_counts(self) -> bool:
        """Whether counts of a few people are told, too."""
        return self.role in SEES_SMALL_COUNTS


PUBLIC = Caller("public", "public")
