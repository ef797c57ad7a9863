"""A home that is not as it should be: what is wrong is said, with the mend; the rest goes on."""

from __future__ import annotations

import datetime as dt
import errno
import os
import stat
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import duckdb
import pytest

from scorecard import night
from scorecard.errors import ScorecardError
from scorecard.landing.inbox import InboxFile, Notice, scan
from scorecard.scratch import emptied
from scorecard.settings import Settings
from scorecard.shortage import ShortageError
from scorecard.warehouse import WarehouseBusyError, connect
from scorecard.workspace import Workspace

NOBODY = 65534
LISTS_NO_MORE, ENTERS_NO_MORE = 0o300, 0o600
DENIED = "Permission denied"


@contextmanager
def unprivileged() -> Iterator[None]:
    """As an account from which a mode keeps something, which it does not from root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def home() -> Iterator[Path]:
    """A home that any account can reach; that of `tmp_path` is for its owner alone."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        path.chmod(0o755)
        yield path
        for parent, folders, _ in os.walk(path):
            for name in folders:
                if not Path(parent, name).is_symlink():
                    Path(parent, name).chmod(0o755)


def put(home: Path, *names: str) -> None:
    for name in names:
        path = home / "inbox" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("department_id,section_id,name\nedu,office,办公室\n", encoding="utf-8")


@contextmanager
def closed(path: Path, mode: int) -> Iterator[None]:
    """While a folder is of a mode, and of an account of which that is asked."""
    before = path.stat()
    if os.geteuid() == 0:
        os.chown(path, NOBODY, NOBODY)
    path.chmod(mode)
    try:
        yield
    finally:
        path.chmod(stat.S_IMODE(before.st_mode))
        os.chown(path, before.st_uid, before.st_gid)


def seen(home: Path, datasets: Sequence[str]) -> tuple[list[str], dict[str, str | None]]:
    """The deliveries of an unprivileged look at the inbox, and what could not be looked at."""
    kept_out: dict[str, str | None] = {}
    with unprivileged():
        files, _ = scan(
            home / "inbox", datasets, lambda place, error: kept_out.update({place: error.strerror})
        )
    return [f"{file.dataset}/{file.name}" for file in files], kept_out


# The inbox --------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [LISTS_NO_MORE, ENTERS_NO_MORE, 0])
@pytest.mark.parametrize("place", ["sections", "sections/old", "sections/old/2018"])
def test_a_folder_without_permission_is_told_once_and_what_lies_elsewhere_is_read(
    home: Path, place: str, mode: int
):
    put(home, "departments/a.csv", "sections/old/2018/b.csv", "sections/old/2018/c.csv")
    put(home, "sections/new/d.csv", "sections_of_old/e.csv")
    with closed(home / "inbox" / place, mode):
        files, kept_out = seen(home, ["departments", "sections"])
    assert kept_out == {place: DENIED}
    elsewhere = [] if place == "sections" else ["sections/new/d.csv"]
    assert files == ["departments/a.csv", *elsewhere]


@pytest.mark.parametrize("mode", [LISTS_NO_MORE, ENTERS_NO_MORE])
def test_an_inbox_without_permission_is_not_taken_for_an_empty_one(home: Path, mode: int):
    put(home, "sections/a.csv")
    with closed(home / "inbox", mode):
        assert seen(home, ["sections"]) == ([], {"inbox": DENIED})


def test_a_link_into_a_folder_without_permission_is_told_by_its_own_place(home: Path):
    put(home, "sections/a.csv")
    away = home / "away"
    away.mkdir()
    (away / "b.csv").touch()
    (home / "inbox" / "sections" / "b.csv").symlink_to(away / "b.csv")
    (home / "inbox" / "departments").symlink_to(away / "folder")
    with closed(away, ENTERS_NO_MORE):
        files, kept_out = seen(home, ["departments", "sections"])
    assert files == ["sections/a.csv"]
    assert kept_out == {"departments": DENIED, "sections/b.csv": DENIED}


def test_an_identity_number_in_the_name_of_a_folder_without_permission_is_not_told(home: Path):
    put(home, "sections/340602199003070034/a.csv")
    with closed(home / "inbox" / "sections" / "340602199003070034", 0):
        assert seen(home, ["sections"]) == ([], {"sections/***": DENIED})


def test_who_does_not_ask_what_could_not_be_looked_at_gets_an_error(home: Path):
    put(home, "sections/a.csv")
    folder = home / "inbox" / "sections"
    with closed(folder, 0), pytest.raises(PermissionError), unprivileged():
        scan(home / "inbox", ["sections"])


