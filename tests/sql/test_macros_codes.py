"""The codes of the subjects of credit records, held against python-stdnum and by hand."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidComponent

DIGITS = "0123456789"
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ORGANIZATION = "91110000600037341L"
PERSON = "11010519491231002X"


def judged(database: duckdb.DuckDBPyConnection, macro: str, codes: list[str]) -> list[bool]:
    """What a macro says of each code, in order, judged in one query as while landing."""
    query = f"select {macro}(code) from (select unnest(?) as code, unnest(?) as i) order by i"
    return [row[0] for row in database.execute(query, [codes, list(range(len(codes)))]).fetchall()]


def is_by_stdnum_uscc(code: str) -> bool:
    """stdnum's check character; its validation also wants eight digits in front, by practice."""
    shaped = len(code) == 18 and all(character in ALPHABET for character in code)
    return shaped and code[17] == uscc.calc_check_digit(code[:17])


def is_by_stdnum_identity(code: str) -> bool:
    """stdnum's check character and day of birth; which places there were is not asked here."""
    if len(code) != 18 or any(c not in DIGITS for c in code[:17]) or code[17] not in DIGITS + "X":
        return False
    try:
        ric.get_birth_date(code)
    except InvalidComponent:
        return False
    return code[17] == ric.calc_check_digit(code)


bodies = st.text(alphabet=ALPHABET, min_size=17, max_size=17)
near_codes = st.one_of(
    bodies.map(lambda body: body + uscc.calc_check_digit(body)),
    st.text(alphabet=ALPHABET, min_size=18, max_size=18),
    st.text(alphabet=ALPHABET + "IOSVZabz- 零Ａ", min_size=16, max_size=19),
    st.text(max_size=19),
)
births = st.one_of(
    st.dates().map(lambda day: f"{day.year:04d}{day:%m%d}"),
    st.integers(0, 9999).map(lambda year: f"{year:04d}0229"),
    st.tuples(st.integers(0, 9999), st.integers(0, 13), st.integers(0, 32)).map(
        lambda parts: "{:04d}{:02d}{:02d}".format(*parts)
    ),
)
stems = st.tuples(
    st.text(alphabet=DIGITS, min_size=6, max_size=6),
    births,
    st.text(alphabet=DIGITS, min_size=3, max_size=3),
).map("".join)
near_identities = st.one_of(
    stems.map(lambda stem: stem + ric.calc_check_digit(stem + "0")),
    st.tuples(stems, st.sampled_from(DIGITS + "X")).map("".join),
    st.text(alphabet=DIGITS + "Xx- 零１", min_size=15, max_size=19),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(near_codes, min_size=1, max_size=200))
def test_a_code_is_valid_exactly_when_stdnum_computes_its_check_character(
    database: duckdb.DuckDBPyConnection, codes: list[str]
) -> None:
    assert judged(database, "is_uscc", codes) == [is_by_stdnum_uscc(code) for code in codes]


@settings(max_examples=80, deadline=None)
@given(st.lists(near_identities, min_size=1, max_size=200))
def test_an_identity_number_is_valid_exactly_when_stdnum_agrees_on_check_and_day(
    database: duckdb.DuckDBPyConnection, codes: list[str]
) -> None:
    expected = [is_by_stdnum_identity(code) for code in codes]
    assert judged(database, "is_identity_number", codes) == expected


def test_every_day_of_the_calendar_is_a_birthday_and_no_other_number_is(
    database: duckdb.DuckDBPyConnection,
) -> None:
    numbers = [
        f"110105{year:04d}{month:02d}{day:02d}002"
        for year in (0, 1, 4, 100, 400, 1600, 1700, 1899, 1900, 1996, 2000, 2019, 2100, 9999)
        for month in range(14)
        for day in range(33)
    ]
    codes = [number + ric.calc_check_digit(number + "0") for number in numbers]
    expected = [is_by_stdnum_identity(code) for code in codes]
    assert judged(database, "is_identity_number", codes) == expected
    assert sum(expected) == 13 * 365 + 5


