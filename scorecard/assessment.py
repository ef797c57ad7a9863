"""What a rulebook means on a day: the window, the state, and the `rules` tables that SQL reads.

Dates here are local days of Asia/Shanghai. A day asked for counts no later than the rulebook's
`decisions_until`, after which nothing moves; the state alone is told by the day asked for.
Scoring itself is SQL: it takes every date and every rule from these tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

import duckdb

from scorecard.clock import TIME_ZONE
from scorecard.errors import ConfigurationError
from scorecard.rulebook import Part, Placed, Rulebook

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a rulebook's year that has gone by on a day.

    Attributes:
        start: 1 January.
        end: 31 December.
        as_of: The day asked for, no later than `decisions_until`: decisions count to its end.
        last_on: The last day whose events and states count, inclusive.
        state: open until the window ends, deciding until `decisions_until`, then closed.
    """

    start: date
    end: date
    as_of: date
    last_on: date
    state: Literal["open", "deciding", "closed"]

    @property
    def from_at(self) -> datetime:
        """The first instant in the window."""
        return datetime.combine(self.start, time())

    @property
    def until_at(self) -> datetime:
        """The first instant after the events that count."""
        return datetime.combine(self.last_on + _DAY, time())

    @property
    def decided_before(self) -> date:
        """The first day whose decisions no longer count."""
        return self.as_of + _DAY

    @property
    def elapsed_days(self) -> int:
        """Days from `start` to `last_on`, both included."""
        return (self.last_on - self.start).days + 1

    @property
    def year_days(self) -> int:
        """Days of the whole year, 365 or 366."""
        return (self.end - self.start).days + 1


def local_date(now: datetime) -> date:
    """The day in Asia/Shanghai at an instant.

    Raises:
        ValueError: The instant has no time zone.
    """
    if now.tzinfo is None:
        raise ValueError(f"{now} has no time zone, so its day is not known")
    return now.astimezone(TIME_ZONE).date()


def default_as_of(now: datetime) -> date:
    """The day that is scored when none is named: yesterday in Asia/Shanghai."""
    return local_date(now) - _DAY


def check_as_of(as_of: date, today: date) -> None:
    """Refuses to score a day that has not come.

    Raises:
        ConfigurationError: The day is after today.
    """
    if as_of > today:
        what = f"as_of {as_of} is in the future, today is {today}"
        raise ConfigurationError(what, mend=f"give {today} or earlier")


def window(rulebook: Rulebook, as_of: date) -> Window:
    """The window of a rulebook on a day.

    Raises:
        ConfigurationError: The day is before the rulebook's year.
    """
    start, end = date(rulebook.year, 1, 1), date(rulebook.year, 12, 31)
    if as_of < start:
        what = f"as_of {as_of} is before the year of {rulebook.assessment_id}"
        raise ConfigurationError(what, str(rulebook.path), f"give {start} or later")
    state: Literal["open", "deciding", "closed"] = "closed"
    if as_of <= end:
        state = "open"
    elif as_of <= rulebook.decisions_until:
        state = "deciding"
    capped = min(as_of, rulebook.decisions_until)
    return Window(start=start, end=end, as_of=capped, last_on=min(end, capped), state=state)


def begun(rulebooks: Sequence[Rulebook], as_of: date) -> tuple[Rulebook, ...]:
    """The rulebooks whose year has begun on a day; a later year's file may lie ready beside them.

    Raises:
        ConfigurationError: There is none.
    """
    if not rulebooks:
        raise ConfigurationError("there is no rulebook to score", mend="add one to rulebooks/")
    window(min(rulebooks, key=lambda rulebook: rulebook.year), as_of)  # refuses a day before all
    return tuple(rulebook for rulebook in rulebooks if date(rulebook.year, 1, 1) <= as_of)


