"""Many reports in one request: NDJSON in, NDJSON out, a line for a line; what is good is committed together."""

import datetime as dt
from http import HTTPStatus
from typing import Any, NamedTuple

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api.body import parsed
from api.new_report import (
    NewReport,
    acknowledgement,
    as_json,
    duplicates_of,
    read_report,
    reference_of,
    repeated_acknowledgement,
    submitted,
)
from api.problems import words_of
from api.service import Service
from geo.columns import Truths
from geo.errors import InputError
from geo.reports.course import arrived
from geo.reports.intake import admit
from geo.reports.rows import columns_of, moments_of, row_of, to_millisecond
from geo.store import months
from geo.store.report_reading import Reference, find_by_external_ids
from geo.store.reports import add_reports
from geo.store.session import Connection

MAX_BATCH_BYTES = 16 * 1024 * 1024
MAX_BATCH_LINES = 10_000

Answers = dict[int, dict[str, Any]]


class Taken(NamedTuple):
    """What became of a batch: the lines of the answer, and how many reports were new or there already."""

    lines: bytes
    new: int
    again: int


def take_batch(service: Service, body: bytes) -> Taken:
    """Take a batch.

    Parameters
    ----------
    service : Service
    body : bytes
        A report a line; empty lines are passed over. A line that has an external_id may be sent again.

    Returns
    -------
    Taken
        Of each line, in order: its number, a status, and the acknowledgement or what is wrong with it.

    Raises
    ------
    HTTPException
        413, if there are too many lines; nothing is taken then.
    """
    lines = [(number, line) for number, line in enumerate(body.split(b"\n"), start=1) if line.strip()]
    if len(lines) > MAX_BATCH_LINES:
        raise HTTPException(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"{len(lines):,} lines are more than the {MAX_BATCH_LINES:,} allowed at once",
        )
    answers: Answers = {}
    reports: dict[int, NewReport] = {}
    for number, line in lines:
        try:
            reports[number] = read_report(parsed(line))
        except RequestValidationError as error:
            answers[number] = words_of(error)
        except InputError as error:
            answers[number] = _refusal(str(error), str(error.field))
    taken, again = _take(service, reports)
    answers |= taken
    told = b"".join(as_json({"line": number} | answers[number]) + b"\n" for number, _ in lines)
    good = sum(answer["status"] == HTTPStatus.CREATED for answer in answers.values())
    return Taken(told, good - again, again)


def _take(service: Service, reports: dict[int, NewReport]) -> tuple[Answers, int]:
    """Admit and write reports by the number of their line; count those that were there already.

    A line that can't be taken now but was before is answered as then: categories and boundaries change.
    """
    numbers, now = list(reports), to_millisecond(dt.datetime.now(dt.UTC))
    dispatch = service.dispatch
    given = columns_of([submitted(report, now) for report in reports.values()])
    admitted, rows, problems = admit(given, dispatch, moments_of([now] * len(numbers)))
    taken = [numbers[row] for row in rows.tolist()]
    refused = {numbers[problem.row]: _refusal(problem.reason, problem.field) for problem in problems}

    def write(connection: Connection) -> tuple[Truths, dict[Reference, dict[str, Any]]]:
        added = add_reports(connection, service.territory, admitted, *arrived(admitted))
        others = [*(number for number, is_new in zip(taken, added, strict=True) if not is_new), *refused]
        references = {reference for number in others if (reference := reference_of(reports[number])) is not None}
        return added, find_by_external_ids(connection, service.territory, list(references)) if references else {}

    if len(admitted):
        service.ask(lambda connection: months.ensure_for(connection, admitted.reported_at))
    added, known = service.ask(write)
    new = {number: _taken(acknowledgement(dispatch, row_of(admitted, i))) for i, number in enumerate(taken) if added[i]}
    again = {
        number: _taken(repeated_acknowledgement(known[reference]))
        for number in reports.keys() - new.keys()
        if (reference := reference_of(reports[number])) in known
    }
    return refused | new | again, len(again)


def _taken(report: dict[str, Any]) -> dict[str, Any]:
    return {"status": HTTPStatus.CREATED, "report": report, "duplicates": duplicates_of(str(report["id"]))}


def _refusal(reason: str, field: str) -> dict[str, Any]:
    return {"status": HTTPStatus.UNPROCESSABLE_ENTITY, "detail": reason, "pointer": f"#/{field}"}
