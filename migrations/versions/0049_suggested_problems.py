"""Let similar tickets suggest a problem."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"

WAITING = sa.text("dismissed_at IS NULL AND problem_id IS NULL")


def upgrade() -> None:
    op.create_table(
        "problem_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_problem_rule_one")),
        sa.CheckConstraint(
            "least BETWEEN 2 AND 100 AND days BETWEEN 1 AND 90", name=op.f("ck_problem_rule_limits")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_rule")),
    )
    op.execute("INSERT INTO problem_rule (id, least, days) VALUES (1, 5, 14)")
    op.create_table(
        "problem_suggestion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dismissed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "dismissed_at IS NULL OR problem_id IS NULL", name=op.f("ck_problem_suggestion_one_end")
        ),
        sa.ForeignKeyConstraint(
            ["problem_id"], ["problem.ticket_id"], name=op.f("fk_problem_suggestion_problem_id_problem")
        ),
        sa.ForeignKeyConstraint(
            ["system_id"], ["system.id"], name=op.f("fk_problem_suggestion_system_id_system")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_suggestion")),
    )
    op.create_index(
        "ix_problem_suggestion_waiting",
        "problem_suggestion",
        ["system_id"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    op.create_table(
        "suggested_ticket",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("suggestion_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["suggestion_id"],
            ["problem_suggestion.id"],
            name=op.f("fk_suggested_ticket_suggestion_id_problem_suggestion"),
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_suggested_ticket_ticket_id_ticket")
        ),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_suggested_ticket")),
    )
    op.create_index("ix_suggested_ticket_suggestion_id", "suggested_ticket", ["suggestion_id"])


def downgrade() -> None:
    op.drop_table("suggested_ticket")
    op.drop_table("problem_suggestion")
    op.drop_table("problem_rule")
