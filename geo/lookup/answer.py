"""An answer that explains itself: whose a point is on a day, how that was found, how sure it is, and who must act."""

import datetime as dt
from typing import Any

from geo.errors import InputError, NotFoundError
from geo.location.coordinates import check_coordinates
from geo.location.locator import MAX_ACCURACY_M, How
from geo.lookup.dispatch import Dispatch
from geo.responsibility.deadlines import deadlines
from geo.units.jurisdiction import NEAREST_WITHIN_M, Jurisdiction, Layer
from geo.units.territory import Unit

_BEYOND = 1.001
"""A border further away than so many radii is outside the disc: both are measured in the same plane."""


def locate(
    dispatch: Dispatch,
    lon: float,
    lat: float,
    at: dt.date | None = None,
    accuracy_m: float | None = None,
    category: str | None = None,
) -> dict[str, Any]:
    """Say whose a point is.

    Parameters
    ----------
    dispatch : Dispatch
        Boundaries and rules.
    lon, lat : float
        WGS 84 degrees.
    at : date, optional
        Local date; today if not given.
    accuracy_m : float, optional
        Radius in metres within which the true point lies. With it come ``candidates``.
    category : str, optional
        With it comes ``responsible``.

    Returns
    -------
    dict
        Ready for JSON: lon, lat, at, how, border_m, certain, unit, generation, ancestors, and as asked for candidates
        and responsible. Outside every unit, ``unit`` is None and ``nearest`` names the nearest one and its distance.

    Raises
    ------
    CoordinateError, InputError
        If a value can't be meant.
    NotFoundError
        If no boundaries are loaded for the day.
    """
    jurisdiction = dispatch.jurisdiction
    west, south, east, north = jurisdiction.extent
    if not (west <= lon <= east and south <= lat <= north):  # inside the extent nothing can be wrong
        check_coordinates(lon, lat, jurisdiction.extent)
    if category is not None:
        dispatch.category(category)
    day = at or jurisdiction.territory.today()
    layer = layer_on(jurisdiction, day)
    number, how, unit_m, border_m = layer.locator.measure_one(lon, lat)
    if how is How.OUTSIDE and unit_m <= NEAREST_WITHIN_M:
        how = How.NEAREST
    answer: dict[str, Any] = {
        "lon": lon,
        "lat": lat,
        "at": day.isoformat(),
        "how": how.word,
        "border_m": round(border_m, 1),
        "certain": how is How.INSIDE,
        "unit": None,
        "generation": layer.words,
        "ancestors": [],
    }
    if how is How.OUTSIDE:
        answer["nearest"] = layer.units[number].words | {"distance_m": round(unit_m, 1)}
    else:
        answer["unit"] = layer.units[number].words | {"territory": jurisdiction.territory.id}
        answer["ancestors"] = [unit.words for unit in layer.ancestors(number, day)]
    if how is How.EDGE:
        _, units = layer.locator.covering([lon], [lat])
        answer["others"] = [layer.units[int(unit)].words for unit in units if unit != number]
    if accuracy_m is not None:
        if error := accuracy_error(accuracy_m):
            raise error
        answer["certain"] = how is How.INSIDE and border_m > accuracy_m
        if how is How.INSIDE and border_m > _BEYOND * accuracy_m:
            answer["candidates"] = [_candidate(layer.units[number], 1.0, 0.0)]
        else:
            answer["candidates"] = _candidates(layer, lon, lat, accuracy_m)
    if category is not None and how is not How.OUTSIDE:
        answer["responsible"] = _responsible(dispatch, category, layer.units[number], lon, lat, day)
    return answer


def layer_on(jurisdiction: Jurisdiction, day: dt.date) -> Layer:
    """Find the boundaries of a day that was asked for as ``at``; NotFoundError says so."""
    try:
        return jurisdiction.layer_at(day)
    except NotFoundError as error:
        raise NotFoundError(str(error), "at") from None


def accuracy_error(accuracy_m: float) -> InputError | None:
    """Say what is wrong with a radius, if anything is."""
    if 0 < accuracy_m <= MAX_ACCURACY_M:
        return None
    return InputError(f"accuracy {accuracy_m} m: give a radius above 0 and at most {MAX_ACCURACY_M:,.0f} m", "accuracy")


def deadline_error(dispatch: Dispatch, rule: int, day: dt.date) -> InputError | None:
    """Say why a report of a day, to which a rule applies (by its number), has no deadline, if it has none."""
    rules = dispatch.rules
    try:
        deadlines(_received_at(dispatch, day), rules.rule(rule).handling(rules.limits), rules.calendar, rules.limits)
    except InputError as error:
        return InputError(str(error), "at")
    return None


def _candidates(layer: Layer, lon: float, lat: float, accuracy_m: float) -> list[dict[str, Any]]:
    """Share the disc of accuracy between units, the largest share first."""
    shares = layer.locator.disc_shares([lon], [lat], accuracy_m)
    each = zip(shares.unit.tolist(), shares.share.tolist(), shares.distance_m.tolist(), strict=True)
    candidates = [_candidate(layer.units[unit], share, distance) for unit, share, distance in each]
    return sorted(candidates, key=lambda candidate: -float(candidate["share"]))


def _candidate(unit: Unit, share: float, distance_m: float) -> dict[str, Any]:
    return {"code": unit.code, "name": unit.name, "share": round(share, 4), "distance_m": round(distance_m, 1)}


def _responsible(dispatch: Dispatch, category: str, unit: Unit, lon: float, lat: float, day: dt.date) -> dict[str, Any]:
    areas = dispatch.areas_at(lon, lat, day)
    try:
        found = dispatch.rules.responsible(category, unit, _received_at(dispatch, day), areas)
    except InputError as error:
        raise InputError(str(error), "category" if error.field == "category" else "at") from None
    return {
        "rule": found.rule,
        "lead": found.lead,
        "lead_en": found.lead_en,
        "cooperating": list(found.cooperating),
        "cooperating_en": list(found.cooperating_en),
        "urgency": str(found.urgency),
        "intake_due": found.intake_due.isoformat(),
        "due": found.due.isoformat(),
        "why": found.why,
        "why_en": found.why_en,
        "assumed": found.assumed,
    }


def _received_at(dispatch: Dispatch, day: dt.date) -> dt.datetime:
    """Take a report of today to arrive now, and one of another day at its midnight."""
    zone = dispatch.calendar.zone
    now = dt.datetime.now(zone).replace(microsecond=0)
    return now if day == now.date() else dt.datetime.combine(day, dt.time(), zone)
