"""What was measured before: the outcome of an expectation on values that it has seen already.

An outcome depends on nothing but the expectation and the values, so a night measures only those
that differ from the last judgement's. `ops.outcome` holds that judgement's and no older ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from scorecard.transaction import transaction


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an expectation said of the values of a column.

    Attributes:
        passed: Whether it was met.
        observed: What it measured, as a person writes it.
        rendered: The same in the words of the library that measured, None where it has none.
    """

    passed: bool
    observed: str
    rendered: str | None


def read_outcomes(connection: duckdb.DuckDBPyConnection) -> dict[str, Outcome]:
    """The outcomes of the last judgement, by the digest of expectation and values."""
    rows = connection.execute("select digest, passed, observed, rendered from ops.outcome")
    return {digest: Outcome(*values) for digest, *values in rows.fetchall()}


def keep_outcomes(connection: duckdb.DuckDBPyConnection, outcomes: Mapping[str, Outcome]) -> None:
    """Replaces the outcomes by those of a judgement, in one transaction."""
    with transaction(connection):
        connection.execute("delete from ops.outcome")
        if outcomes:
            connection.execute(
                f"insert into ops.outcome values {', '.join(['(?, ?, ?, ?)'] * len(outcomes))}",
                [
                    value
                    for digest, found in outcomes.items()
                    for value in (digest, found.passed, found.observed, found.rendered)
                ],
            )
