"""The customary form (考核得分表), whatever it is written with: columns, merged levels, remarks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from scorecard import shades
from scorecard.shades import Shade
from scorecard.sheets import words
from scorecard.sheets.reading import Assessment, Block, City, Department, Indicator
from scorecard.sheets.words import Language, Words

COLUMNS = (
    *words.LEVELS, words.CODE, words.INDICATOR, words.FULL, words.POINTS, words.SCORE,
    words.EXPLANATION, words.PROVIDER, words.LEAD, words.SUPPORT, words.REMARKS,
)  # fmt: skip
LEVELS = len(words.LEVELS)
NOT_APPLICABLE_MARK = "－"
MISSING_MARK = "*"


@dataclass(frozen=True, slots=True)
class Line:
    """An indicator's line; `spans` tells how many lines each level's cell takes, 0 for none."""

    indicator: Indicator
    spans: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """The lines of an indicator of the first level, and what is published as their sum."""

    block: Block
    lines: tuple[Line, ...]


def sections(department: Department) -> list[Section]:
    """The form's lines, by indicators of the first level."""
    blocks = {block.name.zh: block for block in department.blocks}
    found = groupby(department.indicators, key=lambda indicator: indicator.levels[0].zh)
    return [Section(blocks[name], tuple(_lines(list(of)))) for name, of in found]


def _lines(indicators: Sequence[Indicator]) -> Iterator[Line]:
    starts = [_starts(indicators, depth) for depth in range(1, LEVELS + 1)]
    for place, indicator in enumerate(indicators):
        yield Line(indicator, tuple(start.get(place, 0) for start in starts))


def _starts(indicators: Sequence[Indicator], depth: int) -> dict[int, int]:
    """Where a level of this depth begins, and over how many lines; a twin elsewhere is another."""
    starts, place = {}, 0
    for _, same in groupby(indicators, key=lambda each: [w.zh for w in each.levels[:depth]]):
        starts[place] = len(list(same))
        place += starts[place]
    return starts


def remarks(indicator: Indicator, language: Language) -> str:
    """What is to be known about a score beside how it came about."""
    said = [
        *(w.of(language) for w in (_status(indicator),) if w),
        *_parts("missing", indicator.parts_missing, language),
        *_parts("not_applicable", indicator.parts_not_applicable, language),
    ]
    if indicator.is_stale:
        said.append(words.REMARK_STALE.of(language))
    if indicator.reading:
        said.append(words.REMARK_READING.of(language))
    return words.SEMICOLON.of(language).join(said)


def _status(indicator: Indicator) -> Words | None:
    remark = words.STATUSES[indicator.status]
    match indicator.status:
        case "scored":
            return None
        case "adjusted":
            zh, en = (said.format(indicator.computed_score) for said in words.COMPUTED)
            return Words(remark.zh + zh, remark.en + en)
    return remark


def _parts(status: str, parts: Sequence[Words], language: Language) -> Iterator[str]:
    if parts:
        names = listed([part.of(language) for part in parts], language)
        yield words.STATUSES[status].of(language) + words.PARTS.of(language).format(names)


def listed(names: Sequence[str], language: Language) -> str:
    """Names, one after the other."""
    return words.BETWEEN.of(language).join(names)


def shortened(value: str, letters: int) -> str:
    """The text, or as much of it as there is room for."""
    return value if len(value) <= letters else f"{value[: letters - 1]}…"


def title(assessment: Assessment, kind: Words, language: Language) -> str:
    """The heading of a sheet."""
    return assessment.name.of(language) + kind.of(language)


def window(assessment: Assessment, language: Language) -> str:
    """From when to when is assessed."""
    return f"{assessment.window_start}{words.TO.of(language)}{assessment.window_end}"


def state(assessment: Assessment, language: Language) -> str:
    """How far the assessment is, and whether its scores can still move."""
    said = words.STATES[assessment.state].of(language)
    return said if assessment.state == "closed" else words.INTERIM.of(language).format(said)


def subtotal(block: Block) -> Words:
    """What a subtotal is called; it names its block, whose merged cell may begin a page before."""
    return Words(block.name.zh + words.SUBTOTAL.zh, f"{words.SUBTOTAL.en}: {block.name.en}")


def blocks_of(city: City) -> tuple[Words, ...]:
    """The indicators of the first level, in order."""
    return tuple(block.name for block in city.departments[0].blocks) if city.departments else ()


def shade(indicator: Indicator) -> Shade:
    """The colours of a cell of the matrix, which depend on the published numbers alone."""
    return shades.shade_of(indicator.score, indicator.points, indicator.status)


def mark(indicator: Indicator) -> str:
    """What stands behind a score that is not whole."""
    if indicator.status == "missing":
        return MISSING_MARK
    return shades.PART_MISSING_MARK if indicator.parts_missing else ""


def notes(indicators: Sequence[Indicator], language: Language) -> list[tuple[str, str, str]]:
    """Code, name and reading of each indicator that has a reading."""
    return [
        (each.code, each.name.of(language), each.reading.of(language))
        for each in indicators
        if each.reading
    ]
