"""The frame of a dataset: what the gate judges, a row a department and month.

Everything is counted from the profile and the books, in one statement a dataset; which numbers are
bad is said in the package `expectations`. Add a column here when a new kind of check needs one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

import duckdb

from scorecard.contract import Contract
from scorecard.errors import ScorecardError
from scorecard.quality.books import Book, read_books
from scorecard.quality.counts import measures
from scorecard.quality.facts import Source, never_profiled, profiled_sources, unknown_references
from scorecard.quality.profile import naming_contract
from scorecard.quality.silence import silent_periods
from scorecard.quality.steadiness import unsteady_values
from scorecard.quoting import literal
from scorecard.shortage import raise_shortage

if TYPE_CHECKING:
    from pandas import DataFrame

MEASURES = (
    "rows", "missing_values", "contract_breaches", "repeated_keys", "unknown_references",
    "silent_periods", "overdue_periods", "rows_after_delivery", "unsteady_values",
)  # fmt: skip
"""The columns of every frame; each rule of the contract adds `rule__<name>`."""

NEVER = "从未 / never"


def source_frame(connection: duckdb.DuckDBPyConnection, contract: Contract) -> DataFrame:
    """The frame of one dataset; of several, `SourceFrames` costs less.

    Raises:
        ScorecardError: If the dataset was never profiled.
        ConfigurationError: If a rule of the contract is no sound SQL.
    """
    return SourceFrames(connection, [contract]).of(contract)


class SourceFrames:
    """What the gate judges of datasets: counts by department and month.

    What the books say, the departments behind the rows, and the periods that are compared with each
    other are looked up for all of them at once: a statement costs more than the few rows it reads.
    Good for as long as nothing lands and no model runs.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, contracts: Iterable[Contract]
    ) -> None:
        self._connection = connection
        self._contracts = tuple(contracts)

    def of(self, contract: Contract) -> DataFrame:
        """The frame of one of the datasets.

        The row without department and month speaks of the city: what has neither, and what the
        books say. A dataset that was never delivered has no row at all, unless it need not be.

        Columns:
            department_id: Null for the whole city, and for rows whose department is unknown.
            period: First of the month, of the year where rows tell no more; null where they tell
                none.
            rows: Newest rows of their keys.
            missing_values: Nulls in required columns of loaded rows.
            contract_breaches: Quarantined rows, loaded ones that the contract no longer allows,
                files of a day that had not come, and columns that files lost, see `books`.
            repeated_keys: Rows beyond the first of their key in a file, newest file of each name.
            unknown_references: Rows whose reference is unknown; one with two of them counts twice.
            silent_periods: Periods with no rows, or few, that cannot be without, see `silence`.
            overdue_periods: Assessments whose newest due period has not arrived.
            rows_after_delivery: Rows that happened after their file was delivered.
            unsteady_values: Means out of proportion, see `steadiness`.
            rule__<name>: The number of a query, or how many rows break the rule.
            newest_period, due_period: Of the city, as text: what has arrived, what had to.

        Raises:
            ScorecardError: If the dataset was never profiled.
            ConfigurationError: If a rule of the contract is no sound SQL.
        """
        if contract.name not in self._sources:
            raise never_profiled(contract)
        source = self._sources[contract.name]
        counts = " union all by name ".join(self._counts(source))
        names = [*MEASURES, *(f"rule__{rule.name}" for rule in contract.rules)]
        sums = ", ".join(
            f'cast(coalesce(sum("{name}"), 0) as bigint) as "{name}"' for name in names
        )
        has_rows = source.is_delivered or contract.frequency == "none"
        with naming_contract(contract):
            return self._connection.execute(
                f"select department_id, period, {sums}, max(newest_period) as newest_period, "
                f"max(due_period) as due_period from ({counts}) "
                "group by department_id, period order by department_id, period"
                f"{'' if has_rows else ' limit 0'}"
            ).df()

    def _counts(self, source: Source) -> Iterator[str]:
        """SELECTs of what adds up to a frame, each with the columns that it knows of."""
        name = source.contract.name
        yield _of_rows(source)
        yield _of_books(self._books.get(name, Book()))
        if name in self._suspected:
            yield (
                f"from (values {self._suspected[name]}) as suspected "
                "(department_id, period, silent_periods, unsteady_values)"
            )
        for rule in source.contract.rules:
            if rule.query:
                yield f'select ({rule.query}\n) as "rule__{rule.name}"'
            elif rule.failing:
                yield f'select count(*) as "rule__{rule.name}" from ({rule.failing}\n)'

    @cached_property
    def _sources(self) -> dict[str, Source]:
        """The datasets that were profiled. A few tell the departments of all; each is read once."""
        sources = profiled_sources(self._connection, self._contracts)
        tables: dict[str, str] = {}
        for name, source in sources.items():
            if source.owners not in tables:
                table = f"temp.owners_{sha256(source.owners.encode()).hexdigest()[:16]}"
                self._connection.execute(f"create or replace temp table {table} as {source.owners}")
                tables[source.owners] = f"from {table}"
            sources[name] = replace(source, owners=tables[source.owners])
        return sources

    @cached_property
    def _books(self) -> dict[str, Book]:
        return read_books(self._connection)

    @cached_property
    def _suspected(self) -> Mapping[str, str]:
        """What is held against other periods: by dataset the rows that its frame gets for it."""
        sources = self._sources.values()
        found = {"silent": silent_periods(sources), "unsteady": unsteady_values(sources)}
        selects = " union all ".join(
            f"select '{kind}' as kind, dataset, department_id, period from ({select})"
            for kind, select in found.items()
            if select
        )
        if not selects:
            return {}
        try:
            rows = self._connection.execute(
                "select dataset, department_id, period, count(*) filter (kind = 'silent'), "
                f"count(*) filter (kind = 'unsteady') from ({selects}) group by all"
            ).fetchall()
        except duckdb.Error as error:
            raise_shortage(error, "the gate")
            raise ScorecardError(
                f"periods could not be held against each other: {type(error).__name__}",
                "the gate",
                "see whether memory and disk suffice",
            ) from None
        suspected: dict[str, list[str]] = {}
        for dataset, department, month, silent, unsteady in rows:
            whose = "null" if department is None else literal(department)
            counted = f"({whose}, date '{month}', {silent}, {unsteady})"
            suspected.setdefault(dataset, []).append(counted)
        return {dataset: ", ".join(counted) for dataset, counted in suspected.items()}


def _of_rows(source: Source) -> str:
    contract = source.contract
    counts = ", ".join(
        f'"{name}"' for name in measures(contract) if name in MEASURES or name.startswith("rule__")
    )
    unknown = " + ".join(
        f'case when {test} then "rows" else 0 end'
        for test in unknown_references(contract, "owned", "owned.day")
    )
    return (
        f"select department as department_id, period, {counts}, broken_rows as contract_breaches, "
        f"{unknown or 0} as unknown_references from ({source.owned}) as owned"
    )


def _of_books(book: Book) -> str:
    due = literal(book.due_period) if book.due_period else "cast(null as varchar)"
    breaches = book.quarantined_rows + book.files_ahead + book.lost_columns
    return (
        f"select {breaches} as contract_breaches, "
        f"{book.repeated_keys} as repeated_keys, {book.overdue_periods} as overdue_periods, "
        "0 as silent_periods, 0 as unsteady_values, "
        f"{literal(book.newest_period or NEVER)} as newest_period, {due} as due_period"
    )
