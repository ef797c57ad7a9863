"""Rows that newer ones replace, whatever comes and whatever fails.

Every expectation is worked out here, in Python, from what was delivered.
"""

from __future__ import annotations

import datetime as dt
import random
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scorecard.landing import newest
from scorecard.landing.inbox import InboxFile
from scorecard.landing.load import Landing
from scorecard.landing.newest import MANY_ROWS
from scorecard.quality.profile import update_profiles
from tests.inboxes import NOW, ROOT, Inbox, contracts, csv_bytes, entry, jsonl_bytes
from tests.integration.newest_rows import (
    FIRST,
    LONG,
    days,
    probe,
    record,
    records,
    repeated,
    replaced,
    take_records,
)

# Troubles

TABLES = (
    "raw.credit_records", "replaced.credit_records", "ops.touched_day", "ops.repeated_key",
    "ops.file", "ops.quarantine",
)  # fmt: skip


def books(inbox):
    return {table: inbox.rows(f"from {table} order by all") for table in TABLES}


def with_history(inbox):
    """Three files, of which the second repeats a key and replaces a row that still waits."""
    take_records(inbox, "a", record("r1", "old", 1), record("r2", "old", 2), record("r3", "old", 3))
    take_records(inbox, "b", record("r1", "x", 4), record("r1", "new", 5))
    take_records(inbox, "c", record("r4", "old", 6))
    assert replaced(inbox) != []
    return inbox


NEXT = (record("r2", "x", 7), record("r4", "newest", 8), record("r2", "newest", 9), record("r5"))


class Failing:
    """A connection that fails once a statement that begins so has been executed."""

    def __init__(self, connection: Any, beginning: str) -> None:
        self.connection, self.beginning, self.failed = connection, beginning, False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.connection, name)

    def execute(self, sql: str, *parameters: Any) -> Any:
        result = self.connection.execute(sql, *parameters)
        if sql.startswith(self.beginning) and not self.failed:
            self.failed = True
            raise KeyboardInterrupt
        return result


@pytest.mark.parametrize(
    "beginning",
    [
        "insert into ops.touched_day", "create or replace temp table landing_fresh",
        "create or replace temp table landing_replaced", "insert into ops.repeated_key",
        'insert into replaced."credit_records"', 'delete from raw."credit_records"',
    ],
)  # fmt: skip
def test_a_file_that_fails_while_rows_are_replaced_leaves_all_as_it_was(inbox, beginning):
    stood = books(with_history(inbox))
    inbox.put("credit_records", "d.csv", csv_bytes(*NEXT))
    whole = inbox.connection
    inbox.connection = Failing(whole, beginning)
    with pytest.raises(KeyboardInterrupt):
        inbox.land()
    assert inbox.connection.failed
    inbox.connection = whole
    assert books(inbox) == stood
    inbox.land()
    assert records(inbox) == [
        ("r1", "new"), ("r2", "newest"), ("r3", "old"), ("r4", "newest"), ("r5", "d"),
    ]  # fmt: skip
    assert replaced(inbox) == [(1, "r1", "old"), (1, "r2", "old"), (3, "r4", "old")]
    assert days(inbox)[-6:] == [(4, 0), (4, 2), (4, 6), (4, 7), (4, 8), (4, 9)]


KILLED = """
import os, signal, sys
from pathlib import Path
from scorecard.landing import load
from tests.inboxes import Inbox
kept = load.keep_newest
def then_die(*given):
    kept(*given)
    os.kill(os.getpid(), signal.SIGKILL)
load.keep_newest = then_die
Inbox(Path(sys.argv[1]), in_file=True).land()
"""


def test_a_kill_before_the_file_is_kept_leaves_all_as_it_was(tmp_path):
    inbox = with_history(Inbox(tmp_path, in_file=True))
    stood = books(inbox)
    inbox.put("credit_records", "d.csv", csv_bytes(*NEXT))
    inbox.connection.close()
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, tmp_path], cwd=ROOT, capture_output=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    again = Inbox(tmp_path, in_file=True)
    assert books(again) == stood
    assert again.land()["d.csv"].rows_loaded == len(NEXT)
    assert [row[1] for row in records(again)] == ["new", "newest", "old", "newest", "d"]


def test_what_landing_looked_through_is_not_left_in_memory(inbox):
    with patch.object(newest, "MANY_ROWS", 2):
        with_history(inbox)
    left = inbox.rows("select table_name from duckdb_tables() where temporary")
    assert left == []


# Whatever comes

LAW = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
KEYS = ["r1", "r2", "r3", "R1", "证1", LONG, f"{LONG}1", "x" * 15, "x" * 16]
BLANKS = st.sampled_from(["", "", "", " ", "\u3000", "\t"])
ROWS = st.tuples(st.sampled_from(KEYS), st.integers(0, 3), BLANKS, BLANKS)
FILES = st.tuples(
    st.lists(ROWS, min_size=1, max_size=9), st.sampled_from(["csv", "jsonl"]), st.booleans()
)


@pytest.fixture(scope="module")
def shared():
    with tempfile.TemporaryDirectory() as folder:
        yield Inbox(Path(folder))


def as_record(key, day, value):
    return record(key, value, day)


def as_probe(key, day, value):
    return probe(key, 10, value, day)


def as_entry(key, day, value):
    return entry(key, title=value, due_at=str(FIRST + dt.timedelta(day)))


