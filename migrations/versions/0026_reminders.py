"""Which requesters have been reminded of which question."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.create_table(
        "reminder",
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["message.id"], name=op.f("fk_reminder_question_id_message")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_reminder_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("question_id", "number", name=op.f("pk_reminder")),
    )
    op.create_index(op.f("ix_reminder_ticket_id"), "reminder", ["ticket_id"])


def downgrade() -> None:
    op.drop_table("reminder")
