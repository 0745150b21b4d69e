"""From the edges of polygons to the grid that knows their units."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.location.edges import Edges, Ints, Polygons
from geo.location.grid import MIXED, Grid
from geo.location.raster import Cover, cells_passed

_LEAST_CELLS = 1 << 14
_MOST_CELLS = 1 << 20
_CELLS_PER_EDGE = 64
"""About how many coarse cells a grid has: no more than fits the caches of a processor (see docs/locator.md)."""

_FINE_PER_COARSE = 8
"""About how many fine cells there are, in all blocks together, for each coarse cell."""

_MOST_COLUMNS = 1 << 14
_MOST_SHIFT = 4

_BLOCKS_AT_ONCE = 1 << 12
"""Blocks whose cells are summed up at one time: all at once, a locator of Hanoi took 300 MB to build."""


def build_grid(edges: Edges, units: int) -> Grid:
    """Lay a grid over the edges of valid polygons.

    Parameters
    ----------
    edges : Edges
        In degrees.
    units : int
        How many units there are.

    Returns
    -------
    Grid
    """
    frame = _Frame.around(edges)
    edge, row, column = cells_passed(frame.in_fine_cells(edges))
    passed = frame.coarse(row, column)
    cells = _pure_cells(frame, edges)
    cells[passed] = MIXED
    block_cells = np.flatnonzero(cells == MIXED)
    cells[block_cells] = MIXED - np.arange(len(block_cells))

    blocks = _pure_blocks(frame, edges, cells)
    passed_block, size = MIXED - cells[passed], 1 << frame.shift
    blocks[passed_block, row % size, column % size] = MIXED
    block, unit = _candidates(frame, edges, block_cells, blocks, passed_block, edges.unit[edge], units)
    return Grid(
        west=frame.west,
        south=frame.south,
        per_degree=frame.per_degree,
        columns=frame.columns,
        rows=frame.rows,
        shift=frame.shift,
        cells=cells,
        blocks=blocks.astype(np.min_scalar_type(-units)).ravel(),
        first_candidate=np.searchsorted(block, np.arange(len(block_cells) + 1)),
        candidates=unit,
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where the cells lie; the numbers are those of `Grid`."""

    west: float
    south: float
    per_degree: float
    columns: int
    rows: int
    shift: int

    @classmethod
    def around(cls, edges: Edges) -> "_Frame":
        """Choose the cells so that each level has about the number that is meant."""
        west, south = float(edges.x1.min()), float(edges.y1.min())
        width, height = float(edges.x1.max()) - west, float(edges.y1.max()) - south
        cells = float(np.clip(_CELLS_PER_EDGE * len(edges), _LEAST_CELLS, _MOST_CELLS))
        cell = max((width * height / cells) ** 0.5, max(width, height) / _MOST_COLUMNS)
        columns, rows = int(np.ceil(width / cell)) + 3, int(np.ceil(height / cell)) + 3
        # A border enters a new cell each time it crosses a line, and most borders are edges of two units.
        crossed = float((np.abs(edges.x2 - edges.x1) + np.abs(edges.y2 - edges.y1)).sum()) / 2 / cell
        blocks = min(crossed + 1, columns * rows)
        shift = int(np.clip(np.log2(_FINE_PER_COARSE * cells / blocks) / 2, 0, _MOST_SHIFT))
        return cls(west - 1.5 * cell, south - 1.5 * cell, (1 << shift) / cell, columns, rows, shift)

    def in_fine_cells(self, edges: Edges) -> Edges:
        """Measure edges in fine cells, by the arithmetic that `Grid.lookup` uses for points."""
        return edges.mapped(lambda x, y: ((x - self.west) * self.per_degree, (y - self.south) * self.per_degree))

    def in_coarse_cells(self, edges: Edges) -> Edges:
        """Measure edges in coarse cells; dividing by a power of two is exact."""
        size = 1 << self.shift
        return self.in_fine_cells(edges).mapped(lambda u, v: (u / size, v / size))

    def coarse(self, row: Ints, column: Ints) -> Ints:
        """Give the coarse cell of each fine one."""
        return (row >> self.shift) * self.columns + (column >> self.shift)


