"""Pages on paper, as a browser prints them on upright A4."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import pytest
from playwright.sync_api import Page
from pypdf import PdfReader

from tests.report.browsing import KINDS, opened
from tests.report.pages import Site

A4 = (595, 842)
PAPER = {"upright": 703, "across": 1032}
"""Pixels between the margins of A4, held either way."""


def words(text: str) -> str:
    """Without spaces, and letters for the radicals that a PDF has for their like shapes."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


@dataclass(frozen=True)
class Printed:
    """A printed page of the site: the sheets' sizes and words, and each table's column heads."""

    sizes: list[tuple[int, int]]
    words: list[str]
    heads: dict[str, list[str]]


@cache
def printed(tab: Page, site: Site, path: str) -> Printed:
    """A page as it is printed from a desk, once however often it is asked for."""
    with opened(tab, site, path) as page:
        heads = page.evaluate(
            """Object.fromEntries([...document.querySelectorAll("table[id]")].map(table =>
                [table.id, [...table.querySelectorAll("thead th")].map(each => each.innerText)]))"""
        )
        sheets = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    sizes = [(round(each.mediabox.width), round(each.mediabox.height)) for each in sheets]
    return Printed(sizes, [words(each.extract_text()) for each in sheets], heads)


@contextmanager
def on_paper(tab: Page, site: Site, path: str, width: int) -> Iterator[Page]:
    """A page laid out as for paper of a width, after what happens before printing."""
    with opened(tab, site, path, width) as page:
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        yield page


def beyond(page: Page, width: int, within: str) -> list[str]:
    """What reaches over the right margin."""
    return page.eval_on_selector_all(
        f"{within}, {within} *",
        f"""all => all.filter(each => each.getBoundingClientRect().right > {width} + 0.5)
            .map(each => each.outerHTML.slice(0, 80))""",
    )


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_cut_at_the_right_edge_of_upright_a4(
    tab: Page,
    site: Site,
    kind: str,
    language: str,
):
    path = f"{KINDS[kind]}?lang={language}"
    with on_paper(tab, site, path, PAPER["upright"]) as page:
        assert beyond(page, PAPER["upright"], "main > :not(#heat)") == []


def test_the_heat_map_fits_a_page_laid_across(tab: Page, site: Site):
    with on_paper(tab, site, "index.html", PAPER["across"]) as page:
        assert beyond(page, PAPER["across"], "#heat") == []
        assert page.evaluate("getComputedStyle(document.getElementById('heat')).page") == "wide"


def test_each_printed_page_of_a_table_names_its_columns(tab: Page, site: Site):
    paper = printed(tab, site, KINDS["department"])
    pages = paper.words
    row = "".join(words(head).rstrip("↕↑↓") for head in paper.heads["table-indicators"])
    assert row
    rows_on = [place for place, text in enumerate(pages) if re.search("【|每份", text)]
    assert len(rows_on) > 1
    assert [place for place in rows_on if row not in pages[place]] == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_printed_page_has_no_control_and_no_address(
    tab: Page,
    site: Site,
    kind: str,
):
    paper = printed(tab, site, KINDS[kind])
    text = "".join(paper.words)
    upright = [height for width, height in paper.sizes if width == A4[0]]
    assert set(upright) == {A4[1]}
    assert len(upright) == len(paper.sizes) or kind == "city"
    for control in (
        "↕",
        "↑",
        "↓",
        "查找",
        "按文字筛选",
        "清除筛选",
        "突出显示",
        "file:",
        ".html",
    ):
        assert control not in text


@pytest.mark.parametrize("kind", ["city", "department", "indicator"])
def test_charts_are_drawn_in_the_light_at_the_width_of_paper_and_back_afterwards(
    tab: Page,
    site: Site,
    kind: str,
):
    size = """() => [...document.querySelectorAll('.chart')].map(
        each => each.querySelector('.main-svg').getBoundingClientRect().width)"""
    ink = "getComputedStyle(document.querySelector('.chart text')).fill"
    with opened(tab, site, f"{KINDS[kind]}?theme=dark") as page:
        before, dark = page.evaluate(size), page.evaluate(ink)
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert set(page.evaluate(size)) == {660}
        assert page.evaluate(ink) != dark
        assert page.locator("details:not([open])").count() == 0
        page.emulate_media(media="screen")
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert (page.evaluate(size), page.evaluate(ink)) == (before, dark)


def test_charts_are_on_paper(tab: Page, site: Site):
    text = "".join(printed(tab, site, KINDS["department"]).words)
    assert "坐标从" in text
    assert "全市平均全市最好" in text


def test_a_filtered_table_says_on_paper_how_much_of_it_is_shown(tab: Page, site: Site):
    text = "".join(printed(tab, site, "departments/edu.html?indicators.q=021").words)
    assert re.search(r"\d/35行", text)


def test_rows_charts_and_heads_stay_whole_between_pages(tab: Page, site: Site):
    with on_paper(tab, site, "departments/edu.html", PAPER["upright"]) as page:
        for selector in ("tbody tr", ".chart", ".facts"):
            broken = f"getComputedStyle(document.querySelector('{selector}')).breakInside"
            assert page.evaluate(broken) == "avoid", selector
        head = "getComputedStyle(document.querySelector('#table-indicators thead')).display"
        assert page.evaluate(head) == "table-header-group"
