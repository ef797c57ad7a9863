"""Whole pages of indicators and of the data in both languages, and the choice of assessments."""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import pytest

from scorecard.report.site import write_site
from tests.report.expected import Row, Told, amount, day, label, mean, moment, text, word
from tests.report.pages import LANGUAGES, Site, one_line

SHOWN_EXAMPLES = 10


@pytest.fixture(scope="module")
def told(site: Site) -> Told:
    return Told(site)


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def sources(site: Site) -> dict[str, list[Row]]:
    """By indicator: what its parts read of each dataset."""
    found = defaultdict(list)
    for row in site.read(
        "select s.indicator_code, s.part, s.dataset, f.provider, f.newest_period, "
        "count(distinct s.file_name) as files, sum(s.rows_read)::bigint as rows_read, "
        "sum(s.rows_counted)::bigint as rows_counted from fct_part_source as s "
        "left join fct_source_freshness as f using (dataset) group by all order by all"
    ):
        found[row["indicator_code"]].append(row)
    return found


def checks_of(site: Site) -> list[Row]:
    return site.read(
        "select c.*, f.provider from fct_quality_check as c left join fct_source_freshness as f "
        "using (dataset) where c.as_of = (select max(as_of) from dim_assessment) "
        "order by c.passed, c.severity = 'warn', c.dataset, c.check_name"
    )


def test_an_indicator_s_facts_and_lines_are_the_published_ones(
    site: Site, told: Told, language: str
):
    codes = list(told.indicators)
    for place, (code, about) in enumerate(told.indicators.items()):
        rows = told.of_indicator[code]
        page = site.page(f"indicators/{code}.html", language)
        assert page.facts == {
            "points": str(about["points"]),
            "mean_rate": f"{mean([row['rate'] for row in rows if row['rate'] is not None])}%",
            "lost": str(sum(row["lost"] for row in rows)),
            "losing": str(sum(row["lost"] > 0 for row in rows)),
            "missing": str(sum(row["status"] == "missing" for row in rows)),
            "stale": str(sum(row["stale"] for row in rows)),
            "not_applicable": str(sum(row["status"] == "not_applicable" for row in rows)),
        }
        assert page.title == told.named(code, language)
        assert page.lines.count(told.named(code, language)) == 1
        beside = [
            f"{label(which, language)} {told.named(codes[place + step], language)}"
            for which, step in (("previous", -1), ("next", 1))
            if 0 <= place + step < len(codes)
        ]
        assert page.lines[-2] == "".join(beside)
        assert page.lines[-1] == told.footer(language)


def test_an_indicator_s_rule_and_reading_are_told_in_the_rulebook_s_words(
    site: Site, told: Told, language: str
):
    points = {"zh": "分", "en": "points"}[language]
    for code, about in told.indicators.items():
        page = site.page(f"indicators/{code}.html", language)
        wanted: list[str] = []
        for part in told.parts[code]:
            wanted += [
                f"{part[f'name_{language}']} {part['points']} {points}",
                part[f"rule_{language}"],
                f"{word('method', part['method'], language)} · {label('metric', language)} "
                f"{part['metric']}",
            ]
        reading = about[f"reading_{language}"]
        if reading is not None:
            wanted += [label("reading", language), reading]
        start = page.lines.index(label("rule", language)) + 1
        assert page.lines[start : start + len(wanted)] == [one_line(line) for line in wanted]
        assert page.lines[start + len(wanted)] == label("inputs", language)
        provider = about["data_provider"] or label("by_departments", language)
        assert f"{label('provider', language)} {provider}" in page.lines
        suffix = "" if language == "zh" else "_en"
        trail = page.lines[: page.lines.index(told.named(code, language))][-1]
        levels = [about[f"level{depth}{suffix}"] for depth in (1, 2, 3)]
        if about["level3"] in {about["level2"], about["name_zh"]}:
            levels.pop()
        assert trail.endswith(" / ".join(levels))


