"""Files of a folder that is mounted here, and what every kind of folder has in common."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from scorecard.connectors import remote
from scorecard.connectors.base import PullFailedError, RemoteFile, Tally
from scorecard.errors import ConfigurationError
from scorecard.pulling.platforms import FilesSource
from tests.connectors.remote_folders import (
    BIG,
    connector,
    contents,
    known,
    peaks,
    pulled,
    task,
)


@pytest.fixture
def share(tmp_path: Path) -> Path:
    folder = tmp_path / "share"
    (folder / "certificates").mkdir(parents=True)
    return folder


@pytest.fixture
def source(share: Path) -> FilesSource:
    return FilesSource(kind="files", url=f"file://{share}")


def lay(share: Path, name: str, content: bytes = b"x") -> Path:
    path = share / "certificates" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def got(source: FilesSource, folder: Path, before: list[RemoteFile] | None = None):
    return pulled(connector(source, "certificates"), folder, before or [])


def test_files_come_in_the_order_of_the_bytes_of_their_names(
    share: Path, source: FilesSource, tmp_path: Path
):
    names = ["2019/03/a.csv", "Z.csv", "b.csv", "证照/电子证照 2019.csv"]
    for name in reversed(names):
        lay(share, name, name.encode())
    gb = os.fsencode(share) + b"/certificates/" + "照.csv".encode("gb18030")
    Path(os.fsdecode(gb)).write_bytes(b"gb")
    files = contents(got(source, tmp_path / "files"))
    assert list(files.items()) == [
        *((name, name.encode()) for name in names[:3]),
        ("照.csv", b"gb"),  # its bytes come before those of UTF-8
        (names[3], names[3].encode()),
    ]


def test_a_fetched_file_keeps_its_ending_and_its_local_time(
    share: Path, source: FilesSource, tmp_path: Path
):
    os.utime(lay(share, "电子证照.CSV.gz"), (0, 1551722400))
    (file,) = got(source, tmp_path / "files")
    assert file.path.name == "000000.csv.gz"
    assert file.modified.isoformat() == "2019-03-05T02:00:00"  # in Shanghai


def test_a_file_comes_again_only_when_it_has_changed(
    share: Path, source: FilesSource, tmp_path: Path
):
    changing = lay(share, "a.csv", b"one")
    lay(share, "b.csv", b"two")
    first = got(source, tmp_path / "1")
    assert got(source, tmp_path / "2", first) == []
    before = changing.stat().st_mtime_ns
    changing.write_bytes(b"ONE")
    os.utime(changing, ns=(0, before + 1_000_000))  # a millisecond later
    assert contents(got(source, tmp_path / "3", first)) == {"a.csv": b"ONE"}


def test_hidden_and_half_written_files_are_no_deliveries(
    share: Path, source: FilesSource, tmp_path: Path
):
    for name in ("a.csv", ".b.csv", "~$c.xlsx", ".snapshot/d.csv", "e.csv.tmp", "f.csv.PART"):
        lay(share, name)
    assert list(contents(got(source, tmp_path / "files"))) == ["a.csv"]


def test_links_and_pipes_lead_nowhere_else(share: Path, source: FilesSource, tmp_path: Path):
    secret = tmp_path / "secret.csv"
    secret.write_bytes(b"of somebody else")
    folder = share / "certificates"
    lay(share, "real/a.csv")
    (folder / "in.csv").symlink_to("real/a.csv")
    (folder / "out.csv").symlink_to(secret)
    (folder / "up").symlink_to(share)
    (folder / "gone.csv").symlink_to("nowhere.csv")
    os.mkfifo(folder / "pipe.csv")
    assert list(contents(got(source, tmp_path / "files"))) == ["in.csv", "real/a.csv"]


def test_a_file_that_grows_meanwhile_waits_for_the_next_night(
    share: Path, source: FilesSource, tmp_path: Path
):
    lay(share, "a.csv")
    growing = lay(share, "b.csv", b"whole")
    files = connector(source, "certificates").files(task(tmp_path / "files"), Tally(), frozenset())
    names = [next(files).name]
    growing.write_bytes(b"whole and more")
    assert [*names, *(file.name for file in files)] == ["a.csv"]


def test_a_file_is_known_by_the_name_that_the_books_may_keep(
    share: Path, source: FilesSource, tmp_path: Path
):
    lay(share, "11010519491231002X.csv")
    (file,) = got(source, tmp_path / "1")
    assert file.name == "11010519491231002X.csv"  # landing says that it must be renamed
    assert got(source, tmp_path / "2", [replace(file, name="***.csv")]) == []


def test_files_that_came_before_the_deadline_are_the_answer_and_the_next_pull_goes_on(
    share: Path, source: FilesSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name in "abcde":
        lay(share, f"{name}.csv")
    clock = Clock()
    monkeypatch.setattr(remote, "time", clock)
    monkeypatch.setattr(shutil, "copyfile", clock.slow(shutil.copyfile, 10))
    came: list[RemoteFile] = []
    for night, names in enumerate((["a.csv", "b.csv"], ["c.csv", "d.csv"], ["e.csv"])):
        tally, before = Tally(), len(came)
        asked = task(tmp_path / str(night), deadline=25)
        came += connector(source, "certificates").files(asked, tally, known(came))
        assert [file.name for file in came[before:]] == names
        assert tally.total == 5 - before


class Clock:
    """A clock that stands still but for what is slow."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def slow(self, what: Callable[..., Any], seconds: float) -> Callable[..., Any]:
        def done(*given: Any) -> Any:
            self.now += seconds
            return what(*given)

        return done


