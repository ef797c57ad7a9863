"""Databases: PostgreSQL by ADBC (postgres.py), the others by SQLAlchemy and their drivers.

Here SQLAlchemy makes the connection and the statement, and the rows come from the driver's own
cursor as it streams them, since SQLAlchemy's rows cost half of the time again. The session is
read-only where the database knows that, and its transaction is rolled back at the end; what is
read is one statement, so one state of the data. Only MariaDB and SQLite were tried for real.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import NullPool

from scorecard.connectors import mysql
from scorecard.connectors.base import Connector, Tally, Task, Wanted
from scorecard.connectors.sql_address import CONNECT_SECONDS, DRIVERS, address_of
from scorecard.connectors.sql_errors import told
from scorecard.connectors.statement import Reader, names_statement
from scorecard.errors import ConfigurationError
from scorecard.pulling.bindings import SqlBinding
from scorecard.pulling.platforms import SqlSource
from scorecard.pulling.secrets import Secrets

ROWS = 20_000
READ_ONLY = {
    "oracle": "set transaction read only",
    "dm": "set transaction read only",
    "sqlite": "pragma query_only = on",
}
"""Elsewhere than with MySQL; SQL Server knows no such thing, so its user must not write."""


def connect(source: SqlSource, binding: SqlBinding, wanted: Wanted, secrets: Secrets) -> Connector:
    """The connector of a database.

    Raises:
        ConfigurationError: If the URL, the driver or the password is not there, or the driver
            cannot have the server prove itself as `tls` asks for.
    """
    address = address_of(source, secrets)
    if source.dialect == "postgresql":
        from scorecard.connectors.postgres import PostgresConnector

        return PostgresConnector(source, address, binding, wanted, secrets)
    return SqlConnector(source, address, binding, wanted, secrets)


class SqlConnector(Reader):
    """A table or query of any database that SQLAlchemy has a dialect of."""

    def batches(self, task: Task, tally: Tally) -> Iterator[pa.RecordBatch]:
        """The rows as the driver streams them; see `Connector`."""
        seconds = self._seconds(task)
        engine = self._engine(seconds)
        try:
            with engine.connect() as connection:
                self._begin(connection, seconds)
                yield from self._read(connection, task, tally)
        except DBAPIError as error:
            raise told(error.orig or error, self._address.place, self._secrets) from None
        except (engine.dialect.loaded_dbapi.Error, UnicodeDecodeError) as error:
            raise told(error, self._address.place, self._secrets) from None

    def _engine(self, seconds: float) -> Engine:
        dialect, url = self._source.dialect, self._address.url
        url = url.set(drivername=DRIVERS.get(dialect, url.drivername))
        arguments = self._arguments(int(seconds))
        try:
            engine = sa.create_engine(url, poolclass=NullPool, connect_args=arguments)
        except (ArgumentError, ImportError) as error:
            said = self._secrets.clean(str(error).partition("\n")[0])
            raise ConfigurationError(
                f"SQLAlchemy cannot load {url.drivername}: {said}",
                "sources.yaml",
                "install what brings its dialect and its driver, and write `url` as they want it",
            ) from None
        if dialect == "oracle":
            # Of one round trip each; before all others, since SQLAlchemy's own ones count as well.
            def limit(raw: Any, _: object) -> None:
                raw.call_timeout = int(seconds * 1000)

            sa.event.listen(engine, "connect", limit, insert=True)
        return engine

    def _arguments(self, seconds: int) -> dict[str, Any]:
        """What the driver is told; nothing of it can be overridden in the URL."""
        match self._source.dialect:
            case "mysql" | "mariadb":
                return mysql.arguments(self._address, seconds)
            case "oracle":
                return {"tcp_connect_timeout": CONNECT_SECONDS}
            case "mssql":
                return {"timeout": seconds, "login_timeout": CONNECT_SECONDS, "autocommit": False}
            case "dm":
                limits = {"connection_timeout": seconds, "login_timeout": CONNECT_SECONDS}
                return {**limits, "autoCommit": False}
        return {}

    @property
    def _is_mysql(self) -> bool:
        return self._source.dialect in ("mysql", "mariadb")

    def _begin(self, connection: Connection, seconds: float) -> None:
        if self._is_mysql:
            mysql.begin(connection, seconds, self._source.time_zone)
            connection.commit()  # what is set counts from the next transaction on
        elif statement := READ_ONLY.get(self._source.dialect):
            connection.exec_driver_sql(statement)

    def _read(self, connection: Connection, task: Task, tally: Tally) -> Iterator[pa.RecordBatch]:
        # By the driver's cursor: SQLAlchemy would give Oracle's names in lower case.
        with self._running(connection, names_statement(self._binding)) as cursor:
            columns = tuple(name for name, *_ in cursor.description)
        names, statement = self._rows(columns, task, tally)
        with self._running(connection, statement) as cursor:
            while rows := cursor.fetchmany(ROWS):
                arrays = [texts(column) for column in zip(*rows, strict=True)]
                yield pa.RecordBatch.from_arrays(arrays, names=names)

    @contextmanager
    def _running(self, connection: Connection, statement: sa.Select[Any]) -> Iterator[Any]:
        """The driver's cursor at work, which SQLAlchemy's result would have read rows off."""
        compiled = statement.compile(dialect=connection.dialect)
        named = compiled.construct_params()
        positional = compiled.positiontup
        given = named if positional is None else tuple(named[name] for name in positional)
        cursor = self._cursor(connection)
        try:
            cursor.execute(str(compiled), given)
            yield cursor
        except BaseException:
            if isinstance(cursor, mysql.Stream):
                cursor.leave()
            connection.invalidate()
            raise
        cursor.close()

    def _cursor(self, connection: Connection) -> Any:
        raw: Any = connection.connection.dbapi_connection
        return raw.cursor(mysql.Stream) if self._is_mysql else raw.cursor()


def texts(column: Sequence[Any]) -> pa.Array:
    """A column's values as texts; SQLite has values of several types in one."""
    if set(map(type, column)) - {str, type(None)}:
        column = [None if value is None else _text(value) for value in column]
    return pa.array(column, pa.string())


def _text(value: Any) -> str:
    """A driver's value as a csv would have it; bytes in hexadecimal."""
    if isinstance(value, dt.datetime):
        return value.isoformat(" ")
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex()
    return str(value)
