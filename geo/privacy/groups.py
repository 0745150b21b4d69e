"""Reports in groups that everybody may be told of: each of at least k people, and no report in two.

The reports of one month and one category are divided by wards and cells. What k people reported in one ward and one
cell of resolution 9 is a group; what is no group goes together with the rest of its neighbours in the same ward into
the parent cell, up to resolution 5, then into what is left of the ward. What is still left of all wards is divided in
the same way by cells alone, and last of all is what is left of the city. If fewer than k people are left of it, the
group that is told least finely is added to them.

So the figures of wards and those of cells are sums of groups of one division.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.columns import Integers, Truths
from geo.counting.axes import CUBE_RESOLUTION
from geo.counting.cube import COARSEST
from geo.hexagons.cells import parents
from geo.privacy.people import LEAST_PEOPLE, begins, distinct_people

CITY = 0
"""Stands for a cell where reports are told of no cell."""
ANYWHERE = 1 << 59 | CUBE_RESOLUTION << 52
"""Stands for the cell of reports of which no cells are told, and is the parent of none that are."""
_NOWHERE = -1


class Groups(NamedTuple):
    """Groups of n reports.

    Parameters
    ----------
    of : ndarray of int64, shape (n,)
        The group of each report; -1 if it is in none, as fewer than k people reported of its kind in the whole city.
    ward : ndarray of int64, shape (groups,)
        The ward in whose figures the group is; 0 if it is in those of the city alone.
    cell : ndarray of int64, shape (groups,)
        Of resolution 9 to 5, holding all of the group; or `CITY`.
    people : ndarray of int64, shape (groups,)
        How many different people made the reports: at least k.
    """

    of: Integers
    ward: Integers
    cell: Integers
    people: Integers

    @property
    def in_city(self) -> Truths:
        """Which reports are in a group; shape (n,)."""
        found: Truths = self.of >= 0
        return found

    @property
    def in_ward(self) -> Truths:
        """Which reports are in a group of their ward; shape (n,)."""
        return self.in_city & (np.append(self.ward, 0)[self.of] > 0)


def grouped(
    kind: Integers, ward: Integers, cell: Integers, reporter: NDArray[np.integer], least_people: int = LEAST_PEOPLE
) -> Groups:
    """Divide reports into groups.

    Parameters
    ----------
    kind : ndarray of int64, shape (n,)
        What counts can be asked by: the same for reports of one month and category.
    ward : ndarray of int64, shape (n,)
        0 for reports in none.
    cell : ndarray of int64, shape (n,)
        Of resolution 9 or finer.
    reporter : ndarray of int, shape (n,)
        The same number, below 2**32, for the same person; 0 for a report of nobody known, which adds no person.
    least_people : int, optional
        k.

    Examples
    --------
    Ward 1 has five people in one cell and two in another, the wards 2 and 3 have three each.

    >>> from geo.hexagons.cells import cells_of
    >>> lon, lat = np.repeat([105.85, 105.86, 105.9], [5, 2, 6]), np.repeat([21.02, 21.02, 21.05], [5, 2, 6])
    >>> ward, cell = np.repeat([1, 2, 3], [7, 3, 3]), parents(cells_of(lon, lat), 9)
    >>> groups = grouped(np.zeros(13, np.int64), ward, cell, np.arange(1, 14))
    >>> groups.of.tolist()
    [1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]
    >>> groups.ward.tolist(), groups.people.tolist(), (groups.cell >> 52 & 0b1111).tolist()
    ([0, 1], [8, 5], [0, 9])
    """
    wards = int(ward.max(initial=0)) + 1
    told = np.full(len(kind), _NOWHERE)
    within = np.flatnonzero(ward)
    told[within] = _rolled_up(kind[within] * wards + ward[within], cell[within], reporter[within], least_people)
    area = kind * wards + np.where(told == _NOWHERE, 0, ward)
    rest = np.flatnonzero(told == _NOWHERE)
    told[rest] = _rolled_up(area[rest], cell[rest], reporter[rest], least_people)
    completing = _completing(area, told, reporter, wards)
    area[completing], told[completing] = kind[completing] * wards, CITY
    areas, cells, people, group = _numbered(area, told, reporter)
    there = cells != _NOWHERE
    number = np.where(there, np.cumsum(there) - 1, -1)
    return Groups(number[group], areas[there] % wards, cells[there], people[there])


def _rolled_up(area: Integers, cell: Integers, reporter: NDArray[np.integer], least_people: int) -> Integers:
    """Give each report the finest cell in which enough people of its area reported, or `CITY` for all the area."""
    # Cells are numbered so that the children of one parent come one after another.
    left = np.lexsort((cell, area))
    told = np.full(len(area), _NOWHERE)
    for resolution in (*range(CUBE_RESOLUTION, COARSEST - 1, -1), None):
        parent = np.full(len(left), CITY) if resolution is None else parents(cell[left], resolution)
        group = np.cumsum(begins(area[left]) | begins(parent)) - 1
        people = distinct_people(group, reporter[left], int(group.max(initial=-1)) + 1)
        enough = people[group] >= least_people
        told[left[enough]] = parent[enough]
        left = left[~enough]
    return told


def _completing(area: Integers, told: Integers, reporter: NDArray[np.integer], wards: int) -> Integers:
    """Find the few reports of each kind that are told nowhere, and those of the group that is to be told with them.

    It is the coarsest of those that are in no ward's figures, of these that of the fewest people; if there is none, one
    of a ward. A kind without any group stays untold.
    """
    areas, cells, people, group = _numbered(area, told, reporter)
    kind, ward = np.divmod(areas, wards)
    order = np.lexsort((people, cells >> 52, ward > 0, cells != _NOWHERE, kind))
    few = np.flatnonzero(cells[order[:-1]] == _NOWHERE)
    few = few[kind[order[few]] == kind[order[few + 1]]]
    return np.flatnonzero(np.isin(group, order[np.concatenate([few, few + 1])]))


def _numbered(
    area: Integers, told: Integers, reporter: NDArray[np.integer]
) -> tuple[Integers, Integers, Integers, Integers]:
    """Give area, cell and people of each group, and the group of each report."""
    cells, number = np.unique(told, return_inverse=True)
    groups, group = np.unique(area * len(cells) + number, return_inverse=True)
    people = distinct_people(group, reporter, len(groups))
    return groups // max(len(cells), 1), cells[groups % max(len(cells), 1)], people, group
