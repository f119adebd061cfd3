"""The tables of search: one document a ticket, and each database's own full-text index over it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

SQLITE = (
    """CREATE VIRTUAL TABLE search_fts USING fts5(
        title, public, internal, content='search_doc', content_rowid='ticket_id',
        tokenize='porter unicode61 remove_diacritics 2', prefix='2 3 4')""",
    """CREATE TRIGGER search_doc_added AFTER INSERT ON search_doc BEGIN
        INSERT INTO search_fts(rowid, title, public, internal)
        VALUES (new.ticket_id, new.title, new.public, new.internal); END""",
    """CREATE TRIGGER search_doc_removed AFTER DELETE ON search_doc BEGIN
        INSERT INTO search_fts(search_fts, rowid, title, public, internal)
        VALUES ('delete', old.ticket_id, old.title, old.public, old.internal); END""",
    """CREATE TRIGGER search_doc_changed AFTER UPDATE ON search_doc BEGIN
        INSERT INTO search_fts(search_fts, rowid, title, public, internal)
        VALUES ('delete', old.ticket_id, old.title, old.public, old.internal);
        INSERT INTO search_fts(rowid, title, public, internal)
        VALUES (new.ticket_id, new.title, new.public, new.internal); END""",
)

# What is public is weighted A and B, what is not C. Rows stay whole: packing the vectors would cost each search 20 ms.
POSTGRESQL = (
    """ALTER TABLE search_doc ADD COLUMN search_fts_words tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', public), 'B')
        || setweight(to_tsvector('english', internal), 'C')) STORED""",
    "ALTER TABLE search_doc SET (toast_tuple_target = 8160)",
    "CREATE INDEX search_fts_ix_words ON search_doc USING gin (search_fts_words)",
)


def upgrade() -> None:
    op.create_table(
        "search_doc",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("internal", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_search_doc_ticket_id_ticket"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_search_doc")),
    )
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_fts")
    op.drop_table("search_doc")
