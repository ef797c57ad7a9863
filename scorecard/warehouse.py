"""The pipeline's own DuckDB file: opening it, its schemas, its bookkeeping tables.

One process at a time writes here; readers use the published file. What a dataset's raw table looks
like comes from its contract. Landing, scoring and publishing live in their own modules.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from scorecard.contract import Contract
from scorecard.errors import ScorecardError
from scorecard.shortage import raise_shortage
from scorecard.transaction import transaction

SCHEMAS = (
    "raw",
    "replaced",
    "profile",
    "staging",
    "rollups",
    "metrics",
    "scores",
    "marts",
    "rules",
    "ops",
)

BOOKKEEPING = """
create table if not exists ops.file (
    file_id integer primary key, dataset varchar not null, file_name varchar not null,
    sha256 varchar not null, bytes bigint not null, delivered_at timestamp not null,
    loaded_at timestamp not null, rows_read bigint not null, rows_loaded bigint not null,
    rows_quarantined bigint not null, columns varchar[], lost_columns varchar[]
);
create table if not exists ops.quarantine (
    file_id integer not null, dataset varchar not null, file_name varchar not null, line bigint,
    column_name varchar, value_masked varchar, reason_zh varchar not null,
    reason_en varchar not null, first_seen_at timestamp not null
);
create table if not exists ops.notice (
    place varchar not null, what varchar not null, seen_at timestamp not null,
    primary key (place, what)
);
create table if not exists ops.score_history (
    assessment_id varchar, as_of date, department_id varchar, indicator_code varchar,
    score decimal(6, 2), points decimal(6, 2), status varchar
);
create table if not exists ops.fingerprint (
    model varchar primary key, fingerprint varchar not null
);
create table if not exists ops.setting (name varchar primary key, value varchar not null);
create table if not exists ops.profiled (
    dataset varchar not null, file_id integer not null, digest varchar not null,
    owner_column varchar
);
create table if not exists ops.repeated_key (
    dataset varchar not null, file_id integer not null, rows bigint not null, keys varchar[]
);
create table if not exists ops.touched_day (
    dataset varchar not null, file_id integer not null, day date not null
);
create table if not exists ops.inbox_file (
    dataset varchar not null, file_name varchar not null, stamp varchar not null,
    sha256 varchar not null
);
create table if not exists ops.rolled_up (
    model varchar primary key, structure varchar not null, file_id integer not null
);
create table if not exists ops.settled_key (
    dataset varchar primary key, columns varchar[] not null
);
create table if not exists ops.check_result (
    as_of date not null, dataset varchar not null, check_name varchar not null,
    kind varchar not null, passed boolean not null, severity varchar not null,
    observed varchar not null, expected varchar not null, why_zh varchar not null,
    why_en varchar not null
);
create table if not exists ops.outcome (
    digest varchar, passed boolean, observed varchar, rendered varchar
);
create table if not exists ops.published_total (
    version varchar not null, assessment_id varchar not null, as_of date not null,
    department_id varchar not null, total decimal(6, 2) not null
);
create table if not exists ops.acceptance (
    assessment_id varchar not null, as_of date not null, department_id varchar not null,
    total decimal(6, 2), reason varchar not null, accepted_at timestamp not null,
    from_version varchar
);
create table if not exists ops.pull (
    pull_id integer primary key, dataset varchar not null, source varchar not null,
    kind varchar not null, binding varchar not null, started_at timestamp not null,
    ended_at timestamp not null, outcome varchar not null, since varchar, until varchar,
    mark varchar, rows_answered bigint not null, rows_loaded bigint not null,
    rows_quarantined bigint not null, rows_unchanged bigint not null, requests bigint not null,
    file_id integer, columns varchar[], note varchar, asked boolean not null default false
);
create table if not exists ops.watermark (
    dataset varchar primary key, binding varchar not null, mark varchar
);
create table if not exists ops.pulled_bad (
    dataset varchar not null, file_id integer not null, line bigint not null, key varchar,
    mark varchar
);
create table if not exists ops.remote_file (
    dataset varchar not null, source varchar not null, name varchar not null,
    bytes bigint not null, modified varchar not null, etag varchar,
    primary key (dataset, source, name)
);
"""

UPGRADES = """
alter table ops.file add column if not exists columns varchar[];
alter table ops.file add column if not exists lost_columns varchar[];
alter table ops.acceptance add column if not exists from_version varchar;
alter table ops.acceptance alter column total drop not null;
alter table ops.pull add column if not exists asked boolean default false;
alter table ops.repeated_key add column if not exists keys varchar[];
"""
"""What tables of warehouses that an earlier version made lack; nothing where they lack nothing."""


SETTLED = "insert into ops.settled_key values (?, ?)"
_LOCKED = "IO Error: Could not set lock"
_MEND_DAMAGE = "put back a copy of it; without one move it away, and the inbox is taken anew"


class WarehouseBusyError(ScorecardError):
    """Another process holds the warehouse."""


def connect(
    path: Path, *, memory_limit: str = "2GB", spill: Path | None = None
) -> duckdb.DuckDBPyConnection:
    """Opens the warehouse for writing, making it where there is none.

    Raises:
        WarehouseBusyError: If another process has it open.
        ShortageError: If memory or disk do not suffice to open it.
        ScorecardError: If it cannot be opened, for it is damaged or not ours to write.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    config: dict[str, str | bool | int | float | list[str]] = {"memory_limit": memory_limit}
    if spill is not None:
        config["temp_directory"] = str(spill)
    try:
        connection = duckdb.connect(path, config=config)
    except duckdb.Error as error:
        raise_shortage(error, str(path))
        if str(error).startswith(_LOCKED):  # what follows has the file's path
            raise WarehouseBusyError(
                "another run is using the warehouse",
                str(path),
                "wait for it to end, then start again",
            ) from error
        _raise_damage(error, path)
        raise ScorecardError(
            "the warehouse cannot be opened", str(path), "is the file whole, and yours to write?"
        ) from error
    connection.execute("set timezone = 'Asia/Shanghai'")
    return connection


