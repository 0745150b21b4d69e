"""The part of a session that counts by cell."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from geo.columns import Integers
from geo.counting.axes import CUBE_RESOLUTION
from geo.counting.cube import COARSEST
from geo.errors import InputError
from geo.hexagons.cells import STORED_RESOLUTION, cells_of
from geo.hexagons.hexgrid import HexGrid
from geo.hotspots.question import Found, Measure, Question
from geo.hotspots.views import counting, find
from geo.session.arguments import Day, Several
from geo.session.asking import Asked, Given
from geo.session.judging import Judging

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

_OF_FINE_CELLS: Final = ("count", "reporters")


class Hexes(Judging):
    """Counts by cell."""

    def hexes(
        self,
        category: Several | None = None,
        *,
        since: Day | None = None,
        until: Day | None = None,
        res: int = 8,
        measure: Measure = "count",
        status: Several | None = None,
        status_at: Day | None = None,
        channel: Several | None = None,
        overdue: bool = False,
        duplicates: bool = True,
        unit: str | None = None,
        boundaries_at: Day | None = None,
        bbox: Sequence[float] | None = None,
        population: Path | str | None = None,
        every_cell: bool = False,
    ) -> "GeoDataFrame":
        """Count reports by H3 cell.

        Parameters
        ----------
        category : str or sequence of str, optional
            Codes; all if left out.
        since, until : date or str, optional
            Local days, both included; the 30 days until today if left out.
        res : int
            H3 resolution, 5 to 9; to 12 in a unit or bbox, for the measures count and reporters.
        measure : {"count", "reporters", "per_km2", "per_1000", "share"}
            Reports; people who reported, each once a cell; rates; the share of the cell's reports, against the city's.
        status : str or sequence of str, optional
            As it is now, or at the end of `status_at`.
        status_at : date or str, optional
            Local day at whose end the status is meant; with `status`.
        channel : str or sequence of str, optional
            How it came in.
        overdue : bool
            Only what should have been answered by now and is not.
        duplicates : bool
            Whether reports that were merged into others count, too.
        unit : str, optional
            Code of a ward: exactly the reports whose points it holds are counted.
        boundaries_at : date or str, optional
            `unit` is a ward of this date; of the last day if left out.
        bbox : (west, south, east, north), optional
            Degrees: only cells that touch it.
        population : path, optional
            CSV of ``cell`` and ``population``, for the measure per_1000; that of HIENTRUONG_POPULATION if left out.
        every_cell : bool
            Whether cells without a report are shown, too.

        Returns
        -------
        GeoDataFrame
            By cell: count, what the measure adds, synthetic, inside, hidden, geometry (lon, lat). The columns are
            explained in docs/hotspots.md, ``attrs`` has what they rest on.

        Raises
        ------
        InputError, NotFoundError
            Something given is not one of what there is.

        Examples
        --------
        >>> hexes = db.hexes("waste", since="2026-01-01", until="2026-03-31", res=7)
        >>> int(hexes["count"].sum()) == hexes.attrs["n"] > 0
        True
        >>> hexes.index[0][:2], hexes.crs.to_epsg()
        ('87', 4326)
        """
        self._source.held.check_unit(unit, by_point=True)
        if unit is not None:
            self._source.held.check_official("counts by unit")
        asked = self._asked(
            Given(
                category, since, until, res, status, status_at, channel, overdue, duplicates, unit, bbox, boundaries_at
            ),
            finest=STORED_RESOLUTION,
        )
        question, query = Question(asked.window, "counts", measure), asked.query_of_unit
        if asked.res > CUBE_RESOLUTION:
            frame = self._frame(asked, self._fine(asked, question, every_cell), query, every_cell)
            frame.attrs |= {"cells": None, "n_city": None}
        else:
            frame = self._frame(asked, self._found(asked, question, query, population), query, every_cell)
        frame.attrs |= {"unit": self._unit_told(unit)}
        return frame

    def _fine(self, asked: Asked, question: Question, every_cell: bool) -> Found:
        """Count by cells finer than those of the cube: in a unit or a box, and only where there are reports."""
        if asked.unit is None and asked.box is None:
            raise InputError(
                f"res {asked.res}: the whole city is counted by cells of resolution {COARSEST} to {CUBE_RESOLUTION}: "
                f"give a unit or a bbox for finer ones, up to {STORED_RESOLUTION}",
                "res",
            )
        if question.measure not in _OF_FINE_CELLS or every_cell:
            raise InputError(
                f"cells finer than resolution {CUBE_RESOLUTION} are given where there are reports, with the measure "
                f"{' or '.join(_OF_FINE_CELLS)}",
                "measure" if question.measure not in _OF_FINE_CELLS else "every_cell",
            )
        self._check(question)
        reporters = question.measure == "reporters"
        tally = counting(self._counter(asked), asked.query_of_unit, reporters=reporters)(asked.window)
        cells = tally.cell if len(tally.cell) else _any_cell(asked)
        grid = HexGrid.some(asked.layer.locator.polygons, cells)
        return find(grid, lambda _: tally, question)


def _any_cell(asked: Asked) -> Integers:
    """Give one cell of the box or the unit, so that the grid of no report is one, too."""
    shape = asked.layer.locator.extent if asked.box is None else asked.box
    return cells_of([shape[0]], [shape[1]], asked.res)
