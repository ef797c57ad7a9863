"""What the judgement said: one verdict a check, kept by day in `ops.check_result`.

A day's verdicts are replaced as a whole by the newest judgement of that day, and published as
`fct_quality_check`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

from scorecard.transaction import transaction


@dataclass(frozen=True, slots=True)
class Verdict:
    """One check's outcome; `examples` are up to 20 keys of failing rows, never personal data."""

    dataset: str
    check_name: str
    kind: str
    passed: bool
    severity: str
    observed: str
    expected: str
    why_zh: str
    why_en: str
    examples: tuple[str, ...] = ()

    @property
    def blocks(self) -> bool:
        """Whether it keeps the scores from being published."""
        return not self.passed and self.severity == "error"


def keep_verdicts(
    connection: duckdb.DuckDBPyConnection, as_of: dt.date, verdicts: Sequence[Verdict]
) -> None:
    """Replaces the day's verdicts in `ops.check_result`, in one transaction."""
    with transaction(connection):
        connection.execute("delete from ops.check_result where as_of = ?", [as_of])
        if verdicts:
            rows = ", ".join("(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)" for _ in verdicts)
            connection.execute(
                f"insert into ops.check_result values {rows}",
                [
                    value
                    for v in verdicts
                    for value in (
                        as_of, v.dataset, v.check_name, v.kind, v.passed, v.severity,
                        v.observed, v.expected, v.why_zh, v.why_en,
                    )
                ],
            )  # fmt: skip


def read_verdicts(connection: duckdb.DuckDBPyConnection, as_of: dt.date) -> tuple[Verdict, ...]:
    """The day's verdicts by dataset and check, without examples, which are not kept there."""
    rows = connection.execute(
        "select dataset, check_name, kind, passed, severity, observed, expected, why_zh, why_en "
        "from ops.check_result where as_of = ? order by dataset, check_name",
        [as_of],
    ).fetchall()
    return tuple(Verdict(*row) for row in rows)
