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


def downgrade() -> None:
    """Take back."""
    op.drop_column("generation", "ended_by_id")
