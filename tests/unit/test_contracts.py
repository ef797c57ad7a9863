"""The contracts agree with what was promised.

The two tables below are typed by hand, apart from the contracts, so that neither can drift alone.
"""

from __future__ import annotations

import re

import duckdb
import pytest
import yaml

from scorecard.contract import Contract, comment, load_contracts, load_published
from scorecard.dictionary import ROOT, data_dictionary

CONTRACTS = ROOT / "contracts"
PUBLISHED = CONTRACTS / "published"

# dataset, frequency/hours, columns: + key, ? may be null, * personal, (values)
INPUTS = """
adjustments none +adjustment_id:T department_id:T indicator_code:T year:I score:N reason:T
    decided_by:T decided_on:D
applicability none +department_id:T +indicator_code:T +year:I applicable:B reason:T
    decided_by:T decided_on:D
base_library_uses daily/24 +department_id:T
    +library:T(population|legal_entity|geospatial|certificate) +used_on:D calls:I
catalogue_entries daily/24 +entry_id:T department_id:T title:T
    share_type:T(unconditional|conditional|none) update_cycle:T due_at:D published_at?:D
    retired_at?:D
catalogue_mounts daily/24 +entry_id:T +method:T(api|batch|file) +mounted_at:D
    unmounted_at?:D
catalogue_updates daily/24 +entry_id:T +updated_at:TS
certificate_types monthly/72 +type_code:T +department_id:T name:T claimed_at:D
certificate_uses daily/24 +use_id:T type_code:T department_id:T matter:T used_at:TS
certificate_volumes yearly/720 +city_code:T +type_code:T +year:I volume:I
certificates daily/24 +certificate_id:T type_code:T department_id:T city_code:T
    issued_at:TS holder_code?*:T
credit_check_matters monthly/72 +matter_id:T department_id:T name:T embedded_at?:D
    last_feedback_at?:D
credit_directories monthly/72 +directory_id:T department_id:T name:T update_cycle:T
    effective_from:D effective_to?:D
credit_records daily/24 +record_id:T directory_id:T subject_kind:T(organization|person)
    subject_name?*:T subject_code_kind:T(uscc|registration|identity|other) subject_code?*:T
    core_information?*:T due_at:TS pushed_at:TS
credit_targets yearly +department_id:T +year:I expected_records:I
departments yearly +department_id:T name:T short_name:T unified_social_credit_code?:T
    city_code:T active_from:D active_to?:D
evidence monthly/240 +evidence_id:T department_id:T indicator_code:T part:T year:I title:T
    document_date?:D file_name?:T sha256?:T submitted_at:TS
    decision:T(pending|accepted|rejected) decided_by?:T decided_on?:D
information_systems monthly/240 +system_id:T department_id:T name:T self_built:B
    disposition:T(keep|clean_up|integrate) disposed_at?:D mlps_filed_at?:D mlps_assessed_at?:D
    mlps_rectified_at?:D retired_at?:D
internet_egress monthly/72 +department_id:T +observed_on:D
    mode:T(unified|filed_device|unfiled_device|none)
investment_cases daily/24 +case_id:T department_id:T matter:T received_at:TS due_at:TS
    accepted_at?:TS
it_projects monthly/240 +project_id:T department_id:T name:T kind:T(construction|operation)
    year:I government_funded:B filed_at?:D analyses_internal_sharing:B
    analyses_external_sharing:B lists_fields:B lists_format:B lists_scope:B lists_method:B
    lists_frequency:B
joint_sanction_cases monthly/72 +case_id:T department_id:T kind:T(reward|punishment)
    category?:T occurred_at:D due_at:D reported_at?:D
legal_supervision_records monthly/72 +record_id:T department_id:T
    module:T(document_filing|officer_management) recorded_at:TS
network_links monthly/72 +link_id:T department_id:T access_mode:T(dedicated|other)
    connected_at:D disconnected_at?:D
network_outages daily/6 +outage_id:T link_id:T started_at:TS ended_at?:TS planned:B
    cause?:T
network_probes daily/6 +link_id:T +probed_at:TS is_up:B latency_ms?:N
official_documents daily/24 +document_id:T department_id:T received_at:TS due_at:TS
    completed_at?:TS returned_count:I feedback_required:B feedback_at?:TS
populations yearly +city_code:T city_name:T +year:I population:I
resource_inspections monthly/72 +inspection_id:T entry_id:T inspected_at:D
    dimension:T(accuracy|completeness|timeliness) checked:I passed:I
resource_requests daily/24 +request_id:T department_id:T resource_id:T
    provider_level:T(province|city|department) requested_at:D granted_at?:D last_used_at?:D
responsibilities yearly +department_id:T +indicator_code:T +section_id:T role:T(lead|support)
sections yearly +department_id:T +section_id:T name:T
security_incidents daily/24 +incident_id:T department_id:T occurred_at:TS severity:T
    confirmed:B
service_platform_results yearly/720 +department_id:T +year:I score:N full_score:N
trading_platform_scores monthly/120 +department_id:T +month:D score:N full_score?:N
"""

