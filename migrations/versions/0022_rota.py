"""When the desk works, what it knows, how much each is given; what goes back, stands still, or is dealt out."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0022"
down_revision = "0021"

OPEN = sa.text("resolved_at IS NULL AND closed_at IS NULL")
LOAD = ["assignee_id", "hold_reason", "confidential", "queue_id", "scope", "council_id"]


def upgrade() -> None:
    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("called_off_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_absence_order")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_absence_person_id_person")),
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["person.id"], name=op.f("fk_absence_entered_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index(op.f("ix_absence_ends_at"), "absence", ["ends_at"])
    op.create_index("ix_absence_person_id_ends_at", "absence", ["person_id", "ends_at"])
    op.create_table(
        "working_pattern",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("week", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_working_pattern_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_working_pattern")),
        sa.UniqueConstraint(
            "person_id", "effective_from", name=op.f("uq_working_pattern_person_id_effective_from")
        ),
    )
    op.create_index(op.f("ix_working_pattern_person_id"), "working_pattern", ["person_id"])
    op.create_table(
        "skill",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_skill_person_id_person")),
        sa.ForeignKeyConstraint(["system_id"], ["system.id"], name=op.f("fk_skill_system_id_system")),
        sa.PrimaryKeyConstraint("person_id", "system_id", name=op.f("pk_skill")),
    )
    op.create_index(op.f("ix_skill_system_id"), "skill", ["system_id"])
    op.create_table(
        "cap",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.CheckConstraint("most BETWEEN 0 AND 999", name=op.f("ck_cap_most")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_cap_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_cap")),
    )
    op.create_table(
        "skilled_queue",
        sa.Column("queue_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["queue_id"], ["queue.id"], name=op.f("fk_skilled_queue_queue_id_queue")),
        sa.PrimaryKeyConstraint("queue_id", name=op.f("pk_skilled_queue")),
    )
    _handing_back()
    _standing()
    _dealing()
    op.create_index("ix_ticket_open_load", "ticket", LOAD, sqlite_where=OPEN, postgresql_where=OPEN)


def _handing_back() -> None:
    op.create_table(
        "handover",
        sa.Column("absence_id", sa.Integer(), nullable=False),
        sa.Column("keeps_all", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["absence_id"], ["absence.id"], name=op.f("fk_handover_absence_id_absence")),
        sa.PrimaryKeyConstraint("absence_id", name=op.f("pk_handover")),
    )
    _with_tickets("kept_ticket", "absence")
    op.create_table(
        "hand_back",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("absence_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_hand_back_person_id_person")),
        sa.ForeignKeyConstraint(["absence_id"], ["absence.id"], name=op.f("fk_hand_back_absence_id_absence")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_back")),
        sa.UniqueConstraint("absence_id", name=op.f("uq_hand_back_absence_id")),
    )
    op.create_index(op.f("ix_hand_back_person_id"), "hand_back", ["person_id"])
    _with_tickets("handed_back", "hand_back")


def _standing() -> None:
    op.create_table(
        "standstill",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("queue_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("because", sa.String(length=300), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["queue_id"], ["queue.id"], name=op.f("fk_standstill_queue_id_queue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standstill")),
    )
    op.create_index(op.f("ix_standstill_queue_id"), "standstill", ["queue_id"])
    live = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_standstill_live",
        "standstill",
        ["queue_id"],
        unique=True,
        sqlite_where=live,
        postgresql_where=live,
    )
    _with_tickets("standing_ticket", "standstill")


def _dealing() -> None:
    json = sa.JSON().with_variant(JSONB(), "postgresql")
    op.create_table(
        "deal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refused", json, nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stayed", json, nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_deal_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal")),
    )
    op.create_index(op.f("ix_deal_by_id"), "deal", ["by_id"])
    _with_tickets(
        "dealt",
        "deal",
        sa.Column("assignee_id", sa.Integer(), nullable=False),
        sa.Column("was", sa.String(length=30), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["assignee_id"], ["person.id"], name=op.f("fk_dealt_assignee_id_person")),
    )


def _with_tickets(table: str, whose: str, *more: sa.Column | sa.Constraint) -> None:
    """A table that names the tickets of something."""
    op.create_table(
        table,
        sa.Column(f"{whose}_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        *more,
        sa.ForeignKeyConstraint(
            [f"{whose}_id"], [f"{whose}.id"], name=op.f(f"fk_{table}_{whose}_id_{whose}")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f(f"fk_{table}_ticket_id_ticket")),
        sa.PrimaryKeyConstraint(f"{whose}_id", "ticket_id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_ticket_id"), table, ["ticket_id"])


def downgrade() -> None:
    op.drop_index("ix_ticket_open_load", "ticket")
    for table in (
        "dealt",
        "deal",
        "standing_ticket",
        "standstill",
        "handed_back",
        "hand_back",
        "kept_ticket",
    ):
        op.drop_table(table)
    for table in ("handover", "skilled_queue", "cap", "skill", "working_pattern", "absence"):
        op.drop_table(table)
