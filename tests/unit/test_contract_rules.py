"""The rules of the contracts: which there are, and what each lets pass and stops."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

import duckdb
import pytest

from scorecard.contract import Contract, Rule, load_contracts
from scorecard.dictionary import ROOT
from scorecard.warehouse import prepare

# dataset, its rules in order: + for completeness
RULES = """
adjustments
    year_fits_decision
applicability
    year_fits_decision
catalogue_entries
    retired_not_before_published
catalogue_mounts
    unmounted_not_before_mounted
    mounted_not_before_published
catalogue_updates
    updated_not_before_published
certificate_volumes
    volume_like_other_cities
credit_check_matters
    feedback_not_before_embedded
credit_directories
    effective_to_not_before_from
credit_records
    due_within_two_years
credit_targets
    expected_records_above_zero
    every_collector_has_a_target+
    target_fits_records
departments
    at_least_one+
    active_to_not_before_from
    credit_code_is_valid
evidence
    verdict_has_its_day+
    decided_not_before_submitted
    sha256_is_a_digest
    year_fits_submission
    document_not_after_submission
information_systems
    protection_not_before_filing
    kept_system_is_not_disposed
investment_cases
    accepted_not_before_received
    due_not_before_received
    due_within_two_years
joint_sanction_cases
    reported_not_before_occurred
    due_not_before_occurred
    due_within_two_years
network_links
    disconnected_not_before_connected
network_outages
    ended_not_before_started
network_probes
    latency_within_a_minute
    no_latency_while_down
official_documents
    completed_not_before_received
    feedback_not_before_received
    due_not_before_received
    due_within_two_years
populations
    sixteen_cities+
    population_in_persons
resource_inspections
    passed_within_checked
resource_requests
    granted_not_before_requested
    used_not_before_granted
responsibilities
    exactly_one_lead+
sections
    every_department_has_one+
service_platform_results
    score_within_full_score
    score_is_no_fraction
trading_platform_scores
    score_within_full_score
    score_is_no_fraction
"""

# rule: + rows that keep it, - rows that break it, by the columns that are not null
ROWS = """
adjustments.year_fits_decision
    + year=2019 decided_on=2020-12-31
    - year=2091 decided_on=2020-02-01
    - year=2017 decided_on=2019-03-01
applicability.year_fits_decision
    + year=2019 decided_on=2018-12-01
    - year=2019 decided_on=2017-12-31
    - year=2091 decided_on=2019-12-18
catalogue_entries.retired_not_before_published
    + published_at=2019-05-01 retired_at=2019-05-01
    + retired_at=2019-05-01
    - published_at=2019-05-02 retired_at=2019-05-01
catalogue_mounts.unmounted_not_before_mounted
    + mounted_at=2019-05-01 unmounted_at=2019-05-01
    - mounted_at=2019-05-02 unmounted_at=2019-05-01
credit_check_matters.feedback_not_before_embedded
    + embedded_at=2019-05-01 last_feedback_at=2019-05-01
    - embedded_at=2019-05-02 last_feedback_at=2019-05-01
credit_directories.effective_to_not_before_from
    + effective_from=2019-05-01 effective_to=2019-05-01
    - effective_from=2019-05-02 effective_to=2019-05-01
credit_targets.expected_records_above_zero
    + expected_records=1
    - expected_records=0
departments.active_to_not_before_from
    + active_from=2019-05-01 active_to=2019-05-01
    - active_from=2019-05-02 active_to=2019-05-01
departments.credit_code_is_valid
    + unified_social_credit_code=91350100M000100Y43
    - unified_social_credit_code=91350100M000100Y44
    - unified_social_credit_code=none
evidence.verdict_has_its_day
    + decision=accepted decided_on=2019-05-01
    + decision=pending
    - decision=accepted
    - decision=rejected
