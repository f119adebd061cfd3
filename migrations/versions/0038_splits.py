"""Say of which message a ticket was made that was split from another."""

from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    # In one clause, as both databases read it: SQLite adds no constraint to a table that is there.
    op.execute(
        "ALTER TABLE ticket_link ADD COLUMN message_id INTEGER "
        "CONSTRAINT fk_ticket_link_message_id_message REFERENCES message (id)"
    )


def downgrade() -> None:
    op.execute("DELETE FROM ticket_link WHERE kind = 'split from'")
    op.drop_column("ticket_link", "message_id")
