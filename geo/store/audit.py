"""The audit trail: written in the transaction that shows what it tells of, so that nothing is shown without a trace."""

from uuid import UUID

from sqlalchemy import Connection, insert

from geo.access import Caller
from geo.store.schema import Audit


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
