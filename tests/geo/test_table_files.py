"""Files are streams: what is held of one does not grow with it."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from geo.table_files import open_table

ROWS = 500_000


def write_points(path: Path, parts: int) -> None:
    """Write half a million points for each part: 30 MB of CSV, 8 MB and one group of rows of Parquet."""
    points = pa.table({name: np.random.default_rng(1).random(ROWS) for name in ("lon", "lat")})
    if path.suffix == ".csv":
        points = points.append_column("note", pa.array(["x" * 20] * ROWS))
    open_writer = pacsv.CSVWriter if path.suffix == ".csv" else pq.ParquetWriter
    with open_writer(path, points.schema) as writer:
        for _ in range(parts):
            writer.write_table(points)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_as_much_of_a_large_file_is_held_as_of_a_smaller_one(tmp_path: Path, suffix: str) -> None:
    held, read = [], []
    for parts in (2, 5):
        path = tmp_path / f"{parts}{suffix}"
        write_points(path, parts)
        before = pa.total_allocated_bytes()
        with open_table(path, lambda *_: None) as table:
            rows, most = 0, 0
            for batch in table.batches:
                rows, most = rows + len(batch), max(most, pa.total_allocated_bytes() - before)
        held.append(most)
        read.append(rows)
    assert read == [2 * ROWS, 5 * ROWS]
    assert held[1] < held[0] * 1.2 + (4 << 20), held
