"""Which rows or periods a failed check is about: a few keys, so that its reader finds them.

Looked up only after a check failed. Told are keys, what rows refer to, departments, periods
with how many rows they have, and places in files, and nothing else: none of these is personal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate

import duckdb

from scorecard.contract import Contract, Rule
from scorecard.quality.books import IS_AHEAD, NEWEST_FILES, SPEAKING_OF_KEYS
from scorecard.quality.counts import (
    after_delivery,
    breaks_contract,
    breaks_rule,
    day_of,
    required_columns,
    with_files,
)
from scorecard.quality.facts import Source, never_profiled, profiled_sources, unknown_references
from scorecard.quality.frame import MEASURES
from scorecard.quality.profile import naming_contract
from scorecard.quality.silence import silent_periods
from scorecard.quality.steadiness import unsteady_values
from scorecard.quoting import literal, quoted_names, told


def failing_examples(
    connection: duckdb.DuckDBPyConnection, contract: Contract, measure: str, limit: int = 20
) -> list[str]:
    """What fails a check of a dataset, such as "entry_id=e1, method=api", in order.

    Args:
        connection: The open warehouse, profiled.
        contract: The dataset's contract.
        measure: The column of its frame that the check is about.
        limit: How many to tell at most.

    Raises:
        KeyError: If its frame has no such column.
    """
    sources = profiled_sources(connection, [contract])
    if not sources:
        raise never_profiled(contract)
    examples: list[str] = []
    with naming_contract(contract):
        for select in _selects(connection, sources[contract.name], measure, limit):
            if len(examples) < limit:
                found = connection.execute(f"{select} limit {limit - len(examples)}").fetchall()
                examples += [example for (example,) in found]
    return examples


def _selects(
    connection: duckdb.DuckDBPyConnection, source: Source, measure: str, limit: int
) -> Iterator[str]:
    """Ordered SELECTs of examples, the most telling first; none where a measure has no rows."""
    contract = source.contract
    if measure.startswith("rule__"):
        rules = {f"rule__{rule.name}": rule for rule in contract.rules}
        yield from _of_rule(connection, source, rules[measure], limit)
    elif measure in _PERIODS:
        if found := _PERIODS[measure]([source]):
            yield f"select example from ({found}) order by example"
    elif measure in _BOOKS:
        yield _BOOKS[measure](contract)
    elif measure not in MEASURES:
        raise KeyError(measure)
    if measure in _ROWS and (tests := _ROWS[measure](contract)):
        more = _referring(contract) if measure == "unknown_references" else ()
        if within := _failing_days(connection, source, _counted(contract, measure), limit):
            yield _failing_rows(contract, " or ".join(tests), within, more)


def _of_rule(
    connection: duckdb.DuckDBPyConnection, source: Source, rule: Rule, limit: int
) -> Iterator[str]:
    contract = source.contract
    if rule.holds:
        if within := _failing_days(connection, source, f'"rule__{rule.name}"', limit):
            yield _failing_rows(contract, breaks_rule(rule.holds), within)
    elif rule.failing:
        text, key = told(contract.key), quoted_names(contract.key)
        yield f"select {text} as example from ({rule.failing}\n) order by {key}"


def _counted(contract: Contract, measure: str) -> str:
    """How many rows of a group of the profile fail, at least, as SQL over `profiled`."""
    if measure == "contract_breaches":
        return "broken_rows"
    if measure == "missing_values":  # of which a row can lack as many as are required
        return f"ceil(missing_values / {len(required_columns(contract))})"
    if measure != "unknown_references":
        return f'"{measure}"'
    tests = unknown_references(contract, "profiled", "profiled.day")
    return f"case when {' or '.join(tests)} then profiled.rows else 0 end"


def _failing_days(
    connection: duckdb.DuckDBPyConnection, source: Source, counted: str, limit: int
) -> str | None:
    """SQL that limits rows to the first days on which enough fail; None where none does.

    The profile knows that, and of a year of rows only those few days are then read.
    """
    contract = source.contract
    days = connection.execute(
        f'select day, sum({counted}) from profile."{contract.name}" as profiled '
        f"group by day having sum({counted}) > 0 order by day nulls first"
    ).fetchall()
    event = contract.event_column
    if not days or not event or days[0][0] is None:
        return "true" if days else None
    found = accumulate(number for _, number in days)
    last = next((day for (day, _), all_ in zip(days, found, strict=True) if all_ >= limit), None)
    return (
        f"\"{event}\" >= date '{days[0][0]}' "
        f"and \"{event}\" < date '{last or days[-1][0]}' + interval 1 day"
    )


def _failing_rows(contract: Contract, test: str, within: str, more: Sequence[str] = ()) -> str:
    """Rows for which a test is true, among some."""
    rows = with_files(contract, f'select * from staging."{contract.name}" where {within}')
    return (
        f"select {told((*contract.key, *more))} as example from {rows} where {test} "
        f"order by {quoted_names(contract.key)}"
    )


def _referring(contract: Contract) -> list[str]:
    """Columns beside the key that refer to something."""
    names = [name for reference in contract.references for name in reference.columns]
    names += [column.name for column in contract.columns if column.rulebook]
    return [name for name in dict.fromkeys(names) if name not in contract.key]


def _repeated(contract: Contract) -> str:
    return (
        "select key || ', file=' || file_name as example from ("
        "select file_id, unnest(keys) as key, generate_subscripts(keys, 1) as place "
        f"from ops.repeated_key where dataset = {literal(contract.name)}) "
        f"inner join ops.file using (file_id) where file_id in ({SPEAKING_OF_KEYS}) "
        "order by place, key, file_name"
    )


def _breaching(contract: Contract) -> str:
    """Quarantined rows, a newest file that is dated later than it landed, and lost columns."""
    dataset = literal(contract.name)
    return (
        "select concat_ws(', ', 'file=' || file_name, 'line=' || line, 'column=' || column_name, "
        "'delivered_at=' || delivered_on, 'missing_column=' || lost_column) as example from ("
        "select file_name, line, column_name, null as delivered_on, null as lost_column "
        f"from ops.quarantine where dataset = {dataset} union all by name "
        "select file_name, unnest(lost_columns) as lost_column from ops.file "
        f"where dataset = {dataset} and file_id in ({NEWEST_FILES}) union all by name "
        "select file_name, cast(delivered_at as date) as delivered_on from ops.file "
        f"where {IS_AHEAD} and file_id = "
        f"(select max(file_id) from ops.file where dataset = {dataset})"
        ") order by file_name, line, column_name, lost_column"
    )


def _overdue(contract: Contract) -> str:
    return (
        "select 'assessment_id=' || assessment_id || ', period=' || due_period_in_window "
        f"as example from scores.source_freshness where dataset = {literal(contract.name)} "
        "and not is_timely_in_window order by assessment_id"
    )


def _missing(contract: Contract) -> list[str]:
    return [f'r."{name}" is null' for name in required_columns(contract)]


_PERIODS = {"silent_periods": silent_periods, "unsteady_values": unsteady_values}
_BOOKS: dict[str, Callable[[Contract], str]] = {
    "repeated_keys": _repeated,
    "contract_breaches": _breaching,
    "overdue_periods": _overdue,
}
_ROWS: dict[str, Callable[[Contract], list[str]]] = {
    "missing_values": _missing,
    "contract_breaches": lambda contract: [breaks_contract(contract)],
    "unknown_references": lambda contract: unknown_references(contract, "r", day_of(contract)),
    "rows_after_delivery": after_delivery,
}
"""By measure what it is found from: periods, the books, tests that are true of a landed row."""
