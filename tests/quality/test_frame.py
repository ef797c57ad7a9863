"""The frames that the gate judges, and the examples of what fails, on rows of a city in memory."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scorecard.contract import Rule
from scorecard.errors import ScorecardError
from scorecard.quality.examples import failing_examples
from scorecard.quality.frame import MEASURES, SourceFrames, source_frame
from scorecard.quality.profile import update_profiles
from scorecard.scoring import run_models
from tests.city import City, contracts, models
from tests.quality.judged import READ_BY_FRAMES, Judged


@pytest.fixture
def city():
    city = City(departments=("edu", "finance", "health"))
    city.give("network_links", {"link_id": "l1", "connected_at": "2020-01-01"})
    return city


# what came


def test_a_dataset_that_never_came_has_no_row(city):
    assert len(Judged(city, "official_documents").frame) == 0


def test_a_dataset_that_need_not_come_has_a_row_for_the_city(city):
    judged = Judged(city, "adjustments")
    assert len(judged.frame) == 1
    assert judged.total("rows") == 0


def test_a_delivery_of_no_rows_has_a_row_for_the_city(city):
    city.give("network_outages")
    assert len(Judged(city, "network_outages").frame) == 1


def test_a_dataset_that_was_never_profiled_is_an_error(city):
    city.connection.execute("delete from ops.profiled where dataset = 'sections'")
    with pytest.raises(ScorecardError, match="never profiled"):
        source_frame(city.connection, contracts()["sections"])


@pytest.mark.parametrize("dataset", contracts())
def test_every_frame_counts_in_whole_numbers_a_row_a_department_and_month(all_datasets, dataset):
    contract = contracts()[dataset]
    frame = source_frame(all_datasets.connection, contract)
    counts = [*MEASURES, *(f"rule__{rule.name}" for rule in contract.rules)]
    expected = ["department_id", "period", *counts, "newest_period", "due_period"]
    assert list(frame.columns) == expected
    assert {str(frame[name].dtype) for name in counts} == {"int64"}
    assert not frame.duplicated(["department_id", "period"]).any()
    assert (frame.department_id.isna() & frame.period.isna()).sum() == 1
    assert frame.rows.sum() >= 1


def test_frames_that_are_made_together_are_those_that_are_made_alone(all_datasets):
    connection = all_datasets.connection
    together = SourceFrames(connection, contracts().values())
    for contract in contracts().values():
        frame = together.of(contract)
        assert frame.equals(SourceFrames(connection, [contract]).of(contract)), contract.name


@pytest.mark.parametrize("dataset", contracts())
def test_every_failure_can_be_told_by_examples(all_datasets, dataset):
    contract = contracts()[dataset]
    frame = source_frame(all_datasets.connection, contract)
    for measure in frame.select_dtypes("number"):
        examples = failing_examples(all_datasets.connection, contract, measure)
        by_query = [f"rule__{rule.name}" for rule in contract.rules if rule.query]
        if measure not in ("rows", *by_query):
            assert bool(examples) == bool(frame[measure].sum()), measure


@pytest.fixture(scope="module")
def all_datasets():
    """Two rows of every dataset, the same file twice over, so that much of it is wrong."""
    city = City()
    for dataset in contracts():
        city.give(dataset, {}, {})
    city.take_in()
    run_models(city.connection, models(), READ_BY_FRAMES)
    return city


def test_keys_and_references_are_never_personal():
    for contract in contracts().values():
        told = {*contract.key, *(name for r in contract.references for name in r.columns)}
        assert not [c.name for c in contract.columns if c.personal and c.name in told]


# whose rows, of which month


def test_rows_stand_by_department_and_month(city):
    city.give(
        "official_documents",
        {"department_id": "edu", "received_at": "2019-03-05 10:00"},
        {"department_id": "edu", "received_at": "2019-03-31 23:59"},
        {"department_id": "edu", "received_at": "2019-04-01 00:00"},
        {"department_id": "finance", "received_at": "2019-04-01 00:00"},
    )
    assert Judged(city, "official_documents").found("rows") == [
        ("edu", "2019-03", 2), ("edu", "2019-04", 1), ("finance", "2019-04", 1),
    ]  # fmt: skip


def test_a_row_is_its_links_departments_and_one_of_an_unknown_link_is_nobodys(city):
    city.give("network_links", {"link_id": "l2", "department_id": "finance"})
    city.give("network_links", {"link_id": "l3", "department_id": "nobody"})
    city.give(
        "network_probes", {"link_id": "l2"}, {"link_id": "l3"}, {"link_id": "l4"}
    )  # all on 2019-06-01
    judged = Judged(city, "network_probes")
    assert judged.found("rows") == [("finance", "2019-06", 1), (None, "2019-06", 2)]


def test_a_year_stands_as_its_first_month_and_rows_without_a_time_have_none(city):
    city.give("credit_targets", {"year": 2019})
    city.give("credit_check_matters", {})
    assert Judged(city, "credit_targets").found("rows") == [("edu", "2019-01", 1)]
    assert Judged(city, "credit_check_matters").found("rows") == [("edu", None, 1)]


# references


def test_an_orphan_is_counted_once_and_one_of_two_unknowns_twice(city):
    city.give("certificate_types", {"type_code": "t1"})
    city.give("populations", {})
    city.give(
        "certificates",
        {"certificate_id": "c1"},
        {"certificate_id": "c2", "type_code": "t9"},
        {"certificate_id": "c3", "type_code": "t9", "department_id": "nobody"},
    )
    judged = Judged(city, "certificates")
    assert judged.found("unknown_references") == [("edu", "2019-06", 1), (None, "2019-06", 2)]
    assert judged.examples("unknown_references") == [
        "certificate_id=c2, type_code=t9, department_id=edu, city_code=340600",
        "certificate_id=c3, type_code=t9, department_id=nobody, city_code=340600",
    ]


def test_an_orphan_is_none_once_its_reference_has_come(city):
    city.give("network_probes", {"link_id": "l2"})
    assert Judged(city, "network_probes").total("unknown_references") == 1
    city.give("network_links", {"link_id": "l2"})
    judged = Judged(city, "network_probes")
    assert judged.total("unknown_references") == 0
    assert judged.examples("unknown_references") == []


def test_an_orphan_that_was_corrected_is_no_example(city):
    city.give("network_outages", {"outage_id": "o1", "link_id": "l2"})
    city.take_in()
    city.give("network_outages", {"outage_id": "o1"}, {"outage_id": "o2", "link_id": "l2"})
    judged = Judged(city, "network_outages")
    assert judged.examples("unknown_references") == ["outage_id=o2, link_id=l2"]


def test_a_section_is_known_only_with_its_department(city):
    city.give("sections", {"department_id": "edu", "section_id": "office"})
    city.give(
        "responsibilities", {"department_id": "edu"}, {"department_id": "finance"}
    )  # of the section office
    judged = Judged(city, "responsibilities")
    assert judged.found("unknown_references") == [("finance", None, 1)]


def test_what_is_null_in_part_refers_to_nothing(city):
    city.give("sections", {"department_id": "edu"})
    city.give("responsibilities", {"department_id": "edu", "section_id": None})
    judged = Judged(city, "responsibilities")
    assert judged.total("missing_values") == 1
    assert judged.total("unknown_references") == 0


def test_an_indicator_and_its_part_have_to_stand_in_the_years_rulebook(city):
    city.give(
        "evidence",
        {"evidence_id": "e1", "indicator_code": "001", "part": "meetings"},
        {"evidence_id": "e2", "indicator_code": "001", "part": "no-such-part"},
        {"evidence_id": "e3", "indicator_code": "999", "part": "meetings"},
        {"evidence_id": "e4", "indicator_code": "999", "part": "meetings", "year": 2017},
    )
    judged = Judged(city, "evidence")
    assert judged.total("unknown_references") == 1 + 2
    assert [told.split(",")[0] for told in judged.examples("unknown_references")] == [
        "evidence_id=e2", "evidence_id=e3",
    ]  # fmt: skip


# rows that cannot be


def test_a_row_after_its_files_day_is_ahead_and_one_of_that_day_is_not(city):
    city.give(
        "official_documents",
        {"document_id": "d1", "received_at": "2020-01-02 23:59:59"},  # delivered on this day
        {"document_id": "d2", "received_at": "2020-01-03 00:00:00"},
    )
    judged = Judged(city, "official_documents")
    assert judged.found("rows_after_delivery") == [("edu", "2020-01", 1)]
    assert judged.examples("rows_after_delivery") == ["document_id=d2"]


def test_any_date_after_its_files_day_makes_a_row_ahead_once(city):
    city.give(
        "resource_requests",
        {"request_id": "r1", "granted_at": "2020-01-02", "last_used_at": "2020-01-02"},
        {"request_id": "r2", "granted_at": "2020-01-03", "last_used_at": "2020-01-03"},
        {"request_id": "r3", "granted_at": None, "last_used_at": "2020-01-03"},
        {"request_id": "r4", "granted_at": None, "last_used_at": None},
    )
    city.give("security_incidents", {"incident_id": "i1", "occurred_at": "2020-01-03"})
    judged = Judged(city, "resource_requests")
    assert judged.total("rows_after_delivery") == 2
    assert judged.examples("rows_after_delivery") == ["request_id=r2", "request_id=r3"]
    assert Judged(city, "security_incidents").found("rows_after_delivery") == [("edu", None, 1)]


def test_what_may_lie_ahead_is_ahead_after_the_year_that_follows_its_delivery(city):
    city.give(
        "catalogue_entries",
        {"entry_id": "e1", "due_at": "2021-12-31"},  # delivered in 2020
        {"entry_id": "e2", "due_at": "2022-01-01"},
        {"entry_id": "e3", "due_at": "2019-06-01", "retired_at": "2091-06-01"},
    )
    city.give("credit_targets", {"year": 2021}, {"year": 2022}, {"year": 99999999999})
    entries = Judged(city, "catalogue_entries").examples("rows_after_delivery")
    assert entries == ["entry_id=e2", "entry_id=e3"]
    judged = Judged(city, "credit_targets")
    assert judged.total("rows_after_delivery") == 2
    assert judged.examples("rows_after_delivery")[0] == "department_id=edu, year=2022"


def test_loaded_rows_that_the_contract_no_longer_allows_are_breaches(city):
    city.give(
        "trading_platform_scores",
        {"month": "2019-03-01"},
        {"month": "2019-04-02"},
    )
    city.give("internet_egress", {"mode": "unified"}, {"mode": "bent", "department_id": "health"})
    city.give("base_library_uses", {"calls": 0}, {"calls": -1, "used_on": "2019-02-03"})
    assert Judged(city, "trading_platform_scores").examples("contract_breaches") == [
        "department_id=edu, month=2019-04-02"
    ]
    assert Judged(city, "internet_egress").found("contract_breaches") == [("health", "2019-06", 1)]
    assert Judged(city, "base_library_uses").found("contract_breaches") == [("edu", "2019-02", 1)]


def test_quarantined_rows_are_breaches_of_the_city_told_by_file_and_line(city):
    city.give("sections", {})
    city.connection.execute(
        "insert into ops.quarantine values "
        "(1, 'sections', 'b.csv', 12, 'name', '***', '', '', now()), "
        "(1, 'sections', 'b.csv', 9, 'name', '***', '', '', now()), "
        "(2, 'sections', 'a.xlsx', null, null, null, '', '', now())"
    )
    judged = Judged(city, "sections")
    assert judged.found("contract_breaches") == [(None, None, 3)]
    assert judged.examples("contract_breaches", 2) == [
        "file=a.xlsx", "file=b.csv, line=9, column=name",
    ]  # fmt: skip


@pytest.mark.parametrize(("delivered_at", "ahead"), [("2020-01-03", 0), ("2020-01-03 00:00:01", 1)])
def test_a_file_that_is_dated_more_than_a_day_after_it_landed_is_a_breach(
    city, delivered_at, ahead
):
    city.give("sections", {}, file="a.csv")  # landed on 2 January at midnight
    city.connection.execute("update ops.file set delivered_at = ?", [delivered_at])
    judged = Judged(city, "sections")
    assert judged.total("contract_breaches") == ahead
    assert judged.examples("contract_breaches") == ["file=a.csv, delivered_at=2020-01-03"] * ahead


@pytest.mark.parametrize("next_name", ["a.csv", "b.csv"])
def test_a_file_that_was_dated_ahead_is_no_breach_once_another_came(city, next_name):
    city.give("sections", {"section_id": "s1"}, file="a.csv")
    city.connection.execute("update ops.file set delivered_at = '2091-11-04'")
    city.take_in()
    city.give("sections", {"section_id": "s1"}, file=next_name)
    judged = Judged(city, "sections")
    assert judged.total("contract_breaches") == 0
    assert judged.examples("contract_breaches") == []


def test_a_file_that_is_dated_ahead_arrived_on_the_day_after_it_landed(city):
    city.give("sections", {}, file="a.csv")
    city.connection.execute("update ops.file set delivered_at = '2091-11-04'")
    frame = Judged(city, "sections").frame
    assert frame["newest_period"].dropna().to_list() == ["2020-01-03"]


def test_what_never_came_has_no_lag(city):
    city.give("network_probes", {"probed_at": "2020-03-30 23:00:00"})
    city.take_in("2020-03-31")
    run_models(city.connection, models(), READ_BY_FRAMES)
    lags = dict(
        city.connection.execute(
            "select dataset, lag_hours from scores.source_freshness where assessment_id = "
            "'huaibei-2019' and dataset in ('network_probes', 'certificates')"
        ).fetchall()
    )
    assert lags == {"network_probes": 24, "certificates": None}


def test_a_column_that_a_file_lost_is_a_breach_until_the_file_comes_again_with_it(city):
    city.give("network_links", {"link_id": "l1"}, file="1.csv")
    city.give("network_links", {"link_id": "l2"}, file="2.csv")
    city.connection.execute(
        "update ops.file set lost_columns = ['disconnected_at'] where file_name = '2.csv'"
    )
    judged = Judged(city, "network_links")
    assert judged.found("contract_breaches") == [(None, None, 1)]
    assert judged.examples("contract_breaches") == ["file=2.csv, missing_column=disconnected_at"]
    city.give("network_links", {"link_id": "l2"}, file="2.csv")
    judged = Judged(city, "network_links")
    assert judged.total("contract_breaches") == 0
    assert judged.examples("contract_breaches") == []


def test_nulls_in_required_columns_are_missing_values(city):
    city.give("sections", {"name": None, "section_id": "s1"}, {"section_id": "s2"})
    judged = Judged(city, "sections")
    assert judged.found("missing_values") == [("edu", None, 1)]
    assert judged.examples("missing_values") == ["department_id=edu, section_id=s1"]


@pytest.mark.parametrize(
    ("mark", "outcomes", "repeated"),
    [
        (None, ["landed"], 1),
        (None, ["landed", "failed"], 1),
        (None, ["landed", "unchanged"], 0),
        ("2019-03-05", ["landed"], 0),
    ],
)
def test_a_key_stands_twice_in_the_newest_whole_answer_of_a_platform_or_is_a_newer_version(
    city, mark, outcomes, repeated
):
    city.give("network_outages", {"outage_id": "o1"}, {"outage_id": "o1"}, file="pull/m/1.parquet")
    [(file_id,)] = city.connection.execute("select max(file_id) from ops.file").fetchall()
    for n, outcome in enumerate(outcomes):
        city.connection.execute(
            "insert into ops.pull by name select $1 as pull_id, 'network_outages' as dataset, "
            "'m' as source, 'sql' as kind, '' as binding, now() as started_at, now() as ended_at, "
            "$2 as outcome, $3 as mark, 2 as rows_answered, 2 as rows_loaded, "
            "0 as rows_quarantined, 0 as rows_unchanged, 1 as requests, $4 as file_id",
            [n, outcome, mark, file_id if outcome == "landed" else None],
        )
    judged = Judged(city, "network_outages")
    assert judged.total("repeated_keys") == repeated
    assert len(judged.examples("repeated_keys")) == repeated


def test_a_key_that_stands_twice_in_a_file_is_repeated_until_the_file_is_corrected(city):
    twice = {"outage_id": "o1"}
    city.give("network_outages", twice, twice, twice, {"outage_id": "o2"}, file="a.csv")
    city.give("network_outages", twice, file="b.csv")
    judged = Judged(city, "network_outages")
    assert judged.found("repeated_keys") == [(None, None, 2)]
    assert judged.examples("repeated_keys") == ["outage_id=o1, file=a.csv"]
    city.give("network_outages", twice, file="a.csv")
    judged = Judged(city, "network_outages")
    assert judged.total("repeated_keys") == 0
    assert judged.examples("repeated_keys") == []


# amounts in another unit


def latencies(link_id, *milliseconds):
    """Probes of a link, one a month."""
    return [
        {"link_id": link_id, "probed_at": f"2019-{month:02}-10", "latency_ms": latency}
        for month, latency in enumerate(milliseconds, 1)
    ]


@pytest.mark.parametrize(
    ("milliseconds", "unsteady"),
    [
        ((10, 12, 8, 10_000), ["2019-04"]),
        ((10, 12, 8, 1_000), []),  # a hundred times, not beyond
        ((1000, 1200, 800, 1), ["2019-04"]),
        ((1000, 1200, 800, 0), []),  # no unit makes nothing of it
        ((10, 12, 10_000), []),  # two others have no middle
        ((10, 12, 8, None), []),
    ],
)
def test_a_month_out_of_all_proportion_to_a_departments_others_is_unsteady(
    city, milliseconds, unsteady
):
    city.give("network_links", {"link_id": "l2", "department_id": "finance"})
    city.give("network_probes", *latencies("l1", *milliseconds), *latencies("l2", 50_000))
    judged = Judged(city, "network_probes")
    assert judged.found("unsteady_values") == [("edu", month, 1) for month in unsteady]
    assert judged.examples("unsteady_values") == [
        f"department_id=edu, period={month}, column=latency_ms" for month in unsteady
    ]


def test_a_city_out_of_all_proportion_to_the_others_of_its_year_is_unsteady(city):
    city.give(
        "populations",
        *({"city_code": f"34{n}000", "population": 3_000_000} for n in range(4)),
        {"city_code": "349000", "population": 250},
        {"city_code": "349000", "population": 250, "year": 2018},
    )
    judged = Judged(city, "populations")
    assert judged.found("unsteady_values") == [(None, "2019-01", 1)]
    assert judged.examples("unsteady_values") == [
        "city_code=349000, period=2019-01, column=population"
    ]


# what is due, and what a contract asks


def test_a_due_period_that_has_not_arrived_is_told_beside_the_newest_that_has(city):
    city.give("official_documents", {"received_at": "2019-03-05 10:00"})
    judged = Judged(city, "official_documents", "2019-03-31")
    assert judged.found("overdue_periods") == [(None, None, 1)]
    assert judged.frame.newest_period.dropna().tolist() == ["2019-03-05"]
    assert judged.frame.due_period.dropna().tolist() == [">= 2019-03-29"]
    assert judged.examples("overdue_periods") == ["assessment_id=huaibei-2019, period=2019-03-29"]


def test_before_the_first_period_is_due_nothing_is_overdue(city):
    city.give("official_documents", {"received_at": "2018-03-05 10:00"})
    judged = Judged(city, "official_documents", "2019-01-01")
    assert judged.total("overdue_periods") == 0
    assert judged.frame.due_period.dropna().tolist() == []


def test_a_file_that_could_not_be_read_has_brought_no_period(city):
    city.give("network_outages", {}, file="a.csv")
    city.connection.execute("update ops.file set rows_loaded = 0, rows_read = 1")
    city.connection.execute("delete from raw.network_outages")
    judged = Judged(city, "network_outages")
    assert judged.frame.newest_period.dropna().tolist() == ["从未 / never"]


@pytest.mark.parametrize(
    ("asked", "number", "told"),
    [
        ({"query": "select 7 -- rows"}, 7, []),
        ({"query": "select cast(null as bigint)"}, 0, []),
        ({"holds": "section_id <> 's2' -- not this"}, 1, ["department_id=edu, section_id=s2"]),
        (
            {"failing": "select department_id, section_id from staging.sections"},
            2,
            ["department_id=edu, section_id=s1", "department_id=edu, section_id=s2"],
        ),
    ],
)
def test_a_rule_is_a_number_a_condition_or_the_keys_that_break_it(city, asked, number, told):
    city.give("sections", {"section_id": "s1"}, {"section_id": "s2"})
    judged = Judged(city, "sections")
    rule = Rule(name="asked", kind="validity", why_zh="", why_en="", **asked)
    contract = replace(judged.contract, rules=(rule,))
    update_profiles(city.connection, contracts() | {"sections": contract})
    assert int(source_frame(city.connection, contract)["rule__asked"].sum()) == number
    assert failing_examples(city.connection, contract, "rule__asked") == told


def test_no_more_examples_are_told_than_wanted_and_in_order(city):
    city.give("network_outages", *({"outage_id": f"o{n:02}", "link_id": "l9"} for n in range(30)))
    judged = Judged(city, "network_outages")
    assert judged.examples("unknown_references", 2) == [
        "outage_id=o00, link_id=l9", "outage_id=o01, link_id=l9",
    ]  # fmt: skip
    assert len(judged.examples("unknown_references")) == 20


def test_as_many_examples_as_wanted_are_told_where_each_row_lacks_several_values(city):
    city.give("official_documents", *(
        {"document_id": f"d{n}", "due_at": None, "department_id": None,
         "received_at": f"2019-03-{1 + n // 4:02} 08:00:00"}
        for n in range(10, 34)
    ))  # fmt: skip
    judged = Judged(city, "official_documents")
    assert judged.total("missing_values") == 48
    assert judged.examples("missing_values") == [f"document_id=d{n}" for n in range(10, 30)]


def test_examples_of_no_measure_are_an_error(city):
    with pytest.raises(KeyError, match="silence"):
        Judged(city, "sections").examples("silence")
