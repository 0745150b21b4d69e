"""Reports read from the database: one by its id, those that other systems' ids became, how many."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, func, select, text, tuple_

from geo.errors import NotFoundError
from geo.reports.ids import moment_of
from geo.reports.texts import text_fault
from geo.store.merges import with_those_that_stay
from geo.store.schema import ExternalReference, Report, Unit

Reference = tuple[str, str]
"""A channel, and the id of a report in the system that it came from, in composed letters."""

_KNOWN = text(
    "SELECT channel, external_id FROM external_reference"
    " JOIN unnest(CAST(:channels AS text[]), CAST(:ids AS text[])) AS asked (channel, external_id)"
    " USING (channel, external_id) WHERE territory_id = :territory"
)


def find_report(connection: Connection, territory: str, id: UUID) -> dict[str, Any]:
    """Read a report of a territory, all but the reporter's pseudonym; NotFoundError if it isn't there.

    ``duplicate_of`` of a merged one is the report that stays, though it may have been merged into another before.
    """
    own = (Report.territory_id == territory, Report.id == id, Report.reported_at == moment_of(id))
    query = select_reports().where(*own)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"there is no report {id}")
    [report] = with_those_that_stay(connection, [dict(row)])
    return report


def find_by_external_ids(
    connection: Connection, territory: str, references: Sequence[Reference]
) -> dict[Reference, dict[str, Any]]:
    """Read the reports of a territory that other systems' ids became, by (channel, external id)."""
    query = select_reports().join(
        ExternalReference,
        (ExternalReference.report_id == Report.id) & (ExternalReference.reported_at == Report.reported_at),
    )
    known = query.where(
        ExternalReference.territory_id == territory,
        tuple_(ExternalReference.channel, ExternalReference.external_id).in_(references),
    )
    return {(row["channel"], row["external_id"]): dict(row) for row in connection.execute(known).mappings()}


def known_references(connection: Connection, territory: str, references: Sequence[Reference]) -> set[Reference]:
    """Tell which of many references are those of reports of a territory."""
    asked = [each for each in references if all(text_fault(part) is None for part in each)]
    given = {"territory": territory, "channels": [channel for channel, _ in asked], "ids": [id for _, id in asked]}
    return {(channel, id) for channel, id in connection.execute(_KNOWN, given)}


def count_reports(connection: Connection, territory: str) -> int:
    """Count all reports of a territory."""
    query = select(func.count()).select_from(Report).where(Report.territory_id == territory)
    return connection.scalar(query) or 0


_TOLD = (
    "id", "status", "category", "reported_at", "received_at", "accuracy_m", "how", "channel", "external_id",
    "description", "media", "rule", "lead", "cooperating", "urgency", "intake_due_at", "due_at", "updated_at",
    "intake_at", "answered_at", "closed_at", "evidence", "satisfied", "reopened", "duplicate_of", "synthetic",
)  # fmt: skip


def select_reports() -> Select[Any]:
    """Select all of reports but the reporter's pseudonym, each with its place and the unit it belongs to."""
    columns = (getattr(Report, name) for name in _TOLD)
    query = select(*columns, func.ST_X(Report.geom).label("lon"), func.ST_Y(Report.geom).label("lat"))
    return query.add_columns(
        Unit.code.label("unit_code"), Unit.name.label("unit_name"), Unit.name_en.label("unit_name_en")
    ).join(Unit, Unit.id == Report.unit_id)
