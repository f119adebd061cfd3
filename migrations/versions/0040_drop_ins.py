"""Who waits at a clinic without a booking, and who of them has no account."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"

MOMENT = sa.DateTime(timezone=True)
WAITS = sa.text("called_at IS NULL AND left_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "drop_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=True),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("arrived_at", MOMENT, nullable=False),
        sa.Column("noted_by_id", sa.Integer(), nullable=False),
        sa.Column("called_at", MOMENT, nullable=True),
        sa.Column("left_at", MOMENT, nullable=True),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(called_at IS NULL) = (booking_id IS NULL)", name=op.f("ck_drop_in_called")),
        sa.CheckConstraint("called_at IS NULL OR left_at IS NULL", name=op.f("ck_drop_in_left")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_drop_in_booking_id_booking")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_drop_in_clinic_id_clinic")),
        sa.ForeignKeyConstraint(["noted_by_id"], ["person.id"], name=op.f("fk_drop_in_noted_by_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_drop_in_person_id_person")),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["clinic_topic.id"], name=op.f("fk_drop_in_topic_id_clinic_topic")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drop_in")),
        sa.UniqueConstraint("booking_id", name=op.f("uq_drop_in_booking_id")),
    )
    op.create_index(op.f("ix_drop_in_clinic_id"), "drop_in", ["clinic_id"])
    op.create_index(op.f("ix_drop_in_person_id"), "drop_in", ["person_id"])
    op.create_index(
        "uq_drop_in_waits",
        "drop_in",
        ["clinic_id", "person_id"],
        unique=True,
        sqlite_where=WAITS,
        postgresql_where=WAITS,
    )
    op.create_table(
        "visitor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.Column("noted_by_id", sa.Integer(), nullable=False),
        sa.Column("tied_to_id", sa.Integer(), nullable=True),
        sa.Column("tied_at", MOMENT, nullable=True),
        sa.CheckConstraint("(tied_to_id IS NULL) = (tied_at IS NULL)", name=op.f("ck_visitor_tied")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_visitor_clinic_id_clinic")),
        sa.ForeignKeyConstraint(["noted_by_id"], ["person.id"], name=op.f("fk_visitor_noted_by_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_visitor_person_id_person")),
        sa.ForeignKeyConstraint(["tied_to_id"], ["person.id"], name=op.f("fk_visitor_tied_to_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visitor")),
        sa.UniqueConstraint("person_id", name=op.f("uq_visitor_person_id")),
    )
    op.create_index(op.f("ix_visitor_clinic_id"), "visitor", ["clinic_id"])


def downgrade() -> None:
    op.drop_table("visitor")
    op.drop_table("drop_in")
