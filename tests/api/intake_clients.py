"""Clients that send reports from several threads, and what the database has of them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event, Lock

import httpx
import psycopg

CLIENTS = 8
PLACE = {"lon": 105.868664, "lat": 20.998485}


def report(external_id: str, **more: object) -> dict[str, object]:
    return {"category": "waste", "channel": "app", "external_id": external_id} | PLACE | more


class Clients:
    """Send reports, a thread a client, and note which were acknowledged.

    Parameters
    ----------
    address : str
    key : dict
        Header with an API key.
    count : int
        How many reports in all.
    enough : int
        After so many acknowledgements the event of that name is set.
    """

    def __init__(self, address: str, key: dict[str, str], count: int, enough: int) -> None:
        self._address = address
        self._key = key
        self._count = count
        self._enough = enough
        self._lock = Lock()
        self.sent: list[str] = []
        self.acknowledged: dict[str, str] = {}
        self.refused: list[httpx.Response] = []
        self.enough = Event()

    @contextmanager
    def sending(self, *, until_refused: bool = False) -> Iterator[None]:
        """Send for the length of a ``with``; at its end wait for the clients."""
        with ThreadPoolExecutor(CLIENTS) as threads:
            clients = [threads.submit(self._send, number, until_refused) for number in range(CLIENTS)]
            yield
            for each in clients:
                each.result()

    def _send(self, client: int, until_refused: bool) -> None:
        with httpx.Client(base_url=self._address, headers=self._key, timeout=60, trust_env=False) as http:
            for number in range(client, self._count, CLIENTS):
                external_id = f"r-{number}"
                self.sent.append(external_id)
                while not self._is_taken(http, external_id):
                    if until_refused:
                        return

    def _is_taken(self, http: httpx.Client, external_id: str) -> bool:
        try:
            answer = http.post("/v1/reports", json=report(external_id))
        except httpx.TransportError:
            return False
        if answer.status_code != 201:
            self.refused.append(answer)
            Event().wait(float(answer.headers["retry-after"]))  # as every client is told to
            return False
        with self._lock:
            self.acknowledged[external_id] = answer.json()["id"]
            if len(self.acknowledged) >= self._enough:
                self.enough.set()
        return True


def stored(sql: psycopg.Connection) -> dict[str, str]:
    """Give the ids of all reports by their external ids; each must be there once, with the one event it came by."""
    kept = sql.execute("SELECT external_id, id::text FROM report").fetchall()
    received = sql.execute("SELECT report_id::text FROM report_event WHERE kind = 'received'").fetchall()
    claimed = sql.execute("SELECT external_id, report_id::text FROM external_reference").fetchall()
    assert len(dict(kept)) == len(kept)
    assert sorted(id for (id,) in received) == sorted(id for _, id in kept)
    assert dict(claimed) == dict(kept)
    return dict(kept)
