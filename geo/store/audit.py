"""The audit trail: written in the transaction that shows what it tells of, so that nothing is shown without a trace."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Connection, insert

from geo.access import Caller
from geo.store.schema import Audit

MOST_NAMED = 100
"""So many reports of one answer are written down one by one: a page of the list; more are a download."""


def record(connection: Connection, caller: Caller, what: str, report: UUID | None = None) -> None:
    """Write down what somebody was shown or did.

    Parameters
    ----------
    connection : Connection
        In the transaction that reads or writes what it is about.
    caller : Caller
    what : str
        ``read``, or what was done to a key.
    report : UUID, optional
        The report that was shown.
    """
    entry = insert(Audit).values(caller=caller.name, role=caller.role, what=what, report_id=report)
    connection.execute(entry.inline())  # its number isn't asked for: who writes here may not be allowed to read


def record_told(connection: Connection, caller: Caller, reports: Collection[UUID]) -> None:
    """Write down which reports somebody was told together; of more than `MOST_NAMED` only how many they were."""
    if len(reports) > MOST_NAMED:
        record(connection, caller, f"read {len(reports)} reports")
    elif reports:
        entries = [{"caller": caller.name, "role": caller.role, "what": "read", "report_id": id} for id in reports]
        connection.execute(insert(Audit).inline(), entries)
