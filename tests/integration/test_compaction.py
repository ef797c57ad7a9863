"""Compaction: the warehouse stays what it was, whenever it ends, and only its waste goes."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from scorecard import compaction
from scorecard.compaction import compact, measure_waste
from scorecard.demo.write import write_demo
from scorecard.night import choose_rulebooks, land, plan_night, publish_night, score
from scorecard.quality.release import mark_judged
from scorecard.settings import Settings
from scorecard.warehouse import WarehouseBusyError
from scorecard.workspace import Workspace

AS_OF = dt.date(2020, 3, 31)
MEGABYTE = 1_000_000
LATER = (
    "create table ops.large as select md5(cast(i as text)) from range(3000000) as t (i)",
    "create table ops.later (i integer primary key, t text default 'x' not null)",
    "create index later_t on ops.later (t)",
    "create sequence ops.numbers start 5",
    "comment on column ops.later.t is '备注'",
    "insert into ops.later (i) select nextval('ops.numbers') from range(10)",
    "drop table ops.large",
)
"""Waste, and kinds of things that a database can declare and the warehouse does not have yet."""
WORKING = """
import os, signal, sys, time
from pathlib import Path
from scorecard import compaction
from scorecard.settings import Settings
from scorecard.workspace import Workspace

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

settings = Settings(home=Path(sys.argv[1]), compact_from=1, compact_above=0.1)
if sys.argv[2] == "before it takes the place":
    os.replace = die
if sys.argv[2] == "after it took the place":
    sync = compaction._sync
    compaction._sync = lambda path: die() if path.is_dir() else sync(path)
with Workspace.load(settings).warehouse(told=print):
    print("working", flush=True)
print("done", flush=True)
"""


def do_night(settings: Settings, as_of: dt.date = AS_OF, told: Callable[[str], None] | None = None):
    """Lands, scores and publishes; what it landed, by dataset."""
    workspace = Workspace.load(settings)
    rulebooks = choose_rulebooks(workspace, None, as_of)
    with workspace.warehouse(told) as connection:
        plan = plan_night(workspace, connection, as_of, rulebooks)
        for dataset, files in plan.files.items():
            land(workspace, connection, dataset, files)
        score(workspace, connection, as_of, rulebooks, plan.models)
        mark_judged(connection, as_of, "digest")
        publish_night(workspace, connection, "digest", dt.datetime.now(dt.UTC))
    return plan.files


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home after one night, most of whose file is waste: what a large table left."""
    home = tmp_path_factory.mktemp("night") / "home"
    write_demo(home / "inbox", scale=0.0003, departments=8)
    do_night(Settings(home=home))
    with Workspace.load(Settings(home=home)).warehouse() as connection:
        for statement in LATER:
            connection.execute(statement)
        connection.execute("delete from raw.network_probes where hash(link_id) % 2 = 0")
    return home


@pytest.fixture
def settings(night: Path, tmp_path: Path) -> Settings:
    home = tmp_path / "home"
    shutil.copytree(night, home, symlinks=True)
    return Settings(home=home, compact_from=1, compact_above=0.1)


def use(settings: Settings) -> list[str]:
    """Opens the warehouse, does nothing, and compacts; what was told."""
    told: list[str] = []
    with Workspace.load(settings).warehouse(told.append):
        pass
    return told


def contents(settings: Settings) -> dict[str, object]:
    """All that the warehouse declares, and rows and hash of every table and view."""
    with duckdb.connect(settings.warehouse, read_only=True) as connection:
        found: dict[str, object] = {"declared": compaction._declarations(connection, "scorecard")}
        for schema, name in connection.execute(
            "select table_schema, table_name from information_schema.tables"
        ).fetchall():
            rows = connection.execute(
                f'select count(*), bit_xor(hash(t)) from "{schema}"."{name}" as t'
            )
            found[f"{schema}.{name}"] = rows.fetchall()
    return found


def size_of(settings: Settings) -> int:
    return settings.warehouse.stat().st_size


# What it keeps ----------------------------------------------------------------------------------


def test_a_compacted_warehouse_is_smaller_and_says_all_that_it_said(settings: Settings):
    before, size = contents(settings), size_of(settings)
    [line] = use(settings)
    assert line.startswith("compacted the warehouse: ")
    assert size_of(settings) < size / 2
    after = contents(settings)
    assert len(after) > 100
    assert after == before
    assert set(os.listdir(settings.warehouse.parent)) == {"hash.key", "scorecard.duckdb"}


