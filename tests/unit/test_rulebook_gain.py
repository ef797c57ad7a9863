"""How a rulebook says that points are won back: read, made up where it is silent, or refused."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from scorecard.models import load_models, metrics_of
from scorecard.rulebook import Part, RulebookError, load_rulebook

ROOT = Path(__file__).parents[2]
TINY = ROOT / "tests" / "rulebooks" / "tiny-2020.yaml"
METRICS = metrics_of(load_models(ROOT / "sql"))
RULES = {
    "access": "rule_en: 4 points for a dedicated line, 2.5 for another way.\n",
    "mounting": "rule_en: Points in the share of active entries that are mounted.\n",
    "report": "rule_en: One accepted report earns the point.\n",
}


def written(tmp_path: Path, part: str, *gain: str) -> Path:
    """The tiny rulebook with a gain of one part."""
    text = TINY.read_text(encoding="utf-8")
    assert RULES[part] in text
    lines = "".join(f"          {line}\n" for line in gain)
    path = tmp_path / "tiny.yaml"
    path.write_text(text.replace(RULES[part], f"{RULES[part]}        gain:\n{lines}"), "utf-8")
    return path


def part(path: Path, name: str) -> Part:
    indicators = load_rulebook(path, METRICS).indicators
    [found] = [each for item in indicators for each in item.parts if each.part == name]
    return found


def problems(tmp_path: Path, name: str, *gain: str) -> list[str]:
    with pytest.raises(RulebookError) as refused:
        load_rulebook(written(tmp_path, name, *gain), METRICS)
    return [str(each).removeprefix(f"{tmp_path}/") for each in refused.value.problems]


SENTENCES = ("zh: 再挂接 {n} 个", "en: Mount {n} more {entry|entries}")


def test_what_the_rulebook_says_is_taken(tmp_path: Path) -> None:
    new = ("new:", "  by: 2", "  zh: 登记 {n} 个", "  en: Register one")
    path = written(tmp_path, "mounting", "change: within", "by: 0.01", *SENTENCES, *new)
    gain = part(path, "mounting").wins_back
    assert (gain.change, gain.by, gain.zh) == ("within", Decimal("0.01"), "再挂接 {n} 个")
    assert gain.new
    assert (gain.new.by, gain.new.en) == (Decimal(2), "Register one")


@pytest.mark.parametrize(("name", "change", "zh", "en"), [
    ("access", "level", "“最佳接入方式”达到“{level}”", 'Reach "{level}" in "best access mode"'),
    ("mounting", "within", "“已挂接目录（条）”再增加 {n}", 'Add {n} to "mounted entries"'),
    ("report", "evidence", "“已认定报告（份）”再增加 {n}", 'Add {n} to "accepted reports"'),
    ("resources", "added", "“已利用资源（个）”再增加 {n}", 'Add {n} to "resources in use"'),
])  # fmt: skip
def test_a_silent_rulebook_has_its_methods_change_and_a_general_sentence(name, change, zh, en):
    gain = part(TINY, name).wins_back
    assert (gain.change, gain.zh, gain.en) == (change, zh, en)
    assert (gain.by, gain.new, gain.expected_base) == (1, None, None)


@pytest.mark.parametrize(("name", "gain", "at", "expected"), [
    ("access", ("change: within", *SENTENCES), "change: within",
     "101 access: change within does not fit method levels (levels takes level)"),
    ("mounting", ("change: sideways", *SENTENCES), "change: sideways",
     "201 mounting: `change` is 'sideways' "
     "(known: 'within', 'added', 'fewer', 'level', 'rank' or 'evidence')"),
    ("mounting", ("change: within", "zh: 再挂接", SENTENCES[1]), "zh: 再挂接",
     "201 mounting: `zh` of `gain` lacks {n} (say {n} where it belongs)"),
    ("mounting", ("change: within", SENTENCES[0], "en: Mount {n} of {all}"), "en: Mount",
     "201 mounting: `en` of `gain` has braces that nothing fills (known: {n}, {one|many})"),
    ("mounting", ("change: within", "by: 0", *SENTENCES), "by: 0",
     "201 mounting: `by` is '0' (expected above 0, at most six decimals)"),
    ("mounting", ("change: added", *SENTENCES, "expected_base: 100"), "expected_base",
     "201 mounting: `expected_base` does not belong to change added of method ratio "
     "(remove it; it is for within a ratio)"),
    ("report", ("change: added", *SENTENCES, "new: {zh: 新, en: new}"), "new: {",
     "202 report: `new` does not belong to change added of method flag "
     "(remove it; it is for within a ratio, and for fewer)"),
    ("mounting", ("change: within", *SENTENCES, "new: {zh: '新{x}', en: new}"), "new: {",
     "201 mounting: `zh` of `new` has braces that nothing fills (known: {n}, {one|many})"),
    ("access", ("change: level", "zh: 改为{level}", "en: 'To {level}'", "by: 2"), "by: 2",
     "101 access: `by` does not belong to change level (remove it)"),
])  # fmt: skip
def test_an_unsound_gain_is_refused_with_its_line(tmp_path, name, gain, at, expected):
    found = problems(tmp_path, name, *gain)
    lines = (tmp_path / "tiny.yaml").read_text("utf-8").splitlines()
    [line] = [number for number, text in enumerate(lines, 1) if text.strip().startswith(at)]
    assert found == [f"tiny.yaml:{line}: {expected}"]


def test_every_part_of_huaibei_says_how_it_is_won_back() -> None:
    rulebook = load_rulebook(ROOT / "rulebooks" / "huaibei-2019.yaml", METRICS)
    for indicator in rulebook.indicators:
        for each in indicator.parts:
            assert each.gain is not None, (indicator.code, each.part)
