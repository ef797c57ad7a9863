"""The demo city's event files: any number at a time, any span, and only if there is room."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

from scorecard.demo import DemoSummary, EventMaker, event_files, event_maker, write_demo
from scorecard.demo.deliveries import EVENTS
from scorecard.errors import ScorecardError

LARGER = {"scale": 0.005, "departments": 12}  # with a pool of subjects that is made by SQL


class Disk(NamedTuple):
    total: int
    used: int
    free: int


def hashes(inbox: Path) -> dict[str, str]:
    return {
        path.relative_to(inbox).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(inbox.rglob("*"))
        if path.is_file()
    }


def rows(sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def told() -> list[str]:
    return []


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, told: list[str]) -> DemoSummary:
    return write_demo(tmp_path_factory.mktemp("demo"), **LARGER, progress=told.append)


@pytest.fixture(scope="module", params=[0.0005, 0.005], ids=["small pool", "large pool"])
def maker(request: pytest.FixtureRequest) -> Iterator[EventMaker]:
    with event_maker(scale=request.param, departments=12) as found:
        yield found


def test_one_writer_and_seven_write_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for cores in (1, 7):
        monkeypatch.setattr(event_files, "_cores", lambda cores=cores: cores)
        write_demo(tmp_path / str(cores), **LARGER)
    assert hashes(tmp_path / "1") == hashes(tmp_path / "7")


def test_a_larger_city_keeps_its_rows_in_the_order_of_their_numbers(demo: DemoSummary) -> None:
    for name, column in (("credit_records", "record_id"), ("certificates", "certificate_id")):
        for path in sorted((demo.inbox / name).glob("*.parquet")):
            found = [row[0] for row in rows(f"select {column} from '{path}'")]
            assert found == sorted(map(str, found)), path.name
            assert found, path.name


def test_corrections_repeat_each_997th_record_with_its_core_information(demo: DemoSummary) -> None:
    folder = demo.inbox / "credit_records"
    corrected = rows(
        f"select record_id, core_information is not null from '{folder}/*更正.parquet' order by all"
    )
    original = rows(
        f"select record_id, true from '{folder}/*-01.parquet' "
        "where cast(record_id[4:] as bigint) % 997 = 0 order by all"
    )
    assert corrected == original
    assert len(corrected) == -(-250_000 // 997)


@pytest.mark.parametrize("dataset", list(EVENTS))
def test_days_written_one_by_one_have_together_the_rows_of_the_month(
    maker: EventMaker, tmp_path: Path, dataset: str
) -> None:
    first, beyond = date(2019, 6, 1), date(2019, 7, 1)
    month = maker.write(dataset, tmp_path / "month.parquet", first, beyond, ending="parquet")
    days = 0
    for number in range((beyond - first).days):
        day, path = first + timedelta(number), tmp_path / f"day-{number:02d}.parquet"
        days += maker.write(dataset, path, day, day + timedelta(1), ending="parquet")
    assert days == month > 0
    whole, parts = f"from '{tmp_path}/month.parquet'", f"from '{tmp_path}/day-*.parquet'"
    assert rows(f"{whole} except all {parts}") == []
    assert rows(f"{parts} except all {whole}") == []


def test_the_makers_month_is_the_citys_own_file(demo: DemoSummary, tmp_path: Path) -> None:
    path = tmp_path / "june.parquet"
    with event_maker(**LARGER) as made:
        made.write("credit_records", path, date(2019, 6, 1), date(2019, 7, 1), ending="parquet")
    own = demo.inbox / "credit_records" / "credit_records_2019-07-01.parquet"
    assert path.read_bytes() == own.read_bytes()


def test_each_dataset_is_told_once_when_its_last_file_stands(
    demo: DemoSummary, told: list[str]
) -> None:
    assert told[0].startswith("28 small datasets: ")
    counts = {line.split(":")[0]: line.split(": ")[1] for line in told[1:]}
    assert len(told) == 1 + len(EVENTS)
    for dataset, plan in EVENTS.items():
        [(written,)] = rows(f"select count(*) from '{demo.inbox}/{dataset}/*.{plan.ending}'")
        assert counts[dataset] == f"{written:,} rows", dataset


def test_a_disk_without_the_room_is_told_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Disk(10**11, 10**11, 3 * 10**9))
    inbox = tmp_path / "home" / "inbox"
    with pytest.raises(ScorecardError, match=r"needs about 2\d\.\d GB of disk, 3\.0 GB are free"):
        write_demo(inbox, scale=16)
    assert list(tmp_path.iterdir()) == []


def test_files_that_are_replaced_give_up_their_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Disk(10_000, 9_000, 1_000))
    path = tmp_path / "credit_records.parquet"
    file = event_files.EventFile("credit_records", path, date.min, date.max, "parquet")
    with pytest.raises(ScorecardError, match="of disk"):
        event_files.check_room(tmp_path, {"credit_records": 100}, [file])
    path.write_bytes(b"x" * 2_000)
    event_files.check_room(tmp_path, {"credit_records": 100}, [file])


def test_a_file_that_cannot_be_written_ends_the_others(tmp_path: Path) -> None:
    with event_maker(scale=16, departments=12) as made:
        files = year_and_another(tmp_path)
        files[1].path.mkdir(parents=True)
        with pytest.raises(duckdb.IOException):
            event_files.write_event_files(made, files)
    assert not files[0].path.exists()


def test_stopping_ends_what_is_being_written_and_leaves_no_half_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_files, "_cores", lambda: 2)

    def stop(line: str) -> None:
        raise KeyboardInterrupt

    with event_maker(scale=16, departments=12) as made:
        files = year_and_another(tmp_path)
        with pytest.raises(KeyboardInterrupt):
            event_files.write_event_files(made, files, stop)
    assert [file.path.exists() for file in files] == [False, True]


def year_and_another(folder: Path) -> list[event_files.EventFile]:
    """A file that takes a quarter of an hour, and one of a day."""
    days = ((date(2019, 1, 1), date(2020, 1, 1)), (date(2019, 1, 1), date(2019, 1, 2)))
    return [
        event_files.EventFile(name, folder / name / "events.parquet", *span, "parquet")
        for name, span in zip(("credit_records", "certificate_uses"), days, strict=True)
    ]
