"""When people are reminded of clinics, as rules; a reminder for each booking and rule."""

from datetime import time

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"

MOMENT = sa.DateTime(timezone=True)
SCHEDULED = sa.text("sent_at IS NULL AND missed_at IS NULL")


def upgrade() -> None:
    rules = op.create_table(
        "clinic_reminder_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("wall", sa.Time(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(minutes IS NULL AND days IS NOT NULL AND wall IS NOT NULL)"
            " OR (minutes IS NOT NULL AND days IS NULL AND wall IS NULL)",
            name=op.f("ck_clinic_reminder_rule_one_way"),
        ),
        sa.CheckConstraint("days BETWEEN 0 AND 28", name=op.f("ck_clinic_reminder_rule_days")),
        sa.CheckConstraint("minutes BETWEEN 5 AND 2880", name=op.f("ck_clinic_reminder_rule_minutes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinic_reminder_rule")),
    )
    op.bulk_insert(
        rules,
        [
            {"days": 1, "wall": time(9), "minutes": None, "version": 1},
            {"days": None, "wall": None, "minutes": 120, "version": 1},
        ],
    )
    op.create_table(
        "clinic_reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("missed_at", MOMENT, nullable=True),
        sa.Column("missed_why", sa.String(length=60), nullable=False, server_default=""),
        sa.CheckConstraint("sent_at IS NULL OR missed_at IS NULL", name=op.f("ck_clinic_reminder_one_end")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_clinic_reminder_booking_id_booking")
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"],
            ["clinic_reminder_rule.id"],
            name=op.f("fk_clinic_reminder_rule_id_clinic_reminder_rule"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinic_reminder")),
        sa.UniqueConstraint("booking_id", "rule_id", name=op.f("uq_clinic_reminder_booking_id_rule_id")),
    )
    op.create_index(
        "ix_clinic_reminder_due",
        "clinic_reminder",
        ["due_at"],
        sqlite_where=SCHEDULED,
        postgresql_where=SCHEDULED,
    )
    op.create_index(op.f("ix_clinic_reminder_rule_id"), "clinic_reminder", ["rule_id"])
    op.execute(
        "INSERT INTO clinic_reminder (booking_id, rule_id, due_at, sent_at, missed_at)"
        " SELECT booking_id, (SELECT id FROM clinic_reminder_rule WHERE days = 1), due_at, sent_at,"
        " CASE WHEN sent_at IS NULL THEN missed_at END FROM booking_reminder"
    )
    op.drop_table("booking_reminder")


def downgrade() -> None:
    op.create_table(
        "booking_reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=30), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("missed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_booking_reminder_booking_id_booking")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_reminder")),
        sa.UniqueConstraint("booking_id", "rule", name=op.f("uq_booking_reminder_booking_id_rule")),
    )
    op.create_index(
        "ix_booking_reminder_due",
        "booking_reminder",
        ["due_at"],
        sqlite_where=SCHEDULED,
        postgresql_where=SCHEDULED,
    )
    op.execute(
        "INSERT INTO booking_reminder (booking_id, rule, due_at, sent_at, missed_at)"
        " SELECT booking_id, 'day before', due_at, sent_at, missed_at FROM clinic_reminder"
        " WHERE rule_id = (SELECT MIN(id) FROM clinic_reminder_rule WHERE days IS NOT NULL)"
    )
    op.drop_table("clinic_reminder")
    op.drop_table("clinic_reminder_rule")