# dataset: how a row is delivered, its key by key text and day, how key, day and value are read
FORMS = {
    "credit_records": (
        as_record, lambda key, day: key, "unpacked_text(record_id)", "pushed_at", "directory_id",
    ),
    "network_probes": (
        as_probe, lambda key, day: (key, day), "link_id", "probed_at", "latency_ms",
    ),
    "catalogue_entries": (as_entry, lambda key, day: key, "entry_id", "due_at", "title"),
}  # fmt: skip


def emptied(inbox, dataset):
    for table in (f"raw.{dataset}", f"replaced.{dataset}", "ops.file", "ops.profiled"):
        inbox.connection.execute(f"delete from {table}")
    for table in ("quarantine", "repeated_key", "touched_day"):
        inbox.connection.execute(f"delete from ops.{table}")
    return inbox


def is_long(key):
    return len(key.encode()) > 15


@LAW
@given(
    files=st.lists(FILES, min_size=1, max_size=5),
    many_rows=st.sampled_from([0, 1, 4, MANY_ROWS]),
)
@pytest.mark.parametrize("dataset", FORMS)
def test_after_any_files_raw_holds_the_newest_rows_and_replaced_the_others(
    shared, dataset, files, many_rows
):
    inbox = emptied(shared, dataset)
    delivered, key_of, key_sql, day_sql, value_sql = FORMS[dataset]
    newest_rows: dict[Any, tuple[str, int, int]] = {}  # key text, day, value
    waiting: list[tuple[str, int, int]] = []
    touched: set[tuple[int, int]] = set()
    repeats: list[tuple[int, int]] = []
    value = 0
    for file_id, (rows, form, is_profiled) in enumerate(files, 1):
        content, last = [], {}
        for key, day, left, right in rows:
            value += 1
            content.append(delivered(f"{left}{key}{right}", day, str(value)))
            last[key_of(key, day)] = (key, day, value)
            touched.add((file_id, day))
        gone = [newest_rows[key] for key in last if key in newest_rows]
        waiting += gone
        touched |= {(file_id, day) for _, day, _ in gone}
        newest_rows |= last
        repeats += [(file_id, len(rows) - len(last))] if len(rows) > len(last) else []
        data = csv_bytes(*content) if form == "csv" else jsonl_bytes(*content)
        with patch.object(newest, "MANY_ROWS", many_rows):
            landed = land_one(inbox, dataset, f"{file_id}.{form}", data)
        assert landed.rows_loaded == len(rows)
        if is_profiled:
            update_profiles(inbox.connection, contracts())
            waiting = []
        columns = f"{key_sql}, datediff('day', date '{FIRST}', {day_sql}), {value_sql}::int"
        assert shown(inbox, f"select {columns} from raw.{dataset}") == expected(
            dataset, newest_rows.values()
        )
        assert shown(inbox, f"select {columns} from replaced.{dataset}") == expected(
            dataset, waiting
        )
    text = columns.replace("unpacked_text(record_id)", "record_id")
    assert shown(inbox, f"select {text} from staging.{dataset}") == expected(
        dataset, newest_rows.values()
    )
    assert [(file_id, rows) for file_id, rows, _ in repeated(inbox)] == repeats
    heavy = contracts()[dataset].is_heavy
    assert days(inbox, dataset) == (sorted(touched) if heavy else [])


def land_one(inbox, dataset, name, data):
    """Lands one file and takes it out of the inbox again."""
    path = inbox.put(dataset, name, data)
    landed = inbox.land()[name]
    path.unlink()
    return landed


def shown(inbox, sql):
    """Rows with long packed keys as no more than that they are."""
    rows = inbox.rows(sql)
    return sorted(
        ("md5" if key.startswith("md5:") else key, day, value) for key, day, value in rows
    )


def expected(dataset, rows):
    packs = dataset == "credit_records"
    return sorted(
        ("md5" if packs and is_long(key) else key, day, value) for key, day, value in rows
    )


def test_a_file_lands_alike_whatever_number_of_rows_is_many(tmp_path):
    """The two ways to look for repeats agree, in files and against earlier ones."""
    chosen = random.Random(11)
    files = [
        [record(f"r{chosen.randrange(40)}", f"{name}{i}", i % 7) for i in range(60)]
        for name in "abc"
    ]
    found = []
    for many_rows in (0, MANY_ROWS):
        inbox = Inbox(tmp_path / str(many_rows))
        with patch.object(newest, "MANY_ROWS", many_rows):
            for name, rows in zip("abc", files, strict=True):
                take_records(inbox, name, *rows)
        stand = books(inbox)
        found.append([stand[table] for table in TABLES[:4]])
    assert found[0] == found[1]
    assert all(found[0])


def test_who_writes_within_the_file_s_transaction_sees_its_rows_beside_the_older_ones(inbox):
    seen = []
    landing = Landing(
        inbox.connection, inbox.key, inbox.home / "scratch", NOW,
        within=lambda file, file_id, loaded, bad: seen.append(
            (file_id, loaded, len(inbox.rows("from raw.credit_records")))
        ),
    )  # fmt: skip
    for name, value in (("a.csv", "old"), ("b.csv", "new")):
        path = inbox.put("credit_records", name, csv_bytes(record("r1", value)))
        file = InboxFile("credit_records", name, path, "csv")
        landing.land_files(contracts()["credit_records"], [file])
    assert seen == [(1, 1, 1), (2, 1, 2)]
    assert records(inbox) == [("r1", "new")]
