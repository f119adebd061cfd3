"""Let PostgreSQL look after the tickets more often.

What is counted on every list of the desk stands in indexes, and PostgreSQL
reads it from there alone as long as it knows that the rows are settled. By
itself it would look again only after a fifth of all tickets had changed, in
a year perhaps; open work, which is counted, is what changes.
"""

from alembic import op

revision = "0059"
down_revision = "0058"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE ticket SET (autovacuum_vacuum_scale_factor = 0.02)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE ticket RESET (autovacuum_vacuum_scale_factor)")
