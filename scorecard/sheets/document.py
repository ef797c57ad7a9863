"""The sheets as PDF, set by typst: what its templates get, as plain data.

Nothing of the data is read as markup. Typst holds the interpreter's lock, so that threads gain
nothing: one compiler sets sheet after sheet, with the template and fonts kept.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from scorecard import shades
from scorecard.sheets import fonts, table, words
from scorecard.sheets.reading import City, Department, Indicator
from scorecard.sheets.table import COLUMNS, Section
from scorecard.sheets.words import Language, Words

TEMPLATES = Path(__file__).parent / "templates"
MATRIX_COLUMNS = 36
"""Indicators that one matrix of a page has room for; more are carried on in another."""
FOOTER_LETTERS = 60
LONG_CELL = 600
"""A cell of more letters may break over pages; others stay whole."""
BROKEN_HEADS = {
    words.FULL: "标准\n分值", words.POINTS: "适用\n分值", words.PROVIDER: "数据提供\n单位",
}  # fmt: skip
"""Where the Chinese heading of a narrow column breaks between words."""
_UNBROKEN = re.compile(r"[!-~]{18,}")

Data = dict[str, Any]


class Press:
    """Typst with its fonts, for as many sheets as are wanted.

    Raises:
        ScorecardError: If no Chinese font is installed.
    """

    def __init__(self) -> None:
        import typst

        installed = typst.Fonts()
        self._fonts = fonts.choose(installed.families())
        self._compilers = {
            name: typst.Compiler(TEMPLATES / f"{name}.typ", root=TEMPLATES, font_paths=installed)
            for name in ("department", "city")
        }

    def department(self, city: City, department: Department, language: Language) -> bytes:
        """The PDF of one department; the same input gives the same bytes."""
        return self._set("department", city, _department(city, department, language), language)

    def city(self, city: City, language: Language) -> bytes:
        """The PDF of one assessment; the same input gives the same bytes."""
        return self._set("city", city, _city(city, language), language)

    def _set(self, template: str, city: City, data: Data, language: Language) -> bytes:
        as_of = city.assessment.as_of
        data |= {"fonts": self._fonts._asdict(), "language": language, "as_of": str(as_of)}
        made = self._compilers[template].compile(
            format="pdf",
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            timestamp=dt.datetime.combine(as_of, dt.time(), dt.UTC),
        )
        assert isinstance(made, bytes)
        return made


def _department(city: City, department: Department, language: Language) -> Data:
    assessment = city.assessment
    heading = table.title(assessment, words.SCORE_SHEET, language)
    rank = "－" if department.rank is None else f"{department.rank} / {len(city.departments)}"
    facts: tuple[tuple[Words, str], ...] = (
        (words.DEPARTMENT, _loose(department.name)),
        (words.WINDOW, table.window(assessment, language)),
        (words.AS_OF, str(assessment.as_of)),
        (words.STATE, table.state(assessment, language)),
        (words.TOTAL, str(department.total)),
        (words.POINTS, str(department.points)),
        (words.RATE, _percent(department.rate)),
        (words.RANK, rank),
        (words.VERSION, assessment.version),
        (words.DIGEST, _halves(assessment.rulebook_digest)),
        (words.MISSING, str(department.missing)),
        (words.STALE, str(department.stale)),
    )
    full = sum((each.full_points for each in department.indicators), Decimal())
    signers = (words.SIGNED_BY, words.SIGNED_BY_DEPARTMENT)
    return _frame(city, heading, department.name, facts, signers, language) | {
        "signed": "　　".join(f"{label.of(language)} {value}" for label, value in facts[4:8]),
        "columns": [_head(column, language) for column in COLUMNS],
        "sections": [_section(each, language) for each in table.sections(department)],
        "total": _sums(words.TOTAL_LINE, full, department.points, department.total,
                       department.rate, language),
        "notes_title": words.NOTES.of(language),
        "reading_head": words.READING.of(language),
        "notes_why": words.NOTES_WHY.of(language),
        "notes": [
            [_loose(cell) for cell in note]
            for note in table.notes(department.indicators, language)
        ],
    }  # fmt: skip


def _head(column: Words, language: Language) -> str:
    return BROKEN_HEADS.get(column, column.zh) if language == "zh" else column.en


def _section(section: Section, language: Language) -> Data:
    full = sum((line.indicator.full_points for line in section.lines), Decimal())
    block = section.block
    return {
        "lines": [
            {
                "levels": [
                    [_loose(level.of(language)), span]
                    for level, span in zip(line.indicator.levels, line.spans, strict=True)
                ],
                "cells": [_loose(cell) for cell in _cells(line.indicator, language)],
                "long": len(line.indicator.explanation.of(language)) > LONG_CELL,
            }
            for line in section.lines
        ],
        "subtotal": _sums(
            table.subtotal(block), full, block.points, block.score, block.rate, language
        ),
    }


def _cells(indicator: Indicator, language: Language) -> Iterator[str]:
    yield indicator.code
    yield indicator.name.of(language)
    yield str(indicator.full_points)
    yield str(indicator.points)
    yield str(indicator.score)
    yield indicator.explanation.of(language)
    yield indicator.provider or ""
    yield table.listed(indicator.lead, language)
    yield table.listed(indicator.support, language)
    yield table.remarks(indicator, language)


def _sums(
    label: Words, full: Decimal, points: Decimal, score: Decimal, rate: Decimal | None,
    language: Language,
) -> Data:  # fmt: skip
    return {
        "label": label.of(language),
        "numbers": [str(full), str(points), str(score)],
        "rate": f"{words.RATE_IN_LINE.of(language)} {_percent(rate)}",
    }


def _city(city: City, language: Language) -> Data:
    assessment = city.assessment
    heading = table.title(assessment, words.RANKING_SHEET, language)
    facts = (
        (words.AS_OF, str(assessment.as_of)),
        (words.WINDOW, table.window(assessment, language)),
        (words.STATE, table.state(assessment, language)),
        (words.DEPARTMENTS, str(len(city.departments))),
        (words.VERSION, assessment.version),
        (words.DIGEST, _halves(assessment.rulebook_digest)),
    )
    blocks = table.blocks_of(city)
    heads = (
        words.RANK_HEAD, words.DEPARTMENT_HEAD, *blocks, words.TOTAL, words.POINTS, words.RATE,
        words.MISSING, words.STALE,
    )  # fmt: skip
    return _frame(city, heading, "", facts, (words.SIGNED_BY,), language) | {
        "heads": [_loose(head.of(language)) for head in heads],
        "ranking": [_ranked(each, blocks) for each in city.departments],
        "matrix_title": words.MATRIX_TITLE.of(language),
        "matrix_note": words.MATRIX_NOTE.of(language),
        "matrices": [
            _matrix(city, start, language)
            for start in range(0, len(_indicators(city)), MATRIX_COLUMNS)
        ],
        "legend_title": words.LEGEND.of(language),
        "legend": _legend(language),
        "indicators": [
            f"{each.code} {_loose(each.name.of(language))}" for each in _indicators(city)
        ],
    }


def _legend(language: Language) -> list[list[str]]:
    return [[words.SHADES[shade.key].of(language), shade.ground] for shade in shades.LEGEND]


def _indicators(city: City) -> tuple[Indicator, ...]:
    return city.departments[0].indicators if city.departments else ()


def _ranked(department: Department, blocks: tuple[Words, ...]) -> list[str]:
    scores = {block.name.zh: str(block.score) for block in department.blocks}
    return [
        "－" if department.rank is None else str(department.rank),
        _loose(department.name),
        *(scores.get(block.zh, "") for block in blocks),
        str(department.total),
        str(department.points),
        _percent(department.rate),
        str(department.missing),
        str(department.stale),
    ]


def _matrix(city: City, start: int, language: Language) -> Data:
    """A part of the matrix, from one indicator on."""
    shown = _indicators(city)[start : start + MATRIX_COLUMNS]
    groups: list[list[Any]] = []
    for indicator in shown:
        name = indicator.levels[0].of(language)
        if groups and groups[-1][0] == name:
            groups[-1][1] += 1
        else:
            groups.append([name, 1])
    return {
        "groups": groups,
        "heads": [words.RANK_HEAD.of(language), words.DEPARTMENT_HEAD.of(language)],
        "codes": [indicator.code for indicator in shown],
        "total": words.TOTAL.of(language),
        "lines": [_matrix_line(each, shown) for each in city.departments],
    }


def _matrix_line(department: Department, shown: tuple[Indicator, ...]) -> Data:
    own = {indicator.code: indicator for indicator in department.indicators}
    return {
        "rank": "－" if department.rank is None else str(department.rank),
        "name": _loose(department.name),
        "cells": [
            [_mark(own[head.code]), *table.shade(own[head.code])[-2:]]
            if head.code in own
            else ["", *shades.NOT_APPLICABLE[-2:]]
            for head in shown
        ],
        "total": str(department.total),
    }


def _mark(indicator: Indicator) -> str:
    if indicator.status == "not_applicable":
        return table.NOT_APPLICABLE_MARK
    return f"{indicator.score}{table.mark(indicator)}"


def _frame(
    city: City,
    heading: str,
    whose: str,
    facts: tuple[tuple[Words, str], ...],
    signers: tuple[Words, ...],
    language: Language,
) -> Data:
    """What every sheet has: its heading, facts, notes of the form, signatures and footer."""
    assessment = city.assessment
    return {
        "title": heading,
        "whose": whose,
        "footer": table.shortened(f"{whose}　{heading}" if whose else heading, FOOTER_LETTERS),
        "subject": assessment.name.of(language),
        "keywords": [assessment.assessment_id, assessment.version, assessment.rulebook_digest],
        "facts": [[label.of(language), value] for label, value in facts],
        "form_notes": [note.of(language) for note in words.FORM_NOTES],
        "signers": [signer.of(language) for signer in signers],
        "signature": [w.of(language) for w in (words.SIGNATURE, words.MADE_BY, words.DATE)],
        "page": words.PAGE.of(language).split("{}"),
        "version": f"{words.VERSION.of(language)} {assessment.version}",
    }


def _percent(rate: Decimal | None) -> str:
    return "－" if rate is None else f"{rate}%"


def _halves(digest: str) -> str:
    """A digest on two lines."""
    return f"{digest[:32]}\n{digest[32:]}"


def _loose(text: str) -> str:
    """The text with places to break where a long run of letters has none of its own."""
    return _UNBROKEN.sub(lambda run: "\u200b".join(re.findall(".{1,8}", run[0])), text)
