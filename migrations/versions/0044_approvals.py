"""Approvals of tickets, who is asked, and what request types ask for by themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"

MOMENT = sa.DateTime(timezone=True)
WAITS = sa.text("decision IS NULL AND handed_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=300), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.Column("blocks", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.CheckConstraint("needed >= 1 AND given >= 0", name=op.f("ck_approval_needed")),
        sa.CheckConstraint("(state = 'open') = (settled_at IS NULL)", name=op.f("ck_approval_settled")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_approval_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_approval_team_id_team")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_approval_asked_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )
    op.create_index("ix_approval_ticket_id", "approval", ["ticket_id"])
    _approvers()
    op.create_table(
        "approval_rule",
        sa.Column("type_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=60), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.CheckConstraint("needed >= 1", name=op.f("ck_approval_rule_needed")),
        sa.CheckConstraint("question <> '' OR team_id IS NOT NULL", name=op.f("ck_approval_rule_somebody")),
        sa.ForeignKeyConstraint(
            ["type_id"], ["request_type.id"], name=op.f("fk_approval_rule_type_id_request_type")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_approval_rule_team_id_team")),
        sa.PrimaryKeyConstraint("type_id", name=op.f("pk_approval_rule")),
    )


def _approvers() -> None:
    op.create_table(
        "approver",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("approval_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("decision", sa.String(length=30), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("handed_at", MOMENT, nullable=True),
        sa.Column("handed_to_id", sa.Integer(), nullable=True),
        sa.Column("reminded", sa.Integer(), nullable=False),
        sa.Column("reminded_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "(decision IS NULL) = (decided_at IS NULL) AND (decision IS NULL) = (decided_by_id IS NULL)",
            name=op.f("ck_approver_decided"),
        ),
        sa.CheckConstraint("(handed_at IS NULL) = (handed_to_id IS NULL)", name=op.f("ck_approver_handed")),
        sa.CheckConstraint("decision IS NULL OR handed_at IS NULL", name=op.f("ck_approver_one_end")),
        sa.CheckConstraint("decision <> 'refuse' OR reason <> ''", name=op.f("ck_approver_reason")),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f("fk_approver_approval_id_approval")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_approver_person_id_person")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_approver_decided_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["handed_to_id"], ["person.id"], name=op.f("fk_approver_handed_to_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approver")),
        sa.UniqueConstraint("approval_id", "person_id", name=op.f("uq_approver_approval_id_person_id")),
        sa.UniqueConstraint(
            "approval_id", "decided_by_id", name=op.f("uq_approver_approval_id_decided_by_id")
        ),
    )
    op.create_index("ix_approver_decided_by_id", "approver", ["decided_by_id"])
    op.create_index("ix_approver_person_id_asked_at", "approver", ["person_id", "asked_at", "id"])
    op.create_index(
        "ix_approver_waits", "approver", ["asked_at", "id"], sqlite_where=WAITS, postgresql_where=WAITS
    )


def downgrade() -> None:
    op.drop_table("approval_rule")
    op.drop_table("approver")
    op.drop_table("approval")
