"""Residents by cell, as an operator gives them: a CSV file of H3 cells, never a guess."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from geo.arrow_values import numbers
from geo.cells import cells_named
from geo.columns import Floats, Integers
from geo.errors import FileError, InputError


def read_population(path: Path) -> tuple[Integers, Floats]:
    """Read residents by cell, for `geo.hexgrid.HexGrid.with_population`.

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
