"""Homes of earlier versions are brought up when they are opened, without losing a newest row."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import duckdb
import pytest

from scorecard.contract import Column, Contract, load_contracts
from scorecard.errors import ScorecardError
from scorecard.landing.newest import keep_newest
from scorecard.settings import PROJECT
from scorecard.warehouse import landed_table, prepare

MACROS = PROJECT / "sql" / "macros"
CONTRACTS = load_contracts(PROJECT / "contracts")
RECORDS, PROBES = CONTRACTS["credit_records"], CONTRACTS["network_probes"]
LONG = "record-of-the-city-0001"


def changed(contract: Contract, name: str, **fields: Any) -> Contract:
    """The contract with a column that says something else."""
    return replace(
        contract,
        columns=tuple(replace(c, **fields) if c.name == name else c for c in contract.columns),
    )


def before(contract: Contract) -> Contract:
    """The contract as it was while everything was kept as it came."""
    return replace(contract, columns=tuple(replace(c, kept="plain") for c in contract.columns))


def earlier_home(contract: Contract, rows: list[tuple[Any, ...]]) -> duckdb.DuckDBPyConnection:
    """A home from before landing kept the newest rows; `rows` are of file, line, id and value."""
    connection = duckdb.connect()
    prepare(connection, [before(contract)], MACROS)
    connection.execute("drop schema replaced cascade")
    connection.execute("drop table ops.settled_key")
    connection.execute("drop table ops.touched_day")
    connection.execute("insert into ops.profiled values ('credit_records', 9, 'x', null)")
    give(connection, rows)
    return connection


def give(
    connection: duckdb.DuckDBPyConnection, rows: list[tuple[Any, ...]], table: str = "raw"
) -> None:
    kind = dict(
        connection.execute(
            "select column_name, data_type from duckdb_columns() "
            f"where schema_name = '{table}' and table_name = 'credit_records'"
        ).fetchall()
    )["record_id"]
    packed = "packed_text(?)" if kind == "UHUGEINT" else "?"
    for row in rows:
        connection.execute(
            f"insert into {table}.credit_records by name select ? as _file_id, ? as _line, "
            f"{packed} as record_id, ? as directory_id, timestamp '2019-03-05' as pushed_at",
            row,
        )


def standing(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return connection.execute(
        "select _file_id, _line, record_id, directory_id from staging.credit_records order by all"
    ).fetchall()


def everything(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Each table with its columns and rows, each view with what it selects."""
    tables = connection.execute(
        "select schema_name || '.' || table_name, sql from duckdb_tables() order by all"
    ).fetchall()
    found: dict[str, Any] = {
        name: (sql, connection.execute(f"from {name} order by all").fetchall())
        for name, sql in tables
    }
    views = "select schema_name || '.' || view_name, sql from duckdb_views() where not internal"
    return found | dict(connection.execute(f"{views} order by all").fetchall())


def columns_of(connection: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, str]]:
    return [
        (row[0], row[1])
        for row in connection.execute(f"describe {table}.credit_records").fetchall()
    ]


STORED = sorted((column.name, column.raw_type) for column in RECORDS.stored_columns)
LANDED = sorted([*STORED, ("_file_id", "INTEGER"), ("_line", "BIGINT")])
SHORT_ROWS = [(1, 2, "r1", "a"), (1, 3, "证1", "b"), (2, 2, "r2", "c")]


def test_a_home_with_text_ids_is_brought_up_when_it_is_opened() -> None:
    connection = earlier_home(RECORDS, SHORT_ROWS)
    prepare(connection, [RECORDS], MACROS)
    assert standing(connection) == SHORT_ROWS
    for table in ("raw", "replaced"):
        assert sorted(columns_of(connection, table)) == LANDED


def test_a_long_id_of_an_earlier_home_is_the_key_that_landing_gives_it() -> None:
    connection = earlier_home(RECORDS, [(1, 2, LONG, "a"), (1, 3, "r1", "b")])
    prepare(connection, [RECORDS], MACROS)
    give(connection, [(2, 2, LONG, "c")])
    keep_newest(connection, RECORDS, 2)
    assert [(row[0], row[3]) for row in standing(connection)] == [(1, "b"), (2, "c")]
    assert connection.execute("select directory_id from replaced.credit_records").fetchall() == [
        ("a",)
    ]


