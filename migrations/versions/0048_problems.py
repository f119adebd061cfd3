"""Problems: their causes and workarounds."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"

PUBLISHED = sa.text("published_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "problem",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("workaround", sa.Text(), nullable=False),
        sa.Column("known_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_words", sa.String(length=300), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(known_since IS NULL) = (workaround = '')", name=op.f("ck_problem_known")),
        sa.CheckConstraint(
            "published_at IS NULL OR published_words <> ''", name=op.f("ck_problem_published")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_problem_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_problem")),
    )
    op.create_index(
        "ix_problem_published",
        "problem",
        ["ticket_id"],
        sqlite_where=PUBLISHED,
        postgresql_where=PUBLISHED,
    )


def downgrade() -> None:
    op.drop_table("problem")
    # What is left of a problem is a ticket like any other, which `rebuild` counts as one.
    op.execute("DELETE FROM load_fact WHERE ticket_type = 'problem'")
    op.execute("DELETE FROM wait_fact WHERE ticket_type = 'problem'")
    op.execute("UPDATE ticket SET ticket_type = 'incident' WHERE ticket_type = 'problem'")
