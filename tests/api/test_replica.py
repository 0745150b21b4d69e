"""With DATABASE_READ_URL a replica answers what reads many reports; what a client wrote it reads from the database."""

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg
import pytest

from geo.store.binaries import find_server
from geo.store.cluster import PrivateCluster
from geo.store.postmaster import Postmaster
from geo.store.unprivileged import user_for
from tests.api.intake_clients import report
from tests.api.serving import api_key, serving
from tests.conftest import Database


@contextmanager
def replica_of(primary: PrivateCluster, folder: Path) -> Iterator[PrivateCluster]:
    """Run a streaming replica of a cluster."""
    user, server = user_for(primary.folder), find_server()
    folder.mkdir(mode=0o700)
    os.chown(folder, user.uid, user.gid)
    source = ["--host", str(primary.folder), "--username=postgres", "--write-recovery-conf", "--checkpoint=fast"]
    copied = user.run([server.folder / "pg_basebackup", "--pgdata", folder, *source, "--no-sync"])
    assert copied.returncode == 0, copied.stderr
    (folder / "postmaster.pid").unlink(missing_ok=True)
    postmaster = Postmaster(folder, user)
    postmaster.start(server, ["fsync=off"])
    try:
        yield PrivateCluster(folder)
    finally:
        postmaster.stop(server)


def caught_up(primary: psycopg.Connection, replica: psycopg.Connection) -> None:
    """Wait until the replica has all that the primary has now."""
    (place,) = primary.execute("SELECT pg_current_wal_insert_lsn()").fetchone()
    while not replica.execute("SELECT pg_last_wal_replay_lsn() >= %s", [place]).fetchone()[0]:
        pass


@pytest.fixture
def replica(city_database: Database, server_folder: Path) -> Iterator[PrivateCluster]:
    with replica_of(city_database.cluster, server_folder / "replica") as replica:
        yield replica


def test_figures_come_from_the_replica_and_what_was_written_from_the_database(
    city_database: Database, replica: PrivateCluster
) -> None:
    key = api_key(city_database.url)
    with (
        city_database.connect("postgres") as primary,
        replica.connect(city_database.name) as standby,
        serving(city_database.url, DATABASE_READ_URL=replica.url(city_database.name)) as address,
        httpx.Client(base_url=address, headers=key, timeout=60, trust_env=False) as http,
    ):
        assert standby.execute("SELECT pg_is_in_recovery()").fetchone() == (True,)

        def received() -> int:
            # Of more days than are held in memory.
            asked = {"from": dt.date.today() - dt.timedelta(100)}
            return http.get("/v1/wards/ranking", params=asked).raise_for_status().json()["city"]["received"]

        def compared() -> int:
            return http.get("/v1/duplicates").raise_for_status().json()["compared"]

        assert http.post("/v1/reports", json=report("first")).status_code == 201
        caught_up(primary, standby)
        assert (received(), compared()) == (1, 1)

        standby.execute("SELECT pg_wal_replay_pause()")
        while standby.execute("SELECT pg_get_wal_replay_pause_state()").fetchone() != ("paused",):
            pass
        made = http.post("/v1/reports", json=report("second"))
        assert made.status_code == 201
        assert http.get(f"/v1/reports/{made.json()['id']}").status_code == 200
        assert len(http.get("/v1/reports").json()["features"]) == 2
        assert (received(), compared()) == (1, 1), "the replica's figures, of a moment ago"

        standby.execute("SELECT pg_wal_replay_resume()")
        caught_up(primary, standby)
        assert (received(), compared()) == (2, 2)

        Postmaster(replica.folder, user_for(replica.folder)).stop(find_server())
        assert http.post("/v1/reports", json=report("third")).status_code == 201
        assert (received(), compared()) == (3, 3), "without the replica the database answers"
