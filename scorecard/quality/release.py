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
from scorecard.transaction import transaction

NOT_JUDGED = "the scores that stand were not judged yet"
JUDGED_BY_OTHERS = "the scores that stand were judged by other checks"


class HeldBackError(ScorecardError):
    """The scores that stand must not go out; the last good version stays."""


def forget_judgement(connection: duckdb.DuckDBPyConnection) -> None:
    """To be called before scores are made anew: what comes of it was not judged yet."""
    connection.execute("delete from ops.setting where name = 'judged'")


def check_release(connection: duckdb.DuckDBPyConnection, digest: str) -> None:
    """Lets what stands be published, if the checks of that digest judged it.

    Raises:
        HeldBackError: If it was not judged, or by other checks, or a check of the scores failed.
    """
    mark = _mark(connection)
    if not _is_by(mark, digest):
        unjudged = JUDGED_BY_OTHERS if mark else NOT_JUDGED
        raise HeldBackError(unjudged, "publishing", "run: scorecard nightly")
    if reason := held_back(connection):
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
    return _is_by(_mark(connection), digest) and held_back(connection) is None


def _is_by(mark: str, digest: str) -> bool:
    return mark.endswith(f" {digest}")


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


def announce_version(connection: duckdb.DuckDBPyConnection, version: str) -> None:
    """Keeps the totals of a version that is about to be linked, marked as not known to be.

    To keep them afterwards would lose them to a kill right after the link was swapped, and the next
    night would be held against an older version than readers have.
    """
    with transaction(connection):
        keep_totals(connection, version)
        connection.execute(
            "insert or replace into ops.setting values ('announced_version', ?)", [version]
        )


def settle_version(connection: duckdb.DuckDBPyConnection, current: str | None) -> None:
    """Drops the totals of the announced version if it never became the current one.

    Args:
        connection: The open warehouse.
        current: The version that readers have; None before the first.
    """
    with transaction(connection):
        connection.execute(
            "delete from ops.published_total as published using ops.setting as setting "
            "where setting.name = 'announced_version' and published.version = setting.value "
            "and published.version is distinct from ?",
            [current],
        )
        connection.execute("delete from ops.setting where name = 'announced_version'")


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