def write_rules(
    connection: duckdb.DuckDBPyConnection, rulebooks: Sequence[Rulebook], as_of: date
) -> tuple[Rulebook, ...]:
    """Replaces `rules.assessment`, `rules.indicator`, `rules.part` and `rules.gain`.

    Several statements: the caller gives the transaction, if there is to be one.

    Returns:
        The rulebooks written: those whose year has begun on `as_of`.

    Raises:
        ConfigurationError: No rulebook's year has begun.
    """
    scored = begun(rulebooks, as_of)
    connection.execute("create schema if not exists rules")
    _replace(
        connection,
        "assessment",
        _ASSESSMENT,
        [_assessment_row(r, as_of) for r in scored],
    )
    placed = [(r.assessment_id, i, p) for r in scored for i, p in enumerate(r.placed(), 1)]
    _replace(connection, "indicator", _INDICATOR, [_indicator_row(*row) for row in placed])
    parts = [
        (assessment_id, place.indicator.code, position, part)
        for assessment_id, _, place in placed
        for position, part in enumerate(place.indicator.parts, 1)
    ]
    _replace(connection, "part", _PART, [_part_row(*row) for row in parts])
    _replace(
        connection, "gain", _GAIN, [_gain_row(id_, code, part) for id_, code, _, part in parts]
    )
    return scored


# Column, type, and how a row's value becomes it ("?" where the value is bound as it is). A map is
# bound as two lists, since a Python dict would become a STRUCT.
_Columns = tuple[tuple[str, str, str], ...]
_MAP = "map(?::varchar[], ?::{}[])"
_POINTS = "decimal(6, 2)"
_EXACT = "decimal(18, 6)"
_BANDS = f"struct(to_rank integer, points {_POINTS})[]"

_ASSESSMENT: _Columns = (
    ("assessment_id", "varchar", "?"),
    ("name_zh", "varchar", "?"),
    ("name_en", "varchar", "?"),
    ("year", "integer", "?"),
    ("city_code", "varchar", "?"),
    ("window_start", "date", "?"),
    ("window_end", "date", "?"),
    ("as_of", "date", "?"),
    ("decisions_until", "date", "?"),
    ("state", "varchar", "?"),
    ("rulebook_digest", "varchar", "?"),
    ("last_on", "date", "?"),
    ("from_at", "timestamp", "?"),
    ("until_at", "timestamp", "?"),
    ("decided_before", "date", "?"),
    ("elapsed_days", "integer", "?"),
    ("year_days", "integer", "?"),
)
_INDICATOR: _Columns = (
    ("assessment_id", "varchar", "?"),
    ("indicator_code", "varchar", "?"),
    ("position", "integer", "?"),
    ("level1", "varchar", "?"),
    ("level2", "varchar", "?"),
    ("level3", "varchar", "?"),
    ("level1_en", "varchar", "?"),
    ("level2_en", "varchar", "?"),
    ("level3_en", "varchar", "?"),
    ("name_zh", "varchar", "?"),
    ("name_en", "varchar", "?"),
    ("points", _POINTS, "?"),
    ("data_provider", "varchar", "?"),
    ("reading_zh", "varchar", "?"),
    ("reading_en", "varchar", "?"),
)
_PART: _Columns = (
    ("assessment_id", "varchar", "?"),
    ("indicator_code", "varchar", "?"),
    ("part", "varchar", "?"),
    ("position", "integer", "?"),
    ("name_zh", "varchar", "?"),
    ("name_en", "varchar", "?"),
    ("points", _POINTS, "?"),
    ("method", "varchar", "?"),
    ("metric", "varchar", "?"),
    ("each", _EXACT, "?"),
    ("at_least", _EXACT, "?"),
    ("at_most", _EXACT, "?"),
    ("level_points", f"map(varchar, {_POINTS})", _MAP.format(_POINTS)),
    ("rank_bands", _BANDS, f"?::{_BANDS}"),
    ("no_input", "varchar", "?"),
    ("empty", "varchar", "?"),
    ("options", "map(varchar, varchar[])", _MAP.format("varchar[]")),
    ("value_zh", "varchar", "?"),
    ("value_en", "varchar", "?"),
    ("base_zh", "varchar", "?"),
    ("base_en", "varchar", "?"),
    ("rule_zh", "varchar", "?"),
    ("rule_en", "varchar", "?"),
    ("level_names_zh", "map(varchar, varchar)", _MAP.format("varchar")),
    ("level_names_en", "map(varchar, varchar)", _MAP.format("varchar")),
)
_GAIN: _Columns = (
    ("assessment_id", "varchar", "?"),
    ("indicator_code", "varchar", "?"),
    ("part", "varchar", "?"),
    ("change", "varchar", "?"),
    ("multiple_of", _EXACT, "?"),
    ("text_zh", "varchar", "?"),
    ("text_en", "varchar", "?"),
    ("new_multiple_of", _EXACT, "?"),
    ("new_zh", "varchar", "?"),
    ("new_en", "varchar", "?"),
    ("expected_base", _EXACT, "?"),
)


