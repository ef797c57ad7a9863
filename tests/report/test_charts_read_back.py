"""Every figure is read back as a reader of either language gets it drawn."""

from __future__ import annotations

from decimal import Decimal

import pytest

from scorecard.report.charts import SHOWN_LOSSES
from tests.report.expected import Told, label, mean, signed
from tests.report.pages import LANGUAGES, Page, Site, drawn

FIGURES = {"departments": {"composition", "waterfall", "against", "trend"}, "sections": set(),
           "indicators": {"distribution"}, "": {"blocks", "trend"}}  # fmt: skip


@pytest.fixture(scope="module")
def told(site: Site) -> Told:
    return Told(site)


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return request.param


def figure(site: Site, page: Page, name: str) -> tuple[list[dict], dict]:
    """The traces and the layout."""
    made = drawn(page.figure(name), site.shared(), page.language)
    return made["data"], made["layout"]


def department_pages(site: Site, told: Told, language: str):
    for row in told.departments:
        yield row, site.page(f"departments/{row['department_id']}.html", language)


def number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def by_block(trace: dict, layout: dict, measure: str = "x") -> dict[str, float]:
    """What a trace of blocks draws, by the label beside it."""
    labels = dict(zip(layout["yaxis"]["tickvals"], layout["yaxis"]["ticktext"], strict=True))
    return {
        labels[place]: value for place, value in zip(trace["y"], trace[measure], strict=True)
    }  # fmt: skip


def test_no_page_has_a_figure_that_is_not_read_back(site: Site):
    found = {
        path: site.page(str(path.relative_to(site.folder))).figures
        for path in site.folder.rglob("*.html")
        if path.name != "data.html"
    }
    assert found == {
        path: FIGURES[str(path.parent.relative_to(site.folder)).removeprefix(".")] for path in found
    }
    assert not site.page("data.html").figures


def test_names_that_figures_share_are_the_published_ones(site: Site, told: Told):
    assert site.shared()["names"] == {
        code: [row["name_zh"], row["name_en"]] for code, row in told.indicators.items()
    }


def test_the_search_finds_every_department_indicator_and_section(site: Site, told: Told):
    short = {row["department_id"]: row["short_name"] for row in told.departments}
    sections = site.read(
        "select distinct department_id, section_id, section from mart_section_task"
    )
    found = sorted(entry[:3] for entry in site.shared()["pages"])
    assert found == sorted(
        [["d", row["name"], row["department_id"]] for row in told.departments]
        + [["i", told.named(code, "zh"), row["name_en"]] for code, row in told.indicators.items()]
        + [
            ["s", f"{short[row['department_id']]} {row['section']}", row["section_id"]]
            for row in sections
        ]
    )


def test_the_city_s_trend_draws_the_mean_best_and_lowest_rate_of_each_day(site: Site, told: Told):
    wanted = {
        name: [
            number(of([rate for rate in rates.values() if rate is not None]))
            for rates in told.history.values()
        ]
        for name, of in (("City mean", mean), ("City best", max), ("City lowest", min))
    }
    traces, _ = figure(site, site.page("index.html", "en"), "trend")
    assert {trace["name"]: trace["y"] for trace in traces} == wanted
    assert len(told.history) == 2
    for trace in traces:
        assert trace["x"] == [day.isoformat() for day in told.history]


def test_a_department_s_trend_draws_its_own_rates_beside_the_city_s(
    site: Site, told: Told, language: str
):
    own_name = label("own", language)
    for row, page in department_pages(site, told, language):
        traces, _ = figure(site, page, "trend")
        lines = {trace["name"]: (trace["x"], trace["y"]) for trace in traces}
        days = [day.isoformat() for day in told.history]
        own = [number(rates[row["department_id"]]) for rates in told.history.values()]
        assert lines[own_name] == (days, own)
        city, _ = figure(site, site.page("index.html", language), "trend")
        others = {trace["name"]: (trace["x"], trace["y"]) for trace in city}
        assert {name: line for name, line in lines.items() if name != own_name}.items() <= (
            others.items()
        )
        assert len(lines) == 3


def test_the_city_s_blocks_have_a_dot_a_department_and_a_bar_at_the_mean(
    site: Site, told: Told, language: str
):
    [dots, means], layout = figure(site, site.page("index.html", language), "blocks")
    names = {row["department_id"]: row["short_name"] for row in told.departments}
    labels = dict(zip(layout["yaxis"]["tickvals"], layout["yaxis"]["ticktext"], strict=True))
    found = {
        (labels[round(height)], department): (name, rate)
        for height, department, name, rate in zip(
            dots["y"], dots["customdata"], dots["text"], dots["x"], strict=True
        )
    }
    assert found == {
        (block[language], department): (names[department], float(row["score_rate"]))
        for block in told.blocks.values()
        for department, row in block["own"].items()
        if row["score_rate"] is not None
    }
    assert len(dots["x"]) == len(found)
    assert by_block(means, layout) == {
        block[language]: float(block["mean"]) for block in told.blocks.values()
    }


