"""Outages and planned maintenance of systems, and the tickets that tell of them."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "outage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expected_end", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declared_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(10), nullable=False),
        sa.Column("council_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(scope = 'all' AND council_id IS NULL) OR (scope = 'council' AND council_id IS NOT NULL)",
            name=op.f("ck_outage_scope"),
        ),
        sa.CheckConstraint(
            "kind <> 'maintenance' OR expected_end IS NOT NULL", name=op.f("ck_outage_window")
        ),
        sa.CheckConstraint("expected_end IS NULL OR expected_end > starts_at", name=op.f("ck_outage_order")),
        sa.ForeignKeyConstraint(["system_id"], ["system.id"], name=op.f("fk_outage_system_id_system")),
        sa.ForeignKeyConstraint(
            ["declared_by_id"], ["person.id"], name=op.f("fk_outage_declared_by_id_person")
        ),
        sa.ForeignKeyConstraint(["council_id"], ["council.id"], name=op.f("fk_outage_council_id_council")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage")),
    )
    op.create_index(op.f("ix_outage_system_id"), "outage", ["system_id"], unique=False)
    op.create_index(op.f("ix_outage_council_id"), "outage", ["council_id"], unique=False)
    op.create_index(
        "ix_outage_open",
        "outage",
        ["system_id", "starts_at"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "outage_update",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outage_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["outage_id"], ["outage.id"], name=op.f("fk_outage_update_outage_id_outage")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_outage_update_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage_update")),
    )
    op.create_index(op.f("ix_outage_update_outage_id"), "outage_update", ["outage_id"], unique=False)
    op.create_table(
        "outage_ticket",
        sa.Column("outage_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["outage_id"], ["outage.id"], name=op.f("fk_outage_ticket_outage_id_outage")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_outage_ticket_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("outage_id", name=op.f("pk_outage_ticket")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_outage_ticket_ticket_id")),
    )
    op.create_table(
        "outage_report",
        sa.Column("outage_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["outage_id"], ["outage.id"], name=op.f("fk_outage_report_outage_id_outage")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_outage_report_person_id_person")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_outage_report_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("outage_id", "person_id", name=op.f("pk_outage_report")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_outage_report_ticket_id")),
    )


def downgrade() -> None:
    op.drop_table("outage_report")
    op.drop_table("outage_ticket")
    op.drop_table("outage_update")
    op.drop_table("outage")
