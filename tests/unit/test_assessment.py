"""Which days of a rulebook count on a day, and what the `rules` tables say of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import duckdb
import pytest

from scorecard.assessment import (
    check_as_of,
    default_as_of,
    local_date,
    window,
    write_rules,
)
from scorecard.errors import ConfigurationError
from scorecard.rulebook import Rulebook, load_rulebook
from tests.unit.test_rulebook import HUAIBEI, TINY, metrics


@pytest.fixture(scope="module")
def huaibei() -> Rulebook:
    return load_rulebook(HUAIBEI, metrics())


@pytest.fixture(scope="module")
def tiny() -> Rulebook:
    return load_rulebook(TINY, metrics())


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def day(text: str) -> date:
    return date.fromisoformat(text)


# Windows


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2019-01-01", "2019-01-01 2019-01-01 1 open"),
        ("2019-02-28", "2019-02-28 2019-02-28 59 open"),
        ("2019-12-30", "2019-12-30 2019-12-30 364 open"),
        ("2019-12-31", "2019-12-31 2019-12-31 365 open"),
        ("2020-01-01", "2020-01-01 2019-12-31 365 deciding"),
        ("2020-03-30", "2020-03-30 2019-12-31 365 deciding"),
        ("2020-03-31", "2020-03-31 2019-12-31 365 deciding"),
        ("2020-04-01", "2020-03-31 2019-12-31 365 closed"),
        ("2026-07-01", "2020-03-31 2019-12-31 365 closed"),
    ],
)
def test_a_window_at_its_edges(huaibei: Rulebook, as_of: str, expected: str) -> None:
    found = window(huaibei, day(as_of))
    assert (found.start, found.end) == (day("2019-01-01"), day("2019-12-31"))
    assert f"{found.as_of} {found.last_on} {found.elapsed_days} {found.state}" == expected
    assert found.year_days == 365


@pytest.mark.parametrize(
    ("as_of", "elapsed"),
    [("2020-02-28", 59), ("2020-02-29", 60), ("2020-03-01", 61), ("2020-12-31", 366)],
)
def test_a_leap_year_has_its_own_day(tiny: Rulebook, as_of: str, elapsed: int) -> None:
    found = window(tiny, day(as_of))
    assert (found.elapsed_days, found.year_days) == (elapsed, 366)


def test_instants_end_before_the_day_after_the_last_that_counts(huaibei: Rulebook) -> None:
    found = window(huaibei, day("2020-02-10"))
    assert found.from_at == datetime(2019, 1, 1)
    assert found.until_at == datetime(2020, 1, 1)
    assert found.decided_before == day("2020-02-11")


def test_decisions_after_the_last_day_of_decisions_never_count(huaibei: Rulebook) -> None:
    assert window(huaibei, day("2020-03-31")).decided_before == day("2020-04-01")
    assert window(huaibei, day("2020-04-02")).decided_before == day("2020-04-01")


def test_a_day_before_the_year_is_refused_with_the_first_that_can_be_scored(
    huaibei: Rulebook,
) -> None:
    with pytest.raises(ConfigurationError, match="before the year of huaibei-2019") as caught:
        window(huaibei, day("2018-12-31"))
    assert str(caught.value).endswith("(give 2019-01-01 or later)")


# The day that is scored


@pytest.mark.parametrize(
    ("utc", "today", "yesterday"),
    [
        ("2019-06-30T15:59:59", "2019-06-30", "2019-06-29"),
        ("2019-06-30T16:00:00", "2019-07-01", "2019-06-30"),
        ("2019-12-31T16:00:00", "2020-01-01", "2019-12-31"),
        ("2020-02-29T17:00:00", "2020-03-01", "2020-02-29"),
    ],
)
def test_without_a_day_it_is_yesterday_in_shanghai(utc: str, today: str, yesterday: str) -> None:
    now = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert (local_date(now), default_as_of(now)) == (day(today), day(yesterday))


def test_an_instant_without_a_time_zone_has_no_day() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        default_as_of(datetime(2019, 6, 30))


def test_a_future_day_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="2019-07-02 is in the future") as caught:
        check_as_of(day("2019-07-02"), day("2019-07-01"))
    assert "give 2019-07-01 or earlier" in str(caught.value)


@pytest.mark.parametrize("as_of", ["2019-07-01", "2019-06-30"])
def test_today_and_earlier_days_are_not_in_the_future(as_of: str) -> None:
    check_as_of(day(as_of), day("2019-07-01"))


# The tables


def test_the_assessment_table_says_the_window(
    connection: duckdb.DuckDBPyConnection, huaibei: Rulebook
) -> None:
    write_rules(connection, [huaibei], day("2020-05-05"))
    result = connection.execute("select * from rules.assessment")
    names = [column[0] for column in result.description or ()]
    assert dict(zip(names, result.fetchone() or (), strict=True)) == {
        "assessment_id": "huaibei-2019",
        "name_zh": huaibei.name_zh,
        "name_en": huaibei.name_en,
        "year": 2019,
        "city_code": "340600",
        "window_start": day("2019-01-01"),
        "window_end": day("2019-12-31"),
        "as_of": day("2020-03-31"),
        "decisions_until": day("2020-03-31"),
        "state": "closed",
        "rulebook_digest": huaibei.digest,
        "last_on": day("2019-12-31"),
        "from_at": datetime(2019, 1, 1),
        "until_at": datetime(2020, 1, 1),
        "decided_before": day("2020-04-01"),
        "elapsed_days": 365,
        "year_days": 365,
    }


def test_the_columns_have_the_types_that_the_models_rely_on(
    connection: duckdb.DuckDBPyConnection, huaibei: Rulebook
) -> None:
    write_rules(connection, [huaibei], day("2019-06-30"))
    types = dict(
        connection.execute(
            "select table_name || '.' || column_name, data_type from duckdb_columns() "
            "where schema_name = 'rules'"
        ).fetchall()
    )
    assert len(types) == 17 + 15 + 25 + 11
    assert types["assessment.until_at"] == "TIMESTAMP"
    assert types["assessment.decided_before"] == "DATE"
    assert types["indicator.points"] == types["part.points"] == "DECIMAL(6,2)"
    assert types["part.each"] == types["part.at_least"] == "DECIMAL(18,6)"
    assert types["part.level_points"] == "MAP(VARCHAR, DECIMAL(6,2))"
    assert types["part.options"] == "MAP(VARCHAR, VARCHAR[])"
    assert types["part.rank_bands"] == "STRUCT(to_rank INTEGER, points DECIMAL(6,2))[]"


def test_indicators_stand_in_the_order_of_the_tree_with_their_levels(
    connection: duckdb.DuckDBPyConnection, huaibei: Rulebook
) -> None:
    write_rules(connection, [huaibei], day("2019-06-30"))
    rows = connection.execute(
        "select position, indicator_code, level1, level2, level3, points, data_provider,"
        " reading_en is null from rules.indicator order by position"
    ).fetchall()
    assert len(rows) == 35
    assert rows[5] == (
        *(6, "006", "基础设施", "统一的电子政务外网", "网络覆盖"),
        *(Decimal("3.00"), None, True),
    )
    assert rows[6][6:] == ("市大数据资源局", False)


def test_a_part_keeps_the_parameters_of_its_method_and_no_others(
    connection: duckdb.DuckDBPyConnection, tiny: Rulebook, huaibei: Rulebook
) -> None:
    write_rules(connection, [tiny, huaibei], day("2020-06-30"))

    def part(assessment: str, code: str, name: str) -> tuple[object, ...]:
        row = connection.execute(
            'select points, "each", at_least, at_most, level_points, rank_bands, no_input, empty,'
            " options, base_en, level_names_en from rules.part"
            " where assessment_id = ? and indicator_code = ? and part = ?",
            [assessment, code, name],
        ).fetchone()
        assert row is not None
        return row

    points = {"dedicated": 4, "other": Decimal("2.5"), "none": 0}
    names = {"dedicated": "dedicated line", "other": "another way", "none": "not connected"}
    assert part("tiny-2020", "101", "access") == (
        *(4, None, None, None, points, None, None, None, {}, None, names),
    )
    assert part("tiny-2020", "201", "mounting") == (
        *(Decimal("3.5"), None, None, None, None, None, "missing", "zero"),
        *({}, "active entries", None),
    )
    assert part("tiny-2020", "202", "resources") == (
        *(Decimal("1.5"), Decimal("0.75"), None, None, None, None, "missing", None),
        *({}, None, None),
    )
    regime = {"parts": ["regulation", "plan", "timetable"], "dated": ["no"], "count": ["parts"]}
    assert part("huaibei-2019", "025", "regime") == (
        *(1, None, 3, None, None, None, "missing", None, regime, None, None),
    )
    assert part("huaibei-2019", "007", "outages_and_incidents")[3] == 0
    bands = [{"to_rank": 5, "points": 2}, {"to_rank": 10, "points": 1}]
    assert part("huaibei-2019", "028", "volume_rank")[5] == bands


def test_writing_again_replaces_what_was_there(
    connection: duckdb.DuckDBPyConnection, tiny: Rulebook, huaibei: Rulebook
) -> None:
    write_rules(connection, [huaibei, tiny], day("2020-06-30"))
    write_rules(connection, [tiny], day("2020-07-01"))
    assert connection.sql("select assessment_id, as_of from rules.assessment").fetchall() == [
        ("tiny-2020", day("2020-07-01"))
    ]
    assert connection.sql("select count(*) from rules.indicator").fetchall() == [(3,)]
    assert connection.sql("select count(*) from rules.part").fetchall() == [(4,)]


def test_a_rulebook_of_a_later_year_waits(
    connection: duckdb.DuckDBPyConnection, tiny: Rulebook, huaibei: Rulebook
) -> None:
    assert write_rules(connection, [huaibei, tiny], day("2019-12-31")) == (huaibei,)
    assert write_rules(connection, [huaibei, tiny], day("2020-01-01")) == (huaibei, tiny)


def test_a_day_before_every_year_is_refused_and_changes_nothing(
    connection: duckdb.DuckDBPyConnection, tiny: Rulebook, huaibei: Rulebook
) -> None:
    write_rules(connection, [huaibei], day("2019-06-30"))
    with pytest.raises(ConfigurationError, match="before the year of huaibei-2019"):
        write_rules(connection, [tiny, huaibei], day("2018-12-31"))
    with pytest.raises(ConfigurationError, match="before the year of tiny-2020"):
        write_rules(connection, [tiny], day("2019-12-31"))
    with pytest.raises(ConfigurationError, match="no rulebook to score"):
        write_rules(connection, [], day("2019-12-31"))
    assert connection.sql("select as_of from rules.assessment").fetchall() == [(day("2019-06-30"),)]
