"""Every number on every page is the published one, read back from the page."""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from scorecard.report.pages.indicator import measured_as
from scorecard.report.render import duration, plain
from scorecard.report.site import write_site
from tests.report.conftest import EARLIER
from tests.report.pages import Site, cells, texts

CENT = Decimal("0.01")


def half_up(number: Decimal) -> Decimal:
    return number.quantize(CENT, ROUND_HALF_UP)


def mean(rates: list[Decimal]) -> Decimal:
    return half_up(sum(rates, Decimal(0)) / len(rates))


def departments(site: Site) -> list[str]:
    return [r["department_id"] for r in site.read("from dim_department order by department_id")]


def earlier_rates(site: Site) -> dict[str, Decimal]:
    """The rate of each department on the earlier day, from the history's rows."""
    sums = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for row in site.read("from fct_score_history where as_of = cast(? as date)", EARLIER):
        sums[row["department_id"]][0] += row["score"]
        sums[row["department_id"]][1] += row["points"]
    return {name: half_up(100 * score / points) for name, (score, points) in sums.items()}


def test_the_ranking_is_that_of_the_published_scorecard(site: Site):
    fields = (
        "rank", "score_rate", "total", "points", "indicators_missing", "indicators_stale",
    )  # fmt: skip
    shown = site.page("index.html").tables["table-ranking"]
    assert [[row.attributes["data-key"], *cells(row, *fields)] for row in shown] == [
        texts(row, "department_id", *fields)
        for row in site.read("from mart_scorecard order by rank nulls last, department_id")
    ]


def test_the_ranking_shows_every_block_of_every_department(site: Site):
    shown = {
        (row.attributes["data-key"], name.removeprefix("level:")): text
        for row in site.page("index.html").tables["table-ranking"]
        for name, text in row.named.items()
        if name.startswith("level:")
    }
    assert shown == {
        (row["department_id"], row["level1"]): texts(row, "score_rate")[0]
        for row in site.read("from mart_scorecard_level")
    }


def test_the_change_of_rank_is_against_the_newest_day_a_month_back(site: Site):
    rates = earlier_rates(site)
    ranks = {name: 1 + sum(o > rate for o in rates.values()) for name, rate in rates.items()}
    now = {row["department_id"]: row["rank"] for row in site.read("from mart_scorecard")}
    page = site.page("index.html")
    assert EARLIER in page.text
    signs = {"▲": 1, "▼": -1}
    shown = {
        row.attributes["data-key"]: signs.get(row["risen"][0], 0) * int(row["risen"][2:] or 0)
        for row in page.tables["table-ranking"]
    }
    assert shown == {name: ranks[name] - now[name] for name in now}
    assert any(shown.values())


def test_the_heat_map_has_every_score_of_every_department(site: Site):
    shown = {
        (row.attributes["data-key"], code): text
        for row in site.page("index.html").tables["table-heat"]
        for code, text in row.named.items()
        if code
    }
    assert shown == {
        (r["department_id"], r["indicator_code"]): (
            "·" if r["status"] == "not_applicable" else f"{r['score']}{r['mark']}"
        )
        for r in site.read(
            "select *, case when status <> 'missing' and (department_id, indicator_code) in "
            "(select (department_id, indicator_code) from fct_part_score where status = 'missing')"
            " then '†' else '' end as mark from fct_indicator_score"
        )
    }


def test_blocks_have_the_mean_the_best_and_the_lowest_of_the_departments_rates(site: Site):
    rates = defaultdict(list)
    for row in site.read("from mart_scorecard_level where score_rate is not null"):
        rates[row["level1"]].append(row["score_rate"])
    shown = site.page("index.html").tables["table-blocks"]
    assert len(shown) == len(rates)
    for row in shown:
        own = rates[row["level1"]]
        assert cells(row, "mean_rate", "best_rate", "lowest_rate") == [
            str(mean(own)), str(max(own)), str(min(own)),
        ]  # fmt: skip


