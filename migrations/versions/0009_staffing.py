"""Posts, how they stood from day to day, agency cover, and rounds of recruitment."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(length=40), nullable=False),
        sa.Column("hard_override", sa.Boolean(), nullable=True),
        sa.Column("hard_reason", sa.String(length=300), nullable=False),
        sa.Column("hard_by_id", sa.Integer(), nullable=True),
        sa.Column("hard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("scope", sa.String(10), nullable=False),
        sa.Column("council_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(scope = 'all' AND council_id IS NULL) OR (scope = 'council' AND council_id IS NOT NULL)",
            name=op.f("ck_post_scope"),
        ),
        sa.ForeignKeyConstraint(["council_id"], ["council.id"], name=op.f("fk_post_council_id_council")),
        sa.ForeignKeyConstraint(["hard_by_id"], ["person.id"], name=op.f("fk_post_hard_by_id_person")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_post_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
        sa.UniqueConstraint("number", name=op.f("uq_post_number")),
    )
    op.create_index(op.f("ix_post_council_id"), "post", ["council_id"], unique=False)
    op.create_index(op.f("ix_post_team_id"), "post", ["team_id"], unique=False)
    op.create_table(
        "agency_cover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("fte", sa.Integer(), nullable=False),
        sa.Column("agency", sa.String(length=120), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_agency_cover_order")),
        sa.CheckConstraint("fte BETWEEN 1 AND 100", name=op.f("ck_agency_cover_fte")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_agency_cover_post_id_post")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_cover")),
    )
    op.create_index(op.f("ix_agency_cover_post_id"), "agency_cover", ["post_id"], unique=False)
    op.create_table(
        "funding_share",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("council_id", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name=op.f("ck_funding_share_percent")),
        sa.ForeignKeyConstraint(
            ["council_id"], ["council.id"], name=op.f("fk_funding_share_council_id_council")
        ),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_funding_share_post_id_post")),
        sa.PrimaryKeyConstraint("post_id", "council_id", name=op.f("pk_funding_share")),
    )
    op.create_table(
        "post_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("fte", sa.Integer(), nullable=False),
        sa.Column("in_post", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'occupied') = (in_post > 0)", name=op.f("ck_post_period_occupied")),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_post_period_order")),
        sa.CheckConstraint(
            "fte BETWEEN 1 AND 100 AND in_post BETWEEN 0 AND fte", name=op.f("ck_post_period_fte")
        ),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_post_period_post_id_post")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_post_period_recorded_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_period")),
    )
    op.create_index(op.f("ix_post_period_post_id"), "post_period", ["post_id"], unique=False)
    op.create_index(
        "uq_post_period_last",
        "post_period",
        ["post_id"],
        unique=True,
        sqlite_where=sa.text("ends_on IS NULL AND withdrawn_at IS NULL"),
        postgresql_where=sa.text("ends_on IS NULL AND withdrawn_at IS NULL"),
    )
    op.create_index(
        "uq_post_period_start",
        "post_period",
        ["post_id", "starts_on"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "recruitment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_recruitment_post_id_post")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recruitment")),
    )
    op.create_index(op.f("ix_recruitment_post_id"), "recruitment", ["post_id"], unique=False)
    op.create_index(
        "uq_recruitment_live",
        "recruitment",
        ["post_id"],
        unique=True,
        sqlite_where=sa.text("ended_on IS NULL"),
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.create_table(
        "recruitment_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recruitment_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(30), nullable=False),
        sa.Column("reached_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recruitment_id"],
            ["recruitment.id"],
            name=op.f("fk_recruitment_step_recruitment_id_recruitment"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recruitment_step")),
        sa.UniqueConstraint("recruitment_id", "stage", name=op.f("uq_recruitment_step_recruitment_id_stage")),
    )


def downgrade() -> None:
    op.drop_table("recruitment_step")
    op.drop_table("recruitment")
    op.drop_table("post_period")
    op.drop_table("funding_share")
    op.drop_table("agency_cover")
    op.drop_table("post")
