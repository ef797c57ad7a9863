"""The pipeline's own DuckDB file: opening it, its schemas, its bookkeeping tables.

One process at a time writes here; readers use the published file. What a dataset's raw table looks
like comes from its contract. Landing, scoring and publishing live in their own modules.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import duckdb

from scorecard.contract import Contract
from scorecard.errors import ScorecardError

SCHEMAS = ("raw", "profile", "staging", "rollups", "metrics", "scores", "marts", "rules", "ops")

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
    dataset varchar not null, file_id integer not null, rows bigint not null
);
create table if not exists ops.check_result (
    as_of date not null, dataset varchar not null, check_name varchar not null,
    kind varchar not null, passed boolean not null, severity varchar not null,
    observed varchar not null, expected varchar not null, why_zh varchar not null,
    why_en varchar not null
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
"""
"""What tables of warehouses that an earlier version made lack; nothing where they lack nothing."""


class WarehouseBusyError(ScorecardError):
    """Another process holds the warehouse."""


def connect(
    path: Path, *, memory_limit: str = "2GB", spill: Path | None = None
) -> duckdb.DuckDBPyConnection:
    """Opens the warehouse for writing, making it where there is none.

    Raises:
        WarehouseBusyError: If another process has it open.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    config: dict[str, str | bool | int | float | list[str]] = {"memory_limit": memory_limit}
    if spill is not None:
        config["temp_directory"] = str(spill)
    try:
        connection = duckdb.connect(path, config=config)
    except duckdb.IOException as error:
        if "lock" not in str(error):
            raise ScorecardError(
                "the warehouse cannot be opened",
                str(path),
                "is the file whole, and yours to write?",
            ) from error
        raise WarehouseBusyError(
            "another run is using the warehouse", str(path), "wait for it to end, then start again"
        ) from error
    connection.execute("set timezone = 'Asia/Shanghai'")
    return connection


def prepare(
    connection: duckdb.DuckDBPyConnection, contracts: Collection[Contract], macros: Path
) -> None:
    """Makes what is missing of schemas, bookkeeping, macros, raw tables and staging views."""
    for schema in SCHEMAS:
        connection.execute(f"create schema if not exists {schema}")
    connection.execute(BOOKKEEPING)
    connection.execute(UPGRADES)
    for file in sorted(macros.glob("*.sql")):
        connection.execute(file.read_text(encoding="utf-8"))
    for contract in contracts:
        connection.execute(raw_table(contract))
    columns = {
        (table, column): kind
        for table, column, kind in connection.execute(
            "select table_name, column_name, data_type from duckdb_columns() "
            "where schema_name = 'raw' and database_name = current_database()"
        ).fetchall()
    }
    for contract in contracts:
        _follow(connection, contract, columns)
        connection.execute(newest_rows(contract))


def _follow(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    columns: dict[tuple[str, str], str],
) -> None:
    """Gives the raw table the columns that its contract gained since it was made.

    Raises:
        ScorecardError: If the contract changed the type of a column.
    """
    for column in contract.stored_columns:
        kind = columns.get((contract.name, column.name))
        if kind is None:
            connection.execute(
                f'alter table raw."{contract.name}" add column "{column.name}" {column.sql_type}'
            )
        elif kind != column.sql_type:
            raise ScorecardError(
                f"raw.{contract.name}.{column.name} is {kind}, "
                f"but its contract says {column.sql_type}",
                str(contract.path),
                "give the column another name, or start a new home and deliver again",
            )


def raw_table(contract: Contract) -> str:
    """The DDL of a dataset's landed rows: its stored columns, the file and the line in it."""
    columns = [f'"{column.name}" {column.sql_type}' for column in contract.stored_columns]
    columns += ["_file_id integer", "_line bigint"]
    return f'create table if not exists raw."{contract.name}" ({", ".join(columns)})'


def newest_rows(contract: Contract) -> str:
    """The DDL of `staging.<dataset>`: of each key the row that was delivered last."""
    key = ", ".join(f'"{name}"' for name in contract.key)
    return (
        f'create or replace view staging."{contract.name}" as '
        f'select * from raw."{contract.name}" '
        f"qualify row_number() over (partition by {key} order by _file_id desc, _line desc) = 1"
    )
