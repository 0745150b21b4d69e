"""Reports read for ward figures, under the boundaries of any date."""

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, Connection, func, literal_column

from geo.store.schema import Report
from geo.store.units_at import reported_between, units_of_reports
from geo.units.jurisdiction import Jurisdiction
from geo.wards.figures import Cases

# The first four bytes of the pseudonym, as the cube has them: what is told of wards and of cells must take the same
# people for different ones.
_REPORTER = literal_column(
    "('x' || encode(substr(coalesce(reporter, '') || '\\x00000000', 1, 4), 'hex'))::bit(32)::bigint", BigInteger
).label("reporter")
_COLUMNS: tuple[Any, ...] = (
    Report.category, Report.received_at, Report.due_at, Report.intake_at, Report.answered_at, Report.closed_at,
    Report.evidence, Report.satisfied, Report.reopened, Report.duplicate_of.is_not(None).label("merged"),
    Report.synthetic, Report.cell, _REPORTER,
)  # fmt: skip


def read_cases(
    connection: Connection,
    jurisdiction: Jurisdiction,
    first: dt.date,
    last: dt.date,
    boundaries_at: dt.date,
    category: str | None = None,
    *,
    by_point: bool = False,
) -> Cases:
    """Read the reports of a period with the ward of each.

    Parameters
    ----------
    connection : Connection
    jurisdiction : Jurisdiction
        Boundaries of the territory.
    first, last : date
        Local dates of the reports, both included.
    boundaries_at : date
        The wards are those in force on this date.
    category : str, optional
        All categories if not given.
    by_point : bool, optional
        Whether the ward of a report is the one that holds its point, even if a person handed it to another one.

    Raises
    ------
    NotFoundError
        If no boundaries are in force on the date.
    """
    territory = jurisdiction.territory
    month = func.to_char(func.timezone(territory.time_zone, Report.reported_at), "YYYY-MM").label("month")
    where = reported_between(territory, first, last, category)
    layer = jurisdiction.layer_at(boundaries_at)
    found = units_of_reports(connection, layer, where, (*_COLUMNS, month), by_point=by_point)
    said = {name: found.pop(name).astype(object) for name in ("evidence", "satisfied")}
    return Cases(**found, **said)
