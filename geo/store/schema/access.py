"""Keys of those who ask, and the trail of what they were shown."""

import datetime as dt
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from geo.store.schema.base import Base, one_of
from geo.vocabulary import ROLES


class ApiKey(Base):
    """A key of one territory; a revoked one stays in the list."""

    __tablename__ = "api_key"
    __table_args__ = (
        one_of("role", ROLES[1:]),
        CheckConstraint("(role = 'officer') = (unit_code IS NOT NULL)", name="unit"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(comment="SHA-256 of the secret part, which is kept nowhere")
    territory_id: Mapped[str] = mapped_column(ForeignKey("territory.id"))
    role: Mapped[str]
    unit_code: Mapped[str | None] = mapped_column(comment="of an officer: the unit of today that has this code")
    name: Mapped[str] = mapped_column(comment="what the key is for; not a person")
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    created_by: Mapped[str]
    expires_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]
    last_used_on: Mapped[dt.date | None]


class Audit(Base):
    """Who was shown which report, and which key was made, used or revoked: append-only, a trigger sees to it."""

    __tablename__ = "audit"
    __table_args__ = (Index(None, "report_id"), Index(None, "at", postgresql_using="brin"))

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(server_default=func.clock_timestamp())
    caller: Mapped[str]
    role: Mapped[str]
    what: Mapped[str]
    report_id: Mapped[UUID | None]
