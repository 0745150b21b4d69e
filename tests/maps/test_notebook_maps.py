"""What a session hands out becomes a map: its legend has the frame's figures, and what does not fit is told."""

import datetime as dt
import json
import re
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import maps
from geo.errors import InputError
from geo.hexagons.cells import cells_named
from geo.hexagons.hexgrid import HexGrid
from geo.hotspots.question import Question, Tally, Window
from geo.hotspots.views import find
from tests.maps.answers import OCTOBER, counted, frame_of

BOX = shapely.box(105.8, 21.0, 105.9, 21.1)
GRID = HexGrid.of([BOX], 8)
WEEK = dt.timedelta(days=7)


def reports_of(window: Window) -> Tally:
    """A hot corner, and reports here and there; of one cell some are hidden."""
    random = np.random.default_rng(window.first.toordinal())
    count = random.poisson(1.0, len(GRID)) + 9 * (np.arange(len(GRID)) < 12)
    return Tally(GRID.cell, count, np.zeros_like(count), GRID.cell[[50]])


def late_reports_of(window: Window) -> Tally:
    tally = reports_of(window)
    return replace(tally, count=tally.count // 3)


def answer(view: Any, first: dt.date = OCTOBER[0], **options: Any) -> gpd.GeoDataFrame:
    question = Question(Window(first, OCTOBER[1], ("waste",)), view, **options)
    return frame_of(find(GRID, reports_of, question, late_reports_of))


FRAMES = {
    "hexes": answer("counts"),
    "hotspots": answer("hotspots"),
    "emerging": answer("emerging", OCTOBER[1] - 20 * WEEK),
    "change": answer("change"),
    "overdue": answer("overdue"),
}


def face_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.search(r"<aside.*</aside>", html, re.DOTALL)[0]))


def sizes_in(html: str) -> list[int]:
    return [int(size) for size in re.findall(r"<small>(\d+) (?:cells?|wards?)</small>", html)]


def drawn_in(html: str) -> dict[str, Any]:
    return json.loads(re.search(r"draw\w+Map\(map_\w+, (.*)\);", html)[1])


@pytest.mark.parametrize("name", FRAMES)
def test_every_view_says_on_its_face_what_it_is_of(name: str) -> None:
    html = getattr(maps, name)(FRAMES[name], language="en").html()
    period = FRAMES[name].attrs["period"]
    begins = dt.date.fromisoformat(period["from"])
    for text in ("Waste", f"{begins.day}", "31 October 2026", "1 July 2025", "survey of 2025", "09:30 1 November 2026"):
        assert text in face_of(html)
    assert f"{FRAMES[name].attrs['n']:,}" in face_of(html)
    assert "Hatched" in face_of(html)
    assert drawn_in(html)["hatched"] != []


def test_the_legend_counts_the_cells_of_the_frame() -> None:
    count, bins = FRAMES["hexes"]["count"], FRAMES["hotspots"]
    assert sum(sizes_in(maps.hexes(FRAMES["hexes"], language="en").html())) == (count > 0).sum()
    shown = bins[(bins["count"] > 0) | (bins["bin"] != 0)]  # where all is hidden, nothing is judged
    expected = [int((shown["bin"] == step).sum()) for step in range(-3, 4)]
    assert sizes_in(maps.hotspots(bins, language="en").html()) == expected
    kinds = FRAMES["emerging"]
    shown = kinds[(kinds["count"] > 0) | (kinds["class"] != 0) | kinds["hidden"]]
    assert sum(sizes_in(maps.emerging(kinds, language="en").html())) == len(shown)
    share = FRAMES["overdue"]["share"]
    assert sum(sizes_in(maps.overdue(FRAMES["overdue"], language="en").html())) == share.notna().sum()