def test_rows_that_wait_in_replaced_are_packed_too() -> None:
    connection = duckdb.connect()
    prepare(connection, [before(RECORDS)], MACROS)
    give(connection, [(1, 2, "r1", "a")], "replaced")
    give(connection, [(2, 2, "r1", "b")])
    prepare(connection, [RECORDS], MACROS)
    waiting = "select unpacked_text(record_id), directory_id from replaced.credit_records"
    assert connection.execute(waiting).fetchall() == [("r1", "a")]
    assert standing(connection) == [(2, 2, "r1", "b")]


def test_of_several_rows_of_a_key_in_an_earlier_home_the_newest_stays() -> None:
    chosen = random.Random(7)
    rows = [
        (
            file,
            line,
            chosen.choice(["r1", "r2", LONG, "证1"]) + str(chosen.randrange(20)),
            str(line),
        )
        for file in range(1, 6)
        for line in range(2, 60)
    ]
    chosen.shuffle(rows)
    connection = earlier_home(before(RECORDS), rows)
    prepare(connection, [before(RECORDS)], MACROS)
    newest = {row[2]: row for row in sorted(rows)}
    assert standing(connection) == sorted(newest.values())
    assert len(newest) < len(rows) / 2


def test_rows_of_a_composite_key_are_compared_by_all_of_it() -> None:
    connection = duckdb.connect()
    prepare(connection, [PROBES], MACROS)
    connection.execute("delete from ops.settled_key")
    connection.execute(
        "insert into raw.network_probes by name "
        "select unnest(['l1', 'l1', 'l2', 'l1']) as link_id, unnest([1, 2, 3, 4]) as _line, "
        "unnest([date '2019-03-05', '2019-03-06', '2019-03-05', '2019-03-05']) as probed_at, "
        "1 as _file_id"
    )
    prepare(connection, [PROBES], MACROS)
    lines = connection.execute("select _line from staging.network_probes order by all").fetchall()
    assert lines == [(2,), (3,), (4,)]


def test_what_an_earlier_version_profiled_is_counted_anew_once() -> None:
    connection = earlier_home(before(RECORDS), [(1, 2, "r1", "a"), (1, 3, "r1", "b")])
    connection.execute("insert into ops.profiled values ('departments', 9, 'x', null)")
    prepare(connection, [before(RECORDS)], MACROS)
    profiled = "select dataset from ops.profiled order by all"
    assert connection.execute(profiled).fetchall() == [("departments",)]
    connection.execute("insert into ops.profiled values ('credit_records', 9, 'x', null)")
    prepare(connection, [before(RECORDS)], MACROS)
    assert connection.execute(profiled).fetchall() == [("credit_records",), ("departments",)]


def test_columns_that_are_no_longer_kept_are_dropped_and_the_rows_stay() -> None:
    connection = duckdb.connect()
    kept = changed(RECORDS, "subject_kind", kept="plain")
    prepare(connection, [kept], MACROS)
    for table in ("raw", "replaced"):
        give(connection, [(1, 2, "r1", "a")], table)
        connection.execute(f"update {table}.credit_records set subject_kind = 'person'")
    prepare(connection, [RECORDS], MACROS)
    assert standing(connection) == [(1, 2, "r1", "a")]
    for table in ("raw", "replaced"):
        assert sorted(columns_of(connection, table)) == LANDED
        assert connection.execute(f"select count(*) from {table}.credit_records").fetchall() == [
            (1,)
        ]


def test_a_column_that_is_kept_again_is_added_and_older_rows_have_none() -> None:
    connection = duckdb.connect()
    prepare(connection, [RECORDS], MACROS)
    give(connection, SHORT_ROWS)
    prepare(connection, [changed(RECORDS, "subject_kind", kept="plain")], MACROS)
    assert standing(connection) == SHORT_ROWS
    kinds = "select distinct subject_kind from staging.credit_records"
    assert connection.execute(kinds).fetchall() == [(None,)]


def test_rows_move_by_the_names_of_columns_that_stand_in_another_order() -> None:
    later = changed(RECORDS, "subject_kind", kept="plain")
    connection = duckdb.connect()
    prepare(connection, [RECORDS], MACROS)
    connection.execute("drop table replaced.credit_records")
    prepare(connection, [later], MACROS)
    assert columns_of(connection, "raw") != columns_of(connection, "replaced")
    give(connection, [(1, 2, "r1", "a"), (2, 2, "r1", "b")])
    keep_newest(connection, later, 2)
    moved = "select _file_id, directory_id, subject_kind, pushed_at::varchar from replaced.{}"
    assert connection.execute(moved.format("credit_records")).fetchall() == [
        (1, "a", None, "2019-03-05 00:00:00")
    ]


