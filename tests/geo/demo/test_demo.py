"""Demo reports are synthetic, the same for the same seed, and look like the figures that the city published."""

import re
from collections import Counter, defaultdict
from dataclasses import fields

import numpy as np
import pytest

from geo.demo.reports import Demo, make_demo
from geo.demo.turns import take_turns
from geo.hexagons.cells import parents
from geo.location.locator import How

NOW = np.datetime64("2026-01-05T03:17:42.123", "ms")
N = 20_000


@pytest.fixture(scope="module")
def plain(dispatch) -> Demo:
    return make_demo(dispatch, NOW, N)


@pytest.fixture(scope="module")
def demo(dispatch, plain) -> Demo:
    """As `hientruong up --demo` stores it."""
    return take_turns(plain, dispatch.jurisdiction, NOW)


def same(one: Demo, other: Demo) -> bool:
    parts = [(getattr(one, f.name), getattr(other, f.name)) for f in fields(Demo)]
    return all(
        str(getattr(a, f.name).tolist()) == str(getattr(b, f.name).tolist()) for a, b in parts for f in fields(a)
    )


def local(demo: Demo) -> np.ndarray:
    return demo.reports.reported_at + np.timedelta64(7, "h")


def test_the_same_seed_and_moment_give_the_same_reports(dispatch):
    assert same(make_demo(dispatch, NOW, 500), make_demo(dispatch, NOW, 500))
    assert not same(make_demo(dispatch, NOW, 500), make_demo(dispatch, NOW, 500, seed=1))


@pytest.mark.parametrize("n", [3, 100, 4999])
def test_there_are_as_many_as_asked_for(dispatch, n):
    demo = make_demo(dispatch, NOW, n)
    assert len(demo.reports) == len(demo.course) == n
    assert len(set(demo.reports.id)) == len(set(demo.reports.external_id)) == n


def test_turns_change_no_report_and_no_final_answer_and_are_the_same_again(dispatch, plain, demo):
    assert same(demo, take_turns(plain, dispatch.jurisdiction, NOW))
    assert demo.reports is plain.reports
    for name in ("status", "intake_at", "answered_at", "evidence", "satisfied"):
        assert str(getattr(demo.course, name).tolist()) == str(getattr(plain.course, name).tolist())
    kinds = Counter(demo.events.kind)
    assert kinds["reopened"] == demo.course.reopened.sum() > N / 100
    assert kinds["moved"] > N / 100
    assert kinds["answered"] == kinds["reopened"] + Counter(plain.events.kind)["answered"]


def test_merged_reports_repeat_the_one_that_they_went_into(demo):
    row = {id: row for row, id in enumerate(demo.reports.id)}
    merged = [(i, row[into]) for i, into in enumerate(demo.course.duplicate_of) if into is not None]
    assert len(merged) == Counter(demo.events.kind)["merged"] > 10
    for repeat, original in merged:
        number = demo.reports.external_id[repeat].partition("-repeats-")[2]
        assert demo.reports.external_id[original] == f"demo-{number}"
        assert demo.course.duplicate_of[original] is None


def test_statuses_have_the_published_shares(demo):
    """To 21 November 2024: 83.1 % resolved, 6.3 % rejected, 5.2 % in progress, 5.5 % waiting (100.1 % in all)."""
    published = {"resolved": 83.1, "rejected": 6.3, "in_progress": 5.2, "waiting": 5.5}
    for status, share in published.items():
        assert 100 * (demo.course.status == status).mean() == pytest.approx(share, abs=0.1 + 1e-9)


def test_as_many_answers_are_late_as_was_published(demo):
    """July 2024: 135 of 1,441 handled were overdue."""
    answered = ~np.isnat(demo.course.answered_at)
    late = (demo.course.answered_at > demo.reports.due_at)[answered].mean()
    p, n = 135 / 1441, int(answered.sum())
    assert abs(late - p) < 4 * np.sqrt(p * (1 - p) / n)


def test_as_many_citizens_are_satisfied_as_was_published(demo):
    """To 8 August 2024: 65.6 %."""
    said = np.array([value for value in demo.course.satisfied if value is not None], dtype=bool)
    assert abs(said.mean() - 0.656) < 4 * np.sqrt(0.656 * 0.344 / len(said))


def test_what_is_open_is_mostly_recent(demo):
    age = NOW - demo.reports.received_at
    is_open = np.isin(demo.course.status.astype(str), ["waiting", "in_progress"])
    assert np.median(age[is_open]) < np.median(age[~is_open]) / 3


