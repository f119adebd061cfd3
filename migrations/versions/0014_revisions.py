"""Tokens that say as of which change seldom-changed tables stand."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "revision",
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("token", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_revision"),
    )


def downgrade() -> None:
    op.drop_table("revision")
