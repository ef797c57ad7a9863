"""A night on a small city, through the command line, read through the published file."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import duckdb

from scorecard.contract import comment, load_published
from scorecard.night import backfill_days
from scorecard.settings import PROJECT
from tests.e2e.home import AS_OF, ONE_PROJECT, Home

SPEAK_OF_FILES_AND_CLOCKS = {"fct_source_freshness", "fct_quarantine", "fct_part_source"}
PUBLISHED = load_published(PROJECT / "contracts" / "published")


def exported(home: Home, folder: Path) -> dict[str, bytes]:
    """Every published table that must not depend on files and clocks, as csv bytes."""
    folder.mkdir(parents=True)
    with duckdb.connect(home.published, read_only=True) as connection:
        for table in sorted(set(PUBLISHED) - SPEAK_OF_FILES_AND_CLOCKS):
            connection.execute(f"copy {table} to '{folder / table}.csv' (header)")
    return {path.stem: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_night_publishes_just_the_tables_and_columns_of_the_contracts(city: Home):
    columns = city.read(
        "select table_name, column_name, data_type from duckdb_columns() "
        "where not internal order by table_name, column_index"
    )
    expected = [
        (table.name, column.name, column.sql_type)
        for table in sorted(PUBLISHED.values(), key=lambda table: table.name)
        for column in table.columns
    ]
    assert [(t, c, k.replace(" ", "")) for t, c, k in columns] == [
        (t, c, k.replace(" ", "")) for t, c, k in expected
    ]


def test_every_published_table_and_column_has_a_comment_in_both_languages(city: Home):
    tables = dict(city.read("select table_name, comment from duckdb_tables()"))
    columns = {
        (table, column): text
        for table, column, text in city.read(
            "select table_name, column_name, comment from duckdb_columns() where not internal"
        )
    }
    for table in PUBLISHED.values():
        assert tables[table.name] == comment(table)
        for column in table.columns:
            assert columns[table.name, column.name] == comment(column)
    for text in [*tables.values(), *columns.values()]:
        assert any("\u4e00" <= letter <= "\u9fff" for letter in text), text
        assert any(letter.isascii() and letter.isalpha() for letter in text), text


def test_the_published_file_has_the_storage_version_that_bi_drivers_read(city: Home):
    [(tags,)] = city.read("select tags from duckdb_databases() where not internal")
    assert "v1.2.0" in str(tags)


def test_every_sheet_adds_up_at_every_level(city: Home):
    assert city.read(
        "select count(*) from mart_scorecard as m inner join ("
        "  select assessment_id, department_id, sum(score) as score, sum(points) as points"
        "  from fct_indicator_score group by all"
        ") as i using (assessment_id, department_id) "
        "where m.total <> i.score or m.points <> i.points"
    ) == [(0,)]
    assert city.read(
        "select count(*) from mart_scorecard as m inner join ("
        "  select assessment_id, department_id, sum(score) as score, sum(points) as points"
        "  from mart_scorecard_level group by all"
        ") as i using (assessment_id, department_id) "
        "where m.total <> i.score or m.points <> i.points"
    ) == [(0,)]
    [(departments, rows)] = city.read(
        "select count(distinct department_id), count(*) from fct_indicator_score"
    )
    assert departments == 8
    assert rows == 8 * 35


def test_read_is_loaded_and_quarantined_for_every_dataset(city: Home):
    assert city.read(
        "select count(*) from fct_source_freshness where rows_loaded > 0 and files > 0"
    ) > [(25,)]
    [(quarantined, listed)] = city.read(
        "select (select sum(rows_quarantined) from fct_source_freshness), "
        "(select count(*) from fct_quarantine)"
    )
    assert quarantined == listed > 0


def test_a_night_with_nothing_new_publishes_the_same_again(city: Home, tmp_path: Path):
    again = city.copy(tmp_path / "home")
    done = again.run("nightly", "--as-of", AS_OF)
    assert "building" not in done.stdout
    assert "landed" not in done.stdout
    assert "left alone: evidence/说明.txt" in done.stdout  # as long as it lies there
    assert exported(again, tmp_path / "again") == exported(city, tmp_path / "first")
    assert len(list((again.folder / "published" / "versions").iterdir())) == 2


def test_files_that_come_on_different_nights_give_the_same_bytes(
    city: Home, demo: Home, tmp_path: Path
):
    late = Home(tmp_path / "late")
    inbox = demo.folder / "inbox"
    for folder in sorted(inbox.iterdir()):
        names = sorted(path.relative_to(inbox) for path in folder.rglob("*") if path.is_file())
        for name in names[: (len(names) + 1) // 2]:
            (late.folder / "inbox" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(inbox / name, late.folder / "inbox" / name)
    late.run("nightly", "--as-of", "2019-12-31")
    shutil.copytree(inbox, late.folder / "inbox", dirs_exist_ok=True)
    late.run("nightly", "--as-of", AS_OF)
    ours, theirs = exported(late, tmp_path / "ours"), exported(city, tmp_path / "theirs")
    for table in ("fct_score_history", "fct_quality_check"):
        ours_days, theirs_days = (
            # a check of the history counts its days
            [line for line in lines.pop(table).splitlines() if b",fct_score_history," not in line]
            for lines in (ours, theirs)
        )
        assert set(theirs_days) < set(ours_days), f"{table} keeps the day scored before"
    assert ours == theirs


def test_a_second_night_at_the_same_time_ends_with_one_clear_line(city: Home, tmp_path: Path):
    home = city.copy(tmp_path / "home")
    with duckdb.connect(home.folder / "warehouse" / "scorecard.duckdb"):
        done = home.run("nightly", status=1)
    assert done.stderr.count("\n") == 1
    assert "another run is using the warehouse" in done.stderr
    assert home.read("select count(*) from mart_scorecard") == [(8,)]


def test_a_file_that_is_not_there_any_more_stops_nothing_else(city: Home, tmp_path: Path):
    home = city.copy(tmp_path / "home")
    folder = home.folder / "inbox" / "it_projects"
    (folder / "gone.csv").symlink_to("nowhere.csv")
    (folder / "more_2020-02-01.csv").write_text(ONE_PROJECT, encoding="utf-8")
    done = home.run("nightly", "--as-of", AS_OF)
    assert "left alone: it_projects/gone.csv" in done.stdout
    landed = "select rows_loaded from fct_source_freshness where dataset = 'it_projects'"
    assert home.read(landed) == [(city.read(landed)[0][0] + 1,)]
    assert home.read("select count(*) from mart_scorecard") == [(8,)]


def test_a_backfill_scores_the_ends_of_the_periods_of_a_year():
    year = dt.date(2019, 1, 1), dt.date(2019, 12, 31)
    ends = [f"{day:%m-%d}" for day in backfill_days(*year, "month")]
    assert ends == [
        "01-31", "02-28", "03-31", "04-30", "05-31", "06-30",
        "07-31", "08-31", "09-30", "10-31", "11-30", "12-31",
    ]  # fmt: skip


def test_a_backfill_fills_the_history_and_keeps_the_nights_own_day(city: Home, tmp_path: Path):
    home = city.copy(tmp_path / "home")
    home.run("backfill", "--from", "2019-11-01", "--to", "2019-12-31")
    days = home.read("select as_of, count(*) from fct_score_history group by all order by all")
    assert [str(day) for day, _ in days] == ["2019-11-30", "2019-12-31", AS_OF]
    assert home.read("select as_of from dim_assessment") == home.read(f"select date '{AS_OF}'")
    assert home.read("select * from fct_indicator_score order by all") == city.read(
        "select * from fct_indicator_score order by all"
    )


def test_without_a_night_before_it_a_backfill_publishes_its_last_day(demo: Home, tmp_path: Path):
    home = Home(tmp_path / "home")
    for dataset in ("departments", "sections"):
        folder = demo.folder / "inbox" / dataset
        shutil.copytree(folder, home.folder / "inbox" / dataset)
    home.run("backfill", "--from", "2019-06-29", "--to", "2019-06-30", "--every", "day")
    assert [str(day) for (day,) in home.read("select as_of from dim_assessment")] == ["2019-06-30"]
    days = home.read("select as_of, count(*) from fct_score_history group by all order by all")
    assert [str(day) for day, _ in days] == ["2019-06-29", "2019-06-30"]
