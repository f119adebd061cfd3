"""Remember when somebody was here before the present visit."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.add_column("person", sa.Column("left_off_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("person", "left_off_at")
