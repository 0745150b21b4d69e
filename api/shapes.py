"""Shapes of units as answers need them: read once a generation, simplified once a tolerance, kept in the process."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import shapely

from api.service import Service
from geo.location.locator import Locator
from geo.store.boundaries import read_units_frame
from geo.store.succession import count_shared_reports
from geo.store.units import UnitShapes, read_unit_shapes
from geo.units.simplify import simplify_coverage, simplify_each
from geo.units.territory import Generation

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from pandas import DataFrame

# What is kept is a few megabytes a generation of 126 surveyed wards.
_GENERATIONS = 8
_TOLERANCES = 16
_PAIRS = 16


@lru_cache(maxsize=_GENERATIONS)
def shapes_of(service: Service, generation_id: int) -> UnitShapes:
    """Read the units of a generation; their shapes never change under its id."""
    return service.ask(lambda connection: read_unit_shapes(connection, generation_id))


@lru_cache(maxsize=_TOLERANCES)
def _geojson(service: Service, generation_id: int, level: str, tolerance_m: float) -> tuple[str, ...]:
    """Write each unit's shape as GeoJSON, oriented as RFC 7946 wants it; areas may overlap and share no borders."""
    polygons = shapes_of(service, generation_id).polygons
    if tolerance_m > 0:
        simplify = simplify_each if level == "area" else simplify_coverage
        polygons = simplify(polygons, tolerance_m, service.dispatch.jurisdiction.territory.metric_srid)
    return tuple(shapely.to_geojson(shapely.orient_polygons(polygons)))


def features(
    service: Service, generation: Generation, tolerance_m: float, numbers: np.ndarray[Any, Any]
) -> list[dict[str, Any]]:
    """Make GeoJSON features of some units of a generation.

    Parameters
    ----------
    service : Service
    generation : Generation
        Of whichever level.
    tolerance_m : float
        Metres; 0 gives every vertex. Neighbours keep one border at any tolerance.
    numbers : ndarray of int
        Places of the units in `shapes_of`.
    """
    shapes = shapes_of(service, generation.id)
    geometries = _geojson(service, generation.id, generation.level, tolerance_m)
    common = {"generation": generation.id, "schematic": generation.schematic}
    return [
        {
            "type": "Feature",
            "id": shapes.units[number].code,
            "properties": shapes.units[number].words
            | {"kind": shapes.units[number].kind, "area_m2": round(float(shapes.area_m2[number]), 1)}
            | common,
            "geometry": orjson.Fragment(geometries[number]),
        }
        for number in numbers.tolist()
    ]


@dataclass(frozen=True)
class Succession:
    """Who became whom between two generations.

    Parameters
    ----------
    noise_width_m : float
        Strips that are narrower may be digitising noise.
    pairs : DataFrame
        As of `geo.units.succession.find_succession`.
    old, new : GeoDataFrame
        The units of the two generations.
    """

    noise_width_m: float
    pairs: "DataFrame"
    old: "GeoDataFrame"
    new: "GeoDataFrame"

    @cached_property
    def rows(self) -> list[Any]:
        """The pairs as values for JSON."""
        return self.pairs.to_dict("records")

    @cached_property
    def locators(self) -> tuple[Locator, Locator]:
        """Locators of the two generations, to count reports by."""
        old, new = (Locator.build(units["code"].tolist(), units.geometry.to_numpy()) for units in (self.old, self.new))
        return old, new


@lru_cache(maxsize=_PAIRS)
def succession(service: Service, old: int, new: int) -> Succession:
    """Lay one generation over another: a second or more, once a pair."""
    from geo.units.noise import noise_width_m  # here, as they bring geopandas: the service starts a second sooner
    from geo.units.succession import find_succession

    before, after = service.ask(lambda connection: [read_units_frame(connection, id) for id in (old, new)])
    width = noise_width_m(before, after)
    return Succession(width, find_succession(before, after, width), before, after)


def succession_by_reports(service: Service, found: Succession) -> "DataFrame":
    """Add to the pairs how many of today's reports they share; counted anew each time, as reports come in."""
    from geo.units.succession import with_reports

    territory = service.dispatch.jurisdiction.territory
    reports = service.ask(lambda connection: count_shared_reports(connection, territory, *found.locators))
    return with_reports(found.pairs, found.old, found.new, reports)
