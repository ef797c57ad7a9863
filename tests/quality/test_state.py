"""The newest judgement as a file, and what `scorecard quality` tells of it."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import pytest

from scorecard.errors import ConfigurationError, ScorecardError
from scorecard.quality.state import dataset_lines, state_lines, write_state
from scorecard.quality.verdict import Verdict
from scorecard.settings import PROJECT
from scorecard.text_width import padded, width

AS_OF = dt.date(2020, 3, 31)
JUDGED_AT = dt.datetime(2020, 3, 31, 18, 0, 5, 123456, tzinfo=dt.UTC)
LABELS = {
    "credit_records": ("信用信息归集记录", "Credit records"),
    "departments": ("部门名录", "Departments"),
    "mart_scorecard": ("部门得分", "Scorecard"),
}


def verdict(dataset: str, name: str, observed: str = "0", **changes: object) -> Verdict:
    given = {
        "kind": "validity", "passed": observed == "0", "severity": "warn", "expected": "0",
        "why_zh": "须合格", "why_en": "It must be sound",
    }  # fmt: skip
    return Verdict(dataset, name, observed=observed, **{**given, **changes})  # type: ignore[arg-type]


SOUND = verdict("departments", "keys_unique", kind="completeness")
BAD = verdict(
    "credit_records", "references_known", "12", kind="completeness", examples=("record_id=r1",)
)
WORSE = verdict("credit_records", "rows_keep_the_contract", "1300")
LATE = verdict(
    "credit_records", "due_period_arrived", "2019-11-30", kind="timeliness", expected="2019-12-31"
)
TOTALS = verdict("mart_scorecard", "totals_add_up", severity="error")
MOVED = verdict("mart_scorecard", "total_moves_little", "2", severity="error")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "reports" / "quality.json"


def write(file: Path, *verdicts: Verdict, held_back: str | None = None) -> None:
    write_state(
        file,
        as_of=AS_OF,
        judged_at=JUDGED_AT,
        verdicts=verdicts,
        held_back=held_back,
        labels=LABELS,
    )


def told(file: Path) -> list[str]:
    return list(state_lines(file))


def starts(lines: list[str], *beginnings: str) -> list[int]:
    """Where the lines with these beginnings stand."""
    return [next(i for i, line in enumerate(lines) if line.startswith(b)) for b in beginnings]


def test_what_was_written_is_the_same_whatever_the_order_of_the_verdicts(file: Path):
    write(file, BAD, WORSE, SOUND)
    first = file.read_bytes()
    write(file, SOUND, WORSE, BAD)
    assert file.read_bytes() == first
    assert "信用信息归集记录" in first.decode()


def test_an_old_judgement_is_replaced_and_no_draft_stays(file: Path):
    write(file, BAD)
    write(file, SOUND)
    assert "credit_records" not in "".join(told(file))
    assert [path.name for path in file.parent.iterdir()] == ["quality.json"]


def test_a_judgement_that_cannot_be_written_leaves_the_old_one(file: Path):
    write(file, BAD)
    unwritable = verdict("departments", "keys_unique", examples=("\ud800",))
    with pytest.raises(UnicodeEncodeError):
        write(file, unwritable)
    assert "credit_records" in "".join(told(file))


def test_the_head_says_the_day_and_the_moment_in_local_time(file: Path):
    write(file, SOUND)
    head = "\n".join(told(file)[:3])
    assert "as of 2020-03-31" in head
    assert "2020-04-01 02:00:05" in head


def test_a_dataset_is_one_line_with_its_counts_by_kind_and_its_worst_check(file: Path):
    write(file, SOUND, BAD, WORSE, verdict("credit_records", "steady"))
    [line] = [line for line in told(file) if line.startswith("信用信息归集记录 credit_records")]
    assert line.split("  ", 1)[1].split()[:5] == ["0/1", "!", "-", "1/2", "!"]
    assert "rows_keep_the_contract: 观测 observed 1300, 应为 expected 0  (+1)" in line
    [line] = [line for line in told(file) if "departments" in line]
    assert line.endswith("all passed")
    assert "!" not in line


def test_what_is_missing_altogether_is_worse_than_any_count(file: Path):
    write(file, WORSE, LATE)
    assert "due_period_arrived: 观测 observed 2019-11-30" in "".join(told(file))
    nothing = verdict("credit_records", "rows_delivered", "0", passed=False, expected=">= 1")
    write(file, WORSE, nothing)
    assert "rows_delivered: 观测 observed 0, 应为 expected >= 1" in "".join(told(file))


def test_what_blocks_is_worse_than_what_warns(file: Path):
    warned = verdict("mart_scorecard", "a_warning", "99")
    write(file, warned, MOVED)
    assert "total_moves_little: 观测 observed 2, 应为 expected 0  (+1)" in "".join(told(file))


def test_failing_datasets_come_first_and_the_scores_after_all_datasets(file: Path):
    write(file, verdict("departments", "steady", "1"), verdict("credit_records", "steady"), TOTALS)
    places = starts(told(file), "部门名录", "信用信息归集记录", "得分 scores", "部门得分")
    assert places == sorted(places)


def test_columns_stand_under_each_other_for_chinese_text(file: Path):
    complete = {"kind": "completeness", "passed": True}
    write(file, *(verdict(name, "keys_unique", "0", **complete) for name in LABELS))
    places = [width(line[: line.index("1/1")]) for line in told(file) if "1/1" in line]
    assert places == [max(width(f"{zh} {name}") for name, (zh, _) in LABELS.items()) + 2] * 3


def test_a_held_back_version_says_why_and_how_to_accept_it(file: Path):
    write(file, MOVED, held_back="held back by mart_scorecard.total_moves_little: 2, expected 0")
    text = "\n".join(told(file))
    assert "未予发布" in text
    assert "held back by mart_scorecard.total_moves_little" in text
    assert "scorecard accept --reason" in text


def test_accepting_is_not_offered_for_scores_that_are_wrong(file: Path):
    wrong = verdict("mart_scorecard", "totals_add_up", "1", severity="error")
    write(file, wrong, held_back="held back by mart_scorecard.totals_add_up: 1, expected 0")
    assert "accept" not in "".join(told(file))


def test_the_next_steps_are_those_that_apply(file: Path):
    write(file, SOUND)
    assert "scorecard quality DATASET" in "".join(told(file))
    assert "export" not in "".join(told(file))
    write(file, SOUND, BAD)
    assert "scorecard quarantine export" in "".join(told(file))


def test_the_version_that_readers_see_is_named(file: Path, tmp_path: Path):
    write(file, SOUND)
    published = tmp_path / "published"
    (published / "versions" / "20200401T020000Z-abcdef").mkdir(parents=True)
    (published / "current").symlink_to("versions/20200401T020000Z-abcdef")
    assert "20200401T020000Z-abcdef" not in "".join(state_lines(file, published / "current" / "x"))
    (published / "current" / "x").touch()
    assert "20200401T020000Z-abcdef" in "".join(state_lines(file, published / "current" / "x"))


def test_one_dataset_shows_its_failing_checks_in_full_and_the_rest_in_short(file: Path):
    examples = tuple(f"record_id=r{i}, method=api" for i in range(20))
    failed = verdict("credit_records", "keys_unique", "20", examples=examples)
    write(file, verdict("credit_records", "steady"), failed, LATE, SOUND)
    lines = list(dataset_lines(file, "credit_records"))
    assert lines[0].startswith("信用信息归集记录 credit_records / Credit records")
    assert "failed 2" in lines[0]
    assert "passed 1" in lines[0]
    places = starts(
        lines, "未通过 FAILED due_period_arrived", "未通过 FAILED keys_unique", "通过 passed"
    )
    assert places == sorted(places)
    text = "\n".join(lines)
    assert "及时性 timely, 提示 warn" in text
    assert "观测 observed 2019-11-30, 应为 expected 2019-12-31" in text
    assert "须合格\n" in text
    assert "It must be sound\n" in text
    assert [line.strip() for line in lines if line.startswith("    ")] == list(examples)
    assert "departments" not in text


def test_a_score_table_can_be_asked_for_as_well(file: Path):
    write(file, SOUND, MOVED)
    assert any("错误 error" in line for line in dataset_lines(file, "mart_scorecard"))


def test_an_unknown_dataset_is_a_wrong_call_that_names_the_known(file: Path):
    write(file, SOUND, TOTALS)
    with pytest.raises(ConfigurationError, match=r"'credit'.*known: departments, mart_scorecard"):
        list(dataset_lines(file, "credit"))


def test_before_the_first_judgement_it_says_what_to_run(file: Path):
    for lines in (state_lines(file), dataset_lines(file, "departments")):
        with pytest.raises(ScorecardError, match=r"nothing was judged yet.*scorecard nightly"):
            list(lines)


def older(text: str) -> str:
    return text.replace('"format": 1', '"format": 0')


def cut(text: str) -> str:
    return text[: len(text) // 2]


def without_a_field(text: str) -> str:
    state = json.loads(text)
    del state["verdicts"][0]["why_zh"]
    return json.dumps(state)


def without_a_label(text: str) -> str:
    return json.dumps({**json.loads(text), "labels": {}})


@pytest.mark.parametrize(
    "damage",
    [older, cut, without_a_field, without_a_label, lambda _: "", lambda _: "[]", lambda _: "\x00"],
)
def test_a_damaged_or_foreign_file_is_told_in_one_line(file: Path, damage):
    write(file, SOUND, BAD)
    file.write_text(damage(file.read_text("utf-8")), "utf-8")
    with pytest.raises(ScorecardError, match=r"quality\.json.*damaged, or another version") as told:
        list(state_lines(file))
    assert not isinstance(told.value, ConfigurationError)
    assert "\n" not in str(told.value)


def test_delivered_text_keeps_to_its_line_and_cannot_steer_the_terminal(file: Path):
    nasty = verdict("departments", "keys_unique", "1", examples=("id=a\nb\x1b[2J\u202e",))
    write(file, nasty)
    [line] = [line for line in dataset_lines(file, "departments") if "id=a" in line]
    assert line.strip() == "id=a�b�[2J�"


def test_a_judgement_of_nothing_is_told_too(file: Path):
    write(file)
    assert told(file)[0].startswith("数据截至")


def test_it_starts_without_what_takes_long_to_import(file: Path):
    write(file, SOUND)
    program = (
        "import sys; from pathlib import Path; from scorecard.quality.state import state_lines; "
        f"list(state_lines(Path({str(file)!r}))); "
        "print(*{'dagster', 'pandas', 'pyarrow', 'great_expectations', 'yaml'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


def test_a_chinese_character_takes_two_columns():
    assert width("部门 edu") == 8
    assert padded("部门", 6) == "部门  "
    assert padded("部门", 2) == "部门 "