def test_the_city_s_indicators_have_the_sums_of_what_is_lost(site: Site):
    lost = {
        row["indicator_code"]: texts(row, "lost", "losing", "missing", "stale")
        for row in site.read(
            "select indicator_code, sum(lost) as lost, count_if(lost > 0) as losing, "
            "count_if(status = 'missing') as missing, count_if(stale) as stale "
            "from fct_indicator_score group by all"
        )
    }
    page = site.page("index.html")
    assert {
        row.attributes["data-key"]: cells(row, "lost", "losing", "missing", "stale")
        for row in page.tables["table-indicators"]
    } == lost
    assert page.facts["missing"] == str(sum(int(row[2]) for row in lost.values()))
    rates = [row["score_rate"] for row in site.read("from mart_scorecard")]
    assert page.facts["mean"] == f"{mean(rates)}%"


def test_a_department_s_head_has_its_total_rate_rank_and_loss(site: Site):
    for row in site.read("from mart_scorecard"):
        facts = site.page(f"departments/{row['department_id']}.html").facts
        assert facts["total"] == str(row["total"])
        assert facts["score_rate"] == f"{row['score_rate']}%"
        assert facts["rank"] == str(row["rank"])
        assert facts["lost"] == str(row["points"] - row["total"])
        assert facts["indicators_missing"] == str(row["indicators_missing"])
        assert facts["indicators_stale"] == str(row["indicators_stale"])


def test_a_department_s_indicators_have_score_points_loss_and_the_words(site: Site):
    fields = ("score", "points", "lost")
    for department in departments(site):
        shown = site.page(f"departments/{department}.html").tables["table-indicators"]
        published = site.read(
            "from fct_indicator_score where department_id = ? order by indicator_code", department
        )
        assert [
            [row["indicator_code"][:3], *cells(row, *fields), row["explanation"]] for row in shown
        ] == [texts(row, "indicator_code", *fields, "explanation_zh") for row in published]
        assert [row.attributes["id"] for row in shown] == [
            f"i-{row['indicator_code']}" for row in published
        ]


def test_a_department_s_history_has_a_row_for_each_month(site: Site):
    rates = earlier_rates(site)
    for department in departments(site):
        page = site.page(f"departments/{department}.html")
        newest, before = page.tables["table-trend"]
        assert newest["score_rate"] + "%" == page.facts["score_rate"]
        assert newest["rank"] == page.facts["rank"]
        assert [before["as_of"], before["score_rate"]] == [EARLIER, str(rates[department])]


def test_a_department_s_figures_draw_its_published_numbers(site: Site):
    for row in site.read("from mart_scorecard"):
        page = site.page(f"departments/{row['department_id']}.html")
        lost = {
            score["indicator_code"]: float(score["lost"])
            for score in site.read(
                "from fct_indicator_score where department_id = ?", row["department_id"]
            )
        }
        [waterfall] = page.figure("waterfall")["data"]
        full, *steps, total = waterfall["x"]
        assert total == float(row["total"])
        assert round(full - sum(steps), 2) == total
        values = page.figure("composition")["data"][0]["values"]
        sizes = dict(zip(site.shared()["tree"]["ids"], values, strict=True))
        assert sizes["all"] == float(row["points"])
        assert {code[1:]: size for code, size in sizes.items() if code[0] == "-"} == lost


def test_a_department_s_outages_are_all_there(site: Site):
    shown = 0
    for department in departments(site):
        rows = site.read("from mart_outage where department_id = ?", department)
        tables = site.page(f"departments/{department}.html").tables
        assert sorted(row["hours"] for row in tables.get("table-outages", [])) == sorted(
            duration(row["hours"]) for row in rows
        )
        shown += len(rows)
    assert shown


