"""The site of a small city that has had a night and an earlier month, written once a session."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Page

from scorecard.report.site import write_site
from tests.e2e.home import Home
from tests.report.browsing import new_tab
from tests.report.pages import Site
from tests.shared import made_once

EARLIER = "2019-12-31"


HISTORY = f"""
insert into fct_score_history by name
select * replace (
    date '{EARLIER}' as as_of,
    case when hash(department_id || indicator_code) % 5 = 0 then 0 else score end as score
)
from fct_score_history
"""
"""An earlier day on which every fifth score was nought: cheaper than to score that day too."""


@pytest.fixture(scope="session")
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The site of eight departments, with an earlier day in the published file's history."""

    def make(folder: Path) -> None:
        scored: Home = request.getfixturevalue("scored")
        file = folder / scored.published.resolve().parent.name / "scorecard.duckdb"
        file.parent.mkdir(parents=True)
        shutil.copyfile(scored.published, file)
        with duckdb.connect(file) as connection:
            connection.execute(HISTORY)
        write_site(file, folder / "site")

    folder = made_once(tmp_path_factory, "site", make)
    [file] = folder.glob("*/scorecard.duckdb")
    return Site(folder / "site", file)


@pytest.fixture(scope="session")
def published(site: Site) -> Path:
    """The published file that the site tells of."""
    return site.published


@pytest.fixture(scope="module")
def tab() -> Iterator[Page]:
    """A tab of a browser; of one module alone, as a running Playwright lets nothing else wait."""
    with new_tab() as page:
        yield page


@pytest.fixture
def altered(published: Path, tmp_path: Path):
    """Makes a copy of the published file that statements have changed."""

    def alter(*statements: str) -> Path:
        copy = tmp_path / published.parent.name / "altered.duckdb"  # of the same version
        copy.parent.mkdir(exist_ok=True)
        shutil.copyfile(published, copy)
        with duckdb.connect(copy) as connection:
            for statement in statements:
                connection.execute(statement)
        return copy

    return alter
