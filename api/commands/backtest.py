"""`hientruong backtest`: which map would have foretold best where the next month's reports came from."""

import datetime as dt
from typing import Annotated

import typer


def backtest(
    category: Annotated[
        list[str] | None, typer.Option(help="waste, parking, fire_risk; may be repeated; all if left out")
    ] = None,
    first: Annotated[
        dt.datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="a year until the last if left out")
    ] = None,
    last: Annotated[dt.datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="today if left out")] = None,
    train: Annotated[int, typer.Option(min=1, max=24, help="how many months each map is made of")] = 6,
    res: Annotated[int, typer.Option(min=5, max=9, help="H3 resolution")] = 8,
    language: Annotated[str, typer.Option(help="vi or en")] = "vi",
) -> None:
    """Print how well maps of some months foretold the next month: PAI and PEI by share of the area, in whole months.

    Example: hientruong backtest --category parking --from 2025-01-01 --to 2026-06-30 --language en
    """
    from api.hotspot_question import Asked
    from api.progress import share_done
    from geo.counting.axes import Axes
    from geo.counting.period import whole_months
    from geo.errors import InputError
    from geo.hexagons.grids import grid_of
    from geo.hotspots.foretelling import METHODS, foretell
    from geo.hotspots.question import Window
    from geo.hotspots.views import counting
    from geo.statistics.backtest import AREA_SHARES, MEANING
    from geo.store.boundaries import read_dispatch
    from geo.store.cube import read_cube
    from geo.store.session import engine
    from geo.store.settings import territory_settings

    if language not in ("vi", "en"):
        raise InputError(f"language {language!r}: use vi or en", "language")
    with engine() as database:
        with database.begin() as connection:
            dispatch = read_dispatch(connection, territory_settings().territory)
        territory = dispatch.jurisdiction.territory
        end = last.date() if last else territory.today()
        begin = first.date() if first else end - dt.timedelta(days=365)
        asked = Asked(tuple(category) if category else None, (begin, end), resolution=res)
        question = asked.question(dispatch).window
        window = Window(*whole_months(question.first, question.last, territory.today()), question.categories)
        axes = Axes(tuple(each.code for each in dispatch.categories))
        with share_done("counting reports") as progress:
            cube = read_cube(database, territory, axes, progress).cube
    grid = grid_of(dispatch.jurisdiction.layer_at(window.last), res)
    found = foretell(grid, counting(cube, asked.query(window)), window, train, territory.metric_srid)
    typer.echo(getattr(found.sentence, language))
    typer.echo(f"\n{'':<26}" + "".join(f"{share:>9.0%}" for share in AREA_SHARES))
    for name, figures in (("PAI", found.pai), ("PEI", found.pei)):
        for method, words in METHODS.items():
            values = "".join(f"{value:>9.2f}" for value in figures[method])
            typer.echo(f"{name} {getattr(words, language):<22}{values}")
    typer.echo(f"\n{getattr(MEANING, language)}")