@contextmanager
def naming_damage(path: Path) -> Iterator[None]:
    """Raises a `ScorecardError` in place of what a damaged file raises once it is read."""
    try:
        yield
    except duckdb.Error as error:
        _raise_damage(error, path)
        raise


def _raise_damage(error: duckdb.Error, path: Path) -> None:
    is_cut = "Could not read enough bytes" in str(error) and f'{path.name}"' in str(error)
    if is_cut or "Corrupt database file" in str(error):
        raise ScorecardError("the warehouse is damaged", str(path), _MEND_DAMAGE) from error


def prepare(
    connection: duckdb.DuckDBPyConnection, contracts: Collection[Contract], macros: Path
) -> None:
    """Makes what is missing of schemas, bookkeeping, macros, raw tables and staging views.

    What is only made, not changed, is made in one transaction: of a new warehouse all, which takes
    0.2 s instead of 0.4, and on a busy disk 0.24 instead of 1.6.
    """
    is_new = not connection.execute(
        "select 1 from duckdb_tables() "
        "where schema_name = 'ops' and database_name = current_database() limit 1"
    ).fetchall()
    with transaction(connection):
        _make(connection, contracts, macros)
        if is_new:
            _make_views(connection, contracts)
            for contract in contracts:
                connection.execute(SETTLED, [contract.name, list(contract.key)])
            return
    connection.execute(UPGRADES)
    _bring_up_to_date(connection, contracts)
    with transaction(connection):
        _make_views(connection, contracts)


def _make(
    connection: duckdb.DuckDBPyConnection, contracts: Collection[Contract], macros: Path
) -> None:
    for schema in SCHEMAS:
        connection.execute(f"create schema if not exists {schema}")
    connection.execute(BOOKKEEPING)
    for file in sorted(macros.glob("*.sql")):
        connection.execute(file.read_text(encoding="utf-8"))
    for contract in contracts:
        for schema in ("raw", "replaced"):
            connection.execute(landed_table(contract, schema))


