"""`hientruong rules`: who is responsible for what, as a table that people edit."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.console import put, put_json, say, user

if TYPE_CHECKING:
    from geo.lookup.dispatch import Dispatch
    from geo.responsibility.rules import RuleSet

app = typer.Typer(help="Check, load and show the rules of responsibility.", no_args_is_help=True, rich_markup_mode=None)
RulesFile = Annotated[Path, typer.Argument(help="TOML file with a [[rule]] for each rule")]


@app.command()
def check(file: RulesFile) -> None:
    """Check rules against the categories, units and areas of the territory; every problem is named, and status 1 given.

    Example: hientruong rules check rules.toml
    """
    from api.commands.stored import stored_dispatch

    rules = _read_file(file, stored_dispatch())
    say(f"{file}: {len(rules.rules)} rules are fine")


@app.command()
def load(
    file: RulesFile,
    commit: Annotated[bool, typer.Option("--commit", help="put them into force; without, nothing is changed")] = False,
) -> None:
    """Put rules into force in place of all those before; a dry run that says what would change unless --commit.

    Example: hientruong rules load rules.toml --commit
    """
    from geo.responsibility.changes import rule_changes
    from geo.store.boundaries import read_dispatch
    from geo.store.rules import put_rules
    from geo.store.session import transaction
    from geo.store.settings import territory_settings

    territory = territory_settings().territory
    with transaction() as connection:
        dispatch = read_dispatch(connection, territory)
        rules = _read_file(file, dispatch)
        changes = rule_changes(dispatch.rules, rules)
        number = put_rules(connection, territory, rules, file.name, user()) if commit else None
    for change in changes:
        say(change)
    if number is not None:
        say(f"written: rule set {number} with {len(rules.rules)} rules is in force")
    elif commit:
        say(f"{file}: these rules are in force already; nothing was changed")
    else:
        say(f"dry run, nothing was written: {len(changes)} changes; add --commit to put the rules into force")


@app.command()
def show(
    number: Annotated[int | None, typer.Option("--set", help="a set of the past, by its number in the list")] = None,
) -> None:
    """Show the rules in force, as TOML that load reads.

    Example: hientruong rules show > rules.toml
    """
    from geo.store.boundaries import read_dispatch
    from geo.store.rules import read_rules
    from geo.store.session import transaction
    from geo.store.settings import territory_settings

    territory = territory_settings().territory
    with transaction() as connection:
        rules = read_dispatch(connection, territory).rules
        if number is not None:
            rules = read_rules(connection, territory, rules.known, rules.calendar, number)
    put(rules.to_toml().rstrip())


@app.command("list")
def list_sets() -> None:
    """List who loaded which rules when, as JSON; each set was in force until the next one was loaded.

    Example: hientruong rules list
    """
    from geo.store.rules import list_rule_sets
    from geo.store.session import transaction
    from geo.store.settings import territory_settings

    with transaction() as connection:
        sets = list_rule_sets(connection, territory_settings().territory)
    put_json([{**dataclasses.asdict(each), "loaded_at": each.loaded_at.isoformat()} for each in sets])


def _read_file(file: Path, dispatch: "Dispatch") -> "RuleSet":
    """Read a file of rules; tell each of its problems on a line and end with status 1."""
    from geo.lookup.dispatch import known_to_rules, territory_calendar
    from geo.responsibility.rules import RulesError, RuleSet

    jurisdiction = dispatch.jurisdiction
    known = known_to_rules(jurisdiction, dispatch.categories)
    try:
        return RuleSet.from_toml(file, known, territory_calendar(jurisdiction.territory))
    except RulesError as error:
        for problem in error.problems:
            say(f"{file}: {problem}")
        raise typer.Exit(1) from None
