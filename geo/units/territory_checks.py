"""Is a new territory one that can be served? Every value is held to who will read it."""

import re
import zoneinfo

import holidays
import pyproj
from pyproj.exceptions import CRSError

from geo.errors import InputError
from geo.units.territory import Territory

_ID = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


def check_territory(territory: Territory) -> None:
    """Refuse a territory with a value that nobody can use.

    Raises
    ------
    InputError
        It names the field: an id that is no short name in lower case, an empty name, a time zone, language, country or
        CRS that nobody knows, or a CRS that does not measure in metres.

    Examples
    --------
    >>> check_territory(Territory("hue", "Thành phố Huế", "Hue City", "Asia/Ho_Chi_Minh", ("vi", "en"), "VN", 4326))
    Traceback (most recent call last):
    geo.errors.InputError: metric SRID 4326 (WGS 84) does not measure in metres: give the UTM zone, such as 32648
    """
    if not _ID.fullmatch(territory.id):
        raise InputError(
            f"id {territory.id!r}: give a short name of a-z, 0-9, - and _ that begins with a letter, such as hcmc", "id"
        )
    for field in ("name", "name_en"):
        if not getattr(territory, field).strip():
            raise InputError(f"{field} is empty: give the name of the city", field)
    if territory.time_zone not in zoneinfo.available_timezones():
        raise InputError(
            f"unknown time zone {territory.time_zone!r}: give an IANA name such as Asia/Ho_Chi_Minh", "time_zone"
        )
    for language in territory.languages or ("",):
        if not _LANGUAGE.fullmatch(language):
            raise InputError(f"language {language!r}: give an ISO 639 code such as vi or en", "language")
    if territory.holidays not in holidays.list_supported_countries():
        raise InputError(
            f"the public holidays of {territory.holidays!r} are not known: give an ISO 3166 code such as VN", "holidays"
        )
    _check_metric(territory.metric_srid)


def _check_metric(srid: int) -> None:
    try:
        crs = pyproj.CRS.from_epsg(srid)
    except CRSError:
        raise InputError(f"unknown metric SRID {srid}: give an EPSG code such as 32648", "metric_srid") from None
    if not crs.is_projected or crs.axis_info[0].unit_name != "metre":
        raise InputError(
            f"metric SRID {srid} ({crs.name}) does not measure in metres: give the UTM zone, such as 32648",
            "metric_srid",
        )