def test_each_character_in_each_place_weighs_what_the_standard_says(
    database: duckdb.DuckDBPyConnection,
) -> None:
    bodies = [
        "0" * place + letter + "0" * (16 - place) for place in range(17) for letter in ALPHABET
    ]
    codes = [body + check for body in bodies for check in ALPHABET]
    expected = [is_by_stdnum_uscc(code) for code in codes]
    assert judged(database, "is_uscc", codes) == expected
    assert sum(expected) == len(bodies)


@pytest.mark.parametrize(
    ("code", "is_valid"),
    [
        (ORGANIZATION, True),
        (ORGANIZATION.lower(), False),
        ("91110000600037341M", False),
        ("91110000600037314L", False),
        ("91110000600037341", False),
        (ORGANIZATION + "0", False),
        ("9111000060003734IL", False),
        ("91110000600037341Ｌ", False),
        ("91110000 00037341L", False),
        (ORGANIZATION + "\n", False),
        ("A" + ORGANIZATION[1:], False),
        ("", False),
        (None, False),
    ],
)
def test_an_organizations_code_by_hand(
    database: duckdb.DuckDBPyConnection, code: str | None, is_valid: bool
) -> None:
    assert database.execute("select is_uscc(?::varchar)", [code]).fetchone() == (is_valid,)


@pytest.mark.parametrize(
    ("code", "is_valid"),
    [
        (PERSON, True),
        (PERSON.lower(), False),
        ("110105194912310020", False),
        ("11010519491231003X", False),
        ("440524188001010014", True),
        ("110105199902300023", False),  # the check is right, the 30th of February is not a day
        ("110105199902280026", True),
        ("110105200002290021", True),
        ("11010519491231002", False),
        ("1101054912310", False),
        (PERSON + "\n", False),
        ("1101051949123100２X", False),
        ("", False),
        (None, False),
    ],
)
def test_an_identity_number_by_hand(
    database: duckdb.DuckDBPyConnection, code: str | None, is_valid: bool
) -> None:
    assert database.execute("select is_identity_number(?::varchar)", [code]).fetchone() == (
        is_valid,
    )


@pytest.mark.parametrize(
    ("record", "is_complete"),
    [
        (("organization", "甲公司", "uscc", ORGANIZATION, "许可"), True),
        (("organization", "甲公司", "uscc", ORGANIZATION[:-1] + "M", "许可"), False),
        (("organization", "甲公司", "registration", "皖-7", "许可"), True),
        (("organization", "甲公司", "registration", "", "许可"), False),
        (("organization", "甲公司", "registration", None, "许可"), False),
        (("organization", "甲公司", "identity", PERSON, "许可"), False),
        (("organization", "甲公司", "other", "7", "许可"), False),
        (("person", "张三", "identity", PERSON, "许可"), True),
        (("person", "张三", "identity", ORGANIZATION, "许可"), False),
        (("person", "张三", "other", "E1234567", "许可"), True),
        (("person", "张三", "other", None, "许可"), False),
        (("person", "张三", "uscc", ORGANIZATION, "许可"), False),
        (("person", "张三", "registration", "7", "许可"), False),
        (("person", None, "identity", PERSON, "许可"), False),
        (("person", "", "identity", PERSON, "许可"), False),
        (("person", "张三", "identity", PERSON, None), False),
        (("person", "张三", "identity", PERSON, ""), False),
        (("person", "张三", "identity", None, "许可"), False),
        (("person", "张三", None, PERSON, "许可"), False),
        ((None, "张三", "identity", PERSON, "许可"), False),
        ((None, None, None, None, None), False),
    ],
)
def test_key_information_is_complete_with_name_core_and_a_code_of_the_subjects_kind(
    database: duckdb.DuckDBPyConnection, record: tuple[str | None, ...], is_complete: bool
) -> None:
    query = "select complete_key_information(?::text, ?::text, ?::text, ?::text, ?::text)"
    assert database.execute(query, list(record)).fetchone() == (is_complete,)
