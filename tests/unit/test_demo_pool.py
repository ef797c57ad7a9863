"""The pool of subjects: its size, and that codes made by SQL are as right as they claim.

Two large pools are looked at, one whole and one of a province by samples.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import duckdb
import pytest
from stdnum.cn import ric
from stdnum.cn import uscc as stdnum_uscc

from scorecard.demo.chance import Chance
from scorecard.demo.codes import Subject
from scorecard.demo.pool import Pool, pool_size

PLAIN = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Drawn:
    size: int
    subjects: list[Subject]

    def codes(self, code_kind: str) -> list[str]:
        return [
            one.code
            for one in self.subjects
            if one.is_sound and one.code_kind == code_kind and one.code
        ]


def draw(scale: float, *, each: int, seed: int = 2019) -> Drawn:
    """Each so many-th subject of a pool."""
    with duckdb.connect() as connection:
        pool = Pool(connection, Chance(seed), scale)
        dealt = f"(select n from range(0, {pool.size}, {each}) as numbers (n))"
        found = connection.execute(
            f"with {pool.told(dealt, 'n', names=True)} "
            f"select kind, name, code_kind, code, n < {pool.sound} from told order by n"
        ).fetchall()
    return Drawn(pool.size, [Subject(*row) for row in found])


@pytest.fixture(scope="module", params=[(0.01, 1), (16, 997)], ids=["town", "province"])
def drawn(request: pytest.FixtureRequest) -> Drawn:
    scale, each = request.param
    return draw(scale, each=each)


def is_right(one: Subject) -> bool:
    """Whether the code is right for the subject, by a library that is not ours."""
    match one.kind, one.code_kind:
        case "organization", "uscc":
            return stdnum_uscc.is_valid(one.code)
        case "person", "identity":
            return ric.is_valid(one.code)
        case ("organization", "registration") | ("person", "other"):
            return bool(one.code)
    return False


def test_the_pool_grows_with_the_scale_from_the_900_of_the_default_city() -> None:
    assert [pool_size(scale) for scale in (0.0001, 0.001, 0.003)] == [900, 900, 900]
    assert pool_size(1) == pytest.approx(1_000_000, rel=0.01)
    assert pool_size(16) == pytest.approx(16_000_000, rel=0.01)
    sizes = [pool_size(number / 1000) for number in range(1, 200)]
    assert sizes == sorted(sizes)
    assert {size % 2 for size in sizes} == {0}


def test_every_place_of_the_pool_has_one_subject(drawn: Drawn) -> None:
    step = 1 if drawn.size < 100_000 else 997
    assert len(drawn.subjects) == -(-drawn.size // step)


def test_codes_made_by_sql_are_right_where_the_pool_is_sound_and_nowhere_else(
    drawn: Drawn,
) -> None:
    assert [is_right(one) for one in drawn.subjects] == [one.is_sound for one in drawn.subjects]
    share = sum(one.is_sound for one in drawn.subjects) / len(drawn.subjects)
    assert share == pytest.approx(0.7, abs=0.01)


def test_unsound_codes_are_wrong_in_every_way_that_small_pools_know(drawn: Drawn) -> None:
    ways: Counter[str] = Counter()
    for one in drawn.subjects:
        if one.is_sound:
            continue
        if one.code is None:
            ways["no code"] += 1
        elif one.kind == "organization" and one.code_kind == "identity":
            ways["another kind's code"] += stdnum_uscc.is_valid(one.code)
        elif len(one.code) == 17:
            ways["cut"] += one.code == one.code.lower()
        elif one.code_kind == "identity" and ric.calc_check_digit(one.code) == one.code[-1]:
            ways["no such day"] += (
                re.fullmatch(r"\d{10}(02|04|06|09|11)3[01].*", one.code) is not None
            )
        else:
            ways[f"wrong check character, {one.code_kind}"] += 1
    unsound = sum(not one.is_sound for one in drawn.subjects)
    assert len(ways) == 6
    assert sum(ways.values()) == unsound
    assert all(count == pytest.approx(unsound / 6, rel=0.1) for count in ways.values())


def test_organisation_codes_within_social_credit_codes_have_their_own_check_character(
    drawn: Drawn,
) -> None:
    for code in drawn.codes("uscc"):
        total = sum(
            PLAIN.index(char) * weight
            for char, weight in zip(code[8:16], (3, 7, 9, 10, 5, 8, 4, 2), strict=True)
        )
        assert code[16] == {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11)), code


def test_nobody_alive_and_no_real_organisation_is_in_the_pool(drawn: Drawn) -> None:
    whole = [one for one in drawn.subjects if one.code and one.code_kind in ("identity", "uscc")]
    persons = [str(one.code) for one in whole if one.kind == "person"]
    organisations = [str(one.code).upper() for one in whole if one.kind == "organization"]
    assert {int(code[6:10]) for code in persons} == set(range(1840, 1870))
    assert {code[8:10] for code in organisations} == {"XY"}
    papers = [one for one in drawn.subjects if one.code_kind in ("registration", "other")]
    assert {str(one.code)[0] for one in papers if one.code} == {"3", "P"}


def test_no_two_sound_subjects_of_a_city_of_full_size_share_a_code() -> None:
    with duckdb.connect() as connection:
        pool = Pool(connection, Chance(2019), 1)
        dealt = f"(select n from range({pool.sound}) as numbers (n))"
        [found] = connection.execute(
            f"with {pool.told(dealt, 'n', names=False)} select count(distinct code) from told"
        ).fetchall()
    assert found == (pool.sound,)
    assert pool.sound > 690_000


def test_everybody_has_a_name_of_their_kind(drawn: Drawn) -> None:
    for one in drawn.subjects:
        assert one.name.startswith("淮北") == (one.kind == "organization"), one.name
        assert len(one.name) == 3 or one.kind == "organization", one.name
    names = {one.name for one in drawn.subjects}
    assert len(names) > 5000


def test_another_seed_makes_other_codes_of_the_same_places() -> None:
    one, other = draw(0.01, each=1), draw(0.01, each=1, seed=7)
    same = sum(a.code == b.code for a, b in zip(one.subjects, other.subjects, strict=True))
    assert same < one.size / 5
    assert [a.kind for a in one.subjects] == [b.kind for b in other.subjects]
