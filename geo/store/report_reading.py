"""Reports read from the database: one by its id, one by another system's id, how many."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select

from geo.errors import NotFoundError
from geo.ids import moment_of
from geo.store.schema import ExternalReference, Report, Unit


def find_report(connection: Connection, id: UUID) -> dict[str, Any]:
    """Read what may be told of a report to the one who sent it."""
    moment = moment_of(id).astype(dt.datetime).replace(tzinfo=dt.UTC)
    query = (
        select(
            *(getattr(Report, name) for name in _TOLD), Report.geom.ST_X().label("lon"), Report.geom.ST_Y().label("lat")
        )
        .add_columns(Unit.code.label("unit_code"), Unit.name.label("unit_name"), Unit.name_en.label("unit_name_en"))
        .join(Unit, Unit.id == Report.unit_id)
        .where(Report.id == id, Report.reported_at == moment)
    )
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"there is no report {id}")
    return dict(row)


def find_by_external_id(connection: Connection, channel: str, external_id: str) -> UUID:
    """Find the report that another system's id became."""
    query = select(ExternalReference.report_id)
    return connection.execute(query.filter_by(channel=channel, external_id=external_id)).scalar_one()


def count_reports(connection: Connection, territory: str) -> int:
    """Count all reports of a territory."""
    query = select(func.count()).select_from(Report).where(Report.territory_id == territory)
    return connection.scalar(query) or 0


_TOLD = (
    "id", "status", "category", "reported_at", "received_at", "how", "channel", "external_id", "rule", "lead",
    "cooperating", "urgency", "intake_due_at", "due_at", "synthetic",
)  # fmt: skip
