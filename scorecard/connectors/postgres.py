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

from scorecard.connectors.base import Tally, Task
from scorecard.connectors.sql_address import CONNECT_SECONDS, Address, Proof
from scorecard.connectors.sql_errors import told
from scorecard.connectors.statement import Reader, names_statement

BATCH_BYTES = 4 << 20


class PostgresConnector(Reader):
    """A table or query of PostgreSQL."""

    def batches(self, task: Task, tally: Tally) -> Iterator[pa.RecordBatch]:
        """The rows as the server copies them out; see `Connector`."""
        uri = uri_of(self._address, self._seconds(task), self._source.time_zone)
        try:
            with driver.connect(uri, autocommit=True) as connection, connection.cursor() as cursor:
                yield from self._read(cursor, task, tally)
        except (adbc_driver_manager.Error, pa.ArrowException, OSError) as error:
            raise told(error, self._address.place, self._secrets) from None

    def _read(self, cursor: adbc.Cursor, task: Task, tally: Tally) -> Iterator[pa.RecordBatch]:
        cursor.execute(self._sql(names_statement(self._binding)))
        columns = tuple(name for name, *_ in cursor.description or ())
        names, statement = self._rows(columns, task, tally)
        cursor.adbc_statement.set_options(
            **{"adbc.postgresql.batch_size_hint_bytes": str(BATCH_BYTES)}
        )
        cursor.execute(self._sql(statement))
        assert cursor._results is not None
        # What fetch_record_batch() gives is the same without SQLSTATEs in its errors.
        for batch in cursor._results.reader:
            yield pa.RecordBatch.from_arrays(batch.columns, names=names)

    def _sql(self, statement: sa.Select[tuple[object, ...]]) -> str:
        # A literal's % and \ stay as they are: nothing is put into the text, and the session has
        # standard_conforming_strings.
        dialect = PGDialect(paramstyle="named")  # type: ignore[no-untyped-call]
        dialect._backslash_escapes = False
        return str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


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
