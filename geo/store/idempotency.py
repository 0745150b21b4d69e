"""Keys that clients give their requests, so that a request sent twice is done once and answered the same."""

import datetime as dt
import hashlib
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, delete, func, insert, select

from geo.errors import InFlightError, InputError
from geo.store.schema import IdempotencyKey

KEPT = dt.timedelta(days=7)
"""How long a key is remembered."""


class Kept(NamedTuple):
    """What a key was answered before."""

    report: UUID
    answer: str


class Claim:
    """A request's hold on its key until the transaction ends: who sends the same key meanwhile is told to wait.

    Parameters
    ----------
    connection : Connection
        In the transaction that the report is written in.
    caller : str
        A key is known by its caller's name, too.
    key : str
    body : bytes
        What was sent.

    Raises
    ------
    InFlightError
        A request with this key is being worked on.
    InputError
        The key was used for another body.
    """

    def __init__(self, connection: Connection, caller: str, key: str, body: bytes) -> None:
        self._connection = connection
        self._row = {"caller": caller, "key": key, "body_sha256": hashlib.sha256(body).digest()}
        lock = func.pg_try_advisory_xact_lock(func.hashtextextended(f"{caller}\n{key}", 1022))
        if not connection.scalar(select(lock)):
            raise InFlightError("a request with this Idempotency-Key is being worked on: send it again in a second")
        connection.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < func.now() - KEPT))

    def answer(self) -> Kept | None:
        """Give what the key was answered before, None if it is new."""
        columns = (IdempotencyKey.body_sha256, IdempotencyKey.report_id, IdempotencyKey.answer)
        query = select(*columns).filter_by(caller=self._row["caller"], key=self._row["key"])
        found = self._connection.execute(query).one_or_none()
        if found is None:
            return None
        if found.body_sha256 != self._row["body_sha256"]:
            raise InputError("this Idempotency-Key was used for another body: give each report a key of its own")
        return Kept(found.report_id, found.answer)

    def keep(self, report: str, answer: str) -> None:
        """Store the answer with the report, in one transaction."""
        self._connection.execute(insert(IdempotencyKey).values(**self._row, report_id=report, answer=answer))
