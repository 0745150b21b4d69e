"""The part of a session that counts over time."""

from collections.abc import Sequence

import pandas as pd

from geo.hexagons.boxes import cells_in
from geo.hexagons.cells import STORED_RESOLUTION
from geo.session.arguments import Day, Several
from geo.session.asking import Asking, Given
from geo.session.frames import category_words, made_words


class Series(Asking):
    """Counts over time."""

    def series(
        self,
        category: Several | None = None,
        *,
        since: Day | None = None,
        until: Day | None = None,
        res: int = 8,
        status: Several | None = None,
        status_at: Day | None = None,
        channel: Several | None = None,
        overdue: bool = False,
        duplicates: bool = True,
        unit: str | None = None,
        boundaries_at: Day | None = None,
        bbox: Sequence[float] | None = None,
    ) -> pd.DataFrame:
        """Count reports by local day; ``resample`` makes weeks and months of them.

        Parameters
        ----------
        category, since, until, status, status_at, channel, overdue, duplicates, unit, boundaries_at
            As `hexes` takes them.
        bbox : (west, south, east, north), optional
            Degrees: only the reports of the cells of `res` that touch it.
        res : int
            H3 resolution, 5 to 12.

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
        asked = self._asked(
            Given(
                category, since, until, res, status, status_at, channel, overdue, duplicates, unit, bbox, boundaries_at
            ),
            finest=STORED_RESOLUTION,
        )
        counter, query, window = self._counter(asked), asked.query_of_unit, asked.window
        cells = None
        if asked.box is not None:
            known = counter.counts(query).cell
            cells = known[cells_in(known, asked.box)]
        counts = counter.daily(query, cells)
        days = pd.date_range(window.first, window.last, name="day")
        frame = pd.DataFrame({"count": counts}, index=days)
        frame.attrs |= {
            "view": "series",
            "period": {"from": str(window.first), "to": str(window.last)},
            "category": category_words(asked.dispatch, window.categories),
            "categories": window.categories,
            "only": asked.only_words,
            "unit": self._unit_told(unit),
            "n": int(counts.sum()),
            "generation": asked.layer.words | {"source": asked.layer.generation.source},
            **made_words(asked.dispatch.jurisdiction.territory, self._source.name),
        }
        return frame
