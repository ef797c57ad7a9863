"""Labels are in the language that they are told in: no pair stands the wrong way round."""

from __future__ import annotations

import re

from scorecard import shades
from scorecard import words as codes
from scorecard.report import words as report
from scorecard.sheets import words as sheets

CHINESE = re.compile(r"[\u4e00-\u9fff]")
LETTERS = re.compile(r"[A-Za-z]{2,}")
NAMES_OF_THINGS = {"mart_gain"}
PAIRS = [
    *report.WORDS.values(),
    *(pair for kind in report.CODES.values() for pair in kind.values()),
    *codes.STATES.values(),
    *codes.STATUSES.values(),
    *((shade.zh, shade.en) for shade in shades.LEGEND),
    *(pair for pair in vars(sheets).values() if isinstance(pair, sheets.Words)),
]


def test_chinese_is_in_chinese_and_english_in_english():
    assert len(PAIRS) > 200
    for zh, en in PAIRS:
        check(zh, en)


def check(zh: str, en: str) -> None:
    assert not CHINESE.search(en), en
    plain = re.sub("|".join(NAMES_OF_THINGS) + r"|\{\w+\}", "", zh)
    assert not LETTERS.search(plain), zh
    if LETTERS.search(re.sub(r"\{\w*\}", "", en)):
        assert CHINESE.search(zh), zh
