"""Drop the note about targets of request types: nothing read it."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"


def upgrade() -> None:
    op.drop_column("request_type", "policy_hint")


def downgrade() -> None:
    op.add_column(
        "request_type", sa.Column("policy_hint", sa.String(length=120), nullable=False, server_default="")
    )
