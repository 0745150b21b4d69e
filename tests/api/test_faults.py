"""Faults that are really done to the database and to connections: nothing acknowledged is lost, nothing is twice."""

import datetime as dt
import json
import os
import signal
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest

from geo.store.cluster import DATABASE, PrivateCluster
from geo.store.unprivileged import user_for
from tests.api.intake_clients import PLACE, Clients, report, stored
from tests.api.serving import Running, api_key, started
from tests.conftest import Database, reachable_folder

REPORTS = 400
KILLED_AFTER = 150
WITHIN_S = 60
NDJSON = {"content-type": "application/x-ndjson"}


@dataclass(frozen=True)
class OnePersons:
    """All that one person starts, and the folder that it lies in."""

    running: Running
    folder: Path
    http: httpx.Client
    key: dict[str, str]

    @property
    def cluster(self) -> PrivateCluster:
        return PrivateCluster(self.folder / "postgres")


@pytest.fixture(scope="module")
def ours() -> Iterator[OnePersons]:
    """`hientruong up` in a folder of its own."""
    with reachable_folder() as folder, started("up", HIENTRUONG_DATA_DIR=str(folder)) as running:
        key = {"x-api-key": (folder / "admin.key").read_text().strip()}
        with httpx.Client(base_url=running.address, headers=key, trust_env=False, timeout=60) as http:
            yield OnePersons(running, folder, http, key)
        running.stop()


def is_kind(answer: httpx.Response) -> bool:
    """Whether it says that the service is not to blame the sender for, and no word of a driver's."""
    assert answer.status_code == 503, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.json()["detail"] == "the database does not answer at the moment: try again in a few seconds"


def test_the_database_is_killed_under_the_intake_and_comes_back_by_itself(ours: OnePersons) -> None:
    """The clients are told to try again, and need do nothing else."""
    killed = ours.cluster.status().process
    clients = Clients(ours.running.address, ours.key, REPORTS, KILLED_AFTER)
    with clients.sending():
        assert clients.enough.wait(WITHIN_S)
        os.kill(killed, signal.SIGKILL)
    assert ours.cluster.status().process not in (None, killed)
    assert clients.refused
    assert all(map(is_kind, clients.refused))
    with ours.cluster.connect(DATABASE) as sql:
        assert stored(sql) == clients.acknowledged
    assert len(clients.acknowledged) == REPORTS
    start = ours.http.get("/v1/changes").json()
    assert len(start["changes"]) == REPORTS
    told = ours.http.post("/v1/reports", json=report("after")).json()["id"]
    page = ours.http.get("/v1/changes", params={"after": start["next"], "wait": 30}).json()
    assert [each["report"] for each in page["changes"]] == [told]


def family(process: int) -> Iterator[int]:
    """Give a process and all that it started, the oldest first."""
    yield process
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        for child in children.read_text().split():
            yield from family(int(child))


@contextmanager
def full_disk(ours: OnePersons, megabytes: int) -> Iterator[None]:
    """Let no file of the database or the service grow beyond a size, as if there were no room left.

    The write that crosses the limit is cut short by the kernel, as one that fills a disk is. PostgreSQL ignores SIGXFSZ
    "so that ulimit violations work like disk full" (its postmaster.c), and fails in the same way.
    """
    within_a_page = 4096  # a limit between two pages would be another error, "File too large"

    def limit(size: int | str) -> None:
        server, owner = ours.cluster.status().process, user_for(ours.cluster.folder)
        for process in family(ours.running.process.pid):  # a server that it starts has its limits
            subprocess.run(["prlimit", "--pid", str(process), f"--fsize={size}:"], check=True)
        for process in family(server) if server else ():
            owner.run(["prlimit", "--pid", str(process), f"--fsize={size}:"])  # some are gone by now

    limit((megabytes << 20) + within_a_page)
    try:
        yield
    finally:
        limit("unlimited")


class Batches:
    """Batches of reports with long texts, none of which can be compressed, and what became of them."""

    def __init__(self, ours: OnePersons) -> None:
        self._ours = ours
        self._acknowledged: dict[str, str] = {}
        self._sizes: dict[str, int] = {}

    def send(self, batch: str, n: int = 2000) -> httpx.Response:
        ids = [f"{batch}-{i}" for i in range(n)]
        self._sizes[batch] = n
        lines = "\n".join(json.dumps(report(id, description=os.urandom(1000).hex())) for id in ids)
        answer = self._ours.http.post("/v1/reports", content=lines, headers=NDJSON)
        if answer.status_code == 200:
            taken = [json.loads(line)["report"] for line in answer.text.splitlines()]
            self._acknowledged.update({each["external_id"]: each["id"] for each in taken})
        return answer

    def send_until_the_disk_is_full(self, name: str) -> None:
        """Until then all are taken; lookups are answered all the same."""
        batches = 0
        while (answer := self.send(f"{name} {batches}")).status_code == 200:
            batches += 1
        assert is_kind(answer)
        assert self._ours.http.get("/livez").status_code == 200
        assert self._ours.http.get("/v1/locate", params=PLACE).status_code == 200

    def send_until_there_is_room(self, batch: str) -> None:
        until = time.monotonic() + WITHIN_S
        while (answer := self.send(batch, 10)).status_code != 200:
            assert is_kind(answer)
            assert time.monotonic() < until, "the service did not recover"

    def are_whole(self) -> bool:
        """Whether the database has all that was acknowledged, and no batch by halves."""
        with self._ours.cluster.connect(DATABASE) as sql:
            kept = stored(sql)
        whole = Counter(id.rpartition("-")[0] for id in kept)
        theirs = {batch: n for batch, n in whole.items() if batch in self._sizes}
        return self._acknowledged.items() <= kept.items() and theirs.items() <= self._sizes.items()


