"""E-certificates: who claims which types, what is made and used, and the other cities' volumes.

Volumes follow from the scale and the number of certificates, so that a department's rank among the
sixteen cities is the one that is chosen here for its quality.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from scorecard.demo.departments import CITY, YEAR, Department, Town
from scorecard.demo.names import CERTIFICATES, EDU_CERTIFICATES, POPULATIONS
from scorecard.demo.tables import Row, Table


@dataclass(frozen=True, slots=True)
class CertificateType:
    """A claimed type; `weight` is its share of the certificates, 0 for one never made."""

    type_code: str
    department: Department
    name: str
    claimed_on: date
    weight: int


def certificate_types(town: Town) -> list[CertificateType]:
    """The types that the senders claim; one in six departments (never edu) claims none."""
    return [found for one in town.senders for found in _types_of(town, one)]


def _types_of(town: Town, one: Department) -> Iterator[CertificateType]:
    is_edu, key = one is town.edu, one.department_id
    if not is_edu and town.chance.hit(1 / 6, "no types", one.department_id):
        return
    count = 4 if is_edu else town.chance.between(1, 4, "types", one.department_id)
    for number in range(count):
        made = number < 3 if is_edu else town.does(one, "made", number)
        yield CertificateType(
            f"3406{one.place:03d}{number + 1:02d}", one,
            EDU_CERTIFICATES[number] if is_edu else f"{one.short_name}{CERTIFICATES[number]}",
            town.chance.day(date(2017, 6, 1), date(2019, 6, 30), "claim", key, number),
            town.chance.between(2, 9, "weight", one.department_id, number) if made else 0,
        )  # fmt: skip


def types_used(town: Town, types: list[CertificateType]) -> list[tuple[Department, str]]:
    """Which types each sender uses in its own matters: mostly two, its own or another's."""
    codes = [found.type_code for found in types] or ["340600001"]
    used: list[tuple[Department, str]] = []
    for one in town.senders:
        for number in range(2):
            if one is town.edu or town.does(one, "type used", number):
                code = town.chance.pick(codes, "used", one.department_id, number)
                used.append((one, code))
    return used


def certificate_tables(town: Town, types: list[CertificateType], certificates: int) -> list[Table]:
    """certificate_types and certificate_volumes, for that many certificates in the year."""
    rows: list[Row] = [
        (found.type_code, found.department.department_id, found.name, found.claimed_on)
        for found in types
    ]
    columns = ("type_code", "department_id", "name", "claimed_at")
    volumes = list(_volumes(town, types, certificates))
    return [
        Table("certificate_types", columns, rows),
        Table("certificate_volumes", ("city_code", "type_code", "year", "volume"), volumes),
    ]


def _volumes(town: Town, types: list[CertificateType], certificates: int) -> Iterator[Row]:
    whole = sum(found.weight for found in types) or 1
    heads = {code: persons for code, _, persons in POPULATIONS}
    rivals = [code for code in heads if code != CITY]
    for found in types:
        own = certificates * found.weight / whole
        key = found.department.department_id
        ahead = _cities_ahead(town, found.department)
        order = sorted(rivals, key=lambda city: town.chance.unit("rival", key, city))
        yield (CITY, found.type_code, YEAR, round(own))
        for place, city in enumerate(order):
            if place == 14 and found.weight % 2:
                continue  # This city has no such certificate: no row.
            # Clear of the own quotient on either side: the draw of a small scale must not tip it.
            percent = town.chance.between(*((130, 220) if place < ahead else (25, 75)), key, city)
            yield (
                city,
                found.type_code,
                YEAR,
                round(own * heads[city] / heads[CITY] * percent / 100),
            )


def _cities_ahead(town: Town, one: Department) -> int:
    if one is town.edu:
        return 6
    if town.does(one, "rank"):
        return town.chance.below(5, "rank", one.department_id)
    return town.chance.between(5, 14, "rank", one.department_id)
