"""What a file replaces leaves the landed rows with it: `raw` holds the newest row of each key."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from scorecard.landing.newest import MANY_ROWS, SHOWN_KEYS
from scorecard.quality.profile import update_profiles
from tests.inboxes import contracts, csv_bytes, entry, parquet_bytes, specimen
from tests.integration.newest_rows import (
    LONG,
    days,
    probe,
    record,
    records,
    repeated,
    replaced,
    take_records,
)

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
REPEATS = {7: 99_000, 50_000: 50_001, 50_002: 50_003, 3: 100_250}  # the later row has that key


def ids_of(order, repeats):
    """Ids of a large file: those of `REPEATS` stand twice if there are to be repeats."""
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
    again = {f"record_id={ids[first]}" for first in REPEATS} if repeats else set()
    assert [(rows, set(keys)) for _, rows, keys in repeated(inbox)] == (
        [(MANY - len(last), again)] if repeats else []
    )


def test_a_key_that_stands_twice_side_by_side_in_keys_that_grow_is_found(inbox):
    ids = ids_of("growing", False)
    ids[50_001] = ids[50_000]
    inbox.take("credit_records", "a.parquet", large_file(ids))
    stand = inbox.rows(
        "select directory_id from staging.credit_records where record_id = $1", ids[50_000]
    )
    assert stand == [("50001",)]
    assert repeated(inbox) == [(1, 1, [f"record_id={ids[50_000]}"])]


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


@pytest.mark.parametrize(
    "fresh", [["r1", LONG], ["a", LONG], [LONG, "zz"], ["a", "x" * 15], ["a", "b"], [LONG, LONG]]
)
@pytest.mark.parametrize("stored", ["r1", LONG, "CR-2019-000001"])
def test_a_file_may_have_short_and_long_keys(inbox, stored, fresh):
    take_records(inbox, "a", record(stored, "old"))
    landed = take_records(inbox, "b", *(record(key, "new") for key in fresh))
    assert landed.rows_loaded == len(fresh)
    stand = {stored: "old"} | dict.fromkeys(fresh, "new")
    assert sorted(value for _, value in records(inbox)) == sorted(stand.values())
    assert len(replaced(inbox)) == (stored in fresh)


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
