"""Clinics, their slots and places, and who has booked them."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "clinic_series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_clinic_series_created_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinic_series")),
    )
    op.create_table(
        "clinic",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=True),
        sa.Column("recurrence", sa.String(length=16), nullable=True),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("room", sa.String(length=120), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("slot_minutes", sa.Integer(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("for_staff_too", sa.Boolean(), nullable=False),
        sa.Column("bookable_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("book_until_minutes", sa.Integer(), nullable=False),
        sa.Column("move_until_minutes", sa.Integer(), nullable=False),
        sa.Column("cancel_until_minutes", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_by_id", sa.Integer(), nullable=True),
        sa.Column("called_off_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("called_off_by_id", sa.Integer(), nullable=True),
        sa.Column("called_off_reason", sa.String(length=300), nullable=False),
        sa.Column("scope", sa.String(10), nullable=False),
        sa.Column("council_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(scope = 'all' AND council_id IS NULL) OR (scope = 'council' AND council_id IS NOT NULL)",
            name=op.f("ck_clinic_scope"),
        ),
        sa.CheckConstraint("(series_id IS NULL) = (recurrence IS NULL)", name=op.f("ck_clinic_recurrence")),
        sa.CheckConstraint(
            "book_until_minutes >= 0 AND move_until_minutes >= 0 AND cancel_until_minutes >= 0",
            name=op.f("ck_clinic_cut_offs"),
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_clinic_order")),
        sa.CheckConstraint("places BETWEEN 1 AND 50", name=op.f("ck_clinic_places")),
        sa.CheckConstraint(
            "slot_minutes BETWEEN 5 AND 480 AND slot_minutes % 5 = 0", name=op.f("ck_clinic_slot_minutes")
        ),
        sa.ForeignKeyConstraint(
            ["called_off_by_id"], ["person.id"], name=op.f("fk_clinic_called_off_by_id_person")
        ),
        sa.ForeignKeyConstraint(["council_id"], ["council.id"], name=op.f("fk_clinic_council_id_council")),
        sa.ForeignKeyConstraint(
            ["planned_by_id"], ["person.id"], name=op.f("fk_clinic_planned_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["series_id"], ["clinic_series.id"], name=op.f("fk_clinic_series_id_clinic_series")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_clinic_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinic")),
        sa.UniqueConstraint("series_id", "recurrence", name=op.f("uq_clinic_series_id_recurrence")),
    )
    op.create_index(op.f("ix_clinic_council_id"), "clinic", ["council_id"], unique=False)
    op.create_index(op.f("ix_clinic_site_id"), "clinic", ["site_id"], unique=False)
    op.create_index(op.f("ix_clinic_starts_at"), "clinic", ["starts_at"], unique=False)
    op.create_table(
        "clinic_topic",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["system_id"], ["system.id"], name=op.f("fk_clinic_topic_system_id_system")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinic_topic")),
        sa.UniqueConstraint("name", name=op.f("uq_clinic_topic_name")),
    )
    op.create_table(
        "clinic_host",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_clinic_host_clinic_id_clinic")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_clinic_host_person_id_person")),
        sa.PrimaryKeyConstraint("clinic_id", "person_id", name=op.f("pk_clinic_host")),
    )
    op.create_index(op.f("ix_clinic_host_person_id"), "clinic_host", ["person_id"], unique=False)
    op.create_table(
        "clinic_offers_topic",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_clinic_offers_topic_clinic_id_clinic")
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["clinic_topic.id"], name=op.f("fk_clinic_offers_topic_topic_id_clinic_topic")
        ),
        sa.PrimaryKeyConstraint("clinic_id", "topic_id", name=op.f("pk_clinic_offers_topic")),
    )
    op.create_table(
        "slot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("wall", sa.Time(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_slot_order")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_slot_clinic_id_clinic")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot")),
    )
    op.create_index(op.f("ix_slot_clinic_id"), "slot", ["clinic_id"], unique=False)
    op.create_index(op.f("ix_slot_starts_at"), "slot", ["starts_at"], unique=False)
    op.create_index(
        "uq_slot_time",
        "slot",
        ["clinic_id", "starts_at"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "slot_place",
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_slot_place_number")),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_slot_place_slot_id_slot")),
        sa.PrimaryKeyConstraint("slot_id", "number", name=op.f("pk_slot_place")),
    )
    op.create_table(
        "booking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("offered_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("uid", sa.String(length=120), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=True),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=True),
        sa.Column("access_needs", sa.String(length=500), nullable=False),
        sa.Column("walked_in", sa.Boolean(), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked_by_id", sa.Integer(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by_id", sa.Integer(), nullable=True),
        sa.Column("checked_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(30), nullable=True),
        sa.Column("outcome_note", sa.Text(), nullable=False),
        sa.Column("outcome_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome_by_id", sa.Integer(), nullable=True),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(state = 'cancelled') = (cancelled_at IS NOT NULL)", name=op.f("ck_booking_cancelled")
        ),
        sa.CheckConstraint(
            "(state = 'offered') = (offered_until IS NOT NULL)", name=op.f("ck_booking_offered")
        ),
        sa.CheckConstraint(
            "outcome <> 'ticket raised' OR ticket_id IS NOT NULL", name=op.f("ck_booking_ticket")
        ),
        sa.CheckConstraint("(outcome IS NULL) = (outcome_at IS NULL)", name=op.f("ck_booking_outcome")),
        sa.ForeignKeyConstraint(["booked_by_id"], ["person.id"], name=op.f("fk_booking_booked_by_id_person")),
        sa.ForeignKeyConstraint(
            ["cancelled_by_id"], ["person.id"], name=op.f("fk_booking_cancelled_by_id_person")
        ),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_booking_device_id_device")),
        sa.ForeignKeyConstraint(
            ["outcome_by_id"], ["person.id"], name=op.f("fk_booking_outcome_by_id_person")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_booking_person_id_person")),
        sa.ForeignKeyConstraint(
            ["slot_id", "place"], ["slot_place.slot_id", "slot_place.number"], name="fk_booking_place"
        ),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_booking_slot_id_slot")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_booking_ticket_id_ticket")),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["clinic_topic.id"], name=op.f("fk_booking_topic_id_clinic_topic")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
        sa.UniqueConstraint("uid", name=op.f("uq_booking_uid")),
    )
    op.create_index(op.f("ix_booking_person_id"), "booking", ["person_id"], unique=False)
    op.create_index(op.f("ix_booking_ticket_id"), "booking", ["ticket_id"], unique=False)
    op.create_index(
        "uq_booking_place",
        "booking",
        ["slot_id", "place"],
        unique=True,
        sqlite_where=sa.text("state <> 'cancelled'"),
        postgresql_where=sa.text("state <> 'cancelled'"),
    )
    op.create_table(
        "booked_tick",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("tick", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_booked_tick_booking_id_booking")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_booked_tick_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "tick", name=op.f("pk_booked_tick")),
    )
    op.create_index(op.f("ix_booked_tick_booking_id"), "booked_tick", ["booking_id"], unique=False)
    op.create_table(
        "booking_reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=30), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("missed_at", sa.DateTime(timezone=True), nullable=True),
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
        unique=False,
        sqlite_where=sa.text("sent_at IS NULL AND missed_at IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL AND missed_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("booking_reminder")
    op.drop_table("booked_tick")
    op.drop_table("booking")
    op.drop_table("slot_place")
    op.drop_table("slot")
    op.drop_table("clinic_offers_topic")
    op.drop_table("clinic_host")
    op.drop_table("clinic_topic")
    op.drop_table("clinic")
    op.drop_table("clinic_series")
