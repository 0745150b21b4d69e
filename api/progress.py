"""Progress of whatever takes longer than two seconds, on standard error and only at a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, DownloadColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from api.commands.console import console

Advance = Callable[[int, int], None]
"""Told how many bytes of how many are done."""


@contextmanager
def bytes_read(task: str) -> Iterator[Advance]:
    """Show how much of a file has been read."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        number = bar.add_task(task, total=None)
        yield lambda done, total: bar.update(number, completed=done, total=total)


@contextmanager
def share_done(task: str) -> Iterator[Callable[[float, float], None]]:
    """Show how much of something that has no bytes to count is done."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        number = bar.add_task(task, total=None)
        yield lambda done, total: bar.update(number, completed=done, total=total)
