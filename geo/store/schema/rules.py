"""Rules of responsibility: each load is a set of its own, kept so that an answer of the past can be explained."""

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, SmallInteger, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from geo.store.schema.base import Base, one_of
from geo.vocabulary import URGENCIES


class RuleSet(Base):
    """All rules of a territory as they were loaded together; the newest set is in force."""

    __tablename__ = "rule_set"
    __table_args__ = (Index(None, "territory_id", "id"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    territory_id: Mapped[str] = mapped_column(ForeignKey("territory.id"))
    loaded_at: Mapped[dt.datetime] = mapped_column(server_default=func.clock_timestamp())
    loaded_by: Mapped[str]
    source: Mapped[str] = mapped_column(comment="name of the file")
    checksum: Mapped[str] = mapped_column(comment="sha256 of the rules as `hientruong rules show` writes them")
    calendar: Mapped[dict[str, Any]] = mapped_column(comment="working days and hours, days off, make-up days")
    limits: Mapped[dict[str, Any]] = mapped_column(comment="working time for intake and for handling by urgency")


class Rule(Base):
    """Which reports, and who is responsible for them; a condition that is empty holds for all."""

    __tablename__ = "rule"
    __table_args__ = (
        UniqueConstraint("rule_set_id", "name"),
        one_of("urgency", URGENCIES),
        CheckConstraint("valid_to > valid_from", name="period"),
        CheckConstraint("num_nonnulls(working_hours, working_days) <= 1", name="time"),
    )

    rule_set_id: Mapped[int] = mapped_column(ForeignKey("rule_set.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True, comment="the first that matches answers")
    name: Mapped[str]
    categories: Mapped[list[str]]
    units: Mapped[list[str]]
    levels: Mapped[list[str]]
    areas: Mapped[list[str]]
    valid_from: Mapped[dt.date | None]
    valid_to: Mapped[dt.date | None] = mapped_column(comment="the first day on which it holds no more")
    lead: Mapped[dict[str, Any]] = mapped_column(comment="name of the leading agency: vi, en")
    cooperating: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, comment="names of those that help: vi, en")
    urgency: Mapped[str]
    working_hours: Mapped[float | None]
    working_days: Mapped[float | None]
    assumed: Mapped[bool] = mapped_column(comment="nobody in charge has confirmed it")
    source: Mapped[str | None]
