"""Reading the columns of a contract.

Rules that can be told from one contract alone: types, enumerations, keys, personal data, and that
no two columns claim one file header. References to other contracts are resolved in `load.py`.
"""

from __future__ import annotations

import re

from scorecard.contract.model import (
    KEPT,
    LATEST,
    STEADINESS,
    Column,
    Kept,
    Latest,
    Personal,
    Steadiness,
)
from scorecard.contract.source import Node

# logicalType -> letter, the type of an input column, the types that a published one may have
_TYPES = {
    "string": ("T", "VARCHAR", r"VARCHAR"),
    "date": ("D", "DATE", r"DATE"),
    "timestamp": ("TS", "TIMESTAMP", r"TIMESTAMP"),
    "integer": ("I", "BIGINT", r"BIGINT|INTEGER"),
    "number": ("N", "DECIMAL(18,6)", r"DECIMAL\(\d{1,2},\d\)"),
    "boolean": ("B", "BOOLEAN", r"BOOLEAN"),
}


def read_columns(table: Node, published: bool) -> tuple[Column, ...]:
    """The columns of a contract's table, in their order, checked one by one and together."""
    nodes = table.need("properties").entries()
    columns = tuple(_column(node, published) for node in nodes)
    owners: dict[str, str] = {}
    for node, column in zip(nodes, columns, strict=True):
        for header in (column.name, column.label_zh):
            if owners.setdefault(header, column.name) != column.name:
                raise node.error(
                    f"'{header}' is doubled: column '{owners[header]}' has it too",
                    "names and Chinese labels are headers of files: make each unique",
                )
        if column.personal == "hash":
            owners.setdefault(f"{column.name}_hash", column.name)
    _check_key(table, nodes, columns, published)
    return columns


def _check_key(
    table: Node, nodes: list[Node], columns: tuple[Column, ...], published: bool
) -> None:
    keys = [(node, column) for node, column in zip(nodes, columns, strict=True) if column.is_key]
    # A quarantined file is one row without a line, so a published table may have no key at all.
    if not keys and not published:
        raise table.error("no key", "mark the columns of the key with primaryKey")
    positions = [node.need("primaryKeyPosition").count() for node, _ in keys]
    if sorted(positions) != list(range(1, len(keys) + 1)):
        raise keys[0][0].error(f"key positions {positions}", "number them 1, 2, 3 and on")
    for node, column in keys:
        if not column.required:
            raise node.error(f"key column '{column.name}' may be null", "make it required")
        if column.personal:
            raise node.error(f"key column '{column.name}' is personal", "key by something else")


def _column(node: Node, published: bool) -> Column:
    name = node.need("name").text()
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise node.need("name").error(f"'{name}' is not a column name", "use a-z, 0-9 and _")
    letter, sql_type = _type(node, published)
    description = node.find("description")
    zh, en = ("", "") if description is None else description.both_languages()
    custom = _custom(node)
    unit = custom["unit"].text() if "unit" in custom else None
    if unit is not None and unit.count(" / ") != 1:
        raise custom["unit"].error(f"'{unit}' is not in both languages", "write '人 / persons'")
    values, value_labels = _values(node, letter)
    return Column(
        name=name,
        label_zh=node.need("businessName").text(),
        label_en=english_name(node) or "",
        description_zh=zh,
        description_en=en,
        type=letter,
        sql_type=sql_type,
        required=node.need("required").flag(),
        is_key=(key := node.find("primaryKey")) is not None and key.flag(),
        values=values,
        personal=_personal(node, name),
        unit=unit,
        reference=_reference(node),
        first_of_month="firstOfMonth" in custom and custom["firstOfMonth"].flag(),
        minimum=_minimum(node, letter),
        logic=None if (logic := node.find("transformLogic")) is None else logic.text(),
        value_labels=value_labels,
        rulebook=custom["rulebook"].one_of(("indicator", "part")) if "rulebook" in custom else None,
        steady=_steady(custom["steady"], letter) if "steady" in custom else None,
        latest=_latest(custom["latest"], letter) if "latest" in custom else None,
        kept=_kept(node, custom["kept"], letter) if "kept" in custom else "plain",
    )


def _type(node: Node, published: bool) -> tuple[str, str]:
    letter, input_type, published_types = _TYPES[node.need("logicalType").one_of(tuple(_TYPES))]
    physical = node.need("physicalType")
    sql_type = physical.text()
    fitting = published_types if published else re.escape(input_type)
    if not re.fullmatch(fitting, sql_type):
        raise physical.error(f"{sql_type} does not fit the logicalType", f"use {input_type}")
    return letter, sql_type


def _custom(node: Node) -> dict[str, Node]:
    known = ("unit", "rulebook", "firstOfMonth", "steady", "latest", "kept")
    return {
        entry.need("property").one_of(known): entry.need("value")
        for entry in node.under("customProperties")
    }


def _steady(node: Node, letter: str) -> Steadiness:
    given = node.one_of(STEADINESS)
    if letter not in ("I", "N"):
        raise node.error("only a number can be steady", "remove it")
    return next(known for known in STEADINESS if known == given)


def _latest(node: Node, letter: str) -> Latest:
    given = node.one_of(LATEST)
    if letter not in ("D", "TS") and (letter, given) != ("I", "next_year"):
        raise node.error(
            "only a date or time is held against the delivery, or a year against the next",
            "remove it",
        )
    return next(known for known in LATEST if known == given)


def _kept(node: Node, custom: Node, letter: str) -> Kept:
    given = custom.one_of(KEPT)
    is_key = (key := node.find("primaryKey")) is not None and key.flag()
    is_looked_up = bool(node.under("relationships")) or any(
        entry.need("property").text() == "rulebook" for entry in node.under("customProperties")
    )
    is_free = not node.under("enum") and node.find("transformLogic") is None
    if given == "packed" and (letter != "T" or not is_key or is_looked_up or not is_free):
        raise custom.error("only a key that is a text of its own is packed", "remove it")
    if given == "not" and (is_key or is_looked_up or not node.under("enum")):
        raise custom.error("only an enumeration is left out once it is checked", "remove it")
    return next(known for known in KEPT if known == given)


def _values(node: Node, letter: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    entries = node.under("enum")
    if entries and letter != "T":
        raise node.need("enum").error("an enumeration of values that are no text", "remove it")
    values = tuple(entry.need("value").text() for entry in entries)
    if len(set(values)) != len(values):
        raise node.need("enum").error("a value is doubled", "name each value once")
    return values, tuple(entry.need("label").text() for entry in entries)


def _personal(node: Node, name: str) -> Personal | None:
    hashed = node.find("encryptedName")
    if (classification := node.find("classification")) is None:
        if hashed is not None:
            raise hashed.error("a hash of a column that is not personal", "classify it: personal")
        return None
    classification.one_of(("personal",))
    if hashed is None:
        return "drop"
    hashed.one_of((f"{name}_hash",))
    return "hash"


def _minimum(node: Node, letter: str) -> int | None:
    options = node.find("logicalTypeOptions")
    minimum = options.find("minimum") if options is not None and letter == "I" else None
    return None if minimum is None else minimum.count()


def _reference(node: Node) -> tuple[str, str] | None:
    relationships = node.under("relationships")
    if not relationships:
        return None
    dataset, _, column = relationships[0].need("to").text().partition(".")
    return dataset, column


def english_name(node: Node) -> str | None:
    """The synonym in English, if there is one."""
    labels = [
        synonym.need("synonym").text()
        for synonym in node.under("synonyms")
        if synonym.need("locale").text() == "en"
    ]
    return labels[0] if labels else None
