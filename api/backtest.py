"""How well maps foretold, as both doors tell it."""

from typing import Any

from geo.hotspots.foretelling import METHODS, Foretelling
from geo.hotspots.question import Window
from geo.statistics.backtest import AREA_SHARES, MEANING
from geo.statistics.words import Words


def backtest_words(found: Foretelling, window: Window, resolution: int, train_months: int) -> dict[str, Any]:
    """Tell all figures, the means and each month's."""
    return {
        "period": {"from": window.first, "to": window.last},
        "categories": window.categories,
        "resolution": resolution,
        "parameters": {"train_months": train_months, "k": 1, "bandwidth_m": round(found.bandwidth)},
        "area_shares": AREA_SHARES,
        "n": found.reports,
        "best": found.best,
        "methods": {
            method: {
                "name": _both(METHODS[method]),
                "best_in": found.wins.get(method, 0),
                "pai": found.pai[method].tolist(),
                "pei": found.pei[method].tolist(),
            }
            for method in METHODS
        },
        "months": [
            {
                "train": {"from": trial.train.first, "to": trial.train.last},
                "foretold": {"from": trial.foretold.first, "to": trial.foretold.last},
                "n": trial.found.reports,
                "best": trial.found.best,
                "pai": {method: values.tolist() for method, values in trial.found.pai.items()},
                "pei": {method: values.tolist() for method, values in trial.found.pei.items()},
            }
            for trial in found.trials
        ],
        "sentence": _both(found.sentence),
        "meaning": _both(MEANING),
    }


def _both(words: Words) -> dict[str, str]:
    return {"vi": words.vi, "en": words.en}
