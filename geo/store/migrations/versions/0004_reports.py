"""Lifecycle, idempotency and the change log of reports.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_STATUSES = "('waiting', 'in_progress', 'resolved', 'rejected')"
# A rating left the status as the answer before it had made it: resolved.
_SET_STATUS = """
    UPDATE report_event SET status = CASE kind WHEN 'in_progress' THEN 'in_progress' WHEN 'answered' THEN 'resolved' WHEN 'rejected' THEN 'rejected'
    WHEN 'received' THEN 'waiting' WHEN 'assigned' THEN 'waiting' ELSE 'resolved' END
"""


def upgrade() -> None:
    """Apply."""
    _widen_reports()
    _widen_events()
    _keep_cities_apart()
    op.create_table(
        "idempotency_key",
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("caller", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_index(op.f("ix_idempotency_key_created_at"), "idempotency_key", ["created_at"])
    # Whoever writes, and however: followers are told once a transaction, when it commits.
    op.execute(
        "CREATE FUNCTION announce_reports() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN NOTIFY hientruong_reports; RETURN NULL; END$$"
    )
    op.execute(
        "CREATE TRIGGER announce_reports AFTER INSERT ON report_event"
        " FOR EACH STATEMENT EXECUTE FUNCTION announce_reports()"
    )


def _widen_reports() -> None:
    moment = sa.DateTime(timezone=True)
    for column in (
        sa.Column(
            "updated_at",
            moment,
            server_default=sa.text("now()"),
            nullable=False,
            comment="when its last event happened",
        ),
        sa.Column("intake_at", moment, nullable=True, comment="when the authority first did something about it"),
        sa.Column("evidence", sa.Boolean(), nullable=True, comment="whether the answer has a picture beside its text"),
        sa.Column("reopened", sa.SmallInteger(), server_default=sa.text("0"), nullable=False, comment="how often"),
    ):
        op.add_column("report", column)
    op.alter_column("report", "answered_at", comment="resolved or rejected; empty again when reopened")
    op.execute(
        "UPDATE report SET updated_at = past.last, intake_at = past.intake, evidence = past.evidence FROM ("
        " SELECT report_id, max(at) AS last, min(at) FILTER (WHERE kind NOT IN ('received', 'rated')) AS intake,"
        " bool_or(media <> '{}' AND text <> '') FILTER (WHERE kind = 'answered') AS evidence"
        " FROM report_event GROUP BY report_id) AS past WHERE past.report_id = report.id"
    )


def _widen_events() -> None:
    this_transaction = sa.text("((pg_current_xact_id())::text)::bigint")
    for column in (
        sa.Column("xact", sa.BigInteger(), server_default=this_transaction, nullable=False),
        sa.Column("before", sa.Text(), nullable=True, comment="status before the event; empty for the first"),
        sa.Column("status", sa.Text(), nullable=True, comment="status after the event"),
        sa.Column("unit_id", sa.Integer(), nullable=True, comment="of a move: the unit that the report went to"),
        sa.Column("duplicate_of", sa.Uuid(), nullable=True, comment="of a merge: the report that it went into"),
        sa.Column("satisfied", sa.Boolean(), nullable=True, comment="of a rating"),
        sa.Column(
            "lead", sa.Text(), nullable=True, comment="of an assignment or a move: the leading agency from then on"
        ),
        sa.Column("cooperating", sa.ARRAY(sa.Text()), nullable=True),
    ):
        op.add_column("report_event", column)
    op.execute(_SET_STATUS)
    op.execute(
        "UPDATE report_event SET before = past.before FROM ("
        " SELECT id, lag(status) OVER (PARTITION BY report_id ORDER BY at, id) AS before FROM report_event) AS past"
        " WHERE past.id = report_event.id"
    )
    op.alter_column("report_event", "status", nullable=False)
    op.create_check_constraint(op.f("ck_report_event_before"), "report_event", f"before IN {_STATUSES}")
    op.create_check_constraint(op.f("ck_report_event_status"), "report_event", f"status IN {_STATUSES}")
    op.drop_constraint(op.f("pk_report_event"), "report_event")
    op.create_primary_key(op.f("pk_report_event"), "report_event", ["xact", "id"])
    op.drop_index(op.f("ix_report_event_report_id_at"), "report_event")
    op.create_index(op.f("ix_report_event_report_id_id"), "report_event", ["report_id", "id"])


def _keep_cities_apart() -> None:
    """Let two cities know reports by the same id of another system."""
    op.add_column("external_reference", sa.Column("territory_id", sa.Text(), nullable=True))
    op.execute(
        "UPDATE external_reference SET territory_id = report.territory_id FROM report"
        " WHERE report.id = report_id AND report.reported_at = external_reference.reported_at"
    )
    op.alter_column("external_reference", "territory_id", nullable=False)
    _identify_references("territory_id", "channel", "external_id")


def _identify_references(*columns: str) -> None:
    op.drop_constraint(op.f("pk_external_reference"), "external_reference")
    op.create_primary_key(op.f("pk_external_reference"), "external_reference", list(columns))


def downgrade() -> None:
    """Take back."""
    # Of two cities' reports with one id, one can be known by it.
    op.execute(
        "DELETE FROM external_reference AS other USING external_reference AS kept WHERE other.channel = kept.channel"
        " AND other.external_id = kept.external_id AND other.territory_id > kept.territory_id"
    )
    _identify_references("channel", "external_id")
    op.drop_column("external_reference", "territory_id")
    op.execute("DROP TRIGGER announce_reports ON report_event")
    op.execute("DROP FUNCTION announce_reports()")
    op.drop_table("idempotency_key")
    op.drop_index(op.f("ix_report_event_report_id_id"), "report_event")
    op.create_index(op.f("ix_report_event_report_id_at"), "report_event", ["report_id", "at"])
    op.drop_constraint(op.f("pk_report_event"), "report_event")
    op.create_primary_key(op.f("pk_report_event"), "report_event", ["id"])
    for name in ("cooperating", "lead", "satisfied", "duplicate_of", "unit_id", "status", "before", "xact"):
        op.drop_column("report_event", name)
    op.alter_column("report", "answered_at", comment=None)
    for name in ("reopened", "evidence", "intake_at", "updated_at"):
        op.drop_column("report", name)
