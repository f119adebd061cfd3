"""Views saved under a name, how somebody likes lists to look, and more that the counts of views are read from."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015"
down_revision = "0014"

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
OPEN = sa.text("resolved_at IS NULL AND closed_at IS NULL")
COUNTED = [
    "status", "assignee_id", "requester_kind", "due_sort", "past_target_at", "confidential", "queue_id", "scope",
    "council_id", "resolved_at", "closed_at",
]  # fmt: skip
MORE = [
    "updated_at", "hold_until", "priority", "channel", "ticket_type", "opened_at", "needed_by", "hold_reason", "id",
]  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("queue_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("columns", JSON, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_saved_view_owner_id_person")),
        sa.ForeignKeyConstraint(["queue_id"], ["queue.id"], name=op.f("fk_saved_view_queue_id_queue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("owner_id", "name", name=op.f("uq_saved_view_owner_id_name")),
    )
    op.create_index(op.f("ix_saved_view_queue_id"), "saved_view", ["queue_id"])
    op.create_table(
        "list_preference",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("columns", JSON, nullable=False),
        sa.Column("compact", sa.Boolean(), nullable=False),
        sa.Column("first_view", sa.String(30), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_list_preference_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_list_preference")),
    )
    _count_by([*COUNTED, *MORE])


def downgrade() -> None:
    _count_by(COUNTED)
    op.drop_table("list_preference")
    op.drop_table("saved_view")


def _count_by(columns: list[str]) -> None:
    op.drop_index("ix_ticket_open_counts", "ticket")
    op.create_index("ix_ticket_open_counts", "ticket", columns, sqlite_where=OPEN, postgresql_where=OPEN)
