"""Totals against those published before: which moved far or are gone, and why that is right.

The check `total_moves_little` rests on it, and `scorecard accept` accepts what is held here. What
was published stands in `ops.published_total`; the SQL is `frames/total_move.sql`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from pathlib import Path

import duckdb

MOST_POINTS = Decimal(10)
"""The weightiest indicator of the 2019 rulebook: to win or lose it whole holds nothing back."""
DAYS_APART = 7
"""A version from before a holiday week is compared, too; over longer, totals move by themselves."""
BECAUSE = (
    "10 分：百分制下单项指标最高 10 分，单项得失不拦截，超出即须有人确认；"
    "7 天：停跑一周（如长假）仍作比较，间隔更久则总分本就会变，不再比较 / "
    "10 points: the weightiest of the indicators that make up 100, so one alone holds nothing "
    "back; 7 days: after a week without a night (a holiday) totals are still compared, over a "
    "longer time they move by themselves"
)
EXPECTED = f"all there, within {MOST_POINTS} points of the version published before, or accepted"
GONE = "不再考核 / no longer assessed"
SHOWN_MOVES = 5
_FRAMES = Path(__file__).parent / "frames"


@dataclass(frozen=True, slots=True)
class Move:
    """A department's total that moved too far; `accepted_reason` is why it may, None if held.

    `name` is the department's, and with several assessments the assessment's before it. `total` is
    None where the department is no longer assessed, `previous_version` what it is compared with.
    """

    name: str
    assessment_id: str
    as_of: dt.date
    department_id: str
    total: Decimal | None
    previous_total: Decimal
    previous_version: str
    accepted_reason: str | None

    def __str__(self) -> str:
        """From which total to which."""
        return f"{self.name} {self.previous_total} -> {_told(self.total)}"

    @property
    def moved(self) -> str:
        """By how many points, signed and in brackets; nothing where no total is left to tell it."""
        return "" if self.total is None else f" ({self.total - self.previous_total:+})"

    @property
    def acceptance(self) -> tuple[str, dt.date, str, Decimal | None, str]:
        """What `release.accept_moves` keeps of it."""
        return (
            self.assessment_id, self.as_of, self.department_id, self.total, self.previous_version,
        )  # fmt: skip


def held_moves(connection: duckdb.DuckDBPyConnection) -> list[Move]:
    """What moved too far and nobody accepted, the farthest first."""
    with compared_totals(connection):
        return [move for move in _far_moves(connection) if move.accepted_reason is None]


@contextmanager
def compared_totals(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Keeps the temporary table `total_move` in the warehouse while the block runs."""
    connection.execute(
        "create or replace temp table move_bound as select ? as most_points, ? as days_apart",
        [MOST_POINTS, DAYS_APART],
    )
    select = (_FRAMES / "total_move.sql").read_text(encoding="utf-8")
    connection.execute(f"create or replace temp table total_move as {select}")
    try:
        yield
    finally:
        for table in ("total_move", "move_bound"):
            connection.execute(f"drop table temp.{table}")


def moves_found(connection: duckdb.DuckDBPyConnection) -> str:
    """What the check says it found: the held moves, then the accepted ones with their reasons."""
    far = _far_moves(connection)
    held = [move for move in far if move.accepted_reason is None]
    accepted = sorted(
        (move for move in far if move.accepted_reason is not None),
        key=attrgetter("accepted_reason"),
    )
    texts = [_listed([f"{move}{move.moved}" for move in held])] if held else []
    texts += [
        f"accepted: {_listed([str(move) for move in moves])}: {reason}"
        for reason, moves in groupby(accepted, attrgetter("accepted_reason"))
    ]
    texts += _accepted_before(connection, {move.department_id for move in far})
    return "; ".join(texts) or _nothing_far(connection)


def _accepted_before(connection: duckdb.DuckDBPyConnection, told: set[str]) -> list[str]:
    """What was accepted for this as_of and published since: the reason stays with it.

    An acceptance says that totals are right, not that they went out: another check may have held
    them back, or they were mended first. So a version after the one that the move was from must
    have published that very total for this as_of, or, of who is gone, have been without it.
    """
    rows = connection.execute(
        "select distinct accepted.accepted_at, accepted.department_id, accepted.total, "
        "accepted.reason from ops.acceptance as accepted "
        "inner join rules.assessment as assessment using (assessment_id, as_of) "
        "inner join (select distinct version, assessment_id, as_of from ops.published_total) "
        "as later on later.assessment_id = accepted.assessment_id "
        "and later.as_of = accepted.as_of and later.version > accepted.from_version "
        "left join ops.published_total as published on published.version = later.version "
        "and published.assessment_id = later.assessment_id and published.as_of = later.as_of "
        "and published.department_id = accepted.department_id "
        "where published.total is not distinct from accepted.total order by all"
    ).fetchall()
    return [
        f"accepted: {department} {_told(total)}: {reason}"
        for _, department, total, reason in rows
        if department not in told
    ]


def _far_moves(connection: duckdb.DuckDBPyConnection) -> list[Move]:
    """The farthest first."""
    rows = connection.execute(
        "select case when (select count(*) from rules.assessment) > 1 then assessment_id || ' ' "
        "else '' end || department_id, "
        "assessment_id, as_of, department_id, total, previous_total, previous_version, "
        "accepted_reason "
        "from total_move where is_held or accepted_reason is not null "
        "order by abs(moved) desc, assessment_id, department_id"
    ).fetchall()
    return [Move(*row) for row in rows]


def _nothing_far(connection: duckdb.DuckDBPyConnection) -> str:
    [(compared, most)] = connection.execute(
        "select count(*), max(abs(moved)) from total_move"
    ).fetchall()
    if not compared:
        return f"nothing published within {DAYS_APART} days to compare with"
    return f"{compared} totals compared, none moved by more than {most}"


def _told(total: Decimal | None) -> str:
    return GONE if total is None else str(total)


def _listed(lines: list[str]) -> str:
    rest = len(lines) - SHOWN_MOVES
    return ", ".join(lines[:SHOWN_MOVES]) + (f" and {rest} more" if rest > 0 else "")
