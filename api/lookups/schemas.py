"""The shapes of questions and answers, for the documentation; tests hold what is answered to them."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from geo.location.locator import MAX_ACCURACY_M

How = Literal["inside", "edge", "nearest", "outside"]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NamedUnit(_Shape):
    """A unit by its code and names."""

    code: str
    name: str
    name_en: str
    level: str


class OwnUnit(NamedUnit):
    """The unit that a point belongs to."""

    territory: str


class NearestUnit(NamedUnit):
    """The unit that is nearest to a point outside all units."""

    distance_m: Annotated[float, Field(description="metres from the point to the unit")]


class Boundaries(_Shape):
    """The generation of boundaries that was in force."""

    id: int
    valid_from: dt.date
    valid_to: dt.date | None
    schematic: Annotated[bool, Field(description="drawn by a computer, good for demonstrations only")]


class Candidate(_Shape):
    """A unit that the disc of accuracy touches."""

    code: str
    name: str
    share: Annotated[float, Field(ge=0, le=1, description="part of the disc that is the unit's")]
    distance_m: Annotated[float, Field(description="metres from the point to the unit, 0 inside")]


class Responsible(_Shape):
    """Who answers for a report of the category, by which rule, and by when."""

    rule: str
    lead: str
    lead_en: str
    cooperating: list[str]
    cooperating_en: list[str]
    urgency: str
    intake_due: dt.datetime
    due: dt.datetime
    why: str
    why_en: str
    assumed: bool


class LocateAnswer(_Shape):
    """Whose a point is on a day, how that was found, and how sure it is."""

    lon: float
    lat: float
    at: dt.date
    how: How
    border_m: Annotated[float, Field(description="metres to the nearest border of any unit")]
    certain: Annotated[bool, Field(description="false: ask the citizen which of the candidates it is")]
    unit: OwnUnit | None
    generation: Boundaries
    ancestors: Annotated[list[NamedUnit], Field(description="what the unit is part of, the smallest first")]
    others: Annotated[list[NamedUnit] | None, Field(description="on an edge: the other units that it belongs to")] = (
        None
    )
    nearest: Annotated[NearestUnit | None, Field(description="outside all units: the nearest, for information")] = None
    candidates: Annotated[list[Candidate] | None, Field(description="with accuracy; the largest share first")] = None
    responsible: Annotated[Responsible | None, Field(description="with category")] = None


class Problem(BaseModel):
    """What was wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    parameter: Annotated[str | None, Field(description="which parameter of the query")] = None
    pointer: Annotated[str | None, Field(description="JSON Pointer to the member of the body or of the point")] = None


class Point(_Shape):
    """A point of a batch; `at`, `accuracy` and `category` as in the query, whose values hold where it has none."""

    lon: float
    lat: float
    at: Annotated[dt.date | dt.datetime | None, Field(description="local date, or a time")] = None
    accuracy: Annotated[float | None, Field(gt=0, le=MAX_ACCURACY_M, description="metres")] = None
    category: str | None = None


class Points(_Shape):
    """Points of a JSON document."""

    points: Annotated[list[Point], Field(max_length=10_000)]


class BatchAnswer(_Shape):
    """The answer about one point of a batch: the fields that were asked for, or the problem."""

    unit_code: str | None = None
    unit_name: str | None = None
    how: How | Literal["invalid"] | None = None
    certain: bool | None = None
    border_m: float | None = None
    agency: str | None = None
    problem: Problem | None = None


class BatchAnswers(_Shape):
    """The answers, in the order of the points."""

    answers: list[BatchAnswer]
