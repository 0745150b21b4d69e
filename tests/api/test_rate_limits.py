"""Too many requests are refused kindly, counted for each key and each address, whatever a stranger says of itself."""

from ipaddress import ip_network

import httpx
import pytest

from api.rate_limits import WINDOW_S, RateLimits, client_address
from tests.api.serving import api_key, serving
from tests.conftest import Database

QUOTA = 5


def test_the_public_is_counted_by_address_and_a_key_by_itself(city_database: Database) -> None:
    key = api_key(city_database.url, "planner")
    settings = {"HIENTRUONG_RATE_PUBLIC": str(QUOTA)}
    with serving(city_database.url, **settings) as address, httpx.Client(base_url=address, trust_env=False) as http:
        path = "/v1/locate?lon=105.868664&lat=20.998485"
        answers = [http.get(path, headers={"x-forwarded-for": f"203.0.113.{n}"}) for n in range(QUOTA + 1)]
        assert [answer.status_code for answer in answers] == [200] * QUOTA + [429]
        assert [int(answer.headers["ratelimit"].split(";")[1].removeprefix("r=")) for answer in answers[:QUOTA]] == [
            *range(QUOTA - 1, -1, -1)
        ]
        refused = answers[-1]
        assert refused.headers["ratelimit-policy"] == f'"public";q={QUOTA};w={WINDOW_S}'
        assert 0 < int(refused.headers["retry-after"]) <= WINDOW_S
        assert refused.headers["content-type"] == "application/problem+json"
        assert http.get("/v1/categories", headers={"x-api-key": "ht_wrong"}).status_code == 429
        assert http.get("/v1/categories", headers=key).status_code == 200
        assert http.get("/livez").status_code == 200


def test_a_key_among_the_parameters_of_open311_is_counted_by_itself(city_database: Database) -> None:
    """Wherever it stands, in the query or in the form; an invented one is counted as the public is."""
    key = api_key(city_database.url, "router")["x-api-key"]
    settings = {"HIENTRUONG_RATE_PUBLIC": "2", "HIENTRUONG_RATE_KEY": str(QUOTA)}
    with serving(city_database.url, **settings) as address, httpx.Client(base_url=address, trust_env=False) as http:
        path = "/open311/v2/requests.json"
        form = {"api_key": key, "service_code": "waste", "lat": "20.998485", "long": "105.868664"}
        keyed = [
            http.post(path, data=form) if number % 2 else http.get(path, params={"api_key": key})
            for number in range(QUOTA + 1)
        ]
        public = [http.get(path, params={"api_key": "ht_invented"}) for _ in range(3)]
    assert [answer.status_code for answer in keyed] == [200] * QUOTA + [429]
    assert {answer.headers["ratelimit-policy"] for answer in keyed} == {f'"key";q={QUOTA};w={WINDOW_S}'}
    assert [answer.status_code for answer in public] == [403, 403, 429]
    for refused in (keyed[-1], public[-1]):
        assert [error["code"] for error in refused.json()] == [429]
        assert 0 < int(refused.headers["retry-after"]) <= WINDOW_S


def test_behind_a_trusted_proxy_each_client_is_counted(city_database: Database) -> None:
    settings = {"HIENTRUONG_RATE_PUBLIC": "1", "HIENTRUONG_TRUSTED_PROXIES": "127.0.0.0/8,::1"}
    with serving(city_database.url, **settings) as address:
        statuses = [
            httpx.get(f"{address}/v1/categories", headers={"x-forwarded-for": said}).status_code
            for said in ("203.0.113.1", "203.0.113.2", "203.0.113.1", "invented, 203.0.113.2")
        ]
    assert statuses == [200, 200, 429, 429]


def test_a_new_minute_begins_anew_and_forgets_all() -> None:
    now = [0.0]
    limits = RateLimits({"public": 2}, lambda: now[0])
    assert [limits.count("public", who).allowed for who in ("a", "a", "a", "b")] == [True, True, False, True]
    now[0] = WINDOW_S - 0.1
    assert not limits.count("public", "a").allowed
    now[0] = WINDOW_S
    assert limits.count("public", "a").allowed


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("192.0.2.1", "203.0.113.9", "192.0.2.1"),
        ("10.0.0.1", "203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("10.0.0.1", "spoofed, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "", "192.0.2.1"),
    ],
)
def test_only_our_proxies_are_believed(peer: str, forwarded: str, expected: str) -> None:
    assert client_address(peer, forwarded, (ip_network("10.0.0.0/8"),)) == expected
