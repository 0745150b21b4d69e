"""Many reports in one request: NDJSON in, NDJSON out, a line for a line; what is good is committed together."""

from http import HTTPStatus
from typing import Any, NamedTuple

import numpy as np
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api.body import parsed
from api.new_report import (
    NewReport,
    acknowledgement,
    as_json,
    duplicates_of,
    read_report,
    repeated_acknowledgement,
    submitted,
)
from api.problems import words_of
from api.service import Service
from geo.columns import utc_now
from geo.errors import InputError
from geo.reports.course import arrived
from geo.reports.intake import Admitted, admit
from geo.store import months
from geo.store.report_reading import find_by_external_ids
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


def take_batch(service: Service, body: bytes, keyed: bool) -> Taken:
    """Take a batch.

    Parameters
    ----------
    service : Service
    body : bytes
        A report a line; empty lines are passed over.
    keyed : bool
        The batch may be sent again: each line must have an external_id, by which it is known then.

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
            reports[number] = _read(line, keyed)
        except RequestValidationError as error:
            answers[number] = words_of(error)
        except InputError as error:
            answers[number] = _refusal(str(error), str(error.field))
    taken, again = _take(service, reports)
    answers |= taken
    told = b"".join(as_json({"line": number} | answers[number]) + b"\n" for number, _ in lines)
    good = sum(answer["status"] == HTTPStatus.CREATED for answer in answers.values())
    return Taken(told, good - again, again)


def _read(line: bytes, keyed: bool) -> NewReport:
    report = read_report(parsed(line))
    if keyed and report.external_id is None:
        raise InputError("in a batch with an Idempotency-Key each report needs an external_id", "external_id")
    return report


def _take(service: Service, reports: dict[int, NewReport]) -> tuple[Answers, int]:
    """Admit and write reports by the number of their line; count those that were there already."""
    numbers, now = list(reports), utc_now()
    given = submitted(list(reports.values()), now)
    dispatch = service.dispatch
    territory = dispatch.jurisdiction.territory.id
    admitted, rows, problems = admit(given, dispatch, np.full(len(numbers), now))
    answers = {numbers[problem.row]: _refusal(problem.reason, problem.field) for problem in problems}

    def write(connection: Connection) -> tuple[Any, dict[tuple[str, str], dict[str, Any]]]:
        added = add_reports(connection, territory, admitted, *arrived(admitted))
        again = np.flatnonzero(~added).tolist()
        return added, find_by_external_ids(connection, territory, [_reference(admitted, i) for i in again])

    again = 0
    if len(admitted):
        service.ask(lambda connection: months.ensure_for(connection, admitted.reported_at))
        added, known = service.ask(write)
        again = int((~added).sum())
        for i, row in enumerate(rows.tolist()):
            told = (
                acknowledgement(dispatch, admitted, i)
                if added[i]
                else repeated_acknowledgement(known[_reference(admitted, i)])
            )
            answers[numbers[row]] = {
                "status": HTTPStatus.CREATED,
                "report": told,
                "duplicates": duplicates_of(str(told["id"])),
            }
    return answers, again


def _reference(reports: Admitted, row: int) -> tuple[str, str]:
    return reports.channel[row], reports.external_id[row]


def _refusal(reason: str, field: str) -> dict[str, Any]:
    return {"status": HTTPStatus.UNPROCESSABLE_ENTITY, "detail": reason, "pointer": f"#/{field}"}