def test_a_section_has_its_tasks_with_the_points_at_stake(site: Site):
    fields = ("score", "points", "lost")
    sections = site.read("select distinct department_id, section_id from mart_section_task")
    for section in sections:
        page = site.page(f"sections/{section['department_id']}-{section['section_id']}.html")
        published = site.read(
            "from mart_section_task where department_id = ? and section_id = ? "
            "order by role, lost desc, indicator_code",
            *section.values(),
        )
        words = {"lead": "牵头", "support": "配合"}
        assert [
            [row["indicator_code"][:3], row["role"], *cells(row, *fields)]
            for row in page.tables["table-tasks"]
        ] == [
            [row["indicator_code"], words[row["role"]], *texts(row, *fields)] for row in published
        ]
        led = [row for row in published if row["role"] == "lead"]
        assert Decimal(page.facts["led_lost"]) == sum(row["lost"] for row in led)
        assert Decimal(page.facts["led_points"]) == sum(row["points"] for row in led)
        assert page.facts["decisions_until"] == "2020-03-31"


def test_an_indicator_has_every_department_s_value_and_score(site: Site):
    parts = defaultdict(dict)
    for row in site.read("from fct_part_score"):
        parts[row["indicator_code"], row["department_id"]][row["part"]] = row
    for indicator in site.read("from dim_indicator"):
        code = indicator["indicator_code"]
        page = site.page(f"indicators/{code}.html")
        assert page.facts["points"] == str(indicator["points"])
        scores = {
            row["department_id"]: row
            for row in site.read("from fct_indicator_score where indicator_code = ?", code)
        }
        assert {row.attributes["data-key"] for row in page.tables["table-scores"]} == set(scores)
        for row in page.tables["table-scores"]:
            department = row.attributes["data-key"]
            assert cells(row, "score", "points") == texts(scores[department], "score", "points")
            for part, own in parts[code, department].items():
                assert row[f"value:{part}"] == measured_as(own)
                assert row.named.get(f"score:{part}", str(own["score"])) == str(own["score"])


def test_an_indicator_s_sources_have_all_rows_of_all_files_by_part(site: Site):
    for indicator in site.read("from dim_indicator"):
        code = indicator["indicator_code"]
        published = site.read(
            "select part || '/' || dataset as source, count(distinct file_name) as files, "
            "sum(rows_read) as rows_read, sum(rows_counted) as rows_counted "
            "from fct_part_source where indicator_code = ? group by part, dataset "
            "order by part, dataset",
            code,
        )
        shown = site.page(f"indicators/{code}.html").tables.get("table-sources", [])
        assert [
            [row.attributes["data-key"], *cells(row, "files", "rows_read", "rows_counted")]
            for row in shown
        ] == [
            [row["source"], *(plain(int(row[n])) for n in ("files", "rows_read", "rows_counted"))]
            for row in published
        ]


def test_rows_that_two_parts_read_are_told_once_a_part_and_not_added_up(altered, tmp_path: Path):
    file = altered(
        "delete from fct_part_source where indicator_code = '020'",
        """
        insert into fct_part_source by name
        select
            assessment_id, 'edu' as department_id, indicator_code, part,
            'catalogue_entries' as dataset, 'three_rows.csv' as file_name, 3 as rows_read,
            row_number() over (order by part) as rows_counted
        from dim_part where indicator_code = '020'
        """,
    )
    write_site(file, tmp_path / "site")
    shown = Site(tmp_path / "site", file).page("indicators/020.html").tables["table-sources"]
    assert [cells(row, "files", "rows_read", "rows_counted") for row in shown] == [
        ["1", "3", "1"], ["1", "3", "2"],
    ]  # fmt: skip
    assert len({row["part"] for row in shown}) == 2


