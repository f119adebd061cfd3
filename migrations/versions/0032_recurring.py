"""Tickets that come again and again."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"

GOING = sa.text("paused_at IS NULL AND next_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "recurring_ticket",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("ticket_type", sa.String(length=30), nullable=False),
        sa.Column("requester_id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=True),
        sa.Column("impact", sa.Integer(), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("at", sa.Time(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(length=300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(10), nullable=False),
        sa.Column("council_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(scope = 'all' AND council_id IS NULL) OR (scope = 'council' AND council_id IS NOT NULL)",
            name=op.f("ck_recurring_ticket_scope"),
        ),
        sa.CheckConstraint(
            "impact BETWEEN 1 AND 3 AND urgency BETWEEN 1 AND 3", name=op.f("ck_recurring_ticket_matrix")
        ),
        sa.ForeignKeyConstraint(
            ["requester_id"], ["person.id"], name=op.f("fk_recurring_ticket_requester_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["system_id"], ["system.id"], name=op.f("fk_recurring_ticket_system_id_system")
        ),
        sa.ForeignKeyConstraint(
            ["council_id"], ["council.id"], name=op.f("fk_recurring_ticket_council_id_council")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recurring_ticket")),
    )
    op.create_index(op.f("ix_recurring_ticket_requester_id"), "recurring_ticket", ["requester_id"])
    op.create_index(op.f("ix_recurring_ticket_council_id"), "recurring_ticket", ["council_id"])
    op.create_index(
        "ix_recurring_ticket_next_at",
        "recurring_ticket",
        ["next_at"],
        sqlite_where=GOING,
        postgresql_where=GOING,
    )
    op.create_table(
        "made_ticket",
        sa.Column("recurring_id", sa.Integer(), nullable=False),
        sa.Column("wall", sa.String(length=16), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["recurring_id"],
            ["recurring_ticket.id"],
            name=op.f("fk_made_ticket_recurring_id_recurring_ticket"),
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_made_ticket_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("recurring_id", "wall", name=op.f("pk_made_ticket")),
    )
    op.create_index(op.f("ix_made_ticket_ticket_id"), "made_ticket", ["ticket_id"])


def downgrade() -> None:
    op.drop_table("made_ticket")
    op.drop_table("recurring_ticket")
