"""What was acknowledged is stored, once, whatever happens to the process that acknowledged it."""

import json
import signal

import httpx

from tests.api.intake_clients import Clients, report, stored
from tests.api.serving import api_key, serving, started
from tests.conftest import Database

REPORTS = 1000
KILLED_AFTER = 300


def test_reports_acknowledged_before_a_kill_are_there_once_and_the_others_can_be_sent_again(
    city_database: Database,
) -> None:
    key = api_key(city_database.url)
    with started("serve", DATABASE_URL=city_database.url) as running:
        clients = Clients(running.address, key, REPORTS, KILLED_AFTER)
        with clients.sending(until_refused=True):
            try:
                assert clients.enough.wait(30)
            finally:
                assert running.stop(signal.SIGKILL) == -signal.SIGKILL
    assert len(clients.sent) > len(clients.acknowledged), "the service was not killed in the midst"
    assert not clients.refused

    with (
        serving(city_database.url) as address,
        httpx.Client(base_url=address, headers=key, trust_env=False) as http,
        city_database.connect() as sql,
    ):
        kept = stored(sql)
        assert clients.acknowledged.items() <= kept.items()
        again = [f"r-{number}" for number in range(REPORTS)]
        lines = "\n".join(json.dumps(report(external_id)) for external_id in again)
        answers = http.post("/v1/reports", content=lines, headers={"content-type": "application/x-ndjson"}, timeout=60)
        ids = [json.loads(line)["report"]["id"] for line in answers.text.splitlines()]
        assert kept.items() <= dict(zip(again, ids, strict=True)).items()
        assert stored(sql) == dict(zip(again, ids, strict=True))