evidence.decided_not_before_submitted
    + decision=accepted submitted_at=2019-05-01T17:00 decided_on=2019-05-01
    + decision=pending submitted_at=2019-05-01T17:00 decided_on=2019-04-01
    - decision=rejected submitted_at=2019-05-01T00:00 decided_on=2019-04-30
evidence.sha256_is_a_digest
    + sha256=0aF90aF90aF90aF90aF90aF90aF90aF90aF90aF90aF90aF90aF90aF90aF90aF9
    - sha256=0aF90aF90aF90aF90aF90aF90aF90aF90aF90aF90aF90aF90aF90aF90aF90aF
    - sha256=0aFg0aFg0aFg0aFg0aFg0aFg0aFg0aFg0aFg0aFg0aFg0aFg0aFg0aFg0aFg0aFg
evidence.year_fits_submission
    + year=2019 submitted_at=2020-12-31T23:59
    + year=2019 submitted_at=2019-01-01T00:00
    - year=2020 submitted_at=2019-12-31T23:59
    - year=2018 submitted_at=2020-01-01T00:00
information_systems.protection_not_before_filing
    + mlps_filed_at=2019-05-01 mlps_assessed_at=2019-05-01 mlps_rectified_at=2019-05-01
    + mlps_assessed_at=2019-05-01
    - mlps_filed_at=2019-05-02 mlps_assessed_at=2019-05-01
    - mlps_filed_at=2019-05-02 mlps_rectified_at=2019-05-01
information_systems.kept_system_is_not_disposed
    + disposition=keep
    + disposition=clean_up disposed_at=2019-05-01
    - disposition=keep disposed_at=2019-05-01
investment_cases.accepted_not_before_received
    + received_at=2019-05-01T09:00 accepted_at=2019-05-01T09:00
    + received_at=2019-05-01T09:00 accepted_at=2019-05-01T00:00
    - received_at=2019-05-01T09:00 accepted_at=2019-05-01T08:59
    - received_at=2019-05-01T00:00 accepted_at=2019-04-30T00:00
investment_cases.due_not_before_received
    + received_at=2019-05-01T09:00 due_at=2019-05-01T09:00
    - received_at=2019-05-01T09:00 due_at=2019-05-01T00:00
joint_sanction_cases.reported_not_before_occurred
    + occurred_at=2019-05-01 reported_at=2019-05-01
    - occurred_at=2019-05-02 reported_at=2019-05-01
joint_sanction_cases.due_not_before_occurred
    + occurred_at=2019-05-01 due_at=2019-05-01
    - occurred_at=2019-05-02 due_at=2019-05-01
network_links.disconnected_not_before_connected
    + connected_at=2019-05-01 disconnected_at=2019-05-01
    - connected_at=2019-05-02 disconnected_at=2019-05-01
network_outages.ended_not_before_started
    + started_at=2019-05-01T09:00 ended_at=2019-05-01T09:00
    - started_at=2019-05-01T09:00 ended_at=2019-05-01T08:59:59
network_probes.latency_within_a_minute
    + latency_ms=0
    + latency_ms=60000
    - latency_ms=-0.000001
    - latency_ms=60000.000001
network_probes.no_latency_while_down
    + is_up=true latency_ms=12
    + is_up=false latency_ms=0
    + is_up=false
    - is_up=false latency_ms=12
official_documents.completed_not_before_received
    + received_at=2019-05-01T09:00 completed_at=2019-05-01T09:00
    + received_at=2019-05-01T09:00 completed_at=2019-05-01T00:00
    - received_at=2019-05-01T09:00 completed_at=2019-05-01T08:59
official_documents.feedback_not_before_received
    + received_at=2019-05-01T09:00 feedback_at=2019-05-01T09:00
    + received_at=2019-05-01T09:00 feedback_at=2019-05-01T00:00
    - received_at=2019-05-01T09:00 feedback_at=2019-05-01T08:59
