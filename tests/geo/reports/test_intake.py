"""Of what is handed in, every good report is admitted, and every bad one is refused with its row, field and reason."""

from dataclasses import replace

import h3
import numpy as np
import pytest
import uuid_utils

from geo.columns import column, constant
from geo.lookup.dispatch import Dispatch
from geo.reports.intake import CLOCK_SKEW, Admitted, Problem, Submitted, admit

NOW = np.datetime64("2026-01-05T03:00", "ms")
VINH_TUY = (105.868664, 20.998485)

BAD = {
    "swapped": ({"lon": 20.998485, "lat": 105.868664}, "lon", "look swapped"),
    "NaN": ({"lat": np.nan}, "lon", "missing"),
    "infinite": ({"lon": np.inf}, "lon", "infinite"),
    "longitude": ({"lon": 1058.6}, "lon", "out of range"),
    "latitude": ({"lat": 209.98}, "lat", "out of range"),
    "far away": ({"lon": 2.35, "lat": 48.86}, "lon", "more than 1 degree outside"),
    "another province": ({"lon": 106.3, "lat": 20.94}, "lon", "lies outside Thành phố Hà Nội: the nearest unit, "),
    "future": ({"reported_at": NOW + 2 * CLOCK_SKEW}, "reported_at", "in the future"),
    "missing time": ({"reported_at": np.datetime64("NaT")}, "reported_at", "missing"),
    "before all boundaries": ({"reported_at": np.datetime64("1999-01-01")}, "reported_at", "no boundaries of hanoi"),
    "long ago": ({"reported_at": np.datetime64("0001-01-01")}, "reported_at", "no boundaries of hanoi"),
    "category": ({"category": "noise"}, "category", "unknown category 'noise': use one of fire_risk, parking, waste"),
    "no category": ({"category": None}, "category", "unknown category None"),
    "NUL after a category": ({"category": "waste\0"}, "category", "unknown category 'waste\\x00'"),
    "channel": ({"channel": "fax"}, "channel", "unknown channel 'fax': use one of app, hotline_1022"),
    "negative accuracy": ({"accuracy_m": -1.0}, "accuracy_m", "-1.0"),
    "infinite accuracy": ({"accuracy_m": np.inf}, "accuracy_m", "inf"),
    "absurd accuracy": ({"accuracy_m": 1e6}, "accuracy_m", "1000000"),
    "long text": ({"description": "x" * 4001}, "description", "4001 characters are more than the 4000"),
    "long id": ({"external_id": "x" * 201}, "external_id", "201 characters"),
    "empty id": ({"external_id": ""}, "external_id", "empty"),
    "blank id": ({"external_id": " \u00a0\t"}, "external_id", "empty"),
    "NUL": ({"description": "a\0b"}, "description", "control characters"),
    "escape": ({"external_id": "a\x1b[0m"}, "external_id", "control characters"),
    "lone surrogate": ({"description": "a\udc80"}, "description", "control characters"),
}


def reports(*changes: dict[str, object]) -> Submitted:
    """Good reports, each with some fields changed."""
    n = len(changes)
    good = Submitted(
        category=constant(n, "waste"),
        lon=np.full(n, VINH_TUY[0]),
        lat=np.full(n, VINH_TUY[1]),
        accuracy_m=np.full(n, np.nan),
        reported_at=np.full(n, NOW),
        channel=constant(n, "app"),
        external_id=constant(n, None),
        description=constant(n, ""),
        reporter=constant(n, None),
        media=constant(n, ()),
    )
    for row, change in enumerate(changes):
        for name, value in change.items():
            getattr(good, name)[row] = value
    return good


def admitted(dispatch: Dispatch, *changes: dict[str, object]) -> tuple[Admitted, list[int], list[Problem]]:
    found, rows, problems = admit(reports(*changes), dispatch, np.full(len(changes), NOW))
    return found, rows.tolist(), problems


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_value_is_refused_by_field_and_reason(dispatch, kind):
    change, field, reason = BAD[kind]
    found, rows, [problem] = admitted(dispatch, {}, change, {})
    assert (len(found), rows) == (2, [0, 2])
    assert (problem.row, problem.field) == (1, field)
    assert reason in problem.reason
    assert "\n" not in problem.reason
    assert problem.reason.isprintable()


