"""After a night there are pages to look at and sheets to sign; commands make them again."""

import base64
import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest

from assets.publication import PUBLISHED_KEY
from assets.reports import SHEETS_KEY, SITE_KEY
from pipelines.nightly import run_nightly
from scorecard.errors import ScorecardError
from scorecard.reports import Reports
from scorecard.settings import Settings
from tests.e2e.home import AS_OF, EARLIER, Home
from tests.servers import chinese_font

INDEX = Path("reports", "site", "index.html")
SHEETS = Path("reports", "sheets")


@pytest.fixture(scope="module")
def city(city: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """After a night that wrote pages and sheets; copy it before changing it."""
    chinese_font()
    home = replace(city.copy(tmp_path_factory.mktemp("reports") / "home"), reports="all")
    home.run("nightly", "--as-of", AS_OF)
    return home


@pytest.fixture(scope="module")
def twice(city: Home, twice: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Two versions, with pages and sheets of the newer where those of the older were."""
    home = replace(twice.copy(tmp_path_factory.mktemp("twice") / "home"), reports="all")
    for shown in (INDEX.parent, SHEETS):
        shutil.copytree(city.folder / shown, home.folder / shown)
    home.run("nightly", "--as-of", EARLIER)
    return home


def older(home: Home) -> str:
    """The name of the version that was published first."""
    return min(path.name for path in (home.folder / "published" / "versions").iterdir())


def stamps(home: Home) -> dict[str, int]:
    """When each file of the pages and the sheets was written."""
    files = [f for f in (home.folder / "reports").rglob("*") if f.suffix in (".html", ".xlsx")]
    return {
        str(file): file.stat().st_mtime_ns for file in files if "quality" not in file.parent.name
    }


def materializations(home: Home, key: dg.AssetKey) -> dg.AssetMaterialization | None:
    with dg.DagsterInstance.from_config(str(home.folder / "dagster")) as instance:
        event = instance.get_latest_materialization_event(key)
    return event.asset_materialization if event else None


def test_a_night_leaves_pages_and_a_sheet_of_each_department(city: Home):
    departments = [name for (name,) in city.read("select department_id from dim_department")]
    assert (city.folder / INDEX).stat().st_size > 0
    for name in ["city", *departments]:
        for ending in ("xlsx", "pdf"):
            assert (city.folder / SHEETS / f"{name}.{ending}").stat().st_size > 0


def test_a_night_says_where_the_pages_and_the_sheets_are(city: Home, tmp_path: Path):
    home = city.copy(tmp_path / "home")
    told = home.run("nightly", "--as-of", AS_OF).stdout
    assert f"pages: {home.folder / INDEX}" in told
    assert f"sheets: {home.folder / SHEETS}" in told


def test_a_night_with_nothing_new_leaves_them_as_they_are(city: Home, tmp_path: Path):
    home = city.copy(tmp_path / "home")
    before = stamps(home)
    home.run("nightly", "--as-of", AS_OF)
    assert stamps(home) == before


@pytest.mark.parametrize(("asked", "written"), [("site", {"site"}), ("none", set())])
def test_a_night_writes_only_what_the_setting_asks_for(
    city: Home, tmp_path: Path, asked: str, written: set[str]
):
    home = replace(city.copy(tmp_path / "home"), reports=asked)
    for folder in ("site", "sheets"):
        shutil.rmtree(home.folder / "reports" / folder)
    home.run("nightly", "--as-of", AS_OF)
    folders = {path.name for path in (home.folder / "reports").iterdir() if path.is_dir()}
    assert folders - {"quality"} == written


def test_the_published_asset_shows_the_ranking_and_a_heat_map(city: Home):
    shown = materializations(city, PUBLISHED_KEY).metadata
    [(name,)] = city.read("select department from mart_scorecard order by rank limit 1")
    assert name in shown["ranking"].value
    picture = shown["heat_map"].value.split("base64,")[1].removesuffix(")")
    assert base64.b64decode(picture).startswith(b"\x89PNG")


def test_the_reports_are_assets_that_say_where_they_are(city: Home):
    assert materializations(city, SITE_KEY).metadata["index"].value.endswith(str(INDEX))
    assert materializations(city, SHEETS_KEY).metadata["files"].value == 2 * (8 + 1)


def test_an_older_version_is_shown_by_its_name_and_after_the_next_night_the_newest_again(
    twice: Home, tmp_path: Path
):
    home = twice.copy(tmp_path / "home")
    assert EARLIER in (home.folder / INDEX).read_text(encoding="utf-8")
    home.run("report", "--version", older(home))
    shown = (home.folder / INDEX).read_text(encoding="utf-8")
    assert AS_OF in shown
    assert EARLIER not in shown
    home.run("nightly", "--as-of", EARLIER)
    assert EARLIER in (home.folder / INDEX).read_text(encoding="utf-8")


def test_a_version_that_is_not_kept_is_told_with_those_that_are(city: Home):
    kept = city.published.resolve().parent.name
    done = city.run("report", "--version", "20200101T000000Z-000000", status=2)
    assert kept in done.stderr
    assert done.stderr.count("\n") == 1


def test_sheets_of_some_departments_are_made_again_and_the_others_stay(city: Home, tmp_path: Path):
    home = city.copy(tmp_path / "home")
    before = stamps(home)
    home.run("sheets", "edu")
    changed = {Path(name).name for name, at in stamps(home).items() if before[name] != at}
    assert stamps(home).keys() == before.keys()
    assert {"city.xlsx", "edu.xlsx"} <= changed


def test_sheets_of_some_departments_of_another_version_stand_alone_until_the_next_night(
    twice: Home, tmp_path: Path
):
    home = twice.copy(tmp_path / "home")
    every = {file.name for file in (home.folder / SHEETS).glob("*.xlsx")}
    assert len(every) == 8 + 1
    home.run("sheets", "edu", "--version", older(home))
    assert {f.name for f in (home.folder / SHEETS).glob("*.xlsx")} == {"city.xlsx", "edu.xlsx"}
    home.run("nightly", "--as-of", EARLIER)
    assert {file.name for file in (home.folder / SHEETS).glob("*.xlsx")} == every


def test_a_department_that_nobody_knows_is_told_with_those_that_are_known(city: Home):
    done = city.run("sheets", "eduu", status=2)
    assert "edu" in done.stderr
    assert done.stderr.count("\n") == 1


def test_without_a_published_version_there_is_nothing_to_report(tmp_path: Path):
    done = Home(tmp_path).run("report", status=1)
    assert "scorecard nightly" in done.stderr


@pytest.mark.parametrize("error", [ScorecardError("no font", "sheets", "install one"), KeyError()])
def test_scores_are_out_even_where_no_sheet_can_be_written_and_the_next_night_makes_up_for_it(
    city: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys, error: Exception
):
    home = city.copy(tmp_path / "home")
    settings, day, before = Settings(home=home.folder), dt.date(2020, 2, 29), stamps(home)

    def fail(reports: Reports, **options: object) -> None:
        raise error

    with monkeypatch.context() as during:
        during.setattr(Reports, "write_sheets", fail)
        if isinstance(error, ScorecardError):
            run_nightly(settings, day, None)
            assert "no font" in capsys.readouterr().out
        else:
            with pytest.raises(ScorecardError, match=r"scores are published.*scorecard report"):
                run_nightly(settings, day, None)
    assert home.read("select as_of from dim_assessment") == [(day,)]
    assert "2020-02-29" in (home.folder / INDEX).read_text(encoding="utf-8")
    assert {name for name, at in stamps(home).items() if before.get(name) != at}.isdisjoint(
        str(file) for file in (home.folder / SHEETS).iterdir()
    )
    run_nightly(settings, day, None)
    sheet = str(home.folder / SHEETS / "edu.xlsx")
    assert stamps(home)[sheet] != before[sheet]
