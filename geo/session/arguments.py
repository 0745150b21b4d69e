"""What is given to a session, checked at once: days, words of a list, boxes."""

import datetime as dt
from collections.abc import Sequence

from geo.errors import InputError, NotFoundError
from geo.lookup.dispatch import Dispatch
from geo.units.jurisdiction import Layer
from geo.units.territory import Unit

Day = dt.date | str
"""A local date, or its text: "2026-01-31"."""

Several = str | Sequence[str]
"""One word or more."""


def day_of(value: Day | None, field: str) -> dt.date | None:
    """Read a day.

    Examples
    --------
    >>> day_of("2026-01-31", "since")
    datetime.date(2026, 1, 31)
    >>> day_of("31/01/2026", "since")
    Traceback (most recent call last):
    geo.errors.InputError: since '31/01/2026' is no day: write it as 2026-01-31
    """
    if isinstance(value, dt.datetime):
        return value.date()
    if value is None or isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(value)
    except (TypeError, ValueError):
        raise InputError(f"{field} {value!r:.40} is no day: write it as 2026-01-31", field) from None


def words_of(value: Several | None, known: Sequence[str], field: str) -> tuple[str, ...] | None:
    """Read one word or more of a list; None is all.

    Examples
    --------
    >>> words_of("waiting", ("waiting", "resolved"), "status")
    ('waiting',)
    >>> words_of(["lost"], ("waiting", "resolved"), "status")
    Traceback (most recent call last):
    geo.errors.InputError: unknown status 'lost': use one of waiting, resolved
    """
    if value is None:
        return None
    words = (value,) if isinstance(value, str) else tuple(value)
    for word in words:
        if word not in known:
            raise InputError(f"unknown {field} {word!r:.40}: use one of {', '.join(known)}", field)
    return words


def word_of(value: str, known: Sequence[str], field: str) -> str:
    """Read one word of a list."""
    if value not in known:
        raise InputError(f"unknown {field} {value!r:.40}: use one of {', '.join(known)}", field)
    return value


def categories_of(dispatch: Dispatch, value: Several | None) -> tuple[str, ...] | None:
    """Read codes of categories; None is all."""
    return words_of(value, [category.code for category in dispatch.categories], "category")


def unit_of(layer: Layer, code: str) -> Unit:
    """Find the unit of boundaries by its code."""
    unit = layer.unit_with(code)
    if unit is None:
        since = layer.generation.valid_from
        raise NotFoundError(
            f"no unit of the boundaries since {since} has the code {code!r:.40}: see units(at=...), "
            "or give another boundaries_at"
        )
    return unit


def box_of(value: Sequence[float] | None) -> tuple[float, float, float, float] | None:
    """Read a box: west, south, east, north in degrees."""
    if value is None:
        return None
    try:
        west, south, east, north = map(float, value)
    except (TypeError, ValueError):
        raise InputError(f"bbox {value!r:.80}: give west, south, east, north as four numbers", "bbox") from None
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise InputError(f"bbox {value!r:.80}: west must be less than east, south less than north, in degrees", "bbox")
    return west, south, east, north
