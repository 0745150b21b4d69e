"""A small folder as `hientruong export` writes one, made without a database: for examples that run."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa

from boundaries.bundled import schematic_generations
from geo.columns import Integers
from geo.dataset.columns import UNIT_COLUMNS, report_columns, words_of
from geo.dataset.content import Content
from geo.dataset.reading import FolderSource
from geo.dataset.writing import Parts, write_folder
from geo.demo.reports import Demo, make_demo
from geo.local_time import local_days
from geo.location.ellipsoid import areas_m2
from geo.lookup.dispatch import known_to_rules
from geo.reports.columns import REPORT_COLUMNS
from geo.responsibility.rules import Known, RuleSet, default_rules
from geo.store.generations import NewGeneration
from geo.units.territory import CATEGORIES, HANOI, Generation, Unit

_LEVELS = ("city", "ward")
_MADE_AT = dt.datetime(2026, 7, 1, tzinfo=HANOI.zone)


def write_example(path: Path, reports: int = 3000) -> Path:
    """Write demo reports of Hanoi's schematic wards. The folder is there without reports first: they need its wards."""
    given = [each for each in schematic_generations("examples") if each.level in _LEVELS]
    frames = {number: _units(new, 1000 * number) for number, new in enumerate(given, start=1)}
    content = _content(tuple(_generation(number, new) for number, new in enumerate(given, start=1)))
    no_rules = RuleSet((), Known(frozenset(), frozenset()))
    write_folder(path, content, Parts(no_rules, lambda each: frames[each.id], lambda *_: ()))
    dispatch = FolderSource(path).dispatch()
    dispatch = replace(dispatch, rules=default_rules(known_to_rules(dispatch.jurisdiction, CATEGORIES)))
    demo = make_demo(dispatch, np.datetime64("2026-06-30T17:00", "ms"), n=reports)
    rows = partial(
        _rows, _table(demo, dispatch.jurisdiction.units), local_days(demo.reports.reported_at, HANOI.time_zone)
    )
    write_folder(path, content, Parts(dispatch.rules, lambda each: frames[each.id], rows), replaces=True)
    return path


def _units(new: NewGeneration, before: int) -> gpd.GeoDataFrame:
    """Number the units of a generation, the first one after a number."""
    ids = np.arange(1, len(new.units) + 1) + before
    area = areas_m2(new.units.geometry.to_numpy())
    return new.units.assign(unit_id=ids, parent_id=0, level=new.level, area_m2=area)[list(UNIT_COLUMNS)]


def _generation(number: int, new: NewGeneration) -> Generation:
    period = {"valid_from": new.valid_from, "valid_to": new.valid_to}
    told = {name: getattr(new, name) for name in ("level", "schematic", "source", "licence", "checksum", "loaded_by")}
    return Generation(
        id=number, territory=HANOI.id, state="active", units=len(new.units), loaded_at=_MADE_AT, **period, **told
    )


def _content(generations: tuple[Generation, ...]) -> Content:
    return Content(
        territory=HANOI,
        categories=CATEGORIES,
        categories_left_out=(),
        generations=generations,
        first=dt.date(2024, 6, 1),
        last=dt.date(2026, 6, 30),
        days_left_out=False,
        role="analyst",
        unit=None,
        reporters=True,
        made_at=_MADE_AT,
        made_by="an example",
        licence=None,
        reports=0,
        synthetic=0,
        months={},
        left_out=(),
        columns={"reports": words_of(report_columns(reporters=True)), "units": words_of(UNIT_COLUMNS)},
    )


def _rows(table: pa.Table, days: Any, first: dt.date, last: dt.date) -> Iterator[pa.Table]:
    chosen = table.filter(pa.array((days >= np.datetime64(first)) & (days <= np.datetime64(last))))
    if len(chosen):
        yield chosen


def _table(demo: Demo, units: Mapping[int, Unit]) -> pa.Table:
    """Lay demo reports out as the database gives them."""
    reports, course = demo.reports, demo.course
    columns: dict[str, Any] = {"reopened": 0, "duplicate_of": None} | _names(units, reports.unit_id)
    for part in (course, reports):
        columns |= {name: values for name, values in vars(part).items() if name in REPORT_COLUMNS}
    columns["id"] = [str(id) for id in reports.id]
    frame = pd.DataFrame(columns)
    arrays = {name: pa.array(frame[name], REPORT_COLUMNS[name].kind, from_pandas=True) for name in REPORT_COLUMNS}
    places = {name: pa.array(getattr(reports, name)) for name in ("lon", "lat", "unit_id", "generation_id")}
    return pa.table(arrays | places | {"reporter": pa.array(reports.reporter, pa.binary())})


def _names(units: Mapping[int, Unit], unit_id: Integers) -> dict[str, list[str]]:
    found = [units[id] for id in unit_id.tolist()]
    return {
        "unit_code": [unit.code for unit in found],
        "unit_name": [unit.name for unit in found],
        "unit_name_en": [unit.name_en for unit in found],
    }
