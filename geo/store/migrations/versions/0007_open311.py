"""Answers to the questions of Open311 services.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Reports that an officer does not see are none to the officer.
_OWN_REPORT = (
    "EXISTS (SELECT FROM report r WHERE r.id = report_attributes.report_id"
    " AND r.reported_at = report_attributes.reported_at)"
)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "report_attributes",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answers", postgresql.JSONB(), nullable=False, comment="values by the code of the question"),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_report_attributes")),
    )
    op.execute("GRANT SELECT ON report_attributes TO hientruong_officer")
    op.execute("ALTER TABLE report_attributes ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_unit ON report_attributes TO hientruong_officer USING ({_OWN_REPORT})")


def downgrade() -> None:
    """Take back."""
    op.drop_table("report_attributes")
