"""The site in a real browser, from a folder: nothing breaks or leaves, everyone can use it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.report.browsing import KINDS, WIDTHS, drawn, opened, until
from tests.report.pages import Site

COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""The rules that look at colours."""


def barriers(page: Page, **rules: object) -> list[tuple[str, str, str]]:
    """Serious and critical findings. Without `preload`: it loads styles, which the page forbids."""
    options = {"resultTypes": ["violations"], "preload": False, **rules}
    return [
        (each["id"], each["nodes"][0]["html"][:200], each["nodes"][0]["failureSummary"])
        for each in Axe().run(page, options=options).response["violations"]
        if each["impact"] in {"serious", "critical"}
    ]


def shown_rows(page: Page, table: str) -> list[str]:
    return page.eval_on_selector_all(
        f"#{table} tbody tr:not([hidden])", "rows => rows.map(row => row.cells[0].innerText.trim())"
    )


@pytest.mark.parametrize(
    ("language", "look"), [("zh", "desktop"), ("zh", "phone"), ("en", "phone")]
)
@pytest.mark.parametrize("kind", KINDS)
def test_a_page_opens_without_error_or_request_and_fits_its_width(
    tab: Page, site: Site, kind: str, language: str, look: str
):
    with opened(tab, site, f"{KINDS[kind]}?lang={language}", WIDTHS[look]) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[look]
        charts = page.locator(".chart").count()
        assert page.locator(".chart .main-svg").count() >= charts
        assert page.evaluate("document.title")


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_has_no_serious_barrier(tab: Page, site: Site, kind: str):
    with opened(tab, site, f"{KINDS[kind]}?theme=light") as page:
        assert barriers(page) == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "section"])
def test_no_colour_in_the_dark_is_a_serious_barrier(tab: Page, site: Site, kind: str):
    with opened(tab, site, f"{KINDS[kind]}?theme=dark&lang=en") as page:
        assert barriers(page, **COLOURS) == []


def test_a_page_in_the_dark_has_no_serious_barrier(tab: Page, site: Site):
    """By every rule on one kind of page: the theme changes colours and nothing of the markup."""
    with opened(tab, site, f"{KINDS['section']}?theme=dark&lang=en") as page:
        assert barriers(page) == []


def test_a_phone_s_cards_have_no_serious_barrier(tab: Page, site: Site):
    with opened(tab, site, "departments/edu.html", WIDTHS["phone"]) as page:
        assert barriers(page) == []


def test_chinese_is_drawn_with_a_font_that_has_it(tab: Page, site: Site):
    with opened(tab, site, "departments/edu.html") as page:
        drawings = page.evaluate(
            """() => ["教", "育", "局", "挂", "\\u{10fffd}"].map((letter) => {
                const canvas = document.createElement("canvas");
                const pen = canvas.getContext("2d");
                pen.font = `40px ${getComputedStyle(document.body).fontFamily}`;
                pen.fillText(letter, 10, 60);
                return canvas.toDataURL();
            })"""
        )
        assert len(set(drawings)) == 5


def test_the_language_is_kept_and_reaches_title_table_and_chart(tab: Page, site: Site):
    with opened(tab, site, "index.html") as page:
        assert "全市平均" in page.locator("#trend .legend").text_content()
        page.click("#language")
        assert page.title() == "Huaibei e-government assessment 2019"
        until(page, "document.querySelector('#trend .legend')?.textContent.includes('City mean')")
        assert "Ranking" in page.inner_text("#ranking h2")
        page.click("#table-ranking tbody a >> nth=0")
        drawn(page)
        assert page.evaluate("document.documentElement.lang") == "en"
        assert page.get_attribute("#language", "aria-label") == "中文：切换为中文"
        assert page.get_by_label("Department, section, indicator").count() == 1
        page.click("#language")
        page.reload()
        assert page.evaluate("document.documentElement.lang") == "zh-CN"


def test_the_theme_follows_the_system_until_it_is_chosen(tab: Page, site: Site):
    with opened(tab, site, "sections/edu-info.html") as page:
        ground = "getComputedStyle(document.body).backgroundColor"
        light = page.evaluate(ground)
        page.emulate_media(color_scheme="dark")
        until(page, "document.documentElement.dataset.theme === 'dark'")
        dark = page.evaluate(ground)
        assert dark != light
        page.click("#theme")
        assert page.evaluate(ground) == light
        page.reload()
        assert page.evaluate(ground) == light


def test_a_table_is_sorted_by_keyboard_and_the_address_keeps_it(tab: Page, site: Site):
    with opened(tab, site, "index.html") as page:
        page.focus("#table-ranking th[data-f=total] button")
        page.keyboard.press("Enter")
        assert page.get_attribute("#table-ranking th[data-f=total]", "aria-sort") == "descending"
        assert page.locator("#table-ranking th[aria-sort]").count() == 1
        totals = page.eval_on_selector_all(
            "#table-ranking tbody tr", "rows => rows.map(row => row.cells[4].textContent)"
        )
        assert totals == sorted(totals, key=Decimal, reverse=True)
        page.keyboard.press("Space")
        assert page.get_attribute("#table-ranking th[data-f=total]", "aria-sort") == "ascending"
        page.reload()
        assert page.get_attribute("#table-ranking th[data-f=total]", "aria-sort") == "ascending"
        assert Decimal(page.inner_text("#table-ranking tbody tr >> td >> nth=3")) == min(
            map(Decimal, totals)
        )


