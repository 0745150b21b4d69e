"""What may be asked in the query: read as FastAPI reads it, and stricter where a mistake would pass unseen."""

import datetime as dt
from typing import Annotated, TypeVar
from urllib.parse import parse_qsl

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema

from geo.errors import InputError
from geo.location.locator import MAX_ACCURACY_M
from geo.lookup.answers import FIELDS

DEFAULT_FIELDS = ("unit_code", "unit_name", "how", "certain")
"""What a batch answers about each point if nobody says what; the agency too where a category is given."""


def _fields(text: object) -> object:
    names = text.split(",") if isinstance(text, str) else text
    if isinstance(names, list):
        for name in names:
            if name not in FIELDS:
                raise ValueError(f"no field {name!r}: name some of {', '.join(FIELDS)}, with commas between")
            if names.count(name) > 1:
                raise ValueError(f"the field {name!r} is named twice: name it once")
    return names


_METRES = f"radius in metres, above 0 and at most {MAX_ACCURACY_M:,.0f}"
_RADIUS = WithJsonSchema(
    {"anyOf": [{"type": "number", "exclusiveMinimum": 0, "maximum": MAX_ACCURACY_M}, {"type": "null"}]}
)
"""The core refuses others, with what to do: so pydantic need not look."""


class _Common(BaseModel):
    model_config = ConfigDict(extra="forbid")

    at: Annotated[dt.date | None, Field(description="local date; today if left out", examples=["2026-01-05"])] = None
    accuracy: Annotated[float | None, _RADIUS, Field(description=f"{_METRES}; brings candidates", examples=[30])] = None
    category: Annotated[str | None, Field(description="brings who is responsible", examples=["waste"])] = None


class One(_Common):
    """The question of a GET."""

    lon: Annotated[float, Field(description="longitude, WGS 84", examples=[105.868664])]
    lat: Annotated[float, Field(description="latitude, WGS 84", examples=[20.998485])]


class Many(_Common):
    """What holds for all points of a POST that do not say it themselves."""

    at: Annotated[dt.date | None, Field(description="local date of points without one; today if left out")] = None
    accuracy: Annotated[
        float | None, Field(gt=0, le=MAX_ACCURACY_M, description=f"{_METRES}, of points without one")
    ] = None
    category: Annotated[str | None, Field(description="category of points without one; brings the agency")] = None
    fields: Annotated[
        list[str] | None,
        BeforeValidator(_fields),
        Field(description=f"what to answer, with commas between: {', '.join(FIELDS)}; the first four if left out"),
    ] = None


_NO_DATE = "Input should be a valid date, written as YYYY-MM-DD"
_NUMBERS = ("lon", "lat", "accuracy")
_NO_NUMBER = "Input should be a valid number, written without _"
"""What pydantic takes too: seconds since 1970 for a date, and 1_0 for ten."""

Question = TypeVar("Question", One, Many)


def read_query(query: bytes, kind: type[Question]) -> Question:
    """Read a query string.

    Parameters
    ----------
    query : bytes
        As it came, percent-encoded.
    kind : One or Many

    Raises
    ------
    RequestValidationError
        A parameter is missing, unknown, malformed or given twice.

    Examples
    --------
    >>> read_query(b"lon=105.868664&lat=20.998485&at=2026-01-05", One).at
    datetime.date(2026, 1, 5)
    """
    pairs = _pairs(query.decode("latin-1"))
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise RequestValidationError([_fault("duplicate", twice, "is given more than once: give it once")])
    if "at" in values and not (len(at := values["at"]) == 10 and at[4] == at[7] == "-"):
        raise RequestValidationError([_fault("date", "at", _NO_DATE)])
    if (b"_" in query or b"%" in query) and (wrong := [name for name in _NUMBERS if "_" in values.get(name, "")]):
        raise RequestValidationError([_fault("number", wrong[0], _NO_NUMBER)])
    try:
        question: Question = kind.__pydantic_validator__.validate_python(values)  # in less time than model_validate
        return question
    except ValidationError as error:
        faults = [_fault(e["type"], *e["loc"], e["msg"].removeprefix("Value error, ")) for e in error.errors()]
        raise RequestValidationError(faults) from None


def _pairs(query: str) -> list[tuple[str, str]]:
    """Split a query as `parse_qsl` does, which takes ten times as long where nothing is encoded."""
    if "%" in query or "+" in query:
        return parse_qsl(query, keep_blank_values=True)
    pairs = []
    for part in query.split("&"):  # not as a comprehension, whose second loop costs as much as the first
        if part:
            name, _, value = part.partition("=")
            pairs.append((name, value))
    return pairs


def refused_query(error: InputError) -> RequestValidationError:
    """Make what the core refused about a parameter the refusal of that parameter."""
    return RequestValidationError([_fault("value_error", error.field, str(error))])


def _fault(kind: str, *place_and_words: object) -> dict[str, object]:
    *place, words = place_and_words
    return {"type": kind, "loc": ("query", *place), "msg": words}
