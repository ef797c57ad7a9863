"""A sound city, scored once, for tests of what its published scores are held against."""

from __future__ import annotations

from functools import cache

import pandas as pd

from expectations.check import Check
from expectations.judge import judge
from expectations.score_frames import score_examples, score_frames
from expectations.scores import judged_tables, score_checks
from scorecard.contract import load_published
from scorecard.night import keep_history
from scorecard.quality.verdict import Verdict
from tests.city import ROOT, City

DEPARTMENTS = ("edu", "fin", "law", "sci", "tax", "urban", "water")
TABLES = judged_tables(load_published(ROOT / "contracts" / "published"))
CHECKS = {f"{check.subject}.{check.name}": check for check in score_checks(TABLES)}
TINY = ROOT / "tests" / "rulebooks" / "tiny-2020.yaml"


@cache
def sound_city() -> City:
    """Departments of every status, with a tie, and a day of history; change it in a transaction."""
    city = City(departments=DEPARTMENTS)
    accepted = {"decided_on": "2019-07-01", "document_date": "2019-06-01"}
    for department, parts in {
        "edu": ("meetings", "meetings", "liaison"), "fin": ("meetings",), "law": ("meetings",),
    }.items():  # fmt: skip
        for number, part in enumerate(parts):
            shown = {"evidence_id": f"{department}-{number}", "part": part}
            city.give("evidence", accepted | shown | {"department_id": department})
    for adjustment_id, code, score, decided_on, year in [
        ("a", "002", "1", "2020-01-09", 2019), ("k", "002", "0.5", "2020-01-10", 2019),
        ("z", "002", "1.255", "2020-01-10", 2019), ("m", "002", "0.7", "2020-01-10", 2019),
        ("n", "002", "2", "2020-01-11", 2018),
        ("o", "003", "9", "2020-04-01", 2019), ("p", "033", "9", "2020-01-10", 2019),
        ("q", "034", "-1", "2020-01-10", 2019), ("b", "033", "1", "2020-01-10", 2019),
        ("c", "034", "1", "2020-01-10", 2019),
    ]:  # fmt: skip
        city.give("adjustments", {
            "adjustment_id": adjustment_id, "indicator_code": code, "score": score,
            "decided_on": decided_on, "year": year,
        })  # fmt: skip
    exempt = {"department_id": "sci", "indicator_code": "008", "applicable": False}
    city.give("applicability", exempt | {"decided_on": "2020-01-10"})
    city.score("2020-03-30")
    keep_history(city.connection)
    return city.score()


def frame_of(city: City, table: str) -> pd.DataFrame:
    """The frame of one published table as it stands."""
    return score_frames(city.connection, {table: TABLES[table]}, list(CHECKS.values()))[table]


def verdict(city: City, name: str) -> Verdict:
    """What is said of one check now."""
    check = CHECKS[name]
    frame = frame_of(city, check.subject)
    assert frame[check.measure].dtype.kind == "i", "a null count would be passed over by a sum"

    def examples(failed: Check) -> list[str]:
        return score_examples(failed, TABLES[failed.subject], frame)

    return judge({check.subject: frame}, [check], examples).verdicts[0]


def failures(city: City) -> dict[str, str]:
    """Every check that fails, with what it observed."""
    checks = list(CHECKS.values())
    frames = score_frames(city.connection, TABLES, checks)
    verdicts = judge(frames, checks, lambda check: []).verdicts
    assert len(verdicts) == len(CHECKS)
    return {f"{v.dataset}.{v.check_name}": v.observed for v in verdicts if not v.passed}
