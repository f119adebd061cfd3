"""Remember by how many minutes a clinic runs late."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    op.add_column("clinic", sa.Column("late_minutes", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("clinic", sa.Column("late_since", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("clinic", "late_since")
    op.drop_column("clinic", "late_minutes")
