"""What the commands on boundaries print: tables, and a generation in words."""

import dataclasses
import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Any, TextIO

from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from boundaries.report import GateReport
    from geo.units.territory import Generation

_PIPE_WIDTH = 160
_TOLD = 5


def show_report(report: "GateReport", stream: TextIO) -> None:
    """Print what the gate found: all that stops a load or was repaired, of the rest a few of each check."""
    from boundaries.report import HEADINGS

    told: Counter[str] = Counter()
    table = Table(*HEADINGS)
    for row in report.rows():
        severity, check = row[:2]
        told[check] += severity == "information"
        if severity != "information" or told[check] <= _TOLD:
            table.add_row(*map(escape, row))
    for check, count in told.items():
        if count > _TOLD:
            table.add_row("information", check, "", "", "", f"... and {count - _TOLD} more")
    area = "" if report.area_m2 is None else f", {report.area_m2 / 1e6:,.3f} km²"
    table.caption = f"{len(report.repaired)} units{area}: {'passed' if report.passed else 'refused'}"
    print_table(table, stream)


def print_table(table: Table, stream: TextIO) -> None:
    """Print a table as wide as the terminal, or wide enough for a pipe."""
    Console(file=stream, width=None if stream.isatty() else _PIPE_WIDTH).print(table)


def plain_generation(generation: "Generation") -> dict[str, Any]:
    """Turn a generation into values that JSON has."""
    values = dataclasses.asdict(generation)
    return {key: value.isoformat() if isinstance(value, dt.date) else value for key, value in values.items()}


def generation_words(generation: "Generation") -> str:
    """Name a generation: its id, kind, level and period."""
    from geo.store.boundaries import period_words

    kind = "schematic" if generation.schematic else "surveyed"
    period = period_words(generation.valid_from, generation.valid_to)
    return f"generation {generation.id} ({kind} {generation.level} boundaries, {period})"
