"""Request types with versions of their forms, what was answered, and checks of identity."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0016"
down_revision = "0015"

JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "request_type",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("hint", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(30), nullable=False),
        sa.Column("ticket_type", sa.String(30), nullable=True),
        sa.Column("queue_id", sa.Integer(), nullable=True),
        sa.Column("system_id", sa.Integer(), nullable=True),
        sa.Column("impact", sa.Integer(), nullable=True),
        sa.Column("identity_check", sa.Boolean(), nullable=False),
        sa.Column("checklist", sa.String(length=120), nullable=False),
        sa.Column("policy_hint", sa.String(length=120), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("impact BETWEEN 1 AND 3", name=op.f("ck_request_type_impact")),
        sa.ForeignKeyConstraint(["queue_id"], ["queue.id"], name=op.f("fk_request_type_queue_id_queue")),
        sa.ForeignKeyConstraint(["system_id"], ["system.id"], name=op.f("fk_request_type_system_id_system")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_type")),
        sa.UniqueConstraint("slug", name=op.f("uq_request_type_slug")),
        sa.UniqueConstraint("name", name=op.f("uq_request_type_name")),
    )
    op.create_table(
        "type_form",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("type_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("questions", JSON, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["type_id"], ["request_type.id"], name=op.f("fk_type_form_type_id_request_type")
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_type_form_made_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_type_form")),
        sa.UniqueConstraint("type_id", "number", name=op.f("uq_type_form_type_id_number")),
    )
    op.create_table(
        "filled_form",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("answers", JSON, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_filled_form_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["form_id"], ["type_form.id"], name=op.f("fk_filled_form_form_id_type_form")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_filled_form")),
    )
    op.create_index(op.f("ix_filled_form_form_id"), "filled_form", ["form_id"], unique=False)
    op.create_table(
        "identity_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("proof", sa.String(30), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_identity_check_ticket_id_ticket")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_identity_check_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_check")),
    )
    op.create_index(op.f("ix_identity_check_ticket_id"), "identity_check", ["ticket_id"], unique=False)


def downgrade() -> None:
    op.drop_table("identity_check")
    op.drop_table("filled_form")
    op.drop_table("type_form")
    op.drop_table("request_type")
