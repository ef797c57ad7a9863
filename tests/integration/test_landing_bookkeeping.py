"""The books: what was taken when, what is known, what is left alone, and a kill at any moment."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from scorecard.landing import load
from scorecard.landing.inbox import InboxFile
from scorecard.landing.load import Landing
from tests.inboxes import (
    NOW,
    ROOT,
    Inbox,
    columns_of,
    contracts,
    csv_bytes,
    entry,
    parquet_bytes,
    specimen,
)  # fmt: skip


def test_a_file_has_one_line_in_the_books(inbox):
    content = csv_bytes(entry("e1"), entry("e2", due_at="x"), entry("e3"))
    inbox.take("catalogue_entries", "春/a-2019-03-05.csv", content)
    assert inbox.rows("select * from ops.file") == [
        (
            1, "catalogue_entries", "春/a-2019-03-05.csv", hashlib.sha256(content).hexdigest(),
            len(content), dt.datetime(2019, 3, 5), NOW, 3, 2, 1, list(entry()), [],
        )
    ]  # fmt: skip
    assert inbox.rows("select file_id, dataset, file_name, first_seen_at from ops.quarantine") == [
        (1, "catalogue_entries", "春/a-2019-03-05.csv", NOW)
    ]


def test_files_are_numbered_in_the_order_of_delivery(inbox):
    for name in ("b.csv", "a.csv", "sub/a.csv"):
        inbox.put("catalogue_entries", name, csv_bytes(entry(name)))
    inbox.land()
    inbox.take("catalogue_updates", "0.csv", csv_bytes(specimen("catalogue_updates")))
    assert inbox.rows("select file_id, file_name from ops.file order by 1") == [
        (1, "a.csv"), (2, "b.csv"), (3, "sub/a.csv"), (4, "0.csv"),
    ]  # fmt: skip
    assert inbox.raw("catalogue_entries", "_file_id, entry_id") == [
        (1, "a.csv"), (2, "b.csv"), (3, "sub/a.csv"),
    ]  # fmt: skip


MODIFIED = dt.datetime(2020, 2, 3, 4, 5, 6)


@pytest.mark.parametrize(
    ("name", "delivered"),
    [
        ("a-2019-03-05.csv", dt.datetime(2019, 3, 5)),
        ("a20190305.csv", dt.datetime(2019, 3, 5)),
        ("2019-03-05.csv.gz", dt.datetime(2019, 3, 5)),
        ("2019-01-01_2019-01-31.csv", dt.datetime(2019, 1, 31)),
        ("20190101-20190131.csv", dt.datetime(2019, 1, 31)),
        ("20190305093000.csv", dt.datetime(2019, 3, 5)),
        ("201903050930.csv", dt.datetime(2019, 3, 5)),
        ("目录2019-03-05更新.csv", dt.datetime(2019, 3, 5)),
        ("a.csv", MODIFIED),
        ("2019-02-30.csv", MODIFIED),
        ("2019-03.csv", MODIFIED),
        ("2019-0305.csv", MODIFIED),
        ("12019030512.csv", MODIFIED),
        ("a-12345678.csv", MODIFIED),
        ("2019-03-05/a.csv", MODIFIED),
        ("2019-02-30_20190305.csv", dt.datetime(2019, 3, 5)),
    ],
)
def test_a_delivery_has_the_date_in_its_name_or_else_its_modification_time(inbox, name, delivered):
    path = inbox.put("catalogue_entries", name, csv_bytes(entry()))
    moment = MODIFIED.replace(tzinfo=dt.timezone(dt.timedelta(hours=8))).timestamp()
    os.utime(path, (moment, moment))
    inbox.land()
    assert inbox.rows("select delivered_at from ops.file") == [(delivered,)]


def test_the_same_bytes_are_ignored_under_another_name_and_in_another_run(inbox):
    content = csv_bytes(entry("e1"), entry("e2", due_at="x"))
    inbox.put("catalogue_entries", "a.csv", content)
    inbox.put("catalogue_entries", "b.csv", content)
    assert list(inbox.land()) == ["a.csv"]
    inbox.put("catalogue_entries", "sub/c.csv", content)
    assert inbox.land() == {}
    assert inbox.rows("select file_name from ops.file") == [("a.csv",)]
    assert len(inbox.raw("catalogue_entries")) == 1
    assert len(inbox.faults()) == 1


def test_the_same_bytes_are_taken_for_another_dataset(inbox):
    content = b"entry_id,updated_at,department_id,title,share_type,update_cycle,due_at\n" + (
        b"e1,2019-03-05,edu,x,none,daily,2019-03-05\n"
    )
    inbox.put("catalogue_entries", "a.csv", content)
    inbox.put("catalogue_updates", "a.csv", content)
    inbox.land()
    assert inbox.rows("select dataset, rows_loaded from ops.file order by 1") == [
        ("catalogue_entries", 1), ("catalogue_updates", 1),
    ]  # fmt: skip


def test_a_file_that_could_not_be_read_is_not_taken_again_either(inbox):
    inbox.put("catalogue_entries", "a.parquet", b"nothing")
    assert inbox.land()["a.parquet"].rows_quarantined == 1
    assert inbox.land() == {}
    assert len(inbox.faults()) == 1


@pytest.mark.parametrize("first", [csv_bytes(entry("e1", due_at="x"), entry("e2")), b"", b"x"])
def test_a_corrected_file_under_the_same_name_clears_the_quarantine_of_the_old_one(inbox, first):
    inbox.take("catalogue_entries", "a.csv", first)
    inbox.put("catalogue_entries", "b.csv", csv_bytes(entry("e9", due_at="y")))
    inbox.put(
        "catalogue_updates", "a.csv", csv_bytes(specimen("catalogue_updates", updated_at="z"))
    )
    inbox.put("catalogue_entries", "a.csv", csv_bytes(entry("e1"), entry("e2")))
    inbox.land()
    assert inbox.rows("select dataset, file_name from ops.quarantine order by 1, 2") == [
        ("catalogue_entries", "b.csv"), ("catalogue_updates", "a.csv"),
    ]  # fmt: skip
    assert inbox.newest("catalogue_entries", "entry_id") == [("e1",), ("e2",)]
    assert inbox.rows("select count(*) from ops.file where file_name = 'a.csv'") == [(3,)]


def test_a_changed_file_of_the_same_size_and_time_is_taken_again(inbox):
    for form, name in ((csv_bytes, "a.csv"), (lambda r: parquet_bytes(columns_of(r)), "a.parquet")):
        for title in ("甲一", "乙二"):
            path = inbox.put("catalogue_entries", name, form(entry(title=title)))
            os.utime(path, (1_500_000_000, 1_500_000_000))
            inbox.land()
            assert inbox.newest("catalogue_entries", "title") == [(title,)]


def test_files_stay_where_they_lie_and_as_they_are(inbox):
    content = csv_bytes(entry("e1"), encoding="gb18030")
    path = inbox.put("catalogue_entries", "sub/a.csv", content)
    inbox.land()
    assert path.read_bytes() == content


# What is no delivery


def test_what_is_no_delivery_is_reported_once_and_left_alone(inbox):
    content = csv_bytes(entry(published_at="", retired_at=""))
    for dataset, name in [
        ("catalogue_entries", "a.doc"), ("catalogue_entries", "a.xls"), ("catalogue_entries",
        "csv"),
        ("catalogue_entries", "~$a.xlsx"), ("catalogue_entries", ".a.csv"), ("catalogue_entries",
        "a.csv.tmp"),
        ("catalogue_entries", "a.csv.part"), ("catalogue_entries", ".sync/a.csv"),
        ("catalogue_entries", "a.zip"),
        ("catalogue_entries", "a.xlsx.gz"), ("no_such_dataset", "a.csv"), ("catalogue_entries",
        "A.CSV"),
    ]:  # fmt: skip
        inbox.put(dataset, name, content)
    (inbox.inbox / "stray.csv").write_bytes(content)
    (inbox.inbox / "catalogue_entries" / "dead.csv").symlink_to("nowhere")
    os.mkfifo(inbox.inbox / "catalogue_entries" / "pipe.csv")
    assert list(inbox.land()) == ["A.CSV"]
    assert sorted(notice.place for notice in inbox.notices) == [
        "catalogue_entries/.a.csv", "catalogue_entries/.sync/a.csv", "catalogue_entries/a.csv.part",
        "catalogue_entries/a.csv.tmp", "catalogue_entries/a.doc", "catalogue_entries/a.xls",
        "catalogue_entries/a.xlsx.gz", "catalogue_entries/a.zip", "catalogue_entries/csv",
        "catalogue_entries/dead.csv", "catalogue_entries/pipe.csv", "catalogue_entries/~$a.xlsx",
        "no_such_dataset", "stray.csv",
    ]  # fmt: skip
    inbox.land()
    assert inbox.notices == []
    assert (inbox.inbox / "catalogue_entries" / "a.doc").read_bytes() == content


def test_an_inbox_that_is_not_there_is_empty(inbox):
    assert inbox.land() == {}


# Trouble while landing


def file_of(inbox, name, content):
    return InboxFile(
        "catalogue_entries", name, inbox.put("catalogue_entries", name, content), "csv"
    )


def test_a_file_that_vanishes_is_left_for_the_next_run_and_the_others_load(inbox):
    gone = file_of(inbox, "a.csv", csv_bytes(entry("e1")))
    there = file_of(inbox, "b.csv", csv_bytes(entry("e2")))
    gone.path.unlink()
    landing = Landing(inbox.connection, inbox.key, inbox.home / "scratch", NOW)
    first, second = landing.land_files(contracts()["catalogue_entries"], [gone, there])
    assert (first.rows_read, second.rows_loaded) == (0, 1)
    [notice] = first.notices
    assert (notice.place, notice.what) == (
        "catalogue_entries/a.csv", "could not be read: No such file or directory",
    )  # fmt: skip
    assert inbox.rows("select file_name from ops.file") == [("b.csv",)]


@pytest.mark.parametrize("content", [b"half a fi", csv_bytes(entry("e1"))], ids=["half", "whole"])
def test_of_a_file_that_changes_while_it_is_read_nothing_is_kept(inbox, content):
    file = file_of(inbox, "a.csv", content)
    landing = Landing(inbox.connection, inbox.key, inbox.home / "scratch", NOW)
    landing.folder.mkdir()
    with pytest.raises(OSError, match="changed while it was read"):
        landing.land_file(contracts()["catalogue_entries"], file, "hash of other bytes")
    assert inbox.rows("select * from ops.file") == []
    assert inbox.raw("catalogue_entries") == []
    assert inbox.faults() == []


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_file_that_is_overwritten_while_it_is_read_comes_again_as_it_was(
    inbox, monkeypatch, form
):
    def write(*rows):
        return csv_bytes(*rows) if form == "csv" else parquet_bytes(columns_of(*rows))

    right, wrong = write(entry("e1"), entry("e2")), write(entry("e1", title="wrong"))
    name, opened = f"a.{form}", load.open_file

    def open_another(connection, contract, file, folder):
        file.path.write_bytes(wrong)
        return opened(connection, contract, file, folder)

    inbox.put("catalogue_entries", name, right)
    with monkeypatch.context() as during:
        during.setattr(load, "open_file", open_another)
        [notice] = inbox.land()[name].notices
    assert "changed while it was read" in notice.what
    inbox.put("catalogue_entries", name, right)
    assert inbox.land()[name].rows_loaded == 2
    assert inbox.newest("catalogue_entries", "entry_id, title") == [
        ("e1", "学校名录"), ("e2", "学校名录"),
    ]  # fmt: skip


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from tests.inboxes import Inbox
inbox = Inbox(Path(sys.argv[1]), in_file=True)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, resource.RLIM_INFINITY))
inbox.land()
"""


