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


@pytest.fixture
def altered(tmp_path: Path) -> Folder:
    """A folder with two contracts, in the second of which one text was replaced by another."""

    def make(old: str, new: str, dataset: str = "network_links") -> Path:
        for name in {"departments", "populations", dataset}:
            text = (CONTRACTS / f"{name}.yaml").read_text("utf-8")
            if name == dataset:
                assert old in text
                text = text.replace(old, new, 1)
            (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
        return tmp_path

    return make


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
]


@pytest.mark.parametrize(("old", "new", "what", "line"), WRONG, ids=[w[2] for w in WRONG])
def test_a_wrong_contract_is_refused_with_its_line(
    old: str, new: str, what: str, line: str, altered: Folder
) -> None:
    folder = altered(old, new)
    with pytest.raises(ConfigurationError) as caught:
        load_contracts(folder)
    assert what in caught.value.what
    path, number = str(caught.value.where).rsplit(":", 1)
    assert Path(path) == folder / "network_links.yaml"
    assert line in Path(path).read_text("utf-8").splitlines()[int(number) - 1]
    assert caught.value.mend
    assert "\n" not in str(caught.value)


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
