"""Databases: PostgreSQL by ADBC (postgres.py), the others by SQLAlchemy and their drivers.

Here SQLAlchemy makes the connection and the statement, and the rows come from the driver's own
cursor as it streams them, since SQLAlchemy's rows cost half of the time again. The session is
read-only where the database knows that, and what is read is one statement, so one state of the
data. Only MySQL and MariaDB were tried against servers.
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
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from scorecard.connectors import mysql
from scorecard.connectors.base import Connector, Tally, Task, Wanted
from scorecard.connectors.sql_address import Address, Proof, address_of
from scorecard.connectors.sql_errors import told
from scorecard.connectors.statement import all_names, names_statement, present, rows_statement
from scorecard.errors import ConfigurationError
from scorecard.pulling.bindings import SqlBinding
from scorecard.pulling.platforms import SqlSource
from scorecard.pulling.secrets import Secrets

ROWS = 20_000
DRIVERS = {
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
    "oracle": "oracle+oracledb",
    "mssql": "mssql+pymssql",
    "dm": "dm+dmPython",
}
READ_ONLY = {"oracle": "set transaction read only", "dm": "set transaction read only"}
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


class SqlConnector:
    """A table or query of any database that SQLAlchemy has a dialect of."""

    def __init__(
        self,
        source: SqlSource,
        address: Address,
        binding: SqlBinding,
        wanted: Wanted,
        secrets: Secrets,
    ) -> None:
        self._source, self._address, self._binding = source, address, binding
        self._wanted, self._secrets = wanted, secrets
        self._is_mysql = source.dialect in ("mysql", "mariadb")
        if address.proof is Proof.CERTIFICATE and not self._is_mysql:
            raise ConfigurationError(
                f"the driver of {source.dialect} does not check a server's certificate",
                "sources.yaml",
                "`tls: {verify: false}` goes without, and every night says so",
            )

    def batches(self, task: Task, tally: Tally) -> Iterator[pa.RecordBatch]:
        """The rows as the driver streams them; see `Connector`."""
        seconds = statement_seconds(self._source, task)
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
        url = self._address.url.set(drivername=DRIVERS[self._source.dialect])
        arguments: dict[str, Any] = {}
        if self._is_mysql:
            arguments = mysql.arguments(self._address, int(seconds))
        return sa.create_engine(url, poolclass=NullPool, connect_args=arguments)

    def _begin(self, connection: Connection, seconds: float) -> None:
        if self._is_mysql:
            mysql.begin(connection, seconds, self._source.time_zone)
            connection.commit()  # what is set counts from the next transaction on
        elif statement := READ_ONLY.get(self._source.dialect):
            connection.exec_driver_sql(statement)

    def _read(self, connection: Connection, task: Task, tally: Tally) -> Iterator[pa.RecordBatch]:
        columns = tuple(connection.execute(names_statement(self._binding)).keys())
        tally.requests += 1
        names = present(self._wanted, columns, self._address.place)
        tally.columns = all_names(names, columns)
        statement = rows_statement(
            self._binding, columns, tuple(names.values()), task,
            self._source.time_zone, self._source.dialect,
        )  # fmt: skip
        tally.requests += 1
        with self._running(connection, statement) as cursor:
            while rows := cursor.fetchmany(ROWS):
                arrays = [texts(column) for column in zip(*rows, strict=True)]
                yield pa.RecordBatch.from_arrays(arrays, names=list(names))

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


def statement_seconds(source: SqlSource, task: Task) -> float:
    """How long the server may work for us: till the deadline, or less where the source says so.

    Servers count until the last row is fetched, not just until the first.
    """
    limit = source.statement_timeout
    return max(1.0, min(task.deadline, limit.total_seconds() if limit else task.deadline))


def texts(column: Sequence[Any]) -> pa.Array:
    """A column's values as texts; all of one type, so the first tells."""
    kind = next((type(value) for value in column if value is not None), str)
    if kind is not str:
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
