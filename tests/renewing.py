"""A database that tests with real commits share is made as it was set up between them: a new one takes long.

SQLite's file is copied again. PostgreSQL keeps what its tables held in a schema
of their own and puts it back; an index that a test took away comes back too.
"""

import os
import shutil
from pathlib import Path
from secrets import token_hex

from sqlalchemy import Connection, Engine, insert

from ictsupport.tickets.search.models import Spelling
from ictsupport.unchanged import Revision

KEEP = """
CREATE SCHEMA kept;
CREATE TABLE kept.sequences AS SELECT sequencename AS name, last_value FROM pg_sequences WHERE schemaname = 'public';
CREATE TABLE kept.indexes AS SELECT indexname AS name, indexdef FROM pg_indexes WHERE schemaname = 'public';
CREATE TABLE kept.tables AS SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public';
DO $$
DECLARE found record; filled boolean;
BEGIN
  FOR found IN SELECT name FROM kept.tables LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM public.%%I)', found.name) INTO filled;
    IF filled THEN
      EXECUTE format('CREATE TABLE kept.%%I AS TABLE public.%%I', 'of_' || found.name, found.name);
    END IF;
  END LOOP;
END $$;
"""
PUT_BACK = """
SET LOCAL session_replication_role = replica;
DO $$
DECLARE found record;
BEGIN
  FOR found IN SELECT name FROM kept.tables LOOP
    EXECUTE format('DELETE FROM public.%%I', found.name);
  END LOOP;
  FOR found IN SELECT indexdef FROM kept.indexes WHERE name NOT IN
      (SELECT indexname FROM pg_indexes WHERE schemaname = 'public') LOOP
    EXECUTE found.indexdef;
  END LOOP;
  FOR found IN SELECT name FROM kept.tables WHERE to_regclass('kept.of_' || name) IS NOT NULL LOOP
    EXECUTE format('INSERT INTO public.%%I SELECT * FROM kept.%%I', found.name, 'of_' || found.name);
  END LOOP;
  FOR found IN SELECT name, last_value FROM kept.sequences LOOP
    PERFORM setval(format('public.%%I', found.name)::regclass, coalesce(found.last_value, 1), found.last_value IS NOT NULL);
  END LOOP;
END $$;
"""


def set_up_anew(engine: Engine) -> None:
    """Make the database as it was before any test; nobody is at work in it any more."""
    engine.dispose()
    if engine.dialect.name == "sqlite":
        file = Path(str(engine.url.database))
        for left in file.parent.glob(f"{file.name}-*"):
            left.unlink()
        shutil.copy(Path(os.environ["ICTSUPPORT_TEST_FOLDER"]) / "ready.db", file)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            _end_others(connection)
            first = connection.exec_driver_sql("SELECT to_regnamespace('kept') IS NULL").scalar_one()
            connection.exec_driver_sql(KEEP if first else PUT_BACK)
        # what was there and is gone must not be remembered
        connection.execute(insert(Revision).values(name=Spelling.__tablename__, token=token_hex(8)))


def _end_others(connection: Connection) -> None:
    """Whoever was killed may not have gone yet, and would hold what is deleted."""
    connection.exec_driver_sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
