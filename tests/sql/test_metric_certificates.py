"""The parts that rest on electronic certificates: 027, 028, 029."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.city import CITY_CODE, City
from tests.sql.cases import Case, Row, Table, outcome, played, row, sources

FINAL: list[Case] = []
MID_YEAR: list[Case] = []


class Types(Table):
    """Cases whose types are each department's own."""

    def _add(self, sentence: str, rows: tuple[Row, ...], expected: tuple[Any, ...]) -> None:
        owner = f"{self.part}/{sentence}"
        super()._add(sentence, tuple(owned(given, owner) for given in rows), expected)


def owned(given: Row, owner: str) -> Row:
    """The row with a type of the owner's own."""
    code = f"{owner}/{given.values['type_code']}"
    return replace(given, values=given.values | {"type_code": code})


def claimed(
    name: str = "1", claimed_at: str = "2018-01-01", file: str | None = None, **values: Any
) -> Row:
    """A type that the department has claimed."""
    return row("certificate_types", file, type_code=name, claimed_at=claimed_at, **values)


def issued(
    name: str = "1", at: str = "2019-06-01 08:00:00", file: str | None = None, **values: Any
) -> Row:
    """A certificate of the rulebook's city."""
    return row("certificates", file, type_code=name, issued_at=at, **values)


def used(name: str, at: str = "2019-06-01 08:00:00", file: str | None = None) -> Row:
    """A use of a certificate of a type."""
    return row("certificate_uses", file, type_code=name, used_at=at)


MADE = Types("027", "types_made", FINAL)
MADE.scored(
    "two of three claimed types",
    claimed("1"),
    claimed("2"),
    claimed("3"),
    issued("1"),
    issued("1"),
    issued("3"),
    value=2,
    base=3,
    score="2.00",
)
MADE.scored(
    "issued long ago counts, issued after the window does not",
    claimed("1"),
    claimed("2"),
    claimed("3"),
    issued("1", "2012-01-01 00:00:00"),
    issued("2", "2019-12-31 23:59:59.999999"),
    issued("3", "2020-01-01 00:00:00"),
    value=2,
    base=3,
    score="2.00",
)
MADE.scored(
    "claimed on the last day, and the day after",
    claimed("1", "2019-12-31"),
    claimed("2", "2020-01-01"),
    issued("2"),
    value=0,
    base=1,
    score="0.00",
)
MADE.scored(
    "what another department issued is not its own",
    claimed("1"),
    claimed("1", department_id="other"),
    issued("1", department_id="other"),
    value=0,
    base=1,
    score="0.00",
)
MADE.scored(
    "a certificate for another known city counts, for an unknown one not",
    claimed("1"),
    claimed("2"),
    issued("1", city_code="340100"),
    issued("2", city_code="999999"),
    value=1,
    base=2,
    score="1.50",
)
MADE.not_applicable("nothing claimed", issued("1"))

USED = Types("029", "types_used", FINAL)
USED.scored(
    "claimed or not, by whomever",
    claimed("1"),
    claimed("2", department_id="other"),
    claimed("3", "2020-06-01", department_id="other"),
    used("1"),
    used("2"),
    used("3"),
    value=3,
    score="1.00",
)
USED.scored("one type, often", claimed("1"), used("1"), used("1"), value=1, score="0.50")
USED.scored(
    "uses at the window's edges",
    *(claimed(name) for name in "1234"),
    used("1", "2018-12-31 23:59:59.999999"),
    used("2", "2019-01-01 00:00:00"),
    used("3", "2019-12-31 23:59:59.999999"),
    used("4", "2020-01-01 00:00:00"),
    value=2,
    score="1.00",
)
USED.missing("a type that nobody has a row for", used("1"))
USED.missing("a type that only an unknown department has", claimed(department_id="?"), used("1"))
USED.missing("no use in window", claimed("1"), used("1", "2020-01-01 00:00:00"))

