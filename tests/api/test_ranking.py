"""Ward figures are what brute force over the rows gives, under the boundaries of any date, as JSON and as CSV."""

import csv
import datetime as dt
import io
import json
import math
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import holidays
import httpx
import numpy as np
import pandas as pd
import psycopg
import pytest

from geo.demo.reports import make_demo
from geo.lookup.dispatch import Dispatch
from geo.privacy.published import LEAST_PEOPLE
from geo.store.ranking import read_cases
from geo.store.reports import add_reports
from geo.units.territory import HANOI
from geo.wards.cases import Cases
from geo.wards.figures import NAMES
from geo.wards.ranking import Period
from tests.api.answers import problem
from tests.api.serving import api_key, run, serving
from tests.conftest import Database, cloned

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
FIRST, LAST = dt.date(2025, 5, 1), dt.date(2025, 8, 31)
BEFORE = (dt.date(2025, 1, 1), dt.date(2025, 4, 30))
OLD, NEW = dt.date(2025, 6, 30), dt.date(2025, 7, 1)
NEWEST = dt.date(2025, 11, 5)
ROWS = """
    SELECT report.*, reporter IS NULL AS nobody, duplicate_of IS NOT NULL AS merged, located.code FROM report
    LEFT JOIN LATERAL (
        SELECT code FROM boundary JOIN unit ON unit.id = unit_id JOIN generation ON generation.id = generation_id
        WHERE generation.level = 'ward' AND period @> %s::date AND ST_Covers(boundary.geom, report.geom)
        ORDER BY code LIMIT 1) AS located ON true
    WHERE (reported_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date BETWEEN %s AND %s
"""
# The demo reopens and merges nothing.
REOPENED = "UPDATE report SET reopened = 2, answered_at = NULL, closed_at = NULL WHERE external_id LIKE 'demo-%7'"
MERGED = "UPDATE report SET duplicate_of = gen_random_uuid(), closed_at = now() WHERE external_id LIKE 'demo-%3'"


@pytest.fixture(scope="module")
def database(shared_cluster, city: Database, dispatch: Dispatch) -> Iterator[Database]:
    made = make_demo(dispatch, np.datetime64(f"{NEWEST}T03:00", "ms"), n=4000)
    with cloned(shared_cluster, city.name) as database:
        with database.transaction() as connection:
            add_reports(connection, HANOI.id, made.reports, made.course, made.events)
        with database.connect() as connection:
            connection.execute(REOPENED)
            connection.execute(MERGED)
        yield database


@pytest.fixture(scope="module")
def address(database: Database) -> Iterator[str]:
    with serving(database.url) as address:
        yield f"{address}/v1/wards"


