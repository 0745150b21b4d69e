"""`hientruong boundaries diff`: tell who became whom between two generations."""

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.markup import escape
from rich.table import Table

from api.commands.boundaries.check import require_html
from api.commands.boundaries.options import JsonOption, TerritoryOption
from api.commands.boundaries.tables import generation_words, print_table
from api.commands.console import console, put_json, say
from api.progress import share_done
from geo.errors import FileError

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from pandas import DataFrame

    from geo.store.session import Connection
    from geo.units.shared_reports import SharedReports
    from geo.units.territory import Generation, Territory
    from maps.words import Language

_DAY = ["%Y-%m-%d"]


def diff_generations(
    old: Annotated[int, typer.Argument(metavar="OLD", help="The generation before, by its id (see list).")],
    new: Annotated[int, typer.Argument(metavar="NEW", help="The generation after.")],
    territory: TerritoryOption = "hanoi",
    first: Annotated[
        dt.datetime | None, typer.Option("--from", formats=_DAY, help="Count reports from this local day on.")
    ] = None,
    last: Annotated[
        dt.datetime | None, typer.Option("--to", formats=_DAY, help="Count reports until this local day, included.")
    ] = None,
    noise_width: Annotated[
        float | None,
        typer.Option(min=0, help="Metres below which a strip may be digitising noise; default: from the two outlines."),
    ] = None,
    csv: Annotated[Path | None, typer.Option(dir_okay=False, help="Write all pairs, noise too, to this file.")] = None,
    map_file: Annotated[
        Path | None, typer.Option("--map", dir_okay=False, help="Draw the transfers on a map: an .html file.")
    ] = None,
    language: Annotated[Literal["vi", "en"], typer.Option(help="Language of the map.")] = "vi",
    as_json: JsonOption = False,
) -> None:
    """Tell which old unit's land and reports went to which new one.

    Example: hientruong boundaries diff 3 5 --csv succession.csv --map succession.html
    """
    from geo.store.boundaries import find_generation, read_territory, read_units_frame
    from geo.store.session import transaction
    from geo.units.noise import noise_width_m
    from geo.units.succession import find_succession, with_reports

    require_html(map_file)
    with transaction() as connection:
        city = read_territory(connection, territory)
        generations = [find_generation(connection, territory, id) for id in (old, new)]
        before, after = (read_units_frame(connection, each.id) for each in generations)
        with console.status(f"comparing generations {old} and {new}"):
            width = noise_width_m(before, after) if noise_width is None else noise_width
            by_area = find_succession(before, after, width)
        reports = _count(connection, city, before, after, first and first.date(), last and last.date())
    found = with_reports(by_area, before, after, reports)
    if csv is not None:
        _write_csv(found, csv)
    if map_file is not None:
        _write_map(map_file, before, after, found, generations, width, city.zone, language)
    if as_json:
        put_json(found.astype(object).where(found.notna(), None).to_dict("records"))
    else:
        print_table(_succession_table(found[found["extent"] != "noise"]), sys.stdout)
    say(f"{generation_words(generations[0])} -> {generation_words(generations[1])}")
    if generations[0].schematic != generations[1].schematic:
        say("one of the two is schematic, drawn from centres and areas: compare two schematic or two surveyed ones")
    say(_summary(found, width))
    say(_reports_summary(found, reports))


def _count(
    connection: "Connection",
    territory: "Territory",
    old: "GeoDataFrame",
    new: "GeoDataFrame",
    first: dt.date | None,
    last: dt.date | None,
) -> "SharedReports":
    from geo.location.locator import Locator
    from geo.store.succession import count_shared_reports

    locators = [Locator.build(units["code"].tolist(), units.geometry.to_numpy()) for units in (old, new)]
    with share_done("counting reports by month") as advance:
        return count_shared_reports(connection, territory, *locators, first=first, last=last, advance=advance)


def _write_map(
    path: Path,
    old: "GeoDataFrame",
    new: "GeoDataFrame",
    found: "DataFrame",
    generations: "list[Generation]",
    width: float,
    zone: dt.tzinfo,
    language: "Language",
) -> None:
    from geo.units.succession import transferred_parts
    from maps.transfers import TransferFacts, transfers_map

    counts = found["extent"].value_counts()
    names = [f"[{each.valid_from}, {each.valid_to or '…'}) {each.source}" for each in generations]
    facts = TransferFacts(
        before=names[0],
        after=names[1],
        whole=int(counts.get("whole", 0)),
        noise=int(counts.get("noise", 0)),
        noise_width_m=width,
        schematic=any(each.schematic for each in generations),
        made_at=dt.datetime.now(zone),
    )
    transfers_map(old, new, transferred_parts(found, old, new), facts, language=language).save(path)


def _write_csv(rows: "DataFrame", file: Path) -> None:
    try:
        rows.to_csv(file, index=False)
    except OSError as error:
        raise FileError(f"{file} can't be written: {error.strerror or error}") from error


def _succession_table(found: "DataFrame") -> Table:
    """Lay out pairs; the old unit is named once, above all that it went to."""
    table = Table("old", "", "new", "", "extent")
    for heading in ("km²", "of old", "of new", "reports", "of old", "of new"):
        table.add_column(heading, justify="right")
    before = None
    for pair in found.to_dict("records"):
        same, before = pair["old_code"] == before, pair["old_code"]
        table.add_row(
            "" if same else pair["old_code"],
            "" if same else escape(pair["old_name"]),
            pair["new_code"],
            escape(pair["new_name"]),
            pair["extent"],
            f"{pair['area_m2'] / 1e6:,.4f}",
            _percent(pair["share_of_old"]),
            _percent(pair["share_of_new"]),
            f"{pair['reports']:,}",
            _percent(pair["reports_share_of_old"]),
            _percent(pair["reports_share_of_new"]),
        )
    return table


def _percent(share: float) -> str:
    """Write a share; that of no reports is NaN."""
    return "" if share != share else f"{share:.1%}"


def _summary(found: "DataFrame", width: float) -> str:
    counts: Any = found["extent"].value_counts()
    noise = found.loc[found["extent"] == "noise", "area_m2"].sum()
    return (
        f"{counts.get('whole', 0)} units went over whole, {counts.get('part', 0)} transfers are of parts;"
        f" {counts.get('noise', 0)} pairs ({noise / 1e6:,.3f} km²) are digitising noise: narrower than {width:.0f} m"
        " and less than 2 % of either unit"
    )


def _reports_summary(found: "DataFrame", reports: "SharedReports") -> str:
    inside, all_ = int(found["reports"].sum()), int(reports.count.sum())
    outside = f"; {all_ - inside:,} more are in no unit of one of the two" if all_ > inside else ""
    return f"{inside:,} reports are counted, each by its point{outside}"
