"""What an alert says: what broke, the worst first, in as many lines as a message takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from scorecard.alerts.message import MESSAGE_BYTES, State, problems
from scorecard.models import metrics_of
from scorecard.quality.verdict import Verdict
from scorecard.rulebook import load_rulebook
from tests.city import CITY_CODE, ROOT, City, contracts, models, rulebook
from tests.quality.alerting import LABELS, city_of, failed, passed


@pytest.fixture(scope="module")
def city() -> City:
    return city_of("edu", "tax").score()


def pilot(folder: Path):
    text = (ROOT / "tests" / "rulebooks" / "tiny-2020.yaml").read_text(encoding="utf-8")
    file = folder / "pilot-2020.yaml"
    file.write_text(text.replace("340300", CITY_CODE), encoding="utf-8")
    return load_rulebook(file, metrics_of(models()))


def lines(city: City, verdicts: list[Verdict]) -> list[str]:
    """The datasets' lines of the message, without what stands around them."""
    return rows_of(problems(city.connection, verdicts, None, LABELS))


def rows_of(state: State) -> list[str]:
    return [line for line in state.body.splitlines() if line.startswith("•")]


def test_a_failing_dataset_is_told_with_its_points_its_departments_and_the_deadline(city: City):
    verdicts = [failed("network_links", "references_known"), passed("network_links", "keys_unique")]
    state = problems(city.connection, verdicts, None, LABELS)
    assert state.title == "政务考核告警：1 张数据表未通过检查 / scorecard: tables failing: 1"
    deadline, _, *rest = state.body.splitlines()
    assert deadline == "可整改至 mending helps until: huaibei-2019 2020-03-31"
    assert rest == [
        "• 外网链路 network_links：教育局、税务局各至多 6 分 / "
        "up to 6 points for each of 教育局, 税务局 [references_known]",
        "详情 details: scorecard quality",
    ]


def test_a_part_that_does_not_apply_to_a_department_is_not_at_stake_for_it():
    city = city_of("edu", "tax")
    for code in ("006", "007"):
        city.give(
            "applicability",
            {"indicator_code": code, "applicable": False, "decided_on": "2019-05-01"},
        )
    [row] = lines(city.score(), [failed("network_links", "keys_unique")])
    assert "：税务局至多 6 分 / up to 6 points for 税务局 [" in row


def test_a_late_dataset_puts_the_stale_parts_at_stake(city: City):
    [row] = lines(city, [failed("network_probes", "due_period_arrived")])
    assert "至多 3 分，按过期数据计分，应送 2019-12-31 的数据，从未送达 / " in row
    assert (
        "up to 3 points for each of 教育局, 税务局, scored on old data, "
        "2019-12-31 was due, never came [due_period" in row
    )


def late(city: City, dataset: str) -> str:
    [row] = lines(city, [failed(dataset, "due_period_arrived")])
    return row


def test_the_lag_in_the_alert_in_the_table_and_in_the_score_are_of_one_row():
    city = city_of("edu")
    for other in ("network_links", "network_outages", "security_incidents"):
        city.give(other, {})  # what else indicator 007 rests on came in time
    city.give("network_probes", {"probed_at": "2019-12-28 23:55:00"})
    city.score("2019-12-30")  # the 29th's data had 6 hours more than its day
    row = late(city, "network_probes")
    assert "，应送 2019-12-29 的数据（限 2019-12-30 06:00 前），滞后 48 小时 / " in row
    assert ", 2019-12-29 was due by 2019-12-30 06:00, 48 h behind [due_period_arrived]" in row
    [fresh] = city.rows(
        "select newest_period::varchar as newest, strftime(due_at, '%Y-%m-%d %H:%M') as due, "
        "lag_hours, timely from marts.fct_source_freshness where dataset = 'network_probes'"
    )
    assert fresh == {
        "newest": "2019-12-28", "due": "2019-12-30 06:00", "lag_hours": 48, "timely": False
    }  # fmt: skip
    assert city.indicator("007")["stale"] is True

    city.give("network_probes", {"probed_at": "2019-12-29 00:05:00"})
    assert "应送" not in late(city.score("2019-12-30"), "network_probes")
    assert city.indicator("007")["stale"] is False


