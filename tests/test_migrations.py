"""The migrations and the models say the same, and every migration can be undone with data in the tables."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import inspect

from ictsupport import schema
from ictsupport.config import bundled
from ictsupport.database import Model, db


def test_models_and_migrations_agree(own_app: Flask):
    with own_app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": schema.compare_type, "include_object": schema.include_object},
        )
        assert compare_metadata(context, Model.metadata) == []


def test_every_index_of_the_models_is_there(own_app: Flask):
    with own_app.app_context():
        found = inspect(db.engine)
        for table in Model.metadata.sorted_tables:
            wanted = {index.name for index in table.indexes}
            assert (
                wanted <= {index["name"] for index in found.get_indexes(table.name)} | expression_indexes()
            ), table


def expression_indexes() -> set[str]:
    """Indexes over expressions, which SQLite does not report; they are looked up by name."""
    if db.engine.dialect.name != "sqlite":
        return set()
    with db.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '%(%lower(%'"
        )
        return {name for (name,) in rows}


def test_every_migration_goes_down_and_up_again(own_app: Flask):
    with own_app.app_context():
        script = ScriptDirectory(str(bundled("migrations")))
        assert script.get_heads() == [schema.newest()]
        for revision in script.walk_revisions():
            schema.downgrade(str(revision.down_revision or "base"))
        assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
        schema.upgrade()
        assert "ticket" in inspect(db.engine).get_table_names()
