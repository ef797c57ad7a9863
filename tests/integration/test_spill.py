"""Memory has a bound; what does not fit goes to a folder of its owner alone, and goes in time."""

from __future__ import annotations

import errno
import signal
import stat
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from pydantic import ValidationError

from scorecard.settings import Settings
from scorecard.shortage import ShortageError, naming_shortage
from scorecard.workspace import Workspace

SCORECARD = Path(sys.executable).with_name("scorecard")
PERSON = "李小明"
SPILLING = """
import sys
from pathlib import Path
from scorecard.settings import Settings
from scorecard.workspace import Workspace

workspace = Workspace.load(Settings(home=Path(sys.argv[1]), memory_limit="200MB"))
with workspace.warehouse() as connection:
    connection.execute(
        "create temp table held as "
        "select i, md5(cast(i as varchar)) as text from range(12000000) as t (i)"
    )
    print("spilled", flush=True)
    sys.stdin.read()
"""


def modes(folder: Path) -> int:
    return stat.S_IMODE(folder.stat().st_mode)


def told_of(statement: str, *settings: str) -> str:
    """What is told of the shortage that a statement runs into with 60 MB."""
    with duckdb.connect(config={"memory_limit": "60MB", "threads": 1}) as connection:
        for setting in settings:
            connection.execute(f"set {setting}")
        with pytest.raises(ShortageError) as raised, naming_shortage("scoring"):
            connection.execute(statement)
    return str(raised.value)


# The folder -------------------------------------------------------------------------------------


def test_what_a_killed_run_spilled_is_seen_by_its_owner_alone_and_gone_with_the_next_run(tmp_path):
    settings = Settings(home=tmp_path)
    words = [sys.executable, "-c", SPILLING, str(tmp_path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert "spilled\n" in run.stdout  # reads on until it comes
        run.send_signal(signal.SIGKILL)
    left = list(settings.scratch.glob("duckdb_temp*"))
    assert sum(file.stat().st_size for file in left) > 1_000_000
    assert modes(settings.scratch) == stat.S_IRWXU
    with Workspace.load(settings).warehouse():
        assert list(settings.scratch.iterdir()) == []
    assert not settings.scratch.exists()


def test_a_run_that_fails_leaves_no_spilled_rows(tmp_path):
    settings = Settings(home=tmp_path)
    run = Workspace.load(settings).warehouse()
    run.__enter__()
    (settings.scratch / "rows").write_text(PERSON)
    error = ZeroDivisionError()
    assert not run.__exit__(ZeroDivisionError, error, None)
    assert not settings.scratch.exists()


def test_the_warehouse_opens_with_the_limit_and_spills_into_its_own_folder(tmp_path):
    settings = Settings(home=tmp_path, memory_limit="300MB")
    with Workspace.load(settings).warehouse() as connection:
        [row] = connection.execute(
            "select current_setting('memory_limit'), current_setting('temp_directory')"
        ).fetchall()
    assert row == ("286.1 MiB", str(settings.scratch))


# The setting ------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["2 gigs", "80%", "-1GB", "0", "12", "50MB", "2,5GB"])
def test_a_memory_limit_that_is_none_ends_the_command_at_once_with_status_2(tmp_path, text):
    run = subprocess.run(
        [SCORECARD, "nightly", "--home", tmp_path / "home"],
        env={"SCORECARD_MEMORY_LIMIT": text},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout) == (2, "")
    [line] = run.stderr.splitlines()
    assert line.startswith(f"scorecard: the setting SCORECARD_MEMORY_LIMIT: '{text}' is no")
    assert "200MB" in line
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("text", "limit"),
    [("2GB", 2_000_000_000), ("1.5 GiB", 1_610_612_736), ("500mb", 500_000_000)],
)
def test_a_memory_limit_is_taken_as_people_write_it(text, limit):
    assert Settings(memory_limit=text).memory_limit == f"{limit}B"


@pytest.mark.parametrize(
    ("name", "value"), [("compact_above", "1.5"), ("compact_above", "half"), ("compact_from", "x")]
)
def test_settings_of_compaction_that_are_none_are_refused(monkeypatch, name, value):
    monkeypatch.setenv(f"SCORECARD_{name.upper()}", value)
    with pytest.raises(ValidationError):
        Settings()


# The errors -------------------------------------------------------------------------------------


def test_too_little_memory_is_told_with_the_setting_to_raise_and_without_what_it_was_about():
    assert told_of(f"select list('{PERSON}' || i) from range(40000000) as t (i)") == (
        "scoring: the memory limit is too small for this (raise SCORECARD_MEMORY_LIMIT)"
    )


def test_too_little_disk_for_spilled_rows_is_told_with_both_ways_out(tmp_path):
    large = f"create table t as select '{PERSON}' || i from range(20000000) as t (i)"
    assert told_of(large, f"temp_directory = '{tmp_path}'", "max_temp_directory_size = '1MB'") == (
        "scoring: there is no disk left for what memory does not hold (free some of the disk of "
        "SCORECARD_HOME, or raise SCORECARD_MEMORY_LIMIT)"
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is of Linux")
def test_a_full_disk_is_told_as_that_and_without_the_rows_that_did_not_fit():
    rows = f"copy (select '{PERSON}' from range(9)) to '/dev/full' (format csv)"
    assert told_of(rows) == (
        "scoring: the disk is full (free some of the disk of SCORECARD_HOME, then start again)"
    )


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_that_python_meets_is_told_in_the_same_words(number):
    with pytest.raises(ShortageError, match="the disk is full"), naming_shortage("publishing"):
        raise OSError(number, "full")


def test_a_night_that_meets_a_full_disk_ends_in_that_error(tmp_path):
    workspace = Workspace.load(Settings(home=tmp_path))
    run = workspace.warehouse()
    connection = run.__enter__()
    with pytest.raises(duckdb.Error) as met:
        connection.execute("copy (select 1) to '/dev/full' (format csv)")
    with pytest.raises(ShortageError, match="the disk is full"):
        run.__exit__(type(met.value), met.value, None)


def test_other_errors_are_raised_as_they_are():
    with pytest.raises(duckdb.ConversionException), naming_shortage("landing"):
        duckdb.sql("select cast('x' as integer)").fetchall()
    with pytest.raises(PermissionError), naming_shortage("landing"):
        raise PermissionError(errno.EACCES, "no")
