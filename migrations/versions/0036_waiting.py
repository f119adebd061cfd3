"""Who waits for which clinics and is offered what; clinics that are being called off, and who is to be rung."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "waiting_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("joined_at", MOMENT, nullable=False),
        sa.Column("joined_by_id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=True),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=True),
        sa.Column("access_needs", sa.String(length=500), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("lost_booking_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "(state IN ('waiting', 'offered')) = (ended_at IS NULL)", name=op.f("ck_waiting_entry_ended")
        ),
        sa.CheckConstraint(
            "state <> 'offered' OR booking_id IS NOT NULL", name=op.f("ck_waiting_entry_offered")
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_waiting_entry_booking_id_booking")
        ),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_waiting_entry_device_id_device")),
        sa.ForeignKeyConstraint(
            ["joined_by_id"], ["person.id"], name=op.f("fk_waiting_entry_joined_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["lost_booking_id"], ["booking.id"], name=op.f("fk_waiting_entry_lost_booking_id_booking")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_waiting_entry_person_id_person")),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["clinic_topic.id"], name=op.f("fk_waiting_entry_topic_id_clinic_topic")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_entry")),
        sa.UniqueConstraint("booking_id", name=op.f("uq_waiting_entry_booking_id")),
        sa.UniqueConstraint("lost_booking_id", name=op.f("uq_waiting_entry_lost_booking_id")),
    )
    op.create_index(
        "ix_waiting_entry_live",
        "waiting_entry",
        ["state"],
        sqlite_where=sa.text("state IN ('waiting', 'offered')"),
        postgresql_where=sa.text("state IN ('waiting', 'offered')"),
    )
    op.create_index(op.f("ix_waiting_entry_person_id"), "waiting_entry", ["person_id"])
    op.create_table(
        "waiting_place",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_waiting_place_clinic_id_clinic")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["waiting_entry.id"], name=op.f("fk_waiting_place_entry_id_waiting_entry")
        ),
        sa.PrimaryKeyConstraint("entry_id", "clinic_id", name=op.f("pk_waiting_place")),
    )
    op.create_index(op.f("ix_waiting_place_clinic_id"), "waiting_place", ["clinic_id"])
    op.create_table(
        "calling_off",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_calling_off_clinic_id_clinic")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calling_off")),
        sa.UniqueConstraint("clinic_id", name=op.f("uq_calling_off_clinic_id")),
    )
    op.create_table(
        "call_to_make",
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_call_to_make_booking_id_booking")
        ),
        sa.ForeignKeyConstraint(
            ["done_by_id"], ["person.id"], name=op.f("fk_call_to_make_done_by_id_person")
        ),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_call_to_make")),
    )


def downgrade() -> None:
    for table in ("call_to_make", "calling_off", "waiting_place", "waiting_entry"):
        op.drop_table(table)