def test_rows_are_filtered_by_keyboard_and_the_address_keeps_it(tab: Page, site: Site):
    losing = {
        row["indicator_code"]
        for row in site.read("from fct_indicator_score where department_id = 'edu' and lost > 0")
    }
    with opened(tab, site, "departments/edu.html") as page:
        page.focus("#table input[name=lost]")
        page.keyboard.press("Space")
        assert {text[:3] for text in shown_rows(page, "table-indicators")} == losing
        assert page.inner_text("#table output").startswith(f"{len(losing)} /")
        page.focus("#table input[name=q]")
        page.keyboard.type("021")
        assert all("021" in text for text in shown_rows(page, "table-indicators"))
        page.reload()
        drawn(page)
        assert page.input_value("#table input[name=q]") == "021"
        page.click("#table button[type=reset]")
        assert len(shown_rows(page, "table-indicators")) == 35
        assert page.url.endswith("edu.html")


def test_a_page_is_found_by_name_with_the_keyboard_alone(tab: Page, site: Site):
    with opened(tab, site, "data.html") as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("/")
        page.keyboard.type("挂接")
        assert page.get_attribute("#search", "aria-expanded") == "true"
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**/indicators/021.html")
        drawn(page)


@pytest.mark.parametrize(("language", "said"), [("zh", "没有找到"), ("en", "Nothing found")])
def test_a_search_that_finds_nothing_says_so(tab: Page, site: Site, language: str, said: str):
    with opened(tab, site, f"data.html?lang={language}") as page:
        page.keyboard.press("/")
        page.keyboard.type("zzz")
        assert page.inner_text("#unfound[role=status]") == said
        page.keyboard.press("Escape")
        assert not page.is_visible("#unfound")
        page.fill("#search", "edu")
        assert page.is_visible("#found")
        assert not page.is_visible("#unfound")


def test_a_filter_that_leaves_no_row_says_so_in_the_reader_s_language(tab: Page, site: Site):
    with opened(tab, site, "index.html") as page:
        said, shown = "#ranking output", "#ranking .scroll .empty"
        assert page.inner_text(said) == "8 行"
        assert not page.is_visible(shown)
        page.fill("#ranking input[name=q]", "zzz")
        assert page.inner_text(said) == page.inner_text(shown) == "没有符合筛选的行（共 8 行）"
        page.click("#language")
        assert (
            page.inner_text(said) == page.inner_text(shown) == "No row fits the filter (of 8 rows)"
        )
        page.click("#ranking button[type=reset]")
        assert page.inner_text(said) == "8 rows"
        assert not page.is_visible(shown)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [1440, 1280])
def test_no_table_of_the_city_hides_a_column_on_a_desk(
    tab: Page, site: Site, width: int, language: str
):
    with opened(tab, site, f"index.html?lang={language}", width) as page:
        hidden = """boxes => boxes.filter(box => box.scrollWidth > box.clientWidth)
            .map(box => box.querySelector('table').id)"""
        assert page.eval_on_selector_all(".scroll", hidden) == []


@pytest.mark.parametrize("kind", KINDS)
def test_on_a_phone_a_table_shows_every_digit_or_scrolls_and_fades(
    tab: Page, site: Site, kind: str
):
    with opened(tab, site, KINDS[kind], 390) as page:
        until(page, "document.querySelector('.scroll')")
        boxes = page.eval_on_selector_all(
            ".scroll:not(details:not([open]) *)",
            """boxes => boxes.map(box => [box.querySelector("table").id,
                box.scrollWidth - box.clientWidth > 2, box.classList.contains("after"),
                box.tabIndex === 0])""",
        )
        assert [box for box in boxes if len(set(box[1:])) > 1] == []
        cut = """cells => cells.filter(cell => cell.scrollWidth > cell.clientWidth + 1)
            .map(cell => cell.innerText)"""
        assert page.eval_on_selector_all(".scroll td.n", cut) == []


OVERLAPPING = """boxes => {
    const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1
        && a.top < b.bottom - 1 && b.top < a.bottom - 1;
    const seen = boxes.filter(box => box.getClientRects().length && box.textContent.trim())
        .map(box => {
            const range = document.createRange();
            range.selectNodeContents(box);
            return [box.textContent, range.getBoundingClientRect()];
        });
    return seen.filter(([, a], i) => seen.some(([, b], j) => i < j && meet(a, b)))
        .map(([text]) => text);
}"""