official_documents.due_not_before_received
    + received_at=2019-05-01T09:00 due_at=2019-05-01T09:00
    - received_at=2019-05-01T09:00 due_at=2019-05-01T00:00
populations.population_in_persons
    + population=10000
    + population=40000000
    - population=9999
    - population=40000001
    - population=0
resource_inspections.passed_within_checked
    + checked=40 passed=40
    - checked=40 passed=41
resource_requests.granted_not_before_requested
    + requested_at=2019-05-01 granted_at=2019-05-01
    - requested_at=2019-05-02 granted_at=2019-05-01
resource_requests.used_not_before_granted
    + granted_at=2019-05-01 last_used_at=2019-05-01
    + last_used_at=2019-05-01
    - granted_at=2019-05-02 last_used_at=2019-05-01
service_platform_results.score_within_full_score
    + score=0 full_score=100
    + score=120 full_score=120
    - score=100.01 full_score=100
    - score=-1 full_score=100
    - score=0 full_score=0
trading_platform_scores.score_within_full_score
    + score=100
    + score=120 full_score=120
    - score=100.01
    - score=-1 full_score=100
    - score=0 full_score=0
credit_records.due_within_two_years
    + pushed_at=2019-05-01T09:00 due_at=2021-05-01T23:59
    + pushed_at=2019-05-01T09:00 due_at=2009-05-01T09:00
    - pushed_at=2019-05-01T09:00 due_at=2021-05-02T00:00
    - pushed_at=2009-05-01T09:00 due_at=2019-05-01T09:00
investment_cases.due_within_two_years
    + received_at=2019-05-01T09:00 due_at=2021-05-01T23:59
    + received_at=2019-05-01T09:00 due_at=2009-05-01T09:00
    - received_at=2019-05-01T09:00 due_at=2021-05-02T00:00
    - received_at=2009-05-01T09:00 due_at=2019-05-01T09:00
official_documents.due_within_two_years
    + received_at=2019-05-01T09:00 due_at=2021-05-01T23:59
    + received_at=2019-05-01T09:00 due_at=2009-05-01T09:00
    - received_at=2019-05-01T09:00 due_at=2021-05-02T00:00
    - received_at=2009-05-01T09:00 due_at=2019-05-01T09:00
joint_sanction_cases.due_within_two_years
    + occurred_at=2019-05-01 due_at=2021-05-01
    - occurred_at=2019-05-01 due_at=2021-05-02
evidence.document_not_after_submission
    + document_date=2019-05-01 submitted_at=2019-05-01T00:00
    - document_date=2019-05-02 submitted_at=2019-05-01T23:59
