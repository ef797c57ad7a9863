"""The profile against a full count of the newest rows, whatever came in whatever order."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scorecard.contract import Rule
from scorecard.errors import ConfigurationError, ScorecardError
from scorecard.landing.newest import keep_newest
from scorecard.quality.counts import owner_column
from scorecard.quality.profile import unaskable_rules, update_profiles
from scorecard.warehouse import prepare
from tests.city import ROOT, City, contracts

LAW = settings(max_examples=30, deadline=None)
PROBES = {
    name: contracts()[name]
    for name in ("network_probes", "network_links", "departments", "populations")
}
FULL_COUNT = """
select link_id, cast(probed_at as date) as day, count(*) as rows,
    count(*) filter (latency_ms not between 0 and 60000) as beyond_a_minute,
    count(latency_ms) as measured, coalesce(sum(latency_ms), 0) as latency,
    count(*) filter (probed_at >= delivered_at + interval 1 day) as ahead
from staging.network_probes inner join ops.file on file_id = _file_id
group by all order by all
"""
PROFILE = """
select link_id, day, rows, rule__latency_within_a_minute, count__latency_ms, sum__latency_ms,
    rows_after_delivery
from profile.network_probes order by all
"""
ROWS = st.tuples(
    st.sampled_from(["l1", "l2"]),
    st.sampled_from(["2019-03-05 23:00", "2019-03-06 00:00", "2019-03-06 08:00"]),
    st.sampled_from([None, 1.5, 70000]),
)
FILES = st.tuples(st.sampled_from(["2019-03-04", "2019-03-06"]), st.lists(ROWS, max_size=6))


@pytest.fixture(scope="module")
def shared():
    connection = duckdb.connect()
    prepare(connection, PROBES.values(), ROOT / "sql" / "macros")
    return connection


def deliver(connection, file_id, delivered_on, rows):
    connection.execute(
        "insert into ops.file values (?, 'network_probes', ?, '', 0, ?, ?, 0, 0, 0, null, null)",
        [file_id, f"{file_id}.csv", delivered_on, dt.datetime(2020, 1, 1)],
    )
    for line, (link, at, latency) in enumerate(rows, 1):
        connection.execute(
            "insert into raw.network_probes (link_id, probed_at, is_up, latency_ms, _file_id, "
            "_line) values (?, ?, true, ?, ?, ?)",
            [link, at, latency, file_id, line],
        )
    keep_newest(connection, PROBES["network_probes"], file_id)


@LAW
@given(batches=st.lists(st.lists(FILES, max_size=3), min_size=1, max_size=4))
def test_a_profile_is_the_full_count_whatever_the_deliveries_and_their_batches(shared, batches):
    for table in ("raw", "replaced"):
        shared.execute(f"delete from {table}.network_probes")
    for table in ("file", "profiled", "repeated_key", "touched_day"):
        shared.execute(f"delete from ops.{table}")
    beyond_first = []
    file_id = 0
    for batch in batches:
        for delivered_on, rows in batch:
            file_id += 1
            deliver(shared, file_id, delivered_on, rows)
            repeated = len(rows) - len({row[:2] for row in rows})
            beyond_first += [(file_id, repeated)] if repeated else []
        update_profiles(shared, PROBES)
        assert shared.execute(PROFILE).fetchall() == shared.execute(FULL_COUNT).fetchall()
        repeats = "select file_id, rows from ops.repeated_key order by all"
        assert shared.execute(repeats).fetchall() == beyond_first


@pytest.fixture
def city():
    return City()


def profile(city, dataset, columns):
    return [
        tuple(row.values())
        for row in city.rows(f'select {columns} from profile."{dataset}" order by all')
    ]


def update(city, **changed):
    """Brings the profiles up to date, with changes of contracts."""
    city.files.clear()
    update_profiles(city.connection, contracts() | changed)


def test_a_corrected_row_takes_the_place_of_the_one_before(city):
    city.give("catalogue_updates", {"entry_id": "e1"}, {"entry_id": "e2"})
    city.give("official_documents", {"document_id": "d1", "received_at": "2019-03-05 10:00"})
    update(city)
    city.give("official_documents", {"document_id": "d1", "received_at": "2019-04-06 10:00"})
    update(city)
    days = profile(city, "official_documents", "day, rows")
    assert days == [(dt.date(2019, 4, 6), 1)]


def test_without_a_new_file_nothing_is_counted(city):
    city.give("network_probes", {"link_id": "l1"}, file="a.csv")
    update(city)
    city.connection.execute(
        "insert into raw.network_probes select 'l9', probed_at, is_up, latency_ms, 1, 99 "
        "from raw.network_probes"
    )
    update(city)
    assert profile(city, "network_probes", "link_id, rows") == [("l1", 1)]


def test_a_changed_rule_counts_every_row_anew(city):
    city.give("network_probes", {"probed_at": "2019-03-05 10:00", "latency_ms": 7}, file="a.csv")
    city.give("network_probes", {"probed_at": "2019-03-05 11:00", "latency_ms": 3}, file="b.csv")
    update(city)
    stricter = with_rule("network_probes", "latency_ms < 5")
    update(city, network_probes=stricter)
    assert profile(city, "network_probes", "rows, rule__asked") == [(2, 1)]
    city.give("network_probes", {"probed_at": "2019-03-05 12:00", "latency_ms": 9}, file="c.csv")
    update(city, network_probes=stricter)
    assert profile(city, "network_probes", "rows, rule__asked") == [(3, 2)]


def test_repeats_are_counted_once_when_everything_is_counted_anew(city):
    city.give("network_probes", {"link_id": "l1"}, {"link_id": "l1"})
    update(city)
    update(city, network_probes=with_rule("network_probes", "is_up"))
    [repeats] = city.rows("select rows from ops.repeated_key where dataset = 'network_probes'")
    assert repeats == {"rows": 1}


def test_a_rule_that_is_null_for_a_row_is_not_broken(city):
    city.give("network_probes", {"latency_ms": None})
    update(city, network_probes=with_rule("network_probes", "latency_ms < 5"))
    assert profile(city, "network_probes", "rows, rule__asked") == [(1, 0)]


def test_a_rule_that_names_no_column_is_told_with_its_contract(city):
    with pytest.raises(ConfigurationError, match=r"network_probes\.yaml.*nonsense"):
        update(city, network_probes=with_rule("network_probes", "nonsense > 1"))


def test_a_rule_that_raises_on_rows_is_told_without_a_value_and_the_rest_is_counted(city):
    raising = with_rule("departments", "cast(short_name as integer) > 0")
    city.give("departments", {"department_id": "tax", "short_name": "张三"})
    city.give("sections", {})
    update(city, departments=raising)
    assert unaskable_rules(city.connection) == {"departments": "asked (ConversionException)"}
    assert profile(city, "departments", "department_id, rows") == [("edu", 1), ("tax", 1)]
    assert profile(city, "sections", "rows") == [(1,)]


def test_only_the_rules_that_raise_are_named(city):
    sound = Rule("sound", "validity", "", "", holds="department_id <> ''")
    wide = Rule(
        "wide", "validity", "", "", holds="factorial(cast(90 + length(short_name) as integer)) > 0"
    )
    update(city, departments=replace(contracts()["departments"], rules=(sound, wide)))
    assert unaskable_rules(city.connection) == {"departments": "wide (OutOfRangeException)"}


def test_a_rule_that_raises_is_asked_again_each_night_until_the_rows_are_corrected(city):
    raising = with_rule("departments", "cast(short_name as integer) > 0")
    city.give("departments", {"short_name": "1"})
    update(city, departments=raising)
    assert unaskable_rules(city.connection) == {}
    city.give("departments", {"short_name": "张三"}, {"department_id": "tax", "short_name": "0"})
    for _ in range(2):
        update(city, departments=raising)
        assert list(unaskable_rules(city.connection)) == ["departments"]
    city.give("departments", {"short_name": "2"})
    update(city, departments=raising)
    assert unaskable_rules(city.connection) == {}
    counted = profile(city, "departments", "department_id, rows, rule__asked")
    assert counted == [("edu", 1, 0), ("tax", 1, 1)]


def test_a_rule_that_raised_is_mended_by_the_corrected_contract_without_new_rows(city):
    city.give("departments", {"short_name": "张三"})
    update(city, departments=with_rule("departments", "cast(short_name as integer) > 0"))
    update(city, departments=with_rule("departments", "short_name <> '张三'"))
    assert unaskable_rules(city.connection) == {}
    assert profile(city, "departments", "rows, rule__asked") == [(1, 1)]


class Refusing:
    """A connection that fails once, when books are about to be closed: that is no rule's fault."""

    def __init__(self, connection, error):
        self._connection, self._errors = connection, [error]

    def execute(self, sql, *parameters):
        if sql.startswith("insert into ops.profiled") and self._errors:
            raise self._errors.pop()
        return self._connection.execute(sql, *parameters)

    def __getattr__(self, name):
        return getattr(self._connection, name)


