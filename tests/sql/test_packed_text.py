"""Keys kept as numbers: the text can be had again, and no two keys become one."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import md5

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

LAW = settings(max_examples=80, deadline=None)
MOST_BYTES = 15
BEYOND_TEXTS = 2 ** (8 * MOST_BYTES)
TOP = 2**128
CHARACTERS = st.one_of(
    st.sampled_from("az09!~-_中证\x01\x7f \t\n\0é\U0001f600"),
    st.characters(exclude_categories=["Cs"]),
)
TEXTS = st.text(CHARACTERS, min_size=1, max_size=20).filter(lambda text: text[0] != "\0")
LISTS = st.lists(TEXTS, min_size=1, max_size=100)


def packed(
    database: duckdb.DuckDBPyConnection, texts: Sequence[str | None]
) -> list[tuple[int | None, str | None]]:
    """The number and the text again of each text, in order, over a whole table as while landing."""
    query = (
        "select packed_text(text), unpacked_text(packed_text(text)) from "
        "(select unnest($1::varchar[]) as text, unnest(range(len($1))) as i) order by i"
    )
    return database.execute(query, [list(texts)]).fetchall()


def is_short(text: str) -> bool:
    return len(text.encode()) <= MOST_BYTES


def shown(text: str) -> str:
    """What stands for a text, by its definition."""
    if is_short(text):
        return text
    digest = int.from_bytes(md5(text.encode()).digest(), "little")
    return f"md5:{TOP // 2 + digest // 2:032x}"


@pytest.mark.parametrize(
    "text",
    [
        "!", "a", "0", "00", "CR-2019-000001", "a" * 15, "~" * 15, "证" * 5, "中文", "号1号",
        "é" * 7, "aé\U0001f600中bcd", "\U0001f600", "a\x01", "a\x7f", "a\tb", "a\n", "a b", "a ",
        "a\u3000", "a\0b", "a\0", "\x7fa", "\u0301a", "\ufeffa", "12.0", "md5:0", "0x41", "\\x41",
    ],
)  # fmt: skip
def test_a_text_of_up_to_fifteen_bytes_can_be_had_again(
    database: duckdb.DuckDBPyConnection, text: str
) -> None:
    [(number, again)] = packed(database, [text])
    assert again == text
    assert number == int.from_bytes(text.encode(), "big")


@pytest.mark.parametrize("text", ["\x01", "\x01abc", "\x0e", "\x1f中", " a", "\ta", "\x10" * 15])
def test_a_text_that_begins_with_a_control_character_or_blank_can_be_had_again(
    database: duckdb.DuckDBPyConnection, text: str
) -> None:
    assert packed(database, [text]) == [(int.from_bytes(text.encode(), "big"), text)]


@LAW
@given(LISTS)
def test_every_text_is_itself_or_the_md5_that_it_has(
    database: duckdb.DuckDBPyConnection, texts: list[str]
) -> None:
    assert [text for _, text in packed(database, texts)] == [shown(text) for text in texts]


@LAW
@given(LISTS)
def test_texts_are_equal_exactly_when_their_numbers_are(
    database: duckdb.DuckDBPyConnection, texts: list[str]
) -> None:
    numbers = [number for number, _ in packed(database, texts)]
    assert len(set(numbers)) == len(set(texts))
    assert len({text for _, text in packed(database, texts)}) == len(set(texts))


@LAW
@given(st.integers(1, MOST_BYTES), st.data())
def test_texts_of_as_many_bytes_keep_their_order(
    database: duckdb.DuckDBPyConnection, size: int, data: st.DataObject
) -> None:
    alphabet = st.sampled_from("!09AZaz~")
    texts = data.draw(st.lists(st.text(alphabet, min_size=size, max_size=size), min_size=1))
    numbers = [number for number, _ in packed(database, texts)]
    assert sorted(texts) == [
        text for _, text in sorted(zip(numbers, texts, strict=True), key=lambda pair: pair[0])
    ]


@LAW
@given(LISTS)
def test_a_short_text_never_has_the_number_of_a_long_one(
    database: duckdb.DuckDBPyConnection, texts: list[str]
) -> None:
    for text, (number, _) in zip(texts, packed(database, texts), strict=True):
        assert number is not None
        if is_short(text):
            assert 0 < number < BEYOND_TEXTS
        else:
            assert TOP // 2 <= number < TOP


def test_the_sixteenth_byte_makes_the_difference(database: duckdb.DuckDBPyConnection) -> None:
    edge = ["a" * 15, "a" * 16, "证" * 5, "证" * 5 + "a", "é" * 7, "é" * 8, "\U0001f600" * 4]
    again = [text for _, text in packed(database, edge)]
    assert [str(text).startswith("md5:") for text in again] == [
        False, True, False, True, False, True, True,
    ]  # fmt: skip


def test_long_texts_that_differ_in_one_byte_stay_distinct(
    database: duckdb.DuckDBPyConnection,
) -> None:
    stem = "CREDIT-2019-RECORD-"
    texts = [f"{stem}{i:06d}" for i in range(20_000)]
    rows = packed(database, texts)
    assert len({number for number, _ in rows}) == len({text for _, text in rows}) == 20_000
    assert all(len(str(text)) == len("md5:") + 32 for _, text in rows)


def test_what_stands_for_a_long_text_is_no_other_key(
    database: duckdb.DuckDBPyConnection,
) -> None:
    [(number, stands)] = packed(database, ["a" * 16])
    [(other, again)] = packed(database, [stands])
    assert number != other
    assert stands != again


def test_the_greatest_short_text_and_the_least_long_one_are_apart(
    database: duckdb.DuckDBPyConnection,
) -> None:
    greatest = "\U0010ffff" * 3 + "\U0000ffff"
    assert len(greatest.encode()) == MOST_BYTES
    [(number, again)] = packed(database, [greatest])
    assert again == greatest
    edges = database.execute(
        "select unpacked_text($1::uhugeint), unpacked_text($2::uhugeint)",
        [str(TOP // 2), str(TOP - 1)],
    ).fetchall()
    assert edges == [(f"md5:8{'0' * 31}", f"md5:{'f' * 32}")]
    assert number is not None
    assert number < BEYOND_TEXTS < TOP // 2


def test_an_empty_text_is_no_null_and_no_other_text(database: duckdb.DuckDBPyConnection) -> None:
    rows = packed(database, ["", "0", "\x01", "!", None])
    assert rows[-1] == (None, None)
    assert None not in rows[0]
    assert len({number for number, _ in rows}) == len(rows)
