"""Synthetic reports that look like a city's: for trying things out, never for a figure about Hanoi.

Some places trouble people all the time, some begin to, some stop; the rest is scattered where people live. Some report
what another person has reported already. What becomes of the reports is in :mod:`geo.demo.course`. The same seed,
boundaries and moment give the same reports.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.columns import Floats, Integers, Moments, column, constant
from geo.demo.course import run_course
from geo.folded import folded
from geo.lookup.dispatch import Dispatch
from geo.reports.course import Course, Events
from geo.reports.intake import Admitted, Submitted, admit
from geo.units.jurisdiction import Jurisdiction

PLACES = 160
"""Places that trouble people again and again."""
SCATTERED = 0.3
"""Share of the reports that belong to no such place."""
REPEATED = 0.04
"""Share of the reports that are about the same as another one; their external ids say of which: demo-2-repeats-1."""

CATEGORIES = ("waste", "parking", "fire_risk")
_CATEGORY_SHARES = (0.45, 0.42, 0.13)
_CHANNELS = ("app", "hotline_1022", "web")
_CHANNEL_SHARES = (0.8, 0.15, 0.05)
_FIRST_DAY = np.datetime64("2024-06-01", "ms")
_UTC_OFFSET = np.timedelta64(7, "h")
_GROWTH_FROM = 0.3
_CROWDING = 1.4
_METRES_A_DEGREE = 111_320.0

_REPEATED_AFTER = np.timedelta64(10, "h")
_REPEATED_WITHIN_M = 15.0
_SAME_SENTENCE = 0.6
_MANNERS = (0.6, 0.2, 0.2)
_NUMBERS = 400

_MARK = "[Dữ liệu minh họa] "
_SPOTS = ("trước số nhà {}", "đầu ngõ {}", "cạnh cột điện {}")
_TEXTS = {
    "waste": ("Rác thải đổ trộm ven đường", "Điểm tập kết rác quá tải, bốc mùi", "Phế thải xây dựng đổ trên vỉa hè"),
    "parking": ("Ô tô đỗ dưới lòng đường", "Xe đỗ kín vỉa hè, người đi bộ xuống đường", "Bãi đỗ xe không phép"),
    "fire_risk": ("Lối thoát nạn bị khóa", "Xe đỗ chắn lối xe chữa cháy", "Dây điện chập chờn, nhiều đồ dễ cháy"),
}
# How many report at each hour of the local day, from 0 to 23.
_HOURS = {
    "waste": (1, 1, 1, 1, 2, 5, 9, 10, 8, 7, 6, 5, 5, 5, 5, 6, 7, 9, 10, 9, 7, 5, 3, 2),
    "parking": (2, 1, 1, 1, 1, 2, 5, 9, 10, 9, 8, 8, 7, 6, 6, 7, 9, 11, 11, 10, 9, 7, 5, 3),
    "fire_risk": (2, 1, 1, 1, 1, 2, 4, 6, 7, 8, 8, 7, 6, 6, 7, 7, 7, 7, 8, 8, 7, 6, 4, 3),
}
# Two cases that the press told in July 2024, at the centres of their wards (not the exact addresses); times UTC.
_VINH_TUY, _THANH_NHAN = (105.868664, 20.998485), (105.856919, 21.005396)
_PRESS = (
    ("waste", *_VINH_TUY, "2024-07-08T01:30", "Ngõ 622 Minh Khai: rác đổ dưới chân khối nhà Amber Riverside"),
    ("parking", *_THANH_NHAN, "2024-07-10T13:10", "Sân khu tập thể Ngân hàng, ngõ 96 Võ Thị Sáu: đỗ xe cả ngày"),
    ("fire_risk", *_THANH_NHAN, "2024-07-10T13:12", "Sân ngõ 96 Võ Thị Sáu: xe đỗ chắn lối xe chữa cháy"),
)  # fmt: skip


@dataclass(frozen=True)
class Demo:
    """Synthetic reports with their course and their events, ready to be stored."""

    reports: Admitted
    course: Course
    events: Events


def make_demo(dispatch: Dispatch, now: np.datetime64, n: int = 20_000, seed: int = 1022) -> Demo:
    """Make synthetic reports from June 2024 to now.

    Parameters
    ----------
    dispatch : Dispatch
        Boundaries and rules; more is reported where wards are small, which is where people live.
    now : datetime64
        UTC; nothing happens later.
    n : int
        How many reports, the press cases among them.
    seed : int
        Of the random numbers.

    Returns
    -------
    Demo
        `n` reports in the order of their times.
    """
    random = np.random.default_rng(seed)
    submitted = _submit(dispatch.jurisdiction, now, n, random)
    delay = random.integers(0, 120_000, len(submitted)).astype("timedelta64[ms]")
    received_at = np.minimum(submitted.reported_at + delay, now)
    reports, _, problems = admit(submitted, dispatch, received_at, random)
    if problems:
        raise AssertionError(f"the demo made a report that is not allowed: {problems[0]}")
    course, events = run_course(reports, dispatch.calendar, now, random)
    return Demo(reports, course, events)


def _submit(jurisdiction: Jurisdiction, now: np.datetime64, n: int, random: np.random.Generator) -> Submitted:
    """Draw what citizens would have sent, in the order of time."""
    made = n - len(_PRESS)
    lon, lat, place, when, category = _draw(jurisdiction, now, made, random)
    # A place has few people who report it again and again; scattered reports come from many.
    people = np.where(place >= 0, place * 40 + random.geometric(0.12, made), _anybody(made, random))
    sentence, spot, number = (random.integers(0, choices, made) for choices in (3, len(_SPOTS), _NUMBERS))
    external_id = column([f"demo-{i + 1:06d}" for i in range(n)])

    original = random.choice(made - round(REPEATED * made), round(REPEATED * made), replace=False)
    again = np.arange(made - len(original), made)
    for values in (category, spot, number):
        values[again] = values[original]
    people[again] = _anybody(len(again), random)
    sentence[again] = np.where(random.random(len(again)) < _SAME_SENTENCE, sentence[original], sentence[again])
    lon[again], lat[again] = _beside(jurisdiction, lon[original], lat[original], random)
    delay = random.exponential(_REPEATED_AFTER / np.timedelta64(1, "ms"), len(again)).astype("timedelta64[ms]")
    when[again] = np.minimum(when[original] + delay, now)
    external_id[again] = external_id[again] + "-repeats-" + column([id[5:] for id in external_id[original]])

    names = np.array(CATEGORIES, dtype=object)[category]
    manner = random.choice(len(_MANNERS), made, p=_MANNERS)
    texts = [_MARK + _tell(*told) for told in zip(names, sentence, spot, number, manner, strict=True)]
    press = pd.DataFrame(_PRESS, columns=["category", "lon", "lat", "when", "text"])
    press_when = np.array(press["when"].tolist(), dtype="datetime64[ms]")
    reporters = [hashlib.blake2b(int(p).to_bytes(8), digest_size=16).digest() for p in people]
    rows = np.argsort(np.append(when, press_when), kind="stable")
    return Submitted(
        category=column([*names, *press["category"]]),
        lon=np.append(lon, press["lon"]),
        lat=np.append(lat, press["lat"]),
        accuracy_m=np.append(random.gamma(2.0, 6.0, made).round(1), [np.nan] * len(_PRESS)),
        reported_at=np.append(when, press_when),
        channel=column([*random.choice(_CHANNELS, made, p=_CHANNEL_SHARES), *["app"] * len(_PRESS)]),
        external_id=external_id,
        description=column([*texts, *(_MARK + press["text"])]),
        reporter=column([*reporters, *[None] * len(_PRESS)]),
        media=constant(n, ()),
    ).take(rows)


def _anybody(n: int, random: np.random.Generator) -> Integers:
    return 1_000_000 + random.integers(0, 50_000, n)


def _tell(category: str, sentence: int, spot: int, number: int, manner: int) -> str:
    """Write what and where, where and what, or what and where in a hurry."""
    what, where = _TEXTS[category][sentence], _SPOTS[spot].format(number + 1)
    said = (f"{what}, {where}", f"{where.capitalize()}: {what.lower()}", folded(f"{what}, {where}"))
    return said[manner]


def _beside(jurisdiction: Jurisdiction, lon: Floats, lat: Floats, random: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw a point some metres from each, as another person's phone would find it; inside the city, as they are."""
    north, east = random.normal(size=(2, len(lon))) * _REPEATED_WITHIN_M / _METRES_A_DEGREE
    near_lon, near_lat = lon + east / np.cos(np.radians(lat)), lat + north
    inside = _unit_always(jurisdiction, near_lon, near_lat) >= 0
    return np.where(inside, near_lon, lon), np.where(inside, near_lat, lat)


