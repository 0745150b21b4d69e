"""What is told of wards, from the rows, and what is told of cells, from the cube, are sums of the same groups."""

import datetime as dt
from collections import Counter

import numpy as np
import shapely

from geo.counting.axes import Axes
from geo.demo.reports import make_demo
from geo.privacy.groups import Groups, grouped
from geo.privacy.published import Published, publish
from geo.store.cube import read_cube
from geo.store.engine import open_engine
from geo.store.ranking import read_cases
from geo.store.reports import add_reports
from geo.units.territory import CATEGORIES, HANOI
from geo.wards.cases import Cases
from geo.wards.ranking import Period
from tests.conftest import Database

TODAY = dt.date(2026, 1, 5)
FIRST, LAST = dt.date(2024, 1, 1), dt.date(2025, 12, 31)
CODES = [category.code for category in CATEGORIES]
Group = tuple[str, str, bool, int, int, int]
"""Month, category, whether made up, cell, reports, people."""
# A hand gave some to another ward; some are not of the demo, of nobody known, or of one person.
CHANGES = """
    UPDATE report SET unit_id = (SELECT min(unit_id) FROM report) WHERE external_id LIKE 'demo-%1';
    UPDATE report SET synthetic = false WHERE external_id ~ '^demo-.*[02468]$';
    UPDATE report SET reporter = NULL WHERE external_id LIKE 'demo-%3';
    UPDATE report SET reporter = (SELECT reporter FROM report WHERE reporter IS NOT NULL ORDER BY id LIMIT 1)
    WHERE external_id LIKE 'demo-%7'
"""
MOVED = "UPDATE report SET geom = ST_SetSRID(ST_MakePoint(%s, %s), 4326) WHERE external_id = %s"


def of_rows(cases: Cases, groups: Groups) -> list[Group]:
    """The groups that ward figures are made of."""
    found = []
    for number, (cell, people) in enumerate(zip(groups.cell.tolist(), groups.people.tolist(), strict=True)):
        members = np.flatnonzero(groups.of == number)
        first = members[0]
        kind = str(cases.month[first]), CODES[cases.category[first]], bool(cases.synthetic[first])
        found.append((*kind, cell, len(members), people))
    return found


def of_cube(table: Published) -> list[Group]:
    """The groups that cells are told by."""
    months = np.datetime_as_string(table.month.astype("datetime64[M]")).tolist()
    categories = [table.categories[number] for number in table.category.tolist()]
    columns = (table.synthetic > 0, table.cell, table.count, table.people)
    return list(zip(months, categories, *(values.tolist() for values in columns), strict=True))


def test_wards_and_cells_are_told_by_the_same_groups(city_database: Database, dispatch):
    jurisdiction = dispatch.jurisdiction
    layer = jurisdiction.layer_at(TODAY)
    made = make_demo(dispatch, np.datetime64(TODAY, "ms"), n=6000)
    # On vertices that wards share, and beside them: a report up to 50 m outside of the city is the nearest ward's.
    places = np.random.default_rng(1).permutation(shapely.get_coordinates(layer.locator.polygons))[:300]
    places[::2] += [0.0003, 0]
    with city_database.transaction() as connection:
        add_reports(connection, HANOI.id, made.reports, made.course, made.events)
    with city_database.connect() as sql, sql.cursor() as cursor:
        cursor.execute(CHANGES)
        cursor.executemany(MOVED, [(*place, f"demo-{row:06d}") for row, place in enumerate(places.tolist(), 1)])
    with city_database.transaction() as connection:
        cases = Cases.joined(read_cases(connection, jurisdiction, FIRST, LAST, TODAY, by_point=True))
    engine = open_engine(city_database.url)
    axes = Axes(tuple(category.code for category in dispatch.categories), jurisdiction.layers)
    table = publish(read_cube(engine, HANOI, axes).cube, TODAY)
    engine.dispose()

    groups = grouped(cases.kind, cases.unit_id, cases.cell, cases.reporter)
    told, expected = of_rows(cases, groups), of_cube(table)
    assert Counter(told) == Counter(expected)
    assert len({cell for *_, cell, _, _ in told}) > 20
    unit_ids = sorted(unit.id for unit in layer.units)
    period = Period.public(cases, unit_ids, dispatch.calendar, np.datetime64(TODAY, "ms"))
    of_ward = Counter(dict.fromkeys(unit_ids, 0))
    for unit_id, (*_, count, _) in zip(groups.ward.tolist(), told, strict=True):
        of_ward[unit_id] += count
    of_city = of_ward.pop(0)
    assert dict(zip(unit_ids, period.wards.received.tolist(), strict=True)) == of_ward
    assert of_city > 0
    assert sum(n > 0 for n in of_ward.values()) > 20
    assert period.city.received.tolist() == [table.count.sum()]
