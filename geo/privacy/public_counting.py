"""Hot spots from what everybody may see: counts by cell from the published table, and where some are hidden."""

from dataclasses import replace
from typing import Any

import numpy as np

from geo.columns import Truths
from geo.counting.cube import COARSEST, Query
from geo.hexagons.cells import cell_names, parents
from geo.hexagons.hexgrid import HexGrid
from geo.hotspots.question import Count, Tally, Window
from geo.privacy.published import LEAST_PEOPLE, PublicCounts, Published


def told(table: Published, query: Query, window: Window) -> PublicCounts:
    """Give what everybody may see of a window: whole months, cells of the resolution asked for and coarser ones."""
    return table.counts(replace(query, first=window.first, last=window.last, categories=window.categories))


def fine(counts: PublicCounts, resolution: int) -> Truths:
    """Tell which cells are of the resolution asked for, not coarser ones."""
    found: Truths = _resolutions(counts) == resolution
    return found


def public_counting(table: Published, query: Query, grid: HexGrid | None = None) -> Count:
    """Let the table count.

    Parameters
    ----------
    table : Published
    query : Query
    grid : HexGrid, optional
        Its cells that are not told, but lie in a coarser cell that is, are hidden ones; without it, none are named.
    """

    def count(window: Window) -> Tally:
        counts = told(table, query, window)
        shown = fine(counts, query.resolution)
        cell = counts.cell[shown]
        hidden = cell[:0] if grid is None else np.setdiff1d(grid.cell[_held(grid, counts)], cell)
        return Tally(cell, counts.count[shown], counts.synthetic[shown], hidden)

    return count


def hidden_words(counts: PublicCounts, resolution: int, cell: int | None = None) -> dict[str, Any]:
    """Say what the public is not told cell by cell, and where else it is told.

    Parameters
    ----------
    counts : PublicCounts
    resolution : int
        That was asked for.
    cell : int, optional
        Only of this cell: the coarser cells are those that hold it.
    """
    coarse = ~fine(counts, resolution)
    if cell is not None:
        holding = [parents(np.array([cell]), coarser) for coarser in range(COARSEST, resolution)]
        coarse &= np.isin(counts.cell, holding)
    names, numbers = cell_names(counts.cell[coarse]).tolist(), counts.count[coarse].tolist()
    return {
        "fewer_reporters_than": LEAST_PEOPLE,
        "reporters_counted_by": "month",
        "cells": None,
        "reports_in_coarser_cells": sum(numbers),
        "reports_in_city_only": counts.unplaced,
        "coarser_cells": dict(zip(names, numbers, strict=True)),
    }


def _held(grid: HexGrid, counts: PublicCounts) -> Truths:
    """Tell which cells of a grid lie in a coarser cell of which something is told."""
    held = np.zeros(len(grid), bool)
    for resolution in np.unique(_resolutions(counts)).tolist():
        if resolution < grid.resolution:
            held |= np.isin(parents(grid.cell, resolution), counts.cell)
    return held


def _resolutions(counts: PublicCounts) -> Any:
    return counts.cell >> 52 & 0b1111
