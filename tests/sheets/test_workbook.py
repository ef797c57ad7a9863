"""Departments' workbooks: numbers and texts as published, sums that add up, the form's layout."""

from __future__ import annotations

import datetime as dt
import zipfile
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from python_calamine import CalamineWorkbook

from scorecard.sheets.table import COLUMNS
from tests.sheets import xlsx
from tests.sheets.conftest import NOW, Made
from tests.sheets.expected import LANGUAGES, levels, lines

TABS = {"zh": "考核得分表", "en": "Score sheet"}
WIDE = len(COLUMNS)
DATA = 5
"""The row of the first indicator."""


def sheet_of(made: Made, department: str, language: str) -> xlsx.Sheet:
    return xlsx.read(made.sheets / f"{department}.xlsx")[TABS[language]]


def rows_of(sheet: xlsx.Sheet) -> list[int]:
    """The rows of indicators: those with a code beside three plain numbers."""
    return sorted(
        row
        for (row, column), value in sheet.cells.items()
        if column == 3 and row >= DATA and isinstance(value, str) and (row, 5) in sheet.cells
    )


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return request.param


def shown(text: str | None) -> str | None:
    """A text as a cell holds it: one between <r> and </r> gets a blank, or it would be markup."""
    return f"{text} " if text and text.startswith("<r>") and text.endswith("</r>") else text


def test_every_indicator_stands_there_as_published(made: Made, language: str):
    for department in made.departments:
        sheet = sheet_of(made, department, language)
        found = [tuple(sheet.row(row, WIDE)[3:12]) for row in rows_of(sheet)]
        expected = [
            tuple(shown(v) if isinstance(v, str) else v for v in line)
            for line in lines(made, department, language)
        ]
        assert found == expected


def test_the_three_levels_are_merged_over_just_their_own_lines(made: Made, language: str):
    paths = levels(made, language)
    sheet = sheet_of(made, "edu", language)
    codes = {row: str(sheet.cells[row, 3]) for row in rows_of(sheet)}
    for row, code in codes.items():
        assert tuple(sheet.at(row, column) for column in range(3)) == paths[code]
    for (top, left), (bottom, _) in sheet.merges:
        if left < 3 and top in codes and bottom > top:
            within = {
                paths[codes[row]][: left + 1] for row in range(top, bottom + 1) if row in codes
            }
            assert len(within) == 1, "a merged cell holds one level of one parent"


def test_a_level_is_one_cell_wherever_its_lines_touch(made: Made):
    sheet = sheet_of(made, "edu", "zh")
    paths = levels(made, "zh")
    rows = rows_of(sheet)
    for column in range(3):
        starts = [row for row in rows if (row, column) in sheet.cells]
        groups = [paths[str(sheet.cells[row, 3])][: column + 1] for row in rows]
        changes = [r for i, r in enumerate(rows) if i == 0 or groups[i] != groups[i - 1]]
        assert starts == changes
        assert len(set(groups)) == len(changes), "no level is split in two"


def test_the_head_tells_total_rate_rank_day_version_and_digest(made: Made):
    for department, total, points, rate, rank, missing, stale, name in made.rows(
        "select department_id, total, points, score_rate, rank, indicators_missing, "
        "indicators_stale, department from mart_scorecard"
    ):
        [(digest, as_of)] = made.rows("select rulebook_digest, as_of from dim_assessment")
        for language in LANGUAGES:
            sheet = sheet_of(made, department, language)
            head = [sheet.row(row, WIDE) for row in range(1, 4)]
            days = Decimal((as_of - dt.date(1899, 12, 30)).days)
            assert (head[0][1], head[0][10]) == (name, days)
            assert [head[1][c] for c in (1, 7, 10, 12)] == [total, points, rate, rank]
            version = made.file.resolve().parent.name
            assert [head[2][c] for c in (1, 7, 10, 12)] == [version, digest, missing, stale]


def test_sums_worked_out_from_the_cells_are_what_is_published(made: Made, language: str):
    suffix = "" if language == "zh" else "_en"
    names = dict(made.rows(f"select level1, level1{suffix} from dim_indicator"))
    for department in made.departments:
        sheet = sheet_of(made, department, language)
        for place, formula in sheet.formulas.items():
            assert sheet.evaluated(place) == sheet.cells[place], formula
        blocks = made.rows(
            "select level1, points, score from mart_scorecard_level where department_id = ?",
            department,
        )
        for level1, points, score in blocks:
            name = names[level1]
            label = f"{name}小计" if language == "zh" else f"Subtotal: {name}"
            row = sheet.find(label, 1)
            assert (sheet.evaluated((row, 6)), sheet.evaluated((row, 7))) == (points, score)
        [(points, total)] = made.rows(
            "select points, total from mart_scorecard where department_id = ?", department
        )
        row = sheet.find("合计" if language == "zh" else "Total")
        assert (sheet.evaluated((row, 6)), sheet.evaluated((row, 7))) == (points, total)
        assert len(sheet.formulas) == 3 * (len(blocks) + 1)


