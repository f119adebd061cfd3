"""Mail that comes in, kept as it came; and what people's calendars answer to invitations."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "incoming_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=300), nullable=False),
        sa.Column("from_address", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("taken_by", sa.String(length=60), nullable=False),
        sa.Column("outcome", sa.String(length=500), nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.CheckConstraint("(state = 'waiting') = (done_at IS NULL)", name=op.f("ck_incoming_message_done")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming_message")),
        sa.UniqueConstraint("digest", name=op.f("uq_incoming_message_digest")),
    )
    op.create_index(op.f("ix_incoming_message_message_id"), "incoming_message", ["message_id"])
    op.create_index("ix_incoming_message_state", "incoming_message", ["state", "id"])
    op.add_column("booking", sa.Column("answer", sa.String(30), nullable=True))
    op.add_column("booking", sa.Column("answered_at", MOMENT, nullable=True))


def downgrade() -> None:
    op.drop_column("booking", "answered_at")
    op.drop_column("booking", "answer")
    op.drop_table("incoming_message")
