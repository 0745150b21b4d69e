"""`hientruong ranking`: the wards beside each other, as a table or as a file."""

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.commands.console import say

if TYPE_CHECKING:
    import numpy as np
    from rich.table import Table

    from api.ranking_question import Asked
    from geo.lookup.dispatch import Dispatch
    from geo.wards.ranking import Ranking

_FORMATS = ("csv", "json")
_SHOWN = {
    "received": "received",
    "on_time_share": "on time",
    "overdue": "overdue",
    "intake_hours": "intake h",
    "answer_hours": "answer h",
    "evidence_share": "evidence",
    "satisfied_share": "satisfied",
    "reopened": "reopened",
}
"""Figures of the table; files have all of them."""


def ranking(
    first: Annotated[
        dt.datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="first local day; 30 days if left out")
    ] = None,
    last: Annotated[
        dt.datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="last local day, included; today if left out"),
    ] = None,
    category: Annotated[str | None, typer.Option(help="waste, parking, fire_risk; all if left out")] = None,
    boundaries_at: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="wards of this day; today's if left out")
    ] = None,
    sort: Annotated[str, typer.Option(help="a figure of docs/ranking.md; with a - the largest first")] = "-received",
    out: Annotated[Path | None, typer.Option(help="the file to write: .csv or .json")] = None,
    format: Annotated[str | None, typer.Option(help="csv or json, to standard output instead of a table")] = None,
) -> None:
    """Compare the wards: what they received, and how they dealt with it; beside the city and the median ward.

    Example: hientruong ranking --from 2026-01-01 --to 2026-03-31 --category waste --sort=-overdue

    Example: hientruong ranking --from 2025-01-01 --to 2025-12-31 --boundaries-at 2025-06-30 --out wards.csv
    """
    from api.commands.boundaries.tables import print_table
    from api.new_report import as_json
    from geo.wards.ranking import as_csv

    kind = _format(out, format)
    asked, found, dispatch, now = _found(first, last, category, boundaries_at)
    if kind is None:
        print_table(_table(asked.words(found, dispatch, now, sort)), sys.stdout)
        return
    body = as_csv(found, sort) if kind == "csv" else as_json(asked.words(found, dispatch, now, sort)) + b"\n"
    if out is None:
        sys.stdout.buffer.write(body)
    else:
        _write(out, body)
        say(f"{out}: {len(found.units)} wards")


def _format(out: Path | None, format: str | None) -> str | None:
    """Choose by the flag, or else by the file's ending; None is a table."""
    from geo.errors import InputError

    kind = format if format is not None or out is None else out.suffix.removeprefix(".").lower()
    if kind is not None and kind not in _FORMATS:
        raise InputError(f"{kind!r} is no format of a ranking: use {' or '.join(_FORMATS)}", "format")
    return kind


def _found(
    first: dt.datetime | None, last: dt.datetime | None, category: str | None, boundaries_at: dt.datetime | None
) -> "tuple[Asked, Ranking, Dispatch, np.datetime64]":
    """Count the stored reports of the configured territory."""
    from api.ranking_question import Asked
    from geo.columns import utc_now
    from geo.counting.period import period_of
    from geo.store.boundaries import read_dispatch
    from geo.store.session import transaction
    from geo.store.settings import territory_settings

    begin, end, day = (None if moment is None else moment.date() for moment in (first, last, boundaries_at))
    with transaction() as connection:
        dispatch, now = read_dispatch(connection, territory_settings().territory), utc_now()
        territory = dispatch.jurisdiction.territory
        asked = Asked(period_of(territory, begin, end), day or territory.today(), category)
        this, before = (asked.count(connection, dispatch, now, days) for days in asked.periods)
        return asked, asked.ranking(dispatch, this, before), dispatch, now


def _table(words: dict[str, Any]) -> "Table":
    from rich.markup import escape
    from rich.table import Column, Table

    table = Table("code", "ward", *(Column(name, justify="right") for name in _SHOWN.values()))
    for ward in words["wards"]:
        table.add_row(ward["code"], escape(ward["name"]), *map(_cell, _SHOWN, (ward[name] for name in _SHOWN)))
    table.add_section()
    for name in ("city", "median"):
        table.add_row("", name, *map(_cell, _SHOWN, (words[name][figure] for figure in _SHOWN)))
    period = words["period"]
    table.caption = f"{period['from']} to {period['to']}, wards of {words['boundaries_at']}, as of {words['as_of']}"
    return table


def _cell(name: str, value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.1%}" if name.endswith("_share") else f"{value:,.1f}".removesuffix(".0")


def _write(out: Path, body: bytes) -> None:
    from geo.errors import FileError

    try:
        out.write_bytes(body)
    except OSError as error:
        raise FileError(f"{out}: can't be written: {error.strerror}") from None
