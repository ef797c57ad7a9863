"""Sheets of both languages read back whole: each cell of a worksheet, each line of a document.

A worksheet is compared with everything that stands on it, so that a number that no expected value
is known of fails too.
"""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from xml.etree import ElementTree

import pytest

from scorecard import shades
from scorecard.sheets import words
from scorecard.sheets.document import LONG_CELL
from scorecard.sheets.table import COLUMNS, NOT_APPLICABLE_MARK
from scorecard.sheets.words import Words
from tests.sheets import xlsx
from tests.sheets.conftest import Made
from tests.sheets.expected import BETWEEN, LANGUAGES, levels, lines, sheet_order
from tests.sheets.test_document import bare, pages

Cells = dict[xlsx.Place, str | Decimal]
FACTS = (
    words.DEPARTMENT, words.WINDOW, words.AS_OF, words.STATE, words.TOTAL, words.POINTS,
    words.RATE, words.RANK, words.VERSION, words.DIGEST, words.MISSING, words.STALE,
)  # fmt: skip
CITY_FACTS = (
    words.AS_OF, words.WINDOW, words.STATE, words.DEPARTMENTS, words.VERSION, words.DIGEST,
)  # fmt: skip
MEASURES = (words.TOTAL, words.POINTS, words.RATE, words.MISSING, words.STALE)
FORM = (
    *words.FORM_NOTES, words.SIGNED_BY, words.SIGNED_BY_DEPARTMENT, words.SIGNATURE,
    words.MADE_BY, words.DATE, words.NOTES, words.NOTES_WHY,
)  # fmt: skip
"""What stands below the numbers and holds no data."""


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return request.param


@cache
def document(made: Made, name: str, language: str) -> str:
    """The pages of a PDF, one after the other."""
    path = made.sheets / (f"{name}.pdf" if language == "zh" else f"{name}.{language}.pdf")
    return "\n".join(pages(path))


def of(label: Words, language: str) -> str:
    return label.zh if language == "zh" else label.en


def serial(day: dt.date) -> Decimal:
    """A day as a workbook counts it."""
    return Decimal((day - dt.date(1899, 12, 30)).days)


def shown(text: str) -> str:
    """A text as a cell holds it: one between <r> and </r> gets a blank, or it would be markup."""
    return f"{text} " if text.startswith("<r>") and text.endswith("</r>") else text


def put(cells: Cells, row: int, values: dict[int, object]) -> None:
    """Adds a row's cells; what is empty stands nowhere."""
    for column, value in values.items():
        if value is not None and value != "":
            cells[row, column] = shown(value) if isinstance(value, str) else Decimal(str(value))


def about(made: Made, language: str) -> dict[str, object]:
    """What the heads of sheets say of the assessment."""
    [(name, start, end, as_of, state, digest)] = made.rows(
        f"select name_{language}, window_start, window_end, as_of, state, rulebook_digest "
        "from dim_assessment"
    )
    assert state == "deciding"
    stage = of(words.INTERIM, language).format(of(words.STATES[state], language))
    return {
        "name": name, "window": f"{start}{of(words.TO, language)}{end}", "as_of": as_of,
        "state": stage, "version": made.file.resolve().parent.name, "digest": digest,
    }  # fmt: skip


def remarks(made: Made, department: str, language: str) -> dict[str, str]:
    """What stands beside each score, by code."""
    parts = made.rows(
        f"select p.indicator_code, p.status, d.name_{language} from fct_part_score as p "
        "join dim_part as d using (assessment_id, indicator_code, part) "
        "where department_id = ? order by p.part",
        department,
    )
    found = {}
    for code, status, computed, stale, reading in made.rows(
        "select indicator_code, status, computed_score, stale, reading_zh from fct_indicator_score "
        "join dim_indicator using (assessment_id, indicator_code) where department_id = ?",
        department,
    ):
        told = [] if status == "scored" else [of(words.STATUSES[status], language)]
        if status == "adjusted":
            told[0] += of(words.COMPUTED, language).format(computed)
        for kind in ("missing", "not_applicable"):
            names = [name for own, its, name in parts if (own, its) == (code, kind)]
            if names and status != kind:
                colon = of(words.PARTS, language).format(BETWEEN[language].join(names))
                told.append(of(words.STATUSES[kind], language) + colon)
        told += [of(words.REMARK_STALE, language)] * stale
        told += [of(words.REMARK_READING, language)] * (reading is not None)
        found[code] = of(words.SEMICOLON, language).join(told)
    return found


