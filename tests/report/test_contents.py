"""What the pages say beside the numbers: what is within reach, what a closed year still holds."""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from html import unescape
from pathlib import Path

import pytest

from scorecard.explanation import RULES
from scorecard.report.pages.indicator import is_rounded, measured_as
from scorecard.report.picture import heat_map
from scorecard.report.reading import REACH
from scorecard.report.render import duration, plain
from scorecard.report.site import write_site
from scorecard.report.words import CODES, WORDS, by_state
from scorecard.settings import PROJECT
from scorecard.shades import LEGEND, NOT_APPLICABLE, shade_of
from scorecard.sheets import words as sheet_words
from scorecard.words import STATES, STATUSES
from tests.report.pages import Site

GAIN = (
    "select g.*, p.base from mart_gain as g "
    "join fct_part_score as p using (assessment_id, department_id, indicator_code, part) "
)


def written(file: Path, folder: Path) -> Site:
    write_site(file, folder / "site")
    return Site(folder / "site", file)


def test_what_would_win_points_back_is_told_as_published_the_largest_first(site: Site):
    told = 0
    for department in (row["department_id"] for row in site.read("from dim_department")):
        shown = site.page(f"departments/{department}.html").tables["table-gains"]
        gains = defaultdict(dict)
        beyond = set()
        for row in site.read(f"{GAIN} where department_id = ?", department):
            key = row["indicator_code"], row["part"]
            if row["change"] == "added" and row["base"] and row["amount"] > REACH * row["base"]:
                beyond.add(key)
            else:
                gains[key][row["step"]] = row
        assert len(shown) == len(gains)
        wanted = sorted(
            (-max(step["gain"] for step in steps.values()), code, part, steps)
            for (code, part), steps in gains.items()
        )
        for row, (most, code, part, steps) in zip(shown, wanted, strict=True):
            assert row["indicator"].startswith(code)
            assert row["most"] == ("–" if steps[1]["change"] == "none" else f"+{-most}")
            by = "靠认定" if steps[1]["change"] == "evidence" else ""
            assert row["text"] == steps[1]["text_zh"] + by
            if 2 in steps:
                assert row["full"] == steps[2]["text_zh"]
            else:
                assert (row["full"] == "难以达到") == ((code, part) in beyond)
            told += 1
    assert told > 50


def test_new_items_beyond_three_times_the_base_are_told_on_no_page(site: Site):
    beyond = site.read(
        f"{GAIN} where g.step = 2 and g.change = 'added' and g.amount > ? * p.base and p.base > 0",
        REACH,
    )
    assert len(beyond) > 10
    for department in {row["department_id"] for row in beyond}:
        own = [row for row in beyond if row["department_id"] == department]
        page = site.page(f"departments/{department}.html")
        full = [line["full"] for line in page.tables["table-gains"]]
        assert full.count(WORDS["beyond"][0]) == len(own)
        paths = site.folder.glob(f"sections/{department}-*.html")
        text = page.text + "".join(path.read_text(encoding="utf-8") for path in paths)
        assert not [row["text_zh"] for row in own if row["text_zh"] in text]


def test_what_is_just_within_reach_is_told_and_one_item_more_is_not(altered, tmp_path: Path):
    file = altered(
        "create table chosen as select * from (from mart_gain as g join (select assessment_id, "
        "department_id, indicator_code, part, base from fct_part_score where base > 0) as p "
        "using (assessment_id, department_id, indicator_code, part) "
        "where step = 2 and change = 'added') limit 2",
        f"update mart_gain as g set amount = {REACH} * c.base + (c.rowid = 1)::int, "
        "text_zh = 'step ' || c.rowid from chosen as c where g.step = 2 "
        "and g.department_id = c.department_id and g.indicator_code = c.indicator_code "
        "and g.part = c.part",
    )
    texts = "".join(
        path.read_text(encoding="utf-8")
        for path in (written(file, tmp_path).folder / "departments").iterdir()
    )
    assert "step 0" in texts
    assert "step 1" not in texts


def test_a_smallest_step_takes_at_most_twice_the_base(site: Site):
    """So the rule of what is out of reach, which is for full points, leaves no absurd one."""
    assert not site.read(
        f"{GAIN} where g.step = 1 and g.change = 'added' and p.base > 0 and g.amount > 2 * p.base"
    )


def test_the_page_says_what_is_within_reach_and_the_rest_of_the_loss(site: Site):
    for row in site.read("select department_id, points - total as lost from mart_scorecard"):
        page = site.page(f"departments/{row['department_id']}.html")
        parts = {
            "decided": [line for line in page.tables["table-gains"] if "靠认定" in line["text"]],
            "within": page.tables["table-gains"],
        }
        sums = {
            name: sum((Decimal(line["most"].replace("–", "0")) for line in lines), Decimal(0))
            for name, lines in parts.items()
        }
        within, decided = sums["within"], sums["decided"]
        told = WORDS["gains_sum:deciding"][0].format(
            lost=row["lost"], decided=decided, corrected=within - decided,
            rest=row["lost"] - within,
        )  # fmt: skip
        assert told in page.text
        assert row["lost"] >= within


