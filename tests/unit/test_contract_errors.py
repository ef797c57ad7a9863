"""A wrong contract is refused, with the file, the line and the mend."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from scorecard.contract import load_contracts, load_published
from scorecard.dictionary import ROOT
from scorecard.errors import ConfigurationError

CONTRACTS = ROOT / "contracts"
Folder = Callable[..., Path]


HOLDS = "holds: disconnected_at >= connected_at"
WRONG = [
    ("logicalType: date", "logicalType: day", "'day' is not known here", "logicalType: day"),
    ("physicalType: DATE", "physicalType: TIME", "does not fit", "physicalType: TIME"),
    (
        "businessName: 接入方式",
        "businessName: 部门编号",
        "'部门编号' is doubled",
        "- name: access_mode",
    ),
    (
        "businessName: 接入方式",
        "businessName: link_id",
        "'link_id' is doubled",
        "- name: access_mode",
    ),
    ("to: departments.", "to: bureaus.", "unknown dataset 'bureaus'", "- name: department_id"),
    ("departments.department_id", "departments.name", "no key column", "- name: department_id"),
    ("value: monthly", "value: weekly", "'weekly' is not known here", "value: weekly"),
    ("value: 72", "value: -1", "not a whole number", "value: -1"),
    ("unit: h", "unit: d", "'d' is not known here", "unit: d"),
    ("value: monthly", "value: none", "a latency without a frequency", "property: latency"),
    (
        "value: monthly",
        "value: monthly, element: network_links.day",
        "'network_links.day' is not a column",
        "element: network_links.day",
    ),
    (
        "value: monthly",
        "value: monthly, element: network_links.disconnected_at",
        "no period can be read",
        "element: network_links.disconnected_at",
    ),
    ("required: true", "required: false", "key column 'link_id' may be null", "- name: link_id"),
    ("primaryKeyPosition: 1", "primaryKeyPosition: 2", "key positions [2]", "- name: link_id"),
    ("primaryKey: true", "primaryKey: false", "no key", "- name: network_links"),
    ("id: network_links", "id: links", "differs from the file name", "id: links"),
    ("value: other", "value: dedicated", "a value is doubled", "enum:"),
    ("链路的唯一编号。\n", "", "has 1 line(s)", "description: |-"),
    ("- name: link_id", "- name: Link", "'Link' is not a column name", "- name: Link"),
    ("synonym: Link id, locale: en", "synonym: x, locale: fr", "English name", "- name: link_id"),
    ("required: false", "encryptedName: x", "required is missing", "- name: disconnected_at"),
    ("dimension: consistency", "dimension: timeliness", "'timeliness' is not", "dimension:"),
    ("dimension: consistency\n", "\n", "dimension is missing", "- name: disconnected_not"),
    ("engine: scorecard", "engine: soda", "'soda' is not known here", "engine: soda"),
    ("holds: disconnected", "hold: disconnected", "asks 0 things", "implementation:"),
    (HOLDS, f"{HOLDS}\n          failing: select 1", "asks 2 things", "implementation:"),
    ("name: disconnected_not", "name: Disconnected_not", "is not a name of a rule", "Disconnected"),
    (
        "    quality:",
        "    quality:\n"
        "      - {name: disconnected_not_before_connected, dimension: accuracy, type: sql,\n"
        '         description: "一\\n1", query: select 1, mustBe: 0}',
        "rule 'disconnected_not_before_connected' is doubled",
        "- name: disconnected_not_before_connected",
    ),
    (
        "businessName: 接入方式",
        "businessName: 接入方式\n        customProperties: [{property: steady, value: itself}]",
        "only a number can be steady",
        "property: steady",
    ),
    (
        "businessName: 接入方式",
        "businessName: 接入方式\n        customProperties: [{property: latest, value: next_year}]",
        "only a date or time is held against the delivery",
        "property: latest",
    ),
    ("latest, value: delivery", "latest, value: today", "'today' is not known here", "latest"),
]


@pytest.mark.parametrize(("old", "new", "what", "line"), WRONG, ids=[w[2] for w in WRONG])
def test_a_wrong_contract_is_refused_with_its_line(
    old: str, new: str, what: str, line: str, refused: Callable[..., None]
) -> None:
    refused(old, new, what, line)


def test_what_a_period_is_read_from_has_happened_when_it_is_delivered(altered: Folder) -> None:
    folder = altered(
        "{property: latest, value: delivery}",
        "{property: latest, value: next_year}",
        dataset="security_incidents",
    )
    assert "security_incidents" in load_contracts(folder)
    path = folder / "security_incidents.yaml"
    due = "value: daily, element: security_incidents.occurred_at}"
    path.write_text(path.read_text("utf-8").replace("value: daily}", due), "utf-8")
    with pytest.raises(ConfigurationError, match="may lie after its delivery"):
        load_contracts(folder)


def test_a_number_is_held_against_the_next_year_alone(altered: Folder) -> None:
    folder = altered("latest, value: next_year", "latest, value: delivery", dataset="populations")
    with pytest.raises(ConfigurationError, match="or a year against the next"):
        load_contracts(folder)


def test_a_daily_dataset_needs_its_hours_and_a_yearly_one_has_thirty_days(altered: Folder) -> None:
    hours = "  - {property: latency, value: 72, unit: h}\n"
    with pytest.raises(ConfigurationError, match="no latency"):
        load_contracts(altered(hours, ""))
    folder = altered(f"value: monthly}}\n{hours}", "value: yearly}\n")
    assert load_contracts(folder)["network_links"].lateness_hours == 720


def test_a_personal_column_is_no_key_and_its_hash_has_a_fixed_name(altered: Folder) -> None:
    with pytest.raises(ConfigurationError, match="key column 'link_id' is personal"):
        load_contracts(
            altered("primaryKey: true", "classification: personal\n        primaryKey: true")
        )
    with pytest.raises(ConfigurationError, match="'holder' is not known here"):
        load_contracts(
            altered(
                "required: false",
                "required: false\n        classification: personal\n        encryptedName: holder",
            )
        )


def test_what_the_standard_does_not_know_is_refused_when_validating(altered: Folder) -> None:
    folder = altered("    properties:", "    propertys: []\n    properties:")
    assert "network_links" in load_contracts(folder)
    with pytest.raises(ConfigurationError, match=r"network_links\.yaml:\d+: against the standard"):
        load_contracts(folder, validate=True)


WRONG_SQL = [
    ("holds: disconnected_at >=", "not readable as SQL"),
    ("holds: true; drop table x", "holds is no predicate"),
    ("holds: select true", "holds is no predicate"),
    ("holds: disconnected_at >= connected_on", "'connected_on' is not a stored column"),
    ("holds: links.connected_at > disconnected_at", "'links.connected_at' is not a stored column"),
    ("holds: count(*) > 1", "holds looks at more than its own row"),
    ("holds: link_id in (select link_id from staging.network_links)", "more than its own row"),
    ("failing: delete from staging.network_links", "not one SELECT"),
    ("failing: select department_id from staging.network_links", "failing selects department_id"),
    ("failing: select link_id from raw.network_links", "'raw.network_links' may not be read here"),
    ("failing: select link_id from network_links", "'network_links' may not be read here"),
]


@pytest.mark.parametrize(("sql", "what"), WRONG_SQL, ids=[w[0] for w in WRONG_SQL])
def test_a_rule_that_is_wrong_sql_is_refused_with_its_line_when_validating(
    sql: str, what: str, altered: Folder
) -> None:
    folder = altered(HOLDS, sql)
    assert "network_links" in load_contracts(folder)
    with pytest.raises(ConfigurationError) as caught:
        load_contracts(folder, validate=True)
    assert what in caught.value.what
    path, number = str(caught.value.where).rsplit(":", 1)
    assert sql in Path(path).read_text("utf-8").splitlines()[int(number) - 1]
    assert caught.value.mend


def test_a_rule_may_name_its_steps_and_read_staging_and_rules(altered: Folder) -> None:
    steps = (
        "failing: with links as (select link_id from staging.network_links) "
        "select links.link_id from links, rules.assessment"
    )
    rules = load_contracts(altered(HOLDS, steps), validate=True)["network_links"].rules
    assert [rule.failing is not None for rule in rules] == [True]


def test_a_query_that_gives_more_than_a_number_is_refused_when_validating(altered: Folder) -> None:
    folder = altered("select count(*) from", "select count(*), 1 from", dataset="departments")
    with pytest.raises(ConfigurationError, match="a query of 2 columns"):
        load_contracts(folder, validate=True)


def test_a_personal_column_is_not_there_to_be_asked_for(altered: Folder) -> None:
    folder = altered("name: access_mode", "name: access_mode\n        classification: personal")
    path = folder / "network_links.yaml"
    path.write_text(path.read_text("utf-8").replace(HOLDS, "holds: access_mode <> ''"), "utf-8")
    with pytest.raises(ConfigurationError, match="'access_mode' is not a stored column"):
        load_contracts(folder, validate=True)


def test_a_key_given_twice_is_refused_when_validating(altered: Folder) -> None:
    folder = altered("status: active", "status: active\nstatus: retired")
    with pytest.raises(ConfigurationError, match=r"yaml:6: key 'status' is doubled"):
        load_contracts(folder, validate=True)


def test_a_file_that_is_no_yaml_names_its_line(altered: Folder) -> None:
    with pytest.raises(ConfigurationError, match=r"network_links\.yaml:4: not valid YAML"):
        load_contracts(altered("id: network_links", "id: [network_links"))


def test_one_platform_has_one_name(altered: Folder) -> None:
    folder = altered("考核主管部门", "考核办", dataset="populations")
    with pytest.raises(ConfigurationError, match="platform 'assessing_bureau'"):
        load_contracts(folder)


def test_a_folder_without_contracts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no contract"):
        load_contracts(tmp_path)


def test_an_input_is_not_taken_for_a_published_table() -> None:
    with pytest.raises(ConfigurationError, match="a published table has no provider"):
        load_published(CONTRACTS)
