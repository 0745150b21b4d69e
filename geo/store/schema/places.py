"""Territories, units, generations and boundaries."""

import datetime as dt
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import CheckConstraint, Computed, ForeignKey, Identity, Index, UniqueConstraint, func, literal_column
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from geo.store.schema.base import Base, one_of
from geo.vocabulary import LEVELS, STATES


class Territory(Base):
    """A city: what its units, generations, rules and reports belong to."""

    __tablename__ = "territory"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_en: Mapped[str]
    time_zone: Mapped[str]
    languages: Mapped[list[str]]
    holidays: Mapped[str] = mapped_column(comment="ISO 3166 code of the country whose public holidays are days off")
    metric_srid: Mapped[int] = mapped_column(comment="EPSG code of the CRS in which metres are measured")


class Unit(Base):
    """An administrative unit or a named area, whatever its shape was and when."""

    __tablename__ = "unit"
    __table_args__ = (UniqueConstraint("territory_id", "level", "code", "name"), one_of("level", LEVELS))

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    territory_id: Mapped[str] = mapped_column(ForeignKey("territory.id"))
    level: Mapped[str]
    code: Mapped[str]
    kind: Mapped[str] = mapped_column(comment="Phường, Xã, Thị trấn, Quận, Huyện, Thị xã, Thành phố, ...")
    name: Mapped[str]
    name_en: Mapped[str]


class Generation(Base):
    """One set of boundaries of one level, in force during a half-open period of local dates."""

    __tablename__ = "generation"
    __table_args__ = (
        one_of("level", LEVELS),
        one_of("state", STATES),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="period"),
        ExcludeConstraint(
            (literal_column("territory_id"), "="),
            (literal_column("level"), "="),
            (literal_column("period"), "&&"),
            name="ex_generation_period",
            where=literal_column("state = 'active'"),
            using="gist",
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    territory_id: Mapped[str] = mapped_column(ForeignKey("territory.id"))
    level: Mapped[str]
    valid_from: Mapped[dt.date]
    valid_to: Mapped[dt.date | None] = mapped_column(comment="the first day on which it is no longer in force")
    period: Mapped[Range[dt.date]] = mapped_column(
        DATERANGE, Computed("daterange(valid_from, valid_to)", persisted=True)
    )
    ended_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("generation.id"), comment="the generation that put an end to its open period"
    )
    replaces_id: Mapped[int | None] = mapped_column(
        ForeignKey("generation.id"), comment="the generation whose corrected survey it is"
    )
    state: Mapped[str]
    schematic: Mapped[bool] = mapped_column(comment="computed from centres and areas, not surveyed")
    source: Mapped[str]
    licence: Mapped[str]
    checksum: Mapped[str] = mapped_column(comment="sha256 of the file or of the facts it was made from")
    checks: Mapped[dict[str, Any]] = mapped_column(comment="what the import gate found")
    loaded_by: Mapped[str]
    loaded_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class Boundary(Base):
    """The shape of a unit, and what it was part of, during a generation."""

    __tablename__ = "boundary"
    __table_args__ = (Index("ix_boundary_geom", "geom", postgresql_using="gist"), Index(None, "unit_id"))

    generation_id: Mapped[int] = mapped_column(ForeignKey("generation.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    file_kind: Mapped[str | None] = mapped_column(comment="as its file says; the unit takes it over at the activation")
    file_name_en: Mapped[str | None] = mapped_column(comment="likewise")
    geom: Mapped[WKBElement] = mapped_column(Geometry("MULTIPOLYGON", srid=4326, spatial_index=False))
    area_m2: Mapped[float] = mapped_column(comment="on the ellipsoid")
