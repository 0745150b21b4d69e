"""`hientruong boundaries activate` and `retire`: put a draft into force, take a generation out of it."""

from typing import Annotated

import typer

from api.commands.boundaries.options import CommitOption, TerritoryOption
from api.commands.boundaries.outcome import told
from api.commands.console import say

GenerationArgument = Annotated[int, typer.Argument(metavar="GEN", help="The generation, by its id (see list).")]


def activate_draft(
    generation: GenerationArgument,
    territory: TerritoryOption = "hanoi",
    replace: Annotated[
        int | None, typer.Option(metavar="GENERATION", help="Retire this one, of the same period.")
    ] = None,
    end: Annotated[int | None, typer.Option(metavar="GENERATION", help="Let this one end where GEN begins.")] = None,
    commit: CommitOption = False,
) -> None:
    """Put a draft into force, in one transaction that every running service hears of; a dry run unless --commit.

    Example: hientruong boundaries activate 7 --commit
    """
    from geo.store.boundaries import activate
    from geo.store.session import transaction

    with transaction() as connection:
        outcome = activate(connection, territory, generation, replace=replace, end=end)
        if not commit:
            connection.rollback()
    say(told(outcome, commit))


def retire_generation(
    generation: GenerationArgument, territory: TerritoryOption = "hanoi", commit: CommitOption = False
) -> None:
    """Take a generation out of force, or put a draft away; it stays readable. A dry run unless --commit.

    Example: hientruong boundaries retire 7 --commit
    """
    from geo.store.boundaries import retire
    from geo.store.session import transaction

    with transaction() as connection:
        outcome = retire(connection, territory, generation)
        if not commit:
            connection.rollback()
    say(told(outcome, commit))