@pytest.mark.parametrize(
    "error", [duckdb.OutOfMemoryException, duckdb.IOException, duckdb.ConversionException]
)
def test_what_is_no_rules_fault_stops_the_night_changes_nothing_and_tells_no_value(city, error):
    city.give("network_probes", {"link_id": "l1"}, file="a.csv")
    update(city)
    books = city.rows("select * from ops.profiled order by all")
    city.give("network_probes", {"link_id": "张三"}, {"link_id": "张三"}, file="b.csv")
    with pytest.raises(ScorecardError) as told:
        update_profiles(Refusing(city.connection, error("the value 张三")), contracts())
    assert "network_probes" in str(told.value)
    assert "张三" not in str(told.value)
    assert profile(city, "network_probes", "link_id, rows") == [("l1", 1)]
    assert city.rows("select * from ops.profiled order by all") == books


def test_a_kill_before_the_books_are_closed_changes_nothing(city):
    city.give("network_probes", {"link_id": "l1"}, file="a.csv")
    update(city)
    city.give("network_probes", {"link_id": "l2"}, {"link_id": "l2"}, file="b.csv")
    with pytest.raises(KeyboardInterrupt):
        update_profiles(Refusing(city.connection, KeyboardInterrupt()), contracts())
    assert profile(city, "network_probes", "link_id, rows") == [("l1", 1)]
    update(city)
    assert profile(city, "network_probes", "link_id, rows") == [("l1", 1), ("l2", 1)]


