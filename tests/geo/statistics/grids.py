"""Grids of H3 cells to put counts on."""

import h3
import numpy as np

from geo.hexagons.cells import cells_named

HANOI = "89415cb419bffff"


def disk(rings: int) -> np.ndarray:
    """Give all cells of resolution 9 within so many rings around a cell in Hanoi; shape (n,)."""
    return cells_named(h3.grid_disk(HANOI, rings))
