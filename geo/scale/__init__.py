"""Past one machine: whose many files of points are, and where reports concentrate in them, by the workers of Dask.

Each file of a folder is one task, or several if it is a large Parquet file, and runs the code of one machine
(`geo.lookup.located_file`, `geo.counting.counted_file`). A task leaves a whole file or none, and may run any number of
times, so that a worker that is lost changes nothing. Source, output and this project's packages must be where every
worker can reach them.
"""

from geo.errors import SetupError

try:
    import distributed as _distributed  # noqa: F401
except ModuleNotFoundError as error:
    raise SetupError(f"{error.name} is not installed: run `.venv/bin/pip install --editable '.[scale]'`") from error

from geo.scale.cluster import connect
from geo.scale.work import count_folder, locate_folder

__all__ = ["connect", "count_folder", "locate_folder"]