CYCLES = "realtime|daily|weekly|monthly|quarterly|semiannual|annual|irregular"

# table, columns in order: + key, ? may be null, type where it is not VARCHAR
TABLES = """
dim_assessment +assessment_id name_zh name_en year:INTEGER window_start:DATE window_end:DATE
    as_of:DATE decisions_until:DATE state rulebook_digest
dim_department +department_id name short_name city_code
dim_indicator +assessment_id +indicator_code level1 level2 level3 level1_en level2_en level3_en
    name_zh name_en points:DECIMAL(6,2) data_provider? reading_zh? reading_en?
dim_part +assessment_id +indicator_code +part name_zh name_en points:DECIMAL(6,2) method metric
dim_rule +assessment_id +indicator_code +part position:INTEGER rule_zh rule_en value_zh value_en
    base_zh? base_en?
dim_section +department_id +section_id name
fct_indicator_score +assessment_id +department_id +indicator_code score:DECIMAL(6,2)
    points:DECIMAL(6,2) computed_score:DECIMAL(6,2) status stale:BOOLEAN lost:DECIMAL(6,2)
    explanation_zh explanation_en
fct_part_score +assessment_id +department_id +indicator_code +part value?:DECIMAL(18,6)
    base?:DECIMAL(18,6) level? rank?:INTEGER score:DECIMAL(6,2) points:DECIMAL(6,2) status
    stale:BOOLEAN explanation_zh explanation_en
fct_part_source +assessment_id +department_id +indicator_code +part +dataset +file_name
    rows_read:BIGINT rows_counted:BIGINT
fct_quality_check +as_of:DATE +dataset +check_name kind passed:BOOLEAN severity observed? expected?
    why_zh why_en
fct_quarantine dataset file_name line?:BIGINT column_name? value_masked? reason_zh reason_en
    first_seen_at:TIMESTAMP
fct_score_history +assessment_id +as_of:DATE +department_id +indicator_code score:DECIMAL(6,2)
    points:DECIMAL(6,2) status
fct_source_freshness +dataset provider newest_period?:DATE due_at?:TIMESTAMP
    lag_hours?:DECIMAL(18,6) timely:BOOLEAN last_loaded_at?:TIMESTAMP rows_loaded:BIGINT
    rows_quarantined:BIGINT files:BIGINT
mart_gain +assessment_id +department_id +indicator_code +part +step:INTEGER change
    amount?:DECIMAL(18,6) value_to?:DECIMAL(18,6) base_to?:DECIMAL(18,6) level_to?
    score_to:DECIMAL(6,2) gain:DECIMAL(6,2) text_zh text_en
mart_outage assessment_id link_id department_id started_at:TIMESTAMP ended_at?:TIMESTAMP
    hours:DECIMAL(18,6) planned:BOOLEAN major:BOOLEAN
mart_scorecard +assessment_id +department_id department total:DECIMAL(6,2) points:DECIMAL(6,2)
    score_rate?:DECIMAL(5,2) rank?:INTEGER indicators_missing:BIGINT indicators_stale:BIGINT
mart_scorecard_level +assessment_id +department_id +level1 score:DECIMAL(6,2) points:DECIMAL(6,2)
    score_rate?:DECIMAL(5,2)
mart_section_task +assessment_id +department_id +section_id section role +indicator_code
    points:DECIMAL(6,2) score:DECIMAL(6,2) lost:DECIMAL(6,2) status missing_zh? missing_en?
    lost_share?:DECIMAL(7,6)
"""

PERIOD_COLUMNS = {
    "network_probes": "probed_at",
    "internet_egress": "observed_on",
    "service_platform_results": "year",
    "legal_supervision_records": "recorded_at",
    "trading_platform_scores": "month",
    "credit_targets": "year",
    "credit_records": "pushed_at",
    "joint_sanction_cases": "occurred_at",
    "investment_cases": "received_at",
    "official_documents": "received_at",
    "resource_inspections": "inspected_at",
    "resource_requests": "requested_at",
    "base_library_uses": "used_on",
    "certificates": "issued_at",
    "certificate_volumes": "year",
    "certificate_uses": "used_at",
}
FOREIGN_KEYS = {
    "department_id": "departments",
    "link_id": "network_links",
    "directory_id": "credit_directories",
    "entry_id": "catalogue_entries",
    "type_code": "certificate_types",
    "city_code": "populations",
    "section_id": "sections",
}
SQL_TYPES = {
    "T": "VARCHAR",
    "D": "DATE",
    "TS": "TIMESTAMP",
    "I": "BIGINT",
    "N": "DECIMAL(18,6)",
    "B": "BOOLEAN",
}


