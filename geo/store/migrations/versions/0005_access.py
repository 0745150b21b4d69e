"""Keys, roles and row-level security.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

from geo.errors import SetupError

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_READABLE = "territory, unit, generation, boundary, category, rule_set, rule, report, report_event"
_UNIT = "nullif(current_setting('hientruong.unit_id', true), '')::int"
_OWN_REPORT = (
    "EXISTS (SELECT FROM report r WHERE r.id = report_event.report_id AND r.reported_at = report_event.reported_at)"
)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "api_key",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column(
            "digest", sa.LargeBinary(), nullable=False, comment="SHA-256 of the secret part, which is kept nowhere"
        ),
        sa.Column("territory_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=True, comment="of an officer: the unit of today that has this code"),
        sa.Column("name", sa.Text(), nullable=False, comment="what the key is for; not a person"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "role IN ('router', 'planner', 'officer', 'analyst', 'admin')", name=op.f("ck_api_key_role")
        ),
        sa.CheckConstraint("(role = 'officer') = (unit_code IS NOT NULL)", name=op.f("ck_api_key_unit")),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_api_key_territory_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_report_id"), "audit", ["report_id"])
    op.create_index(op.f("ix_audit_at"), "audit", ["at"], postgresql_using="brin")
    # Every service that knows the keys reads them again.
    op.execute(
        "CREATE FUNCTION announce_keys() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN NOTIFY hientruong_keys; RETURN NULL; END$$"
    )
    op.execute(
        "CREATE TRIGGER announce_keys AFTER INSERT OR UPDATE OF revoked_at, expires_at OR DELETE ON api_key"
        " FOR EACH STATEMENT EXECUTE FUNCTION announce_keys()"
    )
    op.execute(
        "CREATE FUNCTION keep_audit() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END$$"
    )
    op.execute(
        "CREATE TRIGGER keep_audit BEFORE UPDATE OR DELETE OR TRUNCATE ON audit"
        " FOR EACH STATEMENT EXECUTE FUNCTION keep_audit()"
    )
    _see_to_role()
    op.execute(f"GRANT SELECT ON {_READABLE} TO hientruong_officer")
    op.execute(
        "GRANT UPDATE (status, updated_at, intake_at, answered_at, closed_at, evidence, satisfied, reopened,"
        " duplicate_of) ON report TO hientruong_officer"
    )
    op.execute("GRANT INSERT ON report_event, audit TO hientruong_officer")
    for table in ("report", "report_event"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_unit ON report TO hientruong_officer USING (unit_id = {_UNIT})")
    op.execute(f"CREATE POLICY own_unit ON report_event TO hientruong_officer USING ({_OWN_REPORT})")


def _see_to_role() -> None:
    """Make the officers' role, which is the server's and not the database's, unless it is there."""
    connection = op.get_bind()
    may_act = "SELECT count(*) FROM pg_roles WHERE rolname = 'hientruong_officer' AND pg_has_role(oid, 'MEMBER')"
    if connection.scalar(sa.text(may_act)):
        return
    try:
        with connection.begin_nested():
            if not connection.scalar(sa.text("SELECT count(*) FROM pg_roles WHERE rolname = 'hientruong_officer'")):
                op.execute("CREATE ROLE hientruong_officer NOLOGIN")
            op.execute("GRANT hientruong_officer TO CURRENT_USER")
    except sa.exc.ProgrammingError as error:
        user = connection.scalar(sa.text("SELECT current_user"))
        raise SetupError(
            f"{user} may not make the role of officers: let the server's administrator run once, and try again: "
            f"CREATE ROLE hientruong_officer NOLOGIN; GRANT hientruong_officer TO {user};"
        ) from error


def downgrade() -> None:
    """Take back; the role stays, as other databases of the server may use it."""
    for table in ("report_event", "report"):
        op.execute(f"DROP POLICY own_unit ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute(f"REVOKE ALL ON {_READABLE}, audit FROM hientruong_officer")
    op.drop_table("audit")
    op.drop_table("api_key")
    op.execute("DROP FUNCTION keep_audit()")
    op.execute("DROP FUNCTION announce_keys()")