Types("027", "types_made", MID_YEAR).scored(
    "issued and claimed after the day do not exist",
    claimed("1", "2019-06-30"),
    claimed("2", "2019-07-01"),
    issued("1", "2019-07-01 00:00:00"),
    issued("2", "2019-06-01 00:00:00"),
    value=0,
    base=1,
    score="0.00",
)
Types("029", "types_used", MID_YEAR).missing(
    "used after the day", claimed("1"), used("1", "2019-07-01 00:00:00")
)


def with_other_cities(cases: list[Case]) -> list[Case]:
    """Adds a department that brings along a second department and the known cities."""
    others = (
        row("departments", department_id="other"),
        row("populations", city_code=CITY_CODE, population=10),
        row("populations", city_code="340100", population=10),
    )
    return [*cases, Case("others", "001", "meetings", others, ())]


@pytest.fixture(scope="module")
def final() -> City:
    return played(with_other_cities(FINAL))


@pytest.mark.parametrize("case", FINAL, ids=lambda case: case.department)
def test_certificates_of_a_whole_year(final: City, case: Case) -> None:
    assert outcome(final, case) == case.expected


@pytest.fixture(scope="module")
def mid_year() -> City:
    return played(MID_YEAR, "2019-06-30")


@pytest.mark.parametrize("case", MID_YEAR, ids=lambda case: case.department)
def test_certificates_in_the_middle_of_the_year(mid_year: City, case: Case) -> None:
    assert outcome(mid_year, case) == case.expected


def test_certificates_count_without_any_population_delivered() -> None:
    city = City()
    city.give("certificate_types", {"claimed_at": "2019-01-01"})
    city.give("certificates", {"issued_at": "2019-06-01 00:00:00"})
    assert city.score().part("027", "types_made")["score"] == 3


class Province:
    """A city among others, for 028: own certificates against the others' volumes."""

    def __init__(self, own: int, population: int | None, **others: tuple[int | None, int | None]):
        self.city = City()
        self.city.give("certificate_types", {"type_code": "t1", "claimed_at": "2019-01-01"})
        self.issue(own)
        self.peer(CITY_CODE, None, population)
        for name, (volume, people) in others.items():
            self.peer(name, volume, people)

    def issue(self, count: int, **values: Any) -> Province:
        """Certificates of the first type, in window, by edu, unless said otherwise."""
        given = {"type_code": "t1", "issued_at": "2019-06-01 08:00:00", **values}
        if count:
            self.city.give("certificates", *[given] * count)
        return self

    def peer(self, city_code: str, volume: int | None, people: int | None) -> Province:
        """A city's bulletin and population of 2019."""
        if people is not None:
            self.city.give("populations", {"city_code": city_code, "population": people})
        if volume is not None:
            given = {"city_code": city_code, "type_code": "t1", "volume": volume}
            self.city.give("certificate_volumes", given)
        return self

    def ranked(self, as_of: str = "2020-03-31") -> tuple[Any, ...]:
        """Status, value, base, rank and score."""
        part = self.city.score(as_of).part("028", "volume_rank")
        return tuple(part[name] for name in ("status", "value", "base", "rank", "score"))


def peers(count: int, volume: int) -> dict[str, tuple[int, int]]:
    """So many cities of 100 persons with one volume."""
    return {f"c{volume}-{number}": (volume, 100) for number in range(count)}


@pytest.mark.parametrize(
    ("ahead", "level", "rank", "score"),
    [
        (0, 0, 1, "2.00"),
        (0, 15, 1, "2.00"),
        (4, 0, 5, "2.00"),
        (4, 3, 5, "2.00"),
        (5, 0, 6, "1.00"),
        (9, 0, 10, "1.00"),
        (9, 2, 10, "1.00"),
        (10, 0, 11, "0.00"),
        (15, 0, 16, "0.00"),
    ],
)
def test_equal_quotients_share_the_rank_after_those_ahead(
    ahead: int, level: int, rank: int, score: str
) -> None:
    others = peers(ahead, 4) | peers(level, 3) | peers(16 - 1 - ahead - level, 1)
    found = Province(3, 100, **others).ranked()
    assert found == ("scored", 3, 100, rank, Decimal(score))


