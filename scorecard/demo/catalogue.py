"""The resource sharing platform: catalogue, updates, mounts, inspections, requests, libraries.

At the end of the year the education bureau has 120 active entries, 87 of them mounted: 3 points x
87 / 120 = 2.175, which scores 2.18. Around them stand the entries and mounts that must not count:
retired, not yet due, unmounted on the last day, mounted after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from scorecard.demo.departments import YEAR_END, YEAR_START, Department, Town
from scorecard.demo.names import EDU_ENTRIES, ENTRY_TOPICS
from scorecard.demo.tables import Row, Table

EDU_ENTRIES_ACTIVE, EDU_ENTRIES_MOUNTED = 120, 87
CYCLES = (
    "realtime",
    "daily",
    "weekly",
    "monthly",
    "quarterly",
    "semiannual",
    "annual",
    "annual",
    "irregular",
)
CYCLE_DAYS = {
    "realtime": 1,
    "daily": 1,
    "weekly": 7,
    "monthly": 31,
    "quarterly": 92,
    "semiannual": 184,
    "annual": 366,
    "irregular": 366,
}
SHARES = ("unconditional", "unconditional", "conditional", "none")
METHODS = ("api", "batch", "file")
LIBRARIES = ("population", "legal_entity", "geospatial", "certificate")
DIMENSIONS = ("accuracy", "completeness", "timeliness")


@dataclass(frozen=True, slots=True)
class Entry:
    """One catalogue entry; `is_active` at the end of the year."""

    entry_id: str
    department: Department
    title: str
    cycle: str
    share_type: str
    due_on: date
    published_on: date | None
    retired_on: date | None
    is_active: bool
    number: int


def catalogue_tables(town: Town) -> list[Table]:
    """The six datasets of the resource sharing platform."""
    found = [entry for one in town.senders for entry in _entries_of(town, one)]
    columns = (
        "entry_id",
        "department_id",
        "title",
        "share_type",
        "update_cycle",
        "due_at",
        "published_at",
        "retired_at",
    )
    rows: list[Row] = [
        (one.entry_id, one.department.department_id, one.title, one.share_type, one.cycle,
         one.due_on, one.published_on, one.retired_on)
        for one in found
    ]  # fmt: skip
    updates = sorted(
        {row for entry in found for row in _updates_of(town, entry)},
        key=lambda row: (str(row[1]), str(row[0])),
    )
    mounts = [row for entry in found for row in _mounts_of(town, entry)]
    return [
        Table("catalogue_entries", columns, rows),
        Table("catalogue_updates", ("entry_id", "updated_at"), updates),
        Table(
            "catalogue_mounts",
            ("entry_id", "method", "mounted_at", "unmounted_at"),
            mounts,
        ),
        _inspections(town, found),
        _requests(town),
        _library_uses(town),
    ]


def _entries_of(town: Town, one: Department) -> Iterator[Entry]:
    is_edu = one is town.edu
    active = (
        EDU_ENTRIES_ACTIVE if is_edu else town.chance.between(15, 60, "entries", one.department_id)
    )
    topics = EDU_ENTRIES if is_edu else ENTRY_TOPICS
    # Behind the active ones: three retired (one of them on the last day), two not due before 2020.
    for number in range(active + 5):
        entry_id = f"cat-{one.department_id}-{number + 1:04d}"
        due = town.chance.day(date(2018, 3, 1), date(2019, 10, 31), "due", entry_id)
        published: date | None = due - timedelta(days=town.chance.below(40, "published", entry_id))
        if not town.does(one, "published", number):
            late = due + timedelta(days=town.chance.between(1, 60, "late", entry_id))
            published = late if town.chance.hit(0.5, "at all", entry_id) else None
        retired = None
        if active <= number < active + 3:
            retired = (date(2019, 5, 31), date(2019, 9, 2), YEAR_END)[number - active]
            due, published = date(2018, 1, 31), date(2018, 1, 29)
        elif number >= active + 3:
            due, published = date(2020, 3, 31), None
        yield Entry(
            entry_id, one, f"{topics[number % len(topics)]}信息（{number // len(topics) + 1}）",
            town.chance.pick(CYCLES, "cycle", entry_id),
            town.chance.pick(SHARES, "share", entry_id), due, published, retired,
            number < active, number,
        )  # fmt: skip


def _updates_of(town: Town, entry: Entry) -> Iterator[Row]:
    """A few old updates, and a newest one that is in time as often as the department is good."""
    if entry.published_on is None or entry.published_on > YEAR_END:
        return
    days = CYCLE_DAYS[entry.cycle]
    fresh = town.does(entry.department, "fresh", entry.number)
    if fresh:
        newest = YEAR_END - timedelta(days=town.chance.below(days + 1, "newest", entry.entry_id))
    else:
        newest = YEAR_END - timedelta(days=days + town.chance.between(1, 90, "old", entry.entry_id))
    for back in range(3):
        day = newest - timedelta(days=back * max(days, 20))
        if day >= max(entry.published_on, date(2018, 6, 1)):
            yield (
                entry.entry_id,
                town.chance.office_time(day, "update", entry.entry_id, back),
            )


def _mounts_of(town: Town, entry: Entry) -> Iterator[Row]:
    key = entry.entry_id
    if entry.department is town.edu:
        mounted = entry.number < EDU_ENTRIES_MOUNTED
    else:
        mounted = town.does(entry.department, "mounted", entry.number)
    # An entry is mounted once it is published; one that never was may be mounted all the same.
    public = entry.published_on or date(2018, 6, 1)
    since = max(public, town.chance.day(date(2018, 6, 1), date(2019, 12, 15), "mount", key))
    method = town.chance.pick(METHODS, "method", key)
    if not entry.is_active:
        yield (key, method, date(2018, 7, 2), None)
    elif mounted:
        yield (key, method, since, None)
        if entry.number % 9 == 0:
            # A second way to the same entry does not make it count twice.
            yield (key, "file" if method != "file" else "api", since, None)
    elif entry.number % 3 == 0:
        yield (key, method, max(public, date(2018, 9, 3)), YEAR_END)
    elif entry.number % 3 == 1:
        yield (key, method, date(2020, 1, 1), None)


def _inspections(town: Town, found: list[Entry]) -> Table:
    rows: list[Row] = []
    first: dict[str, list[Entry]] = {}
    for entry in found:
        first.setdefault(entry.department.department_id, []).append(entry)
    for one in town.senders:
        for place, dimension in enumerate(DIMENSIONS):
            if one is not town.edu and town.chance.hit(
                (1 - one.quality) / 3, "unseen", one.department_id, place
            ):
                continue
            for number in range(3):
                key = f"ins-{one.department_id}-{dimension[:3]}-{number + 1}"
                checked = town.chance.between(20, 200, "checked", key)
                spread = town.chance.between(-8, 4, "passed", key) / 100
                passed = min(checked, round(checked * (one.quality + spread)))
                # None in the third quarter, whose file has a header alone; the last in December.
                month = (3, 6, 12)[number]
                day = town.chance.day(date(2019, month, 2), date(2019, month, 28), key)
                entry = first[one.department_id][number]
                rows.append((key, entry.entry_id, day, dimension, checked, passed))
    columns = (
        "inspection_id",
        "entry_id",
        "inspected_at",
        "dimension",
        "checked",
        "passed",
    )
    return Table("resource_inspections", columns, sorted(rows, key=lambda row: str(row[2])))


def _requests(town: Town) -> Table:
    rows: list[Row] = []
    for one in town.senders:
        for number in range(4 if one is town.edu else 5):
            key = f"req-{one.department_id}-{number + 1}"
            asked = town.chance.day(date(2018, 11, 1), date(2019, 9, 30), key)
            used = number != 2 if one is town.edu else town.does(one, "used", number)
            granted = used or town.chance.hit(0.6, "granted", key)
            answered = asked + timedelta(days=town.chance.between(1, 20, "grant", key))
            rows.append((
                key, one.department_id, f"res-{town.chance.between(1, 400, 'resource', key):04d}",
                town.chance.pick(("province", "city", "department"), "level", key), asked,
                answered if granted else None,
                max(answered, town.chance.day(date(2019, 10, 1), YEAR_END, "use", key))
                if used else None,
            ))  # fmt: skip
    # Asked for on the last day: no answer within the year.
    rows.append(("req-edu-9", "edu", "res-0901", "province", YEAR_END, None, None))
    columns = (
        "request_id",
        "department_id",
        "resource_id",
        "provider_level",
        "requested_at",
        "granted_at",
        "last_used_at",
    )
    return Table(
        "resource_requests",
        columns,
        sorted(rows, key=lambda row: (str(row[4]), str(row[0]))),
    )


def _library_uses(town: Town) -> Table:
    rows: dict[tuple[str, str, date], Row] = {}
    for one in town.senders:
        for place, library in enumerate(LIBRARIES):
            used = place != 2 if one is town.edu else town.does(one, "library", library)
            for number in range(8):
                day = town.chance.day(YEAR_START, YEAR_END, library, one.department_id, number)
                if one is town.edu and number == 0:
                    day = YEAR_END
                # A library that was only opened, not asked, has days of 0 calls.
                calls = town.chance.between(1, 900, "calls", one.department_id, library, number)
                if used or (number == 0 and place == 0):
                    rows[one.department_id, library, day] = (
                        one.department_id, library, day, calls if used else 0,
                    )  # fmt: skip
    columns = ("department_id", "library", "used_on", "calls")
    ordered = sorted(rows.values(), key=lambda row: (str(row[2]), str(row[0]), str(row[1])))
    return Table("base_library_uses", columns, ordered)
