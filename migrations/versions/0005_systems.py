"""Systems, suppliers, contracts and the way to shared ones."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "supplier",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("website", sa.String(length=300), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier")),
        sa.UniqueConstraint("name", name=op.f("uq_supplier_name")),
    )
    op.create_table(
        "supplier_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("job", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_contact_supplier_id_supplier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_contact")),
    )
    op.create_index(
        op.f("ix_supplier_contact_supplier_id"), "supplier_contact", ["supplier_id"], unique=False
    )
    op.create_table(
        "contract",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("reference", sa.String(length=60), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("cancelled_on", sa.Date(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'cancelled') = (cancelled_on IS NOT NULL)", name=op.f("ck_contract_cancelled")
        ),
        sa.CheckConstraint(
            "state NOT IN ('active', 'expired') OR signed_on IS NOT NULL", name=op.f("ck_contract_signed")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_contract_owner_id_person")),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_contract_supplier_id_supplier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
        sa.UniqueConstraint("supplier_id", "name", name=op.f("uq_contract_supplier_id_name")),
    )
    op.create_index(op.f("ix_contract_owner_id"), "contract", ["owner_id"], unique=False)
    op.create_index(op.f("ix_contract_state"), "contract", ["state"], unique=False)
    op.create_index(op.f("ix_contract_supplier_id"), "contract", ["supplier_id"], unique=False)
    op.create_index(
        "uq_contract_reference",
        "contract",
        ["reference"],
        unique=True,
        sqlite_where=sa.text("reference <> ''"),
        postgresql_where=sa.text("reference <> ''"),
    )
    op.create_table(
        "system",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_system_owner_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_system")),
        sa.UniqueConstraint("name", name=op.f("uq_system_name")),
        sa.UniqueConstraint("slug", name=op.f("uq_system_slug")),
    )
    op.create_index(op.f("ix_system_owner_id"), "system", ["owner_id"], unique=False)
    op.create_table(
        "alignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("promised_pence", sa.BigInteger(), nullable=True),
        sa.Column("realised_pence", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["system_id"], ["system.id"], name=op.f("fk_alignment_system_id_system")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alignment")),
        sa.UniqueConstraint("system_id", name=op.f("uq_alignment_system_id")),
    )
    op.create_table(
        "contract_leg",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("council_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("notice_days", sa.Integer(), nullable=False),
        sa.Column("notice_on", sa.Date(), nullable=False),
        sa.Column("notice_given_on", sa.Date(), nullable=True),
        sa.Column("renewal", sa.String(30), nullable=False),
        sa.Column("renewal_months", sa.Integer(), nullable=False),
        sa.Column("extension_options", sa.String(length=300), nullable=False),
        sa.Column("annual_pence", sa.BigInteger(), nullable=True),
        sa.Column("support_hours", sa.String(length=200), nullable=False),
        sa.Column("support_phone", sa.String(length=40), nullable=False),
        sa.Column("support_portal", sa.String(length=300), nullable=False),
        sa.Column("support_included", sa.Boolean(), nullable=False),
        sa.CheckConstraint("renewal = 'express' OR renewal_months > 0", name=op.f("ck_contract_leg_renewal")),
        sa.CheckConstraint("annual_pence >= 0", name=op.f("ck_contract_leg_cost")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_contract_leg_order")),
        sa.CheckConstraint(
            "notice_days >= 0 AND notice_on >= starts_on", name=op.f("ck_contract_leg_notice")
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_contract_leg_contract_id_contract")
        ),
        sa.ForeignKeyConstraint(
            ["council_id"], ["council.id"], name=op.f("fk_contract_leg_council_id_council")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_leg")),
        sa.UniqueConstraint(
            "contract_id",
            "council_id",
            "starts_on",
            name=op.f("uq_contract_leg_contract_id_council_id_starts_on"),
        ),
    )
    op.create_index(op.f("ix_contract_leg_council_id"), "contract_leg", ["council_id"], unique=False)
    op.create_index(op.f("ix_contract_leg_ends_on"), "contract_leg", ["ends_on"], unique=False)
    op.create_index(op.f("ix_contract_leg_notice_on"), "contract_leg", ["notice_on"], unique=False)
    op.create_table(
        "contract_system",
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_contract_system_contract_id_contract")
        ),
        sa.ForeignKeyConstraint(
            ["system_id"], ["system.id"], name=op.f("fk_contract_system_system_id_system")
        ),
        sa.PrimaryKeyConstraint("contract_id", "system_id", name=op.f("pk_contract_system")),
    )
    op.create_index(op.f("ix_contract_system_system_id"), "contract_system", ["system_id"], unique=False)
    op.create_table(
        "system_leg",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("council_id", sa.Integer(), nullable=False),
        sa.Column("use", sa.String(30), nullable=False),
        sa.Column("local_name", sa.String(length=120), nullable=False),
        sa.Column("local_owner_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["council_id"], ["council.id"], name=op.f("fk_system_leg_council_id_council")
        ),
        sa.ForeignKeyConstraint(
            ["local_owner_id"], ["person.id"], name=op.f("fk_system_leg_local_owner_id_person")
        ),
        sa.ForeignKeyConstraint(["system_id"], ["system.id"], name=op.f("fk_system_leg_system_id_system")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_system_leg")),
        sa.UniqueConstraint("system_id", "council_id", name=op.f("uq_system_leg_system_id_council_id")),
    )
    op.create_index(op.f("ix_system_leg_council_id"), "system_leg", ["council_id"], unique=False)
    op.create_table(
        "alignment_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alignment_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(30), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("blocker", sa.String(length=300), nullable=False),
        sa.Column("target_on", sa.Date(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["alignment_id"], ["alignment.id"], name=op.f("fk_alignment_step_alignment_id_alignment")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_alignment_step_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alignment_step")),
    )
    op.create_index(
        "ix_alignment_step_since", "alignment_step", ["alignment_id", "since", "id"], unique=False
    )


def downgrade() -> None:
    op.drop_table("alignment_step")
    op.drop_table("system_leg")
    op.drop_table("contract_system")
    op.drop_table("contract_leg")
    op.drop_table("alignment")
    op.drop_table("system")
    op.drop_table("contract")
    op.drop_table("supplier_contact")
    op.drop_table("supplier")