def test_bad_rows_do_not_harm_good_ones(dispatch):
    bad = [change for change, _, _ in BAD.values()]
    mixed = [change for pair in zip([{}] * len(bad), bad, strict=True) for change in pair]
    found, rows, problems = admitted(dispatch, *mixed)
    assert rows == list(range(0, len(mixed), 2))
    assert [problem.row for problem in problems] == list(range(1, len(mixed), 2))
    assert [problem.field for problem in problems] == [field for _, field, _ in BAD.values()]
    alone, _, _ = admitted(dispatch, {})
    for name in ("unit_id", "generation_id", "cell", "how", "rule", "lead", "due_at"):
        assert set(getattr(found, name).tolist()) == set(getattr(alone, name).tolist())


def test_a_report_from_outside_names_the_nearest_unit_as_postgis_does(dispatch, city_database):
    lon, lat = 106.3, 20.94
    _, _, [problem] = admitted(dispatch, {"lon": lon, "lat": lat})
    with city_database.connect() as connection:
        name, metres = connection.execute(
            "SELECT name, ST_Distance(geom::geography, ST_Point(%s, %s, 4326)::geography) AS metres FROM boundary"
            " JOIN unit ON unit.id = unit_id JOIN generation ON generation.id = generation_id"
            " WHERE generation.level = 'ward' AND valid_from = '2025-07-01' ORDER BY metres LIMIT 1",
            (lon, lat),
        ).fetchone()
    assert name in problem.reason
    said = float(problem.reason.split(" is ")[-1].split(" m ")[0].replace(",", ""))
    assert said == pytest.approx(metres, rel=1e-3)
    assert "schematic" in problem.reason


def test_what_is_admitted_is_complete(dispatch):
    extra = {"accuracy_m": 12.5, "external_id": "x-1", "description": "dòng 1\ndòng 2\t!", "channel": "web"}
    found, _, problems = admitted(dispatch, extra)
    assert problems == []
    assert uuid_utils.UUID(str(found.id[0])).timestamp == int(NOW.astype(np.int64))
    assert found.cell[0] == h3.str_to_int(h3.latlng_to_cell(VINH_TUY[1], VINH_TUY[0], 12))
    assert dispatch.jurisdiction.units[int(found.unit_id[0])].name == "Phường Vĩnh Tuy"
    assert (found.how[0], found.rule[0], found.lead[0]) == ("inside", "waste-ward", "UBND phường Vĩnh Tuy")
    # Received on Monday 10:00: 8 working hours later is Tuesday 10:00, then 5 working days.
    assert found.intake_due_at[0] == np.datetime64("2026-01-06T03:00")
    assert found.due_at[0] == np.datetime64("2026-01-13T03:00")
    for name, value in extra.items():
        assert getattr(found, name)[0] == value


def test_the_day_of_the_report_decides_and_its_midnight_is_local(dispatch):
    thanh_nhan = {"lon": 105.856919, "lat": 21.005396}
    last, first = np.datetime64("2025-06-30T16:59:59.999"), np.datetime64("2025-06-30T17:00")
    found, _, _ = admitted(dispatch, thanh_nhan | {"reported_at": last}, thanh_nhan | {"reported_at": first})
    names = [dispatch.jurisdiction.units[int(id)].name for id in found.unit_id]
    assert names == ["Phường Thanh Nhàn", "Phường Bạch Mai"]


def test_a_clock_that_is_a_little_ahead_is_no_fault(dispatch):
    _, rows, problems = admitted(dispatch, {"reported_at": NOW + CLOCK_SKEW})
    assert (rows, problems) == ([0], [])


def test_nothing_in_nothing_out(dispatch):
    found, rows, problems = admitted(dispatch)
    assert (len(found), rows, problems) == (0, [], [])


def test_a_huge_bad_word_costs_no_memory_and_is_cut_in_the_reason(dispatch):
    submitted = reports(*[{}] * 20_000)
    huge = replace(submitted, category=column(["x" * 1_000_000, *submitted.category[1:]]))
    _, rows, [problem] = admit(huge, dispatch, np.full(len(huge), NOW))
    assert len(rows) == 19_999
    assert len(problem.reason) < 200


def test_a_description_and_an_id_are_kept_in_composed_letters(dispatch):
    taken, _, _ = admitted(dispatch, {"description": "Ra\u0301c tha\u0309i", "external_id": "e\u0301x"}, {})
    assert taken.description.tolist() == ["R\u00e1c th\u1ea3i", ""]
    assert taken.external_id.tolist() == ["\u00e9x", None]
