"""Beginning again costs the tests next to nothing: savepoints, two a request, and the end of each test.

SQLAlchemy puts every statement about a savepoint together anew. psycopg forgets at each
ROLLBACK what it has prepared, in case a table was made or dropped before it, so PostgreSQL
would plan each statement of each request again. What changes tables uses a database of its own.
"""

from typing import Any

from psycopg import Connection as Driver
from psycopg.pq import ExecStatus
from sqlalchemy import Connection, Engine


def make_cheap(engine: Engine) -> None:
    dialect: Any = engine.dialect
    dialect.do_savepoint = lambda connection, name: _of(connection, f"SAVEPOINT {name}")
    dialect.do_release_savepoint = lambda connection, name: _of(connection, f"RELEASE SAVEPOINT {name}")
    dialect.do_rollback_to_savepoint = lambda connection, name: _of(connection, f"ROLLBACK TO {name}")
    dialect.do_rollback = lambda driver: _send(driver, "ROLLBACK") if _begun(driver) else driver.rollback()


def _of(connection: Connection, statement: str) -> None:
    _send(connection.connection.driver_connection, statement)


def _send(driver: Any, statement: str) -> None:
    if not _begun(driver):
        driver.execute(statement)
        return
    result = driver.pgconn.exec_(statement.encode())
    if result.status != ExecStatus.COMMAND_OK:
        raise RuntimeError(f"{statement}: {result.error_message.decode()}")


def _begun(driver: Any) -> bool:
    """Whether psycopg has told PostgreSQL of the transaction: it does so with the first statement."""
    driver = getattr(driver, "driver_connection", driver)
    return isinstance(driver, Driver) and bool(driver.info.transaction_status)
