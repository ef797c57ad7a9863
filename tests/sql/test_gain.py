"""What would win points back, by hand: how a part stands, and the least change that earns more."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from tests.city import City
from tests.sql.gain_sheet import GainSheet
from tests.sql.sheet import exempt

WITHIN = {"method": "ratio", "points": 2}
ADDED = {"method": "ratio", "points": 2, "gain": {"change": "added"}}
NEW = {"new_multiple_of": 1, "new_zh": "新增 {n}", "new_en": "Register {n}"}
RENEWED = {"method": "ratio", "points": 2, "gain": NEW}
SCALED = {"method": "scaled", "points": 10, "gain": {"multiple_of": "0.01", "expected_base": 100}}
UNITS = {"method": "per_unit", "points": 2, "each": "0.5"}
FLAG = {"method": "flag", "points": 3, "at_least": 3}
LIMIT = {
    "method": "limit", "points": 3, "at_most": 0, "no_input": None,
    "metric": "major_outages_and_incidents",
}  # fmt: skip
LEVELS = {
    "method": "levels", "points": 3,
    "level_points": {"dedicated": 3, "other": 1, "worse": 1, "none": 0},
    "level_names_zh": {"dedicated": "专线", "other": "其他", "worse": "更差", "none": "未接入"},
    "level_names_en": {"dedicated": "line", "other": "other", "worse": "worse", "none": "none"},
    "gain": {"text_zh": "改为{level}", "text_en": "Change to {level}"},
}  # fmt: skip


class Case(NamedTuple):
    """A rule, what was measured (None: nothing), by step: change, amount, value, base, gain."""

    rule: dict[str, Any]
    measure: dict[str, Any] | None
    steps: tuple[tuple[str, str | None, str | None, str | None, str], ...]


def case(rule: dict[str, Any], measure: dict[str, Any] | None, *steps: Any) -> Case:
    return Case(rule, measure, steps)


CASES = {
    # 2 points over 120: one entry is 0.0166, so 0.02 from 0.00, and 0.00 + 0.01 takes one as well.
    "one entry of many": case(
        WITHIN, {"value": 0, "base": 120},
        ("within", "1", "1", "120", "0.02"), ("within", "120", "120", "120", "2.00"),
    ),
    # 1 of 400 is 0.005 and rounds up; of 401 it is 0.00499 and does not.
    "half of a hundredth is enough": case(
        WITHIN, {"value": 0, "base": 400},
        ("within", "1", "1", "400", "0.01"), ("within", "399", "399", "400", "2.00"),
    ),
    "less than half of a hundredth is not": case(
        WITHIN, {"value": 0, "base": 401},
        ("within", "2", "2", "401", "0.01"), ("within", "400", "400", "401", "2.00"),
    ),
    # 87 of 120 of 3 points is 2.175, printed 2.18; 88 is 2.2.
    "from a score that was rounded up": case(
        WITHIN | {"points": 3}, {"value": 87, "base": 120},
        ("within", "1", "88", "120", "0.02"), ("within", "33", "120", "120", "0.82"),
    ),
    "one step where the first item is the last": case(
        WITHIN, {"value": 3, "base": 4}, ("within", "1", "4", "4", "0.50"),
    ),
    "a negative value has farther to go": case(
        WITHIN, {"value": -5, "base": 2}, ("within", "6", "1", "2", "1.00"),
        ("within", "7", "2", "2", "2.00"),
    ),
    # 90000 / 365 = 246.57; 246 of it are 1.9953 and print 2.00, 245 are 1.987: 1.99.
    "a base in proportion": case(
        WITHIN, {"value": 90, "base": 90000, "base_divisor": 365},
        ("within", "1", "91", "246.575342", "0.01"),
        ("within", "156", "246", "246.575342", "1.27"),
    ),
    "a base in proportion, just short": case(
        WITHIN, {"value": 245, "base": 90000, "base_divisor": 365},
        ("within", "1", "246", "246.575342", "0.01"),
    ),
    "decimals in hundredths": case(
        SCALED, {"value": "92.345", "base": 100},
        ("within", "0.01", "92.355", "100", "0.01"), ("within", "7.61", "99.955", "100", "0.77"),
    ),
    "a mark that has not come, out of what is expected": case(
        SCALED, None,
        ("within", "0.05", "0.05", "100", "0.01"), ("within", "99.95", "99.95", "100", "10.00"),
    ),
    # 10 of 12 on time: 1.67. (10 + n) / (12 + n) >= 1.675 / 2 first at n = 1 (11 / 13: 1.69); full
    # from 1.995 on: n = 788 (798 / 800).
    "new ones on time": case(
        ADDED, {"value": 10, "base": 12},
        ("added", "1", "11", "13", "0.02"), ("added", "788", "798", "800", "0.33"),
    ),
    "new ones on time, of a base in proportion": case(
        ADDED, {"value": 10, "base": 24, "base_divisor": 2},
        ("added", "1", "11", "13", "0.02"), ("added", "788", "798", "800", "0.33"),
    ),
    "the first one on time": case(ADDED, None, ("added", "1", "1", "1", "2.00")),
    "one on time where none is to divide by": case(
        ADDED, {"value": 0, "base": 0}, ("added", "1", "1", "1", "2.00")
    ),
    "a negative base is made up for": case(
        ADDED, {"value": 0, "base": -3}, ("added", "4", "4", "1", "2.00")
    ),
    "the first item brings its base": case(RENEWED, None, ("added", "1", "1", "1", "2.00")),
    "items that bring a base of two": case(
        RENEWED | {"gain": NEW | {"new_multiple_of": 2}}, None, ("added", "2", "2", "2", "2.00")
    ),
    "an item once there is a base is put right": case(
        RENEWED, {"value": 0, "base": 1}, ("within", "1", "1", "1", "2.00")
    ),
    "nothing is known before the first item": case(
        WITHIN, None, ("none", None, None, None, "0.00")
    ),
    "nothing to divide by, and nobody says what would come": case(
        WITHIN, {"value": 0, "base": 0}, ("none", None, None, None, "0.00")
    ),
    "one unit, then all": case(
        UNITS, {"value": 1}, ("added", "1", "2", None, "0.50"), ("added", "3", "4", None, "1.50")
    ),
    "units that are missing": case(
        UNITS, None, ("added", "1", "1", None, "0.50"), ("added", "4", "4", None, "2.00")
    ),
    "units of less than half of a hundredth": case(
        UNITS | {"each": "0.0024", "points": "0.02"}, {"value": 1},
        ("added", "2", "3", None, "0.01"), ("added", "6", "7", None, "0.02"),
    ),
    "a unit worth more than the points": case(
        UNITS | {"each": 5}, {"value": 0}, ("added", "1", "1", None, "2.00")
    ),
    "a third of a unit": case(
        UNITS | {"each": "0.333333", "points": 1}, {"value": 2}, ("added", "1", "3", None, "0.33")
    ),
    "evidence short of a flag": case(
        FLAG | {"gain": {"change": "evidence"}}, {"value": 1},
        ("evidence", "2", "3", None, "3.00"),
    ),
    "a flag without anything": case(FLAG, None, ("added", "3", "3", None, "3.00")),
    "a flag short by part of a unit": case(
        FLAG, {"value": "2.5"}, ("added", "1", "3.5", None, "3.00")
    ),
    "beyond the limit": case(LIMIT, {"value": 3}, ("fewer", "3", "0", None, "3.00")),
    "beyond a higher limit by part of a unit": case(
        LIMIT | {"at_most": "2.5"}, {"value": 4}, ("fewer", "2", "2", None, "3.00")
    ),
    "nothing to keep within a limit": case(
        LIMIT | {"gain": NEW}, {"value": None}, ("added", "1", "0", None, "3.00")
    ),
    "nothing to keep within a limit, and nobody says what would": case(
        LIMIT, {"value": None}, ("none", None, None, None, "0.00")
    ),
    "a rank without peers": case(
        {"method": "rank_bands", "rank_bands": [{"to_rank": 5, "points": 2}]},
        {"value": None, "base": 10}, ("none", None, None, None, "0.00"),
    ),
}  # fmt: skip
CODES = {name: f"{number:03}" for number, name in enumerate(CASES, 1)}


@pytest.fixture(scope="module")
def sheet() -> GainSheet:
    """Every case as an indicator of its own, and one more that lost nothing."""
    sheet = GainSheet()
    for name, one in CASES.items():
        sheet.rule(CODES[name], **one.rule)
        if one.measure is not None:
            metric = {"metric": one.rule["metric"]} if "metric" in one.rule else {}
            sheet.measure(CODES[name], **one.measure, **metric)
    sheet.rule("900")
    sheet.measure("900", value=3, base=3)
    sheet.rule("901", empty="not_applicable")
    sheet.measure("901", value=0, base=0)
    sheet.rule("902")
    sheet.measure("902", value=0, base=3)
    exempt(sheet, "902", decided_on="2019-06-01")
    return sheet.score()


@pytest.mark.parametrize("name", CASES)
def test_the_least_change_is_as_worked_out_by_hand(sheet: GainSheet, name: str) -> None:
    def number(text: str | None) -> Decimal | None:
        return None if text is None else Decimal(text)

    found = sheet.gains(CODES[name])
    assert [
        (row["change"], row["amount"], row["value_to"], row["base_to"], row["gain"])
        for row in found
    ] == [(change, *map(number, numbers)) for change, *numbers in CASES[name].steps]
    assert [row["step"] for row in found] == list(range(1, len(found) + 1))


@pytest.mark.parametrize("code", ["900", "901", "902"])
def test_a_part_that_lost_nothing_has_no_row(sheet: GainSheet, code: str) -> None:
    assert sheet.gains(code) == []


def test_every_part_that_lost_points_has_a_row_and_no_other(sheet: GainSheet) -> None:
    assert (
        sheet.rows("""
        select indicator_code from marts.fct_part_score where points > score
        except select indicator_code from marts.mart_gain
    """)
        == []
    )
    assert (
        sheet.rows("""
        select indicator_code from marts.mart_gain
        except select indicator_code from marts.fct_part_score where points > score
    """)
        == []
    )


def test_every_row_speaks_both_languages_and_says_its_gain(sheet: GainSheet) -> None:
    rows = sheet.rows("select * from marts.mart_gain")
    assert rows
    for row in rows:
        assert row["text_zh"]
        assert row["text_en"]
        for text in (row["text_zh"], row["text_en"]):
            assert "{" not in text
            assert (f"+{row['gain']}" in text) == (row["change"] != "none")


def levels(level: str | None) -> list[dict[str, Any]]:
    sheet = GainSheet()
    sheet.rule(**LEVELS)
    if level:
        sheet.measure(level=level)
    return sheet.score().gains()


@pytest.mark.parametrize(("level", "expected"), [
    ("none", [(1, "other", "1.00"), (2, "dedicated", "3.00")]),
    ("worse", [(1, "dedicated", "2.00")]),
    ("unheard", [(1, "other", "1.00"), (2, "dedicated", "3.00")]),
    (None, [(1, "other", "1.00"), (2, "dedicated", "3.00")]),
    ("dedicated", []),
])  # fmt: skip
def test_the_next_level_is_the_next_that_earns_more(level: str | None, expected: Any) -> None:
    found = levels(level)
    assert [(row["step"], row["level_to"], str(row["gain"])) for row in found] == expected
    assert {row["amount"] for row in found} <= {None}


def test_a_level_is_called_by_its_name() -> None:
    row = levels("worse")[0]
    assert row["text_zh"] == "改为专线：+2.00 分，得满分"
    assert row["text_en"] == "Change to line: +2.00, full points"


def test_a_sentence_has_the_words_of_the_rulebook_and_the_gain() -> None:
    sheet = GainSheet()
    sheet.rule()
    sheet.measure(value=1, base=4)
    first, full = sheet.score().gains()
    assert (first["text_zh"], first["text_en"]) == ("做 1：+0.50 分", "Do 1 more thing: +0.50")
    assert full["text_zh"] == "做 3：+1.50 分，得满分"
    assert full["text_en"] == "Do 3 more things: +1.50, full points"


def test_pending_evidence_is_told() -> None:
    sheet = GainSheet()
    sheet.rule(**UNITS | {"gain": {"change": "evidence"}})
    sheet.measure(inputs=0, pending=2)
    first, _ = sheet.score().gains()
    assert first["text_zh"] == "做 1（已有 2 份待审）：+0.50 分"
    assert first["text_en"] == "Do 1 more thing (2 pending already): +0.50"


def ranked(own: int, others: dict[str, tuple[int, int]], population: int = 1000) -> City:
    """edu claims a type with `own` certificates issued; other cities: volume, population."""
    city = City()
    city.give("certificate_types", {"claimed_at": "2019-01-01"})
    city.give("populations", {"population": population}, *(
        {"city_code": code, "population": people} for code, (_, people) in others.items() if people
    ))  # fmt: skip
    city.give("populations", {"city_code": "999999", "year": 2018, "population": 1})
    city.give("certificate_volumes", *(
        {"city_code": code, "volume": volume} for code, (volume, _) in others.items()
    ))  # fmt: skip
    for number in range(own):
        city.give("certificates", {"certificate_id": f"c{number}", "issued_at": "2019-06-01"})
    return city.score()


def rank_gains(city: City) -> list[tuple[Any, ...]]:
    rows = city.rows("select * from marts.mart_gain where indicator_code = '028' order by step")
    return [(r["change"], r["amount"], r["value_to"], str(r["gain"]), r["text_en"]) for r in rows]


PEERS = {f"34{number:02}00": (10 * number, 1000) for number in range(1, 13)}
"""Twelve cities of 10, 20 .. 120 certificates a thousand heads; none of them is 340600."""
PEERS["341900"] = PEERS.pop("340600")


def test_drawing_level_with_a_city_shares_its_rank() -> None:
    # Tenth of the others is the one with 30: level with it is rank 10. Fifth has 80.
    assert rank_gains(ranked(5, PEERS)) == [
        ("rank", 25, 30, "1.00",
         "Issue 25 more certificates of claimed types, which is rank 10 per head: +1.00"),
        ("rank", 75, 80, "2.00", "Issue 75 more certificates of claimed types, which is rank 5 per "
         "head: +2.00, full points"),
    ]  # fmt: skip


def test_a_share_of_a_certificate_takes_a_whole_one() -> None:
    # 30 a thousand heads are 30.09 of 1003 inhabitants, so 31 of them; 80 are 80.24.
    amounts = [amount for _, amount, *_ in rank_gains(ranked(5, PEERS, population=1003))]
    assert amounts == [26, 76]


def test_a_tie_of_cities_is_passed_together() -> None:
    tied = PEERS | dict.fromkeys(("340900", "341000", "341100"), (80, 1000))
    assert [(amount, gain) for _, amount, _, gain, _ in rank_gains(ranked(79, tied))] == [
        (1, "1.00")
    ]


def test_any_certificate_ranks_among_few_cities() -> None:
    few = {code: PEERS[code] for code in ("340100", "340200")}
    assert rank_gains(ranked(0, few)) == [
        ("rank", 1, 1, "2.00",
         "Issue 1 more certificate of claimed types, which is rank 3 per head: +2.00, full points"),
    ]  # fmt: skip


def test_a_city_without_a_population_is_nobody_to_pass() -> None:
    unknown = PEERS | dict.fromkeys(("343100", "343200"), (10**6, 0))
    assert [amount for _, amount, *_ in rank_gains(ranked(5, unknown))] == [25, 75]


@pytest.mark.parametrize("own", [0, 1, 29, 30, 31, 80, 120, 121])
def test_the_peers_give_the_rank_that_the_metric_gives(own: int) -> None:
    [row] = ranked(own, PEERS | {"343100": (30, 997)}, population=1009).rows(
        "select m.rank, m.value, rank_among(p.needs, millionths(m.value)) as among "
        "from metrics.certificate_volume_rank as m inner join scores.part_gain_peer as p "
        "using (assessment_id, department_id, indicator_code, part)"
    )
    assert row["value"] == own
    assert row["rank"] == (row["among"] if own else None)


def first_bases(as_of: str, **target: Any) -> dict[str, tuple[Any, ...]]:
    """Of a department without any input: change, amount and base of the parts with known bases."""
    city = City()
    if target:
        city.give("credit_targets", target)
    found = city.score(as_of).rows("select * from marts.mart_gain where step = 1")
    return {
        row["indicator_code"]: (row["change"], row["amount"], row["base_to"])
        for row in found if row["indicator_code"] in ("008", "011", "013")
    }  # fmt: skip


def test_what_a_first_input_is_held_against_is_known_before_it_comes() -> None:
    # 011: nine months of 100; 0.005 of 6 points are 0.75. 013: 730 x 273 / 365; 1.365 up to 2.
    assert first_bases("2019-09-30", expected_records=730) == {
        "008": ("within", Decimal("0.05"), 100),
        "011": ("within", Decimal("0.75"), 900),
        "013": ("within", 2, 546),
    }


def test_without_a_target_or_a_month_gone_by_nothing_is_promised() -> None:
    found = first_bases("2019-01-15")
    assert found["011"] == ("none", None, None)
    assert found["013"] == ("none", None, None)