def test_a_share_of_few_reports_is_pale_and_its_face_says_of_how_many() -> None:
    late = FRAMES["overdue"]
    few = int((late["share"].notna() & (late["count"] < 5)).sum())
    html = maps.overdue(late, language="en").html()
    drawn = drawn_in(html)
    pale = [at for at in drawn["colourOf"] if at >= 0 and len(drawn["colours"][at]) == len("#rrggbbaa")]
    assert 0 < few == len(pale) < late["share"].notna().sum()
    assert f"Pale: {few} cells with fewer than 5 reports, where a share says little." in face_of(html)
    assert "Pale" not in face_of(maps.hexes(FRAMES["hexes"], language="en").html())


def test_a_frame_is_read_as_the_answer_that_it_was_made_from() -> None:
    found = find(GRID, reports_of, Question(Window(*OCTOBER, ("waste",)), "change"))
    of_answer, of_frame = (drawn_in(maps.change(cells).html()) for cells in (found, frame_of(found)))
    assert {name: of_answer[name] for name in ("hexagons", "colourOf", "tips", "tipOf", "hatched")} == {
        name: of_frame[name] for name in ("hexagons", "colourOf", "tips", "tipOf", "hatched")
    }


def test_rows_that_were_left_out_are_not_spoken_of() -> None:
    frame = FRAMES["hotspots"]
    part = frame[frame["count"] > 5]
    face = face_of(maps.hotspots(part, language="en").html())
    assert f"of {len(part)} cells" in face
    assert f"{part['count'].sum():,} reports" in face


def test_a_frame_of_what_is_worth_showing_speaks_of_all_cells_of_the_city() -> None:
    frame = FRAMES["hotspots"]
    shown = frame[(frame["count"] > 0) | (frame["bin"] != 0)]
    assert len(shown) < len(frame)
    assert f"of {len(frame)} cells" in face_of(maps.hotspots(shown, language="en").html())


def test_another_view_is_told_where_it_belongs() -> None:
    with pytest.raises(InputError, match=r"of the view emerging: show them with maps\.emerging"):
        maps.hotspots(FRAMES["emerging"])


def test_a_frame_that_lost_what_it_rests_on_is_told() -> None:
    bare = FRAMES["hexes"].copy()
    bare.attrs = {}
    with pytest.raises(InputError, match=r"does not say its period \(frame.attrs\['period'\]\)"):
        maps.hexes(bare)


def test_nothing_else_is_a_name_of_the_package() -> None:
    assert set(maps.__all__) <= set(dir(maps))
    with pytest.raises(AttributeError, match="no attribute 'hexen'"):
        _ = maps.hexen


WARDS = gpd.GeoDataFrame(
    {
        "name": ["Phường Bạch Mai", "Xã <b>", "Phường Đống Đa"],
        "name_en": ["Bach Mai Ward", "<b> Commune", "Dong Da Ward"],
        "received": pd.array([120, 7, None], "Int64"),
        "on_time_share": [0.5, np.nan, np.nan],
        "hidden": [False, False, True],
    },
    index=pd.Index(["00292", "00293", "00294"], name="code"),
    geometry=[shapely.box(105.8 + west, 21, 105.81 + west, 21.01) for west in (0, 0.01, 0.02)],
    crs=4326,
)
WARDS.attrs = {name: FRAMES["hexes"].attrs[name] for name in ("period", "category", "generation", "made")} | {"n": 127}


def test_wards_say_their_figures_beside_the_median() -> None:
    html = maps.wards(WARDS, language="en").html()
    drawn = drawn_in(html)
    assert (
        "1–31 October 2026: 127 reports; 2 wards, median 63.5, least 7 (&lt;b&gt; Commune), most 120 (Bach Mai Ward)"
        in face_of(html)
    )
    assert drawn["tips"][0] == "Bach Mai Ward: 120 (median ward: 63.5)"
    assert drawn["tips"][2] == "Dong Da Ward: hidden, as too few people reported"
    assert drawn["hatched"] == [False, False, True]
    assert sizes_in(html) == [1, 1]


def test_shares_of_wards_are_percentages_and_unknown_ones_have_no_colour() -> None:
    html = maps.wards(WARDS, "on_time_share").html()
    assert "trung vị 50 %" in face_of(html)
    assert drawn_in(html)["classOf"] == [0, -1, -1]
    with pytest.raises(InputError, match="figure 'late': use one of received, on_time_share"):
        maps.wards(WARDS, "late")


