"""Say what tickets have to do with each other."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

CHILD = sa.text("kind = 'parent of'")


def upgrade() -> None:
    op.create_table(
        "ticket_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("ticket_id <> other_id", name=op.f("ck_ticket_link_two_tickets")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_ticket_link_by_id_person")),
        sa.ForeignKeyConstraint(["other_id"], ["ticket.id"], name=op.f("fk_ticket_link_other_id_ticket")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_link_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_link")),
        sa.UniqueConstraint(
            "ticket_id", "kind", "other_id", name=op.f("uq_ticket_link_ticket_id_kind_other_id")
        ),
    )
    op.create_index("ix_ticket_link_other_id", "ticket_link", ["other_id"])
    op.create_index(
        "uq_ticket_link_parent",
        "ticket_link",
        ["other_id"],
        unique=True,
        sqlite_where=CHILD,
        postgresql_where=CHILD,
    )


def downgrade() -> None:
    op.drop_table("ticket_link")
