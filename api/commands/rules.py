"""`hientruong rules`: who is responsible for what, as a table that people edit."""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.console import put, say

app = typer.Typer(help="Check and show the rules of responsibility.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def check(file: Annotated[Path, typer.Argument(help="TOML file with a [[rule]] for each rule")]) -> None:
    """Check rules against the categories and units of the territory; every problem is named, and status 1 given.

    Example: hientruong rules check rules.toml
    """
    from api.commands.stored import stored_dispatch
    from geo.rules import RulesError, RuleSet

    try:
        rules = RuleSet.from_toml(file, stored_dispatch().rules.known)
    except RulesError as error:
        for problem in error.problems:
            say(f"{file}: {problem}")
        raise typer.Exit(1) from None
    say(f"{file}: {len(rules.rules)} rules are fine")


@app.command()
def show() -> None:
    """Show the rules in force, as TOML that check reads.

    Example: hientruong rules show > rules.toml
    """
    from api.commands.stored import stored_dispatch

    put(stored_dispatch().rules.to_toml().rstrip())
