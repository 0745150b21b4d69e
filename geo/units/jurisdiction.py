"""Whose is it, and when: the generations of a territory, each with its locator, asked by date.

A :class:`Jurisdiction` is immutable and knows no database: the process that answers holds one and swaps it whole.
"""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from geo.errors import NotFoundError
from geo.location.locator import How, Locator
from geo.units.territory import Generation, Territory, Unit

NEAREST_WITHIN_M = 50.0
"""How far outside every unit a point may lie and still be given to the nearest one, in metres."""


@dataclass(frozen=True)
class Layer:
    """A generation in memory: unit number ``i`` of the locator is ``units[i]``.

    Parameters
    ----------
    generation : Generation
    locator : Locator
    units : tuple of Unit
    above : tuple of (date, tuple of tuple of Unit)
        From which day on which units (district, city) are above each of its own; by day, the first one being that on
        which the generation begins.
    """

    generation: Generation
    locator: Locator
    units: tuple[Unit, ...]
    above: tuple[tuple[dt.date, tuple[tuple[Unit, ...], ...]], ...]

    def ancestors(self, number: int, day: dt.date) -> tuple[Unit, ...]:
        """Name the units above unit ``number`` on a day of the generation, the smallest first."""
        return next(above for since, above in reversed(self.above) if since <= day)[number]

    @cached_property
    def unit_ids(self) -> npt.NDArray[np.int64]:
        """Database id of each unit, and of none: ``unit_ids[-1]`` is 0."""
        return np.array([unit.id for unit in self.units] + [0], dtype=np.int64)

    def place(
        self, lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
        """Find the unit of each point under these boundaries, whatever day it is.

        Parameters
        ----------
        lon, lat : ndarray of float64, shape (n,)
            WGS 84 degrees.

        Returns
        -------
        unit_id : ndarray of int64, shape (n,)
            Database ids; 0 for a point that is further than `NEAREST_WITHIN_M` from every unit.
        how : ndarray of uint8, shape (n,)
            Values of :class:`geo.location.locator.How`.
        """
        located = self.locator.locate(lon, lat, nearest_within_m=NEAREST_WITHIN_M)
        return self.unit_ids[located.unit], located.how

    def unit_ids_of(
        self,
        unit_id: npt.NDArray[np.int64],
        generation_id: npt.NDArray[np.int64],
        lon: npt.NDArray[np.float64],
        lat: npt.NDArray[np.float64],
    ) -> npt.NDArray[np.int64]:
        """Find the unit of reports under these boundaries: the one that they have, if it was found by these.

        Parameters
        ----------
        unit_id, generation_id : ndarray of int64, shape (n,)
            What each report has.
        lon, lat : ndarray of float64, shape (n,)
            WGS 84 degrees.

        Returns
        -------
        ndarray of int64, shape (n,)
            Database ids; 0 for a point in no unit.
        """
        elsewhere = generation_id != self.generation.id
        found = unit_id.copy()
        found[elsewhere], _ = self.place(lon[elsewhere], lat[elsewhere])
        return found

    def unit_with(self, code: str) -> Unit | None:
        """Find the unit that has a code in these boundaries."""
        return next((unit for unit in self.units if unit.code == code), None)

    def in_force(self, day: npt.NDArray[np.datetime64]) -> npt.NDArray[np.bool_]:
        """Tell of local dates whether the generation is in force on each."""
        since = day >= np.datetime64(self.generation.valid_from)
        return since if self.generation.valid_to is None else since & (day < np.datetime64(self.generation.valid_to))

    @cached_property
    def words(self) -> dict[str, Any]:
        """The generation as the answers tell it."""
        return {
            "id": self.generation.id,
            "valid_from": self.generation.valid_from.isoformat(),
            "valid_to": None if self.generation.valid_to is None else self.generation.valid_to.isoformat(),
            "schematic": self.generation.schematic,
        }


@dataclass(frozen=True)
class Placed:
    """Where many reports belong: arrays of one length.

    Parameters
    ----------
    unit_id, generation_id : ndarray of int64
        Database ids; 0 where no unit was found.
    how : ndarray of uint8
        Values of :class:`geo.location.locator.How`.
    """

    unit_id: npt.NDArray[np.int64]
    generation_id: npt.NDArray[np.int64]
    how: npt.NDArray[np.uint8]


@dataclass(frozen=True)
class HeldBy:
    """Which named areas hold which of n points: pairs, ascending by point; a point may be in many areas or in none.

    Parameters
    ----------
    points : int
        How many points were asked for.
    point : ndarray of int64, shape (m,)
        Number of the point.
    area_id : ndarray of int64, shape (m,)
        Database id of an area that holds it.
    code : ndarray of str, shape (m,)
        The code of the same area.
    """

    points: int
    point: npt.NDArray[np.int64]
    area_id: npt.NDArray[np.int64]
    code: npt.NDArray[np.object_]

    @cached_property
    def masks(self) -> dict[str, npt.NDArray[np.bool_]]:
        """For the code of each area that holds a point whether it holds each of the n, as rules take it."""
        masks = {}
        for code in np.unique(self.code):
            masks[str(code)] = np.zeros(self.points, dtype=bool)
            masks[str(code)][self.point[self.code == code]] = True
        return masks


@dataclass(frozen=True)
class Jurisdiction:
    """The ward generations of a territory, in the order of their periods, and those of its named areas."""

    territory: Territory
    layers: tuple[Layer, ...]
    areas: tuple[Layer, ...] = ()

    def layer_at(self, day: dt.date) -> Layer:
        """Find the boundaries in force on a local date; NotFoundError says which periods are loaded."""
        for layer in self.layers:
            if layer.generation.holds(day):
                return layer
        periods = ", ".join(f"[{g.valid_from}, {g.valid_to or '...'})" for g in (x.generation for x in self.layers))
        raise NotFoundError(f"no boundaries of {self.territory.id} are loaded for {day}; loaded periods: {periods}")

    def layer_of(self, generation_id: int) -> Layer:
        """Find a layer by the id of its generation."""
        return next(layer for layer in self.layers if layer.generation.id == generation_id)

    def prepare(self, day: dt.date | None = None) -> None:
        """Build what answers on a local date, or on every one, so that no question waits for it."""
        for layer in (*self.layers, *self.areas):
            if day is None or layer.generation.holds(day):
                layer.locator.prepare()

    @cached_property
    def units(self) -> dict[int, Unit]:
        """Every unit of every layer by its database id."""
        return {unit.id: unit for layer in self.layers for unit in layer.units}

    @cached_property
    def extent(self) -> tuple[float, float, float, float]:
        """West, south, east, north of all boundaries."""
        extents = np.array([layer.locator.extent for layer in self.layers])
        west, south = extents[:, :2].min(axis=0)
        east, north = extents[:, 2:].max(axis=0)
        return float(west), float(south), float(east), float(north)

    def place(
        self, lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64], day: npt.NDArray[np.datetime64]
    ) -> Placed:
        """Find the unit of each point, each on its own day.

        Parameters
        ----------
        lon, lat : ndarray of float64, shape (n,)
            WGS 84 degrees.
        day : ndarray of datetime64[D], shape (n,)
            Local dates.

        Returns
        -------
        Placed
            Unit 0 and ``OUTSIDE`` where the point is in no unit, or no boundaries are loaded for the day.
        """
        unit_id = np.zeros(len(lon), dtype=np.int64)
        generation_id = np.zeros(len(lon), dtype=np.int64)
        how = np.full(len(lon), How.OUTSIDE, dtype=np.uint8)
        for layer in self.layers:
            chosen = layer.in_force(day)
            if not chosen.any():
                continue
            unit_id[chosen], how[chosen] = layer.place(lon[chosen], lat[chosen])
            generation_id[chosen] = layer.generation.id
        return Placed(unit_id, generation_id, how)

    def areas_of(
        self, lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64], day: npt.NDArray[np.datetime64]
    ) -> HeldBy:
        """Find all named areas that hold each point, borders included, each on its own day.

        Parameters
        ----------
        lon, lat : ndarray of float64, shape (n,)
            WGS 84 degrees.
        day : ndarray of datetime64[D], shape (n,)
            Local dates; a day without areas has none.

        Returns
        -------
        HeldBy
        """
        pairs = [(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, object))]
        for layer in self.areas:
            chosen = np.flatnonzero(layer.in_force(day))
            point, area = layer.locator.covering(lon[chosen], lat[chosen])
            pairs.append((chosen[point], layer.unit_ids[area], np.array(layer.locator.codes, dtype=object)[area]))
        point, area_id, code = (np.concatenate(column) for column in zip(*pairs, strict=True))
        order = np.argsort(point, kind="stable")
        return HeldBy(len(lon), point[order], area_id[order], code[order])