def test_the_footnote_says_the_rule_once_a_page_in_both_languages(site: Site):
    page = site.page("departments/edu.html").text
    for said in WORDS["gains_note"]:
        assert page.count(said.format(reach=REACH).replace("'", "&#39;")) == 1


def test_while_decisions_are_due_the_pages_say_what_still_counts(site: Site):
    said = WORDS["still_counts"][0].format(end="2019-12-31", until="2020-03-31")
    text = site.page("departments/edu.html").text
    assert said in text
    assert WORDS["tasks_note"][0] in site.page("sections/edu-info.html").text
    assert WORDS["gains:deciding"][0] in text
    assert WORDS["gains"][0] not in text


@pytest.fixture
def closed(altered, tmp_path: Path) -> Site:
    """The site of the assessment once it is closed."""
    return written(
        altered(
            "update dim_assessment set state = 'closed'",
            "update mart_gain set change = 'none', gain = 0, amount = null, "
            "text_zh = '本次考核已结束，得分不再变动。'",
            "delete from mart_gain where step = 2",
        ),
        tmp_path,
    )


def test_a_closed_assessment_promises_nothing_and_says_what_was_lacking(closed: Site):
    page = closed.page("departments/edu.html")
    assert "table-gains" not in page.tables
    for key in ("gains", "gains:deciding"):
        assert WORDS[key][0] not in page.text
    assert WORDS["nothing_moves"][0] in page.text
    published = closed.read(
        "select distinct i.indicator_code, i.lost, t.missing_zh from fct_indicator_score as i "
        "join mart_section_task as t using (assessment_id, department_id, indicator_code) "
        "where i.department_id = 'edu' and i.lost > 0 and t.role = 'lead'"
    )
    assert published
    assert {
        (r["indicator"][:3], r["lost"], r["lacking"]) for r in page.tables["table-lacking"]
    } == {(r["indicator_code"], str(r["lost"]), r["missing_zh"]) for r in published}


def test_a_closed_assessment_s_sections_have_days_that_are_past(closed: Site):
    text = unescape(closed.page("sections/edu-info.html").text)
    for key in ("lacking", "until", "tasks_note", "decisions_until"):
        zh, en = WORDS[f"{key}:closed"]
        assert zh in text
        assert en in text
    assert WORDS["tasks_note"][0] not in text
    assert WORDS["still_counts"][1][:20] not in text
    assert "不再变动" in text


def test_an_open_assessment_keeps_its_headings():
    assert by_state("gains", "open") == "gains"
    assert by_state("gains", "closed") == "gains:closed"
    assert by_state("tasks_note", "deciding") == "tasks_note"


def test_late_sources_and_stale_indicators_are_named_apart_and_linked(site: Site):
    [late] = site.read("select count(*) as n from fct_source_freshness where not timely")
    data, city = site.page("data.html"), site.page("index.html")
    assert data.facts["late"] == str(late["n"])
    assert "index.html#tonight" in data.links
    assert WORDS["late_sources"][0] in data.text
    assert any(link.startswith("data.html?") and "#freshness" in link for link in city.links)
    assert WORDS["late_beside"][0].format(n=late["n"]) in city.text


def test_a_score_with_a_missing_part_bears_a_badge_on_every_page(site: Site):
    parts = site.read(
        "select department_id, indicator_code from fct_part_score as p "
        "join fct_indicator_score as i using (assessment_id, department_id, indicator_code) "
        "where i.status <> 'missing' group by all having count_if(p.status = 'missing') > 0"
    )
    missing = {(row["department_id"], row["indicator_code"]) for row in parts}
    assert missing
    badge = WORDS["part_missing"][0]
    by_department, by_indicator = set(), set()
    for row in site.read("from dim_department"):
        own = row["department_id"]
        for line in site.page(f"departments/{own}.html").tables["table-indicators"]:
            if badge in line["status"]:
                by_department.add((own, line.attributes["id"][2:]))
                assert "part" in line.attributes["data-status"].split()
    for row in site.read("from dim_indicator"):
        code = row["indicator_code"]
        for line in site.page(f"indicators/{code}.html").tables["table-scores"]:
            if badge in line["status"]:
                by_indicator.add((line.attributes["data-key"], code))
    assert by_department == by_indicator == missing


def test_pages_sheets_and_the_command_line_use_the_same_words():
    assert CODES["state"] is STATES
    assert CODES["status"] is STATUSES
    assert {state: tuple(words) for state, words in sheet_words.STATES.items()} == STATES
    assert {status: tuple(words) for status, words in sheet_words.STATUSES.items()} == STATUSES
    assert set(CODES["method"]) == set(RULES)


