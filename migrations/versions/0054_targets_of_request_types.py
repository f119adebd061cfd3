"""Give request types targets of their own: a ticket knows its request type, and a policy may be for one."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"

policy = sa.table("policy", sa.column("id"), sa.column("request_type_id"))
OWN = sa.select(policy.c.id).where(policy.c.request_type_id.is_not(None))


def upgrade() -> None:
    # In one clause, as both databases read it: SQLite adds no constraint to a table that is there.
    for table in ("ticket", "policy"):
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN request_type_id INTEGER "
            f"CONSTRAINT fk_{table}_request_type_id_request_type REFERENCES request_type (id)"
        )
    op.create_index(op.f("ix_policy_request_type_id"), "policy", ["request_type_id"])
    op.execute(
        "UPDATE ticket SET request_type_id = (SELECT type_form.type_id FROM filled_form "
        "JOIN type_form ON type_form.id = filled_form.form_id WHERE filled_form.ticket_id = ticket.id) "
        "WHERE id IN (SELECT ticket_id FROM filled_form)"
    )


def downgrade() -> None:
    # Without its request type such a policy would cover every ticket. What was counted by it stays counted.
    for table in ("clock", "clock_event"):
        gone = sa.table(table, sa.column("policy_id"))
        op.execute(sa.update(gone).where(gone.c.policy_id.in_(OWN)).values(policy_id=None))
    op.execute("DELETE FROM policy WHERE request_type_id IS NOT NULL")
    op.drop_index(op.f("ix_policy_request_type_id"), "policy")
    op.drop_column("policy", "request_type_id")
    op.drop_column("ticket", "request_type_id")
