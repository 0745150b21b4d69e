"""What an answer about hot spots rests on, told alike by HTTP, by files and by maps."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from api.hotspot_part import Part
from api.hotspot_question import Asked
from geo.hotspots.facts import hotspot_facts
from geo.hotspots.question import Found
from geo.lookup.dispatch import Dispatch
from geo.units.jurisdiction import Layer
from maps.drawing import MapFacts
from maps.hotspot_drawing import sentence
from maps.hotspot_words import HOTSPOT_WORDS
from maps.report_words import STATUSES
from maps.words import WORDS, Language

_BOUNDARIES = {"vi": "Phường, xã từ {}: {}", "en": "Wards and communes since {}: {}"}
_ONLY = {
    "vi": ("Chỉ gồm", "trạng thái {}", "trạng thái ngày {}: {}", "kênh {}", "quá hạn", "không tính phản ánh trùng"),
    "en": ("Only", "status {}", "status on {}: {}", "channel {}", "overdue", "without duplicates"),
}

_NOT_DRAWN = {
    "vi": (
        "Không tô màu",
        "{coarser} phản ánh chỉ được biết theo ô lớn hơn, {city} chỉ theo toàn thành phố, vì mỗi tháng ít hơn {least} "
        "người phản ánh ở đó. Phần gạch chéo cho biết chúng có thể nằm ở đâu.",
    ),
    "en": (
        "Not coloured",
        "{coarser} reports that are told of larger cells alone, and {city} of the city alone, as fewer than {least} "
        "people a month reported there. Hatching shows where they may lie.",
    ),
}


def facts_of(
    found: Found, whole: Found, layer: Layer, asked: Asked, part: Part, hidden: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Tell period, n, method, parameters, boundaries and what was hidden.

    Parameters
    ----------
    found : Found
        The cells that are shown.
    whole : Found
        The whole city, by which they are judged.
    layer : Layer
        The ward boundaries in force on the last day of the period.
    asked : Asked
        Which reports were meant.
    part : Part
        Which cells were meant.
    hidden : dict, optional
        What is told of what everybody is not told, as `geo.privacy.public_counting.hidden_words` gives it.
    """
    sentences = {language: sentence(whole, language) for language in HOTSPOT_WORDS}
    shown = {
        "n": found.n,
        "n_before": found.n_before,
        "n_city": whole.n,
        "cells_shown": len(found),
        "synthetic": int(found.synthetic.sum()),
    }
    told = hotspot_facts(whole, layer) | {"only": asked.only_words, "sentence": sentences} | shown | part.words
    return told if hidden is None else told | {"hidden": hidden}


def map_facts(found: Found, dispatch: Dispatch, language: Language) -> MapFacts:
    """Tell the same on the face of a map, in one language."""
    window, jurisdiction = found.question.window, dispatch.jurisdiction
    layer = jurisdiction.layer_at(window.last)
    words = WORDS[language]
    return MapFacts(
        category=_named(dispatch, window.categories, language),
        period=(window.first, window.last),
        n=found.n,
        method=found.method or "",
        boundaries=_BOUNDARIES[language].format(words.day(layer.generation.valid_from), layer.generation.source),
        schematic=layer.generation.schematic,
        synthetic=bool(found.synthetic.any()),
        made_at=dt.datetime.now(jurisdiction.territory.zone),
    )


def only_words(asked: Asked, language: Language) -> list[tuple[str, str]]:
    """Say on the face of a map which reports it shows, if not all: a term and a text."""
    term, status, status_at, channel, overdue, distinct = _ONLY[language]
    statuses = ", ".join(getattr(STATUSES[each], language).lower() for each in asked.statuses or ())
    day = asked.only.status_at
    said = [
        statuses and (status.format(statuses) if day is None else status_at.format(WORDS[language].day(day), statuses)),
        asked.only.channels and channel.format(", ".join(asked.only.channels)),
        asked.only.overdue and overdue,
        not asked.duplicates and distinct,
    ]
    text = "; ".join(str(each) for each in said if each)
    return [(term, text)] if text else []


def not_drawn(hidden: dict[str, Any] | None, language: Language) -> list[tuple[str, str]]:
    """Say on the face of a map how many reports it has not cell by cell: a term and a text."""
    if hidden is None:
        return []
    term, text = _NOT_DRAWN[language]
    coarser, city = (WORDS[language].number(hidden[f"reports_in_{where}"]) for where in ("coarser_cells", "city_only"))
    return [(term, text.format(coarser=coarser, city=city, least=hidden["fewer_reporters_than"]))]


def _named(dispatch: Dispatch, codes: Sequence[str] | None, language: Language) -> str | None:
    if codes is None:
        return None
    found = [dispatch.category(code) for code in codes]
    return ", ".join({"vi": category.name, "en": category.name_en}[language] for category in found)
