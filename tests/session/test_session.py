"""A session over the database: its reports are those of SQL, and what is wrong is told at once with what is allowed."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import geo
import maps
from geo.demo.reports import make_demo
from geo.errors import HienTruongError
from geo.store.reports import add_reports
from geo.units.territory import HANOI
from tests.session.conftest import IN_PERIOD, PERIOD


def test_reports_are_those_of_sql_the_newest_first(db, sql):
    query = f"""
        SELECT r.id::text, r.status, r.reported_at, r.due_at, r.evidence, r.media, r.cooperating, r.accuracy_m,
            u.code, u.name, ST_X(r.geom), ST_Y(r.geom)
        FROM report r JOIN unit u ON u.id = r.unit_id
        WHERE category = 'waste' AND {IN_PERIOD} ORDER BY r.id DESC"""
    frame = db.reports("waste", **PERIOD)
    columns = [frame.index, *(frame[name] for name in ("status", "reported_at", "due_at"))]
    columns += [frame["evidence"].astype(object).where(frame["evidence"].notna(), None)]
    columns += [frame[name].map(list) for name in ("media", "cooperating")]
    columns += [frame["accuracy_m"].astype(object).where(frame["accuracy_m"].notna(), None)]
    columns += [frame["unit_code"], frame["unit_name"], frame.geometry.x, frame.geometry.y]
    rows = sql.execute(query).fetchall()
    assert list(zip(*columns, strict=True)) == rows
    assert frame.attrs["n"] == frame.attrs["synthetic"] == len(rows) > 400


@pytest.mark.parametrize("boundaries_at", ["2025-06-30", "2025-07-01"])
def test_reports_have_the_units_of_any_date(db, sql, boundaries_at):
    query = f"""
        SELECT r.id::text, unit.code FROM report r JOIN boundary ON ST_Covers(boundary.geom, r.geom)
        JOIN generation ON generation.id = boundary.generation_id AND level = 'ward' AND period @> %s::date
        JOIN unit ON unit.id = boundary.unit_id WHERE {IN_PERIOD}"""
    expected = dict(sql.execute(query, [boundaries_at]).fetchall())
    frame = db.reports(**PERIOD, boundaries_at=boundaries_at, columns=["unit_code"])
    assert frame["unit_code"].to_dict() == expected
    busiest = frame["unit_code"].value_counts().index[0]
    of_unit = db.reports(**PERIOD, boundaries_at=boundaries_at, unit=busiest, columns=["unit_code"])
    assert list(of_unit.index) == list(frame.index[frame["unit_code"] == busiest])


def test_units_are_those_of_postgis(db, sql):
    query = """
        SELECT unit.code, unit.name, ST_Area(geom::geography) FROM boundary JOIN unit ON unit.id = unit_id
        JOIN generation ON generation.id = generation_id WHERE generation.level = %s AND period @> %s::date"""
    for level, day in (("ward", "2025-06-30"), ("ward", "2025-07-01"), ("city", "2026-01-01")):
        frame = db.units(day, level)
        names = {code: (name, pytest.approx(area, rel=1e-6)) for code, name, area in sql.execute(query, [level, day])}
        assert dict(zip(frame.index, zip(frame["name"], frame["area_m2"], strict=True), strict=True)) == names


def test_points_of_any_table_are_located_as_one_by_one(db, dispatch):
    reports = db.reports(**PERIOD, columns=["reported_at", "unit_code", "category"])
    located = db.locate(reports.rename(columns={"unit_code": "stored"}), at="reported_at", category="category")
    assert (located["unit_code"] == located["stored"]).all()
    metric = reports[["geometry"]].to_crs(32648).head(50)
    assert db.locate(metric, "2026-06-30")["unit_code"].equals(reports["unit_code"].head(50))
    table = pd.DataFrame({"lon": [105.868664, 20.998485, None], "lat": [20.998485, 105.868664, 21.0]}, index=[7, 8, 9])
    answers = db.locate(
        table, "2026-01-05", accuracy=30, category="waste", fields=["how", "agency", "certain", "problem"]
    )
    assert answers.index.tolist() == [7, 8, 9]
    assert answers["how"].tolist() == ["inside", "invalid", "invalid"]
    assert answers["agency"][7] == "UBND phường Vĩnh Tuy"
    assert "swapped" in answers["problem"][8]


def test_what_a_frame_says_of_itself_survives_a_file(db, tmp_path):
    for frame in (db.hexes("waste", **PERIOD), db.reports(**PERIOD), db.units("2026-01-01")):
        frame.to_parquet(tmp_path / "frame.parquet")
        assert gpd.read_parquet(tmp_path / "frame.parquet").shape == frame.shape
        assert {"n", "generation", "view", "made"} <= json.loads(json.dumps(frame.attrs)).keys()


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda db: db.reports("noise"), "unknown category 'noise': use one of waste, parking, fire_risk"),
        (lambda db: db.reports(status="lost"), "use one of waiting, in_progress, resolved, rejected"),
        (lambda db: db.reports(channel="fax"), "use one of app, hotline_1022, web"),
        (lambda db: db.reports(columns=["reporter"]), "unknown columns 'reporter': use one of id, status"),
        (lambda db: db.reports(since="01/02/2026"), "write it as 2026-01-31"),
        (lambda db: db.reports(since="2026-02-01", until="2026-01-01"), "exchange them"),
        (lambda db: db.reports(unit="99999"), "see units"),
        (lambda db: db.units(level="street"), "use one of ward, district, city, area"),
        (lambda db: db.units("1900-01-01"), "loaded periods"),
        (lambda db: db.hexes(res=10), "5 to 9"),
        (lambda db: db.hexes(res=13, unit="00292"), "5 to 12"),
        (lambda db: db.hexes(res=10, unit="00292", measure="per_km2"), "count or reporters"),
        (lambda db: db.hexes(res=10, unit="00292", every_cell=True), "where there are reports"),
        (lambda db: db.hotspots(res=10), "res 10: give a whole number from 5 to 9"),
        (lambda db: db.hexes(status_at="2026-01-01"), "give status, too"),
        (lambda db: db.hexes(status="waiting", status_at="9999-12-31"), "give a day from 1900-01-01"),
        (lambda db: db.hexes(measure="mean"), "measure is one of count, reporters"),
        (lambda db: db.hexes(boundaries_at="2025-01-01"), "give unit, too"),
        (lambda db: db.emerging(boundaries_at="2025-01-01"), "give unit, too"),
        (lambda db: db.hexes(bbox=(1, 2, 3)), "west, south, east, north"),
        (lambda db: db.hexes(measure="per_1000"), "no residents"),
        (lambda db: db.hotspots(method="magic"), "method"),
        (lambda db: db.hotspots(k=0), "1 to 10"),
        (lambda db: db.emerging(since="2026-01-01", until="2026-01-31"), "at least"),
        (lambda db: db.change(compare_from="2026-01-01"), "give both days"),
        (lambda db: db.locate(pd.DataFrame({"x": [1]})), "no column 'lon'"),
        (lambda db: db.locate(pd.DataFrame({"lon": [1.0], "lat": [1.0], "how": [1]})), "rename it"),
        (lambda db: db.locate(gpd.GeoDataFrame(geometry=gpd.points_from_xy([105.8], [21.0]))), "set_crs"),
        (lambda db: db.locate(pd.DataFrame({"lon": [1.0], "lat": [1.0]}), fields=["ward"]), "use one of unit_code"),
        (lambda db: db.units(bbox=(20, 105, 22, 106)), "swapped"),
        (lambda db: db.reports(near=(105.85, 21.03)), "near (105.85, 21.03): give lon, lat, metres"),
        (lambda db: db.reports(near=(105.85, 21.03, 0)), "a radius above 0 and up to 100,000 m"),
        (lambda db: db.reports(cell="hanoi"), "hanoi"),
        (lambda db: db.reports(cell=5), "cell 5: give the name of one of resolution 12 or coarser"),
        (lambda db: db.reports(text="!"), "text '!': give words"),
        (lambda db: db.reports(since="2026-02-01", until="2026-01-01"), "since 2026-02-01 is later than until"),
        (lambda db: db.hexes(since="2026-02-01", until="2026-01-01"), "since 2026-02-01 is later than until"),
        (lambda db: db.change(compare_from="2026-02-01", compare_to="2026-01-01"), "compare_from 2026-02-01 is later"),
        (lambda db: db.reports(until="9999-12-31"), "until 9999-12-31: give a day from 1900-01-01 to 2999-12-31"),
        (lambda db: db.ranking(["waste"]), "a ranking is of one category, one of waste, parking, fire_risk, or of all"),
        (lambda db: db.ranking(sort="name"), "use one of received, merged"),
        (lambda db: db.reports(unit="Bạch Mai"), "the closest are 00292 Phường Bạch Mai"),
        (lambda db: db.hexes(unit="0292"), "the closest are 00292 Phường Bạch Mai"),
        (lambda db: db.succession("2026-01-01", "2026-02-01"), "the same boundaries"),
        (lambda db: db.succession(*level_ids(db)), "give two of one level"),
        (lambda db: db.succession(99, 98), "no generation 99; known"),
        (lambda db: geo.connect(5), "source 5: give a database's address, or the path of a folder"),
        (lambda db: geo.connect("x", territory=5), "territory 5: give its id"),
    ],
)
def test_what_is_wrong_is_told_at_once_with_what_is_allowed(db, ask, says):
    with pytest.raises(HienTruongError) as refused:
        ask(db)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


POINTS = pd.DataFrame({"lon": [105.868664], "lat": [20.998485]})


def level_ids(db) -> list[int]:
    """Give the ids of boundaries of two levels."""
    found = db.generations()
    return [int(found.index[found["level"] == level][0]) for level in ("city", "ward")]


@pytest.mark.parametrize(
    ("method", "field", "values", "says"),
    [
        ("hexes", "res", ("8", 8.5, None, True, np.nan, 4), "give a whole number from 5 to 12"),
        ("hotspots", "k", ("1", 1.5, 0, 11, [1]), "give a whole number from 1 to 10"),
        ("emerging", "step", ("7", 7.5, 0, -7), "give a whole number of 1 or more"),
        ("hotspots", "alpha", ("x", 0, 0.5, np.nan, True), "give a number above 0 and up to 0.1"),
        ("hexes", "duplicates", ("no", 1, None), "give True or False"),
        ("series", "overdue", ("no", 1), "give True or False"),
        ("reports", "overdue", ("no", 0), "give True or False"),
        ("hotspots", "every_cell", ("no", 1), "give True or False"),
        ("hexes", "category", (5, [], [5], "", [None]), "waste, parking, fire_risk"),
        ("reports", "category", (5, [], ()), "waste, parking, fire_risk"),
        ("ranking", "category", (5, [], ["waste", "parking"]), "waste, parking, fire_risk"),
        ("hexes", "status", (5, [], ""), "waiting, in_progress, resolved, rejected"),
        ("reports", "status", (5, [], ""), "waiting, in_progress, resolved, rejected"),
        ("change", "channel", (5, [], ""), "app, hotline_1022, web, open311, import"),
        ("reports", "columns", (5, []), "id, status, category"),
        ("hexes", "unit", (292, "", ["00292"], np.nan), "unit"),
        ("reports", "unit", (292, "", ["00292"], pd.Series(["00292"])), "unit"),
        ("hexes", "since", (pd.NaT, np.nan, 20260101, "now"), "is no day: write it as 2026-01-31"),
        ("units", "at", (pd.NaT, 5, "now"), "is no day: write it as 2026-01-31"),
        ("hexes", "population", (5, "", ["a.csv"]), "give the path of a file"),
        ("hexes", "bbox", (5, "1,2,3,4", (1, 2, 3), (np.nan, 1, 2, 3)), "west, south, east, north"),
        ("ranking", "sort", (5, "", None), "use one of received, merged"),
        ("units", "level", (None, ["ward"], 5), "use one of ward, district, city, area"),
    ],
)
def test_values_of_another_kind_are_told_with_the_argument_s_name(db, method, field, values, says):
    for value in values:
        with pytest.raises(HienTruongError) as refused:
            getattr(db, method)(**{field: value})
        assert says in str(refused.value)
        assert field in str(refused.value)
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"accuracy": -1}, "accuracy -1: give a number above 0 and up to 100000"),
        ({"accuracy": 1e9}, "give a number above 0 and up to 100000"),
        ({"accuracy": np.nan}, "give a number above 0 and up to 100000"),
        ({"accuracy": [3]}, "give a number above 0 and up to 100000"),
        ({"accuracy": "radius"}, "no column 'radius': there are lon, lat"),
        ({"category": ["waste"]}, "one category, one of waste, parking, fire_risk"),
        ({"category": "kind"}, "use one of waste, parking, fire_risk; or name a column, one of lon, lat"),
        ({"at": "when"}, "write it as 2026-01-31; or name a column, one of lon, lat"),
        ({"at": pd.Series(["2026-01-01"])}, "or name a column, one of lon, lat"),
        ({"fields": []}, "one or more of unit_code, unit_name"),
        ({"frame": [(105.8, 21.0)]}, "a list is no table: give a GeoDataFrame of points, or a DataFrame"),
        ({"frame": {"lon": [105.8], "lat": [21.0]}}, "a dict is no table"),
        ({"frame": gpd.GeoSeries(gpd.points_from_xy([105.8], [21.0]), crs=4326)}, "a GeoSeries is no table"),
        ({"frame": pd.DataFrame([[1, 2, 3]], columns=["lon", "lon", "lat"])}, "several columns 'lon'"),
    ],
)
def test_what_can_t_be_located_is_told_with_the_columns_there_are(db, given, says):
    with pytest.raises(HienTruongError) as refused:
        db.locate(**{"frame": POINTS} | given)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_numbers_of_numpy_are_numbers(db):
    hexes = db.hexes(**PERIOD, res=np.int64(7), duplicates=np.bool_(True))
    assert hexes.equals(db.hexes(**PERIOD, res=7))
    old, new = (db.units(day).attrs["generation"]["id"] for day in ("2025-06-30", "2025-07-01"))
    assert db.succession(np.int64(old), np.int64(new)).equals(db.succession(old, "2025-07-01"))


def test_a_session_feeds_the_map_of_what_is_overdue(db):
    late = db.overdue("waste", **PERIOD, res=7)
    assert 0 < late["overdue"].sum() < late["count"].sum() == late.attrs["n"]
    assert "<html>" in maps.overdue(late, language="en").html()


@pytest.mark.parametrize(
    "name", ["hexes", "hotspots", "emerging", "change", "overdue", "reports", "wards", "boundaries"]
)
def test_a_map_tells_what_it_can_t_show(name):
    for shown, language, says in (
        (None, "en", "a GeoDataFrame that a session"),
        (gpd.GeoDataFrame(), "fr", "language 'fr': use vi or en"),
    ):
        with pytest.raises(HienTruongError, match=says):
            getattr(maps, name)(shown, language=language)


def test_a_map_of_steps_tells_what_it_can_t_show():
    for steps, language, says in (
        (None, "en", "give a list of frames"),
        ([None, None], "en", "a GeoDataFrame that a session"),
        ([gpd.GeoDataFrame()] * 2, "fr", "language 'fr': use vi or en"),
    ):
        with pytest.raises(HienTruongError, match=says):
            maps.time_slider(steps, language=language)


def test_what_happens_meanwhile_is_in_the_next_answer(city_database, dispatch):
    made = make_demo(dispatch, np.datetime64("2026-07-01T03:00", "ms"), n=300)
    with geo.connect(city_database.url) as db:
        assert db.hexes(since="2024-06-01", until="2026-07-01").attrs["n"] == len(db.reports()) == 0
        with city_database.transaction() as connection:
            add_reports(connection, HANOI.id, made.reports, made.course, made.events)
        assert db.hexes(since="2024-06-01", until="2026-07-01").attrs["n"] == len(db.reports()) == 300


def test_a_database_that_is_none_is_told_in_a_line():
    for address in ("postgresql://nobody@127.0.0.1:1/none", "mysql://root@localhost/x"):
        with pytest.raises(HienTruongError, match=r"does not answer|not PostgreSQL"):
            geo.connect(address)
