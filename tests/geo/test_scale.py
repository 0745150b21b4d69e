"""Many files on the workers of Dask give what one machine gives, and a worker that is killed changes nothing."""

import datetime as dt
import os
import pickle
import signal
from collections.abc import Iterator
from pathlib import Path

import dask_geopandas
import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
import typer
from distributed import Client, LocalCluster

from api.commands.hotspots import hotspots
from geo.counting.axes import Axes
from geo.counting.cube import Cube, Query
from geo.counting.frames import facts_of_frame
from geo.errors import FileError, InputError, SetupError
from geo.hexagons.hexgrid import HexGrid
from geo.hotspots.question import Question, Window
from geo.hotspots.views import counting, find
from geo.lookup.dispatch import Dispatch
from geo.lookup.located_file import PointColumns, Tally, locate_file
from geo.scale import connect, count_folder, locate_folder
from geo.store.boundaries import read_dispatch
from geo.units.territory import HANOI
from geo.vocabulary import STATUSES
from tests.api.serving import run

CATEGORIES = ("waste", "parking", "fire_risk")
ADDED = ["unit_code", "unit_name", "how", "border_m", "certain", "agency"]
BY_ROW = PointColumns(at="reported_at")
FIRST, LAST = dt.date(2025, 5, 1), dt.date(2025, 8, 31)
N, FILES = 16_000, 8


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        local_directory=str(tmp_path_factory.mktemp("dask")),
    ) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def client(cluster: LocalCluster) -> Iterator[Client]:
    with connect(cluster.scheduler_address) as client:
        yield client


@pytest.fixture(scope="module")
def reports(dispatch: Dispatch) -> pd.DataFrame:
    """Reports before and after the change of boundaries: most in the centre, some on borders, some outside."""
    random = np.random.default_rng(7)
    west, south, east, north = dispatch.jurisdiction.extent
    lon, lat = random.uniform([west - 0.05, south - 0.05], [east + 0.05, north + 0.05], (N, 2)).T
    central = random.random(N) < 0.7
    lon[central], lat[central] = random.normal([[105.83], [21.02]], 0.02, (2, central.sum()))
    vertices = shapely.get_coordinates(dispatch.jurisdiction.layers[-1].locator.polygons)
    lon[:500], lat[:500] = vertices[random.integers(0, len(vertices), 500)].T
    seconds = random.integers(0, 125 * 86_400, N)
    return pd.DataFrame(
        {
            "id": np.arange(N),
            "lon": lon,
            "lat": lat,
            "reported_at": pd.Timestamp("2025-04-30T17:00Z") + pd.to_timedelta(seconds, "s"),
            "category": random.choice(CATEGORIES, N),
            "status": random.choice(STATUSES, N),
            "duplicate": random.random(N) < 0.1,
            "synthetic": random.random(N) < 0.3,
        }
    )


