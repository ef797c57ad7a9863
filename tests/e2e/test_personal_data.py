"""No name and no number of a person or company leaves the inbox."""

from __future__ import annotations

from pathlib import Path

import duckdb

from scorecard.contract import load_contracts
from scorecard.settings import PROJECT
from tests.e2e.home import Home

PERSONAL = {
    name: [column.name for column in contract.columns if column.personal]
    for name, contract in load_contracts(PROJECT / "contracts").items()
    if any(column.personal for column in contract.columns)
}


def delivered(home: Home) -> set[str]:
    """Every personal value in the city's parquet deliveries."""
    values: set[str] = set()
    for dataset, columns in PERSONAL.items():
        for file in (home.folder / "inbox" / dataset).glob("*.parquet"):
            for column in columns:
                rows = duckdb.execute(
                    f'select distinct "{column}" from read_parquet(?) where "{column}" is not null',
                    [str(file)],
                ).fetchall()
                values |= {row[0] for row in rows}
    return {value for value in values if len(value) > 1}


def texts_in(file: Path) -> set[str]:
    """Every distinct text in every table of a DuckDB file."""
    texts: set[str] = set()
    with duckdb.connect(file, read_only=True) as connection:
        for database, schema, table, column in connection.execute(
            "select database_name, schema_name, table_name, column_name from duckdb_columns() "
            "where not internal and data_type = 'VARCHAR'"
        ).fetchall():
            rows = connection.execute(
                f'select distinct "{column}" from "{database}"."{schema}"."{table}"'
            ).fetchall()
            texts |= {row[0] for row in rows if row[0] is not None}
    return texts


def test_no_personal_value_stands_in_any_table_or_file_that_a_night_makes(city: Home):
    personal = delivered(city)
    assert len(personal) > 100
    for file in (city.folder / "warehouse" / "scorecard.duckdb", city.published):
        assert not texts_in(file) & personal, file
    logs = [
        path.read_bytes()
        for path in city.folder.rglob("*")
        if path.is_file() and "inbox" not in path.relative_to(city.folder).parts
    ]
    assert logs
    codes = [value.encode() for value in personal if len(value) >= 15]
    assert len(codes) > 50
    for content in logs:
        assert not [code for code in codes if code in content]


def test_what_a_rule_needs_of_it_is_there_all_the_same(city: Home):
    with duckdb.connect(
        city.folder / "warehouse" / "scorecard.duckdb", read_only=True
    ) as warehouse:
        [(complete, incomplete)] = warehouse.execute(
            "select count(*) filter (has_key_information), "
            "count(*) filter (not has_key_information) from raw.credit_records"
        ).fetchall()
        [(hashes,)] = warehouse.execute(
            "select count(distinct holder_code_hash) from raw.certificates"
        ).fetchall()
    assert complete > incomplete > 0
    assert hashes > 0


def test_the_key_of_the_hashes_can_be_read_by_its_owner_alone(city: Home):
    key = city.folder / "warehouse" / "hash.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert len(key.read_text().strip()) >= 32
