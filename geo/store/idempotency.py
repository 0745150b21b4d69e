"""Keys that clients give their requests, so that a request sent twice is done once and answered the same."""

import datetime as dt
import hashlib
from typing import Any, NamedTuple
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


class Keyed(NamedTuple):
    """A request with a key, and what it is to be answered.

    Parameters
    ----------
    caller : str
        A key is known by its caller's name, too.
    key : str
    body : bytes
        What was sent.
    answer : str
    """

    caller: str
    key: str
    body: bytes
    answer: str

    def parameters(self) -> dict[str, Any]:
        """Give what stands for the parameters of `FREE` and `KEEP`."""
        sent = hashlib.sha256(self.body).digest()
        return {"caller": self.caller, "key": self.key, "body_sha256": sent, "answer": self.answer}


_SEED = 1022
FREE = f"""
    SELECT WHERE pg_try_advisory_xact_lock(hashtextextended(%(caller)s::text || chr(10) || %(key)s::text, {_SEED}))
        AND NOT EXISTS (SELECT FROM idempotency_key WHERE caller = %(caller)s::text AND key = %(key)s::text)
"""  # noqa: S608  (a number of ours)
"""A row if a key is new and nobody works on it; nobody else may then, as with a `Claim`."""

KEEP = f"""
    old AS (
        DELETE FROM idempotency_key WHERE created_at < now() - interval '{KEPT.days} days'
    ), kept AS (
        INSERT INTO idempotency_key (caller, key, body_sha256, report_id, answer)
        SELECT %(caller)s::text, %(key)s::text, %(body_sha256)s::bytea, %(id)s::uuid, %(answer)s::text FROM fresh
    )
"""  # noqa: S608  (a number of ours)
"""Keep the answer to the report ``id`` if it is ``fresh``, and forget keys that are old."""


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
        lock = func.pg_try_advisory_xact_lock(func.hashtextextended(f"{caller}\n{key}", _SEED))
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