def _draw(
    jurisdiction: Jurisdiction, now: np.datetime64, n: int, random: np.random.Generator
) -> tuple[Floats, Floats, Integers, Moments, Integers]:
    """Draw point, place (-1 for none), time and category of each report."""
    spots_lon, spots_lat = _inhabited_points(jurisdiction, PLACES + n, random)
    popularity = random.lognormal(0.0, 1.0, PLACES)
    place = np.where(random.random(n) < SCATTERED, -1, random.choice(PLACES, n, p=popularity / popularity.sum()))
    spot = np.where(place >= 0, place, PLACES + np.arange(n))
    spread_m = np.where(place >= 0, random.uniform(25, 120, PLACES)[place], 200.0)
    lat = spots_lat[spot] + random.normal(size=n) * spread_m / _METRES_A_DEGREE
    lon = spots_lon[spot] + random.normal(size=n) * spread_m / (_METRES_A_DEGREE * np.cos(np.radians(lat)))
    inside = _unit_always(jurisdiction, lon, lat) >= 0
    lon, lat = np.where(inside, lon, spots_lon[spot]), np.where(inside, lat, spots_lat[spot])

    main_category = random.choice(3, PLACES, p=_CATEGORY_SHARES)
    any_category = random.choice(3, n, p=_CATEGORY_SHARES)
    category = np.where((place >= 0) & (random.random(n) < 0.8), main_category[place], any_category)
    return lon, lat, place, _times(place, category, now, random), category


