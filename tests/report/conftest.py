"""The site of a small city that has had a night and an earlier month, written once a session."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from scorecard.report.site import write_site
from tests.e2e.home import Home
from tests.report.pages import Site

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
def published(city: Home, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published file of eight departments, with an earlier day in its history."""
    version = city.published.resolve().parent.name
    file = tmp_path_factory.mktemp("report") / version / "scorecard.duckdb"
    file.parent.mkdir()
    shutil.copyfile(city.published, file)
    with duckdb.connect(file) as connection:
        connection.execute(HISTORY)
    return file


@pytest.fixture(scope="session")
def site(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Its site."""
    folder = tmp_path_factory.mktemp("site") / "site"
    write_site(published, folder)
    return Site(folder, published)


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
