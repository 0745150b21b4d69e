"""What everybody may see of the counts, as a file: a row for each group of reports by five people and more."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from geo.dataset.columns import COUNT_COLUMNS
from geo.dataset.content import COUNTS, Content
from geo.errors import FileError
from geo.hexagons.cells import cell_names, cells_named
from geo.privacy.published import CITY, Published

_NUMBERS = ("count", "synthetic", "people")


def counts_table(table: Published, content: Content) -> pa.Table:
    """Lay published groups of the content's months and categories out as `COUNT_COLUMNS`."""
    codes = [category.code for category in content.categories]
    kept = np.array([code in codes for code in table.categories] + [len(codes) == len(table.categories)])
    begin, end = _months(content)
    rows = np.flatnonzero((table.month >= begin) & (table.month < end) & kept[table.category])
    cell = table.cell[rows]
    names = np.full(len(rows), None, dtype=object)
    names[cell != CITY] = cell_names(cell[cell != CITY]).tolist()
    columns = {
        "month": table.month[rows].astype("datetime64[M]").astype(str).tolist(),
        "category": pa.array([*table.categories, None]).take(pa.array(table.category[rows] % (len(kept)))),
        "cell": names.tolist(),
        **{name: getattr(table, name)[rows] for name in _NUMBERS},
    }
    return pa.table({name: pa.array(columns[name], each.kind) for name, each in COUNT_COLUMNS.items()})


def read_counts(folder: Path, content: Content) -> Published:
    """Read the groups of a folder.

    Raises
    ------
    FileError
        The file is not there, or holds something else.
    """
    try:
        rows = pq.read_table(folder / COUNTS, columns=list(COUNT_COLUMNS))
    except (OSError, pa.ArrowException) as error:
        first = str(error).splitlines()[0]
        raise FileError(f"{folder / COUNTS}: can't be read: {first}: export the folder again") from None
    codes = tuple(category.code for category in content.categories)
    cell = np.full(len(rows), CITY, dtype=np.int64)
    placed = rows["cell"].is_valid().to_numpy()
    cell[placed] = cells_named(rows["cell"].drop_null().to_pylist())
    month = rows["month"].to_numpy().astype("datetime64[M]").astype(np.int64)
    category = np.array([codes.index(code) if code in codes else -1 for code in rows["category"].to_pylist()], np.int64)
    count, synthetic, people = (rows[name].to_numpy() for name in _NUMBERS)
    return Published(month, category, cell, count, synthetic, people, codes, _months(content))


def _months(content: Content) -> tuple[int, int]:
    """Give the first month, since January 1970, and the first after the last one."""
    first, last = (np.datetime64(day, "M").astype(np.int64) for day in (content.first, content.last))
    return int(first), int(last) + 1
