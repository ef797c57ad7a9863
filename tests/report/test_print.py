"""Pages on paper, as a browser prints them on upright A4."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

from tests.report import test_browser
from tests.report.pages import Site
from tests.report.test_browser import KINDS, opened

browser = test_browser.browser

A4 = (595, 842)
PAPER = {"upright": 703, "across": 1032}
"""Pixels between the margins of A4, held either way."""


def printed(page: Page) -> PdfReader:
    return PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))


def words(text: str) -> str:
    """Without spaces, and letters for the radicals that a PDF has for their like shapes."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


@contextmanager
def on_paper(browser: Browser, site: Site, path: str, width: int) -> Iterator[Page]:
    """A page laid out as for paper of a width, after what happens before printing."""
    with opened(browser, site, path, width) as page:
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
    browser: Browser,
    site: Site,
    kind: str,
    language: str,
):
    path = f"{KINDS[kind]}?lang={language}"
    with on_paper(browser, site, path, PAPER["upright"]) as page:
        assert beyond(page, PAPER["upright"], "main > :not(#heat)") == []


def test_the_heat_map_fits_a_page_laid_across(browser: Browser, site: Site):
    with on_paper(browser, site, "index.html", PAPER["across"]) as page:
        assert beyond(page, PAPER["across"], "#heat") == []
        assert page.evaluate("getComputedStyle(document.getElementById('heat')).page") == "wide"


def test_each_printed_page_of_a_table_names_its_columns(browser: Browser, site: Site):
    with opened(browser, site, "departments/edu.html") as page:
        heads = page.eval_on_selector_all(
            "#table-indicators thead th", "all => all.map(each => each.innerText)"
        )
        pages = [words(each.extract_text()) for each in printed(page).pages]
    row = "".join(words(head).rstrip("↕↑↓") for head in heads)
    rows_on = [place for place, text in enumerate(pages) if re.search("【|每份", text)]
    assert len(rows_on) > 1
    assert [place for place in rows_on if row not in pages[place]] == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_printed_page_has_no_control_and_no_address(
    browser: Browser,
    site: Site,
    kind: str,
):
    with opened(browser, site, KINDS[kind]) as page:
        pages = printed(page).pages
        text = words("".join(each.extract_text() for each in pages))
    upright = [each for each in pages if round(each.mediabox.width) == A4[0]]
    assert {round(each.mediabox.height) for each in upright} == {A4[1]}
    assert len(upright) == len(pages) or kind == "city"
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
    browser: Browser,
    site: Site,
    kind: str,
):
    size = """() => [...document.querySelectorAll('.chart')].map(
        each => each.querySelector('.main-svg').getBoundingClientRect().width)"""
    ink = "getComputedStyle(document.querySelector('.chart text')).fill"
    with opened(browser, site, f"{KINDS[kind]}?theme=dark") as page:
        before, dark = page.evaluate(size), page.evaluate(ink)
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert set(page.evaluate(size)) == {660}
        assert page.evaluate(ink) != dark
        assert page.locator("details:not([open])").count() == 0
        page.emulate_media(media="screen")
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert (page.evaluate(size), page.evaluate(ink)) == (before, dark)


def test_charts_are_on_paper(browser: Browser, site: Site):
    with opened(browser, site, "departments/edu.html") as page:
        text = words("".join(each.extract_text() for each in printed(page).pages))
    assert "坐标从" in text
    assert "全市平均全市最好" in text


def test_a_filtered_table_says_on_paper_how_much_of_it_is_shown(browser: Browser, site: Site):
    with opened(browser, site, "departments/edu.html?indicators.q=021") as page:
        text = words("".join(each.extract_text() for each in printed(page).pages))
    assert re.search(r"\d/35行", text)


def test_rows_charts_and_heads_stay_whole_between_pages(browser: Browser, site: Site):
    with on_paper(browser, site, "departments/edu.html", PAPER["upright"]) as page:
        for selector in ("tbody tr", ".chart", ".facts"):
            broken = f"getComputedStyle(document.querySelector('{selector}')).breakInside"
            assert page.evaluate(broken) == "avoid", selector
        head = "getComputedStyle(document.querySelector('#table-indicators thead')).display"
        assert page.evaluate(head) == "table-header-group"
