"""Logos of councils, and words for requesters that a council or the service chose itself."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.create_table(
        "logo",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("content_type", sa.String(40), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_logo"),
    )
    op.create_table(
        "wording",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(60), nullable=False),
        sa.Column("words", sa.String(300), nullable=False),
        sa.Column("scope", sa.String(10), nullable=False),
        sa.Column("council_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(scope = 'all' AND council_id IS NULL) OR (scope = 'council' AND council_id IS NOT NULL)",
            name=op.f("ck_wording_scope"),
        ),
        sa.ForeignKeyConstraint(["council_id"], ["council.id"], name="fk_wording_council_id_council"),
        sa.PrimaryKeyConstraint("id", name="pk_wording"),
        sa.UniqueConstraint("key", "council_id", name="uq_wording_key_council_id"),
    )
    op.create_index("ix_wording_council_id", "wording", ["council_id"])
    op.create_index(
        "uq_wording_for_all",
        "wording",
        ["key"],
        unique=True,
        sqlite_where=sa.text("council_id IS NULL"),
        postgresql_where=sa.text("council_id IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("wording")
    op.drop_table("logo")
