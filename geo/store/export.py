"""Reports of a period out of the database into a folder, as one moment saw them, without what a role may not see."""

import datetime as dt
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import ColumnElement, Connection, Engine, LargeBinary, Text, exists, func, literal, or_, select

from geo.access import PUBLIC, SEES_REPORTS, Caller
from geo.counting.axes import Axes
from geo.counting.period import period_of
from geo.dataset.columns import COUNT_COLUMNS, UNIT_COLUMNS, report_columns, words_of
from geo.dataset.content import Content
from geo.dataset.counts import counts_table
from geo.dataset.writing import Advance, Parts, Rows, write_folder
from geo.errors import ForbiddenError, InputError, NotFoundError
from geo.lookup.dispatch import Dispatch
from geo.privacy.published import publish
from geo.reports.columns import REPORT_COLUMNS
from geo.session.source import Selection
from geo.store.audit import record
from geo.store.columns_out import read_tables
from geo.store.cube import read_cube
from geo.store.generations import list_generations
from geo.store.jurisdictions import read_dispatch
from geo.store.report_rows import as_reports, select_rows
from geo.store.row_security import act_as_officer
from geo.store.schema import Report
from geo.store.session import explained
from geo.store.unit_frames import read_boundaries
from geo.units.territory import Territory, Unit
from geo.wards.ranking import public_period

MAY_TELL_PEOPLE_APART = ("analyst", "admin")
"""Roles whose folders may say which reports are of the same person, if it is asked for."""

_CODE_BYTES = 16
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Wish:
    """What is to be exported.

    Parameters
    ----------
    role : str
        Of those who will have the folder. The public gets counts of groups of five people and more, all others reports.
    unit : str, optional
        Of an officer: code of the unit of today whose reports alone are written.
    first, last : date, optional
        Local days, both included; from the first report to today if not given.
    categories : tuple of str, optional
        All if not given.
    reporters : bool
        Whether reports of the same person can be told: by a code made for this folder alone, which leads to nobody.
    licence : str, optional
        What the operator allows who gets it.

    Raises
    ------
    InputError, ForbiddenError
        These don't go together.
    """

    role: str = "analyst"
    unit: str | None = None
    first: dt.date | None = None
    last: dt.date | None = None
    categories: tuple[str, ...] | None = None
    reporters: bool = False
    licence: str | None = None

    def __post_init__(self) -> None:
        """Refuse what does not go together."""
        if self.role not in (PUBLIC.role, *SEES_REPORTS):
            known = ", ".join((PUBLIC.role, *SEES_REPORTS))
            raise InputError(f"unknown role {self.role!r:.40}: use one of {known}", "role")
        if (self.role == "officer") != (self.unit is not None):
            raise InputError("an officer's export, and no other, is of one unit: give unit", "unit")
        if self.reporters and self.role not in MAY_TELL_PEOPLE_APART:
            may = " and ".join(MAY_TELL_PEOPLE_APART)
            raise ForbiddenError(f"only {may} may be given reports by person, not {self.role}")


def export_reports(
    engine: Engine,
    territory: str,
    path: Path,
    wish: Wish,
    by: str,
    *,
    replaces: bool = False,
    advance: Advance = lambda *_: None,
) -> Content:
    """Write a folder that `geo.connect` reads, in constant memory; the audit trail says that it was done.

    Parameters
    ----------
    engine : Engine
    territory : str
        Id of a territory.
    path : Path
        The folder; its parent must be there.
    wish : Wish
    by : str
        Who exports, for the audit trail.
    replaces : bool
        Whether it may take the place of another folder that was exported.
    advance : callable
        Told how many months of how many are done.

    Returns
    -------
    Content
        What was written.

    Raises
    ------
    InputError, NotFoundError
        A category, unit, day or territory is not there.
    FileError
        Something is there that may not be replaced, or the folder can't be written.
    """
    with explained(), engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        dispatch = read_dispatch(connection, territory)
        content = _content(connection, dispatch, wish)
        units = {each.id: read_boundaries(connection, each.id) for each in content.generations}
        record(connection, Caller(wish.role, by), f"exported {content.first} to {content.last}")
        if wish.unit is not None:
            act_as_officer(connection, _unit(dispatch, wish.unit).id)
        rows = _counting(engine, dispatch, content) if wish.role == PUBLIC.role else _reading(connection, content)
        parts = Parts(dispatch.rules, lambda generation: units[generation.id], rows)
        written = write_folder(path, content, parts, replaces=replaces, advance=advance)
        connection.commit()
    return written


