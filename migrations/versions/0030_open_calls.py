"""Calls that agents have open."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.create_table(
        "open_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("caller_id", sa.Integer(), nullable=False),
        sa.Column("typed", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["person.id"], name=op.f("fk_open_call_agent_id_person")),
        sa.ForeignKeyConstraint(["caller_id"], ["person.id"], name=op.f("fk_open_call_caller_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_call")),
        sa.UniqueConstraint("agent_id", "caller_id", name=op.f("uq_open_call_agent_id_caller_id")),
    )
    op.create_index(op.f("ix_open_call_caller_id"), "open_call", ["caller_id"], unique=False)


def downgrade() -> None:
    op.drop_table("open_call")
