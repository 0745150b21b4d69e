"""Rules of responsibility.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "rule_set",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("territory_id", sa.Text(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("loaded_by", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False, comment="name of the file"),
        sa.Column(
            "checksum", sa.Text(), nullable=False, comment="sha256 of the rules as `hientruong rules show` writes them"
        ),
        sa.Column(
            "calendar",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="working days and hours, days off, make-up days",
        ),
        sa.Column(
            "limits",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="working time for intake and for handling by urgency",
        ),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_rule_set_territory_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_set")),
    )
    op.create_index(op.f("ix_rule_set_territory_id_id"), "rule_set", ["territory_id", "id"])
    op.create_table(
        "rule",
        sa.Column("rule_set_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False, comment="the first that matches answers"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("categories", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("units", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("levels", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("areas", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True, comment="the first day on which it holds no more"),
        sa.Column(
            "lead",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="name of the leading agency: vi, en",
        ),
        sa.Column(
            "cooperating",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="names of those that help: vi, en",
        ),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("working_hours", sa.Float(), nullable=True),
        sa.Column("working_days", sa.Float(), nullable=True),
        sa.Column("assumed", sa.Boolean(), nullable=False, comment="nobody in charge has confirmed it"),
        sa.Column("source", sa.Text(), nullable=True),
        sa.CheckConstraint("urgency IN ('urgent', 'complex', 'normal')", name=op.f("ck_rule_urgency")),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_rule_period")),
        sa.CheckConstraint("num_nonnulls(working_hours, working_days) <= 1", name=op.f("ck_rule_time")),
        sa.ForeignKeyConstraint(["rule_set_id"], ["rule_set.id"], name=op.f("fk_rule_rule_set_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("rule_set_id", "position", name=op.f("pk_rule")),
        sa.UniqueConstraint("rule_set_id", "name", name=op.f("uq_rule_rule_set_id_name")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("rule")
    op.drop_table("rule_set")
