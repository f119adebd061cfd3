"""Let a merged ticket leave the lists of open work, and a reply to it say where it came from."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

OPEN = "resolved_at IS NULL AND closed_at IS NULL"
NOT_MERGED = f"{OPEN} AND merged_into_id IS NULL"
LISTS = {
    "ix_ticket_open_assignee": ("assignee_id", "due_sort", "id"),
    "ix_ticket_open_due": ("due_sort", "id"),
    "ix_ticket_open_queue": ("queue_id", "due_sort", "id"),
    "ix_ticket_open_opened": ("opened_at", "id"),
    "ix_ticket_open_updated": ("updated_at", "id"),
    "ix_ticket_open_priority": ("priority", "due_sort", "id"),
    "ix_ticket_open_needed": ("needed_by", "id"),
    "ix_ticket_open_load": ("assignee_id", "hold_reason", "confidential", "queue_id", "scope", "council_id"),
    "ix_ticket_open_counts": (
        *(
            "status",
            "assignee_id",
            "requester_kind",
            "due_sort",
            "past_target_at",
            "confidential",
            "queue_id",
        ),
        *("scope", "council_id", "resolved_at", "closed_at", "updated_at", "hold_until", "priority"),
        *("channel", "ticket_type", "opened_at", "needed_by", "hold_reason", "merged_into_id", "id"),
    ),
}
MERGED = sa.text("merged_into_id IS NOT NULL")
VIA = sa.text("via_id IS NOT NULL")


def upgrade() -> None:
    _drop_lists()
    # In one clause, as both databases read it: SQLite adds no constraint to a table that is there.
    for table, column in (("ticket", "merged_into_id"), ("message", "via_id")):
        name = f"fk_{table}_{column}_ticket"
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {column} INTEGER CONSTRAINT {name} REFERENCES ticket (id)"
        )
    op.execute(
        """
        WITH RECURSIVE last(merged_id, survivor_id) AS (
            SELECT merged_id, survivor_id FROM merge WHERE undone_at IS NULL
            UNION ALL
            SELECT last.merged_id, merge.survivor_id
            FROM last JOIN merge ON merge.merged_id = last.survivor_id AND merge.undone_at IS NULL
        )
        UPDATE ticket SET merged_into_id = (
            SELECT survivor_id FROM last
            WHERE last.merged_id = ticket.id
            AND NOT EXISTS (SELECT 1 FROM merge WHERE merge.merged_id = last.survivor_id AND merge.undone_at IS NULL)
        )
        WHERE id IN (SELECT merged_id FROM last)
        """
    )
    op.create_index(
        "ix_ticket_merged_into_id", "ticket", ["merged_into_id"], sqlite_where=MERGED, postgresql_where=MERGED
    )
    op.create_index("ix_message_via_id", "message", ["via_id"], sqlite_where=VIA, postgresql_where=VIA)
    _create_lists(NOT_MERGED, has_column=True)


def downgrade() -> None:
    _drop_lists()
    op.drop_index("ix_message_via_id", "message")
    op.drop_index("ix_ticket_merged_into_id", "ticket")
    op.drop_column("message", "via_id")
    op.drop_column("ticket", "merged_into_id")
    _create_lists(OPEN, has_column=False)


def _drop_lists() -> None:
    for name in LISTS:
        op.drop_index(name, "ticket")


def _create_lists(condition: str, *, has_column: bool) -> None:
    where = sa.text(condition)
    for name, columns in LISTS.items():
        there = [column for column in columns if column != "merged_into_id" or has_column]
        op.create_index(name, "ticket", there, sqlite_where=where, postgresql_where=where)