def test_defaults_keys_sequences_and_macros_still_work_in_a_compacted_warehouse(settings: Settings):
    with duckdb.connect(settings.warehouse) as connection:
        [expected] = connection.execute("select is_uscc('91340600MA2MQ0FQ1X')").fetchall()
    use(settings)
    with duckdb.connect(settings.warehouse) as connection:
        connection.execute("insert into ops.later (i) values (nextval('ops.numbers'))")
        assert connection.execute("select * from ops.later order by i").fetchall()[-1] == (15, "x")
        with pytest.raises(duckdb.ConstraintException):
            connection.execute("insert into ops.later values (15, 'y')")
        [found] = connection.execute("select is_uscc('91340600MA2MQ0FQ1X')").fetchall()
    assert found == expected


def test_the_night_after_a_compaction_takes_only_what_is_new(settings: Settings):
    use(settings)
    assert do_night(settings) == {}
    correction = settings.inbox / "sections" / "sections_2020-03-01.csv"
    correction.write_text("department_id,section_id,name\nedu,office,新办公室\n", encoding="utf-8")
    assert list(do_night(settings)) == ["sections"]
    with duckdb.connect(settings.warehouse, read_only=True) as connection:
        found = connection.execute(
            "select name from staging.sections "
            "where (department_id, section_id) = ('edu', 'office')"
        ).fetchall()
    assert found == [("新办公室",)]


def test_the_file_stays_as_private_as_it_was(settings: Settings):
    settings.warehouse.chmod(0o600)
    assert use(settings)
    assert stat.S_IMODE(settings.warehouse.stat().st_mode) == 0o600


# When it is done --------------------------------------------------------------------------------


def test_a_file_that_was_compacted_is_not_compacted_again(settings: Settings):
    assert len(use(settings)) == 1
    assert use(settings) == []


def test_a_small_file_is_left_alone_however_much_of_it_is_waste(settings: Settings):
    before = size_of(settings)
    assert use(settings.model_copy(update={"compact_from": before + 1})) == []
    assert size_of(settings) == before


def test_a_file_with_less_waste_than_the_setting_says_is_left_alone(settings: Settings):
    before = size_of(settings)
    with duckdb.connect(settings.warehouse) as connection:
        share = measure_waste(connection, "scorecard").share
    assert 0.5 < share < 1
    assert use(settings.model_copy(update={"compact_above": share + 0.01})) == []
    assert size_of(settings) == before
    assert len(use(settings.model_copy(update={"compact_above": share - 0.02}))) == 1


def test_deleted_rows_that_are_still_held_count_as_waste(tmp_path: Path):
    file = tmp_path / "scorecard.duckdb"
    with duckdb.connect(file) as connection:
        connection.execute("create table t as select md5(cast(i as text)) from range(1000000) t(i)")
        connection.execute("checkpoint")
        full = measure_waste(connection, "scorecard")
        connection.execute("delete from t where rowid % 5 = 0")
        connection.execute("checkpoint")
        waste = measure_waste(connection, "scorecard")
    assert (full.live_rows, full.deleted_rows, full.deleted_bytes) == (1_000_000, 0, 0)
    assert (waste.live_rows, waste.deleted_rows) == (800_000, 200_000)
    assert waste.deleted_bytes == pytest.approx(full.used_bytes / 5, rel=0.05)


def test_nothing_is_compacted_for_who_only_looks(settings: Settings):
    before = size_of(settings)
    with Workspace.load(settings).warehouse():
        pass
    assert size_of(settings) == before


def test_a_run_that_failed_is_not_followed_by_a_compaction(settings: Settings):
    before, told = size_of(settings), []
    with pytest.raises(ZeroDivisionError), Workspace.load(settings).warehouse(told.append):
        raise ZeroDivisionError
    assert (size_of(settings), told) == (before, [])


# When it cannot be done -------------------------------------------------------------------------


def test_without_room_for_the_copy_the_old_file_stays_and_it_is_told(settings, monkeypatch):
    before = contents(settings)
    usage = shutil.disk_usage(settings.home)._replace(free=MEGABYTE)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    [line] = use(settings)
    assert "MB of free disk are needed" in line
    assert contents(settings) == before


def test_a_disk_that_fills_up_meanwhile_leaves_the_old_file(settings, monkeypatch):
    before, inode = contents(settings), settings.warehouse.stat().st_ino

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(compaction, "_sync", full)
    assert use(settings) == ["the warehouse was not compacted and stays as it is: OSError"]
    assert (contents(settings), settings.warehouse.stat().st_ino) == (before, inode)


def test_a_copy_that_lacks_something_is_not_taken(settings, monkeypatch):
    before, inode = contents(settings), settings.warehouse.stat().st_ino
    count = compaction._row_counts

    def one_less(connection, database):
        found = count(connection, database)
        return found if database == compaction.OLD else dict(list(found.items())[1:])

    monkeypatch.setattr(compaction, "_row_counts", one_less)
    [line] = use(settings)
    assert line.endswith("was not compacted: the copy is not the same")
    assert (contents(settings), settings.warehouse.stat().st_ino) == (before, inode)