def _inhabited_points(jurisdiction: Jurisdiction, n: int, random: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw points in the city: the smaller a ward, the more people live on each hectare of it."""
    west, south, east, north = jurisdiction.extent
    tries = 200_000 + 4 * n
    lon, lat = random.uniform(west, east, tries), random.uniform(south, north, tries)
    unit = _unit_always(jurisdiction, lon, lat)
    lon, lat, unit = lon[unit >= 0], lat[unit >= 0], unit[unit >= 0]
    weights = np.bincount(unit)[unit] ** -_CROWDING
    chosen = random.choice(len(unit), n, p=weights / weights.sum())
    return lon[chosen], lat[chosen]


def _unit_always(jurisdiction: Jurisdiction, lon: Floats, lat: Floats) -> Integers:
    """Give the unit number of today for points that lie in the city under all its boundaries, else -1."""
    units = [layer.locator.locate(lon, lat).unit for layer in jurisdiction.layers]
    return np.where(np.min(units, axis=0) >= 0, units[-1], -1).astype(np.int64)


def _times(place: Integers, category: Integers, now: np.datetime64, random: np.random.Generator) -> Moments:
    """Draw times: more and more reports over the years, within the life of the place, at the hours of the category."""
    days = int((now + _UTC_OFFSET - _FIRST_DAY) / np.timedelta64(1, "D")) + 1
    # A third of the places is always there, a third begins at some time, a third ends.
    life = random.integers(0, 3, PLACES)
    turn = random.uniform(0.3, 0.95, PLACES)
    born = np.append(np.where(life == 1, turn, 0.0), 0.0)[place]
    gone = np.append(np.where(life == 2, turn, 1.0), 1.0)[place]
    # Reports a day grow as 0.3 + t does over the years, so the share of reports until t is (0.3 t + t^2 / 2) / 0.8.
    until_born, until_gone = (_GROWTH_FROM * t + t * t / 2 for t in (born, gone))
    share = until_born + random.random(len(place)) * (until_gone - until_born)
    t = np.sqrt(_GROWTH_FROM**2 + 2 * share) - _GROWTH_FROM
    hours = np.array([_HOURS[name] for name in CATEGORIES], dtype=np.float64)
    ladder = np.cumsum(hours, axis=1) / hours.sum(axis=1, keepdims=True)
    hour = (ladder[category] < random.random(len(place))[:, None]).sum(axis=1)
    minutes = np.floor(t * days) * 1440 + hour * 60 + random.random(len(place)) * 60
    when = _FIRST_DAY - _UTC_OFFSET + (minutes * 60_000).astype("timedelta64[ms]")
    # What today's later hours would bring happened yesterday.
    past: Moments = np.where(when > now, when - np.timedelta64(1, "D"), when)
    return past
