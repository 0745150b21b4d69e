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
from geo.locator import How, Locator
from geo.territory import Generation, Territory, Unit

NEAREST_WITHIN_M = 50.0
"""How far outside every unit a point may lie and still be given to the nearest one, in metres."""


@dataclass(frozen=True)
class Layer:
    """A generation in memory: unit number ``i`` of the locator is ``units[i]``, and ``ancestors[i]`` are above it."""

    generation: Generation
    locator: Locator
    units: tuple[Unit, ...]
    ancestors: tuple[tuple[Unit, ...], ...]

    @cached_property
    def unit_ids(self) -> npt.NDArray[np.int64]:
        """Database id of each unit, and of none: ``unit_ids[-1]`` is 0."""
        return np.array([unit.id for unit in self.units] + [0], dtype=np.int64)

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
        Values of :class:`geo.locator.How`.
    """

    unit_id: npt.NDArray[np.int64]
    generation_id: npt.NDArray[np.int64]
    how: npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Jurisdiction:
    """The ward generations of a territory, in the order of their periods."""

    territory: Territory
    layers: tuple[Layer, ...]

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
            generation = layer.generation
            chosen = day >= np.datetime64(generation.valid_from)
            if generation.valid_to is not None:
                chosen &= day < np.datetime64(generation.valid_to)
            located = layer.locator.locate(lon[chosen], lat[chosen], nearest_within_m=NEAREST_WITHIN_M)
            unit_id[chosen] = layer.unit_ids[located.unit]
            generation_id[chosen] = generation.id
            how[chosen] = located.how
        return Placed(unit_id, generation_id, how)