def subtotal(name: str, language: str) -> str:
    return f"{name}小计" if language == "zh" else f"Subtotal: {name}"


def blocks(made: Made, department: str, language: str) -> dict[str, tuple]:
    """The blocks in the order of the form, by name: full points, those that apply, score, rate."""
    column = "level1" if language == "zh" else "level1_en"
    rows = made.rows(
        f"select i.{column}, sum(i.points), l.points, l.score, l.score_rate "
        "from dim_indicator as i join mart_scorecard_level as l using (assessment_id, level1) "
        "where department_id = ? group by all order by min(indicator_code)",
        department,
    )
    return {name: tuple(numbers) for name, *numbers in rows}


def score_sheet(made: Made, department: str, language: str) -> Cells:
    """Every cell of a department's worksheet above the notes."""
    [(name, *numbers, missing, stale)] = made.rows(
        "select department, total, points, score_rate, rank, indicators_missing, indicators_stale "
        "from mart_scorecard where department_id = ?",
        department,
    )
    head, own = about(made, language), remarks(made, department, language)
    cells: Cells = {(0, 0): f"{head['name']}{of(words.SCORE_SHEET, language)}"}
    facts = (name, head["window"], serial(head["as_of"]), head["state"], *numbers,  # type: ignore[arg-type]
             head["version"], head["digest"], missing, stale)  # fmt: skip
    for place, (label, fact) in enumerate(zip(FACTS, facts, strict=True)):
        row, column = 1 + place // 4, (0, 5, 9, 11)[place % 4]
        put(cells, row, {column: of(label, language), (1, 7, 10, 12)[place % 4]: fact})
    put(cells, 4, {place: of(head, language) for place, head in enumerate(COLUMNS)})
    row, paths, sums = 5, levels(made, language), blocks(made, department, language)
    above: tuple[str, ...] = ()
    for place, line in enumerate(form := lines(made, department, language)):
        path = paths[line.code]
        starts = {c: path[c] for c in range(3) if path[: c + 1] != above[: c + 1]}
        put(cells, row, {**starts, **dict(enumerate(line, 3)), 12: own[line.code]})
        row, above = row + 1, path
        if place + 1 == len(form) or paths[form[place + 1].code][0] != path[0]:
            full, points, score, rate = sums[path[0]]
            name = subtotal(path[0], language)
            put(cells, row, {1: name, 5: full, 6: points, 7: score, 8: rate})
            row += 1
    full = sum(line.full_points for line in form)
    total, points, rate, _ = numbers
    line = of(words.TOTAL_LINE, language)
    put(cells, row, {0: line, 5: full, 6: points, 7: total, 8: rate})
    return cells


def test_nothing_stands_on_a_department_s_worksheet_but_what_is_published(
    made: Made, language: str
):
    readings = {
        text for row in made.rows(
            f"select indicator_code, name_{language}, reading_{language} from dim_indicator "
            "where reading_zh is not null"
        ) for text in row
    }  # fmt: skip
    form = {of(each, language) for each in FORM}
    for department in made.departments:
        sheet = xlsx.read(made.sheets / f"{department}.xlsx")[of(words.SCORE_TAB, language)]
        wanted = score_sheet(made, department, language)
        last = max(wanted)[0]
        assert {place: value for place, value in sheet.cells.items() if place[0] <= last} == wanted
        for (row, _), value in sheet.cells.items():
            if row > last:
                assert value in readings or value in form, value


def test_a_rank_is_shown_out_of_as_many_as_are_ranked(made: Made):
    for department in made.departments:
        with zipfile.ZipFile(made.sheets / f"{department}.xlsx") as package:
            styles = ElementTree.fromstring(package.read("xl/styles.xml"))
        forms = {form.get("formatCode") for form in styles.iter(f"{xlsx.MAIN}numFmt")}
        assert [form for form in forms if form and "/" in form] == [
            f'0" / {len(made.departments)}"'
        ]


