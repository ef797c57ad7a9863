"""Pages of departments and sections in both languages, whole: every cell, fact and line.

A table is compared with all of its columns, so that a column without an expected value fails; so
does a line with a digit in it that stands outside of tables and is not expected.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from scorecard.report.reading import REACH
from scorecard.report.site import write_site
from tests.report.conftest import EARLIER
from tests.report.expected import (
    NONE,
    Told,
    day,
    hours_and_minutes,
    label,
    moment,
    ranks,
    signed,
    text,
    word,
)
from tests.report.pages import LANGUAGES, Site, one_line


@pytest.fixture(scope="module")
def told(site: Site) -> Told:
    return Told(site)


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return request.param


def test_a_department_s_facts_and_lines_are_the_published_ones(
    site: Site, told: Told, language: str
):
    for row in told.departments:
        own = row["department_id"]
        page = site.page(f"departments/{own}.html", language)
        assert page.facts == {
            "total": str(row["total"]),
            "score_rate": f"{row['score_rate']}%",
            "rank": text(row["rank"]),
            "lost": str(row["points"] - row["total"]),
            "indicators_missing": str(row["indicators_missing"]),
            "indicators_stale": str(row["indicators_stale"]),
        }
        assert {name: " ".join(note.split()) for name, note in page.notes.items()} == {
            "total": f"/ {row['points']}",
            "score_rate": signed(row["score_rate"] - told.earlier[own]),
            "rank": f"/ {len(told.departments)} {told.risen(row)}",
        }
        [outages] = site.read("select count(*) as n from mart_outage where department_id = ?", own)
        ways = [way for key, own_ways in told.gains.items() if key[0] == own for way in own_ways]
        within = sum((way["most"] for way in ways), NONE)
        decided = sum(
            (way["most"] for way in ways if way["steps"][0]["change"] == "evidence"), NONE
        )
        lost = row["points"] - row["total"]
        counted = f"{label('outages', language)} {outages['n']}" if outages["n"] else ""
        wanted = [
            label("ranking_note", language, day=EARLIER),
            label("composition", language),
            label("composition_note", language),
            label(
                "gains_sum:deciding",
                language,
                lost=lost,
                decided=decided,
                corrected=within - decided,
                rest=lost - within,
            ),
            still_counts(told, language),
            label("gains_note", language, reach=REACH),
            counted,
            told.footer(language),
        ]
        assert page.numbers == [line for line in wanted if any(map(str.isdigit, line))]
        assert f"{row['name']} {own}" in page.lines


def test_a_department_s_blocks_and_days_are_told_whole(site: Site, told: Told, language: str):
    placed = {on: ranks(rates) for on, rates in told.history.items()}
    for row in told.departments:
        own = row["department_id"]
        page = site.page(f"departments/{own}.html", language)
        assert page.table("table-blocks") == [
            {
                "level1": block[language],
                "score": str(block["own"][own]["score"]),
                "points": str(block["own"][own]["points"]),
                "score_rate": text(block["own"][own]["score_rate"]),
                "mean_rate": text(block["mean"]),
                "best_rate": text(block["best"]),
            }
            for block in told.blocks.values()
        ]
        assert page.table("table-trend") == [
            {
                "as_of": day(total["as_of"]),
                "total": str(total["total"]),
                "points": str(total["points"]),
                "score_rate": text(total["rate"]),
                "rank": text(placed[total["as_of"]][own]),
            }
            for total in reversed(told.totals)
            if total["department_id"] == own
        ]


def test_a_department_s_indicators_are_told_whole(site: Site, told: Told, language: str):
    adjusted = 0
    for row in told.departments:
        own = row["department_id"]
        page = site.page(f"departments/{own}.html", language)
        wanted = []
        for (department, code), score in told.scores.items():
            if department == own:
                status = told.status(score, language)
                if score["status"] == "adjusted":
                    status += f"{label('computed', language)} {score['computed_score']}"
                    adjusted += 1
                wanted.append(
                    {
                        "indicator_code": told.named(code, language),
                        "score": str(score["score"]),
                        "points": str(score["points"]),
                        "lost": str(score["lost"]),
                        "status": status,
                        "explanation": one_line(score[f"explanation_{language}"]),
                        "sections": told.sections(own, code),
                    }
                )
        assert page.table("table-indicators") == wanted
    assert adjusted


def test_what_would_win_points_back_is_told_whole(site: Site, told: Told, language: str):
    for row in told.departments:
        own = row["department_id"]
        wanted = []
        for (department, code), ways in told.gains.items():
            for way in ways if department == own else ():
                score = told.measured[own, code, way["part"]]
                [named] = [part for part in told.parts[code] if part["part"] == way["part"]]
                several = len(told.parts[code]) > 1
                gained = "–" if way["steps"][0]["change"] == "none" else f"+{way['most']}"
                cells = {
                    "most": gained,
                    "indicator": told.named(code, language)
                    + (named[f"name_{language}"] if several else ""),
                    "text": one_line(way["steps"][0][f"text_{language}"])
                    + counts_by(way["steps"][0]["change"], language),
                    "full": full_step(way, score["points"] - score["score"], language),
                    "lead": told.sections(own, code, "lead"),
                    "score": str(score["score"]),
                    "lost": str(score["points"] - score["score"]),
                }
                wanted.append(((-way["most"], code, way["part"]), cells))
        page = site.page(f"departments/{own}.html", language)
        assert page.table("table-gains") == [one for _, one in sorted(wanted, key=lambda w: w[0])]


def counts_by(change: str, language: str) -> str:
    """The mark of what only a decision can change after the window's end."""
    return label("by_decision", language) if change == "evidence" else ""


