"""Join a mail to what it became on a ticket."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"


def upgrade() -> None:
    op.create_table(
        "mailed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incoming_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_name", sa.String(length=200), nullable=False),
        sa.Column("from_address", sa.String(length=254), nullable=False),
        sa.Column("warning", sa.String(length=300), nullable=False),
        sa.Column("rest", sa.Text(), nullable=False),
        sa.Column("left_out", sa.Text(), nullable=False),
        sa.Column("has_layout", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incoming_id"], ["incoming_message.id"], name=op.f("fk_mailed_incoming_id_incoming_message")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_mailed_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_mailed_message_id_message")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailed")),
        sa.UniqueConstraint("incoming_id", name=op.f("uq_mailed_incoming_id")),
        sa.UniqueConstraint("message_id", name=op.f("uq_mailed_message_id")),
    )
    op.create_index("ix_mailed_from_address_at", "mailed", ["from_address", "at"])
    op.create_index("ix_mailed_ticket_id", "mailed", ["ticket_id"])
    opening = sa.text("message_id IS NULL")
    op.create_index(
        "uq_mailed_opening",
        "mailed",
        ["ticket_id"],
        unique=True,
        sqlite_where=opening,
        postgresql_where=opening,
    )


def downgrade() -> None:
    op.drop_table("mailed")