def _make_views(connection: duckdb.DuckDBPyConnection, contracts: Collection[Contract]) -> None:
    for contract in contracts:
        connection.execute(newest_rows(contract))


def _bring_up_to_date(
    connection: duckdb.DuckDBPyConnection, contracts: Collection[Contract]
) -> None:
    """Gives tables the shape of today's contracts, whatever version or contracts they are of."""
    columns = {
        (schema, table, column): kind
        for schema, table, column, kind in connection.execute(
            "select schema_name, table_name, column_name, data_type from duckdb_columns() "
            "where schema_name in ('raw', 'replaced') and database_name = current_database()"
        ).fetchall()
    }
    settled = dict(connection.execute("from ops.settled_key").fetchall())
    for contract in contracts:
        for schema in ("raw", "replaced"):
            _follow(connection, contract, schema, columns)
        if settled.get(contract.name) != list(contract.key):
            _settle(connection, contract, settled.get(contract.name))


def _follow(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    schema: str,
    columns: dict[tuple[str, str, str], str],
) -> None:
    """Gives a table of landed rows the columns that its contract has now.

    Each table is judged alone: an earlier version may have made one of them only, or a kill have
    come between the two.

    Raises:
        ScorecardError: If the contract changed the type of a column.
    """
    table = f'{schema}."{contract.name}"'
    for column in contract.stored_columns:
        name, wanted = column.name, column.raw_type
        kind = columns.get((schema, contract.name, name))
        if kind == wanted:
            continue
        if kind is None:
            change = f'add column "{name}" {wanted}'
        elif (kind, wanted) == ("VARCHAR", "UHUGEINT"):
            change = f'alter column "{name}" type uhugeint using packed_text("{name}")'
        else:
            raise ScorecardError(
                f"{schema}.{contract.name}.{name} is {kind}, but its contract says {wanted}",
                str(contract.path),
                "give the column another name, or start a new home and deliver again",
            )
        connection.execute(f"alter table {table} {change}")
    for column in contract.columns:
        if column.kept == "not" and (schema, contract.name, column.name) in columns:
            connection.execute(f'alter table {table} drop column "{column.name}"')


def _settle(
    connection: duckdb.DuckDBPyConnection, contract: Contract, before: list[str] | None
) -> None:
    """Leaves of a table that was filled before landing did so only the newest rows.

    Raises:
        ScorecardError: If the contract's key is another than the rows were compared by.
    """
    key = ", ".join(contract.key)
    if before is not None:
        raise ScorecardError(
            f"the key of {contract.name} was {', '.join(before)}, its contract says {key}",
            str(contract.path),
            "put the key back, or start a new home and deliver again",
        )
    with transaction(connection):
        connection.execute(
            f'delete from raw."{contract.name}" where rowid in ('
            f'select rowid from raw."{contract.name}" qualify row_number() over '
            f"(partition by {key} order by _file_id desc, _line desc) > 1)"
        )
        connection.execute("delete from ops.profiled where dataset = ?", [contract.name])
        connection.execute(SETTLED, [contract.name, list(contract.key)])


def landed_table(contract: Contract, schema: str) -> str:
    """The DDL of a dataset's landed rows: its stored columns, the file and the line in it.

    `raw` has the newest row of each key, `replaced` older ones until the profile took them off.
    """
    columns = [f'"{column.name}" {column.raw_type}' for column in contract.stored_columns]
    columns += ["_file_id integer", "_line bigint"]
    return f'create table if not exists {schema}."{contract.name}" ({", ".join(columns)})'


def newest_rows(contract: Contract) -> str:
    """The DDL of `staging.<dataset>`: its rows with packed texts as texts again."""
    packed = [
        f'unpacked_text("{column.name}") as "{column.name}"'
        for column in contract.stored_columns
        if column.kept == "packed"
    ]
    replaced = f" replace ({', '.join(packed)})" if packed else ""
    return (
        f'create or replace view staging."{contract.name}" as '
        f'select *{replaced} from raw."{contract.name}"'
    )
