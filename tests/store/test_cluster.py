"""The private PostGIS does what it promises on a real machine: crashes, stale files, two start."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text

from geo.errors import SetupError
from geo.store import postmaster
from geo.store.binaries import choose_server, find_server
from geo.store.cluster import DATABASE, PrivateCluster
from geo.store.unprivileged import user_for
from tests.conftest import reachable_folder

ROOT = os.geteuid() == 0


@pytest.fixture
def new_cluster(server_folder: Path) -> Iterator[PrivateCluster]:
    """A durable cluster, not made yet."""
    cluster = PrivateCluster(server_folder / "data" / "postgres")
    yield cluster
    cluster.stop()


@pytest.fixture(scope="module")
def original() -> Iterator[Path]:
    """The folder of a cluster that was made once and stopped."""
    with reachable_folder() as folder:
        with PrivateCluster(folder / "postgres").running():
            pass
        yield folder / "postgres"


@pytest.fixture
def cluster(new_cluster: PrivateCluster, original: Path) -> PrivateCluster:
    """A durable cluster, made earlier."""
    new_cluster.folder.parent.mkdir()
    subprocess.run(["cp", "-a", original, new_cluster.folder], check=True)
    return new_cluster


def kill_server(cluster: PrivateCluster) -> int:
    process = cluster.status().process
    assert process is not None
    os.kill(process, 9)
    return process


def test_gives_postgis_to_a_role_without_privileges_and_listens_on_no_network(new_cluster):
    engine = create_engine(new_cluster.start().url)
    with engine.connect() as connection:
        metres = connection.scalar(text("SELECT ST_Distance('POINT(105 21)'::geography, 'POINT(105 22)'::geography)"))
        superuser = connection.scalar(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))
        addresses = connection.scalar(text("SHOW listen_addresses"))
        extensions = set(connection.scalars(text("SELECT extname FROM pg_extension")))
    engine.dispose()
    assert metres == pytest.approx(110_706, abs=50)  # the length of a degree of latitude at 21.5 N, WGS 84
    assert superuser is False
    assert addresses == ""
    assert {"postgis", "btree_gist"} <= extensions


def test_only_the_server_s_own_user_reaches_the_socket(cluster):
    cluster.start()
    folder = cluster.folder.stat()
    assert folder.st_uid != 0
    assert folder.st_mode & 0o077 == 0


def test_is_stopped_by_the_last_who_leaves_whoever_started_it(cluster):
    with ExitStack() as first, ExitStack() as second:
        first.enter_context(cluster.running())
        database = second.enter_context(PrivateCluster(cluster.folder).running())
        first.close()
        with create_engine(database.url).connect() as connection:
            assert connection.scalar(text("SELECT 1")) == 1
        second.close()
        assert cluster.status().process is None
    with cluster.running():  # and is there again for the next one
        assert cluster.status().process is not None


def test_is_reused_by_others_and_left_running_by_them(cluster):
    with cluster.running() as first:
        process = cluster.status().process
        with PrivateCluster(cluster.folder).running() as second:
            assert (first.started_here, second.started_here) == (True, False)
            assert second.url == first.url
        assert cluster.status().process == process
    assert cluster.status().process is None


def test_a_folder_made_earlier_keeps_its_data(cluster):
    with cluster.running(), cluster.connect() as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS value")
    moved = PrivateCluster(cluster.folder.parent.rename(cluster.folder.parent.with_name("moved")) / "postgres")
    with moved.running(), moved.connect() as connection:
        assert connection.execute("SELECT value FROM kept").fetchone() == (42,)


def test_what_was_committed_survives_a_killed_server(cluster):
    cluster.start()
    with cluster.connect() as connection:
        connection.execute("CREATE TABLE reports (number int)")
        connection.execute("INSERT INTO reports SELECT generate_series(1, 1000)")
        kill_server(cluster)
    assert cluster.start().started_here
    with cluster.connect() as connection:
        assert connection.execute("SELECT count(*), sum(number) FROM reports").fetchone() == (1000, 500_500)


def test_starts_again_though_a_statement_outlives_the_killed_server(cluster):
    cluster.start()
    with ThreadPoolExecutor(1) as pool, cluster.connect() as busy, cluster.connect() as watcher:
        statement = pool.submit(busy.execute, "SELECT count(*) FROM generate_series(1, 3000000)")
        wait_until_active(watcher, busy.info.backend_pid)
        kill_server(cluster)
        assert cluster.start().started_here
        assert statement.exception() or statement.result()
    with cluster.connect() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def wait_until_active(watcher: psycopg.Connection, backend: int) -> None:
    query = "SELECT state = 'active' FROM pg_stat_activity WHERE pid = %s"
    while watcher.execute(query, [backend]).fetchone() != (True,):
        pass


def test_a_pid_file_whose_number_is_another_process_s_now_is_no_obstacle(cluster):
    cluster.start()
    dead = kill_server(cluster)
    with process_of(user_for(cluster.folder).uid) as stranger:
        for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            lock = cluster.folder / name
            lock.write_text(lock.read_text().replace(str(dead), str(stranger.pid), 1))
        assert cluster.status().process is None
        assert cluster.start().started_here
        assert stranger.poll() is None


def test_a_failed_start_does_not_signal_the_process_that_a_stale_pid_file_names(cluster):
    with (cluster.folder / "postgresql.conf").open("a") as settings:
        settings.write("shared_buffers = much\n")
    with process_of(user_for(cluster.folder).uid) as stranger:
        (cluster.folder / "postmaster.pid").write_text(f"{stranger.pid}\n")
        with pytest.raises(SetupError, match="shared_buffers"):
            cluster.start()
        cluster.stop()
        assert stranger.poll() is None


@pytest.mark.parametrize("content", ["", "not a number\n"])
def test_a_broken_pid_file_is_no_obstacle(cluster, content):
    (cluster.folder / "postmaster.pid").write_text(content)
    assert cluster.start().started_here


@contextmanager
def process_of(uid: int) -> Iterator[subprocess.Popen[bytes]]:
    """A process of this user that lives until its input is closed."""
    process = subprocess.Popen(["cat"], stdin=subprocess.PIPE, user=uid if ROOT else None)
    try:
        yield process
    finally:
        process.communicate()


def test_of_processes_that_start_at_once_one_starts_the_server_and_all_can_use_it(new_cluster):
    program = (
        "import sys; from pathlib import Path; from geo.store.cluster import PrivateCluster\n"
        "cluster = PrivateCluster(Path(sys.argv[1])); running = cluster.start()\n"
        "print(running.started_here, cluster.connect().execute('SELECT ST_X(ST_Point(7, 8))').fetchone()[0])"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", program, new_cluster.folder], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    said = sorted(process.communicate()[0] for process in started)
    assert said == ["False 7.0\n", "False 7.0\n", "True 7.0\n"]


def test_settings_of_other_servers_in_the_environment_do_not_disturb(cluster, monkeypatch):
    for name, value in {"PGPORT": "1", "PGHOST": "db.invalid", "PGDATA": "/nowhere", "PGUSER": "nobody"}.items():
        monkeypatch.setenv(name, value)
    with cluster.running() as database, create_engine(database.url).connect() as connection:
        assert connection.scalar(text("SELECT current_database()")) == "hientruong"


def test_a_folder_s_name_may_hold_what_shells_and_addresses_trip_over(server_folder):
    cluster = PrivateCluster(server_folder / "Hiện 'x\" $HOME+%41&b=c" / "postgres", durable=False)
    with cluster.running() as database, create_engine(database.url).connect() as connection, cluster.connect() as ours:
        process = connection.scalar(text("SELECT pg_backend_pid()"))
        assert ours.execute("SELECT usename FROM pg_stat_activity WHERE pid = %s", [process]).fetchone() == (DATABASE,)
        assert ours.execute("SHOW data_directory").fetchone() == (str(cluster.folder),)


def test_a_broken_off_first_start_leaves_nothing_in_the_way(new_cluster):
    leftover = new_cluster.folder.with_name("postgres.new")
    leftover.mkdir(parents=True)
    (leftover / "PG_VERSION").write_text("15\n")
    assert new_cluster.start().started_here
    assert not leftover.exists()


def test_a_socket_path_may_be_as_long_as_the_system_allows_and_no_longer(server_folder):
    longest = 107 if sys.platform == "linux" else 103
    room = longest - len(os.fsencode(server_folder)) - len("//.s.PGSQL.5432")
    with PrivateCluster(server_folder / ("x" * room), durable=False).running():
        pass
    with pytest.raises(SetupError, match=rf"has {longest + 1} bytes, {longest} are possible: .*HIENTRUONG_DATA_DIR"):
        PrivateCluster(server_folder / ("x" * (room - 2) + "ế")).start()


def test_a_folder_that_the_server_s_user_can_t_reach_is_named(server_folder):
    closed = server_folder / "closed"
    closed.mkdir(mode=0o700 if ROOT else 0)
    with pytest.raises(SetupError, match=rf"{closed}.*HIENTRUONG_DATA_DIR"):
        PrivateCluster(closed / "data" / "postgres").start()
    closed.chmod(0o700)


def test_a_comma_which_would_read_as_two_servers_is_refused(server_folder):
    with pytest.raises(SetupError, match="comma"):
        PrivateCluster(server_folder / "a,b").start()


def test_a_folder_with_other_files_is_left_alone(server_folder):
    (server_folder / "postgres").mkdir()
    (server_folder / "postgres" / "thesis.txt").write_text("mine")
    with pytest.raises(SetupError, match="holds other files"):
        PrivateCluster(server_folder / "postgres").start()
    assert (server_folder / "postgres" / "thesis.txt").read_text() == "mine"


def test_a_file_in_the_place_of_the_data_folder_is_named(server_folder):
    (server_folder / "data").write_text("")
    with pytest.raises(SetupError, match=f"{server_folder}/data"):
        PrivateCluster(server_folder / "data" / "postgres").start()


def test_a_cluster_of_another_major_version_is_refused(cluster):
    (cluster.folder / "PG_VERSION").write_text("9\n")
    with pytest.raises(SetupError, match=r"made by PostgreSQL 9, but this machine has only \d+.*HIENTRUONG_DATA_DIR"):
        cluster.start()


def test_a_broken_setting_is_told_by_the_server_s_own_words(cluster):
    with (cluster.folder / "postgresql.conf").open("a") as settings:
        settings.write("shared_buffers = much\n")
    with pytest.raises(SetupError, match=r'invalid value for parameter "shared_buffers": "much"'):
        cluster.start()


def test_a_machine_without_the_packages_is_told_how_to_get_them(tmp_path):
    with pytest.raises(SetupError, match="PostgreSQL with PostGIS is not installed: "):
        choose_server([tmp_path])


@pytest.mark.parametrize("extension", ["postgis", "btree_gist"])
def test_a_server_without_an_extension_is_found_out_before_anything_starts(tmp_path, extension):
    """The machine's own server is copied without the extension: its pg_config finds the copy's share folder."""
    server = find_server()
    prefix = Path(os.path.commonpath([server.folder, server.extensions]))
    copy = tmp_path / server.folder.relative_to(prefix)
    shutil.copytree(server.folder, copy)
    extensions = tmp_path / server.extensions.relative_to(prefix)
    extensions.mkdir(parents=True)
    for name in {"postgis", "btree_gist"} - {extension}:
        shutil.copy(server.extensions / f"{name}.control", extensions)
    with pytest.raises(SetupError, match=f"PostgreSQL {server.major} in {copy} lacks {extension}: "):
        choose_server([copy])
    assert choose_server([copy, server.folder]) == server


@pytest.fixture
def small_disk(server_folder: Path) -> Iterator[Path]:
    """A disk with room for half a cluster; only root can make one."""
    disk = server_folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=90m,mode=755", "tmpfs", disk], check=True)
    yield disk
    subprocess.run(["umount", disk], check=True)


def fill(disk: Path, leave: int) -> None:
    with (disk / "filling").open("wb") as filling:
        filling.write(bytes(shutil.disk_usage(disk).free - leave))


@pytest.mark.root
@pytest.mark.parametrize("room_mb", [0, 10, 30, 50])
def test_a_full_disk_is_told_at_the_first_start(small_disk, room_mb):
    fill(small_disk, room_mb * 1_000_000)
    cluster = PrivateCluster(small_disk / "data" / "postgres")
    with pytest.raises(SetupError, match=r"is full .*HIENTRUONG_DATA_DIR"):
        cluster.start()
    assert cluster.status().process is None


def test_a_full_disk_is_told_at_a_later_start_and_does_no_harm(cluster):
    """A file that the server writes at each start lies where the kernel always says that there is no room."""
    written = cluster.folder / "postmaster.opts"
    written.unlink()
    written.symlink_to("/dev/full")
    with pytest.raises(SetupError, match=r"is full .*HIENTRUONG_DATA_DIR"):
        cluster.start()
    assert cluster.status().process is None
    written.unlink()
    with cluster.running(), cluster.connect() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_server_that_can_not_write_its_last_checkpoint_is_stopped_and_loses_nothing(cluster, monkeypatch):
    """As on a full disk; here the process that writes it stands still."""
    monkeypatch.setattr(postmaster, "_STOPS_WITHIN_S", 2)
    cluster.start()
    with cluster.connect() as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS number")
        writes = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'"
        os.kill(connection.execute(writes).fetchone()[0], signal.SIGSTOP)
    cluster.stop()
    assert cluster.status().process is None
    with cluster.running(), cluster.connect() as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (1,)


def test_a_server_whose_starter_was_killed_is_stopped_by_the_next_one(server_folder):
    cluster = PrivateCluster(server_folder / "postgres", durable=False)
    code = (
        "import os, signal, sys; from pathlib import Path; from geo.store.cluster import PrivateCluster\n"
        "with PrivateCluster(Path(sys.argv[1]), durable=False).running(): os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(cluster.folder)])
    assert killed.returncode == -signal.SIGKILL
    assert cluster.status().process is not None
    with cluster.running() as database:
        assert not database.started_here
        with cluster.running():  # a guest leaves it running
            pass
        assert cluster.status().process is not None
    assert cluster.status().process is None


def test_a_server_that_was_started_to_stay_stays(server_folder):
    cluster = PrivateCluster(server_folder / "postgres", durable=False)
    cluster.start()
    try:
        with cluster.running():
            pass
        assert cluster.status().process is not None
    finally:
        cluster.stop()
