"""Residents by cell, as an operator gives them: a CSV file of H3 cells, never a guess."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from geo.arrow_values import numbers
from geo.columns import Floats, Integers
from geo.errors import FileError, InputError
from geo.hexagons.cells import cells_named, parents
from geo.hexagons.grids import Boundaries, boundaries_of, grid_at
from geo.hexagons.hexgrid import FINEST, HexGrid
from geo.units.jurisdiction import Layer


def read_population(path: Path) -> tuple[Integers, Floats]:
    """Read residents by cell, for `geo.hexagons.hexgrid.HexGrid.with_population`.

    Parameters
    ----------
    path : Path
        UTF-8 CSV with the columns ``cell`` (H3's hexadecimal string) and ``population``; others are left alone.

    Returns
    -------
    cells : ndarray of int64, shape (n,)
    residents : ndarray of float64, shape (n,)

    Raises
    ------
    FileError
        The file can't be read, lacks a column, or a line has no cell or no number of 0 or more.
    """
    text = dict.fromkeys(("cell", "population"), pa.string())
    options = pacsv.ConvertOptions(include_columns=list(text), column_types=text)
    try:
        table = pacsv.read_csv(str(path), convert_options=options).combine_chunks()
        cells = cells_named(table["cell"].to_pylist())
    except KeyError as error:
        raise FileError(f"{path}: lacks a column: it needs cell and population") from error
    except (OSError, pa.ArrowException, InputError) as error:
        raise FileError(f"{path}: {str(error).splitlines()[0]}") from error
    residents = numbers(pa.chunked_array(table["population"]).combine_chunks())
    wrong = ~(np.isfinite(residents) & (residents >= 0))
    if wrong.any():
        line = int(wrong.argmax()) + 2
        raise FileError(f"{path}: line {line}: population must be a number of 0 or more")
    return cells, residents


@dataclass(frozen=True, eq=False)
class Residents:
    """Residents by cell, for the grids of any boundaries; make them with `read`.

    Parameters
    ----------
    path : Path
        Where they are from.
    cells : ndarray of int64, shape (n,)
        Of one resolution.
    people : ndarray of float64, shape (n,)
    """

    path: Path
    cells: Integers
    people: Floats

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a file, see `read_population`; FileError, too, if its cells are of several resolutions or none."""
        cells, people = read_population(path)
        if len(np.unique(cells >> 52)) != 1:
            raise FileError(f"{path}: it needs cells, all of one resolution")
        return cls(path, cells, people)

    @property
    def resolution(self) -> int:
        """The H3 resolution of the cells: the finest at which residents are known."""
        return int(self.cells[0]) >> 52 & 0b1111

    def check(self, layer: Layer) -> None:
        """Refuse cells that are given twice or lie outside a city; FileError names the first."""
        try:
            grid_at(boundaries_of(layer), min(self.resolution, FINEST)).with_population(self.cells, self.people)
        except InputError as error:
            raise FileError(f"{self.path}: {error}") from error

    def on(self, layer: Layer, resolution: int) -> HexGrid:
        """Give the grid of a city with its residents; made once. A cell outside it is left out.

        Raises
        ------
        InputError
            The residents are given by coarser cells.
        """
        if resolution > self.resolution:
            raise InputError(f"residents are known by cells of resolution {self.resolution}, not {resolution}", "res")
        return _peopled(self, boundaries_of(layer), resolution)


@lru_cache(maxsize=16)
def _peopled(residents: Residents, boundaries: Boundaries, resolution: int) -> HexGrid:
    grid = grid_at(boundaries, resolution)
    held = grid.find(parents(residents.cells, resolution)) >= 0
    return grid.with_population(residents.cells[held], residents.people[held])