def test_a_night_lands_the_rest_and_tells_of_the_folder(home: Path, monkeypatch):
    put(home, "sections/a.csv", "departments/b.csv")

    def unprivileged_scan(*given: Any) -> tuple[list[InboxFile], list[Notice]]:
        with unprivileged():
            return scan(*given)

    monkeypatch.setattr(night, "scan", unprivileged_scan)
    workspace = Workspace.load(Settings(home=home))
    as_of = dt.date(2020, 3, 31)
    with closed(home / "inbox" / "departments", ENTERS_NO_MORE), workspace.warehouse() as opened:
        rulebooks = night.choose_rulebooks(workspace, None, as_of)
        plan = night.plan_night(workspace, opened, as_of, rulebooks)
    assert [file.name for file in plan.files["sections"]] == ["a.csv"]
    assert plan.unreadable == {"departments": DENIED}


# The warehouse's file ---------------------------------------------------------------------------


def damaged(content: bytes, at: int) -> bytes:
    return content[:at] + bytes(byte ^ 0xFF for byte in content[at : at + 64]) + content[at + 64 :]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "its first header": lambda whole: damaged(whole, 100),
    "both headers": lambda whole: damaged(damaged(whole, 4196), 8292),
    "every block": lambda whole: whole[:12288] + bytes(len(whole) - 12288),
    "its end": lambda whole: whole[: 12288 + 4096],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_warehouse_is_told_in_one_line_with_the_mend(tmp_path: Path, damage: str):
    workspace = Workspace.load(Settings(home=tmp_path))
    file = workspace.settings.warehouse
    with workspace.warehouse():
        pass
    file.write_bytes(DAMAGES[damage](file.read_bytes()))
    with pytest.raises(ScorecardError) as raised, workspace.warehouse():
        pass
    assert str(raised.value) == (
        f"{file}: the warehouse is damaged (put back a copy of it; without one move it away, and "
        "the inbox is taken anew)"
    )


def test_rows_that_turn_out_to_be_damaged_in_the_night_are_told_so_too(tmp_path: Path):
    workspace = Workspace.load(Settings(home=tmp_path))
    file = workspace.settings.warehouse
    with workspace.warehouse() as connection:
        connection.execute(
            "create table ops.kept as select md5(i::text) as t from range(200000) r(i)"
        )
        [(block,)] = connection.execute(
            "select max(block_id) from pragma_storage_info('ops.kept')"
        ).fetchall()
    file.write_bytes(damaged(file.read_bytes(), 12288 + block * 262144 + 1000))
    with (
        pytest.raises(ScorecardError, match="the warehouse is damaged"),
        workspace.warehouse() as connection,
    ):
        connection.execute("select max(t) from ops.kept").fetchall()


def test_another_file_that_is_damaged_is_not_taken_for_the_warehouse(tmp_path: Path):
    workspace = Workspace.load(Settings(home=tmp_path))
    error = duckdb.IOException('IO Error: Could not read enough bytes from file "a.parquet"')
    with pytest.raises(duckdb.IOException), workspace.warehouse():
        raise error


def test_a_home_whose_path_speaks_of_locks_is_not_taken_for_a_busy_one(tmp_path: Path):
    file = tmp_path / "Could not set lock" / "scorecard.duckdb"
    file.parent.mkdir()
    file.write_bytes(b"this is no database at all" * 1000)
    with pytest.raises(ScorecardError, match="cannot be opened") as raised:
        connect(file)
    assert not isinstance(raised.value, WarehouseBusyError)


def test_a_full_disk_under_a_new_home_is_told_as_that(tmp_path: Path, monkeypatch):
    def full(file: Path, **_: object) -> None:
        raise duckdb.IOException(
            f'IO Error: Could not write file "{file}": No space left on device'
        )

    monkeypatch.setattr(duckdb, "connect", full)
    with pytest.raises(ShortageError, match="the disk is full"):
        connect(tmp_path / "scorecard.duckdb")


@pytest.mark.parametrize(
    ("number", "told"),
    [(errno.ENOSPC, "the disk is full"), (errno.EACCES, f"cannot be opened: {DENIED}")],
)
def test_a_home_in_which_no_folder_can_be_made_is_told(tmp_path, monkeypatch, number, told):
    workspace = Workspace.load(Settings(home=tmp_path / "home"))

    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(ScorecardError, match=told), workspace.warehouse():
        pass


