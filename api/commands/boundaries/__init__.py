"""`hientruong boundaries`: check a file of units, load it, list what is loaded, tell who became whom."""

import typer

from api.commands.boundaries.check import check_file
from api.commands.boundaries.diff import diff_generations
from api.commands.boundaries.listing import list_loaded
from api.commands.boundaries.load import load_file
from api.commands.boundaries.show import show_generation
from api.commands.boundaries.sources import list_sources
from api.commands.boundaries.states import activate_draft, retire_generation

app = typer.Typer(help="Boundaries of units: check a file, load it, list what is loaded.", no_args_is_help=True)
app.command("check")(check_file)
app.command("load")(load_file)
app.command("activate")(activate_draft)
app.command("retire")(retire_generation)
app.command("list")(list_loaded)
app.command("show")(show_generation)
app.command("diff")(diff_generations)
app.command("sources")(list_sources)
