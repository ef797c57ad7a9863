"""Judging with the real Great Expectations, on frames as DuckDB gives them."""

from __future__ import annotations

import logging
import socket
import subprocess
import sys
from dataclasses import replace

import duckdb
import pytest

from expectations.check import Check
from expectations.judge import is_any_new, judge
from expectations.wording import plain
from scorecard.errors import ScorecardError

SUM = ("ExpectColumnSumToBeBetween", {"column": "breaches", "min_value": 0, "max_value": 0})
MAX = ("ExpectColumnMaxToBeBetween", SUM[1])
EVERY = [SUM, MAX]
SOUND = "select 0 breaches from range(3)"
BROKEN = "select 1 breaches"


def frame(query=SOUND):
    return duckdb.connect().sql(query).df()


def check(expectation, name="checked", subject="scores", **more):
    kind, arguments = expectation
    return Check(subject, name, "validity", kind, arguments, "不得有误", "Nothing is wrong", **more)


def verdict(expectation, query=SOUND, **more):
    frames = {"scores": frame(query)}
    [found] = judge(frames, [check(expectation, **more)], lambda check: ()).verdicts
    return found


@pytest.mark.parametrize("expectation", EVERY)
def test_each_expectation_accepts_what_is_sound_and_rejects_what_is_not(expectation):
    assert verdict(expectation).passed
    assert not verdict(expectation, BROKEN).passed


@pytest.mark.parametrize("expectation", EVERY)
def test_none_passes_where_there_are_no_rows(expectation):
    found = verdict(expectation, f"{SOUND} limit 0")

    assert not found.passed
    assert found.observed == "无数据 / no data"


@pytest.mark.parametrize("expectation", EVERY)
@pytest.mark.parametrize("number", ["bigint", "hugeint", "decimal(18, 2)", "double"])
def test_none_passes_on_a_column_of_nulls(expectation, number):
    found = verdict(expectation, f"select null::{number} breaches from range(3)")

    assert not found.passed
    assert found.observed == "无数据 / no data"


@pytest.mark.parametrize("expectation", EVERY)
@pytest.mark.parametrize("number", ["bigint", "decimal(18, 2)"])
def test_none_passes_over_a_null(expectation, number):
    found = verdict(
        expectation,
        f"select case when range > 0 then 0 end::{number} breaches from range(3)",
    )

    assert not found.passed
    assert found.observed == "0；空值 1 / 1 null"


@pytest.mark.parametrize(
    ("expectation", "observed", "expected"),
    [
        (SUM, "4.5", "0"),
        (MAX, "3", "0"),
        ((SUM[0], {"column": "breaches", "min_value": 1}), "4.5", ">= 1"),
        ((SUM[0], {"column": "breaches", "min_value": 1, "max_value": 9.0}), "4.5", ">= 1, <= 9"),
        ((SUM[0], {"column": "breaches", "max_value": 0}), "4.5", "<= 0"),
    ],
)
def test_a_verdict_says_plainly_what_was_found_and_expected(expectation, observed, expected):
    found = verdict(expectation, "select unnest([1.5, 0, 0, 3]) breaches")

    assert (found.observed, found.expected) == (observed, expected)


@pytest.mark.parametrize(
    ("value", "text"),
    [(3.0, "3"), (12.5, "12.5"), (0.1 + 0.2, "0.3"), (-0.0, "0"), (1e-9, "0.000000001"),
     (2**60, str(2**60)), (1e15, "1000000000000000"), (None, "无数据 / no data")],
)  # fmt: skip
def test_a_number_is_written_as_a_person_writes_it(value, text):
    assert plain(value) == text


def test_the_frame_may_tell_what_was_found_and_expected():
    told = {"observed_from": "newest", "expected_from": "due"}
    periods = "select 0 breaches, unnest(['2019-11', null, '2019-12']) newest, null::varchar due"

    found = verdict(SUM, periods, **told)
    assert (found.observed, found.expected) == ("2019-12", "无到期 / nothing due yet")

    found = verdict(SUM, "select 1 breaches, null::varchar newest, '2019-12' due", **told)
    assert (found.observed, found.expected) == ("无数据 / no data", "2019-12")


def test_verdicts_come_in_the_order_of_the_checks():
    checks = [
        check(expectation, f"{expectation[0]}_{subject}", subject)
        for expectation in reversed(EVERY)
        for subject in ("b", "a")
    ]
    verdicts = judge({"a": frame(), "b": frame()}, checks, lambda check: ()).verdicts

    assert [(v.dataset, v.check_name) for v in verdicts] == [(c.subject, c.name) for c in checks]


def test_each_subject_is_judged_by_its_own_frame():
    frames = {"bad": frame("select 7 breaches"), "good": frame(), "unasked": frame()}
    checks = [check(SUM, subject="bad"), check(SUM, subject="good")]
    verdicts = judge(frames, checks, lambda check: ()).verdicts

    assert [(v.observed, v.passed) for v in verdicts] == [("7", False), ("0", True)]


