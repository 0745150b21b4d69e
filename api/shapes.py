"""Shapes of units as answers need them: read once a generation, simplified once a tolerance, kept in the process."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import orjson
import shapely

from api.service import Service
from geo.simplify import simplify_coverage, simplify_each
from geo.store.boundaries import read_units_frame
from geo.store.session import Connection
from geo.store.units import UnitShapes, read_unit_shapes
from geo.territory import Generation

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
    """Who became whom between two generations: rows of `boundaries.succession.find_succession`, and what is noise."""

    noise_width_m: float
    pairs: tuple[dict[str, Any], ...]


@lru_cache(maxsize=_PAIRS)
def succession(service: Service, old: int, new: int) -> Succession:
    """Lay one generation over another: a second or more, once a pair."""

    def frames(connection: Connection) -> tuple[Any, Any]:
        return read_units_frame(connection, old), read_units_frame(connection, new)

    before, after = service.ask(frames)
    from boundaries.noise import noise_width_m  # late: both need geopandas, and a service starts a second sooner
    from boundaries.succession import find_succession

    width = noise_width_m(before, after)
    rows: Any = find_succession(before, after, width).to_dict("records")
    return Succession(width, tuple(rows))
