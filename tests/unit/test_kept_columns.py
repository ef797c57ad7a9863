"""How a raw table has a column: as it came, packed, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from scorecard.contract import load_contracts
from scorecard.errors import ConfigurationError
from scorecard.settings import PROJECT

CONTRACTS = load_contracts(PROJECT / "contracts")
RECORDS = CONTRACTS["credit_records"]
Folder = Callable[..., Path]


PACKED, NOT = "{property: kept, value: packed}", "{property: kept, value: not}"
PACKED_ID = f"customProperties:\n          - {PACKED}"
NOT_KEPT = f"customProperties:\n          - {NOT}"
OF_ITS_OWN = "only a key that is a text of its own is packed"
AN_ENUMERATION = "only an enumeration is left out once it is checked"
DIRECTORY = "relationships: [{to: credit_directories.directory_id}]"
PUSHED = "          - {property: latest, value: delivery}\n"
WRONG = {
    "a word that is not known": (PACKED, "{property: kept, value: zipped}", "'zipped'", "zipped"),
    "what is so unasked": (PACKED, "{property: kept, value: plain}", "'plain'", "value: plain"),
    "true": (PACKED, "{property: kept, value: true}", "'True' is not a text", "value: true"),
    "packed, no key": (NOT, PACKED, OF_ITS_OWN, PACKED),
    "packed, a time": (PUSHED, f"{PUSHED}          - {PACKED}\n", OF_ITS_OWN, PACKED),
    "packed, a reference": (PACKED_ID, f"{PACKED_ID}\n        {DIRECTORY}", OF_ITS_OWN, PACKED),
    "packed, an enumeration": (
        PACKED_ID, f"{PACKED_ID}\n        enum: [{{value: r1, label: 甲}}]", OF_ITS_OWN, PACKED,
    ),
    "packed, of a rulebook": (
        PACKED_ID, f"{PACKED_ID}\n          - {{property: rulebook, value: part}}", OF_ITS_OWN,
        PACKED,
    ),
    "packed, computed": (
        PACKED_ID, f"{PACKED_ID}\n        transformLogic: upper(directory_id)", OF_ITS_OWN, PACKED,
    ),
    "left out, a key": (PACKED, NOT, AN_ENUMERATION, NOT),
    "left out, any text": (DIRECTORY, f"{NOT_KEPT}", AN_ENUMERATION, NOT),
    "left out, a time": (PUSHED, f"{PUSHED}          - {NOT}\n", AN_ENUMERATION, NOT),
    "left out, a reference": (NOT_KEPT, f"{NOT_KEPT}\n        {DIRECTORY}", AN_ENUMERATION, NOT),
    "left out, of a rulebook": (
        NOT_KEPT, f"{NOT_KEPT}\n          - {{property: rulebook, value: part}}", AN_ENUMERATION,
        NOT,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "what", "line"), WRONG.values(), ids=WRONG)
def test_a_column_that_is_wrongly_kept_is_refused_with_its_line(
    old: str, new: str, what: str, line: str, refused: Callable[..., None]
) -> None:
    refused(old, new, what, line, "credit_records")


@pytest.mark.parametrize("name", ["subject_kind", "record_id"])
def test_a_rule_that_names_a_column_that_is_not_kept_as_it_came_is_refused(
    name: str, altered: Folder
) -> None:
    rule = "holds: cast(due_at as date)"
    folder = altered(rule, f"holds: length({name}) > 3 or cast(due_at as date)", "credit_records")
    with pytest.raises(ConfigurationError, match=rf"yaml:\d+: '{name}'"):
        load_contracts(folder, validate=True)


def test_no_dataset_refers_to_a_packed_column(altered: Folder) -> None:
    folder = altered(PACKED, PACKED, "credit_records")
    path = folder / "credit_directories.yaml"
    text = path.read_text("utf-8")
    assert "departments.department_id" in text
    path.write_text(text.replace("departments.department_id", "credit_records.record_id"), "utf-8")
    with pytest.raises(ConfigurationError, match=r"credit_directories\.yaml:\d+: .*record_id"):
        load_contracts(folder)


def test_a_packed_key_is_a_number_in_raw_and_what_is_not_kept_is_not_there() -> None:
    stored = {column.name: column.raw_type for column in RECORDS.stored_columns}
    assert stored["record_id"] == "UHUGEINT"
    assert "subject_kind" not in stored
    assert "subject_code_kind" not in stored
    assert RECORDS.column("record_id").sql_type == "VARCHAR"
    kept = {column.kept for contract in CONTRACTS.values() for column in contract.columns}
    assert kept == {"plain", "packed", "not"}