@pytest.mark.parametrize(
    ("what", "category", "ward", "lon", "lat"),
    [
        ("622 Minh Khai", "waste", "Phường Vĩnh Tuy", 105.868664, 20.998485),
        ("ngõ 96 Võ Thị Sáu: đỗ xe", "parking", "Phường Thanh Nhàn", 105.856919, 21.005396),
        ("ngõ 96 Võ Thị Sáu: xe đỗ chắn", "fire_risk", "Phường Thanh Nhàn", 105.856919, 21.005396),
    ],
)
def test_the_press_cases_are_there(demo, dispatch, what, category, ward, lon, lat):
    reports = demo.reports
    [row] = [row for row, text in enumerate(reports.description) if what in text]
    assert (reports.category[row], reports.lon[row], reports.lat[row]) == (category, lon, lat)
    assert dispatch.jurisdiction.units[int(reports.unit_id[row])].name == ward
    assert reports.reported_at[row].astype("datetime64[M]") == np.datetime64("2024-07")


def test_all_points_lie_in_the_city_under_all_boundaries(demo, dispatch):
    assert set(demo.reports.how) <= {"inside", "edge"}
    for layer in dispatch.jurisdiction.layers:
        assert (layer.locator.locate(demo.reports.lon, demo.reports.lat).how != How.OUTSIDE).all()


def test_everything_says_that_it_is_synthetic(demo):
    assert demo.course.synthetic.all()
    assert all(text.startswith("[Dữ liệu minh họa] ") for text in demo.reports.description)
    assert all(external_id.startswith("demo-") for external_id in demo.reports.external_id)
    assert all(text.startswith("[Minh họa] ") for text in demo.events.text if text)
    assert all(link.startswith("https://example.org/") for links in demo.events.media for link in links)


def test_every_history_is_in_order_and_ends_in_the_status(demo):
    histories: dict[int, list[int]] = defaultdict(list)
    for event, report in enumerate(demo.events.report.tolist()):
        histories[report].append(event)
    assert len(histories) == len(demo.reports)
    kinds, at = demo.events.kind, demo.events.at
    for report, events in histories.items():
        assert (kinds[events[0]], at[events[0]]) == ("received", demo.reports.received_at[report])
        assert (np.diff(at[events]) >= np.timedelta64(0)).all()
        assert demo.events.status[events[-1]] == demo.course.status[report]
        said = " ".join(kinds[events])
        begun = "( moved)? assigned in_progress( answered( reopened answered)?( rated)?( closed)?)?"
        known = f"received( merged| rejected( closed)?|{begun})?"
        assert re.fullmatch(known, said), said
        rated = demo.course.satisfied[report] is not None
        assert rated == ("rated" in kinds[events])


def test_answered_reports_were_answered_when_their_event_says(demo):
    answers = np.isin(demo.events.kind.astype(str), ["answered", "rejected"])
    last = np.full(len(demo.reports), np.datetime64("NaT", "ms"))
    np.fmax.at(last, demo.events.report[answers], demo.events.at[answers])
    np.testing.assert_array_equal(demo.course.answered_at, last)


@pytest.mark.parametrize(
    "now", ["2026-01-05T03:17:42.123", "2026-01-05T16:59:59.999", "2026-01-05T17:00", "2024-09-01"]
)
def test_reports_reach_from_june_2024_to_now_and_no_further(dispatch, now):
    now = np.datetime64(now, "ms")
    demo = make_demo(dispatch, now, N)
    assert demo.reports.reported_at.min() >= np.datetime64("2024-06-01") - np.timedelta64(7, "h")
    # Some 25 and more a day: in the last day before now there is one in all likelihood.
    assert now - np.timedelta64(24, "h") < demo.reports.reported_at.max() <= now
    for moments in (demo.reports.received_at, demo.course.answered_at, demo.course.closed_at, demo.events.at):
        assert not (moments > now).any()
    assert (demo.reports.received_at >= demo.reports.reported_at).all()


def test_more_is_reported_by_day_than_by_night(demo):
    hour = local(demo).astype("datetime64[h]").astype(int) % 24
    assert np.isin(hour, range(7, 21)).mean() > 0.7


def test_some_places_last_some_appear_and_some_fade(demo):
    """Cells with many reports: a test of halves tells which had far more in one half of the time than in the other."""
    _, at = np.unique(parents(demo.reports.cell, 9), return_inverse=True)
    late = demo.reports.reported_at > np.median(demo.reports.reported_at.astype(np.int64)).astype("datetime64[ms]")
    many = np.bincount(at) >= 60
    share = (np.bincount(at, weights=late) / np.bincount(at))[many]
    assert many.sum() >= 30
    # Of 60 reports at random in two halves, less than 1 in 10,000 cells has fewer than a quarter or more than 3 in 4.
    assert (share < 0.25).sum() >= 3
    assert (share > 0.75).sum() >= 3
    assert ((share > 0.35) & (share < 0.65)).sum() >= 10
