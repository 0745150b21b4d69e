"""What an answer about hot spots rests on, told alike by HTTP, by files and by maps."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from geo.dispatch import Dispatch
from geo.hotspots import Found, Window
from geo.jurisdiction import Layer
from geo.privacy import LEAST_PEOPLE
from maps.drawing import MapFacts
from maps.hotspot_drawing import sentence
from maps.hotspot_words import HOTSPOT_WORDS
from maps.words import WORDS, Language

_BOUNDARIES = {"vi": "Phường, xã từ {}: {}", "en": "Wards and communes since {}: {}"}


def facts_of(found: Found, layer: Layer) -> dict[str, Any]:
    """Tell period, n, method, parameters, boundaries and what was hidden.

    Parameters
    ----------
    found : Found
    layer : Layer
        The ward boundaries in force on the last day of the period.
    """
    question, generation = found.question, layer.generation
    findings = found.findings
    return {
        "view": question.view,
        "measure": question.measure,
        "period": _period(question.window),
        "period_before": None if question.before is None else _period(question.before),
        "categories": question.window.categories,
        "resolution": found.grid.resolution,
        "n": found.n,
        "n_before": found.n_before,
        "cells": len(found),
        "hot": int((findings > 0).sum()),
        "cold": int((findings < 0).sum()),
        "method": found.method,
        "parameters": dict(found.parameters),
        "synthetic": int(found.synthetic.sum()),
        "hidden": {"cells": int(found.hidden.sum()), "fewer_reporters_than": LEAST_PEOPLE},
        "generation": layer.words | {"source": generation.source},
        "sentence": {language: sentence(found, language) for language in HOTSPOT_WORDS},
        "meaning": {"vi": found.meaning.vi, "en": found.meaning.en},
    }


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


def _period(window: Window) -> dict[str, dt.date]:
    return {"from": window.first, "to": window.last}


def _named(dispatch: Dispatch, codes: Sequence[str] | None, language: Language) -> str | None:
    if codes is None:
        return None
    found = [dispatch.category(code) for code in codes]
    return ", ".join({"vi": category.name, "en": category.name_en}[language] for category in found)
