"""Ask how it went, once for each resolution, and remember who is to be rung back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0034"
down_revision = "0033"

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
TO_RING = sa.text("score <= 2 AND rung_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "rating",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("resolved_at", MOMENT, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("reasons", JSON, nullable=False),
        sa.Column("words", sa.String(1000), nullable=False),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("rung_at", MOMENT, nullable=True),
        sa.Column("rung_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name=op.f("ck_rating_score")),
        sa.CheckConstraint("(score IS NULL) = (answered_at IS NULL)", name=op.f("ck_rating_answered")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_rating_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_rating_person_id_person")),
        sa.ForeignKeyConstraint(["rung_by_id"], ["person.id"], name=op.f("fk_rating_rung_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating")),
        sa.UniqueConstraint("ticket_id", "resolved_at", name=op.f("uq_rating_ticket_id_resolved_at")),
    )
    op.create_index("ix_rating_person_id_asked_at", "rating", ["person_id", "asked_at"])
    op.create_index("ix_rating_asked_at", "rating", ["asked_at"])
    op.create_index(
        "ix_rating_to_ring", "rating", ["answered_at"], sqlite_where=TO_RING, postgresql_where=TO_RING
    )


def downgrade() -> None:
    op.drop_table("rating")
