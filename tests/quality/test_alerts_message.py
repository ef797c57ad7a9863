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
    assert "至多 3 分，按过期数据计分 / " in row
    assert "up to 3 points for each of 教育局, 税务局, scored on old data [due_period" in row


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
        "• 链路中断登记 network_outages：教育局至多 3 分（考核已截止） / "
        "up to 3 points for 教育局 (closed) [keys_unique]",
    ]


def test_it_is_said_when_every_assessment_is_closed():
    city = city_of("edu").score("2020-06-01")
    state = problems(city.connection, [failed("network_links", "x")], None, LABELS)
    first, *_ = state.body.splitlines()
    assert (
        first == "考核均已截止，整改不再影响得分 all assessments are closed, mending moves no score"
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
