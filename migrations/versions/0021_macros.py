"""Macros and saved replies."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0021"
down_revision = "0020"

REACH = "(reach = 'personal') = (owner_id IS NOT NULL) AND (reach = 'queue') = (queue_id IS NOT NULL)"


def upgrade() -> None:
    prepared("saved_reply", sa.Column("body", sa.Text(), nullable=False))
    prepared("macro", sa.Column("steps", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False))


def prepared(table: str, content: "sa.Column[Any]") -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("reach", sa.String(10), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("queue_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        content,
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=f"fk_{table}_owner_id_person"),
        sa.ForeignKeyConstraint(["queue_id"], ["queue.id"], name=f"fk_{table}_queue_id_queue"),
        sa.CheckConstraint(REACH, name=op.f(f"ck_{table}_reach")),
    )
    op.create_index(f"ix_{table}_owner_id", table, ["owner_id"])
    op.create_index(f"ix_{table}_queue_id", table, ["queue_id"])


def downgrade() -> None:
    op.drop_table("macro")
    op.drop_table("saved_reply")
