"""What an answer about hot spots rests on, told alike by HTTP, by files and by frames."""

from typing import Any

from geo.hotspots.question import Found, Window
from geo.privacy.published import LEAST_PEOPLE
from geo.units.jurisdiction import Layer


def hotspot_facts(found: Found, layer: Layer) -> dict[str, Any]:
    """Tell period, n, method, parameters, boundaries and what was hidden: plain values, ready for JSON.

    Parameters
    ----------
    found : Found
        Of the whole city.
    layer : Layer
        The ward boundaries in force on the last day of the period.
    """
    question, generation, findings = found.question, layer.generation, found.findings
    return {
        "view": question.view,
        "measure": question.measure,
        "period": period_words(question.window),
        "period_before": None if question.before is None else period_words(question.before),
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
        "meaning": {"vi": found.meaning.vi, "en": found.meaning.en},
    }


def period_words(window: Window) -> dict[str, str]:
    """Tell the days of a window."""
    return {"from": window.first.isoformat(), "to": window.last.isoformat()}
