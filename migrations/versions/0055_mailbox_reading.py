"""Keep in mind how the last reading of a mailbox went."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"


def upgrade() -> None:
    op.create_table(
        "mailbox_reading",
        sa.Column("mailbox", sa.String(length=200), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(length=300), server_default="", nullable=False),
        sa.Column("trouble_since", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(trouble = '') = (trouble_since IS NULL)", name=op.f("ck_mailbox_reading_trouble")
        ),
        sa.PrimaryKeyConstraint("mailbox", name=op.f("pk_mailbox_reading")),
    )


def downgrade() -> None:
    op.drop_table("mailbox_reading")