@pytest.mark.parametrize("table", ["dim_assessment", "fct_indicator_score", "fct_part_score"])
def test_the_words_are_those_of_the_contracts(table: str):
    text = (PROJECT / "contracts" / "published" / f"{table}.yaml").read_text(encoding="utf-8")
    labels = dict(re.findall(r"\{value: (\w+), label: ([^}]+)\}", text))
    known = {value: zh for words in (STATES, STATUSES) for value, (zh, _) in words.items()}
    shared = labels.keys() & known.keys()
    assert len(shared) >= 3
    assert {value: labels[value] for value in shared} == {value: known[value] for value in shared}


def test_the_pages_light_theme_has_the_colours_of_the_scale():
    style = (PROJECT / "scorecard" / "report" / "assets" / "site.css").read_text(encoding="utf-8")
    light = style[: style.index('[data-theme="dark"]')]
    for shade in LEGEND[:-1]:
        [ground] = re.findall(rf"--s{shade.key}: (#\w+);", light)
        [ink] = re.findall(rf"--s{shade.key}-ink: (#\w+);", light)
        assert (ground, ink.replace("#fff;", "#ffffff")) == (
            shade.ground, "#fff" if shade.ink == "#ffffff" else shade.ink,
        )  # fmt: skip


def test_the_heat_map_is_shaded_by_the_scale_in_exact_numbers(site: Site):
    scores = site.read("from fct_indicator_score")
    text = site.page("index.html").text.replace('"', "")
    for row in scores:
        shade = shade_of(row["score"], row["points"], row["status"])
        link = f"departments/{row['department_id']}.html#i-{row['indicator_code']}"
        assert f"<td class=s{shade.key}><a href={link}>" in text
    assert shade_of(Decimal("2.39"), Decimal("2.99"), "scored").key == "3"
    assert shade_of(Decimal("2.40"), Decimal("3.00"), "scored").key == "4"


def test_a_score_has_the_step_of_its_share_and_missing_or_not_applicable_one_of_its_own():
    shares = [shade_of(Decimal(score), Decimal(100), "scored").key for score in (
        100, "99.99", 80, "79.99", 60, "59.99", 40, "39.99", "0.01", 0
    )]  # fmt: skip
    assert shares == [*"5443322110"]
    assert shade_of(Decimal(0), Decimal(2), "missing").key == "m"
    assert shade_of(Decimal(0), Decimal(0), "not_applicable").key == "n"


def test_the_picture_tells_every_step_missing_and_not_applicable_apart():
    pictures = {heat_map(["001"], [("edu", [shade])]) for shade in LEGEND}
    assert len(pictures) == len(LEGEND)
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)


def test_the_picture_names_its_rows_and_columns():
    def drawn(code: str, name: str) -> bytes:
        return heat_map([code], [(name, [NOT_APPLICABLE])])

    assert len({drawn("001", "edu"), drawn("002", "edu"), drawn("001", "tax")}) == 3


@pytest.mark.parametrize(
    ("hours", "shown"),
    [
        ("1.566667", "1:34"), ("0.033333", "0:02"), ("9.000000", "9:00"), ("0.008333", "0:00"),
        ("23.999999", "24:00"), ("120.5", "120:30"),
    ],
)  # fmt: skip
def test_hours_are_told_as_hours_and_minutes_half_up(hours: str, shown: str):
    assert duration(Decimal(hours)) == shown


def test_an_outage_keeps_its_exact_hours_beside_the_rounded_ones(site: Site):
    shown = "".join(
        path.read_text(encoding="utf-8") for path in (site.folder / "departments").iterdir()
    ).replace('"', "")
    for row in site.read("from mart_outage"):
        told = f"data-v={row['hours']} title={row['hours']} h>{duration(row['hours'])}"
        assert told in shown


def test_an_amount_has_two_decimals_at_most_and_says_where_it_has_more():
    part = {"level": None, "value": Decimal("1.566667"), "base": Decimal("3.000000"), "rank": None}
    assert measured_as(part) == "1.57 / 3"
    assert is_rounded(part)
    assert not is_rounded(part | {"value": Decimal("1.570000")})
    assert plain(Decimal("1234.005000")) == "1,234.01"
    assert plain(1200) == "1,200"


def test_charts_have_the_days_of_the_last_quarter_and_the_ends_of_earlier_months(
    altered, tmp_path: Path
):
    file = altered(
        "delete from fct_score_history where as_of <> (select as_of from dim_assessment)",
        "insert into fct_score_history by name select h.* replace (cast(day as date) as as_of) "
        "from fct_score_history as h, "
        "generate_series(date '2019-10-01', date '2020-03-30', interval 1 day) as d(day)",
    )
    days = written(file, tmp_path).shared()["trend"]["days"]
    assert days[:4] == ["2019-10-31", "2019-11-30", "2019-12-31", "2020-01-01"]
    assert len(days) == 3 + 31 + 29 + 31
