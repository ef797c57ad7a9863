"""The warehouse file: what it holds follows the contracts, and it has one writer."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from scorecard.contract import load_contracts
from scorecard.errors import ScorecardError
from scorecard.settings import PROJECT
from scorecard.warehouse import WarehouseBusyError, connect, prepare

CONTRACTS = load_contracts(PROJECT / "contracts")
MACROS = PROJECT / "sql" / "macros"


def columns_of(connection: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in connection.execute(f"describe raw.{table}").fetchall()]


def test_every_raw_table_has_just_the_stored_columns_of_its_contract():
    connection = duckdb.connect()
    prepare(connection, CONTRACTS.values(), MACROS)
    for contract in CONTRACTS.values():
        stored = [(column.name, column.raw_type) for column in contract.stored_columns]
        found = columns_of(connection, contract.name)
        assert found == [*stored, ("_file_id", "INTEGER"), ("_line", "BIGINT")]


def test_preparing_twice_keeps_the_rows():
    connection = duckdb.connect()
    prepare(connection, CONTRACTS.values(), MACROS)
    connection.execute("insert into raw.sections values ('edu', 'office', '办公室', 1, 2)")
    prepare(connection, CONTRACTS.values(), MACROS)
    assert connection.execute("select count(*) from raw.sections").fetchall() == [(1,)]


def test_a_column_that_a_contract_gains_is_added_and_older_rows_have_none():
    connection = duckdb.connect()
    sections = CONTRACTS["sections"]
    older = replace(sections, columns=sections.columns[:2])
    prepare(connection, [older], MACROS)
    connection.execute("insert into raw.sections values ('edu', 'office', 1, 2)")
    prepare(connection, [sections], MACROS)
    assert connection.execute("select name, _line from staging.sections").fetchall() == [(None, 2)]


def test_a_column_whose_type_a_contract_changed_is_refused_with_the_mend():
    connection = duckdb.connect()
    prepare(connection, [CONTRACTS["sections"]], MACROS)
    name = CONTRACTS["sections"].column("name")
    changed = replace(
        CONTRACTS["sections"],
        columns=(*CONTRACTS["sections"].columns[:2], replace(name, sql_type="BIGINT")),
    )
    with pytest.raises(ScorecardError, match=r"raw\.sections\.name is VARCHAR, .* says BIGINT"):
        prepare(connection, [changed], MACROS)


def test_another_process_that_has_it_open_is_told_in_one_line(tmp_path: Path):
    file = tmp_path / "warehouse" / "scorecard.duckdb"
    connect(file).close()
    script = (
        f"import duckdb, sys; c = duckdb.connect({str(file)!r}); "
        "print('open', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout.readline() == "open\n"
    with pytest.raises(WarehouseBusyError, match="another run is using the warehouse"):
        connect(file)
    other.communicate("")
    connect(file).close()


def test_a_file_that_is_no_warehouse_is_told_apart_from_a_busy_one(tmp_path: Path):
    file = tmp_path / "scorecard.duckdb"
    file.write_bytes(b"this is no database at all" * 1000)
    with pytest.raises(ScorecardError, match="cannot be opened") as caught:
        connect(file)
    assert not isinstance(caught.value, WarehouseBusyError)