def test_a_dataset_that_refers_to_nothing_has_no_row_until_one_comes(city):
    given = contracts()["security_incidents"]
    columns = tuple(column for column in given.columns if column.name != "department_id")
    alone = replace(given, columns=columns, references=())
    update(city, security_incidents=alone)
    assert profile(city, "security_incidents", "*") == []
    city.give("security_incidents", {}, {})
    update(city, security_incidents=alone)
    assert profile(city, "security_incidents", "day, rows") == [(None, 2)]


def test_a_dataset_without_department_is_the_citys_or_its_references():
    owners = {name: owner_column(contract, contracts()) for name, contract in contracts().items()}
    assert {name: owner for name, owner in owners.items() if owner != "department_id"} == {
        "catalogue_mounts": "entry_id",
        "catalogue_updates": "entry_id",
        "certificate_volumes": None,  # a type is several departments'
        "credit_records": "directory_id",
        "network_outages": "link_id",
        "network_probes": "link_id",
        "populations": None,
        "resource_inspections": "entry_id",
    }


@pytest.mark.parametrize("dataset", contracts())
def test_every_dataset_has_its_newest_rows_in_its_profile(shared_rows, dataset):
    [staged] = shared_rows.rows(f'select count(*) as rows from staging."{dataset}"')
    [counted] = shared_rows.rows(f'select sum(rows) as rows from profile."{dataset}"')
    assert staged == counted
    assert counted["rows"] > 0


@pytest.fixture(scope="module")
def shared_rows():
    """A city with two files of every dataset, of which the second delivers some keys again."""
    city = City()
    for dataset in contracts():
        city.give(dataset, {}, {})
    update(city)
    for dataset, contract in contracts().items():
        columns = ", ".join(f'"{column.name}"' for column in contract.stored_columns)
        city.give(dataset, {})
        file_id = city.files[dataset, f"{dataset}.csv"]
        city.connection.execute(
            f'insert into raw."{dataset}" select {columns}, {file_id}, 9999 '
            f'from raw."{dataset}" where _file_id < {file_id} limit 1'
        )
    update(city)
    return city


def with_rule(dataset, holds):
    """The dataset's contract with one rule, `asked`."""
    rule = Rule(name="asked", kind="validity", why_zh="", why_en="", holds=holds)
    return replace(contracts()[dataset], rules=(rule,))