@pytest.fixture(scope="module")
def http(address: str, database: Database) -> Iterator[httpx.Client]:
    key = api_key(database.url, "planner")
    with httpx.Client(base_url=address, headers=key, trust_env=False, timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def public(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def sql(database: Database) -> Iterator[psycopg.Connection]:
    with database.connect() as connection:
        yield connection


def rows(sql: psycopg.Connection, day: dt.date, first: dt.date, last: dt.date) -> pd.DataFrame:
    found = sql.execute(ROWS, [day, first, last])
    return pd.DataFrame(found.fetchall(), columns=[column.name for column in found.description])


KNOWN = holidays.country_holidays("VN", years=range(2024, 2027))


def working_hours(begin: dt.datetime, end: dt.datetime | None) -> float:
    """Add up the office hours of each day between two moments."""
    if end is None or end is pd.NaT:
        return math.nan
    begin, end = (moment.astimezone(ZONE).replace(tzinfo=None) for moment in (begin, end))
    worked = dt.timedelta()
    for number in range((end.date() - begin.date()).days + 1):
        day = begin.date() + dt.timedelta(number)
        if (day in KNOWN or day.weekday() > 4) and day not in KNOWN.weekend_workdays:
            continue
        for opens, closes in ((8, 12), (13, 17)):
            since, until = (dt.datetime.combine(day, dt.time(hour)) for hour in (opens, closes))
            worked += max(min(until, end) - max(since, begin), dt.timedelta())
    return worked / dt.timedelta(hours=1)


def brute_force(reports: pd.DataFrame) -> dict[str, Any]:
    answered = reports[reports["answered_at"].notna()]
    on_time = answered[answered["answered_at"] <= answered["due_at"]]
    waits = reports[reports["answered_at"].isna() & reports["closed_at"].isna()]
    hours = {
        name: [working_hours(*pair) for pair in zip(reports["received_at"], reports[name].astype(object), strict=True)]
        for name in ("intake_at", "answered_at")
    }

    def mean(values: pd.Series) -> float:
        return values.dropna().astype(float).mean()

    return {
        "received": len(reports),
        "merged": int(reports["merged"].sum()),
        "answered": len(answered),
        "on_time": len(on_time),
        "overdue": int((waits["due_at"] < pd.Timestamp.now("UTC")).sum()),
        "reopened": int((reports["reopened"] > 0).sum()),
        "on_time_share": len(on_time) / len(answered) if len(answered) else math.nan,
        "intake_hours": pd.Series(hours["intake_at"]).median(),
        "answer_hours": pd.Series(hours["answered_at"]).median(),
        "evidence_share": mean(reports["evidence"]),
        "satisfied_share": mean(reports["satisfied"]),
    }


def told(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: math.nan if figures[name] is None else figures[name] for name in NAMES}


def close(figures: dict[str, Any]) -> Any:
    return pytest.approx(figures, abs=6e-5, nan_ok=True)


def assert_as_brute_force(answer: dict[str, Any], of_period: pd.DataFrame, of_before: pd.DataFrame, least: int) -> None:
    wards = {each["code"]: each for each in answer["wards"]}
    for found, part in ((of_period, lambda row: row), (of_before, lambda row: row["previous"])):
        expected = {code: brute_force(of_ward) for code, of_ward in found.groupby("code")}
        assert len(expected) > least
        nothing = brute_force(found.head(0))
        for code, ward in wards.items():
            assert told(part(ward)) == close(expected.get(code, nothing))
        assert told(part(answer["city"])) == close(brute_force(found))
        medians = pd.DataFrame([expected.get(code, nothing) for code in wards]).median()
        assert told(part(answer["median"])) == close(medians.to_dict())
    assert answer["city"]["merged"] > 0
    assert answer["city"]["reopened"] > 0


@pytest.mark.parametrize(("day", "category"), [(OLD, None), (NEW, "waste")])
def test_every_figure_is_that_of_brute_force_over_the_rows(http, sql, day, category):
    asked = {"from": FIRST, "to": LAST, "boundaries_at": day} | ({"category": category} if category else {})
    answer = http.get("/ranking", params=asked).raise_for_status().json()
    assert answer["previous"] == {"from": str(BEFORE[0]), "to": str(BEFORE[1])}
    assert len(answer["wards"]) == {OLD: 526, NEW: 126}[day]
    found = (rows(sql, day, *period) for period in ((FIRST, LAST), BEFORE))
    assert_as_brute_force(
        answer, *(each if category is None else each[each["category"] == category] for each in found), 50
    )


def test_the_newest_months_are_told_without_the_database_and_the_same(http, sql, database):
    """What is held in memory answers while nobody can read the table; older periods wait for it."""
    period, before = (NEWEST - dt.timedelta(29), NEWEST), (NEWEST - dt.timedelta(59), NEWEST - dt.timedelta(30))
    asked = {"from": period[0], "to": period[1], "boundaries_at": NEW}
    http.get("/ranking", params=asked).raise_for_status()  # which waits until they are held
    with database.connect() as other, other.transaction():
        other.execute("LOCK TABLE report IN ACCESS EXCLUSIVE MODE")
        every = http.get("/ranking", params=asked).raise_for_status().json()
        waste = http.get("/ranking", params=asked | {"category": "waste"}).raise_for_status().json()
        with pytest.raises(httpx.ReadTimeout):
            http.get("/ranking", params=asked | {"from": FIRST}, timeout=1)
    found = [rows(sql, NEW, *each) for each in (period, before)]
    assert_as_brute_force(every, *found, 50)
    assert_as_brute_force(waste, *(each[each["category"] == "waste"] for each in found), 20)


def test_wards_are_sorted_by_any_figure_and_those_without_it_come_last(http):
    for name in NAMES:
        for sign in (1, -1):
            sort = name if sign == 1 else f"-{name}"
            answer = http.get("/ranking", params={"from": FIRST, "to": LAST, "sort": sort}).json()
            values = [each[name] for each in answer["wards"]]
            known = [sign * value for value in values if value is not None]
            assert known == sorted(known)
            assert values[len(known) :] == [None] * (len(values) - len(known))


def test_csv_says_the_same_as_json(http):
    asked = {"from": FIRST, "to": LAST, "boundaries_at": NEW}
    answer = http.get("/ranking", params=asked).json()
    for response in (
        http.get("/ranking", params=asked | {"format": "csv"}),
        http.get("/ranking", params=asked, headers={"accept": "text/csv"}),
    ):
        assert response.headers["content-type"] == "text/csv; charset=utf-8"
        lines = list(csv.DictReader(io.StringIO(response.text)))
        assert [line["code"] for line in lines[:-2]] == [ward["code"] for ward in answer["wards"]]
        for line, row in zip(lines, [*answer["wards"], answer["city"], answer["median"]], strict=True):
            for name in NAMES:
                assert line[name] == ("" if row[name] is None else str(row[name]))
                assert line[f"previous_{name}"] == ("" if row["previous"][name] is None else str(row["previous"][name]))


def test_the_command_says_the_same_as_http(http, database, tmp_path):
    """As files by their ending, on standard output by the flag, and of the table every figure that it has."""
    asked = {"from": FIRST, "to": LAST, "boundaries_at": NEW, "category": "waste", "sort": "-overdue"}
    options = [f"--{name.replace('_', '-')}={value}" for name, value in asked.items()]
    answer = http.get("/ranking", params=asked).json()
    files = {ending: tmp_path / f"wards.{ending}" for ending in ("json", "csv")}
    told = {}
    for ending, file in files.items():
        written = run("ranking", *options, "--out", file, DATABASE_URL=database.url)
        assert (written.returncode, written.stdout) == (0, ""), written.stderr
        told[ending] = run("ranking", *options, "--format", ending, DATABASE_URL=database.url).stdout
    for text in (files["json"].read_text(), told["json"]):
        assert json.loads(text) | {"as_of": None} == answer | {"as_of": None}
    assert files["csv"].read_bytes() == http.get("/ranking", params=asked | {"format": "csv"}).content
    assert told["csv"].splitlines() == files["csv"].read_text().splitlines()
    table = run("ranking", *options, DATABASE_URL=database.url).stdout
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in table.splitlines() if "│" in line]
    assert [row[0] for row in rows[:-2]] == [ward["code"] for ward in answer["wards"]]
    for row, figures in zip(rows, [*answer["wards"], answer["city"], answer["median"]], strict=True):
        assert row[2] == f"{figures['received']:g}"
        share = figures["on_time_share"]
        assert row[3] == ("-" if share is None else f"{share:.1%}")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--sort", "size"], "use one of received"),
        (["--category", "noise"], "noise"),
        (["--boundaries-at", "1990-01-01"], "loaded periods"),
        (["--out", "wards.xlsx"], "use csv or json"),
        (["--out", "/nowhere/wards.csv"], "can't be written"),
    ],
)
def test_the_command_refuses_in_one_line(database, options, words):
    refused = run("ranking", *options, DATABASE_URL=database.url)
    assert (refused.returncode, refused.stdout, len(refused.stderr.splitlines())) == (1, "", 1)
    assert words in refused.stderr


