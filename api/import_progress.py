"""Progress of an import: how much of the file is read, and how many rows a second, on standard error at a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from api.commands.console import console


@contextmanager
def rows_read(task: str) -> Iterator[Callable[[int, int, int], None]]:
    """Show how much of a file has been read, and the rows a second since the beginning."""
    rate = TextColumn("{task.fields[rate]:,.0f} rows/s")
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), rate, TimeRemainingColumn())
    begun = monotonic()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        number = bar.add_task(task, total=None, rate=0)
        yield lambda done, total, rows: bar.update(
            number, completed=done, total=total, rate=rows / max(monotonic() - begun, 1e-3)
        )