def test_a_department_s_blocks_stand_against_the_city_s_mean_and_best(
    site: Site, told: Told, language: str
):
    for row, page in department_pages(site, told, language):
        [own, means, bests], layout = figure(site, page, "against")
        blocks = {block[language]: block for block in told.blocks.values()}
        assert by_block(own, layout) == {
            name: number(block["own"][row["department_id"]]["score_rate"])
            for name, block in blocks.items()
        }
        assert by_block(means, layout) == {name: float(b["mean"]) for name, b in blocks.items()}
        assert by_block(bests, layout) == {name: float(b["best"]) for name, b in blocks.items()}


def test_a_waterfall_has_a_labelled_bar_for_each_loss_the_largest_first(
    site: Site, told: Told, language: str
):
    full = sum(row["points"] for row in told.indicators.values())
    folded = 0
    for row, page in department_pages(site, told, language):
        losses = sorted(
            (-score["lost"], code)
            for (department, code), score in told.scores.items()
            if department == row["department_id"] and score["lost"]
        )
        steps = []
        if row["points"] != full:
            steps.append((label("not_applied", language), row["points"] - full, "faint"))
        steps += [(told.named(c, language), lost, "lost") for lost, c in losses[:SHOWN_LOSSES]]
        if rest := losses[SHOWN_LOSSES:]:
            folded += 1
            lost = sum(lost for lost, _ in rest)
            steps.append((label("others", language, n=len(rest)), lost, "lost"))
        wanted, level = [(label("full", language), 0, full, "accent", str(full))], full
        for name, change, colour in steps:
            wanted.append((name, float(level + change), float(level), colour, signed(change)))
            level += change
        total = row["total"]
        wanted.append((label("score", language), 0, float(total), "accent", str(total)))
        assert level == total

        [bars], layout = figure(site, page, "waterfall")
        labels = dict(zip(layout["yaxis"]["tickvals"], layout["yaxis"]["ticktext"], strict=True))
        ends = [round(base + x, 2) for base, x in zip(bars["base"], bars["x"], strict=True)]
        names = [labels[y] for y in bars["y"]]
        colours = bars["marker"]["color"]
        found = zip(names, bars["base"], ends, colours, bars["text"], strict=True)
        assert list(found) == wanted
        assert bars["y"] == sorted(bars["y"], reverse=True)
        start, end = layout["xaxis"]["range"]
        assert start <= row["total"] < full < end
        told_start = layout["xaxis"].get("title", {"text": ""})["text"]
        assert told_start == (label("axis_from", language, n=int(start)) if start else "")
    assert folded


def test_a_sunburst_holds_points_by_block_level_and_indicator_with_what_is_lost(
    site: Site, told: Told, language: str
):
    for row, page in department_pages(site, told, language):
        scores = {
            code: score
            for (department, code), score in told.scores.items()
            if department == row["department_id"]
        }
        if not row["points"]:
            continue
        wanted: dict[tuple[str, ...], float] = {(): float(row["points"])}
        for code, score in scores.items():
            about = told.indicators[code]
            suffix = "_en" if language == "en" else ""
            above = (about[f"level1{suffix}"], about[f"level2{suffix}"])
            own = told.named(code, language)
            for path in (above[:1], above, (*above, own)):
                wanted[path] = round(wanted.get(path, 0) + float(score["points"]), 2)
            wanted[*above, own, f"\u2212 {own}"] = float(score["lost"])

        [burst], layout = figure(site, page, "composition")
        sectors = dict(
            zip(burst["ids"], zip(burst["parents"], burst["labels"], strict=True), strict=True)
        )

        paths: dict[str, tuple[str, ...]] = {"": ()}
        for name, (parent, shown) in sectors.items():
            paths[name] = (*paths[parent], shown) if parent else ()
        found = zip(burst["ids"], burst["values"], strict=True)
        assert {paths[name]: size for name, size in found} == wanted
        [centre] = layout["annotations"]
        assert centre["text"] == f"<b>{row['total']}</b><br>/ {row['points']}"


def test_an_indicator_s_bars_are_the_rates_of_the_departments_it_applies_to(site: Site, told: Told):
    names = {row["department_id"]: row["short_name"] for row in told.departments}
    missing = 0
    for code, rows in told.of_indicator.items():
        [bars], layout = figure(site, site.page(f"indicators/{code}.html"), "distribution")
        shown = zip(bars["text"], bars["y"], bars["marker"]["color"], strict=True)
        assert sorted(shown) == sorted(
            (
                names[row["department_id"]],
                float(row["rate"]),
                "missing" if row["status"] == "missing" else "accent",
            )
            for row in rows
            if row["rate"] is not None
        )
        assert bars["y"] == sorted(bars["y"], reverse=True)
        assert bars["x"] == layout["xaxis"]["tickvals"] == list(range(len(bars["y"])))
        assert layout["xaxis"]["ticktext"] == bars["text"]
        missing += bars["marker"]["color"].count("missing")
    assert missing
