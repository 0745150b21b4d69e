"""`hientruong keys`: who may call what is not for the public."""

import datetime as dt
import sys
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from api.commands.boundaries.options import JsonOption
from api.commands.boundaries.tables import print_table
from api.commands.console import put, put_json, say, user

if TYPE_CHECKING:
    from geo.store.keys import Key

app = typer.Typer(help="Keys of the API: make, list, revoke.", no_args_is_help=True, rich_markup_mode=None)


@app.command("create")
def create(
    role: Annotated[str, typer.Option(help="router, planner, officer, analyst or admin")],
    unit: Annotated[str | None, typer.Option(metavar="CODE", help="of an officer: the unit's code of today")] = None,
    name: Annotated[str, typer.Option(help="what the key is for; not a person's name")] = "",
    days: Annotated[int | None, typer.Option(min=1, max=36500, help="it opens nothing after so many days")] = None,
) -> None:
    """Make a key and print it, once: only its hash is kept.

    Example: hientruong keys create --role officer --unit 00292 --name "ward office"
    """
    from geo.errors import InputError
    from geo.store.boundaries import read_dispatch
    from geo.store.keys import create_key
    from geo.store.session import transaction
    from geo.store.settings import territory_settings

    territory = territory_settings().territory
    expires_at = None if days is None else dt.datetime.now(dt.UTC) + dt.timedelta(days=days)
    with transaction() as connection:
        jurisdiction = read_dispatch(connection, territory).jurisdiction
        if unit is not None:
            found = jurisdiction.layer_at(jurisdiction.territory.today()).unit_with(unit)
            if found is None:
                raise InputError(
                    f"no unit of today has the code {unit!r:.40}: see `hientruong boundaries list`", "unit"
                )
            say(f"for {found.name}")
        key = create_key(connection, territory, role, user(), unit_code=unit, name=name, expires_at=expires_at)
    put(key)
    say("keep it now: it can't be shown again")


@app.command("list")
def list_all(as_json: JsonOption = False) -> None:
    """List the keys, revoked ones too.

    Example: hientruong keys list
    """
    from geo.store.keys import read_keys
    from geo.store.session import transaction
    from geo.store.settings import territory_settings

    with transaction() as connection:
        keys = read_keys(connection, territory_settings().territory)
    if as_json:
        put_json([_told(key) for key in keys])
        return
    table = Table("id", "role", "unit", "name", "made", "expires", "revoked", "last used")
    for key in map(_told, keys):
        days = (key[name][:10] for name in ("created_at", "expires_at", "revoked_at", "last_used_on"))
        table.add_row(*(escape(key[name]) for name in ("id", "role", "unit_code", "name")), *days)
    print_table(table, sys.stdout)


@app.command("revoke")
def revoke(id: Annotated[str, typer.Argument(metavar="ID", help="as the list gives it: the part after ht_")]) -> None:
    """Let a key open nothing any more, in every running service within a second.

    Example: hientruong keys revoke 1f0c9a77e2
    """
    from geo.store.keys import revoke_key
    from geo.store.session import transaction
    from geo.store.settings import territory_settings

    with transaction() as connection:
        revoke_key(connection, territory_settings().territory, id, user())
    say(f"revoked {id}")


def _told(key: "Key") -> dict[str, str]:
    """Write what is known of a key, all but the hash; what it has not is an empty text."""
    facts = {name: value for name, value in vars(key).items() if name != "digest"}
    return {name: value.isoformat() if isinstance(value, dt.date) else value or "" for name, value in facts.items()}