def test_a_home_that_was_brought_up_is_left_as_it_is() -> None:
    connection = earlier_home(RECORDS, [*SHORT_ROWS, (3, 2, "r1", "d"), (3, 3, LONG, "e")])
    prepare(connection, [RECORDS], MACROS)
    once = everything(connection)
    prepare(connection, [RECORDS], MACROS)
    assert everything(connection) == once
    assert len(once["raw.credit_records"][1]) == 4


class Stopping:
    """A connection whose process ends before its statement of that number."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, at: int) -> None:
        self.connection, self.left = connection, at

    def __getattr__(self, name: str) -> Any:
        return getattr(self.connection, name)

    def execute(self, *given: Any) -> duckdb.DuckDBPyConnection:
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt
        return self.connection.execute(*given)


def test_an_opening_that_is_broken_off_anywhere_is_made_good_by_the_next() -> None:
    """Up to the last statement: what the first opening alone would have made stands."""
    at, done = 0, False
    whole = earlier_home(RECORDS, [*SHORT_ROWS, (3, 2, "r1", "d")])
    prepare(whole, [RECORDS], MACROS)
    while not done:
        connection = earlier_home(RECORDS, [*SHORT_ROWS, (3, 2, "r1", "d")])
        try:
            prepare(Stopping(connection, at), [RECORDS], MACROS)  # type: ignore[arg-type]
            done = True
        except KeyboardInterrupt:
            prepare(connection, [RECORDS], MACROS)
        assert standing(connection) == standing(whole)
        for table in ("raw", "replaced"):
            assert sorted(columns_of(connection, table)) == LANDED, f"statement {at}"
        at += 1
        connection.close()
    assert at > 10


def wider(contract: Contract) -> Contract:
    return changed(contract, "directory_id", is_key=True)


def test_a_changed_key_is_refused_with_both_keys_and_the_mend() -> None:
    connection = duckdb.connect()
    prepare(connection, [RECORDS], MACROS)
    give(connection, SHORT_ROWS)
    stood = everything(connection)
    with pytest.raises(ScorecardError) as caught:
        prepare(connection, [wider(RECORDS)], MACROS)
    assert caught.value.what == (
        "the key of credit_records was record_id, its contract says record_id, directory_id"
    )
    assert str(caught.value.where) == str(RECORDS.path)
    assert "put the key back" in caught.value.mend
    assert everything(connection) == stood
    prepare(connection, [RECORDS], MACROS)
    assert standing(connection) == SHORT_ROWS


def test_of_a_key_its_columns_may_not_be_fewer_either() -> None:
    connection = duckdb.connect()
    prepare(connection, [PROBES], MACROS)
    with pytest.raises(ScorecardError, match=r"was link_id, probed_at, its contract says link_id "):
        prepare(connection, [changed(PROBES, "probed_at", is_key=False)], MACROS)


def test_an_earlier_home_takes_the_key_that_its_contract_says() -> None:
    rows = [(1, 2, "r1", "a"), (2, 2, "r1", "b"), (3, 2, "r1", "a")]
    connection = earlier_home(before(RECORDS), rows)
    prepare(connection, [wider(before(RECORDS))], MACROS)
    assert standing(connection) == rows[1:]
    settled = connection.execute("from ops.settled_key").fetchall()
    assert settled == [("credit_records", ["record_id", "directory_id"])]


def test_a_packed_key_is_not_unpacked_again() -> None:
    connection = duckdb.connect()
    prepare(connection, [RECORDS], MACROS)
    give(connection, SHORT_ROWS)
    with pytest.raises(ScorecardError, match=r"record_id is UHUGEINT, .* says VARCHAR") as caught:
        prepare(connection, [before(RECORDS)], MACROS)
    assert "start a new home" in caught.value.mend
    prepare(connection, [RECORDS], MACROS)
    assert standing(connection) == SHORT_ROWS


def test_a_column_of_another_type_is_never_packed() -> None:
    number = Column(**{
        **{name: getattr(RECORDS.column("record_id"), name) for name in Column.__slots__},
        "type": "I", "sql_type": "BIGINT", "kept": "plain",
    })  # fmt: skip
    connection = duckdb.connect()
    numbered = replace(RECORDS, columns=(number, *RECORDS.columns[1:]))
    prepare(connection, [numbered], MACROS)
    assert '"record_id" BIGINT' in landed_table(numbered, "raw")
    with pytest.raises(ScorecardError, match=r"record_id is BIGINT, .* says UHUGEINT"):
        prepare(connection, [RECORDS], MACROS)
