"""How migrations reach the database. All of a run is one transaction, on SQLite too."""

from alembic import context
from flask import current_app

from ictsupport import schema
from ictsupport.database import Model


def run() -> None:
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        dbapi = connection.connection.dbapi_connection
        if sqlite:
            # Rebuilding a table would otherwise delete what refers to it. Has no effect inside a transaction.
            dbapi.execute("PRAGMA foreign_keys=OFF")
        try:
            context.configure(
                connection=connection,
                target_metadata=Model.metadata,
                render_as_batch=True,
                include_object=schema.include_object,
                render_item=schema.render_item,
                compare_type=schema.compare_type,
                transactional_ddl=True,
            )
            with context.begin_transaction():
                context.run_migrations()
                if sqlite and (lost := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
                    raise RuntimeError(f"The migration left rows without what they refer to: {lost[:5]}")
        finally:
            if sqlite:
                dbapi.execute("PRAGMA foreign_keys=ON")


run()
