"""What providers have to correct, as workbooks; and that a corrected file makes an end of it."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import threading
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from scorecard.contract import load_published
from scorecard.errors import ScorecardError
from scorecard.publication import publish
from scorecard.quality import quarantine_workbook
from scorecard.quality.quarantine import export_quarantine
from scorecard.settings import PROJECT
from tests.inboxes import (
    Inbox,
    contracts,
    csv_bytes,
    document,
    entry,
    specimen,
    table,
    workbook_bytes,
)

TABLE = load_published(PROJECT / "contracts" / "published")["fct_quarantine"]
MODEL = (PROJECT / "sql" / "marts" / "fct_quarantine.sql").read_text(encoding="utf-8")
NOW = dt.datetime(2020, 4, 1, 2, 30, tzinfo=dt.UTC)
SEEN = dt.datetime(2020, 4, 1, 2, 0)
SHARING = "resource_sharing.xlsx"


class City:
    """An inbox whose quarantine is published and exported as a night and a person would."""

    def __init__(self, folder: Path) -> None:
        self.inbox = Inbox(folder)
        self.folder = folder / "quarantine"
        self.published = folder / "published"
        self.inbox.connection.execute(f"create view marts.fct_quarantine as {MODEL}")

    @property
    def file(self) -> Path:
        return self.published / "current" / "scorecard.duckdb"

    def publish(self) -> str:
        return publish(self.inbox.connection, {TABLE.name: TABLE}, self.published, NOW)

    def export(self) -> list[str]:
        self.publish()
        return list(export_quarantine(self.file, contracts(), self.folder))

    def set_aside(self, *rows: tuple) -> None:
        """Puts rows into quarantine without landing: dataset, file, line, column, value, reason."""
        for dataset, file, line, column, value, reason in rows:
            self.inbox.connection.execute(
                "insert into ops.quarantine values (1, ?, ?, ?, ?, ?, ?, ?, ?)",
                [dataset, file, line, column, value, f"原因{reason}", f"reason {reason}", SEEN],
            )

    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())

    def sheets(self, workbook: str = SHARING) -> dict[str, list[list]]:
        book = CalamineWorkbook.from_path(str(self.folder / workbook))
        return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}

    def listed(self, workbook: str = SHARING) -> list[list]:
        """The rows of all datasets, without headers."""
        return [row for name, rows in self.sheets(workbook).items() if "Read" not in name
                for row in rows[1:]]  # fmt: skip

    def quarantined(self) -> list[tuple]:
        return self.inbox.rows("select dataset, file_name from ops.quarantine order by all")


@pytest.fixture
def city(tmp_path: Path) -> City:
    return City(tmp_path)


def test_a_row_is_listed_with_place_column_reason_value_and_time(city: City):
    city.inbox.take("catalogue_entries", "a.csv", csv_bytes(entry("e1"), entry("e2", due_at="?")))
    city.export()
    assert city.names() == [SHARING]
    [readme, rows] = city.sheets()
    assert readme == "说明 Read me"
    assert rows == "政务信息资源目录 catalogue_entries"
    assert city.sheets()[rows][0] == [
        "文件 / file", "行 / line", "列 / column", "原因 / reason（中文）",
        "原因 / reason (English)", "值（已脱敏） / value (masked)", "首次发现 / first seen",
    ]  # fmt: skip
    label = contracts()["catalogue_entries"].column("due_at").label_zh
    assert city.listed() == [
        ["a.csv", 3, f"{label} due_at", "不是有效日期", "no valid date", "?", SEEN]
    ]


def test_personal_values_stay_masked(city: City):
    row = specimen("credit_records", subject_kind="张三丰")
    city.inbox.take("credit_records", "a.csv", csv_bytes(row))
    city.export()
    assert [row[5] for row in city.listed("credit_platform.xlsx")] == ["***"]
    assert "张三丰" not in str(city.sheets("credit_platform.xlsx"))


def test_a_whole_file_says_so_in_place_of_a_line(city: City):
    city.inbox.take("catalogue_entries", "a.xlsx", b"no workbook")
    city.export()
    [[file, line, column, *_]] = city.listed()
    assert (file, line, column) == ("a.xlsx", "整个文件 whole file", "")


def test_each_provider_has_a_workbook_and_each_dataset_a_sheet(city: City):
    city.set_aside(
        ("catalogue_updates", "u.csv", 2, None, None, ""),
        ("catalogue_entries", "b.csv", 3, None, None, ""),
        ("catalogue_entries", "b.csv", 2, None, None, ""),
        ("catalogue_entries", "a.csv", 9, None, None, ""),
        ("official_documents", "d.csv", 2, None, None, ""),
    )
    lines = city.export()
    assert city.names() == ["document_system.xlsx", SHARING]
    assert list(city.sheets())[1:] == [
        "政务信息资源目录 catalogue_entries", "目录更新记录 catalogue_updates",
    ]  # fmt: skip
    assert [row[:2] for row in city.listed()] == [
        ["a.csv", 9], ["b.csv", 2], ["b.csv", 3], ["u.csv", 2],
    ]  # fmt: skip
    assert "市政府公文处理系统, 1 行 rows (official_documents 1)" in lines[0]
    assert "4 行 rows (catalogue_entries 3, catalogue_updates 1)" in lines[1]
    assert "SAME file name" in lines[-1]


def test_the_first_page_says_who_what_and_how_to_deliver_again(city: City):
    city.set_aside(
        *(("catalogue_entries", "a.csv", line, None, None, "甲") for line in range(3)),
        ("catalogue_entries", "a.csv", 9, None, None, "乙"),
        *(("catalogue_updates", "b.csv", line, None, None, line) for line in range(7)),
    )
    version = city.publish()
    list(export_quarantine(city.file, contracts(), city.folder))
    rows = city.sheets()["说明 Read me"]
    text = "\n".join(str(cell) for row in rows for cell in row if cell)
    assert "政务信息资源共享交换平台 / Resource sharing platform" in text
    assert version in text
    assert "2020-04-01 10:30" in text, "the version's UTC time as local time"
    assert "under the SAME name" in text
    assert "Under ANOTHER name" in text
    assert "以原文件名报送" in text
    [head] = [i for i, row in enumerate(rows) if row[0] == "数据集 / dataset"]
    first, second = rows[head + 1 :]
    assert first == [
        "政务信息资源目录 catalogue_entries", "a.csv", 4,
        "原因甲（3）；原因乙（1）", "reason 甲 (3); reason 乙 (1)",
    ]  # fmt: skip
    assert second[2] == 7
    assert second[4].startswith("reason 0 (1); reason 1 (1)")
    assert second[4].endswith("reason 4 (1); 7 kinds in all")
    assert second[3].endswith("原因4（1）；等 7 种")


NASTY = [
    "=1+1", "+1", "@x", "{=1}", "https://example.org", "0012", " a ", "a\nb", "a\x01b", "<b>&",
    "_x0041_", "𠮷" * 64, "'x",
]  # fmt: skip


def test_a_delivered_value_is_never_a_formula_a_link_or_a_number(city: City):
    city.set_aside(
        *(("catalogue_entries", "=a.csv", i, "title", v, "=") for i, v in enumerate(NASTY))
    )
    city.export()
    assert [row[5] for row in city.listed()] == NASTY
    assert {row[0] for row in city.listed()} == {"=a.csv"}
    book = CalamineWorkbook.from_path(str(city.folder / SHARING))
    assert all(isinstance(row[5], str) for row in city.listed())
    assert len(book.sheet_names) == 2


def test_a_value_that_looks_like_markup_or_is_no_xml_leaves_the_workbook_whole(city: City):
    values = ["<r>a & b</r>", "<r></v></r>", "a\uffffb\ufffe"]
    city.set_aside(
        *(("catalogue_entries", "a.csv", i, "title", v, "") for i, v in enumerate(values))
    )
    city.export()
    assert [row[5].strip() for row in city.listed()] == [*values[:2], "a\ufffdb\ufffd"]
    with ZipFile(city.folder / SHARING) as archive:
        for name in archive.namelist():
            ElementTree.fromstring(archive.read(name))


def test_the_same_version_gives_the_same_bytes(city: City, tmp_path: Path):
    city.inbox.take("catalogue_entries", "a.csv", csv_bytes(entry(due_at="?")))
    city.export()
    list(export_quarantine(city.file, contracts(), tmp_path / "again"))
    first, again = ((folder / SHARING).read_bytes() for folder in (city.folder, tmp_path / "again"))
    assert first == again
    with ZipFile(city.folder / SHARING) as archive:
        properties = archive.read("docProps/core.xml").decode()
    assert properties.count("2020-04-01T02:30:00Z") == 2, "created and changed: the version's time"


def test_rows_beyond_a_sheet_go_on_the_next(city: City, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(quarantine_workbook, "ROWS_A_SHEET", 3)
    city.set_aside(*(("service_platform_results", "a.csv", i, None, None, "") for i in range(7)))
    city.export()
    sheets = list(city.sheets("service_platform.xlsx").items())[1:]
    assert [name for name, _ in sheets] == [
        "政务服务平台应用考评 service_platform_res",
        "政务服务平台应用考评 service_platform (2)",
        "政务服务平台应用考评 service_platform (3)",
    ]
    assert [len(rows) - 1 for _, rows in sheets] == [3, 3, 1]
    assert [row[1] for row in city.listed("service_platform.xlsx")] == list(range(7))


def test_every_dataset_fits_into_a_workbook(city: City):
    city.set_aside(*((name, "a.csv", 1, None, None, "") for name in contracts()))
    city.export()
    assert city.names() == sorted({f"{c.platform}.xlsx" for c in contracts().values()})
    sheets = [sheet for name in city.names() for sheet in city.sheets(name) if "Read" not in sheet]
    assert len(sheets) == len(contracts())


def test_nothing_quarantined_is_said_and_leaves_no_workbook(city: City):
    assert "无隔离数据" in "".join(city.export())
    assert city.names() == []


def test_rows_that_no_contract_knows_are_told_and_not_dropped_silently(city: City):
    city.set_aside(("dropped", "a.csv", 2, None, None, ""))
    lines = city.export()
    assert lines == ["未导出，无数据契约 not exported, as it has no contract: dropped, 1 行 rows"]


def test_only_our_own_workbooks_are_removed(city: City):
    city.inbox.take("catalogue_entries", "a.csv", csv_bytes(entry(due_at="?")))
    city.export()
    (city.folder / "notes.xlsx").touch()
    (city.folder / "document_system.xlsx").touch()
    lines = city.export()
    assert city.names() == ["notes.xlsx", SHARING]
    assert [line for line in lines if "removed" in line and "document_system.xlsx" in line]


def test_what_a_killed_export_left_is_cleared(city: City):
    city.set_aside(("catalogue_entries", "a.csv", 2, None, None, ""))
    (city.folder / ".drafts").mkdir(parents=True)
    (city.folder / ".drafts" / SHARING).write_bytes(b"half of one")
    city.export()
    assert city.names() == [SHARING]
    assert len(city.listed()) == 1


def test_a_second_export_waits_for_the_first(city: City):
    city.set_aside(("catalogue_entries", "a.csv", 2, None, None, ""))
    city.folder.mkdir()
    city.publish()
    handle = os.open(city.folder, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    second = threading.Thread(
        target=lambda: list(export_quarantine(city.file, contracts(), city.folder))
    )
    second.start()
    second.join(0.5)
    assert second.is_alive()
    assert city.names() == []
    os.close(handle)
    second.join(30)
    assert city.names() == [SHARING]


def test_before_the_first_version_it_says_what_to_run(city: City):
    with pytest.raises(ScorecardError, match=r"nothing is published yet.*scorecard nightly"):
        list(export_quarantine(city.file, contracts(), city.folder))


def test_a_file_that_is_no_version_is_refused(city: City, tmp_path: Path):
    stray = tmp_path / "stray" / "scorecard.duckdb"
    stray.parent.mkdir()
    duckdb.connect(stray).close()
    with pytest.raises(ScorecardError, match="'stray' is no published version"):
        list(export_quarantine(stray, contracts(), city.folder))


def test_a_full_or_closed_folder_is_told_in_one_line_and_keeps_the_old_workbook(
    city: City, monkeypatch: pytest.MonkeyPatch
):
    city.set_aside(("catalogue_entries", "a.csv", 2, None, None, ""))
    city.export()
    before = (city.folder / SHARING).read_bytes()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("xlsxwriter.workbook.Workbook._store_workbook", fail)
    with pytest.raises(ScorecardError, match="No space left"):
        city.export()
    assert (city.folder / SHARING).read_bytes() == before
    assert city.names() == [SHARING]


def test_a_corrected_file_under_the_same_name_ends_it(city: City):
    city.inbox.take("catalogue_entries", "a.csv", csv_bytes(entry("e1"), entry("e2", due_at="?")))
    city.export()
    assert len(city.listed()) == 1
    city.inbox.take("catalogue_entries", "a.csv", csv_bytes(entry("e1"), entry("e2")))
    assert city.quarantined() == []
    assert city.inbox.newest("catalogue_entries", "entry_id") == [("e1",), ("e2",)]
    lines = city.export()
    with duckdb.connect(city.file, read_only=True) as published:
        assert published.execute("from fct_quarantine").fetchall() == []
    assert city.names() == []
    assert "removed" in lines[0]
    assert SHARING in lines[0]
    assert "nothing is quarantined" in lines[1]


def test_a_file_corrected_in_part_lists_what_is_left_anew(city: City):
    bad = [entry("e1", due_at="?"), entry("e2", due_at="?")]
    city.inbox.take("catalogue_entries", "a.csv", csv_bytes(*bad))
    city.inbox.take("catalogue_entries", "a.csv", csv_bytes(entry("e1"), bad[1]))
    city.export()
    assert [row[:2] for row in city.listed()] == [["a.csv", 3]]


def test_an_unreadable_file_replaced_under_the_same_name_ends_it(city: City):
    city.inbox.take("official_documents", "sub/d.xlsx", b"cut off")
    city.export()
    assert [row[0] for row in city.listed("document_system.xlsx")] == ["sub/d.xlsx"]

    city.inbox.take("official_documents", "sub/d.xlsx", workbook_bytes(table([document()])))
    assert city.quarantined() == []
    city.export()
    assert city.names() == []


def test_a_corrected_file_under_another_name_is_taken_but_clears_nothing(city: City):
    city.inbox.take("catalogue_entries", "a.csv", csv_bytes(entry("e1", due_at="?")))
    city.inbox.take("catalogue_entries", "a_corrected.csv", csv_bytes(entry("e1")))
    assert city.inbox.newest("catalogue_entries", "entry_id") == [("e1",)]
    assert city.quarantined() == [("catalogue_entries", "a.csv")]
    city.export()
    assert [row[0] for row in city.listed()] == ["a.csv"]


def test_the_same_bytes_put_back_under_the_first_name_clear_it_after_all(city: City):
    city.inbox.take("catalogue_entries", "a.csv", csv_bytes(entry("e1", due_at="?")))
    city.inbox.take("catalogue_entries", "a_corrected.csv", csv_bytes(entry("e1")))
    city.inbox.put("catalogue_entries", "a.csv", csv_bytes(entry("e1")))
    assert city.inbox.land() == {}
    assert city.quarantined() == []
    assert city.inbox.newest("catalogue_entries", "entry_id") == [("e1",)]


def test_the_same_name_for_another_dataset_clears_nothing(city: City):
    city.inbox.take("catalogue_entries", "a.csv", csv_bytes(entry("e1", due_at="?")))
    city.inbox.put("official_documents", "a.csv", csv_bytes(document()))
    city.inbox.land()
    assert city.quarantined() == [("catalogue_entries", "a.csv")]