def test_a_copy_beside_the_file_that_somebody_keeps_is_no_reason_to_leave_it(settings: Settings):
    backup = settings.warehouse.with_name("scorecard.duckdb.bak")
    shutil.copy(settings.warehouse, backup)
    size = size_of(settings)
    [line] = use(settings)
    assert line.startswith("compacted the warehouse: ")
    assert size_of(settings) < size / 2 < backup.stat().st_size


def test_a_scratch_on_another_disk_is_told_before_anything_is_copied(settings: Settings):
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        if Path(folder).stat().st_dev == settings.home.stat().st_dev:
            pytest.skip("there is one disk alone")
        settings.scratch.symlink_to(folder)
        [line] = use(settings)
    assert line.endswith(f"was not compacted: {settings.scratch} is on another disk")


def test_no_other_run_gets_the_warehouse_while_it_is_compacted(settings, monkeypatch):
    refused: list[str] = []
    copy = compaction._copy

    def copy_and_look(*given: object) -> bool:
        with pytest.raises(WarehouseBusyError) as error:
            Workspace.load(settings).warehouse().__enter__()
        refused.append(str(error.value))
        return copy(*given)

    monkeypatch.setattr(compaction, "_copy", copy_and_look)
    assert len(use(settings)) == 1
    assert "another run is using the warehouse" in refused[0]


# Killed -----------------------------------------------------------------------------------------


def start(settings: Settings, when: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WORKING, str(settings.home), when],
        stdout=subprocess.PIPE,
        text=True,
    )


def was_killed(run: subprocess.Popen[str]) -> bool:
    """Whether it worked and got to no end; a slow copy shows its progress in between."""
    output = run.communicate()[0]
    return output.startswith("working\n") and "done" not in output


def check_whole(settings: Settings, before: dict[str, object]) -> None:
    """The warehouse is as it was, nothing lies about, and it can be compacted and worked on."""
    assert contents(settings) == before
    use(settings)
    assert use(settings) == []
    assert contents(settings) == before
    assert not settings.scratch.exists()
    assert do_night(settings) == {}


def test_a_kill_while_the_copy_is_written_leaves_the_old_file(settings: Settings):
    before, inode = contents(settings), settings.warehouse.stat().st_ino
    draft = settings.scratch / "scorecard.duckdb"
    with start(settings, "while it copies") as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "working\n"
        deadline = time.monotonic() + 60
        while not (draft.exists() and draft.stat().st_size > MEGABYTE):
            assert time.monotonic() < deadline
            time.sleep(0.0005)
        run.send_signal(signal.SIGKILL)
        assert run.stdout.read() == ""
    assert settings.warehouse.stat().st_ino == inode
    assert draft.exists()
    check_whole(settings, before)


def test_a_kill_before_the_copy_takes_the_place_leaves_the_old_file(settings: Settings):
    before, inode = contents(settings), settings.warehouse.stat().st_ino
    with start(settings, "before it takes the place") as run:
        assert was_killed(run)
    assert settings.warehouse.stat().st_ino == inode
    check_whole(settings, before)


def test_a_kill_after_the_copy_took_the_place_leaves_the_new_file(settings: Settings):
    before, size = contents(settings), size_of(settings)
    with start(settings, "after it took the place") as run:
        assert was_killed(run)
    assert size_of(settings) < size / 2
    check_whole(settings, before)


LOGGING = """
import os, signal, sys
from pathlib import Path
from scorecard.settings import Settings
from scorecard.workspace import Workspace

with Workspace.load(Settings(home=Path(sys.argv[1]))).warehouse() as connection:
    connection.execute("insert into ops.later values (99, 'from the log')")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_run_left_in_the_log_is_taken_in_before_anything_is_compacted(settings):
    subprocess.run([sys.executable, "-c", LOGGING, str(settings.home)], check=False)
    log = settings.warehouse.with_name("scorecard.duckdb.wal")
    assert log.exists()
    settings.scratch.mkdir(exist_ok=True)
    line = compact(settings)
    assert line == "the warehouse was not compacted: changes to it lie in scorecard.duckdb.wal"
    assert log.exists()
    [line] = use(settings)
    assert line.startswith("compacted")
    assert not log.exists()
    with duckdb.connect(settings.warehouse, read_only=True) as connection:
        rows = connection.execute("select t from ops.later where i = 99").fetchall()
    assert rows == [("from the log",)]
