"""One report from HTTP to committed, beside a bare row inserted and committed by psycopg on the same server."""

import itertools
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from tests.api.serving import api_key, started
from tests.bench.city import City, hanoi_database
from tests.bench.harness import Bar, Result, Size, one_by_one
from tests.bench.http_load import answer_size, get, post

OURS, BARE, HTTP = "POST /v1/reports", "psycopg, a bare row, committed", "GET /livez: HTTP alone"
POLICED = "psycopg, a bare row in an officer's transaction, held by a policy"
ROUND = 100
NOTE = (
    "One client, one connection, fsync on, in turns. Ours checks and locates the report, finds agencies and deadlines,"
    " and writes it with its first event and its claim on its external id: three tables, six indexes. The bare row has"
    " four columns and a primary key. The intake is the tables' owner, whom no policy holds; what it would cost is the"
    " last way: role and unit are set for the transaction, as for an officer, and a policy checks the row."
)
_INSERT = "INSERT INTO {} (category, lon, lat, external_id) VALUES (%s, %s, %s, %s)"
_ROW = ("waste", 105.868664, 20.998485, "r-1")
_POLICED = """
    CREATE TABLE policed (LIKE bare INCLUDING ALL, unit_id int NOT NULL DEFAULT 7);
    ALTER TABLE policed ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own_unit ON policed TO hientruong_officer
        USING (unit_id = nullif(current_setting('hientruong.unit_id', true), '')::int);
    GRANT INSERT ON policed TO hientruong_officer
"""
_ACT = "SELECT set_config('role', 'hientruong_officer', true), set_config('hientruong.unit_id', '7', true)"


def results(size: Size) -> Iterator[Result]:
    """Send reports and insert rows by turns, so that both meet the same disk."""
    with hanoi_database() as city:
        key = api_key(city.url, "router") | {"Content-Type": "application/json"}
        with started("serve", DATABASE_URL=city.url) as service, bare_tables(city) as (insert, insert_policed):
            ask = asking(service.address)
            requests = (post("/v1/reports", report(number), key) for number in itertools.count())
            ways: dict[str, Callable[[], object]] = {
                OURS: lambda: ask(next(requests)),
                BARE: insert,
                HTTP: lambda: ask(get("/livez")),
                POLICED: insert_policed,
            }
            rounds = [
                {name: one_by_one(name, work, [()] * ROUND) for name, work in ways.items()}
                for _ in range(size.of(8, 2))
            ]
    methods = [min((each[name] for each in rounds), key=lambda method: method.value) for name in ways]
    times = methods[0].value / methods[1].value
    bar = Bar(f"at most 2 x {BARE}", "1.3 x", f"{times:.2g} x", times <= 2, times <= 1.3)
    yield Result("one report, HTTP to committed", "µs", methods, [bar], NOTE)


@contextmanager
def bare_tables(city: City) -> Iterator[tuple[Callable[[], object], Callable[[], object]]]:
    """Offer to insert one row, prepared and committed each time: as owner of the table, and as an officer."""
    with city.database.connect() as connection:
        connection.execute(
            "CREATE TABLE bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
            " category text, lon float8, lat float8, external_id text)"
        )
        connection.execute(_POLICED)

        def insert_policed() -> None:
            with connection.transaction():
                connection.execute(_ACT, prepare=True)
                connection.execute(_INSERT.format("policed"), _ROW, prepare=True)

        yield lambda: connection.execute(_INSERT.format("bare"), _ROW, prepare=True), insert_policed


def report(number: int) -> bytes:
    place = {"lon": 105.84 + number % 1000 * 2e-5, "lat": 21.02}
    return json.dumps({"category": "waste", "channel": "app", "external_id": f"bench-{number}"} | place).encode()


def asking(address: str) -> Callable[[bytes], None]:
    """Keep a connection, on which requests are sent and their answers are read."""
    where = urlsplit(address)
    connection = socket.create_connection((where.hostname, where.port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(request: bytes) -> None:
        connection.sendall(request)
        answer = connection.recv(65_536)
        while not (wanted := answer_size(answer)) or len(answer) < wanted:
            answer += connection.recv(65_536)

    return ask
