"""A CSV file of reports to committed rows with every index, beside what others need for the same rows and tables."""

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import numpy as np
from geoalchemy2 import WKBElement
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.orm import Session

from geo.store.report_import import import_file
from geo.store.schema import ExternalReference, Report, ReportEvent
from geo.store.session import opened
from geo.units.territory import CATEGORIES, HANOI
from tests.bench.city import hanoi_database
from tests.bench.harness import Bar, Method, Result, Size, best_of

Rows = dict[Any, list[dict[str, Any]]]
TABLES: tuple[Any, ...] = (ExternalReference, Report, ReportEvent)
OURS, ORM, ASYNCPG = "hientruong import, from CSV", "ORM add_all", "asyncpg copy_records"
NOTE = (
    "A row is a report with its first event and its claim on its external id: three tables, six indexes, reports of a"
    " year in monthly partitions, fsync on. Ours reads the CSV, checks, locates and dates each row first; the others"
    " are given finished Python values."
)


def results(size: Size) -> Iterator[Result]:
    """Import a file; then write rows of it in the ways of others."""
    n = size.of(200_000, 40_000)
    with hanoi_database() as city, opened(city.url) as engine:
        file = city.folder / "reports.csv"
        write_csv(file, n)
        methods = [Method(OURS, best_of(3, lambda: ours(engine, file), partial(emptied, engine)) * 1e6 / n)]
        peers: dict[str, tuple[Callable[[Engine, Rows], Callable[[], object]], int]] = {
            ASYNCPG: (by_asyncpg, size.of(40_000, 20_000)),
            "psycopg COPY text": (by_copy_text, size.of(40_000, 10_000)),
            "Core executemany": (by_core, size.of(20_000, 5_000)),
            ORM: (by_orm, size.of(10_000, 3_000)),
        }
        rows = stored_rows(engine, max(count for _, count in peers.values()))
        for name, (prepare, count) in peers.items():
            work = prepare(engine, first(rows, count))
            methods.append(Method(name, best_of(3, work, partial(emptied, engine)) * 1e6 / count))
    yield Result(f"import of {n:,} reports from CSV", "µs a row", methods, [bar(methods)], NOTE)


def bar(methods: list[Method]) -> Bar:
    """50,000 rows a second or seven times the ORM; the goal is one and a half times asyncpg."""
    value = {method.name: method.value for method in methods}
    rate, times = 1e6 / value[OURS], value[ORM] / value[OURS]
    beside_asyncpg = value[ASYNCPG] / value[OURS]
    reached = f"{rate:,.0f} rows/s, {times:.3g} x ORM, {beside_asyncpg:.2g} x asyncpg"
    asked = "50,000 rows/s, or 7 x ORM add_all"
    return Bar(asked, "1.5 x asyncpg copy", reached, rate >= 50_000 or times >= 7, beside_asyncpg >= 1.5)


def write_csv(path: Path, n: int) -> None:
    """Write reports of the year 2025, scattered over the middle of the city."""
    random = np.random.default_rng(0)
    lon, lat = random.normal([105.85, 21.02], 0.03, (n, 2)).T
    when = np.datetime64("2025-01-01T00:00:00") + random.integers(0, 365 * 86_400, n).astype("timedelta64[s]")
    category = np.array([category.code for category in CATEGORIES])[random.integers(0, len(CATEGORIES), n)]
    with path.open("w", encoding="utf-8") as file:
        file.write("category,lon,lat,reported_at,external_id,accuracy_m,description,channel\n")
        file.writelines(
            f"{what},{x:.6f},{y:.6f},{at},r-{number},12.5,Rác thải đổ trộm ven đường số {number},app\n"
            for number, (what, x, y, at) in enumerate(zip(category, lon, lat, when, strict=True))
        )


def ours(engine: Engine, file: Path) -> None:
    import_file(engine, HANOI.id, file, None, file.with_name("rejects.csv"), lambda *_: None)


def emptied(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {', '.join(table.__tablename__ for table in TABLES)}"))


def stored_rows(engine: Engine, count: int) -> Rows:
    """Read some of the reports that were imported, with events and claims, in one order."""
    rows: Rows = {}
    with engine.connect() as connection:
        some = select(Report.id).order_by(Report.id).limit(count)
        for table in TABLES:
            key = Report.id if table is Report else table.report_id
            generated = ("id", "xact") if table is ReportEvent else ()
            columns = [column for column in table.__table__.columns if column.name not in generated]
            found = connection.execute(select(*columns).where(key.in_(some)).order_by(key)).mappings()
            rows[table] = [dict(row) for row in found]
    return rows


def first(rows: Rows, count: int) -> Rows:
    return {table: some[:count] for table, some in rows.items()}


def by_orm(engine: Engine, rows: Rows) -> Callable[[], None]:
    def write() -> None:
        with Session(engine) as session:
            for table in TABLES:
                session.add_all([table(**row) for row in rows[table]])
            session.commit()

    return write


def by_core(engine: Engine, rows: Rows) -> Callable[[], None]:
    def write() -> None:
        with engine.begin() as connection:
            for table in TABLES:
                connection.execute(insert(table), rows[table])

    return write


def by_copy_text(engine: Engine, rows: Rows) -> Callable[[], None]:
    records = plain(rows, lambda geometry: geometry.desc)

    def write() -> None:
        with engine.begin() as connection:
            cursor: Any = connection.connection.cursor()
            for table in TABLES:
                with cursor.copy(f"COPY {table.__tablename__} ({', '.join(rows[table][0])}) FROM STDIN") as copy:
                    for record in records[table]:
                        copy.write_row(record)

    return write


def by_asyncpg(engine: Engine, rows: Rows) -> Callable[[], None]:
    records = plain(rows, lambda geometry: bytes.fromhex(geometry.desc))
    at = {"host": engine.url.query["host"], "port": int(engine.url.query["port"])}

    async def write() -> None:
        connection = await asyncpg.connect(**at, user=engine.url.username, database=engine.url.database)
        await connection.set_type_codec("geometry", encoder=bytes, decoder=bytes, format="binary")
        async with connection.transaction():
            for table in TABLES:
                await connection.copy_records_to_table(
                    table.__tablename__, records=records[table], columns=list(rows[table][0])
                )
        await connection.close()

    return lambda: asyncio.run(write())


def plain(rows: Rows, of_geometry: Callable[[WKBElement], object]) -> dict[Any, list[list[object]]]:
    """Give the rows as lists, with their geometries as a driver takes them."""
    return {
        table: [[of_geometry(v) if isinstance(v, WKBElement) else v for v in row.values()] for row in some]
        for table, some in rows.items()
    }