def test_the_disk_of_the_data_folder_is_full_and_then_there_is_room_again(ours: OnePersons) -> None:
    """First tables can't grow; then the log can't either, of which PostgreSQL dies. No batch is written by halves."""
    batches = Batches(ours)
    assert batches.send("before").status_code == 200
    with full_disk(ours, 16):  # which a file of the log just fills
        batches.send_until_the_disk_is_full("full")
    batches.send_until_there_is_room("room")
    with full_disk(ours, 8):
        with ours.cluster.connect() as sql, suppress(psycopg.Error):  # it dies of this
            while True:
                sql.execute("SELECT pg_switch_wal(), pg_current_xact_id()")
        assert is_kind(batches.send("log", 10))
    batches.send_until_there_is_room("room again")
    assert batches.are_whole()


@contextmanager
def on_a_small_disk(ours: OnePersons, free_megabytes: int) -> Iterator[Path]:
    """Put this month's reports on a disk of their own, which only root can make."""
    month = f"report_months.report_{dt.datetime.now(dt.UTC):%Y_%m}"
    disk, owner = ours.folder / "disk", ours.cluster.folder.stat()
    disk.mkdir()
    with ours.cluster.connect(DATABASE, "postgres") as sql:
        size = sql.execute("SELECT pg_table_size(%s::regclass)", [month]).fetchone()[0] + (free_megabytes << 20)
        options = f"size={size},mode=700,uid={owner.st_uid},gid={owner.st_gid}"
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", disk], check=True)
        try:
            sql.execute(f"CREATE TABLESPACE small LOCATION '{disk}'")
            sql.execute(f"ALTER TABLE {month} SET TABLESPACE small")
            yield disk
            sql.execute(f"ALTER TABLE {month} SET TABLESPACE pg_default")
            sql.execute("DROP TABLESPACE small")
        finally:
            subprocess.run(["umount", "--lazy", disk], check=True)


@pytest.mark.root
def test_a_disk_that_is_really_full_takes_reports_again_once_there_is_room(ours: OnePersons) -> None:
    batches = Batches(ours)
    with on_a_small_disk(ours, 12) as disk:
        assert batches.send("small before").status_code == 200
        batches.send_until_the_disk_is_full("small")
        subprocess.run(["mount", "-o", "remount,size=1g", disk], check=True)
        batches.send_until_there_is_room("larger")
    assert batches.are_whole()


@pytest.mark.parametrize("lines", [1, 100])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_connection_cut_in_mid_body_leaves_nothing_behind(
    bare: Database, bare_address: str, lines: int, chunked: bool
) -> None:
    """Not even of the lines that came whole."""
    key = api_key(bare.url)
    body = "\n".join(json.dumps(report(f"cut-{lines}-{chunked}-{i}")) for i in range(lines))
    media = "application/json" if lines == 1 else "application/x-ndjson"
    half = body[: len(body) * 3 // 4].encode()
    length = "transfer-encoding: chunked" if chunked else f"content-length: {len(body)}"
    head = f"POST /v1/reports HTTP/1.1\r\nhost: x\r\nx-api-key: {key['x-api-key']}\r\ncontent-type: {media}\r\n{length}"
    url = urlsplit(bare_address)
    with bare.connect() as sql:
        before = stored(sql)
        with socket.create_connection((url.hostname, url.port)) as connection:
            connection.sendall(f"{head}\r\n\r\n".encode())
            connection.sendall(b"%x\r\n%b\r\n" % (len(half), half) if chunked else half)
            connection.shutdown(socket.SHUT_WR)
            assert not {b"200", b"201"} & set(connection.recv(1000).split())
        assert stored(sql) == before
        whole = httpx.post(
            f"{bare_address}/v1/reports", content=body, headers=key | {"content-type": media}, trust_env=False
        )
        assert whole.status_code in (200, 201)
        assert "idempotency-replayed" not in whole.headers
        assert len(stored(sql)) == len(before) + lines