def full_step(way: dict, lost: Decimal, language: str) -> str:
    """What full points take, as a department reads it."""
    if len(way["steps"]) > 1:
        return one_line(way["steps"][1][f"text_{language}"])
    if way["beyond"]:
        return label("beyond", language)
    return label("same", language) if way["most"] == lost else "–"


def still_counts(told: Told, language: str) -> str:
    assert told.assessment["state"] == "deciding"
    own = told.assessment
    return label("still_counts", language, end=own["window_end"], until=own["decisions_until"])


def test_a_department_s_sections_and_outages_are_told_whole(site: Site, told: Told, language: str):
    for row in told.departments:
        own = row["department_id"]
        page = site.page(f"departments/{own}.html", language)
        assert {one.pop("section"): one for one in page.table("table-sections")} == {
            name: sums for (department, _), (name, sums) in sections(told).items()
            if department == own
        }  # fmt: skip
        outages = site.read("from mart_outage where department_id = ?", own)
        for outage in page.tables.get("table-outages", []):
            look = outage.looks["hours"]
            assert look["title"] == f"{look['data-v']} h"
            assert outage["hours"] == hours_and_minutes(Decimal(look["data-v"]))
        shown = page.table("table-outages") if outages else []
        assert sorted(shown, key=str) == sorted(
            (
                {
                    "link_id": outage["link_id"],
                    "started_at": moment(outage["started_at"]),
                    "ended_at": label("open", language)
                    if outage["ended_at"] is None
                    else moment(outage["ended_at"]),
                    "hours": hours_and_minutes(outage["hours"]),
                    "planned": label("yes" if outage["planned"] else "no", language),
                    "major": label("yes" if outage["major"] else "no", language),
                }
                for outage in outages
            ),
            key=str,
        )


