"""Loading contracts: from YAML files to checked `Contract`s.

Here is what concerns a dataset as a whole and the contracts among each other: schedule, provider,
references. A foreign key column that says nothing of its own takes its English name and
description from the column that it points to, so that they stand once. Columns are read in
`columns.py`, rules in `rules.py`, files and their lines in `source.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from scorecard.contract.columns import english_name, read_columns
from scorecard.contract.model import (
    FREQUENCIES,
    Column,
    Contract,
    Frequency,
    Reference,
)
from scorecard.contract.rules import check_rules, read_rules
from scorecard.contract.source import Node, check_standard, read_source
from scorecard.errors import ConfigurationError

MOST_LATENESS_HOURS = {"monthly": 28 * 24 - 1, "yearly": 31 * 24 - 1}  # a February, a January
YEARLY_LATENESS_HOURS = 720  # a yearly dataset that names no hours has thirty days


def load_contracts(folder: Path, *, validate: bool = False) -> dict[str, Contract]:
    """The contracts of the input datasets in a folder, by name.

    Args:
        folder: The folder of the YAML files; folders within it are not read.
        validate: Also hold each against the standard and read the SQL of its rules, which takes
            about a second more.

    Raises:
        ConfigurationError: A contract is wrong, or there is none.
    """
    contracts = _load(folder, validate=validate, published=False)
    _check_platforms(contracts.values())
    return contracts


def load_published(folder: Path, *, validate: bool = False) -> dict[str, Contract]:
    """The contracts of the published tables in a folder, by name; otherwise as `load_contracts`."""
    return _load(folder, validate=validate, published=True)


def _load(folder: Path, *, validate: bool, published: bool) -> dict[str, Contract]:
    sources = {path.stem: read_source(path) for path in sorted(folder.glob("*.yaml"))}
    if not sources:
        raise ConfigurationError("no contract", str(folder), "name a folder with contracts")
    if validate:
        for source in sources.values():
            check_standard(source)
    contracts = {name: _contract(source, published) for name, source in sources.items()}
    if validate:
        for name, source in sources.items():
            check_rules(_table(source), contracts[name])
    return {
        name: _with_references(contract, contracts, _table(sources[name]))
        for name, contract in contracts.items()
    }


def _contract(source: Node, published: bool) -> Contract:
    table = _table(source)
    label_zh, label_en = table.need("businessName").text(), english_name(table)
    if label_en is None:
        raise table.error("the English name is missing", "add it under synonyms, locale en")
    description_zh, description_en = table.need("description").both_languages()
    columns = read_columns(table, published)
    platform, provider_zh, provider_en = _provider(source, published)
    frequency, lateness_hours, period_column = _schedule(source, columns, published)
    tags = [tag.one_of(("reference", "heavy", "may_be_empty")) for tag in source.under("tags")]
    dense_by, rules = read_rules(table, columns, period_column)
    return Contract(
        name=source.path.stem,
        label_zh=label_zh,
        label_en=label_en,
        description_zh=description_zh,
        description_en=description_en,
        grain=table.need("dataGranularityDescription").text(),
        platform=platform,
        provider_zh=provider_zh,
        provider_en=provider_en,
        columns=columns,
        frequency=frequency,
        lateness_hours=lateness_hours,
        period_column=period_column,
        is_reference="reference" in tags,
        is_heavy="heavy" in tags,
        may_be_empty="may_be_empty" in tags,
        dense_by=dense_by,
        path=source.path,
        references=_references(table, columns),
        rules=rules,
    )


def _table(source: Node) -> Node:
    name = source.path.stem
    tables = source.need("schema").entries()
    if len(tables) != 1:
        raise source.need("schema").error(f"{len(tables)} tables", "describe one table in a file")
    for named in (source.need("id"), tables[0].need("name")):
        if named.text() != name:
            raise named.error(f"'{named.text()}' differs from the file name", f"call it '{name}'")
    return tables[0]


def _provider(source: Node, published: bool) -> tuple[str, str, str]:
    team = source.find("team")
    if published:
        if team is not None:
            raise team.error("a published table has no provider", "remove team")
        return "published", "", ""
    team = source.need("team")
    return team.need("name").text(), *team.need("description").both_languages()


def _schedule(
    source: Node, columns: tuple[Column, ...], published: bool
) -> tuple[Frequency, int | None, str | None]:
    if published:
        if (sla := source.find("slaProperties")) is not None:
            raise sla.error("a published table has no schedule", "remove slaProperties")
        return "none", None, None
    terms = {
        term.need("property").one_of(("frequency", "latency")): term
        for term in source.need("slaProperties").entries()
    }
    if "frequency" not in terms:
        raise source.need("slaProperties").error("no frequency", "say how often the dataset is due")
    given = terms["frequency"].need("value")
    frequency = next(known for known in FREQUENCIES if known == given.one_of(FREQUENCIES))
    return (
        frequency,
        _lateness(frequency, terms),
        _period_column(terms["frequency"], columns),
    )


def _lateness(frequency: Frequency, terms: dict[str, Node]) -> int | None:
    latency = terms.get("latency")
    if latency is None:
        if frequency in ("daily", "monthly"):
            raise terms["frequency"].error("no latency", "say how many hours late it may come")
        return YEARLY_LATENESS_HOURS if frequency == "yearly" else None
    if frequency == "none":
        raise latency.error("a latency without a frequency", "remove it or name the frequency")
    latency.need("unit").one_of(("h",))
    hours = latency.need("value").count()
    most = MOST_LATENESS_HOURS.get(frequency)
    if most is not None and hours > most:
        raise latency.need("value").error(
            f"{hours} h reach beyond the shortest next period",
            f"a {frequency} dataset may come {most} h late at most",
        )
    return hours


def _period_column(term: Node, columns: tuple[Column, ...]) -> str | None:
    element = term.find("element")
    if element is None:
        return None
    dataset, _, name = element.text().partition(".")
    found = {column.name: column for column in columns}.get(name)
    if found is None or dataset != term.path.stem:
        known = ", ".join(f"{term.path.stem}.{column.name}" for column in columns)
        raise element.error(f"'{element.text()}' is not a column", f"use one of: {known}")
    if not found.required or not (found.type in ("D", "TS") or name == "year"):
        raise element.error(
            f"no period can be read from '{name}'",
            "name a required date, timestamp or year",
        )
    if found.type in ("D", "TS") and found.latest != "delivery":
        raise element.error(
            f"'{element.text()}' may lie after its delivery",
            "give the column the custom property latest: delivery",
        )
    return name


def _references(table: Node, columns: tuple[Column, ...]) -> tuple[Reference, ...]:
    single = [
        Reference((column.name,), column.reference[0], (column.reference[1],))
        for column in columns
        if column.reference is not None
    ]
    return (
        *single,
        *(_composite(node, columns) for node in table.under("relationships")),
    )


def _composite(node: Node, columns: tuple[Column, ...]) -> Reference:
    names = [text.partition(".") for text in node.need("from").texts()]
    targets = [text.partition(".") for text in node.need("to").texts()]
    for dataset, _, name in names:
        if dataset != node.path.stem or name not in {column.name for column in columns}:
            raise node.error(f"'{dataset}.{name}' is not a column here", "name columns of the file")
    if len({dataset for dataset, _, _ in targets}) != 1 or len(targets) != len(names):
        raise node.error("the two sides do not pair up", "point to as many columns of one dataset")
    return Reference(
        tuple(name for _, _, name in names),
        targets[0][0],
        tuple(name for _, _, name in targets),
    )


def _with_references(contract: Contract, known: dict[str, Contract], table: Node) -> Contract:
    """The contract with its references checked, and the texts that a reference supplies."""
    columns = {column.name: column for column in contract.columns}
    nodes = dict(zip(columns, table.need("properties").entries(), strict=True))
    for reference in contract.references:
        for name, target in zip(reference.columns, reference.targets, strict=True):
            there = _target(nodes[name], columns[name], reference.dataset, target, known)
            columns[name] = replace(
                columns[name],
                label_en=columns[name].label_en or there.label_en,
                description_zh=columns[name].description_zh or there.description_zh,
                description_en=columns[name].description_en or there.description_en,
                reference=columns[name].reference or (reference.dataset, target),
            )
    for name, column in columns.items():
        if not column.label_en:
            raise nodes[name].error(
                f"the English name of '{name}' is missing",
                "add it under synonyms, locale en",
            )
        if not column.description_zh:
            raise nodes[name].error(f"'{name}' has no description", "say what it means")
    return replace(contract, columns=tuple(columns.values()))


def _target(
    node: Node, column: Column, dataset: str, name: str, known: dict[str, Contract]
) -> Column:
    if dataset not in known:
        raise node.error(
            f"'{column.name}' refers to the unknown dataset '{dataset}'",
            f"use one of: {', '.join(known)}",
        )
    keys = {target.name: target for target in known[dataset].columns if target.is_key}
    if name not in keys:
        raise node.error(
            f"'{column.name}' refers to '{dataset}.{name}', no key column",
            f"use one of: {', '.join(keys)}",
        )
    if keys[name].kept == "packed":
        raise node.error(
            f"'{column.name}' refers to '{dataset}.{name}', which is kept packed",
            "long texts cannot be had again: keep it as it comes, or refer to nothing",
        )
    if keys[name].sql_type != column.sql_type:
        raise node.error(
            f"'{column.name}' is {column.sql_type}, '{dataset}.{name}' {keys[name].sql_type}",
            "give both the same type",
        )
    return keys[name]


def _check_platforms(contracts: Iterable[Contract]) -> None:
    first: dict[str, Contract] = {}
    for contract in contracts:
        other = first.setdefault(contract.platform, contract)
        names = (contract.provider_zh, contract.provider_en)
        if names != (other.provider_zh, other.provider_en):
            raise (
                read_source(contract.path)
                .need("team")
                .error(
                    f"platform '{contract.platform}' is '{other.provider_zh}' in {other.path.name}",
                    "give a platform the same names everywhere",
                )
            )
