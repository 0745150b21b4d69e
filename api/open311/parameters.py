"""Parameters of a query or a form: read one by one, and all that is wrong with them is told together."""

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from http import HTTPStatus
from typing import TypeVar

from api.open311.faults import Fault, FaultsError
from geo.errors import InputError

Value = TypeVar("Value")
Number = TypeVar("Number", int, float)
MAX_NUMBER = 1e12
_FIRST_YEAR, _LAST_YEAR = 1900, 2999


class Parameters:
    """What a client sent; an empty parameter counts as absent.

    Parameters
    ----------
    pairs : iterable of (str, str)
        Names and values; of a name that is given twice the last value counts, unless it is a list.

    Examples
    --------
    >>> given = Parameters([("page", "0"), ("status", ""), ("lat", "up")])
    >>> given.text("status"), given.whole("page", 1, 10), given.number("lat", -90, 90)
    (None, None, None)
    >>> given.check()
    Traceback (most recent call last):
    api.open311.faults.FaultsError: page '0': give a whole number from 1 to 10; lat 'up': give a number from -90 to 90
    """

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = defaultdict(list)
        for name, value in pairs:
            if value.strip():
                self._values[name].append(value)
        self._faults: list[Fault] = []

    @property
    def names(self) -> Collection[str]:
        """Names of all that was given."""
        return self._values.keys()

    def refuse(self, description: str, code: int = HTTPStatus.BAD_REQUEST) -> None:
        """Add to what is wrong."""
        self._faults.append(Fault(code, description))

    def check(self) -> None:
        """Go on only if nothing is wrong; FaultsError tells all that is."""
        if self._faults:
            raise FaultsError(self._faults)

    def all_of(self, name: str) -> list[str]:
        """Give every value of a name."""
        return [value.strip() for value in self._values.get(name, ())]

    def text(self, name: str) -> str | None:
        """Give a text without spaces around it."""
        values = self.all_of(name)
        return values[-1] if values else None

    def words(self, name: str, known: Collection[str] | None = None) -> tuple[str, ...]:
        """Give the words of a list, separated by commas or given by repeating the name; unknown ones are refused.

        A list of nothing but commas is refused: as an absent one it would ask for everything.
        """
        said = ",".join(self.all_of(name))
        words = tuple(dict.fromkeys(word.strip() for word in said.split(",") if word.strip()))
        if said and not words:
            self.refuse(f"{name} {said!r:.60} names nothing: name something, or leave it out")
        for word in words:
            if known is not None and word not in known:
                self.refuse(f"{name} {word!r:.60}: use {', '.join(known)}")
        return words

    def number(self, name: str, low: float, high: float) -> float | None:
        """Give a number within bounds."""
        return self.read(name, f"give a number from {low:g} to {high:g}", lambda text: bounded(float(text), low, high))

    def whole(self, name: str, low: int, high: int) -> int | None:
        """Give a whole number within bounds."""
        words = f"give a whole number from {low} to {high}"
        return self.read(name, words, lambda text: bounded(int(text), low, high))

    def truth(self, name: str) -> bool:
        """Give whether something is wished."""
        return self.words(name, ("true", "false")) == ("true",)

    def moment(self, name: str, zone: dt.tzinfo, *, end: bool = False) -> dt.datetime | None:
        """Give a moment; of a day alone its beginning in a zone, or its end."""
        words = "give an ISO 8601 time with its offset, as 2026-01-05T08:00:00+07:00"
        return self.read(name, words, lambda text: moment_of(text, zone, end))

    def read(self, name: str, words: str, reader: Callable[[str], Value]) -> Value | None:
        """Give what a reader makes of a text; what it can't read (ValueError, InputError) is refused with words."""
        text = self.text(name)
        if text is None:
            return None
        try:
            return reader(text)
        except InputError as error:
            self.refuse(str(error))
        except (ValueError, OverflowError):
            self.refuse(f"{name} {text!r:.60}: {words}")
        return None


def bounded(value: Number, low: float, high: float) -> Number:
    """Give a number back if it is within bounds; ValueError else."""
    if not (math.isfinite(value) and low <= value <= high):
        raise ValueError
    return value


def moment_of(text: str, zone: dt.tzinfo, end: bool = False) -> dt.datetime:
    """Read an ISO 8601 time with its offset, or a day of a zone, of which it gives the beginning or the end.

    Raises
    ------
    ValueError
        It is neither, or centuries away.

    Examples
    --------
    >>> moment_of("2026-01-05", dt.UTC, end=True).isoformat()
    '2026-01-05T23:59:59.999999+00:00'
    """
    # A plus that was not percent-encoded arrives as a space.
    moment = dt.datetime.fromisoformat(text.replace(" ", "+"))
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise ValueError
    if len(text) == len("2026-01-05"):
        moment = dt.datetime.combine(moment, dt.time.max if end else dt.time.min, zone)
    if moment.tzinfo is None:
        raise ValueError
    return moment
