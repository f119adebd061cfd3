"""Open tickets that are brought to a clinic."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"

MOMENT = sa.DateTime(timezone=True)
LIVE = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "brought_ticket",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("brought_at", MOMENT, nullable=False),
        sa.Column("brought_by_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_brought_ticket_booking_id_booking")
        ),
        sa.ForeignKeyConstraint(
            ["brought_by_id"], ["person.id"], name=op.f("fk_brought_ticket_brought_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_brought_ticket_ticket_id_ticket")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brought_ticket")),
    )
    op.create_index(op.f("ix_brought_ticket_booking_id"), "brought_ticket", ["booking_id"])
    op.create_index(op.f("ix_brought_ticket_ticket_id"), "brought_ticket", ["ticket_id"])
    op.create_index(
        "uq_brought_ticket_live",
        "brought_ticket",
        ["ticket_id"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )


def downgrade() -> None:
    op.drop_table("brought_ticket")
