"""The part of a session that counts over time."""

import pandas as pd

from geo.session.arguments import Day, Several
from geo.session.asking import Asking, query_of, ward_of
from geo.session.frames import category_words, made_words


class Series(Asking):
    """Counts over time."""

    def series(
        self,
        category: Several | None = None,
        *,
        since: Day | None = None,
        until: Day | None = None,
        status: Several | None = None,
        duplicates: bool = True,
        unit: str | None = None,
        boundaries_at: Day | None = None,
    ) -> pd.DataFrame:
        """Count reports by local day; ``resample`` makes weeks and months of them.

        Parameters
        ----------
        category, since, until, status, duplicates, unit, boundaries_at
            As `hexes` takes them.

        Returns
        -------
        DataFrame
            By day: count.

        Examples
        --------
        >>> days = db.series("waste", since="2026-01-01", until="2026-03-31")
        >>> len(days), int(days["count"].sum()) == days.attrs["n"]
        (90, True)
        >>> days["count"].resample("MS").sum().index.strftime("%Y-%m").tolist()
        ['2026-01', '2026-02', '2026-03']
        """
        self._source.held.check_official("counts by day")
        self._source.held.check_unit(unit, by_point=True)
        dispatch, window = self._window(category, since, until)
        layer, ward = ward_of(dispatch, window, unit, boundaries_at)
        counts = self._source.cube().daily(query_of(window, 8, status, duplicates, *ward))
        days = pd.date_range(window.first, window.last, name="day")
        frame = pd.DataFrame({"count": counts}, index=days)
        frame.attrs |= {
            "view": "series",
            "period": {"from": str(window.first), "to": str(window.last)},
            "category": category_words(dispatch, window.categories),
            "categories": window.categories,
            "unit": self._unit_told(unit),
            "n": int(counts.sum()),
            "generation": layer.words | {"source": layer.generation.source},
            **made_words(dispatch.jurisdiction.territory, self._source.name),
        }
        return frame
