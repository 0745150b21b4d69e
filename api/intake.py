"""One report: checked, located, ruled and dated, committed, and only then acknowledged, by whichever door it comes."""

import datetime as dt
from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

from starlette.concurrency import run_in_threadpool

from api.new_report import (
    NewReport,
    acknowledgement,
    as_json,
    reference_of,
    repeated_acknowledgement,
    submitted,
)
from api.service import Service
from geo.access import Caller
from geo.errors import InputError
from geo.lookup.dispatch import Dispatch
from geo.reports.intake_of_one import admit_one
from geo.reports.rows import AdmittedOne, to_millisecond
from geo.store.idempotency import Claim, Keyed
from geo.store.report_intake import NoMonthError, add_report, make_month
from geo.store.report_reading import Reference, find_by_external_ids
from geo.store.session import Connection

Also = Callable[[Connection, UUID], None]


class Answer(NamedTuple):
    """What a report was answered, now or when it was sent before."""

    body: bytes
    id: str
    repeated: bool


async def take_new(service: Service, caller: Caller, report: NewReport, body: bytes, key: str | None) -> Answer:
    """Take a report that is new by one statement and without a thread; all others by `take_report`, as it says."""

    async def otherwise() -> Answer:
        return await run_in_threadpool(take_report, service, caller, report, body, key)

    dispatch = service.dispatch
    try:
        admitted = _admit(dispatch, report)
    except InputError:
        return await otherwise()
    answer = _first_answer(dispatch, admitted)
    keyed = None if key is None else Keyed(caller.name, key, body, answer.body.decode())
    try:
        added = await service.writer.add(service.territory, admitted, keyed)
    except NoMonthError:
        added = False
    return answer if added else await otherwise()


def take_report(
    service: Service, caller: Caller, report: NewReport, body: bytes, key: str | None, also: Also | None = None
) -> Answer:
    """Check a report and write it, or find what it repeats.

    Parameters
    ----------
    service : Service
    caller : Caller
    report : NewReport
    body : bytes
        What was sent; the same key must always come with the same.
    key : str, optional
        Idempotency-Key.
    also : callable, optional
        Writes what belongs to a new report, in the transaction that writes the report.

    Returns
    -------
    Answer

    Raises
    ------
    InputError
        The report can't be taken, and was not taken before; CoordinateError, if that is because of its place.
    InFlightError
        A request with this key is being worked on.
    """
    dispatch = service.dispatch
    try:
        admitted = _admit(dispatch, report)
    except InputError:
        if (before := find_answer(service, caller, body, key, reference_of(report))) is None:
            raise
        return before

    def write(connection: Connection) -> Answer:
        if key is None:
            return _write(connection, dispatch, admitted, also)
        claim = Claim(connection, caller.name, key, body)
        if (before := _kept(claim)) is not None:
            return before
        answer = _write(connection, dispatch, admitted, also)
        claim.keep(answer.id, answer.body.decode())
        return answer

    ask = service.ask_at_once if key is None and also is None else service.ask
    try:
        return ask(write)
    except NoMonthError:
        service.ask(lambda connection: make_month(connection, admitted))
        return ask(write)


def find_answer(
    service: Service, caller: Caller, body: bytes, key: str | None, reference: Reference | None
) -> Answer | None:
    """Find what was answered when a report that can't be taken now was taken: categories and boundaries change.

    It is looked for only then, so that no new report waits for it.

    Parameters
    ----------
    service : Service
    caller : Caller
    body : bytes
    key : str, optional
    reference : (channel, external_id), optional
        Without a key and a reference nothing is known again.

    Returns
    -------
    Answer, or None if it is new
    """

    def find(connection: Connection) -> Answer | None:
        before = None if key is None else _kept(Claim(connection, caller.name, key, body))
        if before is not None or reference is None:
            return before
        known = find_by_external_ids(connection, service.territory, [reference])
        return None if reference not in known else _repeated(known[reference])

    return None if key is None and reference is None else service.ask(find)


def _kept(claim: Claim) -> Answer | None:
    known = claim.answer()
    return None if known is None else Answer(known.answer.encode(), str(known.report), True)


def _admit(dispatch: Dispatch, report: NewReport) -> AdmittedOne:
    now = to_millisecond(dt.datetime.now(dt.UTC))
    return admit_one(submitted(report, now), dispatch, now)


def _write(connection: Connection, dispatch: Dispatch, admitted: AdmittedOne, also: Also | None) -> Answer:
    territory = dispatch.jurisdiction.territory.id
    if add_report(connection, territory, admitted):
        if also is not None:
            also(connection, admitted.id)
        return _first_answer(dispatch, admitted)
    reference = admitted.channel, str(admitted.external_id)
    [stored] = find_by_external_ids(connection, territory, [reference]).values()
    return _repeated(stored)


def _first_answer(dispatch: Dispatch, admitted: AdmittedOne) -> Answer:
    told = acknowledgement(dispatch, admitted)
    return Answer(as_json(told), str(told["id"]), False)


def _repeated(stored: dict[str, Any]) -> Answer:
    return Answer(as_json(repeated_acknowledgement(stored)), str(stored["id"]), True)