def test_a_pull_past_its_deadline_without_a_file_has_failed(
    share: Path, source: FilesSource, tmp_path: Path
):
    lay(share, "a.csv")
    files = connector(source, "certificates").files(
        task(tmp_path / "files", deadline=-1), Tally(), frozenset()
    )
    with pytest.raises(PullFailedError, match="no file of 1 came within -1 s"):
        list(files)


def test_an_empty_folder_is_no_error_and_a_missing_one_is(
    share: Path, source: FilesSource, tmp_path: Path
):
    assert got(source, tmp_path / "files") == []
    with pytest.raises(PullFailedError, match="there is no such folder") as missing:
        pulled(connector(source, "nowhere"), tmp_path / "files")
    assert missing.value.where == str(share / "nowhere")


def test_a_full_disk_is_told_as_such(share: Path, source: FilesSource, tmp_path: Path):
    lay(share, "a.csv", b"x" * 100_000)
    folder = task(tmp_path / "files").folder
    (folder / "000000.csv").symlink_to("/dev/full")
    with pytest.raises(PullFailedError, match="the disk is full") as full:
        got(source, folder)
    assert full.value.where == str(folder)


def test_an_identity_number_in_a_name_is_not_told(share: Path, source: FilesSource, tmp_path: Path):
    lay(share, "11010519491231002X.csv", b"x" * 100_000)
    folder = task(tmp_path / "files").folder
    (folder / "000000.csv").mkdir()  # cannot be written to
    with pytest.raises(PullFailedError) as refused:
        got(source, folder)
    assert "11010519491231002X" not in str(refused.value)
    assert str(refused.value).startswith(f"{share}/certificates/***.csv: ")


def test_a_file_goes_to_disk_without_being_held_in_memory(
    share: Path, source: FilesSource, tmp_path: Path
):
    (share / "weights").mkdir()
    (share / "weights" / "1.csv").write_bytes(b"x")
    (share / "weights" / "2.csv").write_bytes(bytes(BIG))
    (_, before), (size, after) = peaks(source, tmp_path / "files")
    assert size == BIG
    assert after - before < 15
    assert after < 250


@pytest.mark.skipif(find_spec("smbprotocol") is not None, reason="smbprotocol is installed")
def test_smb_says_which_extra_brings_its_library():
    with pytest.raises(ConfigurationError, match=r"uv sync --extra smb"):
        connector(FilesSource(kind="files", url="smb://host/share"))


def test_another_kind_of_address_is_refused():
    with pytest.raises(ConfigurationError, match=r"ftp:// is not known .use one of s3://"):
        connector(FilesSource(kind="files", url="ftp://host/folder"))
