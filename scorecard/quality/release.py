"""Whether the scores that stand in the warehouse may go out.

They may once the gate has judged them and no check of them failed. Publishing asks here and not the
run that it is part of, so that nobody publishes past the gate by starting a step alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import duckdb

from scorecard.errors import ScorecardError

NOT_JUDGED = "the scores that stand were not judged yet"


class HeldBackError(ScorecardError):
    """The scores that stand must not go out; the last good version stays."""


def forget_judgement(connection: duckdb.DuckDBPyConnection) -> None:
    """To be called before scores are made anew: what comes of it was not judged yet."""
    connection.execute("delete from ops.setting where name = 'judged'")


def check_release(connection: duckdb.DuckDBPyConnection) -> None:
    """Lets what stands be published.

    Raises:
        HeldBackError: If it was not judged, or a check of the scores failed.
    """
    reason = held_back(connection) if _mark(connection) else NOT_JUDGED
    if reason:
        raise HeldBackError(reason, "publishing", "the last published version stays")


def judged_day(connection: duckdb.DuckDBPyConnection) -> dt.date:
    """The day that the scores which stand now are about, the latest of the assessments'.

    Raises:
        ScorecardError: If nothing was scored yet.
    """
    try:
        [(day,)] = connection.execute("select max(as_of) from rules.assessment").fetchall()
        connection.execute("select 1 from marts.fct_indicator_score limit 1")
    except duckdb.CatalogException as error:
        raise ScorecardError(
            "nothing was scored yet", "the gate", "run the whole job: scorecard nightly"
        ) from error
    return day  # type: ignore[no-any-return]


def judged_assessments(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The assessments whose scores stand and were judged.

    Raises:
        ScorecardError: If nothing was scored yet, or what stands was not judged.
    """
    judged_day(connection)
    if not _mark(connection):
        raise ScorecardError(NOT_JUDGED, "the gate", "run: scorecard nightly")
    rows = connection.execute("select assessment_id from rules.assessment order by all").fetchall()
    return [name for (name,) in rows]


def mark_judged(connection: duckdb.DuckDBPyConnection, day: dt.date, digest: str) -> None:
    """Remembers that what stands now was judged, by the checks of that digest."""
    connection.execute(
        "insert or replace into ops.setting values ('judged', ?)", [f"{day} {digest}"]
    )


def is_judged(connection: duckdb.DuckDBPyConnection, digest: str) -> bool:
    """Whether what stands now was judged by these checks and found fit to be published."""
    return _mark(connection).endswith(f" {digest}") and held_back(connection) is None


def _mark(connection: duckdb.DuckDBPyConnection) -> str:
    """What `mark_judged` left; nothing where what stands was not judged."""
    rows = connection.execute("select value from ops.setting where name = 'judged'").fetchall()
    return str(rows[0][0]) if rows else ""


def keep_totals(connection: duckdb.DuckDBPyConnection, version: str) -> None:
    """Remembers the totals that a version published, so that later ones are held against them."""
    connection.execute(
        "insert into ops.published_total select ?, card.assessment_id, assessment.as_of, "
        "card.department_id, card.total from marts.mart_scorecard as card "
        "inner join rules.assessment as assessment using (assessment_id)",
        [version],
    )


def held_back(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Why the scores that stand must not go out, on one line; None where they may."""
    rows = connection.execute(
        "select dataset, check_name, observed, expected from ops.check_result "
        "where not passed and severity = 'error' "
        "and as_of = (select max(as_of) from rules.assessment) order by all"
    ).fetchall()
    if not rows:
        return None
    failed = [f"{table}.{name}: {found}, expected {wanted}" for table, name, found, wanted in rows]
    return "held back by " + "; ".join(failed)


def accept_moves(
    connection: duckdb.DuckDBPyConnection,
    moves: Sequence[tuple[str, dt.date, str, Decimal | None, str]],
    reason: str,
    now: dt.datetime,
) -> None:
    """Keeps in `ops.acceptance` that moved totals are right, and why.

    Args:
        connection: The open warehouse.
        moves: For each its assessment, as_of, department, its new total (None where it is no longer
            assessed) and the published version that it moved from.
        reason: Why they are right, in the words of who accepts them.
        now: The moment, local time.
    """
    connection.executemany(
        "insert into ops.acceptance (assessment_id, as_of, department_id, total, from_version, "
        "reason, accepted_at) values (?, ?, ?, ?, ?, ?, ?)",
        [(*move, reason, now) for move in moves],
    )