def test_nothing_but_sums_is_a_formula_or_a_link(odd: Made):
    for path in sorted(odd.sheets.glob("*.xlsx")):
        for sheet in xlsx.read(path).values():
            assert all(formula.startswith("SUM(") for formula in sheet.formulas.values())
            assert sheet.xml.find(f"{xlsx.MAIN}hyperlinks") is None


def test_remarks_say_missing_not_applicable_adjusted_stale_and_reading(plain: Made):
    def remark(department: str, code: str, language: str = "zh") -> str:
        sheet = sheet_of(plain, department, language)
        return str(sheet.cells.get((sheet.find(code, 3), 12), ""))

    assert remark("edu", "002") == "缺报"
    assert remark("park", "008") == "不适用"
    assert remark("park", "009") == "不适用；口径见附注"
    assert remark("tax", "002") == (
        "人工调整，计算得分 0.00；缺报：下一年工作计划、本年计划及完成情况"
    )
    assert remark("tax", "002", "en").startswith("Adjusted; computed score 0.00; Missing: ")
    assert remark("edu", "035") == "缺报：应急演练；口径见附注"
    assert remark("edu", "001") == "缺报：联络协调"
    stale = plain.rows(
        "select indicator_code, stale from fct_indicator_score where department_id = 'edu'"
    )
    assert any(is_stale for _, is_stale in stale)
    for code, is_stale in stale:
        assert ("数据过期" in remark("edu", code)) == is_stale


def test_readings_stand_below_the_signatures(made: Made, language: str):
    sheet = sheet_of(made, "tax", language)
    first = (
        sheet.find("附注：评分口径" if language == "zh" else "Notes: how the rules are read") + 2
    )
    expected = made.rows(
        f"select indicator_code, name_{language}, reading_{language} from dim_indicator "
        "where reading_zh is not null"
    )
    found = [
        (sheet.cells[row, 0], sheet.cells[row, 1], sheet.cells[row, 4])
        for row in range(first, first + len(expected))
    ]
    assert sorted(found) == sorted(expected)
    assert (first + len(expected), 0) not in sheet.cells


def test_there_is_a_place_for_both_seals(plain: Made):
    texts = set(sheet_of(plain, "edu", "zh").cells.values())
    assert {"考核单位（盖章）", "被考核部门（盖章）", "负责人（签字）："} <= texts


def test_it_prints_on_a4_across_one_page_wide_with_the_header_on_each_page(plain: Made):
    with zipfile.ZipFile(plain.sheets / "edu.xlsx") as package:
        book = ElementTree.fromstring(package.read("xl/workbook.xml"))
    names = {
        (name.get("name"), name.get("localSheetId")): name.text
        for name in book.iter(f"{xlsx.MAIN}definedName")
    }
    assert names["_xlnm.Print_Titles", "0"] == "考核得分表!$5:$5"
    assert names["_xlnm.Print_Area", "0"].startswith("考核得分表!$A$1:$M$")  # type: ignore[union-attr]
    for language in LANGUAGES:
        sheet = sheet_of(plain, "edu", language)
        setup = sheet.xml.find(f"{xlsx.MAIN}pageSetup").attrib
        assert (setup["paperSize"], setup["orientation"]) == ("9", "landscape")
        assert setup["fitToHeight"] == "0"
        pane = sheet.xml.find(f".//{xlsx.MAIN}pane").attrib
        assert (pane["state"], pane["topLeftCell"]) == ("frozen", "F6")


def test_fonts_show_chinese_and_the_document_says_what_it_is(plain: Made):
    with zipfile.ZipFile(plain.sheets / "edu.xlsx") as package:
        styles = ElementTree.fromstring(package.read("xl/styles.xml"))
        core = package.read("docProps/core.xml").decode()
    fonts = {font.find(f"{xlsx.MAIN}name").get("val") for font in styles.iter(f"{xlsx.MAIN}font")}
    assert {"宋体", "Arial"} <= fonts
    [(name, as_of)] = plain.rows("select name_zh, as_of from dim_assessment")
    assert f"淮北市教育局 {name}得分表" in core
    assert f"{as_of}T00:00:00Z" in core
    assert str(NOW.year) in str(plain.file.resolve()), "the version is of a later day"


def test_another_reader_opens_it_and_finds_the_same_values(made: Made):
    for path in sorted(made.sheets.glob("*.xlsx")):
        book = CalamineWorkbook.from_path(path)
        for name, sheet in xlsx.read(path).items():
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for (row, column), value in sheet.cells.items():
                found = rows[row][column]
                if isinstance(found, dt.date):
                    found = (found - dt.date(1899, 12, 30)).days
                if isinstance(value, Decimal):
                    assert Decimal(str(found)) == value
                else:
                    assert xlsx.unescaped(str(found)) == value
