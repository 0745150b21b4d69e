"""A map of wards, coloured by a figure of the ranking."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from geo.columns import Truths
from geo.errors import InputError
from maps.arguments import check_given
from maps.boundary_map import features, unit_names
from maps.card_map import Script, face_map
from maps.classes import legend_of_counts, legend_of_values
from maps.drawing import Face, MapFacts
from maps.frames import facts_in
from maps.leaflet import OfflineMap
from maps.ward_words import FIGURES, WARD_WORDS, Kind
from maps.words import WORDS, Language, Words

TOLERANCE_M = 30.0
"""How coarse the wards are drawn."""


@dataclass(frozen=True, eq=False)
class WardDrawing(Face):
    """Wards with their colours, and all that is said about them.

    Parameters
    ----------
    class_of : ndarray of int, shape (wards,)
        Place of each ward's class, or `maps.drawing.NOT_COLOURED`.
    hatched : ndarray of bool, shape (wards,)
        Wards of which the figure is hidden.
    tips : list of str
        What each ward says under the pointer.
    """

    class_of: NDArray[np.int64]
    hatched: Truths
    tips: list[str]

    @property
    def hides(self) -> bool:
        """Whether something on the map is hatched."""
        return bool(self.hatched.any())


def wards(ranking: gpd.GeoDataFrame, figure: str = "received", *, language: Language = "vi") -> OfflineMap:
    """Show a figure of the wards: what they got, and how they dealt with it.

    Parameters
    ----------
    ranking : GeoDataFrame
        A row for each ward with its name, its figures and its geometry: what ``db.ranking(...)`` gives.
    figure : str, optional
        One of the columns that docs/ranking.md explains.
    language : {"vi", "en"}, optional

    Returns
    -------
    OfflineMap
        A folium map: the last line of a notebook's cell shows it, ``save(path)`` writes it.

    Raises
    ------
    InputError
        There is no such figure, or the frame does not say its period.

    Examples
    --------
    See docs/maps.md.
    """
    check_given(ranking, language)
    drawing = ward_drawing(ranking, figure, language)
    drawn = {
        "wards": features(ranking, unit_names(ranking, language), TOLERANCE_M),
        "colours": drawing.colours,
        "classOf": drawing.class_of.tolist(),
        "hatched": drawing.hatched.tolist(),
        "tips": drawing.tips,
        "dashed": drawing.facts.schematic,
    }
    return face_map(drawing, Script(("ward_map.js",), "drawWardMap", drawn))


def ward_drawing(ranking: gpd.GeoDataFrame, figure: str, language: Language) -> WardDrawing:
    """Give wards their colours and words; parameters and errors are those of `wards`."""
    if figure not in FIGURES or figure not in ranking:
        known = ", ".join(name for name in FIGURES if name in ranking)
        raise InputError(f"figure {figure!r:.40}: use one of {known}", "figure")
    own, words, facts = WARD_WORDS[language], WORDS[language], facts_in(ranking, language)
    kind, name = FIGURES[figure]
    values = ranking[figure].to_numpy(np.float64, na_value=np.nan)
    hatched = ranking["hidden"].to_numpy(bool) if "hidden" in ranking else np.zeros(len(ranking), bool)
    names, told = unit_names(ranking, language), [_told(value, kind, words) for value in values]
    classes, class_of = _legend(np.where(hatched, np.nan, values), kind, words)
    title = own.of_all if facts.category is None else own.of
    return WardDrawing(
        title=title.format(figure=getattr(name, language), category=facts.category),
        sentence=_sentence(names, values, told, kind, facts, language),
        heading=own.heading[kind],
        classes=classes,
        stacked=False,
        notes=((words.method, own.method), (words.reading, own.reading[kind]), (words.boundaries, facts.boundaries)),
        facts=facts,
        language=language,
        class_of=class_of,
        hatched=hatched,
        tips=_tips(names, values, told, hatched, kind, language),
    )


def _legend(values: NDArray[np.float64], kind: Kind, words: Words) -> Any:
    if kind == "count":
        return legend_of_counts(np.nan_to_num(values).astype(np.int64), words.wards, words)
    if kind == "share":
        return legend_of_values(100 * values, words.wards, words, " %")
    return legend_of_values(values, words.wards, words)


def _sentence(
    names: list[str], values: NDArray[np.float64], told: list[str], kind: Kind, facts: MapFacts, language: Language
) -> str:
    own, words, known = WARD_WORDS[language], WORDS[language], np.flatnonzero(np.isfinite(values))
    period, n = words.period(*facts.period), words.reports.format(n=words.count(facts.n))
    if not len(known):
        return own.nothing.format(period=period, n=n)
    order = known[np.argsort(values[known], kind="stable")]
    first, last = int(order[0]), int(order[-1])
    return own.sentence.format(
        period=period,
        n=n,
        wards=words.count(len(known)),
        median=_told(float(np.median(values[known])), kind, words),
        least=told[first],
        first=names[first],
        most=told[last],
        last=names[last],
    )


def _tips(
    names: list[str], values: NDArray[np.float64], told: list[str], hatched: Truths, kind: Kind, language: Language
) -> list[str]:
    own, known = WARD_WORDS[language], np.isfinite(values)
    median = _told(float(np.median(values[known])), kind, WORDS[language]) if known.any() else ""
    texts = np.where(hatched, own.hidden, np.where(known, own.tip, own.unknown)).tolist()
    return [
        text.format(name=name, value=value, median=median) for text, name, value in zip(texts, names, told, strict=True)
    ]


def _told(value: float, kind: Kind, words: Words) -> str:
    if not np.isfinite(value):
        return "–"
    if kind == "share":
        return words.percent(value)
    return words.number(value, 0 if kind == "count" and value == int(value) else 1)