def ranked(made: Made) -> list[tuple]:
    return made.rows(
        "select department_id, rank, department, total, points, score_rate, indicators_missing, "
        "indicators_stale from mart_scorecard order by rank nulls last, department_id"
    )


def ranking_heads(names: list[str], language: str) -> list[str]:
    first = [of(words.RANK_HEAD, language), of(words.DEPARTMENT_HEAD, language)]
    return [*first, *names, *(of(measure, language) for measure in MEASURES)]


def test_nothing_stands_on_the_city_s_ranking_but_what_is_published(made: Made, language: str):
    head, ranking = about(made, language), ranked(made)
    names = list(blocks(made, ranking[0][0], language))
    wanted: Cells = {(0, 0): f"{head['name']}{of(words.RANKING_SHEET, language)}"}
    facts = (serial(head["as_of"]), head["window"], head["state"], len(ranking),  # type: ignore[arg-type]
             head["version"], head["digest"])  # fmt: skip
    for place, (label, fact) in enumerate(zip(CITY_FACTS, facts, strict=True)):
        put(
            wanted,
            1 + place // 3,
            {(0, 2, 5)[place % 3]: of(label, language), (1, 3, 6)[place % 3]: fact},
        )
    put(wanted, 3, dict(enumerate(ranking_heads(names, language))))
    for row, (department, rank, name, *numbers) in enumerate(ranking, 4):
        own = blocks(made, department, language)
        put(wanted, row, dict(enumerate((rank, name, *(own[n][2] for n in names), *numbers))))
    sheet = xlsx.read(made.sheets / "city.xlsx")[of(words.RANKING_TAB, language)]
    last = max(wanted)[0]
    assert {place: value for place, value in sheet.cells.items() if place[0] <= last} == wanted
    for (row, _), value in sheet.cells.items():
        if row > last:
            assert value in {of(each, language) for each in FORM}, value


def test_nothing_stands_on_the_city_s_matrix_but_what_is_published(made: Made, language: str):
    order, paths, ranking = sheet_order(made), levels(made, language), ranked(made)
    indicators = {
        code: (name, points) for code, name, points in made.rows(
            f"select indicator_code, name_{language}, points from dim_indicator"
        )
    }  # fmt: skip
    first, second, total, *_ = ranking_heads([], language)
    head = about(made, language)
    wanted: Cells = {(0, 0): f"{head['name']}　{of(words.MATRIX_TITLE, language)}"}
    put(wanted, 1, {0: of(words.MATRIX_NOTE, language)})
    legend = [each.zh if language == "zh" else each.en for each in shades.LEGEND]
    put(wanted, 1, dict(enumerate(legend, len(order) + 3 - len(legend))))
    put(wanted, 2, {0: first, 1: second, len(order) + 2: total})
    for column, code in enumerate(order, 2):
        if column == 2 or paths[code][0] != paths[order[column - 3]][0]:
            put(wanted, 2, {column: paths[code][0]})
        put(wanted, 3, {column: code})
        put(wanted, 4, {column: indicators[code][1]})
    for row, (department, rank, name, published, *_) in enumerate(ranking, 5):
        scores = {line.code: line.score for line in lines(made, department, language)}
        put(wanted, row, {0: rank, 1: name, len(order) + 2: published})
        put(wanted, row, {column: scores[code] for column, code in enumerate(order, 2)})
    for row, code in enumerate(order, 5 + len(ranking) + 1):
        put(wanted, row, {0: code, 1: indicators[code][0], 9: indicators[code][1]})
    assert xlsx.read(made.sheets / "city.xlsx")[of(words.MATRIX_TAB, language)].cells == wanted


