"""Load summed by day, week and month."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "load_fact",
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("resolved", sa.Integer(), nullable=False),
        sa.Column("cancelled", sa.Integer(), nullable=False),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("merged", sa.Integer(), nullable=False),
        sa.Column("unmerged", sa.Integer(), nullable=False),
        sa.Column("moved_in", sa.Integer(), nullable=False),
        sa.Column("moved_out", sa.Integer(), nullable=False),
        sa.Column("grain", sa.String(5), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("council_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("queue_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ticket_type", sa.String(30), nullable=False),
        sa.Column("requester_kind", sa.String(30), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint(
            "grain",
            "day",
            "council_id",
            "queue_id",
            "ticket_type",
            "requester_kind",
            "confidential",
            name=op.f("pk_load_fact"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "wait_fact",
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("met", sa.Integer(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.Column("grain", sa.String(5), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("council_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("queue_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ticket_type", sa.String(30), nullable=False),
        sa.Column("requester_kind", sa.String(30), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("within_5", sa.Integer(), nullable=False),
        sa.Column("within_10", sa.Integer(), nullable=False),
        sa.Column("within_15", sa.Integer(), nullable=False),
        sa.Column("within_20", sa.Integer(), nullable=False),
        sa.Column("within_30", sa.Integer(), nullable=False),
        sa.Column("within_45", sa.Integer(), nullable=False),
        sa.Column("within_60", sa.Integer(), nullable=False),
        sa.Column("within_75", sa.Integer(), nullable=False),
        sa.Column("within_90", sa.Integer(), nullable=False),
        sa.Column("within_120", sa.Integer(), nullable=False),
        sa.Column("within_150", sa.Integer(), nullable=False),
        sa.Column("within_180", sa.Integer(), nullable=False),
        sa.Column("within_240", sa.Integer(), nullable=False),
        sa.Column("within_300", sa.Integer(), nullable=False),
        sa.Column("within_360", sa.Integer(), nullable=False),
        sa.Column("within_480", sa.Integer(), nullable=False),
        sa.Column("within_600", sa.Integer(), nullable=False),
        sa.Column("within_720", sa.Integer(), nullable=False),
        sa.Column("within_960", sa.Integer(), nullable=False),
        sa.Column("within_1200", sa.Integer(), nullable=False),
        sa.Column("within_1440", sa.Integer(), nullable=False),
        sa.Column("within_1920", sa.Integer(), nullable=False),
        sa.Column("within_2400", sa.Integer(), nullable=False),
        sa.Column("within_3000", sa.Integer(), nullable=False),
        sa.Column("within_3600", sa.Integer(), nullable=False),
        sa.Column("within_4800", sa.Integer(), nullable=False),
        sa.Column("within_6000", sa.Integer(), nullable=False),
        sa.Column("within_7200", sa.Integer(), nullable=False),
        sa.Column("within_9600", sa.Integer(), nullable=False),
        sa.Column("within_12000", sa.Integer(), nullable=False),
        sa.Column("within_19200", sa.Integer(), nullable=False),
        sa.Column("within_38400", sa.Integer(), nullable=False),
        sa.Column("longer", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "kind",
            "grain",
            "day",
            "council_id",
            "queue_id",
            "ticket_type",
            "requester_kind",
            "confidential",
            name=op.f("pk_wait_fact"),
        ),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("wait_fact")
    op.drop_table("load_fact")
