"""Where merged reports went: the report that one was merged into may be merged later itself."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, tuple_

from geo.reports.ids import moment_of
from geo.store.schema import Report


def reports_that_stay(connection: Connection, targets: Iterable[UUID]) -> dict[UUID, UUID]:
    """Find of reports that others were merged into the one that stays: itself, or the last that it went into.

    Parameters
    ----------
    connection : Connection
    targets : iterable of UUID

    Returns
    -------
    dict
        Of each target the report that stays. Nothing goes round: only a report that is not merged is merged into.
    """
    targets = set(targets)
    went: dict[UUID, UUID] = {}
    asked, unknown = set[UUID](), targets
    while unknown:
        keys = [(id, moment_of(id)) for id in unknown]
        query = select(Report.id, Report.duplicate_of).where(tuple_(Report.id, Report.reported_at).in_(keys))
        further = {id: target for id, target in connection.execute(query) if target is not None}
        went |= further
        asked |= unknown
        unknown = set(further.values()) - asked
    return {target: _end(target, went) for target in targets}


def with_those_that_stay(connection: Connection, reports: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Let the ``duplicate_of`` of reports name the one that stays; costs nothing where none is merged."""
    targets = {report["duplicate_of"] for report in reports} - {None}
    if not targets:
        return reports
    stay = reports_that_stay(connection, targets)
    return [report | {"duplicate_of": stay.get(report["duplicate_of"])} for report in reports]


def _end(id: UUID, went: dict[UUID, UUID]) -> UUID:
    while id in went:
        id = went[id]
    return id
