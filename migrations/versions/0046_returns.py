"""Devices that were accepted, and are to come back by a day; whoever had one already has accepted it."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"

MOMENTS = ("accepted_at", "asked_at", "reminded_at")


def upgrade() -> None:
    op.add_column("device", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("custody", sa.Column("due_on", sa.Date(), nullable=True))
    for name in MOMENTS:
        op.add_column("custody", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE custody SET accepted_at = lent_at")


def downgrade() -> None:
    for name in reversed(MOMENTS):
        op.drop_column("custody", name)
    op.drop_column("custody", "due_on")
    op.drop_column("device", "version")