def test_after_the_window_the_deadlines_of_later_periods_are_not_told():
    city = city_of("edu")
    city.give("network_probes", {"probed_at": "2019-12-30 23:55:00"})
    row = late(city.score("2020-03-31"), "network_probes")
    # January has 31 days, February 29, March 31, and the 31st of December makes 92
    assert "，应送 2019-12-31 的数据，滞后 2208 小时 / " in row


def test_a_gap_at_the_windows_end_is_no_lag_where_later_data_has_come():
    city = city_of("edu")
    city.give("network_probes", {"probed_at": "2019-12-30 23:55:00"})
    city.give("network_probes", {"probed_at": "2020-03-31 23:55:00"})
    row = late(city.score("2020-03-31"), "network_probes")
    assert "，应送 2019-12-31 的数据，其后的数据已到 / " in row


def test_what_has_come_again_after_a_version_was_held_back_is_told_in_the_title(city: City):
    broken = [failed("network_links", "x")]
    told = [
        problems(city.connection, verdicts, held, LABELS, was_held=True).title
        for verdicts, held in ((broken, None), ([], None), (broken, "refused"))
    ]
    assert told == [
        "政务考核告警：得分恢复发布，1 张数据表未通过检查 / "
        "scorecard: scores published again, tables failing: 1",
        "政务考核：得分恢复发布，已恢复正常 / scorecard: scores published again, all well again",
        "政务考核告警：1 张数据表未通过检查，得分未发布 / "
        "scorecard: tables failing: 1, scores not published",
    ]


def test_the_inbox_has_ten_lines_at_most_and_stands_after_what_broke(city: City):
    inbox = [f"evidence/{n}.csv: 权限不足 no permission" for n in range(13)]
    state = problems(city.connection, [failed("network_links", "x")], None, LABELS, inbox)
    body = state.body.splitlines()
    begin = body.index("未能接收的文件及提示 files not taken, and notices:")
    assert body[begin - 1].startswith("• 外网链路")
    assert body[begin + 1 : begin + 11] == [f"- {line}" for line in inbox[:10]]
    assert body[begin + 11 :] == ["- 另有 3 项 and 3 more", "详情 details: scorecard quality"]
    assert (
        state.fingerprint
        == problems(city.connection, [failed("network_links", "x")], None, LABELS).fingerprint
    )


def test_long_names_in_the_inbox_leave_room_for_what_broke(city: City):
    verdicts = [failed(name, f"check_{n}") for name in contracts() for n in range(9)]
    inbox = [f"evidence/{'证' * 300}{n}.csv: x" for n in range(500)]
    state = problems(city.connection, verdicts, "因得分异常 " * 200, LABELS, inbox)
    assert len(f"{state.title}\r\n{state.body}".encode()) <= MESSAGE_BYTES
    assert len(rows_of(state)) >= 2
    assert "- 另有 497 项 and 497 more" in state.body


def test_trouble_in_the_inbox_alone_is_no_state_but_is_told(city: City):
    state = problems(city.connection, [], None, LABELS, ["evidence/a.csv: x"])
    assert state.title == "政务考核告警：收件问题 1 项 / scorecard: inbox troubles: 1"
    assert (state.fingerprint, state.is_well) == ("", False)
    assert "得分已发布" in state.body


def test_where_a_dataset_is_in_time_nothing_is_at_stake_for_its_lateness():
    city = city_of("edu")
    city.give("network_probes", {"probed_at": "2019-12-31 23:55:00"})
    [row] = lines(city.score(), [failed("network_probes", "due_period_arrived")])
    assert "目前不涉及分值 / no points rest on it now [due_period_arrived]" in row
    [row] = lines(city, [failed("network_probes", "keys_unique")])
    assert "教育局至多 3 分" in row


