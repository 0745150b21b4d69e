"""What Open311 clients tell beyond what every report has."""

import datetime as dt
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from geo.store.schema.base import Base


class ReportAttributes(Base):
    """The answers to the questions of a report's service; most reports have none, so they stand apart."""

    __tablename__ = "report_attributes"

    report_id: Mapped[UUID] = mapped_column(primary_key=True)
    reported_at: Mapped[dt.datetime]
    answers: Mapped[dict[str, list[str]]] = mapped_column(JSONB, comment="values by the code of the question")
