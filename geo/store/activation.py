"""The life of a generation: written as a draft, put into force, retired; each step within the caller's transaction.

A draft answers nothing. What is active answers for its period, and no two active periods of a level share a day: the
database refuses it, however many load at once. What is retired stays readable.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from geo.errors import RefusedError
from geo.store.follow import announce
from geo.store.generation_units import keep_identities, put_units, take_over_names
from geo.store.generations import NewGeneration, find_active, find_generation, list_generations, period_words
from geo.store.jurisdictions import read_dispatch
from geo.store.moves import has_moves, move_open_reports
from geo.store.schema import Generation
from geo.store.territories import read_territory
from geo.units import territory as values

_EXCLUSION_VIOLATION = "23P01"


@dataclass(frozen=True)
class Outcome:
    """What became of generations.

    Parameters
    ----------
    generation : Generation
        The one that the step was about, as it is afterwards.
    retired : Generation or None
        The one that was retired to make room.
    ended : Generation or None
        The one whose open period ends where this one begins.
    reopened : Generation or None
        The one whose period has no end again, or the end of the one that was retired.
    moved : int
        Open reports that went to another unit.
    """

    generation: values.Generation
    retired: values.Generation | None = None
    ended: values.Generation | None = None
    reopened: values.Generation | None = None
    moved: int = 0


def add_generation(
    connection: Connection,
    territory: str,
    new: NewGeneration,
    *,
    replace: int | None = None,
    end: int | None = None,
    today: dt.date | None = None,
) -> Outcome:
    """Write a generation and put it into force.

    Parameters
    ----------
    connection : Connection
        Nothing is seen by others before its transaction commits.
    territory : str
        Id of the territory.
    new : NewGeneration
        What to write.
    replace, end, today
        See `activate`.

    Raises
    ------
    RefusedError
        If the period shares a day with that of another active generation of the level.
    """
    retired, _ = _make_room(connection, territory, new, replace, end, today)
    id = _write(connection, territory, new, beside=None if retired is None else retired.id, replace=replace)
    return activate(connection, territory, id, end=end, today=today)


def add_draft(
    connection: Connection, territory: str, new: NewGeneration, replace: int | None = None
) -> values.Generation:
    """Write a generation that answers nothing until it is put into force; its period may be that of another.

    Parameters
    ----------
    connection : Connection
    territory : str
    new : NewGeneration
    replace : int, optional
        An active generation of the same level and period: it is retired when the draft is activated.

    Raises
    ------
    RefusedError
        If that one can't be replaced.
    """
    if replace is not None:
        _replaceable(find_generation(connection, territory, replace), new)
    active = find_active(connection, territory, new.level, new.valid_from, new.valid_to)
    beside = next((old.id for old in active if _same_period(old, new)), None)
    return find_generation(connection, territory, _write(connection, territory, new, beside=beside, replace=replace))


def activate(
    connection: Connection,
    territory: str,
    id: int,
    *,
    replace: int | None = None,
    end: int | None = None,
    today: dt.date | None = None,
) -> Outcome:
    """Put a draft into force, and move the open reports to its units if its period has begun.

    Parameters
    ----------
    connection : Connection
        Every process that answers is told when its transaction commits.
    territory : str
    id : int
        The draft.
    replace : int, optional
        An active generation of the same level and period, which is retired; by default the one that was named when
        the draft was written. A schematic one gives way unasked.
    end : int, optional
        An active generation without an end, which then ends where the draft begins, although that day has passed. If
        it is still to come, such a generation ends unasked.
    today : date, optional
        Local date; the territory's own if not given.

    Raises
    ------
    NotFoundError
        If there is no such generation.
    RefusedError
        If it is not a draft, or its period shares a day with that of another active generation of the level.
    """
    draft = find_generation(connection, territory, id)
    if draft.state != "draft":
        raise RefusedError(f"generation {id} is {draft.state}: only a draft can be activated")
    today = today or read_territory(connection, territory).today()
    replace = draft.replaces_id if replace is None else replace
    retired, ended = _make_room(connection, territory, draft, replace, end, today)
    if retired is not None:
        _change(connection, retired, state="retired")
    if ended is not None:
        _change(connection, ended, valid_to=draft.valid_from, ended_by_id=id)
    try:
        with connection.begin_nested():
            _change(connection, draft, state="active", replaces_id=replace)
    except IntegrityError as error:
        if getattr(error.orig, "sqlstate", None) != _EXCLUSION_VIOLATION:
            raise
        found = find_active(connection, territory, draft.level, draft.valid_from, draft.valid_to)
        raise _overlap(draft, found) from None
    if retired is not None:
        keep_identities(connection, id, retired.id)
        connection.execute(update(Generation).where(Generation.ended_by_id == retired.id).values(ended_by_id=id))
    take_over_names(connection, id)
    announce(connection)
    moved = _move(connection, territory, draft.level, today)
    return Outcome(find_generation(connection, territory, id), retired, ended, moved=moved)


def retire(connection: Connection, territory: str, id: int, *, today: dt.date | None = None) -> Outcome:
    """Take a generation out of force, or put a draft away; it stays readable.

    A generation that ended because of this one takes its period back.

    Raises
    ------
    NotFoundError
        If there is no such generation.
    RefusedError
        If it is retired already, or no wards would be left in force.
    """
    old = find_generation(connection, territory, id)
    if old.state == "retired":
        raise RefusedError(f"generation {id} is retired already")
    wards = [each.id for each in list_generations(connection, territory, "ward") if each.state == "active"]
    if wards == [id]:
        raise RefusedError(
            f"generation {id} has the only wards in force of {territory!r}: load others in its place with"
            f" `hientruong boundaries load FILE --replace {id}`"
        )
    _change(connection, old, state="retired")
    its_end = select(Generation.ended_by_id).where(Generation.id == id).scalar_subquery()
    open_again = connection.scalar(
        update(Generation)
        .where(Generation.ended_by_id == id, Generation.state == "active")
        .values(valid_to=old.valid_to, ended_by_id=its_end)
        .returning(Generation.id)
    )
    announce(connection)
    moved = _move(connection, territory, old.level, today or read_territory(connection, territory).today())
    return Outcome(
        find_generation(connection, territory, id),
        reopened=None if open_again is None else find_generation(connection, territory, open_again),
        moved=moved,
    )


def _write(
    connection: Connection, territory: str, new: NewGeneration, *, beside: int | None, replace: int | None
) -> int:
    """Write a generation as a draft, with its units; `beside` is one of the same period."""
    row = insert(Generation).values(
        territory_id=territory,
        level=new.level,
        valid_from=new.valid_from,
        valid_to=new.valid_to,
        replaces_id=replace,
        state="draft",
        schematic=new.schematic,
        source=new.source,
        licence=new.licence,
        checksum=new.checksum,
        checks=dict(new.checks),
        loaded_by=new.loaded_by,
    )
    id = connection.execute(row.returning(Generation.id)).scalar_one()
    put_units(connection, territory, new, id, beside=beside)
    return id


def _make_room(
    connection: Connection,
    territory: str,
    wanted: NewGeneration | values.Generation,
    replace: int | None,
    end: int | None,
    today: dt.date | None,
) -> tuple[values.Generation | None, values.Generation | None]:
    """Find the generation that must be retired, and the one that must end, for a period to be free."""
    if replace is not None:
        return _replaceable(find_generation(connection, territory, replace), wanted), None
    found = find_active(connection, territory, wanted.level, wanted.valid_from, wanted.valid_to)
    if not found:
        return None, None
    old, *others = found
    if not others and _same_period(old, wanted) and old.schematic and not wanted.schematic:
        return old, None
    today = today or read_territory(connection, territory).today()
    if not others and _open_before(old, wanted) and (wanted.valid_from >= today or old.id == end):
        return None, old
    raise _overlap(wanted, found)


def _replaceable(old: values.Generation, wanted: NewGeneration | values.Generation) -> values.Generation:
    if old.state != "active":
        raise RefusedError(f"generation {old.id} is {old.state}: only an active one can be replaced")
    if old.level != wanted.level:
        raise RefusedError(
            f"generation {old.id} has units of level {old.level}: it can't be replaced by level {wanted.level}"
        )
    if not _same_period(old, wanted):
        raise RefusedError(
            f"generation {old.id} is in force {period_words(old.valid_from, old.valid_to)}: what replaces it has the"
            f" same period, not {period_words(wanted.valid_from, wanted.valid_to)}"
        )
    return old


def _same_period(old: values.Generation, wanted: NewGeneration | values.Generation) -> bool:
    return (old.valid_from, old.valid_to) == (wanted.valid_from, wanted.valid_to)


def _open_before(old: values.Generation, wanted: NewGeneration | values.Generation) -> bool:
    return old.valid_to is None and wanted.valid_to is None and old.valid_from < wanted.valid_from


def _overlap(wanted: NewGeneration | values.Generation, found: Sequence[values.Generation]) -> RefusedError:
    """Say with what a period shares days, and what can be done."""
    named = "; ".join(f"generation {g.id} ({period_words(g.valid_from, g.valid_to)}, {g.source})" for g in found)
    advice = "give a period that overlaps none"
    if len(found) == 1 and _same_period(found[0], wanted):
        advice += f", or --replace {found[0].id} if this is a corrected survey of the same period"
    elif len(found) == 1 and _open_before(found[0], wanted):
        advice += f", or --end {found[0].id} if that one ended when this one began"
    return RefusedError(f"the period {period_words(wanted.valid_from, wanted.valid_to)} overlaps {named}: {advice}")


def _change(connection: Connection, generation: values.Generation, **changes: object) -> None:
    """Change a row that is still as it was read; somebody may have been faster."""
    unchanged = (Generation.state == generation.state, Generation.valid_to.is_not_distinct_from(generation.valid_to))
    query = update(Generation).where(Generation.id == generation.id, *unchanged).values(**changes)
    if connection.scalar(query.returning(Generation.id)) is None:
        raise RefusedError(f"generation {generation.id} was changed by somebody else meanwhile: look again and repeat")


def _move(connection: Connection, territory: str, level: str, today: dt.date) -> int:
    """Move the open reports into the wards of today, within the caller's transaction."""
    if level != "ward" or not has_moves(connection, territory, today):
        return 0
    return move_open_reports(lambda step: step(connection), read_dispatch(connection, territory), today)
