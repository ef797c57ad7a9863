"""The PDFs: every number and text as published, whole lines, Chinese glyphs in the file itself."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
import typst
from pypdf import PdfReader

from scorecard.errors import ScorecardError
from scorecard.sheets import fonts, write_sheets
from scorecard.sheets.document import LONG_CELL
from scorecard.sheets.table import NOT_APPLICABLE_MARK
from tests.sheets.conftest import Made
from tests.sheets.expected import LANGUAGES, levels, lines, sheet_order

HEADS = {"zh": "一级指标二级指标三级指标编号评分指标", "en": "Level1Level2Level3CodeIndicator"}


def bare(text: str) -> str:
    """The text without what lines and pages put between its letters."""
    return re.sub(r"[\s\u200b]+", "", text)


@cache
def pages(path: Path) -> list[str]:
    return [bare(page.extract_text()) for page in PdfReader(path).pages]


def document(made: Made, name: str, language: str) -> Path:
    return made.sheets / (f"{name}.pdf" if language == "zh" else f"{name}.{language}.pdf")


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return request.param


def test_every_indicator_is_one_whole_line_on_one_page(made: Made, language: str):
    for department in made.departments:
        found = pages(document(made, department, language))
        for line in lines(made, department, language):
            if len(line.explanation) <= LONG_CELL:
                expected = bare("".join(str(value) for value in line if value is not None))
                assert sum(expected in page for page in found) == 1, line.code


def test_an_explanation_too_long_for_one_page_is_carried_on_in_the_next(odd: Made):
    [line] = [line for line in lines(odd, "edu", "zh") if line.code == "002"]
    assert len(line.explanation) > LONG_CELL
    found = pages(document(odd, "edu", "zh"))
    assert any(
        line.explanation[:cut] in one and line.explanation[cut:] in another
        for one, another in pairwise(found)
        for cut in range(1, len(line.explanation))
    )


def test_levels_subtotals_and_the_total_stand_there(made: Made, language: str):
    suffix = "" if language == "zh" else "_en"
    names = dict(made.rows(f"select level1, level1{suffix} from dim_indicator"))
    for department in made.departments:
        text = "".join(pages(document(made, department, language)))
        for path in levels(made, language).values():
            assert all(bare(level) in text for level in path)
        for level1, points, score, rate in made.rows(
            "select level1, points, score, score_rate from mart_scorecard_level "
            "where department_id = ?",
            department,
        ):
            name = names[level1]
            label = bare(f"{name}小计" if language == "zh" else f"Subtotal: {name}")
            rest = bare(f"{points}{score}得分率{'－' if rate is None else f'{rate}%'}")
            if language == "en":
                rest = rest.replace("得分率", "Scorerate")
            assert re.search(rf"{re.escape(label)}\d+\.\d\d{re.escape(rest)}", text), name


def test_the_head_and_the_signed_line_tell_the_published_result(made: Made):
    [(digest, as_of, name)] = made.rows(
        "select rulebook_digest, as_of, name_zh from dim_assessment"
    )
    ranking = made.rows(
        "select department_id, department, total, points, score_rate, rank from mart_scorecard"
    )
    for department, official, total, points, rate, rank in ranking:
        [first, *others] = pages(document(made, department, "zh"))
        assert first.startswith(bare(f"{name}得分表"))
        version = made.file.resolve().parent.name
        for fact in (official, f"数据截至{as_of}", f"发布版本{version}", f"办法摘要{digest}"):
            assert bare(fact) in first
        result = (
            f"总得分{total}适用分值{points}得分率{'－' if rate is None else f'{rate}%'}"
            f"排名{'－' if rank is None else f'{rank}/{len(ranking)}'}"
        )
        assert result in first
        [signed] = [page for page in (first, *others) if "考核单位（盖章）" in page]
        assert bare(official) + result in signed
        assert "被考核部门（盖章）" in signed
        assert "负责人（签字）" in signed


def test_the_header_is_on_every_page_of_the_table_and_pages_are_numbered(made: Made, language):
    found = pages(document(made, "edu", language))
    last = next(place for place, page in enumerate(found) if "盖章" in page or "(seal)" in page)
    assert last >= 1, "the table goes over more than one page"
    for page in found[:last]:
        assert HEADS[language] in page
    for number, page in enumerate(found, 1):
        own = (
            f"第{number}页，共{len(found)}页" if language == "zh" else f"Page{number}of{len(found)}"
        )
        assert own in page


def test_readings_stand_after_the_signatures(made: Made, language: str):
    text = "".join(pages(document(made, "tax", language)))
    notes = text[text.index("附注：评分口径" if language == "zh" else "Notes:howtherules") :]
    for code, name, reading in made.rows(
        f"select indicator_code, name_{language}, reading_{language} from dim_indicator "
        "where reading_zh is not null"
    ):
        assert bare(code + name + reading) in notes


def test_the_city_sheet_has_ranking_and_matrix_as_published(made: Made):
    text = "".join(pages(document(made, "city", "zh")))
    for rank, department, name, total, points, rate, missing, stale in made.rows(
        "select rank, department_id, department, total, points, score_rate, indicators_missing, "
        "indicators_stale from mart_scorecard"
    ):
        place = bare(f"{'－' if rank is None else rank}{name}")
        blocks = made.rows(
            "select l.score from mart_scorecard_level as l join dim_indicator as i "
            "using (assessment_id, level1) where department_id = ? "
            "group by level1, l.score order by min(indicator_code)",
            department,
        )
        percent = "－" if rate is None else f"{rate}%"
        numbers = (*(score for (score,) in blocks), total, points, percent, missing, stale)
        assert place + "".join(str(number) for number in numbers) in text
        cells = {
            code: NOT_APPLICABLE_MARK
            if status == "not_applicable"
            else f"{score}*"
            if status == "missing"
            else f"{score}†"
            if is_short
            else str(score)
            for code, score, status, is_short in made.rows(
                "select indicator_code, score, status, indicator_code in (select indicator_code "
                "from fct_part_score where status = 'missing' and department_id = $1) "
                "from fct_indicator_score where department_id = $1",
                department,
            )
        }
        assert place + "".join(cells[code] for code in sheet_order(made)) + str(total) in text


def test_the_fonts_are_embedded_and_one_of_them_is_chinese(made: Made):
    for path in made.sheets.glob("*.pdf"):
        names = set()
        for page in PdfReader(path).pages:
            for entry in page["/Resources"]["/Font"].get_object().values():  # type: ignore[index]
                font = entry.get_object()
                [below] = font["/DescendantFonts"]
                descriptor = below.get_object()["/FontDescriptor"].get_object()
                assert {"/FontFile2", "/FontFile3"} & set(descriptor)
                names.add(font["/BaseFont"])
        chinese = {name.replace(" ", "") for name in (*fonts.SONG, *fonts.HEI)}
        plain = {str(name).partition("+")[2].lower() for name in names}
        assert any(name.startswith(each.lower()[:12]) for name in plain for each in chinese)


def test_it_says_what_it_is_and_of_which_day(plain: Made):
    told = PdfReader(plain.sheets / "edu.pdf").metadata
    [(name, as_of)] = plain.rows("select name_zh, as_of from dim_assessment")
    assert told.title == f"淮北市教育局 {name}得分表"
    assert told.creation_date.date() == as_of


def test_without_a_chinese_font_the_package_to_install_is_named(
    plain: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    installed = typst.Fonts
    monkeypatch.setattr(typst, "Fonts", lambda: installed(include_system_fonts=False))
    with pytest.raises(ScorecardError, match="fonts-noto-cjk"):
        write_sheets(plain.file, tmp_path / "sheets")
    assert list(tmp_path.iterdir()) == []


def test_one_chinese_font_is_enough():
    assert fonts.choose({"DejaVu Sans", "SimSun"}) == ("SimSun", "SimSun")
    assert fonts.choose({"SimHei"}) == ("SimHei", "SimHei")
    both = {"Noto Serif CJK SC", "Noto Sans CJK SC", "SimSun"}
    assert fonts.choose(both) == ("Noto Serif CJK SC", "Noto Sans CJK SC")