# The folder of short-lived rows -----------------------------------------------------------------


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "warehouse" / "scratch"
    folder.parent.mkdir()
    return folder


def fill(folder: Path) -> None:
    (folder / "pull-1").mkdir()
    (folder / "pull-1" / "rows.parquet").write_text("李小明")
    (folder / "left").symlink_to(folder.parent)


@pytest.mark.parametrize("mode", [0o755, 0o1777])
def test_a_scratch_that_is_a_link_stays_one_and_is_emptied(tmp_path: Path, scratch: Path, mode):
    large = tmp_path / "large"
    large.mkdir()
    large.chmod(mode)
    scratch.symlink_to(large)
    workspace = Workspace.load(Settings(home=tmp_path))
    for _ in range(2):
        with workspace.warehouse() as connection:
            assert list(large.iterdir()) == []
            assert stat.S_IMODE(large.stat().st_mode) == 0o700
            connection.execute("create temp table t as from range(10)")
            fill(scratch)
        assert scratch.readlink() == large
        assert list(large.iterdir()) == []
    fill(large)  # as a killed run leaves it
    with emptied(scratch):
        assert list(large.iterdir()) == []
    assert tmp_path.exists()


def test_a_scratch_that_is_a_disk_of_its_own_stays_and_is_emptied(scratch: Path, monkeypatch):
    scratch.mkdir(mode=0o700)
    rmdir = os.rmdir

    def busy(path: str | Path, **given: Any) -> None:
        if Path(path) == scratch:
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
        rmdir(path, **given)

    monkeypatch.setattr(os, "rmdir", busy)
    for _ in range(2):
        fill(scratch)
        with emptied(scratch):
            assert list(scratch.iterdir()) == []
            fill(scratch)
        assert list(scratch.iterdir()) == []
    assert stat.S_IMODE(scratch.stat().st_mode) == 0o700


def test_what_others_may_have_put_into_the_scratch_is_not_deleted(tmp_path: Path, scratch: Path):
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o755)
    (shared / "of another").touch()
    scratch.symlink_to(shared)
    with (
        pytest.raises(ScorecardError, match="open to others and holds something"),
        emptied(scratch),
    ):
        pass
    assert (shared / "of another").exists()


@pytest.mark.parametrize("target", [".", ".."])
def test_a_scratch_that_is_a_link_to_the_home_itself_is_refused(scratch: Path, target: str):
    scratch.parent.chmod(0o700)
    scratch.parent.parent.chmod(0o700)
    kept = scratch.with_name("scorecard.duckdb")
    kept.touch()
    scratch.symlink_to(target)
    with pytest.raises(ScorecardError, match="holds the warehouse"), emptied(scratch):
        pass
    assert kept.exists()


def as_a_file(scratch: Path) -> None:
    scratch.touch()


def as_a_link_to_nothing(scratch: Path) -> None:
    scratch.symlink_to("/nowhere/at/all")


@pytest.mark.parametrize(
    ("make", "reason"),
    [(as_a_file, "Not a directory"), (as_a_link_to_nothing, "No such file or directory")],
)
def test_a_scratch_that_is_no_folder_is_told_with_the_mend(tmp_path, scratch, make, reason):
    make(scratch)
    workspace = Workspace.load(Settings(home=tmp_path))
    with pytest.raises(ScorecardError) as raised, workspace.warehouse():
        pass
    assert str(raised.value) == (
        f"{scratch}: the folder of short-lived rows cannot be used: {reason} "
        "(make it an empty folder of your own, or remove it, then start again)"
    )


def test_a_scratch_that_another_account_left_is_told_with_the_mend(home: Path):
    scratch = home / "scratch"
    scratch.mkdir(mode=0o700)
    fill(scratch)
    others = nullcontext() if os.geteuid() == 0 else closed(scratch, 0)
    with (
        others,
        pytest.raises(ScorecardError, match=f"cannot be used: {DENIED} .make it"),
        unprivileged(),
        emptied(scratch),
    ):
        pass
    assert (scratch / "pull-1" / "rows.parquet").exists()


def test_what_a_run_says_is_not_hidden_by_a_scratch_that_cannot_be_emptied(scratch: Path):
    run = emptied(scratch)
    run.__enter__()
    scratch.rmdir()
    scratch.touch()
    error = ZeroDivisionError()
    assert not run.__exit__(ZeroDivisionError, error, None)