def test_an_indicator_s_sources_are_told_whole(
    site: Site, told: Told, sources: dict[str, list[Row]], language: str
):
    failed = [check["dataset"] for check in checks_of(site) if not check["passed"]]
    for code in told.indicators:
        page = site.page(f"indicators/{code}.html", language)
        parts = {part["part"]: part[f"name_{language}"] for part in told.parts[code]}
        assert page.table("table-sources") == [
            ({"part": parts[row["part"]]} if len(parts) > 1 else {})
            | {
                "dataset": row["dataset"] + (row["provider"] or ""),
                "newest_period": day(row["newest_period"]),
                "files": amount(row["files"]),
                "rows_read": amount(row["rows_read"]),
                "rows_counted": amount(row["rows_counted"]),
                "checks_failed": str(failed.count(row["dataset"])),
            }
            for row in sources[code]
        ]


def measured(row: Row) -> str:
    """What a part was measured at, as a reader is told."""
    if row["level"] is not None:
        return row["level"]
    if row["value"] is None:
        return "–"
    base = "" if row["base"] is None else f" / {amount(row['base'])}"
    rank = "" if row["rank"] is None else f" (#{row['rank']})"
    return amount(row["value"]) + base + rank


def test_an_indicator_s_values_and_scores_are_told_whole(site: Site, told: Told, language: str):
    place = {row["department_id"]: number for number, row in enumerate(told.departments)}
    names = {row["department_id"]: row["short_name"] for row in told.departments}
    kinds = set()
    for code, rows in told.of_indicator.items():
        page = site.page(f"indicators/{code}.html", language)
        parts = told.parts[code]
        wanted = []
        for row in sorted(
            rows,
            key=lambda row: (
                row["rate"] is None, -(row["rate"] or 0), row["status"] == "missing",
                place[row["department_id"]],
            ),
        ):  # fmt: skip
            cells = {
                "department": names[row["department_id"]],
                "score": str(row["score"]),
                "points": str(row["points"]),
                "score_rate": text(row["rate"]),
                "status": told.status(row, language),
            }
            for part in parts:
                own = told.measured[row["department_id"], code, part["part"]]
                cells[f"value:{part['part']}"] = measured(own)
                if len(parts) > 1:
                    cells[f"score:{part['part']}"] = str(own["score"])
                kinds.add((own["level"] is None, own["value"] is None, own["rank"] is None))
            wanted.append(cells)
        assert page.table("table-scores") == wanted
        for row in page.tables["table-scores"]:
            for part in parts:
                own = told.measured[row.attributes["data-key"], code, part["part"]]
                look = row.looks[f"value:{part['part']}"]
                exact = [str(own[of]) for of in ("value", "base") if own[of] is not None]
                assert look.get("data-v") == (None if own["value"] is None else exact[0])
                assert look.get("title", " / ".join(exact)) == " / ".join(exact)
        for part in parts:
            head = page.heads["table-scores"][f"value:{part['part']}"]
            assert head.strip() == part[f"name_{language}"]
    assert len(kinds) >= 4


def test_the_data_page_s_facts_and_lines_are_the_published_ones(
    site: Site, told: Told, language: str
):
    [counted] = site.read(
        "select count(*) as sources, count_if(not timely) as late, "
        "(select count(*) from fct_quarantine) as rejected from fct_source_freshness"
    )
    checks = checks_of(site)
    page = site.page("data.html", language)
    assert page.facts == {
        "sources": str(counted["sources"]),
        "late": str(counted["late"]),
        "checks": str(len(checks)),
        "failed": str(sum(not check["passed"] for check in checks)),
        "rejected": str(counted["rejected"]),
    }
    as_of = day(told.assessment["as_of"])
    as_of = f"{label('as_of', language)} {as_of}"
    assert page.numbers == [
        as_of,
        label("quarantine_note", language),
        f"{as_of} · {label('version', language)} {site.published.parent.name}",
    ]


def test_the_checks_are_told_whole(site: Site, language: str):
    wanted: dict[str, list[dict[str, str]]] = {}
    for check in checks_of(site):
        call = "" if check["passed"] or not check["provider"] else check["provider"]
        wanted.setdefault(check["dataset"], []).append(
            {
                "dataset": check["dataset"] + (f"{label('call', language)} {call}" if call else ""),
                "check_name": check["check_name"],
                "kind": word("kind", check["kind"], language),
                "passed": f"✓ {label('passed', language)}"
                if check["passed"]
                else label("failed", language),
                "observed": one_line(text(check["observed"])),
                "expected": one_line(text(check["expected"])),
                "why": one_line(check[f"why_{language}"]),
            }
        )
    assert site.page("data.html", language).table("table-checks") == [
        row for rows in wanted.values() for row in rows
    ]


