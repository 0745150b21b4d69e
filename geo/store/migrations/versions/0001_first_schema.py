"""First schema.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    # Both do nothing, and need no superuser, where the extensions are there already.
    op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.execute("CREATE SCHEMA report_months")
    op.create_table(
        "category",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_category")),
    )
    op.create_table(
        "external_reference",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "channel IN ('app', 'hotline_1022', 'web', 'open311', 'import')", name=op.f("ck_external_reference_channel")
        ),
        sa.PrimaryKeyConstraint("channel", "external_id", name=op.f("pk_external_reference")),
    )
    op.create_table(
        "territory",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("languages", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "holidays",
            sa.Text(),
            nullable=False,
            comment="ISO 3166 code of the country whose public holidays are days off",
        ),
        sa.Column(
            "metric_srid", sa.Integer(), nullable=False, comment="EPSG code of the CRS in which metres are measured"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_territory")),
    )
    op.create_table(
        "generation",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("territory_id", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True, comment="the first day on which it is no longer in force"),
        sa.Column(
            "period",
            postgresql.DATERANGE(),
            sa.Computed("daterange(valid_from, valid_to)", persisted=True),
            nullable=False,
        ),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("schematic", sa.Boolean(), nullable=False, comment="computed from centres and areas, not surveyed"),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("checksum", sa.Text(), nullable=False, comment="sha256 of the file or of the facts it was made from"),
        sa.Column(
            "checks", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="what the import gate found"
        ),
        sa.Column("loaded_by", sa.Text(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.literal_column("territory_id"), "="),
            (sa.literal_column("level"), "="),
            (sa.literal_column("period"), "&&"),
            where=sa.text("state = 'active'"),
            using="gist",
            name="ex_generation_period",
        ),
        sa.CheckConstraint("level IN ('ward', 'district', 'city', 'area')", name=op.f("ck_generation_level")),
        sa.CheckConstraint("state IN ('draft', 'active', 'retired')", name=op.f("ck_generation_state")),
        sa.CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name=op.f("ck_generation_period")),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_generation_territory_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_generation")),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("territory_id", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column(
            "kind", sa.Text(), nullable=False, comment="Phường, Xã, Thị trấn, Quận, Huyện, Thị xã, Thành phố, ..."
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.CheckConstraint("level IN ('ward', 'district', 'city', 'area')", name=op.f("ck_unit_level")),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_unit_territory_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("territory_id", "level", "code", "name", name=op.f("uq_unit_territory_id_level_code_name")),
    )
    op.create_geospatial_table(
        "boundary",
        sa.Column("generation_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("area_m2", sa.Double(), nullable=False, comment="on the ellipsoid"),
        sa.ForeignKeyConstraint(
            ["generation_id"], ["generation.id"], name=op.f("fk_boundary_generation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_boundary_parent_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_boundary_unit_id")),
        sa.PrimaryKeyConstraint("generation_id", "unit_id", name=op.f("pk_boundary")),
    )
    op.create_geospatial_index(
        "ix_boundary_geom", "boundary", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index(op.f("ix_boundary_unit_id"), "boundary", ["unit_id"], unique=False)
    op.create_geospatial_table(
        "report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("territory_id", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("cell", sa.BigInteger(), nullable=False, comment="H3 cell at resolution 12"),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("generation_id", sa.Integer(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("media", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "reporter", sa.LargeBinary(), nullable=True, comment="keyed pseudonym; no name, phone or address is stored"
        ),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("lead", sa.Text(), nullable=False),
        sa.Column("cooperating", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("intake_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("satisfied", sa.Boolean(), nullable=True),
        sa.Column("duplicate_of", sa.Uuid(), nullable=True),
        sa.Column("synthetic", sa.Boolean(), nullable=False, comment="made by the demo, not by a citizen"),
        sa.CheckConstraint(
            "channel IN ('app', 'hotline_1022', 'web', 'open311', 'import')", name=op.f("ck_report_channel")
        ),
        sa.CheckConstraint("how IN ('inside', 'edge', 'nearest')", name=op.f("ck_report_how")),
        sa.CheckConstraint(
            "status IN ('waiting', 'in_progress', 'resolved', 'rejected')", name=op.f("ck_report_status")
        ),
        sa.CheckConstraint("urgency IN ('urgent', 'complex', 'normal')", name=op.f("ck_report_urgency")),
        sa.CheckConstraint("accuracy_m >= 0", name=op.f("ck_report_accuracy_m")),
        sa.PrimaryKeyConstraint("id", "reported_at", name=op.f("pk_report")),
        postgresql_partition_by="RANGE (reported_at)",
    )
    op.create_index("ix_report_cell_reported_at", "report", ["cell", "reported_at"], unique=False)
    op.create_index("ix_report_reported_at", "report", ["reported_at"], unique=False, postgresql_using="brin")
    op.create_index("ix_report_unit_id_reported_at", "report", ["unit_id", "reported_at"], unique=False)
    op.create_table(
        "report_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("media", sa.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "kind IN ('received', 'assigned', 'in_progress', 'answered', 'rejected', 'reopened', 'closed', 'moved', 'merged', 'rated')",
            name=op.f("ck_report_event_kind"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_event")),
    )
    op.create_index(op.f("ix_report_event_report_id_at"), "report_event", ["report_id", "at"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("ix_report_event_report_id_at"), table_name="report_event")
    op.drop_table("report_event")
    op.drop_index("ix_report_unit_id_reported_at", table_name="report")
    op.drop_index("ix_report_reported_at", table_name="report", postgresql_using="brin")
    op.drop_index("ix_report_cell_reported_at", table_name="report")
    op.drop_geospatial_table("report")
    op.drop_index(op.f("ix_boundary_unit_id"), table_name="boundary")
    op.drop_geospatial_index("ix_boundary_geom", table_name="boundary", postgresql_using="gist", column_name="geom")
    op.drop_geospatial_table("boundary")
    op.drop_table("unit")
    op.drop_table("generation")
    op.drop_table("territory")
    op.drop_table("external_reference")
    op.drop_table("category")
    op.execute("DROP SCHEMA report_months")
