"""Categories, reports, their events, and the ids that other systems gave them."""

import datetime as dt
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, SmallInteger, func, text
from sqlalchemy.orm import Mapped, mapped_column

from geo.store.schema.base import Base, one_of
from geo.vocabulary import CHANNELS, EVENTS, HOWS, STATUSES, URGENCIES


class Category(Base):
    """What a report is about."""

    __tablename__ = "category"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_en: Mapped[str]
    position: Mapped[int] = mapped_column(SmallInteger)


# As geo.store.moves.still_open says it.
_STILL_OPEN = text("status IN ('waiting', 'in_progress') AND closed_at IS NULL AND duplicate_of IS NULL")


class Report(Base):
    """A citizen's report. Located and given its cell before it is written; partitioned by month of ``reported_at``.

    The id is a UUIDv7 whose time is ``reported_at``, so that an id alone leads to its partition. In the primary key the
    time comes first, so that its index gives reports in the order of time, page by page.

    Reports and events have no foreign keys: they are written together, in one transaction, from ids that were read from
    these tables. Checking 20,000 reports row by row took 0.8 s of 1.3 s, and their 81,000 events, which would point
    at a partitioned table, 9.4 s of 10.5 s.
    """

    __tablename__ = "report"
    __table_args__ = (
        one_of("how", HOWS),
        one_of("channel", CHANNELS),
        one_of("status", STATUSES),
        one_of("urgency", URGENCIES),
        CheckConstraint("accuracy_m >= 0", name="accuracy_m"),
        Index("ix_report_cell_reported_at", "cell", "reported_at"),
        Index("ix_report_unit_id_reported_at", "unit_id", "reported_at"),
        Index("ix_report_reported_at", "reported_at", postgresql_using="brin"),
        # Whether any report must move is asked at each start: of 1,000,000, 750 ms without it, and 95 ms with it.
        Index("ix_report_open", "territory_id", "generation_id", postgresql_where=_STILL_OPEN),
        {"postgresql_partition_by": "RANGE (reported_at)"},
    )

    reported_at: Mapped[dt.datetime] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    received_at: Mapped[dt.datetime]
    territory_id: Mapped[str]
    category: Mapped[str]
    geom: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    accuracy_m: Mapped[float | None]
    cell: Mapped[int] = mapped_column(BigInteger, comment="H3 cell at resolution 12")
    unit_id: Mapped[int]
    generation_id: Mapped[int]
    how: Mapped[str]
    channel: Mapped[str]
    external_id: Mapped[str | None]
    description: Mapped[str]
    media: Mapped[list[str]]
    reporter: Mapped[bytes | None] = mapped_column(comment="keyed pseudonym; no name, phone or address is stored")
    status: Mapped[str]
    rule: Mapped[str | None]
    lead: Mapped[str]
    cooperating: Mapped[list[str]]
    urgency: Mapped[str]
    intake_due_at: Mapped[dt.datetime]
    due_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime] = mapped_column(server_default=func.now(), comment="when its last event happened")
    intake_at: Mapped[dt.datetime | None] = mapped_column(comment="when the authority first did something about it")
    answered_at: Mapped[dt.datetime | None] = mapped_column(comment="resolved or rejected; empty again when reopened")
    closed_at: Mapped[dt.datetime | None]
    evidence: Mapped[bool | None] = mapped_column(comment="whether the answer has a picture beside its text")
    satisfied: Mapped[bool | None]
    reopened: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"), comment="how often")
    duplicate_of: Mapped[UUID | None]
    synthetic: Mapped[bool] = mapped_column(comment="made by the demo, not by a citizen")


# The transaction's own number; as a bigint, which numpy and Arrow know.
_THIS_TRANSACTION = text("((pg_current_xact_id())::text)::bigint")


class ReportEvent(Base):
    """What happened to a report; append-only. The report's status is what the last event says.

    The table is the change log, too: see :mod:`geo.store.changes` for its order, which is that of the primary key.
    The ids of one report's events ascend, as its row is locked when they are given.
    """

    __tablename__ = "report_event"
    __table_args__ = (
        one_of("kind", EVENTS),
        one_of("before", STATUSES),
        one_of("status", STATUSES),
        Index(None, "report_id", "id"),
    )

    xact: Mapped[int] = mapped_column(BigInteger, primary_key=True, server_default=_THIS_TRANSACTION)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    report_id: Mapped[UUID]
    reported_at: Mapped[dt.datetime]
    at: Mapped[dt.datetime]
    kind: Mapped[str]
    before: Mapped[str | None] = mapped_column(comment="status before the event; empty for the first")
    status: Mapped[str] = mapped_column(comment="status after the event")
    actor: Mapped[str]
    text: Mapped[str]
    media: Mapped[list[str]]
    unit_id: Mapped[int | None] = mapped_column(comment="of a move: the unit that the report went to")
    duplicate_of: Mapped[UUID | None] = mapped_column(comment="of a merge: the report that it went into")
    satisfied: Mapped[bool | None] = mapped_column(comment="of a rating")
    lead: Mapped[str | None] = mapped_column(comment="of an assignment or a move: the leading agency from then on")
    cooperating: Mapped[list[str] | None]


class ExternalReference(Base):
    """The report that another system's id became: unique in a city over all time, as no partitioned table promises."""

    __tablename__ = "external_reference"
    __table_args__ = (one_of("channel", CHANNELS),)

    territory_id: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(primary_key=True)
    report_id: Mapped[UUID]
    reported_at: Mapped[dt.datetime]


class IdempotencyKey(Base):
    """A key that a client gave a request, and what it was answered: kept for some days, apart from the months."""

    __tablename__ = "idempotency_key"
    __table_args__ = (Index(None, "created_at"),)

    caller: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    body_sha256: Mapped[bytes]
    report_id: Mapped[UUID]
    answer: Mapped[str]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
