"""Territory, unit and generation: who and when, as values without a database."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Territory:
    """A city that owns units, generations, rules and reports.

    Parameters
    ----------
    id : str
        Short name in lower case ("hanoi").
    name, name_en : str
        Full name in the local language and in English.
    time_zone : str
        IANA name; all dates of the territory are local dates in this zone.
    languages : tuple of str
        Languages that people read there, first the official one.
    holidays : str
        ISO 3166 code of the country whose public holidays are days off.
    metric_srid : int
        EPSG code of the CRS in which metres are measured.
    """

    id: str
    name: str
    name_en: str
    time_zone: str
    languages: tuple[str, ...]
    holidays: str
    metric_srid: int

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone as an object."""
        return ZoneInfo(self.time_zone)

    def today(self) -> dt.date:
        """Today's local date."""
        return dt.datetime.now(self.zone).date()


HANOI = Territory(
    id="hanoi",
    name="Thành phố Hà Nội",
    name_en="Hanoi City",
    time_zone="Asia/Ho_Chi_Minh",
    languages=("vi", "en"),
    holidays="VN",
    metric_srid=32648,
)


@dataclass(frozen=True)
class Category:
    """What a report is about."""

    code: str
    name: str
    name_en: str


CATEGORIES = (
    Category("waste", "Rác thải", "Waste"),
    Category("parking", "Đỗ xe", "Parking"),
    Category("fire_risk", "Nguy cơ cháy", "Fire risk"),
)
"""The categories that a new database begins with."""


@dataclass(frozen=True)
class Unit:
    """An administrative unit or a named area: an identity, whatever its shape.

    ``id`` is the number under which the database knows it.
    """

    id: int
    level: str
    code: str
    kind: str
    name: str
    name_en: str

    @cached_property
    def words(self) -> dict[str, str]:
        """The unit as the answers tell it."""
        return {"code": self.code, "name": self.name, "name_en": self.name_en, "level": self.level}


@dataclass(frozen=True)
class Generation:
    """One set of boundaries of one level, in force from ``valid_from`` until before ``valid_to`` (local dates).

    ``replaces_id`` is the generation whose corrected survey it is.
    """

    id: int
    territory: str
    level: str
    valid_from: dt.date
    valid_to: dt.date | None
    state: str
    schematic: bool
    source: str
    licence: str
    checksum: str
    units: int
    loaded_by: str
    loaded_at: dt.datetime
    replaces_id: int | None = None

    def holds(self, day: dt.date) -> bool:
        """Whether the generation is in force on a local date."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)