def test_a_department_that_nothing_applies_to_has_no_rate_on_any_day(altered, tmp_path: Path):
    nothing = "points = 0, score = 0"
    file = altered(
        f"update fct_score_history set {nothing} where department_id = 'edu'",
        f"update fct_part_score set {nothing}, status = 'not_applicable' "
        "where department_id = 'edu'",
        f"update fct_indicator_score set {nothing}, computed_score = 0, lost = 0, "
        "status = 'not_applicable' where department_id = 'edu'",
        "update mart_scorecard set total = 0, points = 0, score_rate = null, rank = null "
        "where department_id = 'edu'",
        "update mart_scorecard_level set score = 0, points = 0, score_rate = null "
        "where department_id = 'edu'",
        "delete from mart_gain where department_id = 'edu'",
    )
    write_site(file, tmp_path / "site")
    site = Site(tmp_path / "site", file)
    page = site.page("departments/edu.html")
    assert [page.facts[name] for name in ("total", "score_rate", "rank")] == ["0.00", "–", "–"]
    assert [cells(row, "score_rate", "rank") for row in page.tables["table-trend"]] == [
        ["–", "–"], ["–", "–"],
    ]  # fmt: skip
    *_, last = site.page("index.html").tables["table-ranking"]
    assert last.attributes["data-key"] == "edu"
    assert cells(last, "rank", "risen", "score_rate") == ["–", "–", "–"]


def test_a_city_that_nothing_applies_to_has_no_mean_and_no_best(altered, tmp_path: Path):
    file = altered(
        "update fct_score_history set points = 0, score = 0",
        "update fct_indicator_score set points = 0, score = 0, lost = 0, status = 'not_applicable'",
        "update mart_scorecard set total = 0, points = 0, score_rate = null, rank = null",
        "update mart_scorecard_level set score = 0, points = 0, score_rate = null",
    )
    write_site(file, tmp_path / "site")
    page = Site(tmp_path / "site", file).page("index.html")
    assert (page.facts["mean"], page.facts["best"]) == ("–", "–")
    for row in [*page.tables["table-blocks"], *page.tables["table-trend"]]:
        assert cells(row, "mean_rate", "best_rate", "lowest_rate") == ["–", "–", "–"]


def test_a_task_counts_until_the_window_ends_or_for_evidence_until_decisions_do(site: Site):
    by_decision = {
        row["indicator_code"]: row["kinds"]
        for row in site.read(
            "select indicator_code, list(distinct metric = 'accepted_evidence') as kinds "
            "from dim_part group by all"
        )
    }
    days = {False: "事实 2019-12-31", True: "认定 2020-03-31"}
    told = set()
    for section in site.read("select distinct department_id, section_id from mart_section_task"):
        page = site.page(f"sections/{section['department_id']}-{section['section_id']}.html")
        for row in page.tables["table-tasks"]:
            kinds = by_decision[row["indicator_code"][:3]]
            assert row["until"] == "".join(days[kind] for kind in sorted(kinds))
            told.update(kinds)
    assert told == {False, True}


def test_every_page_names_the_published_version(site: Site):
    version = site.published.parent.name
    for path in site.folder.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert f'<code data-fact="version">{version}</code>' in text, path


def test_the_data_page_has_every_source_check_and_rejected_row(site: Site):
    page = site.page("data.html")
    fields = ("files", "rows_loaded", "rows_quarantined")
    assert {
        row.attributes["data-key"]: [row["provider"], *cells(row, *fields)]
        for row in page.tables["table-freshness"]
    } == {
        row["dataset"]: [row["provider"], *(plain(row[name]) for name in fields)]
        for row in site.read("from fct_source_freshness")
    }
    checks = site.read(
        "from fct_quality_check where as_of = (select max(as_of) from dim_assessment)"
    )
    assert {
        row.attributes["data-key"]: [
            row.attributes["data-result"], *cells(row, "observed", "expected"),
        ]
        for row in page.tables["table-checks"]
    } == {
        f"{row['dataset']}/{row['check_name']}": [
            "passed" if row["passed"] else "failed", *texts(row, "observed", "expected"),
        ]
        for row in checks
    }  # fmt: skip
    assert page.facts["failed"] == str(sum(not row["passed"] for row in checks))
    [rejected] = site.read("select count(*) as n from fct_quarantine")
    assert page.facts["rejected"] == str(rejected["n"])
    assert sum(int(row["rejected"]) for row in page.tables["table-quarantine"]) == rejected["n"]
