"""The command line `hientruong`: exit status 0, 1 for what was refused, in one line, and 2 for wrong usage."""

import signal
import sys

import typer

from api.commands import boundaries, db, keys, rules, territories
from api.commands.backtest import backtest
from api.commands.console import say
from api.commands.export import export
from api.commands.hotspots import hotspots
from api.commands.imports import import_reports
from api.commands.locate import locate_points
from api.commands.ranking import ranking
from api.commands.up import serve, up
from geo.errors import HienTruongError

app = typer.Typer(
    name="hientruong",
    help="Whose is it, where does it keep happening, is it being dealt with: Hanoi's field reports.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)
app.command("up")(up)
app.command("serve")(serve)
app.command("locate")(locate_points)
app.command("import")(import_reports)
app.command("hotspots")(hotspots)
app.command("backtest")(backtest)
app.command("export")(export)
app.command("ranking")(ranking)
app.add_typer(db.app, name="db")
app.add_typer(boundaries.app, name="boundaries")
app.add_typer(territories.app, name="territories")
app.add_typer(rules.app, name="rules")
app.add_typer(keys.app, name="keys")


def main() -> None:
    """Run a command; every error that is meant leaves as one line."""
    # Unwind at SIGTERM as at Ctrl-C, so that what was started is stopped.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        app()
    except HienTruongError as error:
        say(f"hientruong: {error}")
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(1)