def test_the_indicators_that_are_stale_are_named_by_assessment(tmp_path: Path):
    city = city_of("edu", rulebooks=(rulebook(), pilot(tmp_path)))
    city.give("network_probes", {"probed_at": "2020-01-31 23:55:00"})
    city.score("2020-02-01")
    city.connection.execute(
        "update marts.fct_indicator_score set stale = "
        "indicator_code in ('003', '016') and assessment_id = 'huaibei-2019'"
    )
    verdicts = [failed("network_probes", "due_period_arrived")]
    _, stale, *_ = problems(city.connection, verdicts, None, LABELS).body.splitlines()
    assert stale == "数据过期的指标 stale indicators: huaibei-2019 003, 016"


def test_an_assessment_that_can_still_be_mended_goes_before_a_closed_one(tmp_path: Path):
    city = city_of("edu", rulebooks=(rulebook(), pilot(tmp_path))).score("2020-06-01")
    verdicts = [failed("network_links", "keys_unique"), failed("network_outages", "keys_unique")]
    state = problems(city.connection, verdicts, None, LABELS)
    deadline, *_ = state.body.splitlines()
    assert deadline == "可整改至 mending helps until: pilot-2020 2021-02-28"
    assert rows_of(state) == [
        "• 外网链路 network_links：教育局至多 4 分 / up to 4 points for 教育局 [keys_unique]",
        "• 链路中断登记 network_outages：教育局至多 3 分（考核已结束） / "
        "up to 3 points for 教育局 (closed) [keys_unique]",
    ]


def test_it_is_said_when_every_assessment_is_closed():
    city = city_of("edu").score("2020-06-01")
    state = problems(city.connection, [failed("network_links", "x")], None, LABELS)
    first, *_ = state.body.splitlines()
    assert first == (
        "考核均已结束，所列分值属已结束的考核 "
        "all assessments are closed, the points are those of a closed one"
    )
    assert "closed" not in rows_of(state)[0]


def test_what_blocks_comes_first_then_the_most_points(city: City):
    names = ["network_outages", "departments", "network_links", "fct_part_score", "evidence"]
    verdicts = [failed(name, "x") for name in names if name != "fct_part_score"]
    verdicts.append(failed("fct_part_score", "points_in_range", severity="error"))
    state = problems(city.connection, verdicts, "fct_part_score refused", LABELS)
    assert "，得分未发布 / " in state.title
    first, *_ = state.body.splitlines()
    rows = rows_of(state)
    assert first.endswith("the last version stays: fct_part_score refused")
    told = [row.split("：")[0].split()[-1] for row in rows]
    assert told == ["fct_part_score", "evidence", "network_links", "network_outages", "departments"]
    assert "得分不可信 / scores not to be trusted" in rows[0]
    assert "基础数据" in rows[-1]


def test_eighty_departments_and_every_dataset_failing_fit_into_one_message():
    city = City(departments=tuple(f"d{n}" for n in range(80))).score()
    verdicts = [failed(name, f"check_{n}") for name in contracts() for n in range(9)]
    state = problems(city.connection, verdicts, "因得分异常 " * 200, LABELS)
    assert 1500 < len(f"{state.title}\r\n{state.body}".encode()) <= MESSAGE_BYTES < 2048
    *_, row, last = state.body.splitlines()
    assert "80 个部门各至多" in row
    assert "[check_0, check_1, check_2 +6]" in row
    shown = state.body.count("•")
    left = len(contracts()) - shown
    assert shown >= 5
    assert last == f"另有 {left} 张 and {left} more: scorecard quality"


def test_a_first_night_that_ends_before_there_are_scores_is_told_too():
    state = problems(City().connection, [], "a model failed", LABELS)
    assert state.title == "政务考核告警：得分未发布 / scorecard: scores not published"
    assert "a model failed" in state.body
