"""Millions of stored reports, and the same ones as Parquet: laid into the tables by COPY, without an import's checks.

Each has what a report has: a point in the city, its unit, cell and moment, one of a tenth as many people as reports, a
channel, a status, and what came of it. What is the same in all of them is the month's default, so that it need not be
sent. They have no events.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from geo.hexagons.cells import cells_of, parents
from geo.store.boundaries import read_dispatch
from geo.store.copy_binary import copy_rows
from geo.units.jurisdiction import Layer
from geo.units.territory import HANOI
from geo.vocabulary import STATUSES
from tests.bench.city import City
from tests.bench.points import city_points
from tests.geo.coverages import Coverage

CATEGORIES = ("waste", "parking", "fire_risk")
FIRST, MONTHS = np.datetime64("2024-01", "M"), 24
RESOLUTIONS = (8, 9)
_PLACES = 1_000_000
_STATUS_SHARES = (0.05, 0.05, 0.83, 0.07)
_CHANNELS, _CHANNEL_SHARES = ("app", "hotline_1022", "web"), (0.6, 0.3, 0.1)
_HOUR = 3_600_000_000
_DUE_H, _INTAKE_H, _ANSWER_H, _CLOSED_H = 15 * 24, 24, 7 * 24, 2 * 24
_ALIKE = {
    "territory_id": HANOI.id, "how": "inside", "description": "Rác thải đổ trộm ven đường, bốc mùi", "media": "{}",
    "lead": "UBND phường", "cooperating": "{}", "urgency": "normal", "synthetic": "true",
    "intake_due_at": "2024-01-01Z",
}  # fmt: skip


def fill(city: City, n: int, parquet: Path) -> None:
    """Store n reports of two years, and write day, category and cells of each to a Parquet file."""
    with city.database.transaction() as connection:
        layer = read_dispatch(connection, HANOI.id).jurisdiction.layer_at(HANOI.today())
    writer: pq.ParquetWriter | None = None
    with city.database.connect() as connection:
        for month, (rows, counted) in enumerate(_drawn(layer, n)):
            with connection.transaction():
                _store(connection, FIRST + month, rows)
            writer = writer or pq.ParquetWriter(parquet, counted.schema)
            writer.write_table(counted)
        connection.execute("ANALYZE report")
    writer.close()


def _drawn(layer: Layer, n: int) -> Iterator[tuple[dict[str, pa.Array], pa.Table]]:
    """Draw each month's reports: the columns of the table, and what is counted by."""
    random = np.random.default_rng(0)
    polygons = np.array(layer.locator.polygons, dtype=object)
    lon, lat = city_points(Coverage([unit.code for unit in layer.units], polygons), min(_PLACES, n))
    unit_id, _ = layer.place(lon, lat)
    lon, lat, unit_id = (values[unit_id > 0] for values in (lon, lat, unit_id))
    cell, generation = cells_of(lon, lat), layer.generation.id
    coarse = {resolution: parents(cell, resolution) for resolution in RESOLUTIONS}
    points = _bytes(np.array(shapely.to_wkb(shapely.set_srid(shapely.points(lon, lat), 4326), include_srid=True)))
    people = random.integers(0, 256, (max(n // 10, 1), 16), dtype=np.uint8).view("S16").ravel()
    size = n // MONTHS
    for month in range(MONTHS):
        begin, end = ((FIRST + month + more).astype("M8[us]").astype(np.int64) for more in (0, 1))
        # Vietnam is seven hours ahead: so that months are the same by either clock, none is made in their last seven.
        moment = random.integers(begin, end - 7 * _HOUR, size)
        place, category = random.integers(0, len(lon), size), random.integers(0, len(CATEGORIES), size)
        status = random.choice(len(STATUSES), size, p=_STATUS_SHARES)
        day = (moment + 7 * _HOUR).view("M8[us]").astype("M8[D]").astype(np.int32)
        yield (
            {
                "id": _bytes(random.integers(0, 256, (size, 16), dtype=np.uint8).view("S16").ravel()),
                "reported_at": pa.array(moment.view("M8[us]"), pa.timestamp("us", tz="UTC")),
                "category": pa.array(np.array(CATEGORIES)[category]),
                "geom": points.take(pa.array(place)),
                "cell": pa.array(cell[place]),
                "unit_id": pa.array(unit_id[place].astype(np.int32)),
                "generation_id": pa.array(np.full(size, generation, np.int32)),
                "status": pa.array(np.array(STATUSES)[status]),
                "reporter": _bytes(people[random.integers(0, len(people), size)]),
                "channel": pa.array(np.array(_CHANNELS)[random.choice(len(_CHANNELS), size, p=_CHANNEL_SHARES)]),
                **_outcomes(random, moment, status),
            },
            pa.table(
                {"day": day, "category": category.astype(np.int8)}
                | {f"cell_{resolution}": cells[place] for resolution, cells in coarse.items()}
            ),
        )


def _outcomes(random: np.random.Generator, received: np.ndarray, status: np.ndarray) -> dict[str, pa.Array]:
    """Draw what came of reports by their status: begun within a day, answered within a week, on average."""

    def later(since: np.ndarray, mean_h: int) -> np.ndarray:
        return since + (random.exponential(mean_h * _HOUR, len(since))).astype(np.int64)

    intake_at = later(received, _INTAKE_H)
    answered_at = later(intake_at, _ANSWER_H)
    waits, answered = status == STATUSES.index("waiting"), status >= STATUSES.index("resolved")
    rated = answered & (random.random(len(status)) < 0.3)
    moments = {
        "received_at": (received, np.ones(len(status), bool)),
        "due_at": (received + _DUE_H * _HOUR, np.ones(len(status), bool)),
        "intake_at": (intake_at, ~waits),
        "answered_at": (answered_at, answered),
        "closed_at": (answered_at + _CLOSED_H * _HOUR, answered),
    }
    truths = {"evidence": status == STATUSES.index("resolved"), "satisfied": rated}
    return {
        name: pa.array(values.view("M8[us]"), pa.timestamp("us", tz="UTC"), mask=~known)
        for name, (values, known) in moments.items()
    } | {name: pa.array(random.random(len(status)) < 0.7, mask=~known) for name, known in truths.items()}


def _store(connection: psycopg.Connection, month: np.datetime64, rows: dict[str, pa.Array]) -> None:
    """Lay a month's rows into its table before it is the table's: then every index is built at once."""
    name, following = f"report_months.report_{str(month).replace('-', '_')}", month + 1
    connection.execute(f"CREATE TABLE {name} (LIKE report INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
    for column, value in _ALIKE.items():
        connection.execute(f"ALTER TABLE {name} ALTER {column} SET DEFAULT '{value}'")
    copy_rows(connection, name, rows)
    connection.execute(
        f"ALTER TABLE report ATTACH PARTITION {name}"
        f" FOR VALUES FROM ('{month}-01 00:00+00') TO ('{following}-01 00:00+00')"
    )


def _bytes(values: np.ndarray) -> pa.Array:
    """Make a binary column of values that all have one length."""
    width = values.dtype.itemsize if values.dtype.kind == "S" else len(values[0])
    data = values.tobytes() if values.dtype.kind == "S" else b"".join(values)
    return pa.Array.from_buffers(pa.binary(width), len(values), [None, pa.py_buffer(data)])