@pytest.fixture(scope="module")
def folder(reports: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reports in files as people keep them: GeoParquet, Parquet and CSV; and what is to be passed over."""
    folder = tmp_path_factory.mktemp("points") / "reports"
    for number, rows in enumerate(np.array_split(np.arange(N), FILES)):
        part = reports.iloc[rows]
        name = folder / f"year=2025/part-{number}.parquet"
        name.parent.mkdir(parents=True, exist_ok=True)
        if number % 3 == 0:
            shapes = gpd.points_from_xy(part["lon"], part["lat"], crs=4326)
            gpd.GeoDataFrame(part.drop(columns=["lon", "lat"]), geometry=shapes).to_parquet(name)
        elif number % 3 == 1:
            part.to_parquet(name, index=False)
        else:
            texts = part.assign(reported_at=part["reported_at"].map(lambda moment: moment.isoformat()))
            texts.to_csv(name.with_suffix(".csv"), index=False)
    (folder / "_metadata.csv").write_text("licence\nCC0\n")
    (folder / "README.txt").write_text("reports\n")
    return folder


def locate_all(dispatch: Dispatch, folder: Path, out: Path) -> pd.DataFrame:
    """Locate file by file in this process, by the function of one machine."""
    out.mkdir()
    for source in sorted(folder.rglob("part-*")):
        locate_file(dispatch, source, out / f"{source.stem}.parquet", BY_ROW, category="waste")
    return read_all(out)


def read_all(folder: Path) -> pd.DataFrame:
    rows = pd.concat([pq.read_table(path).to_pandas() for path in sorted(folder.rglob("*.parquet"))])
    return rows.assign(id=rows["id"].astype(int))[["id", *ADDED]].reset_index(drop=True)


@pytest.fixture(scope="module")
def on_one_machine(dispatch, folder, tmp_path_factory) -> pd.DataFrame:
    return locate_all(dispatch, folder, tmp_path_factory.mktemp("one") / "located")


@pytest.fixture(scope="module")
def located(client, dispatch, folder, tmp_path_factory) -> tuple[Path, Tally, list[tuple[int, int]]]:
    """The output of all files, what was counted, and the progress that was told."""
    out, told = tmp_path_factory.mktemp("many") / "located", []
    tally = locate_folder(client, dispatch, folder, out, BY_ROW, None, "waste", lambda *done: told.append(done))
    return out, tally, told


def test_located_row_for_row_as_on_one_machine(located, on_one_machine, reports):
    out, tally, told = located
    rows = read_all(out)
    assert list(rows["id"]) == list(reports["id"])
    pd.testing.assert_frame_equal(rows, on_one_machine)
    assert set(rows["how"]) == {"inside", "edge", "nearest", "outside"}
    assert (tally.rows, tally.outside) == (N, (rows["how"] == "outside").sum())
    assert told == [(done, FILES) for done in range(1, FILES + 1)]


def test_the_output_is_a_folder_of_geoparquet_that_dask_geopandas_opens(located, reports):
    out, _, _ = located
    opened = dask_geopandas.read_parquet(out, columns=["unit_code", "geometry"])
    frame = opened.compute(scheduler="synchronous").reset_index(drop=True)
    assert (opened.npartitions, frame.crs.to_epsg(), len(frame)) == (FILES, 4326, N)
    points = gpd.points_from_xy(reports["lon"], reports["lat"])
    assert shapely.equals(frame.geometry.to_numpy(), np.asarray(points)).all()
    assert [path.name for path in out.parent.iterdir()] == ["located"]
    assert len([path for path in out.rglob("*") if path.is_file()]) == FILES


@pytest.fixture(scope="module")
def cube(dispatch: Dispatch, reports: pd.DataFrame) -> Cube:
    """The reports as one machine counts them."""
    axes = Axes(tuple(category.code for category in dispatch.categories))
    shapes = gpd.points_from_xy(reports["lon"], reports["lat"], crs=4326)
    return Cube(axes).extend(facts_of_frame(axes, gpd.GeoDataFrame(reports, geometry=shapes), HANOI.time_zone))


@pytest.fixture(scope="module")
def grid(dispatch: Dispatch) -> HexGrid:
    return HexGrid.of(dispatch.jurisdiction.layers[-1].locator.polygons, 7)


@pytest.mark.parametrize(
    ("options", "query"),
    [
        ({"view": "hotspots"}, {}),
        ({"view": "emerging", "step_days": 7}, {}),
        ({"view": "change", "before": Window(FIRST, dt.date(2025, 6, 30), ("waste",))}, {"statuses": ("resolved",)}),
        ({"view": "counts", "measure": "share"}, {"duplicates": False}),
    ],
)
def test_hot_spots_are_those_of_one_machine_cell_for_cell(client, dispatch, folder, cube, grid, options, query):
    question = Question(Window(FIRST, LAST, ("waste",)), **options)
    asked = Query(FIRST, LAST, 7, **query)
    here = find(grid, counting(cube, asked), question)
    there = find(grid, count_folder(client, dispatch, folder, question, asked), question)
    assert here.n == there.n > 500
    np.testing.assert_array_equal(here.grid.cell, there.grid.cell)
    np.testing.assert_array_equal(here.synthetic, there.synthetic)
    for name, values in here.columns.items():
        np.testing.assert_array_equal(values, there.columns[name])


def test_the_commands_send_a_folder_to_the_scheduler(cluster, city, folder, reports, on_one_machine, tmp_path):
    out, hot, scheduler = tmp_path / "located", tmp_path / "hot.parquet", cluster.scheduler_address
    options = ("--file", folder, "--scheduler", scheduler)
    done = run(
        "locate", *options, "--out", out, "--at-column", "reported_at", "--category", "waste", DATABASE_URL=city.url
    )
    outside = (on_one_machine["how"] == "outside").sum()
    assert (done.returncode, done.stderr) == (0, f"{N:,} rows written to {out}: {outside:,} outside, 0 invalid\n")
    pd.testing.assert_frame_equal(read_all(out), on_one_machine)
    period = ("--from", str(FIRST), "--to", str(LAST), "--category", "parking", "--res", "6")
    done = run("hotspots", *options, *period, "--out", hot, DATABASE_URL=city.url)
    assert done.returncode == 0, done.stderr
    days = reports["reported_at"].dt.tz_convert(HANOI.time_zone).dt.date
    wanted = (reports["category"] == "parking") & (days >= FIRST) & (days <= LAST)
    assert gpd.read_parquet(hot)["count"].sum() == wanted.sum()
    with pytest.raises(typer.BadParameter, match="--file and --scheduler go together"):
        hotspots(hot, file=folder)


def test_what_one_worker_refuses_is_said_in_one_line_and_nothing_is_left(client, dispatch, tmp_path):
    folder, out = tmp_path / "reports", tmp_path / "located"
    folder.mkdir()
    (folder / "good.csv").write_text("lon,lat\n105.85,21.02\n")
    (folder / "bad.csv").write_text("x,y\n105.85,21.02\n")
    with pytest.raises(FileError, match=r"bad\.csv: no column lon, lat: there are x, y"):
        locate_folder(client, dispatch, folder, out)
    assert list(tmp_path.iterdir()) == [folder]
    window = Window(FIRST, LAST, None)
    with pytest.raises(FileError, match=r"(bad|good)\.csv: .*no column"):
        count_folder(client, dispatch, folder, Question(window), Query(FIRST, LAST))
    out.mkdir()
    with pytest.raises(FileError, match="located is there already"):
        locate_folder(client, dispatch, folder, out)
    with pytest.raises(FileError, match=r"empty: no file that ends in \.csv"):
        locate_folder(client, dispatch, tmp_path / "empty", out)
    pq.write_table(pa.table({"lon": [105.85], "lat": [21.02]}), folder / "good.parquet")
    with pytest.raises(FileError, match=r"good\.csv and .*good\.parquet would both become good\.parquet"):
        locate_folder(client, dispatch, folder, tmp_path / "other")
    with pytest.raises(InputError, match="people who are in several files"):
        count_folder(client, dispatch, folder, Question(window, "counts", "reporters"), Query(FIRST, LAST))


@pytest.fixture(scope="module")
def one_file(reports: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reports in one Parquet file of many row groups."""
    file = tmp_path_factory.mktemp("large") / "reports.parquet"
    reports.to_parquet(file, index=False, row_group_size=1_100)
    return file


def test_one_large_file_is_spread_over_the_workers_and_its_rows_keep_their_order(
    client, dispatch, one_file, cube, on_one_machine, tmp_path, monkeypatch
):
    monkeypatch.setattr("geo.scale.parts.PART_ROWS", 2_000)
    out, before, told = tmp_path / "located", client.get_task_stream(count=1_000), []
    tally = locate_folder(client, dispatch, one_file, out, BY_ROW, None, "waste", lambda *done: told.append(done))
    workers = {task["worker"] for task in client.get_task_stream(count=1_000)[len(before) :]}
    assert len(workers) == 2
    assert told[-1] == (8, 8)
    assert sorted(path.name for path in out.iterdir()) == [f"reports-{part:05}.parquet" for part in range(8)]
    pd.testing.assert_frame_equal(read_all(out), on_one_machine)
    assert tally.rows == N
    asked = Query(FIRST, LAST, 7)
    question = Question(Window(FIRST, LAST, ("waste",)), view="counts")
    count = count_folder(client, dispatch, one_file, question, asked)(question.window)
    here = counting(cube, asked)(question.window)
    np.testing.assert_array_equal([here.cell, here.count], [count.cell, count.count])


class Killer:
    """Kills a worker that is at work, once, when it is told of progress."""

    def __init__(self, client: Client) -> None:
        self.client, self.processes, self.killed = client, client.run(os.getpid), []

    def __call__(self, done: int, files: int) -> None:
        working = [worker for worker, tasks in self.client.processing().items() if tasks]
        if not self.killed and working:
            self.killed.append(self.processes[working[0]])
            os.kill(self.killed[0], signal.SIGKILL)


@pytest.fixture
def killer(client: Client) -> Iterator[Killer]:
    """One that has killed a worker after the test, which another one follows."""
    killer = Killer(client)
    yield killer
    assert len(killer.killed) == 1
    client.wait_for_workers(2, timeout=60)
    assert killer.killed[0] not in client.run(os.getpid).values()


def test_a_worker_killed_while_it_locates_changes_nothing(client, killer, dispatch, folder, on_one_machine, tmp_path):
    tally = locate_folder(client, dispatch, folder, tmp_path / "located", BY_ROW, None, "waste", killer)
    pd.testing.assert_frame_equal(read_all(tmp_path / "located"), on_one_machine)
    assert tally.rows == N


def test_a_worker_killed_while_it_counts_changes_nothing(client, killer, dispatch, one_file, cube, monkeypatch):
    monkeypatch.setattr("geo.scale.parts.PART_ROWS", 1_000)
    asked, question = Query(FIRST, LAST, 7), Question(Window(FIRST, LAST, ("waste",)), view="counts")
    count = count_folder(client, dispatch, one_file, question, asked, killer)(question.window)
    here = counting(cube, asked)(question.window)
    np.testing.assert_array_equal([here.cell, here.count], [count.cell, count.count])


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch):
    monkeypatch.setattr("geo.scale.cluster._PATIENCE_S", 1)
    with pytest.raises(SetupError, match=r"no Dask scheduler at 127\.0\.0\.1:1 "), connect("127.0.0.1:1"):
        pass


def test_what_every_worker_gets_is_small(city):
    """A megabyte once a worker, however many files there are."""
    with city.transaction() as connection:
        assert len(pickle.dumps(read_dispatch(connection, HANOI.id))) < 1_000_000
