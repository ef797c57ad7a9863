"""PostgreSQL and what speaks its protocol (KingbaseES, openGauss), by ADBC: binary COPY to Arrow.

Every column is cast to text on the server: what a csv would have had, and the only form in which
numeric, infinity, enums, money and the like come whole. The session is read-only from its start.
A connection that stalls hangs in libpq for ever; only ending the process helps.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote, urlencode

import adbc_driver_manager
import pyarrow as pa
import sqlalchemy as sa
from adbc_driver_manager import dbapi as adbc
from adbc_driver_postgresql import dbapi as driver
from sqlalchemy.dialects.postgresql.base import PGDialect

from scorecard.connectors.base import Tally, Task, Wanted
from scorecard.connectors.sql import statement_seconds
from scorecard.connectors.sql_address import Address, Proof
from scorecard.connectors.sql_errors import told
from scorecard.connectors.statement import all_names, names_statement, present, rows_statement
from scorecard.pulling.bindings import SqlBinding
from scorecard.pulling.platforms import SqlSource
from scorecard.pulling.secrets import Secrets

BATCH_BYTES = 4 << 20
CONNECT_SECONDS = 10


class PostgresConnector:
    """A table or query of PostgreSQL."""

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
        # A literal's % and \ stay as they are: nothing is put into the text, and the session has
        # standard_conforming_strings.
        self._dialect = PGDialect(paramstyle="named")  # type: ignore[no-untyped-call]
        self._dialect._backslash_escapes = False

    def batches(self, task: Task, tally: Tally) -> Iterator[pa.RecordBatch]:
        """The rows as the server copies them out; see `Connector`."""
        uri = uri_of(self._address, statement_seconds(self._source, task), self._source.time_zone)
        try:
            with driver.connect(uri, autocommit=True) as connection, connection.cursor() as cursor:
                yield from self._read(cursor, task, tally)
        except (adbc_driver_manager.Error, pa.ArrowException, OSError) as error:
            raise told(error, self._address.place, self._secrets) from None

    def _read(self, cursor: adbc.Cursor, task: Task, tally: Tally) -> Iterator[pa.RecordBatch]:
        cursor.execute(self._sql(names_statement(self._binding)))
        columns = tuple(name for name, *_ in cursor.description or ())
        tally.requests += 1
        names = present(self._wanted, columns, self._address.place)
        tally.columns = all_names(names, columns)
        statement = rows_statement(
            self._binding, columns, tuple(names.values()), task,
            self._source.time_zone, "postgresql",
        )  # fmt: skip
        cursor.adbc_statement.set_options(
            **{"adbc.postgresql.batch_size_hint_bytes": str(BATCH_BYTES)}
        )
        cursor.execute(self._sql(statement))
        tally.requests += 1
        assert cursor._results is not None
        # What fetch_record_batch() gives is the same without SQLSTATEs in its errors.
        for batch in cursor._results.reader:
            yield pa.RecordBatch.from_arrays(batch.columns, names=list(names))

    def _sql(self, statement: sa.Select[tuple[object, ...]]) -> str:
        return str(statement.compile(dialect=self._dialect, compile_kwargs={"literal_binds": True}))


def uri_of(address: Address, seconds: float, time_zone: str) -> str:
    """The URI for libpq, with the session's settings; the URL's own parameters yield to ours."""
    settings = {
        "default_transaction_read_only": "on",
        "statement_timeout": f"{int(seconds * 1000)}",
        "timezone": time_zone,
        "datestyle": "ISO",
        "bytea_output": "hex",
        "standard_conforming_strings": "on",
    }
    url = address.url
    given = {name: str(value) for name, value in url.query.items()}
    options = [
        given.pop("options", ""),
        *(f"-c {name}={value}" for name, value in settings.items()),
    ]
    parameters = {
        "connect_timeout": str(CONNECT_SECONDS),
        "application_name": "scorecard",
        **given,
        "client_encoding": "UTF8",
        "options": " ".join(options).strip(),
        **_tls(address),
    }
    who = ":".join(quote(part, safe="") for part in (url.username, url.password) if part)
    host = f"[{url.host}]" if url.host and ":" in url.host else url.host or ""
    place = f"{host}:{url.port}" if url.port else host
    query = urlencode(parameters, quote_via=quote)
    return f"postgresql://{who}@{place}/{quote(url.database or '', safe='')}?{query}"


def _tls(address: Address) -> dict[str, str]:
    if address.proof is Proof.NOTHING:
        return {"sslmode": "prefer"}
    if address.proof is Proof.ENCRYPTION:
        return {"sslmode": "require"}
    return {"sslmode": "verify-full", "sslrootcert": str(address.ca or "system")}