def test_reports_are_at_their_points_and_tell_status_ward_and_day_and_nothing_else() -> None:
    local = pd.to_datetime(["2026-10-01 23:30", "2026-10-02 08:00"]).tz_localize("Asia/Ho_Chi_Minh")
    points = gpd.GeoDataFrame(
        {
            "status": ["resolved", "waiting"],
            "reported_at": local,
            "unit_name": ["Phường Bạch Mai", None],
            "description": ["a secret", "another"],
        },
        geometry=shapely.points([[105.85, 21.02], [105.9, 21.0]]),
        crs=4326,
    )
    points.attrs = WARDS.attrs | {"period": {"from": None, "to": None}, "n": 2}
    html = maps.reports(points).html()
    drawn = drawn_in(html)
    position = np.array(drawn["steps"]).reshape(-1, 2).cumsum(axis=0) / drawn["stepsPerDegree"]
    np.testing.assert_allclose(position, shapely.get_coordinates(points.geometry))
    told = [[part["texts"][at] if at >= 0 else None for at in part["of"]] for part in drawn["parts"]]
    assert told == [["Đã xử lý", "Chờ xử lý"], ["Phường Bạch Mai", None], ["01/10/2026", "02/10/2026"]]
    assert "secret" not in html
    assert "01–02/10/2026: 2 phản ánh" in face_of(html)
    assert "chỉ gửi cho người được phép xem" in face_of(html)
    with pytest.raises(InputError, match="needs their status"):
        maps.reports(points.drop(columns="status"))


def test_steps_of_time_have_one_set_of_classes_and_each_its_own_figures() -> None:
    starts = [dt.date(2026, month, 1) for month in (8, 9, 10)]
    ends = [dt.date(2026, 8, 31), dt.date(2026, 9, 30), dt.date(2026, 10, 31)]
    frames = [
        frame_of(find(GRID, reports_of, Question(Window(*days, None), "counts")))
        for days in zip(starts, ends, strict=True)
    ]
    html = maps.time_slider(frames, language="en").html()
    steps = drawn_in(html)["steps"]
    assert [step["label"] for step in steps] == ["August 2026", "September 2026", "October 2026"]
    edges = [
        (int(least.replace(",", "")), int((most or least).replace(",", "")))
        for least, most in re.findall(r"<span>([\d,]+)(?:–([\d,]+))?</span>", html)
    ]
    for frame, step in zip(frames, steps, strict=True):
        assert step["said"] == f"{step['label']}: {frame['count'].sum():,} reports"
        expected = [int(frame["count"].between(*edge).sum()) for edge in edges]
        assert [int(size.split()[0]) for size in step["sizes"]] == expected
        assert len(step["cells"]) == ((frame["count"] > 0) | frame["hidden"]).sum()


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([FRAMES["hexes"]], "at least two steps, not 1"),
        ([FRAMES["hexes"], FRAMES["change"]], "one view, not change, counts"),
    ],
)
def test_steps_that_can_not_be_compared_are_refused(steps: list[gpd.GeoDataFrame], message: str) -> None:
    with pytest.raises(InputError, match=message):
        maps.time_slider(steps)


def test_boundaries_list_each_unit_with_its_area_by_its_name_without_marks() -> None:
    html = maps.boundaries(WARDS).html()
    names = re.findall(r"<b>([^<]+)</b> <em>([\d,]+) km²", html)
    assert [name for name, _ in names] == ["Phường Bạch Mai", "Phường Đống Đa", "Xã &lt;b&gt;"]
    metric = WARDS.to_crs(32648).area.to_numpy() / 1e6
    assert float(names[0][1].replace(",", ".")) == pytest.approx(metric[0], abs=0.01)
    assert "Từ 01/07/2025" in face_of(html)


def test_a_notebook_shows_a_map_in_a_frame_of_its_own() -> None:
    shown = maps.hexes(counted(cells_named(["89415cb419bffff"]), [3]))._repr_html_()
    assert shown.startswith("<iframe srcdoc=")
    assert "https://cdn" not in shown