def paragraphs(table: str) -> dict[str, list[str]]:
    """The words of each entry by its first word; an entry goes on over indented lines."""
    entries = [entry.split() for entry in re.split(r"\n(?! )", table.strip())]
    return {name: words for name, *words in entries}


@pytest.fixture(scope="module")
def inputs() -> dict[str, Contract]:
    return load_contracts(CONTRACTS, validate=True)


@pytest.fixture(scope="module")
def published() -> dict[str, Contract]:
    return load_published(PUBLISHED, validate=True)


def test_there_is_one_contract_for_each_dataset(inputs: dict[str, Contract]) -> None:
    assert list(inputs) == sorted(paragraphs(INPUTS))
    assert len(inputs) == 34


@pytest.mark.parametrize("dataset", paragraphs(INPUTS))
def test_columns_types_nulls_keys_and_values_are_the_promised_ones(
    dataset: str, inputs: dict[str, Contract]
) -> None:
    contract = inputs[dataset]
    said = []
    for column in contract.read_columns:
        marks = "" if column.required else "?"
        marks += "*" if column.personal else ""
        free = not column.values or column.name == "update_cycle"
        values = "" if free else f"({'|'.join(column.values)})"
        key = "+" if column.is_key else ""
        said.append(f"{key}{column.name}{marks}:{column.type}{values}")
        assert column.sql_type == SQL_TYPES[column.type]
        assert column.minimum == (0 if column.type == "I" else None)
        assert len(column.value_labels) == len(set(column.value_labels)) == len(column.values)
    assert said == paragraphs(INPUTS)[dataset][1:]
    assert contract.key == tuple(word[1:].split(":")[0] for word in said if word[0] == "+")


@pytest.mark.parametrize("dataset", paragraphs(INPUTS))
def test_the_schedule_is_the_promised_one(dataset: str, inputs: dict[str, Contract]) -> None:
    frequency, _, hours = paragraphs(INPUTS)[dataset][0].partition("/")
    contract = inputs[dataset]
    yearly = 720 if frequency == "yearly" else None
    assert contract.frequency == frequency
    assert contract.lateness_hours == (int(hours) if hours else yearly)
    assert contract.period_column == PERIOD_COLUMNS.get(dataset)


def test_cycles_are_the_eight_known_ones(inputs: dict[str, Contract]) -> None:
    holders = [c for c in inputs.values() if "update_cycle" in {col.name for col in c.columns}]
    assert [contract.name for contract in holders] == ["catalogue_entries", "credit_directories"]
    for contract in holders:
        assert "|".join(contract.column("update_cycle").values) == CYCLES


def test_only_the_month_of_the_trading_scores_has_to_be_a_first(
    inputs: dict[str, Contract],
) -> None:
    firsts = [
        (c.name, col.name) for c in inputs.values() for col in c.columns if col.first_of_month
    ]
    assert firsts == [("trading_platform_scores", "month")]


def test_reference_heavy_and_dense_datasets_are_marked(inputs: dict[str, Contract]) -> None:
    assert {c.name for c in inputs.values() if c.is_reference} == {
        "departments",
        "sections",
        "responsibilities",
        "populations",
        "applicability",
        "adjustments",
    }
    assert {c.name for c in inputs.values() if c.is_heavy} == {
        "network_probes",
        "credit_records",
        "certificates",
    }
    assert {c.name: c.dense_by for c in inputs.values() if c.dense_by} == {
        "network_probes": ("link_id",),
        "trading_platform_scores": ("department_id",),
        "internet_egress": ("department_id",),
    }


def test_every_foreign_key_is_declared_and_nothing_else(inputs: dict[str, Contract]) -> None:
    homes = {(dataset, column) for column, dataset in FOREIGN_KEYS.items()}
    for contract in inputs.values():
        for column in contract.columns:
            there = FOREIGN_KEYS.get(column.name)
            expected = (there, column.name) if there else None
            at_home = (contract.name, column.name) in homes
            assert column.reference == (None if at_home else expected), (contract.name, column.name)


def test_a_section_is_looked_for_within_its_own_department(inputs: dict[str, Contract]) -> None:
    pairs = [r.columns for r in inputs["responsibilities"].references if r.dataset == "sections"]
    assert pairs == [("department_id", "section_id")]