def test_what_is_quarantined_is_told_by_reason_with_the_rows(site: Site, language: str):
    groups: dict[tuple, list[Row]] = {}
    for row in site.read(
        "select q.*, f.provider from fct_quarantine as q left join fct_source_freshness as f "
        "using (dataset) order by dataset, reason_zh, file_name, line nulls first, column_name"
    ):
        groups.setdefault((row["dataset"], row["reason_zh"]), []).append(row)
    assert site.page("data.html", language).table("table-quarantine") == [
        {
            "rejected": str(len(rows)),
            "dataset": dataset,
            "provider": text(rows[0]["provider"]),
            "reason": one_line(rows[0][f"reason_{language}"]),
            "files": "".join(example(row, language) for row in rows[:SHOWN_EXAMPLES]),
        }
        for (dataset, reason), rows in sorted(groups.items(), key=lambda g: (-len(g[1]), g[0]))
    ]


def example(row: Row, language: str) -> str:
    line = label("whole_file", language)
    if row["line"] is not None:
        line = f"{label('line', language)} {row['line']}"
    said = (row["file_name"], line, row["column_name"], row["value_masked"])
    return one_line(" · ".join(each for each in said if each is not None))


def test_the_freshness_of_every_source_is_told_whole(
    site: Site, sources: dict[str, list[Row]], language: str
):
    feeds = defaultdict(set)
    for code, rows in sources.items():
        for row in rows:
            feeds[row["dataset"]].add(code)
    page = site.page("data.html", language)
    assert page.table("table-freshness") == [
        {
            "dataset": row["dataset"],
            "provider": row["provider"],
            "timely": f"✓ {label('timely', language)}"
            if row["timely"]
            else label("late", language),
            "newest_period": day(row["newest_period"]),
            "due_at": moment(row["due_at"]),
            "lag_hours": "–" if row["lag_hours"] is None else tenths(row["lag_hours"] / 24),
            "last_loaded_at": moment(row["last_loaded_at"]),
            "files": amount(row["files"]),
            "rows_loaded": amount(row["rows_loaded"]),
            "rows_quarantined": amount(row["rows_quarantined"]),
            "feeds": " ".join(sorted(feeds[row["dataset"]])),
        }
        for row in site.read(
            "from fct_source_freshness order by timely, lag_hours desc nulls first, dataset"
        )
    ]


def tenths(days: Decimal) -> str:
    return str(Decimal(days).quantize(Decimal("0.1"), ROUND_HALF_EVEN))


def test_the_choice_of_assessments_tells_each_one_s_own_numbers(altered, tmp_path: Path):
    tables = (
        "dim_assessment", "dim_indicator", "dim_part", "dim_rule", "fct_indicator_score",
        "fct_part_score", "mart_scorecard", "mart_scorecard_level",
    )  # fmt: skip
    file = altered(
        *(
            f"insert into {name} select * replace ('trial' as assessment_id) from {name}"
            for name in tables
        ),
        "delete from mart_scorecard where assessment_id = 'trial' and rank > 2",
        "update dim_assessment set name_zh = '试算', name_en = 'A trial', year = 1999, "
        "window_start = '1999-02-03', window_end = '1999-04-05' where assessment_id = 'trial'",
    )
    write_site(file, tmp_path / "site")
    several = Site(tmp_path / "site", file)
    assessments = several.read("from dim_assessment order by year desc")
    for language in LANGUAGES:
        page = several.page("index.html", language)
        wanted, counts, means = [], "", ""
        for own in assessments:
            rates = several.read(
                "select score_rate from mart_scorecard where assessment_id = ?",
                own["assessment_id"],
            )
            found = mean([row["score_rate"] for row in rates if row["score_rate"] is not None])
            wanted += [
                own[f"name_{language}"],
                f"{word('state', own['state'], language)} {label('as_of', language)} "
                f"{own['as_of']} {label('window', language)} {own['window_start']} – "
                f"{own['window_end']}",
                label("departments", language),
                label("mean", language),
            ]
            counts, means = f"{counts}{len(rates)}", f"{means}{found}%"
        start = page.lines.index(wanted[0])
        assert page.lines[start : start + len(wanted)] == wanted
        assert page.facts == {"departments": counts, "mean": means}, "a card after the other"
