"""Hot spots as files: by the command and by HTTP alike, tables, pictures and maps; refusals are one line."""

import csv
import datetime as dt
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import h3
import httpx
import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from api.hotspot_files import HotspotMap, write_hotspots
from api.hotspot_question import Asked
from geo.counting.axes import Axes
from geo.hexagons.grids import grid_of
from geo.hotspots.question import Found
from geo.hotspots.views import counting, find
from geo.lookup.dispatch import Dispatch
from geo.store.cube import read_cube
from geo.store.engine import open_engine
from tests.api.serving import run
from tests.conftest import Database

PERIOD = {"from": "2026-01-01", "to": "2026-06-30"}
ASKED = PERIOD | {"category": "parking"}


def columns_of(answer: httpx.Response) -> dict:
    return answer.raise_for_status().json()["columns"]


def asked_for_parking() -> Asked:
    return Asked(("parking",), tuple(map(dt.date.fromisoformat, PERIOD.values())))


@pytest.fixture(scope="module")
def found(demo: Database, dispatch: Dispatch) -> Found:
    """The same question, asked without HTTP."""
    asked = asked_for_parking()
    question = asked.question(dispatch)
    engine = open_engine(demo.url)
    cube = read_cube(engine, dispatch.jurisdiction.territory, Axes(("waste", "parking", "fire_risk"))).cube
    engine.dispose()
    grid = grid_of(dispatch.jurisdiction.layer_at(question.window.last), 8)
    return find(grid, counting(cube, asked.query(question.window)), question)


def told_of(found: Found) -> Found:
    return found.take(found.noteworthy)


def test_tables_hold_what_http_says(found: Found, dispatch: Dispatch, http: httpx.Client, tmp_path: Path) -> None:
    columns = columns_of(http.get("/v1/hotspots", params=ASKED | {"format": "json"}))
    for suffix in ("geojson", "parquet", "csv"):
        drawn = HotspotMap(told_of(found), asked_for_parking(), dispatch, found)
        write_hotspots(tmp_path / f"parking.{suffix}", drawn)
    table = pq.read_table(tmp_path / "parking.parquet")
    with (tmp_path / "parking.csv").open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    geojson = json.loads((tmp_path / "parking.geojson").read_bytes())
    for name in ("cell", "count", "bin"):
        assert table[name].to_pylist() == columns[name]
        assert [row[name] for row in rows] == [str(value) for value in columns[name]]
    assert [feature["properties"]["bin"] for feature in geojson["features"]] == columns["bin"]
    assert len(gpd.read_parquet(tmp_path / "parking.parquet").geometry) == len(rows)
    facts = json.loads(table.schema.metadata[b"hientruong"])
    [beside] = json.loads((tmp_path / "parking.csv-metadata.json").read_bytes())["notes"]
    assert facts == beside == {name: geojson[name] for name in facts}


def test_maps_say_what_http_says(found: Found, dispatch: Dispatch, http: httpx.Client, tmp_path: Path) -> None:
    body = http.get("/v1/hotspots", params=ASKED | {"format": "json"}).raise_for_status().json()
    for size, pixels in (("slide", (1440, 810)), ("a4", (1240, 1754))):
        drawn = HotspotMap(told_of(found), asked_for_parking(), dispatch, found, "vi", size)
        write_hotspots(tmp_path / "parking.png", drawn)
        with Image.open(tmp_path / "parking.png") as image:
            assert np.abs(np.subtract(image.size, pixels)).max() <= 1
            assert image.text["Title"] == "Điểm nóng đỗ xe"
            assert body["sentence"]["vi"] in image.text["Description"]
            red, orange = ((0xB2, 0x18, 0x2B), (0xEF, 0x8A, 0x62))
            shown = {colour for _, colour in image.convert("RGB").getcolors(1 << 24)}
            assert min(np.abs(np.subtract(list(shown), red)).sum(axis=1)) < 12
            assert min(np.abs(np.subtract(list(shown), orange)).sum(axis=1)) < 12
    write_hotspots(tmp_path / "parking.html", replace(drawn, language="en"))
    assert body["sentence"]["en"] in (tmp_path / "parking.html").read_text("utf-8")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(("size", "lang"), [("slide", "vi"), ("a4", "en")])