def test_equal_expectations_of_two_checks_are_both_judged():
    checks = [check(SUM, "first"), check(SUM, "second", severity="error")]
    verdicts = judge({"scores": frame()}, checks, lambda check: ()).verdicts

    assert [(v.check_name, v.severity) for v in verdicts] == [
        ("first", "warn"),
        ("second", "error"),
    ]


def test_examples_are_looked_up_for_failures_only_and_twenty_kept():
    asked = []

    def examples(failed):
        asked.append(failed.name)
        return [f"code={number}" for number in range(30)]

    frames = {"scores": frame(BROKEN)}
    checks = [
        check(SUM, "fails"),
        check((SUM[0], {"column": "breaches", "min_value": 1}), "passes"),
    ]
    failed, passed = judge(frames, checks, examples).verdicts

    assert asked == ["fails"]
    assert failed.examples == tuple(f"code={number}" for number in range(20))
    assert passed.examples == ()


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (check(SUM, subject="forgotten"), "forgotten: has checks but no frame"),
        (check((SUM[0], {"column": "breeches", "min_value": 0})), "no column 'breeches'"),
        (check(SUM, observed_from="newest"), "no column 'newest'"),
        (check(("ExpectColumnPerfection", {"column": "breaches"})), "no ExpectColumnPerfection"),
        (check((SUM[0], {"column": "breaches", "least": 0})), "that takes its arguments"),
    ],
)
def test_a_check_that_cannot_be_judged_is_an_error_that_names_it(broken, told):
    with pytest.raises(ScorecardError, match=told):
        judge({"scores": frame()}, [broken], lambda check: ())


def test_what_great_expectations_raises_is_named_by_its_type_without_the_data():
    frames = {"scores": frame("select unnest(['王小明', '李小红']) breaches")}

    with pytest.raises(ScorecardError) as raised:
        judge(frames, [check(SUM)], lambda check: ())

    assert "check scores.checked: could not be judged" in str(raised.value)
    assert "TypeError" in str(raised.value)
    assert "小" not in str(raised.value)


def test_two_checks_of_a_subject_do_not_share_a_name():
    with pytest.raises(ScorecardError, match="two checks named 'checked'"):
        judge({"scores": frame()}, [check(SUM), check(MAX)], lambda check: ())


def test_nothing_leaves_the_machine_and_nothing_is_printed(monkeypatch, capfd, caplog):
    def refuse(self, address):
        raise AssertionError(f"connected to {address}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: refuse(None, args))
    failing = check((SUM[0], SUM[1] | {"min_value": 5, "max_value": 6}))
    with caplog.at_level(logging.WARNING):
        judge({"scores": frame()}, [failing, replace(failing, name="again")], lambda check: ())

    assert (*capfd.readouterr(), caplog.text) == ("", "", "")


def test_great_expectations_is_not_imported_before_judging():
    code = (
        "import expectations.docs, expectations.judge, sys; "
        "sys.exit('great_expectations' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_values_that_were_judged_before_give_the_same_verdicts_and_are_not_measured_again(
    monkeypatch,
):
    checks = [
        check(SUM, "sum", subject="sound"),
        check(MAX, "greatest", subject="sound"),
        check(SUM, "sum", subject="broken"),
        check(SUM, "sum", subject="empty"),
        check(SUM, "sum", subject="nulls"),
    ]
    frames = {
        "sound": frame(),
        "broken": frame(BROKEN),
        "empty": frame(f"{SOUND} limit 0"),
        "nulls": frame("select unnest([0, null]) breaches"),
    }
    first = judge(frames, checks, lambda check: ["code=1"])

    def refuse(*_):
        raise AssertionError("measured again")

    monkeypatch.setattr("expectations.judge._measure", refuse)
    again = judge(frames, checks, lambda check: ["code=1"], first.outcomes)

    assert again == first
    assert not is_any_new(frames, checks, first.outcomes)


@pytest.mark.parametrize(
    ("query", "expectation"),
    [
        ("select 0 breaches from range(4)", SUM),
        ("select unnest([0, 0, 1]) breaches", SUM),
        ("select 0::double breaches from range(3)", SUM),
        (SOUND, MAX),
        (SOUND, (SUM[0], SUM[1] | {"max_value": 1})),
    ],
)
def test_another_value_type_expectation_or_limit_is_measured(query, expectation):
    known = judge({"scores": frame()}, [check(SUM)], lambda check: ()).outcomes

    assert is_any_new({"scores": frame(query)}, [check(expectation)], known)


def test_what_a_known_outcome_is_shown_as_is_read_from_the_frame_of_now():
    told = [check(SUM, observed_from="newest")]
    before = judge({"scores": frame("select 0 breaches, 'may' newest")}, told, lambda check: ())
    now = frame("select 0 breaches, 'june' newest")

    assert not is_any_new({"scores": now}, told, before.outcomes)
    [verdict] = judge({"scores": now}, told, lambda check: (), before.outcomes).verdicts
    assert verdict.observed == "june"