def _replace(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: _Columns,
    rows: Sequence[tuple[object, ...]],
) -> None:
    ddl = ", ".join(f'"{name}" {sql_type}' for name, sql_type, _ in columns)
    row = f"({', '.join(value for _, _, value in columns)})"
    connection.execute(f"create or replace table rules.{table} ({ddl})")
    # One statement for all rows: outside a transaction each would be flushed to disk by itself.
    connection.execute(
        f"insert into rules.{table} values {', '.join([row] * len(rows))}",
        [value for values in rows for value in values],
    )


def _assessment_row(rulebook: Rulebook, as_of: date) -> tuple[object, ...]:
    span = window(rulebook, as_of)
    return (
        rulebook.assessment_id,
        rulebook.name_zh,
        rulebook.name_en,
        rulebook.year,
        rulebook.city_code,
        span.start,
        span.end,
        span.as_of,
        rulebook.decisions_until,
        span.state,
        rulebook.digest,
        span.last_on,
        span.from_at,
        span.until_at,
        span.decided_before,
        span.elapsed_days,
        span.year_days,
    )


def _indicator_row(assessment_id: str, position: int, place: Placed) -> tuple[object, ...]:
    levels = (place.level1, place.level2, place.level3)
    indicator = place.indicator
    return (
        assessment_id,
        indicator.code,
        position,
        *(level.name_zh for level in levels),
        *(level.name_en for level in levels),
        indicator.name_zh,
        indicator.name_en,
        indicator.points,
        indicator.data_provider,
        indicator.reading_zh,
        indicator.reading_en,
    )


def _part_row(assessment_id: str, code: str, position: int, part: Part) -> tuple[object, ...]:
    # Two nulls make a null map: a part whose method has no levels has no table of them.
    rows = part.levels
    levels = None if rows is None else [row.level for row in rows]
    return (
        assessment_id,
        code,
        part.part,
        position,
        part.name_zh,
        part.name_en,
        part.points,
        part.method,
        part.metric,
        part.each,
        part.threshold,
        part.at_most,
        levels,
        None if rows is None else [row.points for row in rows],
        None if part.rank_bands is None else [band.model_dump() for band in part.rank_bands],
        part.no_input,
        part.empty,
        list(part.options),
        [list(texts) for texts in part.options.values()],
        part.value_zh,
        part.value_en,
        part.base_zh,
        part.base_en,
        part.rule_zh,
        part.rule_en,
        levels,
        None if rows is None else [row.name_zh for row in rows],
        levels,
        None if rows is None else [row.name_en for row in rows],
    )


def _gain_row(assessment_id: str, code: str, part: Part) -> tuple[object, ...]:
    gain = part.wins_back
    return (
        assessment_id,
        code,
        part.part,
        gain.change,
        gain.by,
        gain.zh,
        gain.en,
        *((None, None, None) if gain.new is None else (gain.new.by, gain.new.zh, gain.new.en)),
        gain.expected_base,
    )
