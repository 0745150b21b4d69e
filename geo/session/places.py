"""The part of a session that knows places: units of any day, and whose each point of a table is."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from geo.arrow_values import days, numbers
from geo.columns import Floats, Moments, Words, constant
from geo.errors import InputError
from geo.location.locator import MAX_ACCURACY_M
from geo.lookup.answers import FIELDS, Asked, answer_many
from geo.lookup.dispatch import Dispatch
from geo.session.arguments import Day, box_of, category_of, day_of, number_of, word_of, words_of
from geo.session.asking import Asking
from geo.session.frames import made_words, units_frame
from geo.vocabulary import LEVELS

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

_USUAL = ("unit_code", "unit_name", "how", "border_m", "certain")


class Places(Asking):
    """Units and points."""

    def units(self, at: Day | None = None, level: str = "ward", bbox: Sequence[float] | None = None) -> "GeoDataFrame":
        """Give the units of a day with their shapes.

        Parameters
        ----------
        at : date or str, optional
            Local date; today if left out.
        level : {"ward", "district", "city", "area"}
            Areas are named places such as parks.
        bbox : (west, south, east, north), optional
            Degrees: only units that touch it.

        Returns
        -------
        GeoDataFrame
            By code: level, kind, name, name_en, area_m2 (on the ellipsoid), geometry (lon, lat).

        Raises
        ------
        InputError
            There is no such level.
        NotFoundError
            No boundaries are loaded for the day; says for which they are.

        Examples
        --------
        >>> len(db.units(at="2025-06-30")), len(db.units(at="2025-07-01"))
        (526, 126)
        >>> db.units(at="2026-01-05").loc["00292", "name_en"]
        'Bach Mai Ward'
        """
        territory, box = self._source.dispatch().jurisdiction.territory, box_of(bbox)
        generation = self._in_force(word_of(level, LEVELS, "level"), territory.today() if at is None else at)
        words = {
            "id": generation.id,
            "valid_from": generation.valid_from.isoformat(),
            "valid_to": None if generation.valid_to is None else generation.valid_to.isoformat(),
            "schematic": generation.schematic,
            "source": generation.source,
        }
        frame = self._source.units(generation)
        if box is not None:
            frame = frame[shapely.intersects(frame.geometry.to_numpy(), shapely.box(*box))]
        attrs = {"view": "units", "n": len(frame), "level": level, "generation": words}
        return units_frame(frame, attrs | made_words(territory, self._source.name))

    def locate(
        self,
        frame: "pd.DataFrame | GeoDataFrame",
        at: Day | None = None,
        accuracy: float | str | None = None,
        category: str | None = None,
        fields: Sequence[str] | None = None,
    ) -> "pd.DataFrame | GeoDataFrame":
        """Say whose each point of a table is.

        Parameters
        ----------
        frame : GeoDataFrame of points in any CRS, or DataFrame with lon and lat (WGS 84 degrees)
        at : date or str, optional
            A local date for all points, or the name of a column of dates or times; today if left out.
        accuracy : float or str, optional
            Radius in metres within which the true point lies, or the name of a column of radii.
        category : str, optional
            A category's code, or the name of a column of codes; with it comes the agency.
        fields : sequence of str, optional
            Which columns to add: unit_code, unit_name, how, certain, border_m, agency, problem.

        Returns
        -------
        The same table with the answers as further columns: unit_code, unit_name, how, border_m, certain, which mean
        what they do in docs/lookups.md, and with `category` the agency. A point that can't be meant is "invalid"; the
        field problem says why.

        Raises
        ------
        InputError
            There is no such column, category or field, or a field's column is there already.
        NotFoundError
            No boundaries are loaded for the day.

        Examples
        --------
        >>> import pandas as pd
        >>> points = pd.DataFrame({"lon": [105.868664, 106.5], "lat": [20.998485, 20.9]})
        >>> db.locate(points, at="2026-01-05")[["unit_name", "how"]].values.tolist()
        [['Phường Vĩnh Tuy', 'inside'], [nan, 'outside']]
        """
        _check_table(frame)
        dispatch = self._source.dispatch()
        usual = _USUAL if category is None else (*_USUAL, "agency")
        wanted = usual if fields is None else words_of(fields, list(FIELDS), "fields") or usual
        if taken := [name for name in wanted if name in frame]:
            raise InputError(f"the table has a column {taken[0]!r} already, which would be added: rename it", "frame")
        lon, lat = _points(frame)
        asked = Asked(
            lon, lat, _days(frame, at, dispatch), _radii(frame, accuracy), _categories(frame, category, dispatch)
        )
        answers = answer_many(dispatch, asked)
        added = dict(zip(wanted, answers.columns(wanted), strict=True))
        located = pa.table(added).to_pandas(types_mapper={pa.bool_(): pd.BooleanDtype()}.get)
        result = frame.assign(**{name: located[name].set_axis(frame.index) for name in wanted})
        result.attrs |= {"view": "locate", "n": len(frame)}
        result.attrs |= made_words(dispatch.jurisdiction.territory, self._source.name)
        return result


def _check_table(frame: object) -> None:
    """Refuse what is no table, or has two columns of a name."""
    if not isinstance(frame, pd.DataFrame):
        raise InputError(
            f"a {type(frame).__name__} is no table: give a GeoDataFrame of points, or a DataFrame with lon and lat",
            "frame",
        )
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        raise InputError(f"the table has several columns {twice[0]!r}: rename all but one", "frame")


def _points(frame: "pd.DataFrame | GeoDataFrame") -> tuple[Floats, Floats]:
    """Read the points of a table: of its geometry, else of its columns lon and lat."""
    if hasattr(frame, "crs"):
        if frame.crs is None:
            raise InputError("the points have no CRS: set it, as by frame.set_crs(4326)", "frame")
        points = frame.geometry.to_crs(4326)
        if not (points.geom_type.isin(["Point"]) | points.is_empty | points.isna()).all():
            raise InputError("the table has other shapes than points: take their points first", "frame")
        return points.x.to_numpy(), points.y.to_numpy()
    return _numbers(frame, "lon"), _numbers(frame, "lat")


def _numbers(frame: pd.DataFrame, name: str) -> Floats:
    if name not in frame:
        raise InputError(f"the table has no column {name!r:.40}: there are {_names(frame)}; name it so", name)
    return numbers(pa.Array.from_pandas(frame[name]))


def _days(frame: pd.DataFrame, at: Day | None, dispatch: Dispatch) -> Moments:
    jurisdiction = dispatch.jurisdiction
    if isinstance(at, str) and at in frame:
        return days(pa.Array.from_pandas(frame[at]), jurisdiction.territory.time_zone)
    try:
        day = day_of(at, "at") or jurisdiction.territory.today()
    except InputError as error:
        raise InputError(f"{error}; or name a column, one of {_names(frame)}", "at") from None
    jurisdiction.layer_at(day)
    return np.full(len(frame), np.datetime64(day, "D"))


def _radii(frame: pd.DataFrame, accuracy: float | str | None) -> Floats | None:
    if accuracy is None:
        return None
    if isinstance(accuracy, str):
        return _numbers(frame, accuracy)
    return np.full(len(frame), number_of(accuracy, "accuracy", 0, MAX_ACCURACY_M))


def _categories(frame: pd.DataFrame, category: str | None, dispatch: Dispatch) -> Words | None:
    if isinstance(category, str) and category in frame:
        column = frame[category].astype(object)
        return column.where(column.notna(), None).to_numpy()
    try:
        code = category_of(dispatch, category, "a point")
    except InputError as error:
        raise InputError(f"{error}; or name a column, one of {_names(frame)}", "category") from None
    return None if code is None else constant(len(frame), code)


def _names(frame: pd.DataFrame) -> str:
    return ", ".join(map(str, frame.columns)) or "none"
