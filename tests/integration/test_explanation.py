"""What `scorecard explain` says of source files, few or a year of nights."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from scorecard.contract import load_published
from scorecard.explanation import explain
from scorecard.publication import publish
from tests.city import ROOT, City

NOW = dt.datetime(2020, 4, 1, 2, tzinfo=dt.UTC)


def name_of(number: int) -> str:
    return f"entries_{number:03}.csv"


def published(folder: Path, files: int) -> Path:
    """A city that got an entry of its catalogue by each of so many files, and mounted the first."""
    city = City()
    for number in range(files):
        city.give("catalogue_entries", {"entry_id": f"e{number}"}, file=name_of(number))
    city.give("catalogue_mounts", {"entry_id": "e0", "mounted_at": "2019-07-01"}, file="mounts.csv")
    city.score()
    publish(city.connection, load_published(ROOT / "contracts" / "published"), folder, NOW)
    return folder / "current" / "scorecard.duckdb"


def told_of_entries(file: Path, *, every_file: bool = False) -> list[str]:
    lines = explain(file, "edu", "021", every_file=every_file)
    told = [line for line in lines if "catalogue_entries" in line or "--files" in line]
    return [line for line in told if "通过" not in line]


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published(tmp_path_factory.mktemp("year"), 365)


def test_a_few_files_are_told_each_on_a_line_of_its_own(tmp_path: Path):
    assert told_of_entries(published(tmp_path, 6)) == [
        f"  来源 source: catalogue_entries/{name_of(number)}  "
        f"读取 read 1, 计入 counted {int(number == 0)}"
        for number in range(6)
    ]


def test_one_file_more_and_only_the_ends_are_told_below_their_total(tmp_path: Path):
    assert told_of_entries(published(tmp_path, 7)) == [
        "  来源 source: catalogue_entries: 7 个文件 files, 读取 read 7, 计入 counted 1",
        f"    catalogue_entries/{name_of(0)}  读取 read 1, 计入 counted 1",
        f"    catalogue_entries/{name_of(1)}  读取 read 1, 计入 counted 0",
        "    …… 另有 3 个，用 --files 列出 / 3 more, listed by --files",
        f"    catalogue_entries/{name_of(5)}  读取 read 1, 计入 counted 0",
        f"    catalogue_entries/{name_of(6)}  读取 read 1, 计入 counted 0",
    ]


def test_a_year_of_nights_is_as_short(year: Path):
    told = told_of_entries(year)
    assert len(told) == 6
    assert told[0].endswith("365 个文件 files, 读取 read 365, 计入 counted 1")
    assert "361 more" in told[3]


def test_every_file_is_told_where_that_is_asked_for(year: Path):
    total, *files = told_of_entries(year, every_file=True)
    assert "365 个文件 files" in total
    assert [line.split("/")[1].split()[0] for line in files] == [name_of(n) for n in range(365)]


def test_a_short_dataset_beside_a_long_one_is_told_in_full(year: Path):
    mounts = [line for line in explain(year, "edu", "021") if "catalogue_mounts/" in line]
    assert mounts == ["  来源 source: catalogue_mounts/mounts.csv  读取 read 1, 计入 counted 1"]
