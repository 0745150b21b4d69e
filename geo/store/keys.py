"""API keys in the database: made, listed, revoked; what is done with them is in the audit trail."""

import datetime as dt
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from geo.access import Caller
from geo.errors import InputError, NotFoundError, RefusedError
from geo.keys import new_key
from geo.store.audit import record
from geo.store.schema import ApiKey
from geo.vocabulary import ROLES

CHANNEL = "hientruong_keys"
"""Told by the database whenever a key is made or revoked."""


@dataclass(frozen=True)
class Key:
    """What is known of a key.

    Parameters
    ----------
    id, role, unit_code, name
    created_at, created_by
        When, and by whom.
    expires_at, revoked_at : datetime, optional
        From when on it opens nothing.
    last_used_on : date, optional
        The last day, UTC, on which it was used.
    digest : bytes
        Of its secret.
    """

    id: str
    role: str
    unit_code: str | None
    name: str
    created_at: dt.datetime
    created_by: str
    expires_at: dt.datetime | None
    revoked_at: dt.datetime | None
    last_used_on: dt.date | None
    digest: bytes = field(repr=False)

    @property
    def caller(self) -> Caller:
        """Who asks by it."""
        return Caller(self.role, f"key:{self.id}", self.unit_code)

    def opens(self, now: dt.datetime) -> bool:
        """Whether it may be used."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def create_key(
    connection: Connection,
    territory: str,
    role: str,
    by: str,
    *,
    unit_code: str | None = None,
    name: str = "",
    expires_at: dt.datetime | None = None,
) -> str:
    """Make a key and give its text, which nobody can read again.

    Parameters
    ----------
    connection : Connection
    territory : str
        Id of the territory; the key opens nothing elsewhere.
    role : str
    by : str
        Who makes it, for the audit trail.
    unit_code : str, optional
        Of an officer.
    name : str
        What it is for.
    expires_at : datetime, optional

    Raises
    ------
    InputError
        There is no such role, or an officer has no unit, or another role has one.
    """
    if role not in ROLES[1:]:
        raise InputError(f"no keys are made for {role!r:.40}: choose {', '.join(ROLES[1:])}", "role")
    if (role == "officer") != (unit_code is not None):
        raise InputError("an officer needs a unit, every other role has none", "unit")
    made = new_key()
    row = {"id": made.id, "digest": made.digest, "territory_id": territory, "role": role, "unit_code": unit_code}
    connection.execute(insert(ApiKey).values(**row, name=name, created_by=by, expires_at=expires_at))
    record(connection, Caller("admin", by), f"made key:{made.id} for {role} {unit_code or ''}".rstrip())
    return made.text


def read_keys(connection: Connection, territory: str) -> list[Key]:
    """Read all keys of a territory, revoked ones too, the oldest first."""
    columns: list[Any] = [getattr(ApiKey, each.name) for each in fields(Key)]
    query = select(*columns).where(ApiKey.territory_id == territory).order_by(ApiKey.created_at, ApiKey.id)
    return [Key(**row) for row in connection.execute(query).mappings()]


def revoke_key(connection: Connection, territory: str, id: str, by: str) -> None:
    """Let a key open nothing any more, as soon as the transaction commits.

    Raises
    ------
    NotFoundError
        There is no such key.
    RefusedError
        It is revoked already.
    """
    known = {key.id: key for key in read_keys(connection, territory)}
    if id not in known:
        raise NotFoundError(f"there is no key {id!r:.40}: `hientruong keys list` names all")
    if (when := known[id].revoked_at) is not None:
        raise RefusedError(f"key {id} was revoked at {when:%Y-%m-%d %H:%M} UTC already")
    connection.execute(update(ApiKey).where(ApiKey.id == id).values(revoked_at=func.now()))
    record(connection, Caller("admin", by), f"revoked key:{id}")


def note_use(connection: Connection, key: Key, day: dt.date) -> None:
    """Write down, once for all services of a day, that a key was used."""
    unused = (ApiKey.last_used_on.is_(None)) | (ApiKey.last_used_on < day)
    if connection.execute(update(ApiKey).where(ApiKey.id == key.id, unused).values(last_used_on=day)).rowcount:
        record(connection, key.caller, "used on this day")
