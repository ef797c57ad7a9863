"""Publishing: versions beside each other, a link that is swapped, readers that never wait."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from scorecard.contract import load_published
from scorecard.publication import KEPT_VERSIONS, publish
from scorecard.settings import PROJECT

SECTION = load_published(PROJECT / "contracts" / "published")["dim_section"]
TABLES = {SECTION.name: SECTION}
NOW = dt.datetime(2020, 4, 1, 2, tzinfo=dt.UTC)


@pytest.fixture
def warehouse(tmp_path: Path):
    with duckdb.connect(tmp_path / "warehouse.duckdb") as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.dim_section as "
            "select 'edu' as department_id, 'office' as section_id, '办公室' as name"
        )
        yield connection


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "versions").iterdir())


def sections(folder: Path) -> list[tuple]:
    with duckdb.connect(folder / "current" / "scorecard.duckdb", read_only=True) as reader:
        return reader.execute("select name from dim_section").fetchall()


def test_a_version_is_named_by_utc_time_and_current_leads_to_it(warehouse, tmp_path: Path):
    version = publish(warehouse, TABLES, tmp_path / "published", NOW)
    assert version.startswith("20200401T020000Z-")
    assert names_in(tmp_path / "published") == [version]
    assert (tmp_path / "published" / "current").readlink() == Path("versions") / version
    assert sections(tmp_path / "published") == [("办公室",)]


def test_the_last_fourteen_versions_are_kept(warehouse, tmp_path: Path):
    made = [
        publish(warehouse, TABLES, tmp_path / "published", NOW + dt.timedelta(days=day))
        for day in range(KEPT_VERSIONS + 3)
    ]
    assert names_in(tmp_path / "published") == made[3:]
    assert len(made[3:]) == 14


def test_a_reader_keeps_its_version_while_a_new_connection_sees_the_new_one(
    warehouse, tmp_path: Path
):
    folder = tmp_path / "published"
    publish(warehouse, TABLES, folder, NOW)
    with duckdb.connect(folder / "current" / "scorecard.duckdb", read_only=True) as reader:
        warehouse.execute("update marts.dim_section set name = '综合科'")
        publish(warehouse, TABLES, folder, NOW + dt.timedelta(days=1))
        assert reader.execute("select name from dim_section").fetchall() == [("办公室",)]
        assert sections(folder) == [("综合科",)]


def test_a_version_that_fails_leaves_the_last_one_and_nothing_half_written(
    warehouse, tmp_path: Path
):
    folder = tmp_path / "published"
    first = publish(warehouse, TABLES, folder, NOW)
    broken = replace(SECTION, name="dim_nothing")
    with pytest.raises(duckdb.CatalogException):
        publish(warehouse, {broken.name: broken}, folder, NOW + dt.timedelta(days=1))
    assert sections(folder) == [("办公室",)]
    last = publish(warehouse, TABLES, folder, NOW + dt.timedelta(days=2))
    assert names_in(folder) == [first, last], "what the failed one left is cleared"


def test_what_a_killed_run_left_is_cleared_by_the_next(warehouse, tmp_path: Path):
    folder = tmp_path / "published"
    leftover = folder / "versions" / ".20200331T020000Z-abcdef.tmp"
    leftover.mkdir(parents=True)
    (leftover / "scorecard.duckdb").write_bytes(b"half")
    version = publish(warehouse, TABLES, folder, NOW)
    assert names_in(folder) == [version]


def test_the_file_has_storage_version_1_2(warehouse, tmp_path: Path):
    publish(warehouse, TABLES, tmp_path / "published", NOW)
    file = tmp_path / "published" / "current" / "scorecard.duckdb"
    with duckdb.connect(file, read_only=True) as reader:
        [(tags,)] = reader.execute(
            "select tags from duckdb_databases() where database_name = 'scorecard'"
        ).fetchall()
    assert "v1.2.0" in str(tags)


def test_rows_stand_in_the_order_of_the_key_whatever_order_they_came_in(warehouse, tmp_path: Path):
    warehouse.execute(
        "insert into marts.dim_section values ('b', '2', 'x'), ('a', '1', 'y'), ('b', '1', 'z')"
    )
    publish(warehouse, TABLES, tmp_path / "published", NOW)
    assert sections(tmp_path / "published") == [("y",), ("z",), ("x",), ("办公室",)]


def test_rows_of_a_table_without_a_key_stand_in_the_order_of_their_columns(
    warehouse, tmp_path: Path
):
    quarantine = load_published(PROJECT / "contracts" / "published")["fct_quarantine"]
    columns = ", ".join(f'"{column.name}" {column.sql_type}' for column in quarantine.columns)
    warehouse.execute(f"create table marts.fct_quarantine ({columns})")
    warehouse.execute(
        "insert into marts.fct_quarantine (dataset, file_name, line) "
        "values ('b', 'x.csv', 1), ('a', 'y.csv', 3), ('a', 'y.csv', 2), ('a', 'x.csv', 9)"
    )
    publish(warehouse, {quarantine.name: quarantine}, tmp_path / "published", NOW)
    file = tmp_path / "published" / "current" / "scorecard.duckdb"
    with duckdb.connect(file, read_only=True) as reader:
        assert reader.execute("select dataset, file_name, line from fct_quarantine").fetchall() == [
            ("a", "x.csv", 9), ("a", "y.csv", 2), ("a", "y.csv", 3), ("b", "x.csv", 1)
        ]  # fmt: skip