def sections(told: Told) -> dict[tuple[str, str], tuple[str, dict[str, str]]]:
    """By department and section: its name and the sums of its tasks."""
    found: dict[tuple[str, str], tuple[str, dict[str, Decimal | int]]] = {}
    for task in told.tasks:
        _, sums = found.setdefault(
            (task["department_id"], task["section_id"]),
            (task["section"], {"led": 0, "supported": 0, "led_points": NONE, "led_score": NONE,
                               "led_lost": NONE, "supported_lost": NONE}),
        )  # fmt: skip
        if task["role"] == "lead":
            sums["led"] += 1
            for name in ("points", "score", "lost"):
                sums[f"led_{name}"] += task[name]
        else:
            sums["supported"] += 1
            sums["supported_lost"] += task["lost"]
    return {
        key: (
            name,
            {
                field: str(value if isinstance(value, int) else value.quantize(Decimal("0.01")))
                for field, value in sums.items()
            },
        )
        for key, (name, sums) in found.items()
    }


def test_a_section_s_page_is_told_whole(site: Site, told: Told, language: str):
    until = {"facts_until": day(told.assessment["window_end"]),
             "decisions_until": day(told.assessment["decisions_until"])}  # fmt: skip
    for (department, section), (_, sums) in sections(told).items():
        page = site.page(f"sections/{department}-{section}.html", language)
        assert page.facts == sums | until
        tasks = [
            task for task in told.tasks
            if (task["department_id"], task["section_id"]) == (department, section)
        ]  # fmt: skip
        assert page.numbers == [told.footer(language)]
        assert page.table("table-tasks") == [
            {
                "indicator_code": told.named(task["indicator_code"], language),
                "role": word("role", task["role"], language),
                "score": str(task["score"]),
                "points": str(task["points"]),
                "lost": str(task["lost"]),
                "lost_share": "–"
                if task["lost_share"] is None
                else f"{(100 * task['lost_share']).quantize(Decimal('0.01'))}%",
                "status": told.status(told.scores[department, task["indicator_code"]], language),
                "missing": one_line(way_back(told, task, language)),
                "until": counts_until(told, task["indicator_code"], language),
                "due": day(told.due.get(task["indicator_code"])),
            }
            for task in tasks
        ]


def way_back(told: Told, task: dict, language: str) -> str:
    """What a section reads about points that are lost."""
    if not task["lost"]:
        return ""
    key = (task["department_id"], task["indicator_code"])
    how = label("explanation", language)
    if task["role"] == "support":
        return f"{label('led_by', language)} {told.sections(*key, 'lead')} · {how}"
    said = ""
    for way in told.gains.get(key, ()):
        said += "".join(step[f"text_{language}"] for step in way["steps"])
        if way["beyond"]:
            said += f"{label('full_step', language)}: {label('beyond', language)}"
    if not said and task[f"missing_{language}"] is not None:
        return task[f"missing_{language}"]
    return said + how


def counts_until(told: Told, code: str, language: str) -> str:
    metrics = {part["metric"] for part in told.parts[code]}
    own, evidence = told.assessment, "accepted_evidence"
    facts = f"{label('facts', language)} {own['window_end']}"
    decisions = f"{label('decisions', language)} {own['decisions_until']}"
    return (facts if metrics - {evidence} else "") + (decisions if evidence in metrics else "")


def test_what_was_lacking_in_a_closed_assessment_is_told_whole(altered, tmp_path: Path):
    file = altered("update dim_assessment set state = 'closed'")
    write_site(file, tmp_path / "site")
    site = Site(tmp_path / "site", file)
    told = Told(site)
    for language in LANGUAGES:
        for row in told.departments:
            own = row["department_id"]
            leads = {
                task["indicator_code"]: task[f"missing_{language}"]
                for task in reversed(told.tasks)
                if (task["department_id"], task["role"]) == (own, "lead")
            }
            lost = sorted(
                (-score["lost"], code, score["score"])
                for (department, code), score in told.scores.items()
                if department == own and score["lost"]
            )
            assert site.page(f"departments/{own}.html", language).table("table-lacking") == [
                {
                    "lost": str(-less),
                    "indicator": told.named(code, language),
                    "lacking": one_line(leads.get(code) or label("explanation", language)),
                    "lead": told.sections(own, code, "lead"),
                    "score": str(score),
                }
                for less, code, score in lost
            ]
