"""New files are known by their bytes; a file that stands as it stood is not read again."""

import os
import time

import pytest

from scorecard.landing.inbox import InboxFile, scan
from scorecard.landing.known import SETTLED_AFTER, KnownFiles
from tests.inboxes import contracts, csv_bytes, entry

LATER = SETTLED_AFTER + 60


@pytest.fixture
def read(monkeypatch):
    """The names of the files whose bytes were read."""
    names: list[str] = []
    sha256 = InboxFile.sha256

    def counted(file: InboxFile) -> str:
        names.append(file.name)
        return sha256(file)

    monkeypatch.setattr(InboxFile, "sha256", counted)
    return names


def new_ones(inbox, after=LATER):
    """Which files are new, asked that many seconds from now."""
    known = KnownFiles(inbox.connection, time.time() + after)
    found, _ = scan(inbox.inbox, contracts())
    new = [file.name for file in found if known.is_new(file)]
    known.keep()
    return new


def test_a_file_that_stands_as_it_stood_is_not_read_again(inbox, read):
    inbox.put("catalogue_entries", "a.csv", csv_bytes(entry("e1")))
    assert new_ones(inbox) == ["a.csv"]
    inbox.land()
    read.clear()
    assert new_ones(inbox) == []
    assert read == []


def test_a_file_that_changed_lately_is_read_each_time(inbox, read):
    inbox.put("catalogue_entries", "a.csv", csv_bytes(entry("e1")))
    for _ in range(2):
        new_ones(inbox, after=SETTLED_AFTER - 5)
    assert read == ["a.csv", "a.csv"]


def test_a_file_dated_to_a_day_yet_to_come_is_not_read_again_either(inbox, read):
    path = inbox.put("catalogue_entries", "a.csv", csv_bytes(entry("e1")))
    os.utime(path, (time.time() + 10 * 365 * 86400,) * 2)
    for _ in range(2):
        new_ones(inbox)
    assert read == ["a.csv"]


@pytest.mark.parametrize("times", ["kept", "new"])
def test_other_bytes_of_the_same_size_are_seen_also_under_the_old_times(inbox, times):
    path = inbox.put("catalogue_entries", "a.csv", csv_bytes(entry("e1")))
    new_ones(inbox)
    inbox.land()
    before = path.stat()
    path.write_bytes(csv_bytes(entry("e2")))
    if times == "kept":
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert new_ones(inbox) == ["a.csv"]


def test_another_file_moved_to_the_same_name_is_seen(inbox):
    path = inbox.put("catalogue_entries", "a.csv", csv_bytes(entry("e1")))
    new_ones(inbox)
    inbox.land()
    other = inbox.home / "other.csv"
    other.write_bytes(csv_bytes(entry("e2")))
    other.replace(path)
    assert new_ones(inbox) == ["a.csv"]


def test_a_file_of_known_bytes_under_another_name_is_not_new(inbox):
    content = csv_bytes(entry("e1"))
    inbox.take("catalogue_entries", "a.csv", content)
    inbox.put("catalogue_entries", "b.csv", content)
    assert new_ones(inbox) == []


def test_known_bytes_put_where_rows_are_quarantined_mend_them(inbox):
    bad, good = csv_bytes(entry("e1", due_at="never")), csv_bytes(entry("e1"))
    inbox.take("catalogue_entries", "a.csv", bad)
    inbox.take("catalogue_entries", "b.csv", good)
    assert inbox.quarantine_size("a.csv") == 1
    assert new_ones(inbox) == []
    inbox.put("catalogue_entries", "a.csv", good)
    assert new_ones(inbox) == ["a.csv"]
    inbox.land()
    assert inbox.quarantine_size("a.csv") == 0
    assert new_ones(inbox) == []


def test_the_hash_of_a_file_that_is_gone_is_forgotten(inbox):
    path = inbox.put("catalogue_entries", "a.csv", csv_bytes(entry("e1")))
    new_ones(inbox)
    assert inbox.rows("select file_name from ops.inbox_file") == [("a.csv",)]
    path.unlink()
    new_ones(inbox)
    assert inbox.rows("select file_name from ops.inbox_file") == []
