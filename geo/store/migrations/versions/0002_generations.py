"""What generations, sources and territories need beyond the first schema.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "generation",
        sa.Column("ended_by_id", sa.Integer(), comment="the generation that put an end to its open period"),
    )
    op.create_foreign_key(op.f("fk_generation_ended_by_id"), "generation", "generation", ["ended_by_id"], ["id"])
    op.add_column(
        "generation", sa.Column("replaces_id", sa.Integer(), comment="the generation whose corrected survey it is")
    )
    op.create_foreign_key(op.f("fk_generation_replaces_id"), "generation", "generation", ["replaces_id"], ["id"])
    op.add_column(
        "boundary",
        sa.Column("file_kind", sa.Text(), comment="as its file says; the unit takes it over at the activation"),
    )
    op.add_column("boundary", sa.Column("file_name_en", sa.Text(), comment="likewise"))
    op.create_index(
        "ix_report_open",
        "report",
        ["territory_id", "generation_id"],
        postgresql_where=sa.text("status IN ('waiting', 'in_progress') AND closed_at IS NULL AND duplicate_of IS NULL"),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_report_open", "report")
    for column in ("file_name_en", "file_kind"):
        op.drop_column("boundary", column)
    for column in ("replaces_id", "ended_by_id"):
        op.drop_column("generation", column)