"""


def entries(table: str) -> dict[str, list[str]]:
    """The indented lines under each name."""
    found = [entry.splitlines() for entry in re.split(r"\n(?! )", table.strip())]
    return {name: [line.strip() for line in lines] for name, *lines in found}


@pytest.fixture(scope="module")
def inputs() -> dict[str, Contract]:
    return load_contracts(ROOT / "contracts")


@pytest.fixture(scope="module")
def warehouse(inputs: dict[str, Contract]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    prepare(connection, inputs.values(), ROOT / "sql" / "macros")
    return connection


def test_the_rules_are_the_promised_ones(inputs: dict[str, Contract]) -> None:
    said = {
        contract.name: [
            f"{rule.name}{'+' if rule.kind == 'completeness' else ''}" for rule in contract.rules
        ]
        for contract in inputs.values()
        if contract.rules
    }
    assert said == entries(RULES)


def test_a_rule_asks_one_thing_and_says_why_in_both_languages(inputs: dict[str, Contract]) -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    for rule in [rule for contract in inputs.values() for rule in contract.rules]:
        assert sum(text is not None for text in (rule.query, rule.holds, rule.failing)) == 1
        assert chinese.search(rule.why_zh)
        assert rule.why_zh.endswith("。")
        assert not chinese.search(rule.why_en)
        assert rule.why_en.endswith(".")


@pytest.mark.parametrize("name", entries(ROWS))
def test_a_row_rule_lets_the_sound_row_pass_and_stops_the_broken_one(
    name: str, inputs: dict[str, Contract], warehouse: duckdb.DuckDBPyConnection
) -> None:
    dataset, _, rule_name = name.partition(".")
    rule = next(rule for rule in inputs[dataset].rules if rule.name == rule_name)
    for row in entries(ROWS)[name]:
        mark, *values = row.split()
        assert keeps(warehouse, inputs[dataset], rule, values) is (mark == "+"), row


def test_every_row_rule_was_tried(inputs: dict[str, Contract]) -> None:
    asked = [f"{c.name}.{rule.name}" for c in inputs.values() for rule in c.rules if rule.holds]
    assert sorted(entries(ROWS)) == sorted(asked)


def test_a_row_without_values_breaks_no_row_rule(
    inputs: dict[str, Contract], warehouse: duckdb.DuckDBPyConnection
) -> None:
    for contract in inputs.values():
        for rule in [rule for rule in contract.rules if rule.holds]:
            assert keeps(warehouse, contract, rule, ()), (contract.name, rule.name)


def keeps(
    connection: duckdb.DuckDBPyConnection, contract: Contract, rule: Rule, values: Sequence[str]
) -> bool:
    """Whether a row keeps the rule, given as `column=value`; what is not given is null."""
    given = dict(value.split("=") for value in values)
    columns = contract.stored_columns
    assert set(given) <= {column.name for column in columns}
    row = ", ".join(f'cast(${c.name} as {c.sql_type}) as "{c.name}"' for c in columns)
    broken = connection.execute(
        f"select count(*) filter (where not ({rule.holds})) from (select {row})",
        {column.name: given.get(column.name) for column in columns},
    )
    return broken.fetchall() == [(0,)]


def failing(rule_name: str, inputs: dict[str, Contract]) -> str:
    [found] = [r.failing for c in inputs.values() for r in c.rules if r.name == rule_name]
    return found


def test_every_rule_over_several_rows_was_tried(inputs: dict[str, Contract]) -> None:
    asked = [(c.name, rule.name) for c in inputs.values() for rule in c.rules if rule.failing]
    assert asked == [
        ("catalogue_mounts", "mounted_not_before_published"),
        ("catalogue_updates", "updated_not_before_published"),
        ("certificate_volumes", "volume_like_other_cities"),
        ("credit_targets", "target_fits_records"),
        ("service_platform_results", "score_is_no_fraction"),
        ("trading_platform_scores", "score_is_no_fraction"),
    ]


def test_a_mount_or_update_before_publication_is_named_by_its_key(
    inputs: dict[str, Contract], warehouse: duckdb.DuckDBPyConnection
) -> None:
    warehouse.execute(
        """
        insert into raw.catalogue_entries (entry_id, published_at, _file_id, _line)
            values ('public', '2019-05-01', 1, 1), ('never', null, 1, 2);
        insert into raw.catalogue_mounts (entry_id, method, mounted_at, _file_id, _line)
            values ('public', 'api', '2019-05-01', 1, 1), ('public', 'file', '2019-04-30', 1, 2),
                ('never', 'api', '2019-04-30', 1, 3), ('unknown', 'api', '2019-04-30', 1, 4);
        insert into raw.catalogue_updates (entry_id, updated_at, _file_id, _line)
            values ('public', '2019-05-01 00:00', 1, 1), ('public', '2019-04-30 23:59', 1, 2),
                ('never', '2019-04-30 10:00', 1, 3), ('unknown', '2019-04-30 10:00', 1, 4);
        """
    )
    mounts = warehouse.execute(failing("mounted_not_before_published", inputs)).fetchall()
    assert mounts == [("public", "file", dt.date(2019, 4, 30))]
    updates = warehouse.execute(failing("updated_not_before_published", inputs)).fetchall()
    assert updates == [("public", dt.datetime(2019, 4, 30, 23, 59))]


@pytest.mark.parametrize(
    ("own", "others", "is_named"),
    [
        (10001, (100, 100, 100), True),
        (10000, (100, 100, 100), False),  # a hundred times is not more
        (10001, (100, 100), False),  # too few to tell
        (99000, (99, 99, 99), False),  # so few are easily left behind
        (10001, (0, 100, 9000), True),
    ],
)
def test_a_volume_is_held_against_the_median_of_the_other_cities(
    own: int,
    others: Sequence[int],
    is_named: bool,
    inputs: dict[str, Contract],
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    warehouse.execute("delete from raw.certificate_volumes")
    rows = [("own", "t", 2019, own), ("own", "t", 2018, 5), ("own", "u", 2019, 5)]
    rows += [(f"c{n}", "t", 2019, volume) for n, volume in enumerate(others)]
    warehouse.executemany("insert into raw.certificate_volumes values (?, ?, ?, ?, 1, 1)", rows)
    found = warehouse.execute(failing("volume_like_other_cities", inputs)).fetchall()
    assert found == ([("own", "t", 2019)] if is_named else [])


@pytest.mark.parametrize(
    ("scores", "are_fractions"),
    [
        ((0.97, 0.9, 1), True),
        ((0.97, 0.9, 1, 0), True),  # a score of 0 is 0 in any unit
        ((0.97, 0.9, 0), False),  # too few to tell
        ((0.02, 0.9, 1.01), False),
        ((0.5, 96, 97, 98), False),  # one that is truly tiny
    ],
)
@pytest.mark.parametrize(
    ("dataset", "full_score"),
    [
        ("service_platform_results", 100),
        ("service_platform_results", 120),
        ("trading_platform_scores", 120),
        ("trading_platform_scores", None),
    ],
)
def test_scores_are_fractions_where_nobodys_is_more_than_a_hundredth(
    dataset: str,
    full_score: int | None,
    scores: Sequence[float],
    are_fractions: bool,
    inputs: dict[str, Contract],
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    period, now, before = "year", 2019, 2018
    if dataset == "trading_platform_scores":
        period, now, before = "month", dt.date(2019, 5, 1), dt.date(2019, 4, 1)
    unit = (full_score or 100) / 100
    warehouse.execute(f"delete from raw.{dataset}")
    rows = [(f"d{n}", now, score * unit, full_score) for n, score in enumerate(scores)]
    rows += [(f"d{n}", before, 97, full_score) for n in range(3)]
    warehouse.executemany(
        f"insert into raw.{dataset} (department_id, {period}, score, full_score, _file_id, _line) "
        "values (?, ?, ?, ?, 1, 1)",
        rows,
    )
    [rule] = [r.failing for r in inputs[dataset].rules if r.name == "score_is_no_fraction"]
    found = sorted(warehouse.execute(rule).fetchall())
    assert found == [(f"d{n}", now) for n, s in enumerate(scores) if s and are_fractions]


@pytest.mark.parametrize(
    ("target", "records", "elapsed_days", "is_named"),
    [
        (100_000, 24, 90, True),  # 24.66 are a thousandth of what is due after 90 days
        (100_000, 25, 90, False),
        (100_000, 1, 89, False),  # early in the year a few weeks without a batch are no wonder
        (10, 10_001, 365, True),
        (10, 10_000, 365, False),
        (9_000_000_000_000_000_000, 1, 365, True),
        (100_000, 0, 365, False),  # who never pushed is told as missing
        (0, 5, 365, False),  # that is another rule's
    ],
)
def test_a_target_is_held_against_what_was_pushed(
    target: int, records: int, elapsed_days: int, is_named: bool, inputs: dict[str, Contract]
) -> None:
    connection = duckdb.connect()
    connection.execute(
        f"""
        create schema staging; create schema rules; create schema rollups;
        create table staging.credit_directories as select 'edu' as department_id,
            unnest(['d1', 'd2']) as directory_id;
        create table staging.credit_targets as select 'edu' as department_id, 2019 as year,
            cast({target} as bigint) as expected_records;
        create table rules.assessment as select 'a' as assessment_id, 2019 as year,
            date '2019-01-01' as window_start, date '2019-01-01' + {elapsed_days} - 1 as last_on,
            {elapsed_days} as elapsed_days, 365 as year_days;
        create table rollups.credit_days as
            select 'd1' as directory_id, date '2019-01-02' as pushed_on, {records} - 1 as records
            where {records} > 0
            union all select 'd2', date '2019-01-01' + {elapsed_days} - 1, 1 where {records} > 0
            union all select 'd2', date '2018-12-31', 1000000
            union all select 'd2', date '2019-01-01' + {elapsed_days}, 1000000
            union all select 'nobodys', date '2019-01-02', 1000000;
        """
    )
    found = connection.execute(failing("target_fits_records", inputs)).fetchall()
    assert found == ([("edu", 2019)] if is_named else [])


def test_query_rules_count_what_is_missing(inputs: dict[str, Contract]) -> None:
    rules = {rule.name: rule for c in inputs.values() for rule in c.rules if rule.query}
    assert set(rules) == {
        "at_least_one",
        "every_collector_has_a_target",
        "every_department_has_one",
        "exactly_one_lead",
        "sixteen_cities",
    }
    connection = duckdb.connect()
    connection.execute(
        """
        create schema staging; create schema rules;
        create table staging.departments as select unnest(['edu', 'tax']) as department_id;
        create table staging.assessed_department as
            select 'a' as assessment_id, department_id from staging.departments;
        create table staging.sections as select 'edu' as department_id, 's' as section_id;
        create table rules.assessment as
            select 'a' as assessment_id, 2019 as year, date '2019-01-01' as window_start,
                date '2019-12-31' as last_on, date '2020-01-01' as decided_before;
        create table rules.indicator as
            select 'a' as assessment_id, unnest(['001', '002', '003']) as indicator_code;
        create table staging.responsibilities as
            select * from (values ('edu', '001', 's', 'lead'), ('edu', '002', 's', 'support'),
                ('tax', '001', 's', 'lead'), ('tax', '001', 't', 'lead'))
                as r (department_id, indicator_code, section_id, role);
        create table staging.applicability as
            select * from (values ('edu', '003', 2019, false, date '2019-12-31'),
                ('tax', '003', 2019, false, date '2020-01-01'))
                as r (department_id, indicator_code, year, applicable, decided_on);
        create table rules.part as
            select 'a' as assessment_id, '003' as indicator_code, 'credit_volume' as metric;
        create table staging.credit_directories as select department_id,
            date '2018-01-01' as effective_from, cast(null as date) as effective_to
            from staging.departments;
        create table staging.credit_targets as select 'health' as department_id, 2019 as year;
        create table staging.populations as
            select 'c' || range as city_code, 2019 as year from range(15);
        """
    )
    found = {name: connection.execute(rule.query).fetchall()[0][0] for name, rule in rules.items()}
    # edu lacks a lead for 002; tax has two for 001, none for 002, and its exemption
    # from 003, which targets are for, came too late.
    assert found == {
        "at_least_one": 2,
        "every_collector_has_a_target": 1,
        "every_department_has_one": 1,
        "exactly_one_lead": 4,
        "sixteen_cities": 1,
    }
    assert [(r.bound, r.at_least) for r in rules.values() if r.at_least] == [(1, True)]


@pytest.mark.parametrize(
    ("effective", "targets", "lacking"),
    [
        (("2019-12-31", None), [("tax", 2019)], 1),
        (("2020-01-01", None), [("tax", 2019)], 0),
        (("2018-01-01", "2019-01-01"), [("tax", 2019)], 1),
        (("2018-01-01", "2018-12-31"), [("tax", 2019)], 0),
        (("2018-01-01", None), [("edu", 2019), ("tax", 2019)], 0),
        (("2018-01-01", None), [("edu", 2091), ("tax", 2019)], 1),
        (("2018-01-01", None), [("edu", 2018), ("tax", 2018)], 0),  # the year's are yet to come
    ],
)
def test_a_target_is_asked_of_whoever_has_a_directory_once_the_years_have_come(
    effective: tuple[str, str | None],
    targets: list[tuple[str, int]],
    lacking: int,
    inputs: dict[str, Contract],
) -> None:
    connection = duckdb.connect()
    connection.execute(
        """
        create schema staging; create schema rules;
        create table staging.assessed_department as
            select 'a' as assessment_id, unnest(['edu', 'tax']) as department_id;
        create table rules.assessment as
            select 'a' as assessment_id, 2019 as year, date '2019-01-01' as window_start,
                date '2019-12-31' as last_on, date '2020-01-01' as decided_before;
        create table rules.part (assessment_id text, indicator_code text, metric text);
        create table staging.applicability (department_id text, indicator_code text, year int,
            applicable boolean, decided_on date);
        create table staging.credit_targets (department_id text, year bigint);
        create table staging.credit_directories (department_id text, effective_from date,
            effective_to date);
        """
    )
    connection.executemany("insert into staging.credit_targets values (?, ?)", targets)
    connection.execute("insert into staging.credit_directories values ('edu', ?, ?)", effective)
    connection.execute(
        "insert into staging.credit_directories values ('unassessed', ?, ?)", effective
    )
    [rule] = [r for r in inputs["credit_targets"].rules if r.query]
    assert connection.execute(rule.query).fetchall() == [(lacking,)]


def test_a_mean_is_held_steady_where_a_unit_can_be_wrong(inputs: dict[str, Contract]) -> None:
    steady = [
        f"{c.name}.{column.name} {column.steady}"
        for c in inputs.values()
        for column in c.columns
        if column.steady
    ]
    assert steady == [
        "certificate_volumes.volume peers",
        "network_probes.latency_ms itself",
        "populations.population peers",
        "resource_inspections.checked itself",
        "resource_inspections.passed itself",
        "service_platform_results.score peers",
        "service_platform_results.full_score peers",
        "trading_platform_scores.score itself",
        "trading_platform_scores.full_score itself",
    ]


def test_every_date_and_year_is_held_against_its_delivery_unless_it_may_lie_far_ahead(
    inputs: dict[str, Contract],
) -> None:
    latest = {
        f"{c.name}.{column.name}": column.latest
        for c in inputs.values()
        for column in c.columns
        if column.type in ("D", "TS") or column.name == "year"
    }
    assert {name for name in latest if name.endswith(".year")} <= {
        name for name in latest if latest[name] == "next_year"
    }
    assert [n for n in latest if latest[n] == "next_year" and not n.endswith(".year")] == [
        "catalogue_entries.due_at",
        "catalogue_entries.retired_at",
        "catalogue_mounts.unmounted_at",
        "credit_directories.effective_from",
        "departments.active_from",
        "information_systems.retired_at",
        "investment_cases.accepted_at",  # a log by receipt may bear its period's last day
        "network_links.disconnected_at",
        "network_outages.started_at",  # planned ones are registered beforehand
        "network_outages.ended_at",
        "official_documents.completed_at",
        "official_documents.feedback_at",
    ]
    assert [name for name in latest if latest[name] is None] == [
        "credit_directories.effective_to",  # an open end may be written as 9999
        "credit_records.due_at",  # rules hold these against their own rows
        "departments.active_to",
        "investment_cases.due_at",
        "joint_sanction_cases.due_at",
        "official_documents.due_at",
    ]
