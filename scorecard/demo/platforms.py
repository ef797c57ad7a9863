"""What the sector platforms report: services, legal supervision, trading and public credit.

Small datasets only; the events of these platforms (credit records, cases, documents) are in
`heavy`, which reads the directories and their loads from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from scorecard.demo.departments import YEAR, YEAR_END, Department, Town
from scorecard.demo.names import DIRECTORIES, MATTERS
from scorecard.demo.tables import Row, Table

CYCLES = ("daily", "weekly", "monthly", "monthly", "quarterly", "annual")


@dataclass(frozen=True, slots=True)
class Directory:
    """One credit directory; `weight` is its share of the records, 0 for one that sends none."""

    directory_id: str
    department: Department
    name: str
    cycle: str
    effective_from: date
    effective_to: date | None
    weight: int


def directories(town: Town) -> list[Directory]:
    """Every sender's directories; some send nothing, and not all of those are due."""
    return [found for one in town.senders for found in _directories_of(town, one)]


def _directories_of(town: Town, one: Department) -> Iterator[Directory]:
    key = one.department_id
    count = 6 if one is town.edu else town.chance.between(2, 5, "directories", key)
    for number in range(count):
        sends = number == 0 or (number != 4 if one is town.edu else town.does(one, "sends", number))
        yield Directory(
            f"dir-{key}-{number + 1}", one, f"{one.short_name}{DIRECTORIES[number]}",
            CYCLES[number], date(2018, 1, 1), None, (8, 5, 3, 2, 1, 1)[number] if sends else 0,
        )  # fmt: skip
    if one is town.other(4):
        # Given up in March, without a record: still due for the year, since its cycle is a month.
        yield Directory(
            f"dir-{key}-old",
            one,
            f"{one.short_name}旧目录",
            "monthly",
            date(2018, 1, 1),
            date(2019, 3, 1),
            0,
        )
        # Begun in September with a cycle of a year: not due yet; the irregular one never is.
        yield Directory(
            f"dir-{key}-new", one, f"{one.short_name}新目录", "annual", date(2019, 9, 1), None, 0
        )
        yield Directory(
            f"dir-{key}-any", one, f"{one.short_name}其他", "irregular", date(2018, 1, 1), None, 0
        )


def platform_tables(town: Town, found: list[Directory], credit_records: int) -> list[Table]:
    """The sector platforms' small datasets; targets follow the number of credit records."""
    columns = (
        "directory_id",
        "department_id",
        "name",
        "update_cycle",
        "effective_from",
        "effective_to",
    )
    rows: list[Row] = [
        (
            one.directory_id, one.department.department_id, one.name, one.cycle,
            one.effective_from, one.effective_to,
        )
        for one in found
    ]  # fmt: skip
    return [
        _service_results(town),
        _legal_records(town),
        _trading_scores(town),
        Table("credit_directories", columns, rows),
        _targets(town, found, credit_records),
        _sanction_cases(town),
        _check_matters(town),
    ]


def _service_results(town: Town) -> Table:
    rows: list[Row] = [
        (
            one.department_id,
            YEAR,
            Decimal("92.4") if one is town.edu else _mark(town, one, "services"),
            100,
        )
        for one in town.senders
    ]
    return Table(
        "service_platform_results",
        ("department_id", "year", "score", "full_score"),
        rows,
    )


def _mark(town: Town, one: Department, *key: object) -> Decimal:
    """A mark out of 100 around the department's quality, in tenths."""
    tenths = round(one.quality * 1000) + town.chance.between(-60, 60, one.department_id, *key)
    return Decimal(min(tenths, 1000)) / 10


