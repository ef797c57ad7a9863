"""The published file as it is opened by whatever shows it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from scorecard.errors import ScorecardError
from scorecard.published import open_published


def made(folder: Path, name: str = "20200401T020000Z-abcdef") -> Path:
    file = folder / name / "scorecard.duckdb"
    file.parent.mkdir()
    with duckdb.connect(file) as connection:
        connection.execute("create table dim_city as select 'Huaibei' as name")
    return file


def test_rows_come_by_column_name_and_the_version_by_its_folder(tmp_path: Path):
    file = made(tmp_path)
    (tmp_path / "current").symlink_to(file.parent)
    with open_published(tmp_path / "current" / file.name) as published:
        assert published.rows("from dim_city where name = $name", name="Huaibei") == [
            {"name": "Huaibei"}
        ]
        assert published.has("dim_city", "name")
        assert not published.has("dim_city", "code")
        assert published.version.name == file.parent.name
        assert f"{published.version.published_at:%Y-%m-%d %H:%M %z}" == "2020-04-01 10:00 +0800"


def test_nothing_can_be_written_and_nothing_else_can_be_read(tmp_path: Path):
    (tmp_path / "other.csv").write_text("a\n1\n", encoding="utf-8")
    with open_published(made(tmp_path)) as published:
        with pytest.raises(duckdb.Error, match="read-only"):
            published.rows("create table t as select 1")
        with pytest.raises(duckdb.Error, match="disabled by configuration"):
            published.rows(f"from '{tmp_path / 'other.csv'}'")


def test_a_file_that_was_never_published_is_told_with_the_mend(tmp_path: Path):
    with pytest.raises(ScorecardError, match=r"nothing is published yet.*run: scorecard nightly"):
        open_published(tmp_path / "scorecard.duckdb").__enter__()


def test_a_damaged_file_is_told_in_one_line(tmp_path: Path):
    (tmp_path / "scorecard.duckdb").write_bytes(b"no database" * 9)
    with pytest.raises(ScorecardError, match="no sound DuckDB file") as raised:
        open_published(tmp_path / "scorecard.duckdb").__enter__()
    assert "\n" not in str(raised.value)


def test_a_file_that_somebody_has_open_for_writing_is_told_as_that(tmp_path: Path):
    file = made(tmp_path)
    holder = subprocess.Popen(
        [sys.executable, "-c", "import duckdb, sys; c = duckdb.connect(sys.argv[1]); "
         "print('open', flush=True); sys.stdin.read()", str(file)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(ScorecardError, match="somebody has it open for writing"):
            open_published(file).__enter__()
    finally:
        holder.communicate("")


def test_a_file_in_no_version_s_folder_has_no_version(tmp_path: Path):
    with (
        open_published(made(tmp_path, "elsewhere")) as published,
        pytest.raises(ScorecardError, match="'elsewhere' is no published version"),
    ):
        _ = published.version