def _content(connection: Connection, dispatch: Dispatch, wish: Wish) -> Content:
    """Say what is going to be written."""
    territory = dispatch.jurisdiction.territory
    every = tuple(category.code for category in dispatch.categories)
    active = [each for each in list_generations(connection, territory.id) if each.state == "active"]
    first = wish.first or _first_day(connection, territory)
    public = wish.role == PUBLIC.role
    if public:
        first, last = public_period(territory, wish.first or first.replace(day=1), wish.last)
    else:
        first, last = period_of(territory, first, wish.last)
    chosen = every if wish.categories is None else wish.categories
    reports = COUNT_COLUMNS if public else report_columns(reporters=wish.reporters)
    return Content(
        territory=territory,
        categories=tuple(dispatch.category(code) for code in chosen),
        categories_left_out=tuple(code for code in every if code not in chosen),
        generations=tuple(replace(each, loaded_by="") for each in active),  # a login name
        first=first,
        last=last,
        days_left_out=_has_others(connection, territory, first, last),
        role=wish.role,
        unit=wish.unit,
        reporters=wish.reporters,
        made_at=connection.execute(select(func.transaction_timestamp())).scalar_one(),
        made_by=f"hientruong {version('hientruong')}",
        licence=wish.licence,
        reports=0,
        synthetic=0,
        months={},
        left_out=tuple(_left_out(wish)),
        columns={"counts" if public else "reports": words_of(reports), "units": words_of(UNIT_COLUMNS)},
    )


def _left_out(wish: Wish) -> Iterator[str]:
    if wish.role == PUBLIC.role:
        yield "single reports, and counts of fewer than five people"
    else:
        yield "what happened to each report: only how it stands"
        if not wish.reporters:
            yield "which reports are of the same person"
    if wish.categories is not None:
        yield f"reports of other categories than {', '.join(wish.categories)}"
    if wish.unit is not None:
        yield f"reports of other units than {wish.unit}"


def _first_day(connection: Connection, territory: Territory) -> dt.date:
    """Give the local day of the first report; today if there is none."""
    first = connection.scalar(select(func.min(Report.reported_at)).where(Report.territory_id == territory.id))
    return territory.today() if first is None else first.astimezone(territory.zone).date()


def _has_others(connection: Connection, territory: Territory, first: dt.date, last: dt.date) -> bool:
    """Tell whether there are reports before or after some local days."""
    begin, end = (dt.datetime.combine(day, dt.time(), territory.zone) for day in (first, last + _DAY))
    others = or_(Report.reported_at < begin, Report.reported_at >= end)
    return bool(connection.scalar(select(exists().where(Report.territory_id == territory.id, others))))


def _unit(dispatch: Dispatch, code: str) -> Unit:
    jurisdiction = dispatch.jurisdiction
    unit = jurisdiction.layer_at(jurisdiction.territory.today()).unit_with(code)
    if unit is None:
        raise NotFoundError(f"no unit of today has the code {code!r:.40}: see `hientruong boundaries list`")
    return unit


def _counting(engine: Engine, dispatch: Dispatch, content: Content) -> pa.Table:
    """Count what everybody may see."""
    territory = content.territory
    axes = Axes(tuple(category.code for category in dispatch.categories), dispatch.jurisdiction.layers)
    return counts_table(publish(read_cube(engine, territory, axes).cube, territory.today()), content)


def _reading(connection: Connection, content: Content) -> Rows:
    """Make what reads the reports from one day to another, in the order of time."""
    categories, salt = tuple(category.code for category in content.categories), secrets.token_bytes(_CODE_BYTES)

    def read(first: dt.date, last: dt.date) -> Iterator[pa.Table]:
        query = select_rows(content.territory, Selection(first, last, categories), tuple(REPORT_COLUMNS))
        if content.reporters:
            query = query.add_columns(_code(salt))
        for table in read_tables(connection, query.order_by(Report.reported_at, Report.id)):
            yield _with_codes(as_reports(table))

    return read


def _code(salt: bytes) -> ColumnElement[str]:
    """Give a person another name, which leads to nobody without the salt, and that is kept nowhere."""
    digest = func.sha256(literal(salt, LargeBinary).op("||")(Report.reporter))
    return func.encode(func.substr(digest, 1, _CODE_BYTES), "hex", type_=Text).label("reporter")


def _with_codes(rows: pa.Table) -> pa.Table:
    """Give the codes of people, which come as hexadecimal text, as bytes."""
    if "reporter" not in rows.column_names:
        return rows
    texts = rows["reporter"].combine_chunks()
    codes = bytes.fromhex("".join(texts.fill_null("00" * _CODE_BYTES).to_pylist()))
    found = pa.FixedSizeBinaryArray.from_buffers(pa.binary(_CODE_BYTES), len(texts), [None, pa.py_buffer(codes)])
    known = pc.if_else(texts.is_valid(), found, pa.scalar(None, pa.binary(_CODE_BYTES)))
    return rows.set_column(rows.column_names.index("reporter"), "reporter", known.cast(pa.binary()))
