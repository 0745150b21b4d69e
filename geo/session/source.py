"""What a session reads from: a database, or a folder of files. Both give the same values."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pyarrow as pa

from geo.counting.only import Only
from geo.errors import ForbiddenError, InputError
from geo.hexagons.boxes import Box
from geo.hotspots.views import Counter
from geo.location.locator import Locator
from geo.lookup.dispatch import Dispatch
from geo.privacy.published import Published
from geo.units.shared_reports import SharedReports
from geo.units.territory import Generation
from geo.wards.cases import Cases

if TYPE_CHECKING:
    from geopandas import GeoDataFrame


@dataclass(frozen=True)
class Selection:
    """Which reports are wanted; what is None does not matter.

    Parameters
    ----------
    first, last : date, optional
        Local dates, both included.
    categories, statuses, channels : tuple of str, optional
        Any of these.
    unit_id : int, optional
        Database id of a unit.
    generation_id : int, optional
        Boundaries by which the points lie in the unit; without them those that have the unit are meant.
    overdue : bool, optional
        Whether the report should have been answered by now.
    bbox : (west, south, east, north), optional
        Degrees; its edges are part of it.
    near : (lon, lat, metres), optional
        All points within so many metres of a point, on the ellipsoid.
    cell : int, optional
        H3 cell at resolution 12 or coarser.
    text : str
        Words that its description has, each at the beginning of a word, with marks or without.
    """

    first: dt.date | None = None
    last: dt.date | None = None
    categories: tuple[str, ...] | None = None
    statuses: tuple[str, ...] | None = None
    channels: tuple[str, ...] | None = None
    unit_id: int | None = None
    generation_id: int | None = None
    overdue: bool | None = None
    bbox: Box | None = None
    near: tuple[float, float, float] | None = None
    cell: int | None = None
    text: str = ""


@dataclass(frozen=True)
class Held:
    """Which reports a source has, if not all; a question that they can't answer is refused, never answered by a part.

    Parameters
    ----------
    days : (date, date), optional
        First and last local day.
    every_day : bool
        Whether there were no reports before and after these days.
    categories : tuple of str, optional
        Codes of those whose reports alone it has.
    unit : str, optional
        Code of the unit of which alone it has reports: those that the unit answers for.
    reporters : bool
        Whether reports of the same person can be told.
    public : bool
        Whether there are no single reports at all, only what everybody may see of their counts.
    """

    days: tuple[dt.date, dt.date] | None = None
    every_day: bool = True
    categories: tuple[str, ...] | None = None
    unit: str | None = None
    reporters: bool = True
    public: bool = False

    def check_days(
        self, first: dt.date | None, last: dt.date | None, names: tuple[str, str] = ("since", "until")
    ) -> None:
        """Refuse days of which there are no reports here."""
        if self.days is None:
            return
        for field, day in zip(names, (first, last), strict=True):
            if day is not None and not self.days[0] <= day <= self.days[1]:
                raise InputError(
                    f"{field} {day}: the folder has the reports from {self.days[0]} to {self.days[1]}: ask for these "
                    "days, or export more",
                    field,
                )

    def days_told(self, first: dt.date | None, last: dt.date | None) -> tuple[dt.date | None, dt.date | None]:
        """Say of which days reports are told: where none was given, it is the first or last here, if it is not all."""
        if self.days is None or self.every_day:
            return first, last
        return first or self.days[0], last or self.days[1]

    def check_categories(self, asked: tuple[str, ...] | None, what: str = "a question without a category") -> None:
        """Refuse all categories (None), if there are only some here."""
        if asked is None and self.categories is not None:
            raise InputError(
                f"{what} is about all categories, and the folder has the reports of {', '.join(self.categories)} "
                "alone: give category, or export all",
                "category",
            )

    def check_unit(self, code: str | None, *, by_point: bool) -> None:
        """Refuse a unit that is not the own one, or all whose points it holds: others may answer for some of them."""
        if self.unit is None or code is None or (code == self.unit and not by_point):
            return
        what = "not all whose points a unit holds" if by_point else f"not those of {code!r:.40}"
        raise ForbiddenError(
            f"the folder has the reports that unit {self.unit} answers for, {what}: leave unit out, or export the "
            "whole city"
        )

    def check_whole(self, what: str) -> None:
        """Refuse what is about all reports that there are."""
        self.check_categories(None, what)
        self.check_city(what)
        if self.days is not None and not self.every_day:
            raise ForbiddenError(
                f"{what} is about all days, and the folder has the reports from {self.days[0]} to {self.days[1]}: "
                "export all"
            )

    def check_city(self, what: str) -> None:
        """Refuse what compares with the whole city."""
        if self.unit is not None:
            raise ForbiddenError(f"{what} needs the whole city, and this folder has the reports of unit {self.unit}")

    def check_official(self, what: str) -> None:
        """Refuse what the public is not told."""
        if self.public:
            raise ForbiddenError(f"the folder has public counts, not {what}: export one for another role")

    def check_reporters(self) -> None:
        """Refuse to count people who can't be told apart."""
        if not self.reporters:
            raise ForbiddenError("the folder does not tell people apart: export it with --reporters")


class Source(Protocol):
    """Where a session's answers come from."""

    @property
    def name(self) -> str:
        """What frames say they come from."""

    @property
    def held(self) -> Held:
        """Which reports it has."""

    def dispatch(self) -> Dispatch:
        """Give the boundaries, categories and rules of now."""

    def now(self) -> np.datetime64:
        """Give the moment, UTC, as of which the reports are told."""

    def counter(self, only: Only, resolution: int) -> Counter:
        """Give what counts some reports by cells of a resolution, 5 to 12; InputError if it can't."""

    def residents(self) -> Path | None:
        """Give the file of residents by cell that is meant if none is given."""

    def published(self) -> Published | None:
        """Give the counts that everybody may see, if there are no others."""

    def generations(self) -> Sequence[Generation]:
        """List the sets of boundaries, by level and period."""

    def units(self, generation: Generation) -> "GeoDataFrame":
        """Give the units of a generation by code: code, level, kind, name, name_en, area_m2, geometry."""

    def reports(self, selection: Selection, columns: Sequence[str]) -> pa.Table:
        """Give columns of `geo.reports.columns`, beside them lon, lat, unit_id and generation_id; in no order."""

    def cases(self, first: dt.date, last: dt.date, boundaries_at: dt.date, category: str | None) -> Cases:
        """Give what ward figures are made of."""

    def shared_reports(self, old: Locator, new: Locator) -> SharedReports:
        """Count all reports by the units that hold their points in two generations."""

    def close(self) -> None:
        """Give back what is held open."""
