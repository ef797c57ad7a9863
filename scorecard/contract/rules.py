"""Reading the rules of a contract: what a dataset asks beyond its columns.

They stand under `quality` of the table: a query and its bound (`type: sql`), a predicate over each
row or a SELECT of failing keys, or the columns that need rows in every period (`type: custom`,
engine scorecard). Their SQL is parsed by `check_rules` alone, since loading has to be fast; whether
it runs is found by whoever runs it on an empty warehouse.
"""

from __future__ import annotations

import re
from typing import Literal

from scorecard.contract.model import Column, Contract, Rule
from scorecard.contract.source import Node

_KINDS: dict[str, Literal["completeness", "validity"]] = {
    "completeness": "completeness",
    "conformity": "validity",
    "consistency": "validity",
    "accuracy": "validity",
    "uniqueness": "validity",
}
_CUSTOM = ("holds", "failing", "every")
_SCHEMAS = ("staging", "rollups", "rules")


def read_rules(
    table: Node, columns: tuple[Column, ...], period_column: str | None
) -> tuple[tuple[str, ...], tuple[Rule, ...]]:
    """The columns that the dataset is dense by, and its rules in their order."""
    dense_by: tuple[str, ...] = ()
    rules: dict[str, Rule] = {}
    for entry in table.under("quality"):
        if entry.need("type").one_of(("sql", "custom")) == "sql":
            rule = _rule(entry, query=entry.need("query"))
        else:
            asked = _asked(entry)
            if asked.keys[-1] == "every":
                dense_by = _dense_by(entry, columns, period_column)
                continue
            rule = _rule(entry, **{str(asked.keys[-1]): asked})
        if rule.name in rules:
            raise entry.error(f"rule '{rule.name}' is doubled", "name each rule once")
        rules[rule.name] = rule
    return dense_by, tuple(rules.values())


def _asked(entry: Node) -> Node:
    """What a custom entry asks for: the only value of its implementation."""
    entry.need("engine").one_of(("scorecard",))
    implementation = entry.need("implementation")
    found = [node for name in _CUSTOM if (node := implementation.find(name)) is not None]
    if len(found) != 1:
        raise implementation.error(
            f"the implementation asks {len(found)} things", f"give one of: {', '.join(_CUSTOM)}"
        )
    return found[0]


def _dense_by(
    entry: Node, columns: tuple[Column, ...], period_column: str | None
) -> tuple[str, ...]:
    by = entry.need("implementation").need("by")
    for name in by.entries():
        name.one_of([column.name for column in columns if column.is_key])
    if period_column is None:
        raise entry.error("dense without a period", "name the element of the frequency")
    return by.texts()


def _rule(
    entry: Node,
    *,
    query: Node | None = None,
    holds: Node | None = None,
    failing: Node | None = None,
) -> Rule:
    name = entry.need("name")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name.text()):
        raise name.error(f"'{name.text()}' is not a name of a rule", "use a-z, 0-9 and _")
    why_zh, why_en = entry.need("description").both_languages()
    at_least = None if query is None else entry.find("mustBeGreaterOrEqualTo")
    return Rule(
        name=name.text(),
        kind=_KINDS[entry.need("dimension").one_of(tuple(_KINDS))],
        why_zh=why_zh,
        why_en=why_en,
        query=None if query is None else query.text(),
        bound=0 if query is None else (at_least or entry.need("mustBe")).count(),
        at_least=at_least is not None,
        holds=None if holds is None else holds.text(),
        failing=None if failing is None else failing.text(),
    )


def check_rules(table: Node, contract: Contract) -> None:
    """Read the SQL of a contract's rules.

    Raises:
        ConfigurationError: It is no SQL, looks beyond a row or beyond the schemas that rules may
            read, or names other columns than the contract's.
    """
    for entry in table.under("quality"):
        if entry.need("type").text() == "sql":
            _check_select(entry.need("query"), None)
            continue
        asked = _asked(entry)
        if asked.keys[-1] == "holds":
            _check_predicate(asked, contract)
        elif asked.keys[-1] == "failing":
            _check_select(asked, contract.key)


def _check_predicate(node: Node, contract: Contract) -> None:
    from sqlglot import exp

    tree = _parsed(node)
    if not isinstance(tree, exp.Condition):
        raise node.error("holds is no predicate", "write one condition that a row must meet")
    if tree.find(exp.Query, exp.AggFunc, exp.Window) is not None:
        raise node.error("holds looks at more than its own row", "select the keys under failing")
    known = [column.name for column in contract.stored_columns if column.kept == "plain"]
    for column in tree.find_all(exp.Column):
        if column.table or column.name not in known:
            raise node.error(
                f"'{column.sql()}' is not a stored column of {contract.name}",
                f"use one of: {', '.join(known)}",
            )


def _check_select(node: Node, key: tuple[str, ...] | None) -> None:
    """A query selects one number, which has no key; failing rows are named by theirs."""
    from sqlglot import exp

    tree = _parsed(node)
    if not isinstance(tree, exp.Query):
        raise node.error("not one SELECT", "write one SELECT")
    names = [item.alias_or_name for item in tree.selects]
    if key is None and len(names) != 1:
        raise node.error(f"a query of {len(names)} columns", "select one number")
    if key is not None and names != list(key):
        raise node.error(
            f"failing selects {', '.join(names)}", f"select the key in its order: {', '.join(key)}"
        )
    own = {cte.alias_or_name for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        if table.db not in _SCHEMAS and (table.db or table.name not in own):
            raise node.error(
                f"'{table.sql()}' may not be read here",
                f"read {' or '.join(f'{schema}.<table>' for schema in _SCHEMAS)}",
            )


def _parsed(node: Node) -> object:
    """The statement, None where there are several."""
    import sqlglot
    from sqlglot.errors import SqlglotError

    try:
        trees = sqlglot.parse(node.text(), dialect="duckdb")
    except SqlglotError as error:
        raise node.error("not readable as SQL", "correct it") from error
    return trees[0] if len(trees) == 1 else None
