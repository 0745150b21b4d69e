"""One report from what was handed in to what may be stored: what :mod:`geo.reports.intake` does for many.

Reports come one by one, and arrays of one cost ten times what the work does. So what is plainly good is admitted by
itself; all else goes the way of many, which alone knows why a report is refused.
"""

import datetime as dt

from geo.errors import CoordinateError, InputError, NotFoundError
from geo.hexagons.one_cell import cell_of
from geo.location.locator import MAX_ACCURACY_M, How
from geo.lookup.dispatch import Dispatch
from geo.reports.ids import report_id
from geo.reports.intake import CLOCK_SKEW, MAX_DESCRIPTION, MAX_EXTERNAL_ID, admit
from geo.reports.links import link_fault
from geo.reports.rows import AdmittedOne, SubmittedOne, columns_of, moments_of, row_of
from geo.reports.texts import composed, text_fault
from geo.vocabulary import CHANNELS

_SKEW: dt.timedelta = CLOCK_SKEW.astype("timedelta64[us]").item()


def admit_one(submitted: SubmittedOne, dispatch: Dispatch, received_at: dt.datetime) -> AdmittedOne:
    """Check a report, find whose it is, and give it what a stored report has.

    Parameters
    ----------
    submitted : SubmittedOne
    dispatch : Dispatch
    received_at : datetime
        UTC, to the millisecond.

    Returns
    -------
    AdmittedOne
        The row that `admit` makes of it, but for the random part of its id.

    Raises
    ------
    InputError
        For the reason that `admit` gives; CoordinateError, if that is its place.
    """
    if _words_are_good(submitted, dispatch, received_at) and (one := _placed(submitted, dispatch, received_at)):
        return one
    admitted, _, problems = admit(columns_of([submitted]), dispatch, moments_of([received_at]))
    for problem in problems:
        kind = CoordinateError if problem.field in ("lon", "lat") else InputError
        raise kind(problem.reason, problem.field)
    return row_of(admitted, 0)


def _words_are_good(submitted: SubmittedOne, dispatch: Dispatch, received_at: dt.datetime) -> bool:
    """Tell whether nothing but the place can be wrong."""
    accuracy, name = submitted.accuracy_m, submitted.external_id
    return (
        any(category.code == submitted.category for category in dispatch.categories)
        and submitted.channel in CHANNELS
        and submitted.reported_at <= received_at + _SKEW
        and (accuracy is None or 0 <= accuracy <= MAX_ACCURACY_M)
        and text_fault(submitted.description, MAX_DESCRIPTION) is None
        and (name is None or (text_fault(name, MAX_EXTERNAL_ID) is None and bool(name.strip())))
        and link_fault(submitted.media) is None
    )


def _placed(submitted: SubmittedOne, dispatch: Dispatch, received_at: dt.datetime) -> AdmittedOne | None:
    """Make the row of a report that lies in a unit; None for one that lies in none, and perhaps near one."""
    lon, lat, jurisdiction = submitted.lon, submitted.lat, dispatch.jurisdiction
    day = submitted.reported_at.astimezone(jurisdiction.territory.zone).date()
    try:
        layer = jurisdiction.layer_at(day)
    except NotFoundError:
        return None
    number, how = layer.locator.locate_one(lon, lat)
    if how is How.OUTSIDE:
        return None
    unit = layer.units[number]
    assigned = dispatch.assign_one(submitted.category, unit, received_at, dispatch.areas_at(lon, lat, day))
    name = submitted.external_id
    kept = submitted._replace(
        external_id=None if name is None else composed(name), description=composed(submitted.description)
    )
    return AdmittedOne(
        **kept._asdict(),
        **assigned._asdict(),
        id=report_id(submitted.reported_at),
        received_at=received_at,
        cell=cell_of(lon, lat),
        unit_id=unit.id,
        generation_id=layer.generation.id,
        how=how.word,
    )