def test_indicators_and_parts_are_looked_for_in_the_rulebook(inputs: dict[str, Contract]) -> None:
    for contract in inputs.values():
        for column in contract.columns:
            kinds = {"indicator_code": "indicator", "part": "part"}
            assert column.rulebook == kinds.get(column.name)


def test_personal_columns_are_never_stored_in_clear(inputs: dict[str, Contract]) -> None:
    personal = {(c.name, col.name) for c in inputs.values() for col in c.columns if col.personal}
    assert personal == {
        ("credit_records", "subject_name"),
        ("credit_records", "subject_code"),
        ("credit_records", "core_information"),
        ("certificates", "holder_code"),
    }
    for dataset, name in personal:
        assert name not in {column.name for column in inputs[dataset].stored_columns}
    stored = inputs["certificates"].stored_columns
    assert [c.name for c in stored if c.personal] == ["holder_code_hash"]
    assert not any(c.personal for c in inputs["credit_records"].stored_columns)


def test_the_check_of_the_key_information_is_computed_and_not_read(
    inputs: dict[str, Contract],
) -> None:
    contract = inputs["credit_records"]
    computed = contract.column("has_key_information")
    assert computed not in contract.read_columns
    assert computed in contract.stored_columns
    assert computed.logic == (
        "complete_key_information(subject_kind, subject_name, subject_code_kind, "
        "subject_code, core_information)"
    )
    assert [c.name for o in inputs.values() for c in o.columns if c.logic] == [computed.name]


@pytest.mark.parametrize("kind", ["inputs", "published"])
def test_labels_are_unique_within_a_dataset_and_texts_in_their_language(
    kind: str, request: pytest.FixtureRequest
) -> None:
    contracts: dict[str, Contract] = request.getfixturevalue(kind)
    chinese = re.compile(r"[\u4e00-\u9fff]")
    for contract in contracts.values():
        for labels in zip(*((c.label_zh, c.label_en) for c in contract.columns), strict=True):
            assert len(set(labels)) == len(labels), contract.name
        for item in (contract, *contract.columns):
            assert chinese.search(item.label_zh)
            assert chinese.search(item.description_zh)
            assert not chinese.search(item.label_en + item.description_en)
            assert "\n" not in comment(item)


def test_each_input_says_its_chinese_header_and_local_time_itself() -> None:
    for path in CONTRACTS.glob("*.yaml"):
        for column in yaml.safe_load(path.read_text("utf-8"))["schema"][0]["properties"]:
            assert column["businessName"]
            if column["logicalType"] == "timestamp":
                assert column["logicalTypeOptions"] == {"defaultTimezone": "Asia/Shanghai"}


def test_published_tables_have_the_promised_columns_in_order(
    published: dict[str, Contract],
) -> None:
    said = {}
    for table in published.values():
        said[table.name] = [
            f"{'+' if c.is_key else ''}{c.name}{'' if c.required else '?'}"
            f"{'' if c.sql_type == 'VARCHAR' else ':' + c.sql_type}"
            for c in table.columns
        ]
        assert table.frequency == "none"
        assert table.platform == "published"
    assert said == paragraphs(TABLES)


def test_duckdb_knows_every_type(
    inputs: dict[str, Contract], published: dict[str, Contract]
) -> None:
    connection = duckdb.connect()
    for contract in (*inputs.values(), *published.values()):
        columns = ", ".join(f'"{c.name}" {c.sql_type}' for c in contract.stored_columns)
        connection.execute(f'create table "{contract.name}" ({columns})')
        described = connection.execute(f'describe "{contract.name}"').fetchall()
        assert [row[1] for row in described] == [c.sql_type for c in contract.stored_columns]


def test_comments_carry_unit_and_values_in_both_languages(
    inputs: dict[str, Contract], published: dict[str, Contract]
) -> None:
    assert comment(inputs["populations"].column("population")) == (
        "人口数：该年度人口；0视为没有数据。单位：人。"
        " / Population: Persons in that year; 0 is taken as no figure. Unit: persons."
    )
    assert "取值：lead 牵头、support 配合。" in comment(
        published["mart_section_task"].column("role")
    )


def test_the_data_dictionary_is_up_to_date(
    inputs: dict[str, Contract], published: dict[str, Contract]
) -> None:
    written = (ROOT / "docs" / "data-dictionary.md").read_text("utf-8")
    assert written == data_dictionary(inputs, published), "run: python -m scorecard.dictionary"
    for contract in (*inputs.values(), *published.values()):
        assert f"\n#### {contract.name}\n" in written