def _legal_records(town: Town) -> Table:
    rows: list[Row] = []
    for one in town.senders:
        for module in ("document_filing", "officer_management"):
            works = one is town.edu or town.does(one, module)
            count = town.chance.between(1, 5, module, one.department_id) if works else 0
            days = [
                town.chance.day(date(2019, 1, 3), YEAR_END, module, one.department_id, number)
                for number in range(count)
            ]
            days += [YEAR_END] if one is town.edu else []
            rows += [
                (f"leg-{one.department_id}-{module[:3]}-{number}", one.department_id, module,
                 town.chance.office_time(day, module, one.department_id, number))
                for number, day in enumerate(days)
            ]  # fmt: skip
    columns = ("record_id", "department_id", "module", "recorded_at")
    return Table("legal_supervision_records", columns, sorted(rows, key=lambda row: str(row[3])))


def _trading_scores(town: Town) -> Table:
    skipped = town.other(6).department_id if len(town.senders) > 1 else None
    rows: list[Row] = []
    for month in range(1, 13):
        for one in town.senders:
            if (one.department_id, month) == (skipped, 8):
                continue
            full = None if one.place % 3 == 2 else 100
            rows.append(
                (
                    one.department_id,
                    date(YEAR, month, 1),
                    _mark(town, one, "trading", month),
                    full,
                )
            )
    return Table(
        "trading_platform_scores",
        ("department_id", "month", "score", "full_score"),
        rows,
    )


def _targets(town: Town, found: list[Directory], credit_records: int) -> Table:
    weights: dict[str, int] = {}
    for one in found:
        key = one.department.department_id
        weights[key] = weights.get(key, 0) + one.weight
    whole = sum(weights.values())
    rows: list[Row] = []
    for sender in town.senders:
        spread = town.chance.between(-10, 14, "target", sender.department_id) / 100
        share = credit_records * weights[sender.department_id] / whole
        rows.append(
            (
                sender.department_id,
                YEAR,
                max(1, round(share / (sender.quality + spread))),
            )
        )
    return Table("credit_targets", ("department_id", "year", "expected_records"), rows)


def _sanction_cases(town: Town) -> Table:
    rows: list[Row] = []
    for one in town.senders:
        count = 10 if one is town.edu else town.chance.between(5, 11, "cases", one.department_id)
        for number in range(count):
            case_id = f"case-{one.department_id}-{number + 1:02d}"
            last = one is town.edu and number == count - 1
            occurred = (
                date(2019, 12, 30)
                if last
                else town.chance.day(date(2018, 12, 20), YEAR_END, case_id)
            )
            due = occurred + timedelta(days=15)
            good = town.does(one, "case", number)
            wait = town.chance.between(1, 14, "wait", case_id)
            reported = occurred + timedelta(days=wait) if good else due + timedelta(days=wait)
            how = town.chance.below(3, "how", case_id)
            kind = "punishment" if town.chance.hit(0.6, "kind", case_id) else "reward"
            category = "行业惩戒" if kind == "punishment" else "联合激励"
            rows.append((
                case_id, one.department_id, kind,
                None if not good and how == 0 else category, occurred, due,
                None if not good and how == 1 else reported,
            ))  # fmt: skip
    columns = (
        "case_id",
        "department_id",
        "kind",
        "category",
        "occurred_at",
        "due_at",
        "reported_at",
    )
    return Table("joint_sanction_cases", columns, sorted(rows, key=lambda row: str(row[4])))


def _check_matters(town: Town) -> Table:
    rows: list[Row] = []
    for one in town.senders:
        for number in range(town.chance.between(3, len(MATTERS), "matters", one.department_id)):
            matter_id = f"mat-{one.department_id}-{number + 1}"
            embedded = town.does(one, "embedded", number)
            fed_back = embedded and town.does(one, "fed back", number)
            since = town.chance.day(date(2018, 3, 1), date(2019, 6, 30), matter_id)
            newest = town.chance.day(date(2019, 7, 1), date(2019, 10, 31), "newest", matter_id)
            rows.append((
                matter_id, one.department_id, f"{one.short_name}{MATTERS[number]}事项",
                since if embedded else None, newest if fed_back else None,
            ))  # fmt: skip
    columns = ("matter_id", "department_id", "name", "embedded_at", "last_feedback_at")
    return Table("credit_check_matters", columns, rows)
