"""Places at clinics that are kept until a day for members elected together."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"


def upgrade() -> None:
    op.add_column("clinic", sa.Column("kept_cohort", sa.Integer(), nullable=True))
    op.add_column("clinic", sa.Column("kept_places", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("clinic", sa.Column("kept_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in ("kept_until", "kept_places", "kept_cohort"):
        op.drop_column("clinic", name)
