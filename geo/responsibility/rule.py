"""One rule of responsibility: which reports it is about, and who then leads, who helps, and how fast."""

import datetime as dt
import re
from collections.abc import Set
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, model_validator

from geo.responsibility.deadlines import LIMITS, WORKING_DAY, Limits, Urgency
from geo.units.territory import Unit

PLACEHOLDER = "{unit}"
DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
KIND_OF_UNIT = re.compile(r"^(Phường|Xã|Thị trấn|Quận|Huyện|Thị xã|Thành phố)\b")


def _one_line(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError("must be one line of text")
    return text


def _no_number(value: object) -> object:
    """Refuse what pydantic takes for seconds since 1970."""
    if isinstance(value, int | float) or (isinstance(value, str) and not DATE.fullmatch(value)):
        raise ValueError("Input should be a valid date, written as 2026-01-05")
    return value


def _agency_name(text: str) -> str:
    if set("{}") & set(text.replace(PLACEHOLDER, "")):
        raise ValueError(f"{text!r} has a placeholder other than {PLACEHOLDER}")
    return text


Line = Annotated[str, AfterValidator(_one_line)]
AgencyName = Annotated[Line, AfterValidator(_agency_name)]
OneOf = Annotated[tuple[Line, ...], Field(min_length=1)]
Day = Annotated[dt.date, BeforeValidator(_no_number)]
Amount = Annotated[float, Field(strict=True, gt=0, le=2000)]


class Part(BaseModel):
    """A table of a file of rules: immutable, and without keys that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Agency(Part):
    """Name of an agency in Vietnamese and English, in which ``{unit}`` stands for the name of the report's unit."""

    vi: AgencyName
    en: AgencyName

    def names(self, unit: Unit) -> tuple[str, str]:
        """Both names for a unit: `Phường Vĩnh Tuy` makes `UBND phường Vĩnh Tuy`, as Vietnamese writes it."""
        kind_in_lower_case = KIND_OF_UNIT.sub(lambda kind: kind[0].lower(), unit.name)
        return self.vi.replace(PLACEHOLDER, kind_in_lower_case), self.en.replace(PLACEHOLDER, unit.name_en)


class Rule(Part):
    """Which reports, and who is responsible for them.

    A report matches when every condition that is given holds; within a condition one of the values is enough. What is
    left out holds for all.

    Parameters
    ----------
    name : str
        Lower-case letters, digits and hyphens; what answers call the rule.
    categories, units, levels, areas : tuple of str, optional
        Categories of reports; codes of units; levels of units; codes of named areas of which the point lies in one.
    valid_from, valid_to : date, optional
        Local dates of receipt: from the first day until the day before ``valid_to``.
    lead : Agency
    cooperating : tuple of Agency
    urgency : Urgency
    working_hours, working_days : float, optional
        Working time from intake for handling, where it is not the usual one of the urgency. One of them at most.
    assumed : bool
        The rule is a guess that somebody in charge has yet to confirm.
    source : str
        Where the rule comes from.

    Examples
    --------
    >>> police = Agency(vi="Công an {unit}", en="{unit} Police")
    >>> rule = Rule(name="parking-ward", categories=("parking",), levels=("ward",), lead=police)
    >>> rule.applies("parking", "00292", "ward", {"west-lake"}, dt.date(2026, 1, 5))
    True
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    categories: OneOf = ()
    units: OneOf = ()
    levels: OneOf = ()
    areas: OneOf = ()
    valid_from: Day | None = None
    valid_to: Day | None = None
    lead: Agency
    cooperating: tuple[Agency, ...] = ()
    urgency: Urgency = Urgency.NORMAL
    working_hours: Amount | None = None
    working_days: Amount | None = None
    assumed: StrictBool = False
    source: Line | None = None

    @model_validator(mode="after")
    def _period_and_time_make_sense(self) -> Self:
        if self.first_day >= self.day_after:
            raise ValueError(f"the period from {self.valid_from} to {self.valid_to} has no day: valid_to is exclusive")
        if self.working_hours is not None and self.working_days is not None:
            raise ValueError("gives both working_hours and working_days: keep one")
        return self

    @property
    def first_day(self) -> dt.date:
        """First local date on which the rule holds."""
        return self.valid_from or dt.date.min

    @property
    def day_after(self) -> dt.date:
        """First local date on which the rule holds no more."""
        return self.valid_to or dt.date.max

    def handling(self, limits: Limits = LIMITS) -> dt.timedelta:
        """Working time from intake until a report must be handled."""
        if self.working_hours is not None:
            return dt.timedelta(hours=self.working_hours)
        if self.working_days is not None:
            return self.working_days * WORKING_DAY
        return limits.handling(self.urgency)

    def applies(self, category: str, unit: str, level: str, areas: Set[str], at: dt.date) -> bool:
        """Whether the rule is about a report of this category, in this unit and these areas, received on this date."""
        return (
            (not self.categories or category in self.categories)
            and (not self.units or unit in self.units)
            and (not self.levels or level in self.levels)
            and (not self.areas or not areas.isdisjoint(self.areas))
            and self.first_day <= at < self.day_after
        )


OWN_COMMITTEE = Rule(
    name="own-committee",
    lead=Agency(vi="UBND {unit}", en="People's Committee of {unit}"),
    assumed=True,
    source="the default for a report that no rule matches",
)
