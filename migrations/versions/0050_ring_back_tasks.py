"""Ring back whoever was not satisfied by a task for the managers."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"


def upgrade() -> None:
    op.add_column("task", sa.Column("for_managers", sa.Boolean(), nullable=False, server_default=sa.false()))
    # In one clause, as both databases read it: SQLite adds no constraint to a table that is there.
    op.execute(
        "ALTER TABLE rating ADD COLUMN task_id INTEGER CONSTRAINT fk_rating_task_id_task REFERENCES task (id)"
    )
    op.create_index(op.f("ix_rating_task_id"), "rating", ["task_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_rating_task_id"), "rating")
    op.drop_column("rating", "task_id")
    op.drop_column("task", "for_managers")
