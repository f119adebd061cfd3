"""Remember what a tag was called before, or which one it became."""

from alembic import op

revision = "0052"
down_revision = "0051"


def upgrade() -> None:
    # In one clause, as both databases read it: SQLite adds no constraint to a table that is there.
    op.execute(
        "ALTER TABLE tag ADD COLUMN became_id INTEGER CONSTRAINT fk_tag_became_id_tag REFERENCES tag (id)"
    )
    op.create_index(op.f("ix_tag_became_id"), "tag", ["became_id"])


def downgrade() -> None:
    op.execute("DELETE FROM tag WHERE became_id IS NOT NULL")
    op.drop_index(op.f("ix_tag_became_id"), "tag")
    op.drop_column("tag", "became_id")