def test_a_picture_by_http_is_that_of_the_command(http, found: Found, dispatch: Dispatch, size: str, lang: str) -> None:
    answer = http.get("/v1/hotspots", params=ASKED | {"format": "png", "size": size, "lang": lang}).raise_for_status()
    assert answer.headers["content-type"] == "image/png"
    named = 'attachment; filename="hotspots-parking-2026-01-01-2026-06-30.png"'
    assert answer.headers["content-disposition"] == named
    drawn = HotspotMap(told_of(found), asked_for_parking(), dispatch, found, lang, size).png()
    theirs, ours = (np.asarray(Image.open(io.BytesIO(each)).convert("RGB")) for each in (answer.content, drawn))
    # The minute at which each was made may differ.
    assert (theirs != ours).any(axis=2).mean() < 0.001
    tag = {"if-none-match": answer.headers["etag"]}
    again = http.get("/v1/hotspots", params=ASKED | {"format": "png", "size": size, "lang": lang}, headers=tag)
    assert again.status_code == 304


def test_a_map_by_http_says_what_it_leaves_out_and_parquet_holds_the_columns(http) -> None:
    asked = ASKED | {"channel": "app", "status": ["waiting", "resolved"], "duplicates": False}
    answer = http.get("/v1/hotspots", params=asked | {"format": "html", "lang": "en"}).raise_for_status()
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "status waiting, resolved; channel app; without duplicates" in answer.text
    body = http.get("/v1/hotspots", params=asked | {"format": "json"}).raise_for_status().json()
    assert body["only"] == {"status": ["waiting", "resolved"], "channel": ["app"], "duplicates": False}
    assert body["sentence"]["en"] in answer.text
    parquet = http.get("/v1/hotspots", params=asked | {"format": "parquet"}).raise_for_status()
    assert parquet.headers["content-disposition"].endswith('.parquet"')
    table = gpd.read_parquet(io.BytesIO(parquet.content))
    assert table["cell"].tolist() == body["columns"]["cell"]
    assert table["q"].tolist() == body["columns"]["q"]


def test_the_command_writes_a_file_and_says_what_is_in_it(demo: Database, found: Found, tmp_path: Path) -> None:
    asked = ("--category", "parking", "--from", PERIOD["from"], "--to", PERIOD["to"])
    done = run("hotspots", *asked, "--out", tmp_path / "parking.csv", DATABASE_URL=demo.url)
    assert done.returncode == 0, done.stderr
    assert f"{found.n:,} reports" in done.stderr
    assert (tmp_path / "parking.csv").read_text().count("\n") == found.noteworthy.sum() + 1


def test_the_command_counts_what_http_counts_by_channel_and_time_limit(demo, http, public, tmp_path) -> None:
    """The command counts the rows by SQL, the service has its cube and the published table."""
    asked = ["--from", PERIOD["from"], "--to", PERIOD["to"], "--res", "7"]
    for more, query, client in (
        (["--view", "overdue", "--channel", "app"], {"view": "overdue", "channel": "app"}, http),
        (
            ["--status", "resolved", "--status-at", "2026-05-01"],
            {"status": "resolved", "status_at": "2026-05-01"},
            http,
        ),
        (["--view", "change", "--category", "waste"], {"view": "change", "category": "waste"}, http),
        (["--measure", "reporters"], {"measure": "reporters"}, http),
        (["--bbox", "105.7,20.9,105.95,21.1"], {"bbox": "105.7,20.9,105.95,21.1"}, http),
        (["--unit", "00283", "--all-cells"], {"unit": "00283", "every_cell": True}, http),
        (
            ["--unit", "00283", "--boundaries-at", "2025-06-30", "--all-cells"],
            {"unit": "00283", "boundaries_at": "2025-06-30", "every_cell": True},
            http,
        ),
        (["--public"], {}, public),
    ):
        done = run("hotspots", *asked, *more, "--out", tmp_path / "out.geojson", DATABASE_URL=demo.url)
        assert done.returncode == 0, done.stderr
        answer = client.get("/v1/hotspots", params=PERIOD | query | {"res": 7}).raise_for_status().json()
        written = json.loads((tmp_path / "out.geojson").read_bytes())
        in_part = f"{answer['n']:,} reports in this view"
        assert (in_part in done.stderr) is ("bbox" in query or "unit" in query)
        for name in ("n", "n_city", "cells_shown", "n_before", "sentence", "parameters", "only", "hidden", "unit"):
            assert written[name] == answer[name], name
        assert written["features"] == answer["features"]
        assert len(answer["features"]) > (1 if "unit" in query else 40)


