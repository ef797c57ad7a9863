"""The extranet and its safety: links, outages, incidents, egress. The probes follow from `outages`.

The story is told once, as a list of times at which a link was down; the heavy probes and the
register both read it. The telling outages (just over four hours, exactly four, maintenance that
overlaps, one that touches the next) are placed by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from scorecard.demo.departments import YEAR_END, YEAR_START, Department, Town
from scorecard.demo.names import INCIDENTS, OUTAGE_CAUSES
from scorecard.demo.tables import Row, Table

HOUR = timedelta(hours=1)
# Nothing is left to chance on the days of the outages below (a link is down once a day at most).
_QUIET_DAYS = {
    date(2019, 5, 22),
    date(2019, 6, 18),
    date(2019, 9, 15),
    date(2019, 11, 4),
    YEAR_END,
}


@dataclass(frozen=True, slots=True)
class Link:
    """One line of a department to the extranet."""

    link_id: str
    department: Department
    mode: str
    connected_on: date
    disconnected_on: date | None = None


@dataclass(frozen=True, slots=True)
class Down:
    """A time without answer, as the probes see it; `ended_at` may lie after the year."""

    link_id: str
    started_at: datetime
    ended_at: datetime


def links(town: Town) -> list[Link]:
    """One link a sender, a second one for edu, and one that was replaced in summer."""
    found = [
        Link(
            f"lk-{one.department_id}-1",
            one,
            "dedicated" if one is town.edu or town.does(one, "access") else "other",
            town.chance.day(date(2014, 1, 1), date(2018, 6, 30), "connected", one.department_id),
        )
        for one in town.senders
    ]
    found.append(Link("lk-edu-2", town.edu, "other", date(2018, 9, 3)))
    replaced = town.other(8)
    if replaced is not town.edu:
        place = next(i for i, link in enumerate(found) if link.department is replaced)
        old = found[place]
        swap = date(2019, 7, 1)
        found[place] = Link(old.link_id, replaced, "other", old.connected_on, swap)
        found.append(Link(f"lk-{replaced.department_id}-2", replaced, "dedicated", swap))
    return found


def outages(town: Town, lines: list[Link]) -> list[Down]:
    """Every time a link was down, at most once a day and link."""
    served = {line.link_id: line for line in lines}
    found = [down for down in _told(town) if _serves(served[down.link_id], down)]
    taken = {(down.link_id, down.started_at.date()) for down in found}
    for line in lines:
        for down in _blips(town, line):
            key = (down.link_id, down.started_at.date())
            if key not in taken:
                taken.add(key)
                found.append(down)
    return sorted(found, key=lambda down: (down.started_at, down.link_id))


def _serves(line: Link, down: Down) -> bool:
    return line.disconnected_on is None or down.started_at.date() < line.disconnected_on


def _told(town: Town) -> Iterator[Down]:
    def down(number: int, start: datetime, hours: float) -> Down:
        link_id = f"lk-{town.other(number).department_id}-1"
        return Down(link_id, start, start + hours * HOUR)

    yield down(3, datetime(2019, 6, 18, 9, 17), 4.75)
    yield down(7, datetime(2019, 5, 22, 10, 0), 4)
    yield down(11, datetime(2019, 9, 15, 1, 0), 6)
    yield down(17, datetime(2019, 11, 4, 8, 0), 2.5)
    yield down(19, datetime(2019, 12, 31, 21, 30), 5)
    for one in town.senders[1:]:
        if not town.does(one, "no major outage"):
            day = town.chance.day(date(2019, 2, 1), date(2019, 4, 30), "major", one.department_id)
            hours = town.chance.between(5, 9, "major hours", one.department_id)
            start = datetime.combine(day, time(7, 40))
            yield Down(f"lk-{one.department_id}-1", start, start + hours * HOUR)


def _blips(town: Town, line: Link) -> Iterator[Down]:
    until = (line.disconnected_on or YEAR_END) - timedelta(days=2)
    for number in range(town.chance.between(2, 8, "blips", line.link_id)):
        key = (line.link_id, number)
        day = town.chance.day(max(line.connected_on, YEAR_START), until, "blip", *key)
        if day in _QUIET_DAYS:
            continue
        minute = town.chance.between(1, 1200, "blip at", *key)
        start = datetime.combine(day, time()) + timedelta(minutes=minute)
        yield Down(
            line.link_id,
            start,
            start + timedelta(minutes=town.chance.between(2, 100, "lasts", *key)),
        )


def network_tables(town: Town, lines: list[Link], downs: list[Down]) -> list[Table]:
    """network_links, network_outages, security_incidents and internet_egress."""
    link_columns = (
        "link_id",
        "department_id",
        "access_mode",
        "connected_at",
        "disconnected_at",
    )
    link_rows: list[Row] = [
        (
            one.link_id,
            one.department.department_id,
            one.mode,
            one.connected_on,
            one.disconnected_on,
        )
        for one in lines
    ]
    return [
        Table("network_links", link_columns, link_rows),
        Table(
            "network_outages",
            ("outage_id", "link_id", "started_at", "ended_at", "planned", "cause"),
            sorted(_registered(town, downs), key=lambda row: (str(row[2]), str(row[0]))),
        ),
        _incidents(town),
        _egress(town),
    ]


def _registered(town: Town, downs: list[Down]) -> Iterator[Row]:
    """The register: half of what the probes saw, the planned work, and what they did not see."""
    for number, down in enumerate(downs):
        if town.chance.hit(0.5, "registered", down.link_id, down.started_at):
            cause = town.chance.pick(OUTAGE_CAUSES, "cause", down.link_id, down.started_at)
            ended = down.ended_at if down.ended_at.date() <= YEAR_END else None
            yield (
                f"out-{number:05d}",
                down.link_id,
                down.started_at,
                ended,
                False,
                cause,
            )
    # By hand: key, link's owner, from, to, planned, cause.
    told = [
        ("plan-01", town.other(11), "2019-09-15 00:30", "2019-09-15 04:00", True, "机房检修"),
        ("plan-02", town.edu, "2019-07-20 22:00", "2019-07-21 06:00", True, "核心交换机升级"),
        ("plan-03", town.edu, "2019-12-14 22:00", "2019-12-15 02:00", True, "电源检修"),
        ("hand-01", town.other(17), "2019-11-04 10:30", "2019-11-04 13:00", False, "光缆中断"),
        ("hand-02", town.other(21), "2018-12-31 18:00", "2019-01-01 03:00", False, "市电停电"),
    ]
    for key, one, start, end, planned, cause in told:
        moments = datetime.fromisoformat(start), datetime.fromisoformat(end)
        yield (f"out-{key}", f"lk-{one.department_id}-1", *moments, planned, cause)


def _incidents(town: Town) -> Table:
    rows: list[Row] = []
    for one in town.senders[1:]:
        if town.chance.hit((1 - one.quality) * 0.6, "incident", one.department_id):
            day = town.chance.day(YEAR_START, YEAR_END, "incident", one.department_id)
            severity = town.chance.pick(INCIDENTS, "severity", one.department_id)
            confirmed = town.chance.hit(0.5, "confirmed", one.department_id)
            moment = town.chance.office_time(day, "incident", one.department_id)
            rows.append(
                (
                    f"inc-{one.department_id}",
                    one.department_id,
                    moment,
                    severity,
                    confirmed,
                )
            )
    # The bureau's own all turned out to be false alarms, one a quarter.
    rows += [
        (f"inc-edu-{month}", "edu", datetime(2019, month, 27, 15, 12), "medium", False)
        for month in (2, 5, 9, 12)
    ]
    columns = ("incident_id", "department_id", "occurred_at", "severity", "confirmed")
    return Table("security_incidents", columns, sorted(rows, key=lambda row: str(row[2])))


def _egress(town: Town) -> Table:
    rows: list[Row] = []
    for month in range(1, 13):
        for one in town.senders:
            last = (
                "unified" if one is town.edu or town.does(one, "egress") else _other_mode(town, one)
            )
            moved = town.chance.between(1, 11, "moved", one.department_id)
            mode = last if month > moved else "unfiled_device"
            rows.append((one.department_id, date(2019, month, 25), mode))
    return Table("internet_egress", ("department_id", "observed_on", "mode"), rows)


def _other_mode(town: Town, one: Department) -> str:
    modes = ("filed_device", "filed_device", "unfiled_device", "none")
    return town.chance.pick(modes, "mode", one.department_id)