MOST_LOST = (
    "select department_id, section_id from mart_section_task where role = 'lead' "
    "group by all order by sum(lost) desc limit 3"
)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_on_a_phone_no_column_s_name_runs_into_another(tab: Page, site: Site, language: str):
    sections = [f"sections/{row['department_id']}-{row['section_id']}.html"
                for row in site.read(MOST_LOST)]  # fmt: skip
    for path in (*sections, KINDS["department"], KINDS["data"]):
        with opened(tab, site, f"{path}?lang={language}", 390) as page:
            until(page, "document.querySelector('.stack .head')")
            heads = page.locator(".stack tbody tr:nth-child(-n + 12) .head")
            assert heads.evaluate_all(OVERLAPPING) == []


@pytest.mark.parametrize("width", [1280, 390])
def test_no_label_of_a_waterfall_runs_into_another(tab: Page, site: Site, width: int):
    [worst, *_] = site.read("select department_id from mart_scorecard order by total / points")
    with opened(tab, site, f"departments/{worst['department_id']}.html", width) as page:
        drawn(page)
        labels = "#waterfall .bartext, #waterfall .ytick text"
        assert page.locator(labels).count() > 10
        assert page.eval_on_selector_all(labels, OVERLAPPING) == []


def test_the_rate_of_a_ranked_department_is_whole_on_a_phone(tab: Page, site: Site):
    with opened(tab, site, "index.html", 390) as page:
        right = "cells => Math.max(...cells.map(cell => cell.getBoundingClientRect().right))"
        rate = page.eval_on_selector_all("#table-ranking tbody td.strong.meter", right)
        faded = page.eval_on_selector(
            "#ranking .scroll", "box => box.getBoundingClientRect().right"
        )
        assert rate <= faded - 36


def test_an_axis_that_does_not_start_at_nought_says_where_and_shows_the_whole_score(
    tab: Page, site: Site
):
    for row in site.read("select department_id, total from mart_scorecard order by total")[::7]:
        with opened(tab, site, f"departments/{row['department_id']}.html") as page:
            start = page.evaluate(
                "document.querySelector('#waterfall .chart').layout.xaxis.range[0]"
            )
            text = page.text_content("#waterfall .chart")
            assert start <= row["total"]
            assert ("坐标从" in text) == (start > 0)
            assert start == 0 or f"坐标从 {start} 分起" in text


def test_the_best_departments_of_a_block_lead_to_their_pages(tab: Page, site: Site):
    with opened(tab, site, "index.html") as page:
        linked = page.eval_on_selector_all(
            "#table-blocks tbody tr",
            "rows => rows.map(row => [...row.querySelectorAll('.best a')].map(a => a.pathname))",
        )
        assert all(1 <= len(links) <= 3 for links in linked)
        page.click("#table-blocks .best a >> nth=0")
        drawn(page)
        assert page.url.split("?")[0].endswith(linked[0][0])


def test_the_heat_map_is_one_stop_and_arrows_move_in_it(tab: Page, site: Site):
    with opened(tab, site, "index.html") as page:
        assert page.locator("#table-heat td a[tabindex='0']").count() == 1
        page.focus("#table-heat td a[tabindex='0']")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowDown")
        where = page.evaluate("document.activeElement.getAttribute('href')")
        assert where.endswith("#i-002")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/{where}")
        drawn(page)
        assert page.locator("tr:target").count() == 1


def test_a_department_stands_out_among_the_blocks_dots(tab: Page, site: Site):
    with opened(tab, site, "index.html") as page:
        page.select_option("#highlight", "edu")
        until(
            page, "new Set(document.querySelector('#blocks .chart').data[0].marker.size).size === 2"
        )


def test_on_paper_there_are_no_controls_and_the_theme_is_light(tab: Page, site: Site):
    with opened(tab, site, "sections/edu-info.html?theme=dark") as page:
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert not page.is_visible("header.top")
        assert not page.is_visible("form.filters")
        assert page.evaluate("document.documentElement.dataset.theme") == "light"
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_a_filter_finds_what_is_seen_and_neither_column_names_nor_the_other_language(
    tab: Page, site: Site
):
    with opened(tab, site, "departments/edu.html") as page:
        for text, language, found in (
            ("责任科室", "zh", 0), ("Responsible", "zh", 0), ("Outage", "zh", 0),
            ("资源挂接", "zh", 1), ("资源挂接", "en", 0),
        ):  # fmt: skip
            page.goto(f"{page.url.split('?')[0]}?lang={language}&indicators.q={text}")
            drawn(page)
            assert len(shown_rows(page, "table-indicators")) == found, (text, language)


def test_a_table_is_sorted_by_the_language_that_is_shown(tab: Page, site: Site):
    with opened(tab, site, "index.html?lang=en&indicators.sort=level1") as page:
        blocks = page.eval_on_selector_all(
            "#table-indicators tbody tr", "rows => rows.map(row => row.dataset.block)"
        )
        names = {row["level1"]: row["level1_en"] for row in site.read("from dim_indicator")}
        assert [names[block] for block in blocks] == sorted(names[block] for block in blocks)


def test_a_link_to_a_dataset_s_checks_holds_however_they_are_sorted(tab: Page, site: Site):
    with opened(tab, site, "data.html?checks.sort=-check_name#checks-evidence") as page:
        assert page.locator("tr:target").count() == 1
        assert "evidence" in page.inner_text("tr:target")