def facts_of(made: Made, department: str, language: str) -> Iterator[str]:
    """The facts of a document's head, each label with its value, those of the result joined."""
    [(name, total, points, rate, rank, missing, stale)] = made.rows(
        "select department, total, points, score_rate, rank, indicators_missing, indicators_stale "
        "from mart_scorecard where department_id = ?",
        department,
    )
    head = about(made, language)
    result = (
        total, points, NOT_APPLICABLE_MARK if rate is None else f"{rate}%",
        NOT_APPLICABLE_MARK if rank is None else f"{rank} / {len(made.departments)}",
    )  # fmt: skip
    values = (name, head["window"], head["as_of"], head["state"], *result, head["version"],
              head["digest"], missing, stale)  # fmt: skip
    pairs = [f"{of(a, language)}{b}" for a, b in zip(FACTS, values, strict=True)]
    yield bare("".join(pairs))
    yield bare(f"{name}{''.join(pairs[4:8])}")


def test_a_document_s_head_and_signed_line_tell_the_published_result(made: Made, language: str):
    title = bare(f"{about(made, language)['name']}{of(words.SCORE_SHEET, language)}")
    for department in made.departments:
        found = document(made, department, language)
        facts, signed = facts_of(made, department, language)
        assert found.startswith(f"{title}{facts}")
        assert found.count(signed) == 1


def test_a_document_s_remarks_and_sums_are_the_published_ones(made: Made, language: str):
    for department in made.departments:
        found = document(made, department, language)
        own = remarks(made, department, language)
        for line in lines(made, department, language):
            tail = (line.explanation[-40:], line.provider, line.lead, line.support, own[line.code])
            if len(line.explanation) <= LONG_CELL:
                assert bare("".join(one or "" for one in tail)) in found, line.code
        sums = blocks(made, department, language)
        [total] = made.rows(
            "select points, total, score_rate from mart_scorecard where department_id = ?",
            department,
        )
        full = sum(block[0] for block in sums.values())
        named = {subtotal(name, language): block for name, block in sums.items()}
        named[of(words.TOTAL_LINE, language)] = (full, *total)
        for label, (*numbers, rate) in named.items():
            percent = NOT_APPLICABLE_MARK if rate is None else f"{rate}%"
            numbers_told = "".join(map(str, numbers))
            assert (
                bare(f"{label}{numbers_told}{of(words.RATE_IN_LINE, language)}{percent}") in found
            )


def test_the_city_s_document_tells_ranking_matrix_and_names(made: Made, language: str):
    found, order = document(made, "city", language), sheet_order(made)
    head, ranking = about(made, language), ranked(made)
    facts = (head["as_of"], head["window"], head["state"], len(ranking), head["version"],
             head["digest"])  # fmt: skip
    told = "".join(f"{of(a, language)}{b}" for a, b in zip(CITY_FACTS, facts, strict=True))
    names = list(blocks(made, ranking[0][0], language))
    title = f"{head['name']}{of(words.RANKING_SHEET, language)}"
    table = [title, told, *ranking_heads(names, language)]
    matrix = []
    for department, rank, name, total, points, rate, missing, stale in ranking:
        place = NOT_APPLICABLE_MARK if rank is None else rank
        own = blocks(made, department, language)
        percent = NOT_APPLICABLE_MARK if rate is None else f"{rate}%"
        table += [place, name, *(own[n][2] for n in names), total, points, percent, missing, stale]
        status = dict(
            made.rows(
                "select indicator_code, status from fct_indicator_score where department_id = ?",
                department,
            )
        )
        scores = {line.code: line.score for line in lines(made, department, language)}
        marks = {"missing": "{}*", "not_applicable": NOT_APPLICABLE_MARK}
        short = {
            code for (code,) in made.rows(
                "select indicator_code from fct_part_score "
                "where department_id = ? and status = 'missing'", department,
            )
        }  # fmt: skip
        cells = [
            marks.get(status[code], "{}†" if code in short else "{}").format(scores[code])
            for code in order
        ]
        matrix += [place, name, *cells, total]
    assert found.startswith(bare("".join(map(str, table))))
    assert bare("".join(order) + "".join(map(str, matrix))) in found
    legend = "".join(each.zh if language == "zh" else each.en for each in shades.LEGEND)
    assert bare(of(words.MATRIX_NOTE, language)) in found
    assert bare(of(words.LEGEND, language) + legend) in found
    for line in lines(made, ranking[0][0], language):
        assert bare(f"{line.code}{line.name}") in found
