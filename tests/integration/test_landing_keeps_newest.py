"""What a file replaces leaves the landed rows with it: `raw` holds the newest row of each key.

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
from scorecard.landing.load import Landing
from scorecard.landing.newest import MANY_ROWS, SHOWN_KEYS
from scorecard.quality.profile import update_profiles
from tests.inboxes import (
    NOW,
    ROOT,
    Inbox,
    contracts,
    csv_bytes,
    entry,
    jsonl_bytes,
    parquet_bytes,
    specimen,
)  # fmt: skip

FIRST = dt.date(2019, 3, 1)
LONG = "record-of-the-city-0001"


@pytest.fixture
def inbox(tmp_path):
    return Inbox(tmp_path)


def record(record_id, directory_id="d", day=0, **changes):
    pushed_at = f"{FIRST + dt.timedelta(day)} 10:00:00"
    return specimen(
        "credit_records",
        record_id=record_id, directory_id=directory_id, pushed_at=pushed_at, **changes,
    )  # fmt: skip


def probe(link_id, hour=0, latency="1", day=0):
    at = f"{FIRST + dt.timedelta(day)} {hour:02d}:00:00"
    return specimen("network_probes", link_id=link_id, probed_at=at, latency_ms=latency)


def take_records(inbox, name, *rows):
    return inbox.take("credit_records", f"{name}.csv", csv_bytes(*rows))


def records(inbox):
    return inbox.newest("credit_records", "record_id, directory_id")


def replaced(inbox, columns="_file_id, unpacked_text(record_id), directory_id"):
    return inbox.rows(f"select {columns} from replaced.credit_records order by all")


def repeated(inbox):
    return inbox.rows("select file_id, rows, keys from ops.repeated_key order by all")


def days(inbox, dataset="credit_records"):
    """The touched days of each file, as numbers from the first."""
    rows = inbox.rows(
        "select file_id, day from ops.touched_day where dataset = $1 order by all", dataset
    )
    return [(file_id, (day - FIRST).days) for file_id, day in rows]


# One file


def test_keys_in_no_order_are_told_apart_and_only_the_last_of_each_stays(inbox):
    chosen = random.Random(3)
    ids = [f"r{chosen.randrange(200)}" for _ in range(500)]
    landed = take_records(inbox, "a", *(record(key, str(i)) for i, key in enumerate(ids)))
    last = {key: str(i) for i, key in enumerate(ids)}
    assert landed.rows_loaded == 500
    assert records(inbox) == sorted(last.items())
    assert replaced(inbox) == []
    [(file_id, rows, keys)] = repeated(inbox)
    assert (file_id, rows) == (1, 500 - len(last))
    twice = sorted(key for key in last if ids.count(key) > 1)
    assert len(twice) > SHOWN_KEYS
    assert keys == [f"record_id={key}" for key in twice[:SHOWN_KEYS]]


def test_a_key_that_a_file_has_three_times_counts_two_rows_and_is_shown_once(inbox):
    take_records(inbox, "a", record("r1", "1"), record("r2"), record("r1", "2"), record("r1", "3"))
    assert records(inbox) == [("r1", "3"), ("r2", "d")]
    assert repeated(inbox) == [(1, 2, ["record_id=r1"])]


def test_a_file_without_repeats_has_no_line_of_them(inbox):
    take_records(inbox, "a", record("r2"), record("r1"), record("r3"))
    take_records(inbox, "b", record("r1", "new"))
    assert repeated(inbox) == []


def test_an_identity_number_that_is_a_repeated_key_is_not_shown(inbox):
    number = "34060219900101123X"
    row = specimen("network_outages", outage_id=f"no{number}", link_id="l1")
    inbox.take("network_outages", "a.csv", csv_bytes(row, row))
    told = " ".join(key for _, _, keys in repeated(inbox) for key in keys)
    assert number not in told


MANY = MANY_ROWS + 300
REPEATS = {7: 99_000, 50_000: 50_001, 50_002: 50_001, 3: 100_250}  # the later row has that key


def ids_of(order, repeats):
    """Ids of a large file: those of `REPEATS` stand twice or more if there are to be repeats."""
    numbers = [i + 1_000_000 for i in range(MANY)]
    if order == "backwards":
        numbers.reverse()
    elif order == "shuffled":
        random.Random(5).shuffle(numbers)
    for first, later in REPEATS.items() if repeats else ():
        numbers[later] = numbers[first]
    return [f"r{number}" for number in numbers]


def large_file(ids):
    same = specimen("credit_records", subject_name=..., core_information=...)
    columns = {name: [value] * len(ids) for name, value in same.items()}
    return parquet_bytes(
        columns | {"record_id": ids, "directory_id": [str(i) for i in range(len(ids))]}
    )


@pytest.mark.parametrize("repeats", [False, True], ids=["no repeats", "repeats"])
@pytest.mark.parametrize("order", ["growing", "backwards", "shuffled"])
def test_of_a_large_file_the_last_row_of_each_key_stays(inbox, order, repeats):
    ids = ids_of(order, repeats)
    landed = inbox.take("credit_records", "a.parquet", large_file(ids))
    last = {key: str(i) for i, key in enumerate(ids)}
    assert landed.rows_loaded == MANY > MANY_ROWS
    assert dict(inbox.rows("select record_id, directory_id from staging.credit_records")) == last
    assert inbox.rows("select count(*) from raw.credit_records") == [(len(last),)]
    again = {f"record_id={key}" for key in last if ids.count(key) > 1} if repeats else set()
    assert [(rows, set(keys)) for _, rows, keys in repeated(inbox)] == (
        [(MANY - len(last), again)] if repeats else []
    )


def test_a_large_file_replaces_what_it_brings_again_and_repeats_itself(inbox):
    ids = ids_of("shuffled", True)
    older = [ids[0], ids[7], ids[99_999], "r1", "r9"]
    take_records(inbox, "a", *(record(key, "old") for key in older))
    inbox.take("credit_records", "b.parquet", large_file(ids))
    last = {"r1": "old", "r9": "old"} | {key: str(i) for i, key in enumerate(ids)}
    assert dict(inbox.rows("select record_id, directory_id from staging.credit_records")) == last
    assert replaced(inbox) == sorted((1, key, "old") for key in older[:3])
    assert [(file_id, rows) for file_id, rows, _ in repeated(inbox)] == [(2, MANY - len(set(ids)))]


@pytest.mark.parametrize("repeats", [False, True], ids=["no repeats", "repeats"])
def test_of_a_large_file_a_composite_key_is_compared_by_all_of_it(inbox, repeats):
    began = dt.datetime(2019, 3, 1)
    keys = [(f"l{i % 3}", began + dt.timedelta(minutes=i // 3)) for i in range(MANY)]
    random.Random(9).shuffle(keys)
    for first, later in REPEATS.items() if repeats else ():
        keys[later] = keys[first]
    columns = {
        "link_id": [link for link, _ in keys], "probed_at": [at for _, at in keys],
        "is_up": [True] * MANY, "latency_ms": [float(i) for i in range(MANY)],
    }  # fmt: skip
    inbox.take("network_probes", "a.parquet", parquet_bytes(columns))
    last = {key: float(i) for i, key in enumerate(keys)}
    stand = inbox.rows("select link_id, probed_at, latency_ms from staging.network_probes")
    assert len(stand) == len(last) == MANY - (len(REPEATS) if repeats else 0)
    assert {(link, at): float(latency) for link, at, latency in stand} == last
    assert [rows for _, rows, _ in repeated(inbox)] == ([len(REPEATS)] if repeats else [])


# A correction of earlier files


@pytest.mark.parametrize(
    "corrected",
    [
        ["r20"], ["r30", "r20"], ["r10"], ["r40"], ["r05", "r10"], ["r40", "r99"],
        ["r99", "r01", "r30"], ["r40", "r10", "r20", "r30"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_correction_replaces_just_the_rows_of_its_keys(inbox, corrected):
    stored = ["r20", "r40", "r10", "r30"]
    take_records(inbox, "a", *(record(key, "old") for key in stored))
    take_records(inbox, "b", *(record(key, "new") for key in corrected))
    assert records(inbox) == sorted(
        {**dict.fromkeys(stored, "old"), **dict.fromkeys(corrected, "new")}.items()
    )
    assert replaced(inbox) == sorted((1, key, "old") for key in corrected if key in stored)


@pytest.mark.parametrize("fresh", [["r50", "r60"], ["r01"], ["r15", "r25"], ["r99", "r01"]])
def test_keys_that_were_never_there_replace_nothing(inbox, fresh):
    take_records(inbox, "a", *(record(key, "old") for key in ["r20", "r10", "r30"]))
    take_records(inbox, "b", *(record(key, "new") for key in fresh))
    assert len(records(inbox)) == 3 + len(fresh)
    assert replaced(inbox) == []


def test_rows_of_many_earlier_files_are_replaced_by_one(inbox):
    for i, name in enumerate("abcd"):
        take_records(inbox, name, record(f"r{i}", "old"), record("r9", name))
    take_records(inbox, "e", *(record(f"r{i}", "new") for i in (3, 1, 9)))
    assert records(inbox) == [
        ("r0", "old"), ("r1", "new"), ("r2", "old"), ("r3", "new"), ("r9", "new"),
    ]  # fmt: skip
    assert replaced(inbox) == [
        (1, "r9", "a"), (2, "r1", "old"), (2, "r9", "b"), (3, "r9", "c"), (4, "r3", "old"),
        (4, "r9", "d"),
    ]  # fmt: skip


def test_a_file_that_has_a_key_of_an_earlier_one_twice_replaces_it_once(inbox):
    take_records(inbox, "a", record("r1", "old"), record("r2", "old"))
    take_records(inbox, "b", record("r1", "first"), record("r1", "second"))
    assert records(inbox) == [("r1", "second"), ("r2", "old")]
    assert replaced(inbox) == [(1, "r1", "old")]
    assert repeated(inbox) == [(2, 1, ["record_id=r1"])]


@pytest.mark.parametrize("older", [[("l1", 1), ("l2", 2)], [("l2", 2), ("l1", 1)]])
def test_each_column_of_a_composite_key_tells_rows_apart(inbox, older):
    first = [probe(link, hour, "1") for link, hour in older]
    inbox.take("network_probes", "a.csv", csv_bytes(*first))
    later = [probe("l1", 2, "2"), probe("l2", 1, "2"), probe("l2", 2, "3")]
    inbox.take("network_probes", "b.csv", csv_bytes(*later))
    assert inbox.newest("network_probes", "link_id, hour(probed_at), latency_ms::int") == [
        ("l1", 1, 1), ("l1", 2, 2), ("l2", 1, 2), ("l2", 2, 3),
    ]  # fmt: skip
    assert inbox.rows("select link_id, hour(probed_at) from replaced.network_probes") == [("l2", 2)]


def test_keys_that_are_equal_once_trimmed_are_one_in_a_file_and_between_files(inbox):
    take_records(inbox, "a", record(" r1", "old"), record("\u3000r2", "x"), record("r2 ", "y"))
    take_records(inbox, "b", record("r1\u3000", "new"), record("R1", "other"))
    assert records(inbox) == [("R1", "other"), ("r1", "new"), ("r2", "y")]
    assert replaced(inbox) == [(1, "r1", "old")]
    assert repeated(inbox) == [(1, 1, ["record_id=r2"])]


def test_long_keys_are_corrected_as_short_ones(inbox):
    take_records(inbox, "a", record(LONG, "old"), record(f"{LONG}1", "old"), record("r1", "old"))
    take_records(inbox, "b", record(LONG, "new"))
    take_records(inbox, "c", record(LONG, "newest"), record("证1", "new"), record("证1", "newest"))
    kept = [directory for _, directory in inbox.newest("credit_records", "_line, directory_id")]
    assert sorted(kept) == ["newest", "newest", "old", "old"]
    assert replaced(inbox, "_file_id, directory_id") == [(1, "old"), (2, "new")]
    [(file_id, rows, keys)] = repeated(inbox)
    assert (file_id, rows, keys) == (3, 1, ["record_id=证1"])


def test_a_dataset_replaces_rows_of_its_own_alone(inbox):
    inbox.take("catalogue_entries", "a.csv", csv_bytes(entry("r1", title="old")))
    take_records(inbox, "b", record("r1", "old"))
    take_records(inbox, "c", record("r1", "new"))
    assert inbox.newest("catalogue_entries", "title") == [("old",)]
    assert inbox.rows("select count(*) from replaced.catalogue_entries") == [(0,)]


def test_what_was_replaced_is_there_until_the_profile_has_counted_it(inbox):
    take_records(inbox, "a", record("r1", "old"), record("r2", "old"))
    update_profiles(inbox.connection, contracts())
    take_records(inbox, "b", record("r1", "new"))
    assert replaced(inbox) == [(1, "r1", "old")]
    update_profiles(inbox.connection, contracts())
    assert replaced(inbox) == []
    counts = "select directory_id, rows from profile.credit_records order by all"
    assert inbox.rows(counts) == [("new", 1), ("old", 1)]


# Touched days


def test_a_row_that_moves_to_another_day_touches_both(inbox):
    take_records(inbox, "a", record("r1", day=3), record("r2", day=5))
    take_records(inbox, "b", record("r1", day=8))
    assert days(inbox) == [(1, 3), (1, 5), (2, 3), (2, 8)]


def test_a_row_that_stays_on_its_day_touches_that_one_once(inbox):
    take_records(inbox, "a", record("r1", day=3), record("r2", day=3), record("r3", day=3))
    take_records(inbox, "b", record("r1", "new", day=3))
    assert days(inbox) == [(1, 3), (2, 3)]


def test_a_row_that_its_own_file_moves_touches_no_day_less(inbox):
    take_records(inbox, "a", record("r1", day=3), record("r1", day=4))
    assert {day for _, day in days(inbox)} >= {4}
    assert {file_id for file_id, _ in days(inbox)} == {1}
    assert inbox.newest("credit_records", "day(pushed_at)") == [(5,)]


def test_of_a_dataset_that_is_not_heavy_no_day_is_noted(inbox):
    inbox.take("official_documents", "a.csv", csv_bytes(specimen("official_documents")))
    inbox.take(
        "official_documents", "b.csv", csv_bytes(specimen("official_documents", returned_count="1"))
    )
    assert inbox.rows("from ops.touched_day") == []


def test_a_file_of_which_no_row_is_taken_touches_nothing(inbox):
    take_records(inbox, "a", record("r1", day=3))
    landed = take_records(inbox, "b", record("r1", day=3, subject_kind="robot"))
    assert landed.rows_loaded == 0
    assert days(inbox) == [(1, 3)]
    assert replaced(inbox) == []


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
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
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
    files=st.lists(FILES, min_size=1, max_size=6),
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
        for key, row in last.items():
            if older := newest_rows.get(key):
                waiting.append(older)
                touched.add((file_id, older[1]))
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
    return sorted(("md5" if key.startswith("md5:") else key, day, value) for key, day, value in rows)


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


def test_rows_that_are_given_without_a_file_are_kept_at_the_newest_too(inbox):
    """Pulled rows go the same way: `within` sees a file's rows before they are held together."""
    seen = []
    landing = Landing(
        inbox.connection, inbox.key, inbox.home / "scratch", NOW,
        within=lambda file, file_id, loaded, bad: seen.append(
            (file_id, loaded, len(inbox.rows("from raw.credit_records")))
        ),
    )  # fmt: skip
    from scorecard.landing.inbox import InboxFile

    for name, value in (("a.csv", "old"), ("b.csv", "new")):
        path = inbox.put("credit_records", name, csv_bytes(record("r1", value)))
        file = InboxFile("credit_records", name, path, "csv")
        landing.land_files(contracts()["credit_records"], [file])
    assert seen == [(1, 1, 1), (2, 1, 2)]
    assert records(inbox) == [("r1", "new")]
