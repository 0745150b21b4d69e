"""Maps of hexagons for notebooks: one function for each view of `geo.hotspots.question`.

Each takes what a session (`geo.connect`) hands out, or a `geo.hotspots.question.Found`, and gives a folium map that
shows itself in a notebook, with ``save(path)`` for a file that opens without the internet.
"""

import datetime as dt
from typing import TypeAlias

import geopandas as gpd

from geo.errors import InputError
from geo.hotspots.question import Found
from maps.arguments import check_given
from maps.drawing import HexDrawing, MapFacts
from maps.frames import facts_in, found_in
from maps.hexagons import drawn_map
from maps.hotspot_drawing import hotspot_drawing
from maps.leaflet import OfflineMap
from maps.words import Language

Cells: TypeAlias = gpd.GeoDataFrame | Found
"""A frame of cells as a session hands it out, or the answer itself."""

_MAP_OF = {"counts": "hexes", "hotspots": "hotspots", "emerging": "emerging", "change": "change", "overdue": "overdue"}


def hexes(cells: Cells, *, wards: gpd.GeoDataFrame | None = None, language: Language = "vi") -> OfflineMap:
    """Show counts, rates or shares by hexagon.

    Parameters
    ----------
    cells : GeoDataFrame or Found
        Of the view ``counts``: what ``db.hexes(...)`` gives.
    wards : GeoDataFrame of polygons, optional
        For orientation: what ``db.units(...)`` gives.
    language : {"vi", "en"}, optional

    Returns
    -------
    OfflineMap
        A folium map: the last line of a notebook's cell shows it, ``save(path)`` writes it.

    Raises
    ------
    InputError
        The frame is of another view, or does not say what it rests on.

    Examples
    --------
    See docs/maps.md.
    """
    return _shown(cells, "counts", wards, language)


def hotspots(cells: Cells, *, wards: gpd.GeoDataFrame | None = None, language: Language = "vi") -> OfflineMap:
    """Show where there are more reports than chance would give, in seven steps of significance.

    Parameters, what is returned and errors are those of `hexes`, for ``db.hotspots(...)``.
    """
    return _shown(cells, "hotspots", wards, language)


def emerging(cells: Cells, *, wards: gpd.GeoDataFrame | None = None, language: Language = "vi") -> OfflineMap:
    """Show which hot spots are new, lasting, growing or fading.

    Parameters, what is returned and errors are those of `hexes`, for ``db.emerging(...)``.
    """
    return _shown(cells, "emerging", wards, language)


def change(cells: Cells, *, wards: gpd.GeoDataFrame | None = None, language: Language = "vi") -> OfflineMap:
    """Show where reports rose or fell by more than chance since the period before.

    Parameters, what is returned and errors are those of `hexes`, for ``db.change(...)``.
    """
    return _shown(cells, "change", wards, language)


def overdue(cells: Cells, *, wards: gpd.GeoDataFrame | None = None, language: Language = "vi") -> OfflineMap:
    """Show which share of the reports of each hexagon is overdue.

    Parameters, what is returned and errors are those of `hexes`, for ``db.overdue(...)``.
    """
    return _shown(cells, "overdue", wards, language)


def drawing_of(cells: Cells, language: Language = "vi") -> HexDrawing:
    """Give cells their colours and words, for `maps.png.picture`, whatever their view."""
    found = cells if isinstance(cells, Found) else found_in(cells)
    return hotspot_drawing(found, facts_of(cells, language), language)


def _shown(cells: Cells, view: str, wards: gpd.GeoDataFrame | None, language: Language) -> OfflineMap:
    check_given(cells, language, Found)
    given = cells.question.view if isinstance(cells, Found) else cells.attrs.get("view", view)
    if given != view:
        raise InputError(
            f"these cells are of the view {given}: show them with maps.{_MAP_OF.get(given, given)}", "view"
        )
    return drawn_map(drawing_of(cells, language), wards)


def facts_of(cells: Cells, language: Language) -> MapFacts:
    """Say what a map of cells says about itself; an answer alone does not know the boundaries."""
    if not isinstance(cells, Found):
        return facts_in(cells, language)
    window = cells.question.window
    return MapFacts(
        category=None if window.categories is None else ", ".join(window.categories),
        period=(window.first, window.last),
        n=cells.n,
        method=cells.method or "",
        boundaries="",
        schematic=False,
        synthetic=bool(cells.synthetic.any()),
        made_at=dt.datetime.now().astimezone(),
    )