def test_quotients_are_compared_exactly_and_not_as_floating_point() -> None:
    big = 3 * 10**17
    province = Province(1, 3, above=(big // 3 + 1, big), level=(big // 3, big), below=(1, 4))
    assert province.ranked()[3] == 2


def test_persons_count_and_not_volume_alone() -> None:
    assert Province(1, 10, big=(5, 100), small=(1, 5)).ranked()[3] == 2


@pytest.mark.parametrize("population", [None, 0])
def test_without_an_own_population_it_is_missing(population: int | None) -> None:
    assert Province(1, population, other=(1, 10)).ranked() == ("missing", None, None, None, 0)


def test_without_a_row_of_another_city_it_is_missing() -> None:
    province = Province(1, 10, other=(None, 10)).peer(CITY_CODE, 5, None)
    status, value, base, rank, score = province.ranked()
    assert (status, value, base, rank, score) == ("missing", None, 10, None, 0)


def test_without_own_volume_and_others_rows_it_is_missing_too() -> None:
    assert Province(0, 10, other=(None, 10)).ranked()[0] == "missing"


def test_rows_of_cities_without_a_population_of_the_year_say_nothing() -> None:
    assert Province(1, 10, other=(1, None)).ranked()[0] == "missing"
    province = Province(1, 10, unknown=(99, None), nobody=(99, 0), other=(0, 10))
    assert province.ranked()[3] == 1


def test_a_volume_of_zero_is_a_row() -> None:
    assert Province(1, 10, other=(0, 10)).ranked() == ("scored", 1, 10, 1, Decimal("2.00"))


def test_a_city_without_a_row_has_a_volume_of_zero() -> None:
    assert Province(1, 10, other=(1, 1), silent=(None, 1)).ranked()[3] == 2


def test_no_own_volume_has_no_rank_and_no_points() -> None:
    assert Province(0, 10, other=(0, 10)).ranked() == ("scored", 0, 10, None, 0)


def test_own_rows_of_the_bulletin_are_not_used() -> None:
    province = Province(1, 10, other=(5, 10)).peer(CITY_CODE, 900, None)
    assert province.ranked() == ("scored", 1, 10, 2, Decimal("2.00"))


def test_volume_is_the_citys_by_any_known_department_in_window() -> None:
    province = Province(1, 10, other=(3, 10))
    province.city.give("departments", {"department_id": "far", "city_code": "340100"})
    province.issue(1, department_id="far")
    province.issue(1, department_id="nobody")
    province.issue(1, city_code="other")
    province.issue(1, type_code="t9")
    for at in ("2018-12-31 23:59:59.999999", "2020-01-01 00:00:00"):
        province.issue(1, issued_at=at)
    for at in ("2019-01-01 00:00:00", "2019-12-31 23:59:59.999999"):
        province.issue(1, issued_at=at)
    assert province.ranked()[1:4] == (4, 10, 1)


def test_claimed_types_are_taken_together_and_only_those_claimed_in_time() -> None:
    province = Province(1, 10, other=(2, 10))
    city = province.city
    city.give("certificate_types", {"type_code": "t2", "claimed_at": "2019-12-31"})
    city.give("certificate_types", {"type_code": "t3", "claimed_at": "2020-01-01"})
    province.issue(2, type_code="t2").issue(9, type_code="t3")
    city.give("certificate_volumes", {"city_code": "other", "type_code": "t2", "volume": 2})
    city.give("certificate_volumes", {"city_code": "other", "type_code": "t3", "volume": 9})
    assert province.ranked()[1:4] == (3, 10, 2)


def test_bulletins_and_populations_of_another_year_are_not_used() -> None:
    province = Province(1, 10, other=(1, 10))
    last = {"city_code": "other", "year": 2018}
    province.city.give("certificate_volumes", last | {"type_code": "t1", "volume": 99})
    province.city.give("populations", last | {"population": 1}, {"city_code": "x", "year": 2018})
    assert province.ranked()[3] == 1


def test_a_department_without_claimed_types_has_no_rank_to_answer_for() -> None:
    city = City()
    city.give("certificate_types", {"claimed_at": "2020-01-01"})
    assert city.score().part("028", "volume_rank")["status"] == "not_applicable"


def test_in_the_middle_of_the_year_only_what_was_issued_by_then_counts() -> None:
    province = Province(1, 10, other=(1, 10)).issue(5, issued_at="2019-07-01 00:00:00")
    assert province.ranked("2019-06-30")[1:4] == (1, 10, 1)


def test_certificates_are_traced_to_their_files() -> None:
    rows = (
        claimed("1", file="a.csv"),
        claimed("2", file="b.csv"),
        claimed("3", "2020-01-01", file="b.csv"),
        issued("1", file="a.csv"),
        issued("1", "2018-06-01 00:00:00", "b.csv"),
        issued("1", file="b.csv", department_id="other"),
        issued("2", "2020-06-01 00:00:00", "b.csv"),
        used("1", file="a.csv"),
        used("1", "2020-06-01 00:00:00", "a.csv"),
        used("2", file="b.csv"),
        used("2", file="b.csv"),
        row("certificate_volumes", "a.csv", type_code="1", city_code="340100", volume=7),
        row("certificate_volumes", "a.csv", type_code="1", city_code=CITY_CODE, volume=7),
    )
    keys = (("027", "types_made"), ("028", "volume_rank"), ("029", "types_used"))
    cases = [
        Case("files", code, part, tuple(owned(given, code) for given in rows), ())
        for code, part in keys
    ]
    city = played(with_other_cities(cases))
    made, ranked, types_used = (sources(city, case) for case in cases)
    assert made == [
        ("certificate_types", "a.csv", 1, 1),
        ("certificate_types", "b.csv", 1, 0),
        ("certificates", "a.csv", 1, 1),
        ("certificates", "b.csv", 1, 1),
    ]
    assert ranked == [
        ("certificate_types", "a.csv", 1, 1),
        ("certificate_types", "b.csv", 1, 0),
        ("certificate_volumes", "a.csv", 1, 0),
        ("certificates", "a.csv", 1, 1),
        ("certificates", "b.csv", 1, 1),
    ]
    assert types_used == [
        ("certificate_types", "a.csv", 1, 1),
        ("certificate_types", "b.csv", 1, 1),
        ("certificate_uses", "a.csv", 1, 1),
        ("certificate_uses", "b.csv", 2, 2),
    ]


def test_a_known_city_without_a_population_of_the_year_is_ranked_behind_by_nobody() -> None:
    city = City()
    city.give("populations", {"city_code": "340600", "year": 2019, "population": 100})
    city.give("populations", {"city_code": "340300", "year": 2018, "population": 1})
    city.give("certificate_types", {"type_code": "t1", "claimed_at": "2019-01-01"})
    city.give("certificates", {"type_code": "t1", "issued_at": "2019-05-01 08:00:00"})
    city.give("certificate_volumes", {"city_code": "340300", "type_code": "t1", "volume": 999})
    row = city.score().part("028", "volume_rank")
    assert (row["status"], row["rank"], row["score"]) == ("scored", 1, 2)


def test_a_city_that_nobody_knows_is_no_comparison() -> None:
    city = City()
    city.give("populations", {"city_code": "340600", "year": 2019, "population": 100})
    city.give("certificate_types", {"type_code": "t1", "claimed_at": "2019-01-01"})
    city.give("certificates", {"type_code": "t1", "issued_at": "2019-05-01 08:00:00"})
    city.give("certificate_volumes", {"city_code": "999999", "type_code": "t1", "volume": 0})
    row = city.score().part("028", "volume_rank")
    assert (row["status"], row["rank"], row["score"]) == ("missing", None, 0)