def _pure_cells(frame: _Frame, edges: Edges) -> NDArray[np.int32]:
    """Find the unit at the centre of each coarse cell; `MIXED` stands for several units."""
    cover = Cover(frame.in_coarse_cells(edges), frame.columns)
    return Cover.unit(cover.everywhere(frame.columns * frame.rows), several=MIXED).astype(np.int32)


def _pure_blocks(frame: _Frame, edges: Edges, cells: NDArray[np.int32]) -> NDArray[np.int32]:
    """Find the unit at the centre of each fine cell of each block, as (block, row, column)."""
    size, columns = 1 << frame.shift, frame.columns << frame.shift
    cover = Cover(frame.in_fine_cells(edges), columns)
    coarse_row, coarse_column = np.divmod(np.flatnonzero(cells <= MIXED), frame.columns)
    row, column = np.divmod(cover.cell, columns)
    block = MIXED - cells[frame.coarse(row, column)]
    turns = np.flatnonzero(block >= 0)[np.argsort(block[block >= 0], kind="stable")]
    block, row, column, step = block[turns], row[turns] % size, column[turns] % size, cover.step[turns]
    pure = np.empty((len(coarse_row), size, size), dtype=np.int32)
    for start in range(0, len(pure), _BLOCKS_AT_ONCE):
        part = slice(start, start + _BLOCKS_AT_ONCE)
        first = (coarse_row[part, None] * size + np.arange(size)) * columns + coarse_column[part, None] * size
        total = np.zeros((*first.shape, size), dtype=np.int64)
        total[:, :, 0] = cover.before(first)
        here = slice(*np.searchsorted(block, [start, start + _BLOCKS_AT_ONCE]))
        np.add.at(total, (block[here] - start, row[here], column[here]), step[here])
        pure[part] = Cover.unit(np.cumsum(total, axis=2, out=total), several=MIXED)
    return pure


def _candidates(
    frame: _Frame,
    edges: Edges,
    block_cells: Ints,
    blocks: NDArray[np.int32],
    passed_block: NDArray[np.int32],
    passing_unit: Ints,
    units: int,
) -> tuple[Ints, Ints]:
    """Find every unit that covers some point of a block, as ascending pairs (block, unit).

    Such a unit has an edge in the block, or covers all of it. What covers all of it covers any pure cell in it. In a
    block without a pure cell it is one of the units whose bounding boxes meet the block.
    """
    turn = np.flatnonzero((np.diff(passed_block, prepend=-1) != 0) | (np.diff(passing_unit, prepend=-1) != 0))
    pure_unit = blocks.max(axis=(1, 2))
    has_unit, no_pure_cell = np.flatnonzero(pure_unit >= 0), np.flatnonzero(pure_unit == MIXED)
    boxes = shapely.STRtree(_unit_boxes(frame.in_coarse_cells(edges)))
    row, column = np.divmod(block_cells[no_pure_cell], frame.columns)
    position, near_unit = boxes.query(shapely.box(column, row, column + 1, row + 1))
    block = np.concatenate([passed_block[turn], has_unit, no_pure_cell[position]])
    unit = np.concatenate([passing_unit[turn], pure_unit[has_unit], near_unit])
    pairs = np.sort(block * units + unit)
    return np.divmod(pairs[np.diff(pairs, prepend=-1) > 0], units)


def _unit_boxes(edges: Edges) -> Polygons:
    """Bound the edges of each unit, which lie together; an edge starts where another ends."""
    start = np.flatnonzero(np.diff(edges.unit, prepend=-1))
    low, high = np.minimum.reduceat, np.maximum.reduceat
    boxes: Polygons = shapely.box(
        low(edges.x1, start), low(edges.y1, start), high(edges.x1, start), high(edges.y1, start)
    )
    return boxes