def test_a_full_disk_is_not_taken_for_a_damaged_file(tmp_path):
    inbox = Inbox(tmp_path, in_file=True)
    rows = "\n".join(f"{hashlib.sha256(b'%d' % i).hexdigest()},2019-03-05" for i in range(200_000))
    inbox.put("catalogue_updates", "a.csv", "entry_id,updated_at\n" + rows)
    inbox.connection.close()
    full = subprocess.run(
        [sys.executable, "-c", FULL_DISK, tmp_path],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert full.returncode != 0
    assert "Could not write" in full.stderr
    again = Inbox(tmp_path, in_file=True)
    assert again.rows("select count(*) from ops.file") == [(0,)]
    assert again.land()["a.csv"].rows_loaded == 200_000


# A kill

LAND = """
import sys
from pathlib import Path
from tests.inboxes import Inbox
inbox = Inbox(Path(sys.argv[1]), in_file=True)
print("ready", flush=True)
inbox.land()
print("done", flush=True)
"""
TABLES = {
    "raw.credit_records": "record_id, has_key_information, pushed_at, _line",
    "ops.file": "dataset, file_name, sha256, rows_read, rows_loaded, rows_quarantined",
    "ops.quarantine": "dataset, file_name, line, column_name, value_masked, reason_en",
}


def contents(inbox):
    """What stands in the tables, as counts and hashes of rows without numbers of files."""
    return {
        table: inbox.rows(f"select count(*), bit_xor(hash({columns})) from {table}")
        for table, columns in TABLES.items()
    }


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """An inbox of large files, and what an undisturbed run makes of it."""
    home = tmp_path_factory.mktemp("undisturbed")
    inbox = Inbox(home)
    for name, count in (("a.csv", 120_000), ("b.parquet", 120_000), ("c.csv", 60_000)):
        rows = [
            specimen(
                "credit_records", record_id=f"{name}{i}",
                subject_kind="robot" if i % 5000 == 7 else "person",
                core_information="两\n行" if name == "c.csv" and i % 10 == 0 else "一行",
            )
            for i in range(count)
        ]  # fmt: skip
        content = parquet_bytes(columns_of(*rows)) if "parquet" in name else csv_bytes(*rows)
        inbox.put("credit_records", name, content)
    began = time.monotonic()
    inbox.land()
    return inbox.inbox, contents(inbox), time.monotonic() - began


@pytest.mark.parametrize("moment", [0.02, 0.2, 0.4, 0.6, 0.8, 1.0])
def test_a_kill_leaves_each_file_in_or_out_and_the_next_run_ends_alike(
    undisturbed, tmp_path, moment
):
    files, expected, seconds = undisturbed
    shutil.copytree(files, tmp_path / "inbox")
    run = subprocess.Popen(
        [sys.executable, "-c", LAND, tmp_path], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert run.stdout is not None
    assert run.stdout.readline() == "ready\n"
    time.sleep(moment * seconds)
    run.send_signal(signal.SIGKILL)
    run.wait()
    inbox = Inbox(tmp_path, in_file=True)
    assert (
        inbox.rows(
            "select file_name from ops.file as f where rows_read = 0 "
            "or rows_loaded <> (select count(*) from raw.credit_records where _file_id = file_id) "
            "or rows_quarantined <> (select count(*) from ops.quarantine where file_id = f.file_id)"
        )
        == []
    )
    assert (
        inbox.rows(
            "select 1 from raw.credit_records where _file_id not in (select file_id from ops.file)"
        )
        == []
    )
    inbox.land()
    assert contents(inbox) == expected
    assert inbox.land() == {}
