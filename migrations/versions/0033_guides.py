"""Guides, who found them helpful, and who came to them lately."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "guide",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(120), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("summary", sa.String(200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("for_members", sa.Boolean(), nullable=False),
        sa.Column("for_staff", sa.Boolean(), nullable=False),
        sa.Column("for_agents", sa.Boolean(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("reminded_of", sa.Date(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("for_members OR for_staff OR for_agents", name=op.f("ck_guide_audience")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_guide_owner_id_person")),
        sa.ForeignKeyConstraint(["source_id"], ["ticket.id"], name=op.f("fk_guide_source_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide")),
        sa.UniqueConstraint("slug", name=op.f("uq_guide_slug")),
    )
    op.create_index(op.f("ix_guide_owner_id"), "guide", ["owner_id"])
    op.create_index(op.f("ix_guide_source_id"), "guide", ["source_id"])
    op.create_index("ix_guide_state_title_id", "guide", ["state", "title", "id"])
    op.create_table(
        "guide_system",
        sa.Column("guide_id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["guide_id"], ["guide.id"], name=op.f("fk_guide_system_guide_id_guide")),
        sa.ForeignKeyConstraint(["system_id"], ["system.id"], name=op.f("fk_guide_system_system_id_system")),
        sa.PrimaryKeyConstraint("guide_id", "system_id", name=op.f("pk_guide_system")),
    )
    op.create_index(op.f("ix_guide_system_system_id"), "guide_system", ["system_id"])
    op.create_table(
        "guide_vote",
        sa.Column("guide_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["guide_id"], ["guide.id"], name=op.f("fk_guide_vote_guide_id_guide")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_guide_vote_person_id_person")),
        sa.PrimaryKeyConstraint("guide_id", "person_id", name=op.f("pk_guide_vote")),
    )
    op.create_index(op.f("ix_guide_vote_person_id"), "guide_vote", ["person_id"])
    op.create_table(
        "guide_reading",
        sa.Column("guide_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["guide_id"], ["guide.id"], name=op.f("fk_guide_reading_guide_id_guide")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_guide_reading_person_id_person")),
        sa.PrimaryKeyConstraint("guide_id", "person_id", "day", name=op.f("pk_guide_reading")),
    )
    op.create_index(op.f("ix_guide_reading_person_id"), "guide_reading", ["person_id"])
    op.create_index(op.f("ix_guide_reading_last_at"), "guide_reading", ["last_at"])


def downgrade() -> None:
    for table in ("guide_reading", "guide_vote", "guide_system", "guide"):
        op.drop_table(table)