def test_a_public_map_hatches_the_cells_in_which_something_may_be_hidden(public, tmp_path, demo) -> None:
    body = public.get("/v1/hotspots", params=ASKED | {"format": "json", "res": 7}).raise_for_status().json()
    asked = ("--from", PERIOD["from"], "--to", PERIOD["to"], "--category", "parking", "--res", "7", "--language", "en")
    done = run("hotspots", *asked, "--public", "--out", tmp_path / "public.html", DATABASE_URL=demo.url)
    assert done.returncode == 0, done.stderr
    by_http = public.get("/v1/hotspots", params=ASKED | {"format": "html", "res": 7, "lang": "en"}).raise_for_status()
    for text in ((tmp_path / "public.html").read_text("utf-8"), by_http.text):
        drawn = json.loads(re.search(r"drawHexagonMap\(\w+, (\{.*\})\);", text)[1])
        names = {cell for coarse in body["hidden"]["coarser_cells"] for cell in h3.cell_to_children(coarse, 7)}
        shown = {cell for cell, n in zip(body["columns"]["cell"], body["columns"]["count"], strict=True) if n}
        # Of the coarser cells' children only those that touch the city are hatched.
        assert 100 < len(drawn["hatched"]) <= len(names - shown)
        assert f"{body['hidden']['reports_in_coarser_cells']:,} reports that are told of larger cells alone" in text
        assert body["sentence"]["en"] in text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--out", "a.png", "--channel", "fax"), "unknown channel 'fax': use app, hotline_1022"),
        (("--out", "a.png", "--status", "lost"), "unknown status 'lost': use waiting"),
        (("--out", "a.png", "--status-at", "2026-01-01"), "give --status, too"),
        (("--out", "a.png", "--boundaries-at", "2025-06-30"), "give --unit, too"),
        (("--out", "a.png", "--unit", "00292", "--boundaries-at", "1900-01-01"), "loaded periods"),
        (("--out", "a.png", "--public", "--view", "change"), "leave view out"),
        (("--out", "a.png", "--public", "--overdue"), "leave overdue out"),
        (("--out", "parking.pdf"), "the name must end in one of .geojson, .parquet, .csv, .html, .png"),
        (("--out", "a.png", "--language", "fr"), "use vi or en"),
        (("--out", "a.png", "--view", "heat"), "view is one of"),
        (("--out", "a.png", "--unit", "00000"), "no unit of these boundaries has the code '00000'"),
        (("--out", "a.png", "--bbox", "105,21"), "four numbers"),
        (("--out", "a.png", "--bbox", "105.8,21.0,105.8,21.1"), "wide and high"),
        (("--out", "no/such/folder/a.csv"), "can't be written"),
    ],
)
def test_a_file_that_can_not_be_is_refused_in_one_line(demo: Database, arguments: tuple, says: str) -> None:
    done = run("hotspots", *arguments, DATABASE_URL=demo.url)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), done.stderr
    assert says in done.stderr
