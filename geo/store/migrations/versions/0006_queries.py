"""Reports in the order of time, by the index of their primary key.

Revision ID: 0006
Revises: 0005
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    _reorder("reported_at, id")


def downgrade() -> None:
    """Take back."""
    _reorder("id, reported_at")


def _reorder(columns: str) -> None:
    op.execute(f"ALTER TABLE report DROP CONSTRAINT pk_report, ADD CONSTRAINT pk_report PRIMARY KEY ({columns})")
