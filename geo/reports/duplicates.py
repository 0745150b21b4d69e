"""Which reports are likely about the same: near each other in place, time, kind and words.

Two reports are compared if they lie within `RADIUS_M` and `WINDOW` of each other. Each kind of evidence becomes a
number from 0 to 1, and they are multiplied, so that one strong contradiction is not outvoted::

    score = kind * numbers * (place * time * words) ** (1/3)

    place   = 1 / (1 + (metres / 50)^2)     half at 50 m, about what two phones disagree by
    time    = 1 / (1 + (hours / 36)^2)      half at a day and a half
    words   = Jaccard index of the trigrams of both texts without marks; 0.5 if one of them says nothing
    numbers = 0.5 if both texts name numbers (of houses, lanes, poles) and none is the same, else 1
    kind    = 1 for one category, 0.5 for two
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyproj

from geo.columns import Columns, Floats, Integers, Moments, Truths, Words
from geo.folded import folded_words

if TYPE_CHECKING:  # SciPy comes late: a service starts sooner without it
    from scipy.sparse import csr_array

RADIUS_M = 150.0
WINDOW = np.timedelta64(72, "h")
LIKELY = 0.5
"""From this score on two reports are likely about the same: see `scripts/bench duplicates`."""

_HALF_M, _HALF_H = 50.0, 36.0
_OTHER_KIND, _OTHER_NUMBERS, _NO_WORDS = 0.5, 0.5, 0.5
_GEOD = pyproj.Geod(ellps="WGS84")
_EARTH_CENTRED = pyproj.Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
_HOUR = np.timedelta64(1, "h")
_HAS_DIGIT = re.compile(r"\d").search


@dataclass(frozen=True)
class Sightings(Columns):
    """What of reports is compared.

    Parameters
    ----------
    id : ndarray of object, shape (n,)
    lon, lat : ndarray of float64
        Degrees, WGS 84.
    reported_at : ndarray of datetime64
        UTC.
    category, description : ndarray of str
    """

    id: Words
    lon: Floats
    lat: Floats
    reported_at: Moments
    category: Words
    description: Words


@dataclass(frozen=True)
class Pairs(Columns):
    """Two reports each, with the evidence that they are about the same.

    Parameters
    ----------
    earlier, later : ndarray of int64, shape (pairs,)
        Rows of the reports.
    metres, hours : ndarray of float64
        Between them, on the ellipsoid and by the clock.
    same_category : ndarray of bool
    likeness : ndarray of float64
        Of their texts, 0 to 1; NaN if one of them says nothing.
    numbers : ndarray of float64
        1 if both texts name one number, 0 if they name others; NaN if one of them names none.
    score : ndarray of float64
        0 to 1.
    """

    earlier: Integers
    later: Integers
    metres: Floats
    hours: Floats
    same_category: Truths
    likeness: Floats
    numbers: Floats
    score: Floats


def likely_pairs(reports: Sightings, least: float = LIKELY) -> Pairs:
    """Find all pairs of reports that are likely about the same.

    Parameters
    ----------
    reports : Sightings, n rows
    least : float, optional
        The least score.

    Returns
    -------
    Pairs
        The highest scores first.
    """
    return _likely(reports, *_near(reports), least)


def likely_pairs_of(reports: Sightings, row: int, least: float = LIKELY) -> Pairs:
    """Find the pairs that one of some reports is part of; the others are compared with it only."""
    others = np.delete(np.arange(len(reports)), row)
    return _likely(reports, np.full(len(others), row), others, least)


def _likely(reports: Sightings, first: Integers, second: Integers, least: float) -> Pairs:
    pairs = _compared(reports, first, second)
    likely = (pairs.metres <= RADIUS_M) & (pairs.hours <= WINDOW / _HOUR) & (pairs.score >= least)
    found = pairs.take(likely)
    return found.take(np.lexsort((found.later, found.earlier, -found.score)))


def _near(reports: Sightings) -> tuple[Integers, Integers]:
    """Find the pairs that are near enough in place and time, and a few more, by a tree over both."""
    if len(reports) < 2:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    places = _EARTH_CENTRED.transform(reports.lon, reports.lat, np.zeros(len(reports)))
    since = (reports.reported_at - reports.reported_at.min()) / WINDOW * RADIUS_M
    # In a cube of place and time: the largest difference in any direction.
    from scipy.spatial import KDTree

    pairs = KDTree(np.column_stack([*places, since])).query_pairs(RADIUS_M, p=np.inf, output_type="ndarray")
    return pairs[:, 0], pairs[:, 1]


def _compared(reports: Sightings, first: Integers, second: Integers) -> Pairs:
    order = (reports.reported_at[first] > reports.reported_at[second]).astype(bool)
    earlier, later = np.where(order, second, first), np.where(order, first, second)
    metres = np.asarray(
        _GEOD.inv(reports.lon[earlier], reports.lat[earlier], reports.lon[later], reports.lat[later])[2]
    )
    hours = (reports.reported_at[later] - reports.reported_at[earlier]) / _HOUR
    same = np.equal(reports.category[earlier], reports.category[later]).astype(bool)
    texts = _Texts.read(reports.description)
    alike, numbers = texts.likeness(earlier, later), texts.same_numbers(earlier, later)
    place, time = 1 / (1 + (metres / _HALF_M) ** 2), 1 / (1 + (hours / _HALF_H) ** 2)
    words = np.where(np.isnan(alike), _NO_WORDS, alike)
    doubt = np.where(same, 1.0, _OTHER_KIND) * np.where(numbers == 0, _OTHER_NUMBERS, 1.0)
    return Pairs(earlier, later, metres, hours, same, alike, numbers, doubt * np.cbrt(place * time * words))


@dataclass(frozen=True)
class _Texts:
    """Texts taken apart: which trigrams and which numbers each has, equal texts once.

    The trigrams are those of PostgreSQL's pg_trgm, but with one space before a word, and with what lies across two
    words; marks and capitals do not count.
    """

    row: Integers
    trigrams: "csr_array"
    numbers: "csr_array"

    @classmethod
    def read(cls, texts: Words) -> "_Texts":
        distinct, row = np.unique(texts.astype(str), return_inverse=True)
        words = [folded_words(text) for text in distinct.tolist()]
        plain = [" ".join(["", *each, ""]) for each in words]
        trigrams = [{text[i : i + 3] for i in range(len(text) - 2)} for text in plain]
        return cls(row, _incidence(trigrams), _incidence([set(filter(_HAS_DIGIT, each)) for each in words]))

    def likeness(self, first: Integers, second: Integers) -> Floats:
        """Give the Jaccard index of the trigrams; NaN where a text has none."""
        both, one, other = self._shared(self.trigrams, first, second)
        index = np.full(len(first), np.nan)
        np.divide(both, one + other - both, out=index, where=(one > 0) & (other > 0))
        return index

    def same_numbers(self, first: Integers, second: Integers) -> Floats:
        """Tell whether a number is in both; NaN where a text has none."""
        both, one, other = self._shared(self.numbers, first, second)
        return np.where((one > 0) & (other > 0), (both > 0).astype(float), np.nan)

    def _shared(self, has: "csr_array", first: Integers, second: Integers) -> tuple[Floats, Floats, Floats]:
        """Count what both of two texts have, what the one has, and what the other has."""
        sizes = np.diff(has.indptr).astype(np.float64)
        one, other = self.row[first], self.row[second]
        both = np.asarray(has[one].multiply(has[other]).sum(axis=1), dtype=np.float64).ravel()
        return both, sizes[one], sizes[other]


def _incidence(parts: list[set[str]]) -> "csr_array":
    """Tell which parts each text has: a row for each text, 1 for each of its parts."""
    number: dict[str, int] = {}
    column = [number.setdefault(part, len(number)) for each in parts for part in each]
    ends = np.cumsum([0, *map(len, parts)])
    from scipy.sparse import csr_array

    return csr_array((np.ones(len(column)), column, ends), shape=(len(parts), max(len(number), 1)))
