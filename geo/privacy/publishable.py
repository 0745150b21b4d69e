"""Which reports the public may see counted by ward, so that nobody is found behind a small number.

All public counts are sums of *parts*: one ward, one month, one category. A part is shown only if enough different
people reported in it, and always or never, whatever is asked: so no two answers differ by less than a whole part, or by
a part that is hidden. The city's total holds the hidden parts, too. What the total says of them is their sum for a
month and a category, so this must be of enough people, too, and of two wards at least; where it is not, the smallest
part that could be shown is hidden with them. (In the literature: primary and complementary cell suppression.)
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.columns import Integers, Truths
from geo.privacy.published import LEAST_PEOPLE

_LEAST_WARDS = 2


class Publishable(NamedTuple):
    """Which of n reports may be counted.

    Parameters
    ----------
    in_ward : ndarray of bool, shape (n,)
        In the figures of their wards.
    in_city : ndarray of bool, shape (n,)
        In those of the city.
    """

    in_ward: Truths
    in_city: Truths


def publishable(group: NDArray[Any], unit_id: Integers, reporter: Integers) -> Publishable:
    """Find the reports that the public may see counted.

    Parameters
    ----------
    group : ndarray, shape (n,)
        What the city's totals can be asked by: the same for reports of one month and category.
    unit_id : ndarray of int64, shape (n,)
        Wards; 0 for reports in none, which are only ever part of the city's total.
    reporter : ndarray of int64, shape (n,)
        The same number for the same person; 0 for a report of nobody known, which adds no person.

    Examples
    --------
    Ward 1 has five reporters, ward 2 has two, ward 3 six: with ward 2, ward 1 must be hidden.

    >>> unit, people = np.repeat([1, 2, 3], [5, 2, 6]), np.arange(1, 14)
    >>> in_ward, in_city = publishable(np.zeros(13), unit, people)
    >>> np.unique(unit[in_ward]).tolist(), bool(in_city.all())
    ([3], True)
    """
    group = np.unique(group, return_inverse=True)[1]
    parts, part = np.unique(np.stack([group, unit_id]), axis=1, return_inverse=True)
    part_group, part_unit = parts
    groups = int(part_group.max()) + 1 if len(part_group) else 0
    people = _people(part, reporter, len(part_group))
    shown = (people >= LEAST_PEOPLE) & (part_unit != 0)

    rest = ~shown[part]
    hidden_wards = np.bincount(part_group[~shown & (part_unit != 0)], minlength=groups)
    hidden_people = _people(group[rest], reporter[rest], groups)
    has_hidden = np.bincount(part_group[~shown], minlength=groups) > 0
    weak = has_hidden & ((hidden_wards < _LEAST_WARDS) | (hidden_people < LEAST_PEOPLE))
    smallest_first = np.lexsort((people, ~shown, part_group))
    _, first = np.unique(part_group[smallest_first], return_index=True)
    shown[smallest_first[first][weak]] = False
    return Publishable(shown[part], (_people(group, reporter, groups) >= LEAST_PEOPLE)[group])


def _people(of: Integers, reporter: Integers, n: int) -> Integers:
    """Count the different people of each of n."""
    distinct = np.unique(np.stack([of, reporter])[:, reporter != 0], axis=1)
    return np.bincount(distinct[0], minlength=n)
