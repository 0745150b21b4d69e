"""What a session reads from a folder; nothing of it changes, so what was made of it once is kept."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from geo.access import PUBLIC
from geo.columns import Integers, Words
from geo.counting.axes import CUBE_RESOLUTION, Axes
from geo.counting.cube import COARSEST, Cube
from geo.counting.frames import facts_of_points
from geo.counting.only import Only
from geo.dataset.boundaries import read_dispatch, read_units
from geo.dataset.columns import report_schema
from geo.dataset.content import REPORTS, read_content
from geo.dataset.counts import read_counts
from geo.dataset.selecting import filter_of, filter_of_only, lies_there
from geo.errors import FileError, InputError
from geo.geoparquet import coordinates
from geo.hotspots.views import Counter
from geo.location.locator import Locator
from geo.lookup.dispatch import Dispatch
from geo.privacy.published import Published
from geo.session.source import Held, Selection
from geo.units.shared_reports import SharedReports, count_shared
from geo.units.territory import Generation
from geo.wards.cases import MOMENTS, OUTCOMES, Cases

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

_COUNTED = ("category", "reported_at", "status", "duplicate_of", "synthetic")
_PLACE = ("unit_id", "generation_id", "geometry")


class FolderSource:
    """A folder that `hientruong export` wrote, as a session reads it.

    Parameters
    ----------
    folder : Path

    Raises
    ------
    NotFoundError, FileError
        There is no such folder, or something else is in it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.expanduser().absolute()
        self._content = read_content(self._folder)
        self._counted = lru_cache(maxsize=4)(self._count)

    @property
    def name(self) -> str:
        """The folder and its territory."""
        return f"{self._folder.name} ({self._content.territory.id})"

    @property
    def territory(self) -> str:
        """Id of the territory."""
        return self._content.territory.id

    @property
    def held(self) -> Held:
        """Say which reports are in the folder."""
        content = self._content
        return Held(
            days=(content.first, content.last),
            every_day=not content.days_left_out,
            categories=tuple(each.code for each in content.categories) if content.categories_left_out else None,
            unit=content.unit,
            reporters=content.reporters,
            public=content.role == PUBLIC.role,
        )

    def dispatch(self) -> Dispatch:
        """Give boundaries, categories and rules."""
        return self._dispatch

    def now(self) -> np.datetime64:
        """Give the moment, UTC, at which the folder was made."""
        return np.datetime64(self._content.made_at.astimezone(dt.UTC).replace(tzinfo=None), "ms")

    def counter(self, only: Only, resolution: int) -> Counter:
        """Give the counts of some reports; refuse those that are not in the folder."""
        if resolution > CUBE_RESOLUTION:
            raise InputError(
                f"a folder counts by cells of resolution {COARSEST} to {CUBE_RESOLUTION}, not {resolution}: ask a "
                "database",
                "res",
            )
        if only.status_at is not None:
            raise InputError(
                "a folder says how each report stands, not how it stood: leave status_at out, or ask a database",
                "status_at",
            )
        return self._counted(replace(only, near=None))

    def residents(self) -> None:
        """Give nothing: a folder has no residents."""

    def published(self) -> Published | None:
        """Give the counts that everybody may see, if there are no others."""
        return self._published if self.held.public else None

    def generations(self) -> Sequence[Generation]:
        """List the sets of boundaries."""
        return self._content.generations

    def units(self, generation: Generation) -> "GeoDataFrame":
        """Read the units of a generation."""
        return read_units(self._folder, generation).drop(columns=["unit_id", "parent_id"])

    def reports(self, selection: Selection, columns: Sequence[str]) -> pa.Table:
        """Read columns of reports."""
        rows = self._read(selection, columns)
        if selection.unit_id is None or selection.generation_id is None:
            return rows
        return rows.filter(pa.array(self._unit_ids(rows, selection.generation_id) == selection.unit_id))

    def cases(self, first: dt.date, last: dt.date, boundaries_at: dt.date, category: str | None) -> Cases:
        """Read what ward figures are made of."""
        selection = Selection(first, last, None if category is None else (category,))
        names = ("category", "reported_at", "duplicate_of", "reopened", "synthetic", *MOMENTS, *OUTCOMES)
        rows = self._read(selection, names)
        zoned = rows["reported_at"].cast(pa.timestamp("us", tz=self._content.territory.time_zone))
        positions = pa.array([category.code for category in self._content.categories])
        columns: dict[str, Any] = {name: rows[name].cast(pa.timestamp("us")).to_numpy() for name in MOMENTS}
        columns |= {name: pc.fill_null(rows[name].cast(pa.int64()), -1).to_numpy() for name in OUTCOMES}
        return Cases(
            unit_id=self._unit_ids(rows, self._dispatch.jurisdiction.layer_at(boundaries_at).generation.id),
            category=pc.index_in(rows["category"], positions).to_numpy().astype(np.int64),
            month=pc.local_timestamp(zoned).to_numpy().astype("datetime64[M]"),
            cell=np.zeros(len(rows), np.int64),
            reporter=np.zeros(len(rows), np.int64),
            reopened=rows["reopened"].to_numpy(),
            merged=rows["duplicate_of"].is_valid().to_numpy(),
            synthetic=rows["synthetic"].to_numpy(),
            **columns,
        )

    def shared_reports(self, old: Locator, new: Locator) -> SharedReports:
        """Count all reports by the units that hold their points in two generations."""
        return count_shared(old, new, (coordinates(rows["geometry"], None)[:2] for rows in self._batches(["geometry"])))

    def close(self) -> None:
        """Do nothing, as nothing is held open."""

    @cached_property
    def _dispatch(self) -> Dispatch:
        return read_dispatch(self._folder, self._content)

    @cached_property
    def _reports(self) -> ds.Dataset:
        files = sorted((self._folder / REPORTS).glob("month=*/*.parquet"))
        schema = report_schema(reporters=self._content.reporters)
        return ds.dataset([str(file) for file in files], schema=schema, format="parquet")

    @cached_property
    def _published(self) -> Published:
        return read_counts(self._folder, self._content)

    def _count(self, only: Only) -> Cube:
        axes = Axes(tuple(category.code for category in self._content.categories), self._dispatch.jurisdiction.layers)
        cube = Cube(axes)
        columns = [*_COUNTED, "geometry", *(["reporter"] if self._content.reporters else [])]
        for rows in self._batches(columns, filter_of_only(only, self._content.territory.zone, self.now())):
            lon, lat, _ = coordinates(rows["geometry"], None)
            frame = rows.drop_columns(["geometry", "duplicate_of"]).to_pandas()
            frame["duplicate"] = rows["duplicate_of"].is_valid().to_numpy(zero_copy_only=False)
            cube = cube.extend(facts_of_points(axes, frame, lon, lat, self._content.territory.time_zone))
        return cube.folded()

    def _read(self, selection: Selection, columns: Sequence[str]) -> pa.Table:
        """Read columns of reports, unit_id and generation_id, and their points as lon and lat."""
        names = list(dict.fromkeys((*columns, *_PLACE)))
        with self._explained():
            wanted = filter_of(selection, self._content.territory.zone, self.now())
            rows = self._reports.to_table(columns=names, filter=wanted)
        lon, lat, _ = coordinates(rows["geometry"], None)
        rows = rows.drop_columns("geometry").append_column("lon", pa.array(lon)).append_column("lat", pa.array(lat))
        return rows.filter(pa.array(lies_there(selection, lon, lat)))

    def _batches(self, columns: Sequence[str], wanted: ds.Expression | None = None) -> Iterator[pa.RecordBatch]:
        with self._explained():
            yield from self._reports.to_batches(columns=list(columns), filter=wanted)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (OSError, pa.ArrowException) as error:
            first = str(error).splitlines()[0]
            raise FileError(f"{self._folder / REPORTS}: can't be read: {first}: export the folder again") from None

    def _unit_ids(self, rows: pa.Table, generation_id: int) -> Integers:
        """Find the unit of each report under given boundaries: by its point, unless it was located by them."""
        layer = self._dispatch.jurisdiction.layer_of(generation_id)
        return layer.unit_ids_of(*(rows[name].to_numpy() for name in ("unit_id", "generation_id", "lon", "lat")))


def _objects(column: pa.ChunkedArray) -> Words:
    """Give a column of Python's own values."""
    values: Any = column.to_pandas().astype(object)
    found: Words = values.where(values.notna(), None).to_numpy()
    return found
