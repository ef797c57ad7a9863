"""Which dataset comes when, how often and in which shape: tables cut into deliveries.

Registers come as a whole, each time as it is known that day; ledgers only what is new or has
changed since the last time; logs month by month. Add a line to `PLAN` for a new dataset; the event
datasets that DuckDB writes stand in `EVENTS`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from scorecard.demo.files import SHAPES, Delivery
from scorecard.demo.tables import Row, Table


@dataclass(frozen=True, slots=True)
class Register:
    """Exports on fixed days; a `later` column is empty while its date is still to come.

    `since` names the date from which a row exists at all; `changes_only` leaves out what did not
    change since the export before.
    """

    days: tuple[date, ...]
    shapes: tuple[str, ...]
    since: str | None = None
    later: tuple[str, ...] = ()
    changes_only: bool = False


@dataclass(frozen=True, slots=True)
class Log:
    """A file for so many `months`, `delay` days after their end, by the column `on`."""

    on: str
    shapes: tuple[str, ...]
    months: int = 1
    delay: int = 1
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Events:
    """An event dataset: a file for so many months, the day after their end."""

    months: int
    ending: str
    labels: bool = False


def _each_month(day: int, *, last: date) -> tuple[date, ...]:
    days = [date(2019 + month // 12, month % 12 + 1, day) for month in range(1, 16)]
    return tuple(one for one in days if one <= last)


_NEW_YEAR = date(2020, 1, 6)
_QUARTERS = (date(2019, 4, 3), date(2019, 7, 3), date(2019, 10, 9), date(2020, 1, 3))

PLAN: Mapping[str, Register | Log] = {
    "departments": Register((_NEW_YEAR,), ("workbook",)),
    "sections": Register((_NEW_YEAR,), ("marked",)),
    "responsibilities": Register((_NEW_YEAR,), ("gb",)),
    "populations": Register((date(2020, 1, 20),), ("json",)),
    "applicability": Register(
        (date(2019, 12, 20), date(2020, 2, 14)), ("gb",), since="decided_on", changes_only=True
    ),
    "adjustments": Register((date(2020, 3, 12),), ("workbook",), since="decided_on"),
    "evidence": Register(
        _each_month(8, last=date(2020, 2, 8)), ("workbook", "gb", "marked"),
        since="submitted_at", later=("decided_on",), changes_only=True,
    ),
    "it_projects": Register(
        (date(2019, 4, 8), date(2019, 7, 8), date(2019, 10, 10), date(2020, 1, 8)),
        ("titled", "marked", "gb", "workbook"), later=("filed_at",),
    ),
    "information_systems": Register(
        (date(2019, 4, 8), date(2019, 10, 10), date(2020, 1, 8)), ("gb", "marked", "workbook"),
        later=(
            "disposed_at", "mlps_filed_at", "mlps_assessed_at", "mlps_rectified_at", "retired_at",
        ),
    ),
    "network_links": Register(
        (date(2019, 1, 3), date(2019, 7, 3), date(2020, 1, 3)), ("marked",),
        since="connected_at", later=("disconnected_at",),
    ),
    "network_outages": Log("started_at", ("plain",), delay=0),
    "security_incidents": Log("occurred_at", ("marked",), months=3, delay=0),
    "internet_egress": Log("observed_on", ("gb",), months=3, delay=2),
    "service_platform_results": Register((date(2020, 1, 20),), ("workbook",)),
    "legal_supervision_records": Log(
        "recorded_at", ("gb",), months=3, delay=2, last_day=date(2020, 4, 7)
    ),
    "trading_platform_scores": Log("month", ("tsv",), delay=4),
    "credit_directories": Register(
        (date(2019, 1, 3), date(2019, 7, 3), date(2020, 1, 3)), ("marked",),
        since="effective_from", later=("effective_to",),
    ),
    "credit_targets": Register((date(2019, 3, 1),), ("json",)),
    "joint_sanction_cases": Register(
        (*_QUARTERS, date(2020, 2, 3)), ("gb",),
        since="occurred_at", later=("reported_at",), changes_only=True,
    ),
    "credit_check_matters": Register(
        (date(2019, 4, 3), date(2019, 8, 5), date(2019, 11, 4)), ("workbook",),
        later=("embedded_at", "last_feedback_at"),
    ),
    "catalogue_entries": Register(
        (date(2019, 1, 2), date(2019, 7, 2), date(2020, 1, 2)), ("marked",),
        later=("published_at", "retired_at"),
    ),
    "catalogue_updates": Log("updated_at", ("jsonl",), months=3),
    "catalogue_mounts": Register(
        (date(2019, 7, 2), date(2020, 1, 2)), ("zipped",),
        since="mounted_at", later=("unmounted_at",),
    ),
    "resource_inspections": Log("inspected_at", ("gb",), months=3, delay=2),
    "resource_requests": Register(
        (date(2019, 4, 2), date(2019, 7, 2), date(2019, 10, 2), date(2020, 1, 2)), ("tsv",),
        since="requested_at", later=("granted_at", "last_used_at"), changes_only=True,
    ),
    "base_library_uses": Log("used_on", ("marked",), months=3),
    "certificate_types": Register((date(2020, 1, 3),), ("workbook",)),
    "certificate_volumes": Register((date(2020, 1, 22),), ("marked",)),
}  # fmt: skip

EVENTS: Mapping[str, Events] = {
    "network_probes": Events(1, "parquet"),
    "credit_records": Events(1, "parquet"),
    "certificates": Events(1, "parquet"),
    "official_documents": Events(3, "jsonl"),
    "investment_cases": Events(1, "csv.gz", labels=True),
    "certificate_uses": Events(3, "csv", labels=True),
}


def cut(table: Table) -> list[Delivery]:
    """The deliveries of a table by its plan; raises KeyError for a dataset without one."""
    plan = PLAN[table.dataset]
    return list(_exports(table, plan) if isinstance(plan, Register) else _months(table, plan))


def _exports(table: Table, plan: Register) -> Iterator[Delivery]:
    before: dict[int, Row] = {}
    for number, day in enumerate(plan.days):
        rows: list[Row] = []
        for place, row in enumerate(table.rows):
            if plan.since and _day(row[table.place(plan.since)]) > day:
                continue
            shown = _known_at(table, row, plan.later, day)
            if not plan.changes_only or before.get(place) != shown:
                rows.append(shown)
            before[place] = shown
        shape = SHAPES[plan.shapes[number % len(plan.shapes)]]
        yield Delivery(table.dataset, day, shape, table.columns, rows)


def _known_at(table: Table, row: Row, later: tuple[str, ...], day: date) -> Row:
    """The row as it reads on that day; a decision that is still to come reads as pending."""
    values = list(row)
    for column in later:
        value = row[table.place(column)]
        if value is not None and _day(value) > day:
            values[table.place(column)] = None
    if "decision" in table.columns and values[table.place("decided_on")] is None:
        values[table.place("decision")] = "pending"
        values[table.place("decided_by")] = None
    return tuple(values)


def _months(table: Table, plan: Log) -> Iterator[Delivery]:
    place = table.place(plan.on)
    for first, beyond in spans(plan.months):
        # What happened before the year comes with the first file.
        rows = [
            row
            for row in table.rows
            if (first <= _day(row[place]) or first == date(2019, 1, 1))
            and _day(row[place]) < beyond
        ]
        day = beyond + timedelta(days=plan.delay)
        if plan.last_day and beyond == date(2020, 1, 1):
            day = plan.last_day
        number = (first.month - 1) // plan.months
        shape = SHAPES[plan.shapes[number % len(plan.shapes)]]
        yield Delivery(table.dataset, day, shape, table.columns, rows)


def spans(months: int) -> list[tuple[date, date]]:
    """The year in pieces of so many months: (first day, day after the last)."""
    starts = [date(2019, month, 1) for month in range(1, 13, months)]
    return list(zip(starts, [*starts[1:], date(2020, 1, 1)], strict=True))


def _day(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    raise TypeError(f"a date is due here, not {type(value).__name__}")
