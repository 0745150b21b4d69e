"""Row-level security: in an officer's transaction PostgreSQL itself shows the reports of one unit, and no others.

The officer's transaction gives up the service's own role for :data:`OFFICER`, which owns nothing, may read no partition
directly, and is held to the unit by policies on ``report`` and ``report_event`` (migration 0005). Role and unit are set
for the transaction only: a pooled connection comes back as it was. Without a unit the policies show nothing.

The service itself keeps the owner's role. It makes the monthly partitions, and writes by COPY, which PostgreSQL refuses
to every role that policies hold (so ``FORCE ROW LEVEL SECURITY`` would end every import).
"""

from sqlalchemy import Connection, text

OFFICER = "hientruong_officer"
"""The role of an officer's transaction."""

_ACT = text("SELECT set_config('role', :role, true), set_config('hientruong.unit_id', :unit, true)")


def act_as_officer(connection: Connection, unit_id: int) -> None:
    """Let the rest of a transaction see the reports of one unit only.

    Parameters
    ----------
    connection : Connection
        In a transaction: in autocommit nothing would be set.
    unit_id : int
    """
    connection.execute(_ACT, {"role": OFFICER, "unit": str(unit_id)})
