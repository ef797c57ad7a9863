"""The city's page in both languages, whole: every cell, fact and line with a number in it.

A table is compared with all of its columns, so that a column without an expected value fails; so
does a line with a digit in it that stands outside of tables and is not expected.
"""

from __future__ import annotations

import pytest

from tests.report.conftest import EARLIER
from tests.report.expected import Told, day, label, mean, text, word
from tests.report.pages import LANGUAGES, Site


@pytest.fixture(scope="module")
def told(site: Site) -> Told:
    return Told(site)


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return request.param


def test_the_city_s_ranking_is_told_whole(site: Site, told: Told, language: str):
    page = site.page("index.html", language)
    assert page.table("table-ranking") == [
        {
            "rank": text(row["rank"]),
            "risen": told.risen(row),
            "department": f"{row['name']} {row['department_id']}",
            "score_rate": text(row["score_rate"]),
            "total": str(row["total"]),
            "points": str(row["points"]),
            "indicators_missing": str(row["indicators_missing"]),
            "indicators_stale": str(row["indicators_stale"]),
        }
        | {
            f"level:{name}": text(block["own"][row["department_id"]]["score_rate"])
            for name, block in told.blocks.items()
        }
        for row in told.departments
    ]
    heads = page.heads["table-ranking"]
    for name, block in told.blocks.items():
        assert heads[f"level:{name}"].strip() == block[language]
    for row, department in zip(page.tables["table-ranking"], told.departments, strict=True):
        assert row.looks["score_rate"]["style"] == f"--w:{department['score_rate']}%"


def test_the_city_s_blocks_and_days_are_told_whole(site: Site, told: Told, language: str):
    page = site.page("index.html", language)
    assert page.table("table-blocks") == [
        {
            "level1": block[language],
            "points": str(block["points"]),
            "mean_rate": text(block["mean"]),
            "best_rate": text(block["best"]),
            "best_departments": best(told, block, language),
            "lowest_rate": text(block["lowest"]),
        }
        for block in told.blocks.values()
    ]
    days = {on: [r for r in rates.values() if r is not None] for on, rates in told.history.items()}
    assert page.table("table-trend") == [
        {
            "as_of": day(on),
            "mean_rate": text(mean(rates)),
            "best_rate": str(max(rates)),
            "lowest_rate": str(min(rates)),
        }
        for on, rates in reversed(days.items())
    ]


def best(told: Told, block: dict, language: str) -> str:
    """The first three departments that are best in a block, by the ranking, and how many more."""
    own = block["own"]
    names = [
        row["short_name"]
        for row in told.departments
        if own[row["department_id"]]["score_rate"] == block["best"]
    ]
    more = [label("and_more", language, n=len(names) - 3)] if len(names) > 3 else []
    return " ".join([*names[:3], *more])


def test_the_city_s_indicators_are_told_whole(site: Site, told: Told, language: str):
    page = site.page("index.html", language)
    assert page.table("table-indicators") == [
        {
            "indicator_code": told.named(code, language),
            "level1": told.blocks[told.indicators[code]["level1"]][language],
            "points": str(told.indicators[code]["points"]),
            "mean_rate": text(mean([r["rate"] for r in rows if r["rate"] is not None])),
            "lost": str(sum(row["lost"] for row in rows)),
            "losing": str(sum(row["lost"] > 0 for row in rows)),
            "missing": str(sum(row["status"] == "missing" for row in rows)),
            "stale": str(sum(row["stale"] for row in rows)),
        }
        for code, rows in sorted(told.of_indicator.items())
    ]


def test_each_field_of_the_heat_map_has_the_colour_of_its_score(site: Site, told: Told):
    def shade(row: dict) -> str:
        if row["status"] in {"missing", "not_applicable"}:
            return row["status"][0]
        fifths = int(5 * row["score"] / row["points"])
        return str(fifths if fifths >= 2 else int(row["score"] > 0))

    page = site.page("index.html")
    for row in page.tables["table-heat"]:
        for code, look in row.looks.items():
            if code:
                score = told.scores[row.attributes["data-key"], code]
                assert look["class"] == f"s{shade(score)}", (code, score)


def test_the_city_s_facts_and_lines_are_the_published_ones(site: Site, told: Told, language: str):
    page = site.page("index.html", language)
    stale = sorted({code for (_, code), row in told.scores.items() if row["stale"]})
    failed = site.read(
        "from fct_quality_check where not passed "
        "and as_of = (select max(as_of) from dim_assessment)"
    )
    [rejected] = site.read("select count(*) as rows from fct_quarantine")
    best = told.departments[0]
    missing = [row for row in told.departments if row["indicators_missing"]]
    missing.sort(key=lambda row: -row["indicators_missing"])
    assert page.facts == {
        "mean": f"{mean([r['score_rate'] for r in told.departments])}%",
        "best": f"{best['score_rate']}%",
        "departments": str(len(told.departments)),
        "missing": str(sum(row["indicators_missing"] for row in told.departments)),
        "stale": str(len(stale)),
        "failed": str(len(failed)),
        "rejected": str(rejected["rows"]),
    }
    assert page.notes == {"best": best["short_name"]}
    assert len(stale) >= 1
    assert len(missing) >= 1
    [late] = site.read("select count(*) as n from fct_source_freshness where not timely")
    own = told.assessment
    name, state = own[f"name_{language}"], word("state", own["state"], language)
    window = f"{own['window_start']} – {own['window_end']}"
    assert page.title == name
    assert page.numbers == [
        name,
        f"{state} {label('as_of', language)} {own['as_of']} {label('window', language)} {window} "
        f"{label('decisions_until', language)} {own['decisions_until']}",
        *(told.named(code, language) for code in stale),
        label("late_beside", language, n=late["n"]),
        " · ".join(f"{row['short_name']} {row['indicators_missing']}" for row in missing[:6]),
        f"{label('failed_now', language)} {len(failed)}",
        f"{label('quarantined_now', language)} {rejected['rows']}",
        label("ranking_note", language, day=EARLIER),
        "".join(word("shade", shade, language) for shade in "543210mn"),
        told.footer(language),
    ]
    assert " · ".join(sorted({row["dataset"] for row in failed})) in page.lines
