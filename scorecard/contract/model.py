"""What a data contract says, as plain frozen classes.

Here is only what can be said of a contract without reading a file; how the YAML is read is in
`columns.py` and `load.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

Frequency = Literal["daily", "monthly", "yearly", "none"]
Personal = Literal["drop", "hash"]
Steadiness = Literal["itself", "peers"]
Latest = Literal["delivery", "next_year"]
Kept = Literal["plain", "packed", "not"]

FREQUENCIES: tuple[Frequency, ...] = ("daily", "monthly", "yearly", "none")
STEADINESS: tuple[Steadiness, ...] = ("itself", "peers")
LATEST: tuple[Latest, ...] = ("delivery", "next_year")
KEPT: tuple[Kept, ...] = ("packed", "not")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a dataset.

    `type` is a letter (T text, D date, TS timestamp, I integer, N decimal, B boolean), `sql_type`
    the DuckDB type. `values` is the enumeration, empty where any value goes; `value_labels` are
    its Chinese labels, in the same order. `personal` says what landing does with personal data.
    `reference` is the dataset and column that the value has to be known in. `logic` is the SQL of
    a column that is computed while landing instead of read. `rulebook` is set where the value
    names an `indicator` or a `part` of a rulebook. `steady` says what the mean of an owner's month
    is held against, to find a number in another unit: the owner's other months (`itself`) or the
    others in that month or year (`peers`). `latest` says until when a date or year can be: the
    `delivery` of its file where it tells what has happened, the year after that (`next_year`) where
    it may lie ahead; None where nothing bounds it. `kept` says how the raw table has it: `packed`
    is a text as one number of 128 bits, of a dataset with so many rows that texts would cost twice
    the time; `not` is a column that only the check while landing looks at.
    """

    name: str
    label_zh: str
    label_en: str
    description_zh: str
    description_en: str
    type: str
    sql_type: str
    required: bool
    is_key: bool
    values: tuple[str, ...] = ()
    personal: Personal | None = None
    unit: str | None = None
    reference: tuple[str, str] | None = None
    first_of_month: bool = False
    minimum: int | None = None
    logic: str | None = None
    value_labels: tuple[str, ...] = ()
    rulebook: str | None = None
    steady: Steadiness | None = None
    latest: Latest | None = None
    kept: Kept = "plain"

    @property
    def raw_type(self) -> str:
        """The DuckDB type that the raw table has it in; `staging` gives `sql_type` again."""
        return "UHUGEINT" if self.kept == "packed" else self.sql_type


@dataclass(frozen=True, slots=True)
class Reference:
    """Columns whose values together have to be known in columns of another dataset."""

    columns: tuple[str, ...]
    dataset: str
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a dataset asks beyond its columns; exactly one of query, holds and failing is given.

    `query` is a SELECT of one number, held against `bound`: equal, or no less if `at_least`.
    `holds` is a predicate over the stored columns of a row; it must not be false, so a null
    passes. `failing` is a SELECT of the keys of the rows that break the rule, in the order of the
    key; it must give none.
    """

    name: str
    kind: Literal["completeness", "validity"]
    why_zh: str
    why_en: str
    query: str | None = None
    bound: int = 0
    at_least: bool = False
    holds: str | None = None
    failing: str | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """One dataset or published table.

    `columns` are in the order of the file. `platform` is a slug that groups datasets, "published"
    for published tables. `period_column` is the event column that a delivery's period is read
    from, None where the last delivery decides. `dense_by` are the columns of which every value
    needs rows in every period.
    """

    name: str
    label_zh: str
    label_en: str
    description_zh: str
    description_en: str
    grain: str
    platform: str
    provider_zh: str
    provider_en: str
    columns: tuple[Column, ...]
    frequency: Frequency
    lateness_hours: int | None
    period_column: str | None
    is_reference: bool
    is_heavy: bool
    may_be_empty: bool
    dense_by: tuple[str, ...]
    path: Path
    references: tuple[Reference, ...] = ()
    rules: tuple[Rule, ...] = ()

    @property
    def event_column(self) -> str | None:
        """The date or time that a row happened at; None where it tells a year at most."""
        if self.period_column is None:
            return None
        return self.period_column if self.column(self.period_column).type in ("D", "TS") else None

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the key columns, in the order of their positions."""
        return tuple(column.name for column in self.columns if column.is_key)

    @property
    def read_columns(self) -> tuple[Column, ...]:
        """Columns that a file brings: all but the computed ones."""
        return tuple(column for column in self.columns if column.logic is None)

    @property
    def stored_columns(self) -> tuple[Column, ...]:
        """Columns of the raw table: personal ones are left out or stand as `<name>_hash`.

        Left out are those, too, that only landing looks at.
        """
        return tuple(
            _hashed(column) if column.personal == "hash" else column
            for column in self.columns
            if column.personal != "drop" and column.kept != "not"
        )

    def column(self, name: str) -> Column:
        """The column of that name.

        Raises:
            KeyError: The contract has no such column.
        """
        return {column.name: column for column in self.columns}[name]


def labels_of(*tables: Mapping[str, Contract]) -> dict[str, tuple[str, str]]:
    """Chinese and English label by dataset or published table."""
    contracts = [contract for each in tables for contract in each.values()]
    return {contract.name: (contract.label_zh, contract.label_en) for contract in contracts}


def comment(item: Column | Contract) -> str:
    """What a comment on a table or column says: Chinese / English, with the unit and the values."""
    zh, en = (
        f"{item.label_zh}：{item.description_zh}",
        f"{item.label_en}: {item.description_en}",
    )
    if isinstance(item, Column):
        if item.unit:
            unit_zh, unit_en = item.unit.split(" / ")
            zh, en = f"{zh}单位：{unit_zh}。", f"{en} Unit: {unit_en}."
        if item.values:
            pairs = zip(item.values, item.value_labels, strict=True)
            zh = f"{zh}取值：{'、'.join(f'{value} {label}' for value, label in pairs)}。"
            en = f"{en} Values: {', '.join(item.values)}."
    return f"{zh} / {en}"


def _hashed(column: Column) -> Column:
    return replace(column, name=f"{column.name}_hash", type="T", sql_type="VARCHAR")
