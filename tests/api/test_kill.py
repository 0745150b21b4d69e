"""What was acknowledged is stored, once, whatever happens to the process that acknowledged it."""

import json
import signal
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock

import httpx

from tests.api.serving import api_key, serving, started
from tests.conftest import Database

CLIENTS = 8
REPORTS = 1000
KILLED_AFTER = 300


class Client:
    """Sends reports from several threads and notes which were acknowledged."""

    def __init__(self, address: str, key: dict[str, str]) -> None:
        self._address = address
        self._key = key
        self._lock = Lock()
        self.sent: list[str] = []
        self.acknowledged: dict[str, str] = {}
        self.enough = Event()

    def send_until_refused(self, thread: int) -> None:
        with httpx.Client(base_url=self._address, headers=self._key, timeout=30, trust_env=False) as http:
            for number in range(thread, REPORTS, CLIENTS):
                external_id = f"r-{number}"
                self.sent.append(external_id)
                try:
                    answer = http.post("/v1/reports", json=report(external_id))
                except httpx.TransportError:
                    return
                assert answer.status_code == 201, answer.text
                with self._lock:
                    self.acknowledged[external_id] = answer.json()["id"]
                if len(self.acknowledged) >= KILLED_AFTER:
                    self.enough.set()


def report(external_id: str) -> dict[str, object]:
    place = {"lon": 105.868664, "lat": 20.998485}
    return {"category": "waste", "channel": "app", "external_id": external_id} | place


def stored(database: Database) -> list[tuple[str, str]]:
    with database.connect() as connection:
        return connection.execute("SELECT external_id, id::text FROM report").fetchall()


def received_events(database: Database) -> list[str]:
    with database.connect() as connection:
        rows = connection.execute("SELECT report_id::text FROM report_event WHERE kind = 'received'")
        return [id for (id,) in rows]


def test_reports_acknowledged_before_a_kill_are_there_once_and_the_others_can_be_sent_again(
    city_database: Database,
) -> None:
    key = api_key(city_database.url)
    with started("serve", DATABASE_URL=city_database.url) as running, ThreadPoolExecutor(CLIENTS) as threads:
        client = Client(running.address, key)
        sending = [threads.submit(client.send_until_refused, thread) for thread in range(CLIENTS)]
        try:
            assert client.enough.wait(30)
        finally:
            assert running.stop(signal.SIGKILL) == -signal.SIGKILL
        for each in sending:
            each.result()
    unacknowledged = set(client.sent) - client.acknowledged.keys()
    assert unacknowledged, "the service was not killed in the midst"

    with serving(city_database.url) as address, httpx.Client(base_url=address, headers=key, trust_env=False) as http:
        kept = stored(city_database)
        assert len(dict(kept)) == len(kept)
        assert client.acknowledged.items() <= dict(kept).items()
        assert sorted(received_events(city_database)) == sorted(id for _, id in kept)

        again = [f"r-{number}" for number in range(REPORTS)]
        lines = "\n".join(json.dumps(report(external_id)) for external_id in again)
        answers = http.post("/v1/reports", content=lines, headers={"content-type": "application/x-ndjson"}, timeout=60)
        ids = [json.loads(line)["report"]["id"] for line in answers.text.splitlines()]
        assert dict(kept).items() <= dict(zip(again, ids, strict=True)).items()
    kept = stored(city_database)
    assert sorted(external_id for external_id, _ in kept) == sorted(again)
    assert sorted(received_events(city_database)) == sorted(id for _, id in kept)