@pytest.mark.parametrize(
    ("query", "status", "parameter"),
    [
        ("sort=size", 422, "sort"),
        ("category=noise", 422, "category"),
        ("from=2025-02-01&to=2025-01-01", 422, "from"),
        ("boundaries_at=yesterday", 422, "boundaries_at"),
        ("format=xlsx", 422, "format"),
    ],
)
def test_a_wrong_parameter_is_named(http, query, status, parameter):
    problem(http.get(f"/ranking?{query}"), status, parameter=parameter)


def test_boundaries_that_are_not_loaded_are_not_found(http):
    assert "loaded periods" in problem(http.get("/ranking?boundaries_at=1990-01-01"), 404)


def test_the_public_asks_for_whole_months_that_are_over_and_for_the_wards_of_today(public):
    """Periods and wards that are nearly the same could be subtracted from each other."""
    whole = {"from": FIRST, "to": LAST}
    assert public.get("/ranking", params=whole).json()["least_people"] == LEAST_PEOPLE
    last_month = public.get("/ranking").raise_for_status().json()["period"]
    first, last = (dt.date.fromisoformat(last_month[end]) for end in ("from", "to"))
    today = dt.datetime.now(ZONE).date()
    assert (first.day, last + dt.timedelta(1)) == (1, today.replace(day=1))
    for wrong, parameter in (
        ({"from": FIRST, "to": LAST - dt.timedelta(1)}, "to"),
        ({"from": FIRST + dt.timedelta(1), "to": LAST}, "from"),
        ({"from": today.replace(day=1), "to": today}, "to"),
    ):
        problem(public.get("/ranking", params=wrong), 422, parameter=parameter)
    problem(public.get("/ranking", params=whole | {"boundaries_at": OLD}), 403)


def test_the_public_sees_a_ward_only_with_enough_reporters_in_a_month_and_category(database, sql, dispatch):
    """Counted by pandas: nothing that is shown has a part of fewer reporters in it, and what is hidden has."""
    jurisdiction = dispatch.jurisdiction
    units = sorted(jurisdiction.layer_at(NEW).units, key=lambda unit: unit.id)
    with database.transaction() as connection:
        cases = Cases.joined(read_cases(connection, jurisdiction, FIRST, LAST, NEW, by_point=True))
    shown_to_all = Period.public(cases, [unit.id for unit in units], dispatch.calendar, np.datetime64("2025-11-05"))
    found = rows(sql, NEW, FIRST, LAST)
    found["month"] = found["reported_at"].dt.tz_convert(ZONE).dt.strftime("%Y-%m")
    parts = found.groupby(["code", "month", "category"]).agg(n=("id", "size"), people=("reporter", "nunique"))
    enough = parts[parts["people"] >= LEAST_PEOPLE].groupby("code")["n"].sum()
    shown = dict(zip((unit.code for unit in units), shown_to_all.wards.received.tolist(), strict=True))
    for code, count in shown.items():
        assert count <= enough.get(code, 0)
    # Beside what is too small, at most one part of each month and category is hidden.
    assert sum(shown.values()) >= enough.sum() - parts["n"].nlargest(4 * 3).sum()
    assert sum(shown.values()) > 100
    assert shown_to_all.city.received[0] == len(found)
