"""The part of a session that puts wards beside each other."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.session.arguments import Day, category_of, day_of, word_of
from geo.session.asking import Asking
from geo.session.frames import category_words, made_words, units_frame
from geo.session.source import Selection
from geo.wards.cases import Cases
from geo.wards.figures import NAMES
from geo.wards.outcomes import Outcomes
from geo.wards.ranking import Period, Ranking, period_before

if TYPE_CHECKING:
    from geopandas import GeoDataFrame


class Wards(Asking):
    """Figures of wards."""

    def ranking(
        self,
        category: str | None = None,
        *,
        since: Day | None = None,
        until: Day | None = None,
        boundaries_at: Day | None = None,
        sort: str = "-received",
    ) -> "GeoDataFrame":
        """Compare the wards: what they received, and how they dealt with it.

        Parameters
        ----------
        category : str, optional
            Code; all categories if left out.
        since, until : date or str, optional
            Local days, both included; the 30 days until today if left out.
        boundaries_at : date or str, optional
            The wards are those of this date; today's if left out.
        sort : str
            A figure; with a ``-`` the largest first.

        Returns
        -------
        GeoDataFrame
            By code: name, name_en, level, the figures of docs/ranking.md, the same of the period before (previous_...;
            missing where a folder does not hold that period), geometry. ``attrs`` has those of the city and of the
            median ward.

        Raises
        ------
        InputError, NotFoundError
            Something given is not one of what there is.

        Examples
        --------
        >>> wards = db.ranking("waste", since="2026-01-01", until="2026-03-31", sort="-overdue")
        >>> len(wards), int(wards["received"].sum()) == wards.attrs["city"]["received"]
        (126, True)
        """
        dispatch, now = self._source.dispatch(), self._source.now()
        jurisdiction, held = dispatch.jurisdiction, self._source.held
        held.check_city("a ranking")
        held.check_official("what a ranking is made of")
        category = category_of(dispatch, category, "a ranking")
        categories = self._categories(dispatch, category)
        period = self._period(dispatch, since, until)
        day = day_of(boundaries_at, "boundaries_at") or jurisdiction.territory.today()
        layer = jurisdiction.layer_at(day)
        units = sorted(layer.units, key=lambda unit: unit.id)
        before, by = period_before(*period), word_of(sort, [*NAMES, *(f"-{name}" for name in NAMES)], "sort")

        def figures(first: Any, last: Any) -> Period:
            cases: Cases = self._source.cases(first, last, day, category)
            outcomes = Outcomes.of(cases, [unit.id for unit in units], dispatch.calendar)
            return Period.exact(outcomes, len(units), now)

        whole = held.days is None or held.days[0] <= before[0]
        this = figures(*period)
        ranking = Ranking(units, this, figures(*before) if whole else this, hides=False)
        rows = pd.DataFrame([_flat(ward, whole) for ward in ranking.wards(by)])
        shapes = self._source.units(layer.generation).set_index("code")[["geometry"]]
        frame = shapes.loc[rows["code"]].reset_index().join(rows.drop(columns="code"))
        city, median = (
            figures | {"previous": figures["previous"] if whole else None} for figures in (ranking.city, ranking.median)
        )
        attrs = {
            "view": "ranking",
            "period": {"from": str(period[0]), "to": str(period[1])},
            "period_before": {"from": str(before[0]), "to": str(before[1])} if whole else None,
            "category": category_words(dispatch, categories),
            "categories": categories,
            "boundaries_at": str(day),
            "generation": layer.words | {"source": layer.generation.source},
            "as_of": f"{now}Z",
            "n": city["received"],
            "synthetic": self._synthetic(Selection(*period, categories)),
            "city": city,
            "median": median,
            **made_words(jurisdiction.territory, self._source.name),
        }
        return units_frame(frame[[*rows.columns, "geometry"]], attrs)

    def _synthetic(self, selection: Selection) -> int:
        """Count the reports that are none, so that a map of them can say so."""
        return int(np.count_nonzero(self._source.reports(selection, ("synthetic",))["synthetic"]))


def _flat(ward: dict[str, Any], whole: bool) -> dict[str, Any]:
    """Lay the figures of the period before beside those of the period."""
    before = {f"previous_{name}": ward["previous"][name] if whole else np.nan for name in NAMES}
    names = {name: ward[name] for name in ("code", "name", "name_en", "level")}
    return names | {name: ward[name] for name in NAMES} | before
