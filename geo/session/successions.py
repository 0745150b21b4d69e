"""The part of a session that knows who became whom."""

import datetime as dt

import numpy as np
import pandas as pd

from geo.errors import InputError, NotFoundError
from geo.location.locator import Locator
from geo.session.arguments import Day, said, truth_of
from geo.session.asking import Asking
from geo.session.frames import made_words
from geo.units.noise import noise_width_m
from geo.units.succession import find_succession, with_reports
from geo.units.territory import Generation

_TOLD = ("level", "valid_from", "valid_to", "state", "schematic", "source", "licence", "units", "replaces_id")


class Successions(Asking):
    """Sets of boundaries, and who became whom between two of them."""

    def generations(self) -> pd.DataFrame:
        """List the sets of boundaries, also those that are no longer in force; a folder has those in force.

        Returns
        -------
        DataFrame
            By id: level, valid_from, valid_to (the first day on which it is no longer in force), state, schematic,
            source, licence, units, replaces_id.

        Examples
        --------
        >>> db.generations().query("level == 'ward'")["units"].tolist()
        [526, 126]
        """
        found = self._source.generations()
        ids = pd.Index([each.id for each in found], name="id")
        return pd.DataFrame([{name: getattr(each, name) for name in _TOLD} for each in found], index=ids)

    def succession(self, old: int | Day, new: int | Day, *, reports: bool = False) -> pd.DataFrame:
        """Say which old unit's land, and which of its reports, went to which new one.

        Parameters
        ----------
        old, new : int, date or str
            Id of a generation, or a day: the ward boundaries in force then.
        reports : bool
            Whether the reports of each pair are counted, by their points.

        Returns
        -------
        DataFrame
            A row for each pair that shares an area: old_code, old_name, new_code, new_name, area_m2, share_of_old,
            share_of_new, extent (whole, part, or noise: a strip as narrow as the error of the maps), and with `reports`
            reports, reports_share_of_old, reports_share_of_new. Source and meaning: docs/boundaries.md.

        Raises
        ------
        InputError
            The two are the same, or of different levels.
        NotFoundError
            There is no such generation.

        Examples
        --------
        >>> pairs = db.succession("2025-06-30", "2025-07-01", reports=True)
        >>> thanh_nhan = pairs[(pairs["old_name"] == "Phường Thanh Nhàn") & (pairs["extent"] != "noise")]
        >>> "Phường Bạch Mai" in set(thanh_nhan["new_name"])
        True
        """
        if truth_of(reports, "reports"):
            self._source.held.check_official("single reports")
            self._source.held.check_whole("counting the reports of each pair")
        generations = self._generation(old, "old"), self._generation(new, "new")
        _check_pair(*generations)
        before, after = (self._source.units(each) for each in generations)
        width = noise_width_m(before, after)
        found = find_succession(before, after, width)
        if reports:
            locators = [Locator.build(units["code"].tolist(), units.geometry.to_numpy()) for units in (before, after)]
            found = with_reports(found, before, after, self._source.shared_reports(*locators))
        territory = self._source.dispatch().jurisdiction.territory
        ids = {"old": generations[0].id, "new": generations[1].id}
        found.attrs |= {
            "view": "succession",
            **ids,
            "noise_width_m": width,
            "n": len(found),
            **made_words(territory, self._source.name),
        }
        return found

    def _generation(self, which: int | Day, field: str) -> Generation:
        if isinstance(which, str | dt.date):
            return self._in_force("ward", which, field)
        if isinstance(which, bool) or not isinstance(which, (int, np.integer)):
            raise InputError(f"{field} {said(which)}: give the id of a generation, or a day", field)
        found = self._source.generations()
        for each in found:
            if each.id == which:
                return each
        known = ", ".join(str(each.id) for each in found) or "none"
        raise NotFoundError(f"no generation {which}; known: {known}, see generations()")


def _check_pair(old: Generation, new: Generation) -> None:
    """Refuse boundaries between which there is no succession."""
    if old.id == new.id:
        raise InputError(
            f"old and new are the same boundaries, generation {old.id} since {old.valid_from}: give two, see "
            "generations()",
            "new",
        )
    if old.level != new.level:
        raise InputError(
            f"generation {old.id} is of the level {old.level}, {new.id} of {new.level}: give two of one level", "new"
        )
