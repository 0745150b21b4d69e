"""What a step in the life of a generation did or would do, in words, tables and JSON."""

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from api.commands.boundaries.tables import generation_words, plain_generation, print_table
from api.commands.console import put_json, say
from geo.errors import FileError

if TYPE_CHECKING:
    from geo.store.boundaries import Outcome
    from geo.store.relocation import Relocated

_NAMED = 10


def told(outcome: "Outcome", commit: bool) -> str:
    """Say in one line what was done, or what would be done by the same command with --commit.

    A dry run's generation has a number that nobody can use, so it is not named.
    """
    from geo.store.boundaries import period_words

    new = outcome.generation
    period = period_words(new.valid_from, new.valid_to)
    what = [f"{new.units} units of level {new.level}, {_STATE[new.state]} {period}"]
    will = "is" if commit else "would be"
    if outcome.retired is not None:
        what.append(f"{generation_words(outcome.retired)} {will} retired")
    if outcome.ended is not None:
        what.append(f"{generation_words(outcome.ended)} {will} ended where these begin")
    if outcome.reopened is not None:
        what.append(f"{generation_words(outcome.reopened)} {will} in force for that period again")
    if outcome.moved:
        what.append(f"{outcome.moved:,} open reports {will} moved to another unit")
    if commit:
        return f"written: generation {new.id}, " + "; ".join(what)
    return "dry run, nothing was written: would write " + "; ".join(what) + "; add --commit to do so"


_STATE = {
    "draft": "a draft that answers nothing, for the period",
    "active": "in force",
    "retired": "out of force, once",
}


def show_relocated(relocated: "Relocated") -> None:
    """Print from which unit to which how many reports would change, and the ids of the first."""
    if not len(relocated):
        say("no report's unit changes")
        return
    pairs = list(zip(relocated.old_code.tolist(), (code or "none" for code in relocated.new_code), strict=True))
    moving = Counter(pair for pair, is_open in zip(pairs, relocated.open.tolist(), strict=True) if is_open)
    table = Table("unit", "would be", "open: move", "closed: stay")
    for pair, count in Counter(pairs).most_common():
        table.add_row(*pair, f"{moving[pair]:,}", f"{count - moving[pair]:,}")
    print_table(table, sys.stderr)
    named = ", ".join(relocated.id[:_NAMED].tolist())
    rest = len(relocated) - _NAMED
    say(f"{len(relocated):,} reports lie in another unit: {named}" + (f" and {rest:,} more" if rest > 0 else ""))


def write_relocated(relocated: "Relocated", file: Path) -> None:
    """Write all reports whose unit would change as CSV: id, old_code, new_code, open."""
    import pandas as pd

    try:
        pd.DataFrame(vars(relocated)).to_csv(file, index=False)
    except OSError as error:
        raise FileError(f"{file} can't be written: {error.strerror or error}") from error


def put_relocated(outcome: "Outcome", relocated: "Relocated | None", commit: bool) -> None:
    """Print the outcome as one JSON object, with all reports whose unit would change."""
    names = ("generation", "retired", "ended", "reopened")
    told = {name: found and plain_generation(found) for name in names for found in [getattr(outcome, name)]}
    rows = [] if relocated is None else zip(*(values.tolist() for values in vars(relocated).values()), strict=True)
    reports = [dict(zip(("id", "old_code", "new_code", "open"), row, strict=True)) for row in rows]
    put_json({"written": commit, **told, "moved": outcome.moved, "reports": reports})
