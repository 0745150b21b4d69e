"""Reports read for ward figures, under the boundaries of any date."""

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, Connection, func

from geo.store.schema import Report
from geo.store.units_at import reported_between, units_of_reports
from geo.units.jurisdiction import Jurisdiction
from geo.wards.figures import Cases

# A 64-bit hash of the pseudonym tells people apart; two who share one would only be taken for fewer people.
_REPORTER = func.coalesce(func.hashtextextended(func.encode(Report.reporter, "hex"), 0, type_=BigInteger), 0).label(
    "reporter"
)
_COLUMNS: tuple[Any, ...] = (
    Report.category, Report.received_at, Report.due_at, Report.intake_at, Report.answered_at, Report.closed_at,
    Report.evidence, Report.satisfied, Report.reopened, Report.duplicate_of.is_not(None).label("merged"), _REPORTER,
)  # fmt: skip


def read_cases(
    connection: Connection,
    jurisdiction: Jurisdiction,
    first: dt.date,
    last: dt.date,
    boundaries_at: dt.date,
    category: str | None = None,
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

    Raises
    ------
    NotFoundError
        If no boundaries are in force on the date.
    """
    territory = jurisdiction.territory
    month = func.to_char(func.timezone(territory.time_zone, Report.reported_at), "YYYY-MM").label("month")
    where = reported_between(territory, first, last, category)
    found = units_of_reports(connection, jurisdiction.layer_at(boundaries_at), where, (*_COLUMNS, month))
    said = {name: found.pop(name).astype(object) for name in ("evidence", "satisfied")}
    return Cases(**found, **said)
