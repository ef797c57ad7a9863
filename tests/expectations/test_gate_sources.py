"""A source whose rule raises on its rows: told by its own checks, and nobody else's night."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import duckdb
import pytest

from expectations.gate import all_checks, checks_digest, judge_night
from scorecard.contract import Contract
from scorecard.errors import ScorecardError
from scorecard.quality.frame import SourceFrames
from scorecard.quality.profile import naming_contract
from scorecard.quality.release import check_release, is_judged
from scorecard.settings import Settings
from scorecard.workspace import Workspace
from tests.city import ROOT, City

NOW = dt.datetime(2020, 4, 1, 2, tzinfo=dt.UTC)
SOUND = "holds: unified_social_credit_code is null or is_uscc(unified_social_credit_code)"
RAISING = "holds: cast(unified_social_credit_code as bigint) > 0"
QUERY = "query: select count(*) from staging.departments"
RAISING_QUERY = (
    "query: select count(cast(unified_social_credit_code as bigint)) from staging.departments"
)


@pytest.fixture
def city() -> City:
    city = City()
    code = {"unified_social_credit_code": "91350100M000100Y43"}
    city.give("departments", {"department_id": "tax", "active_from": "2010-01-01"} | code)
    city.give("sections", {})
    return city.score()


def workspace(folder: Path, old: str = "", new: str = "") -> Workspace:
    """The project with a contract of departments in which one text stands for another."""
    contracts = folder / "contracts"
    shutil.copytree(ROOT / "contracts", contracts, dirs_exist_ok=True)
    file = contracts / "departments.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    return Workspace.load(Settings(home=folder / "home", contracts=contracts))


def judged(city: City, declared: Workspace) -> dict[str, str]:
    """What the checks of the departments observed, of those that fail."""
    verdicts = judge_night(declared, city.connection, all_checks(declared), NOW)
    assert any(v.passed for v in verdicts if v.dataset == "sections")
    failing = [v for v in verdicts if v.dataset == "departments" and not v.passed]
    return {v.check_name: v.observed for v in failing}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (SOUND, RAISING, "credit_code_is_valid (ConversionException)"),
        (QUERY, RAISING_QUERY, "a rule raises ConversionException on rows of departments"),
    ],
    ids=["of a row", "of the dataset"],
)
def test_a_rule_that_raises_fails_the_checks_of_its_dataset_and_holds_nothing_back(
    city: City, tmp_path: Path, old: str, new: str, told: str
):
    declared = workspace(tmp_path, old, new)
    found = judged(city, declared)
    checks = [check.name for check in all_checks(declared) if check.subject == "departments"]
    assert list(found) == checks
    for observed in found.values():
        assert observed.startswith("无法判定 / could not be judged: ")
        assert told in observed
        assert "91350100" not in observed
    check_release(city.connection, checks_digest(all_checks(declared)))


def test_a_corrected_rule_is_judged_though_nothing_else_is_new(city: City, tmp_path: Path):
    raising = workspace(tmp_path / "raising", SOUND, RAISING)
    assert "rows_delivered" in judged(city, raising)
    assert is_judged(city.connection, checks_digest(all_checks(raising)))
    mended = workspace(tmp_path / "mended")
    assert not is_judged(city.connection, checks_digest(all_checks(mended)))
    assert "rows_delivered" not in judged(city, mended)


def test_a_rule_that_raises_on_replaced_rows_only_is_judged_by_the_newest(
    city: City, tmp_path: Path
):
    declared = workspace(tmp_path, SOUND, RAISING)
    city.give("departments", {"department_id": "tax", "unified_social_credit_code": "-1"})
    assert judged(city, declared)["credit_code_is_valid"] == "1"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (duckdb.IOException, "could not be counted: IOException"),
        (duckdb.OutOfMemoryException, "raise SCORECARD_MEMORY_LIMIT"),
    ],
)
def test_what_is_no_fault_of_a_rule_ends_the_night(
    city: City,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: type[duckdb.Error],
    told: str,
):
    def fail(frames: SourceFrames, contract: Contract) -> None:
        with naming_contract(contract):
            raise error("no space left")

    monkeypatch.setattr(SourceFrames, "of", fail)
    with pytest.raises(ScorecardError, match=told):
        judged(city, workspace(tmp_path))
