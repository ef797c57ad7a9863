"""A small city's published file, and the launcher's modules, which are no package."""

import datetime as dt
import importlib.util
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

from scorecard.contract import load_published
from scorecard.publication import publish
from tests.city import ROOT, City

SUPERSET = ROOT / "bi" / "superset"
NOW = dt.datetime(2020, 4, 1, 2, tzinfo=dt.UTC)


def module(name: str) -> ModuleType:
    """A file of `bi/superset`, under a name that shadows nothing."""
    spec = importlib.util.spec_from_file_location(f"bi_{name}", SUPERSET / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three departments, two of them with one short name, and two days of history."""
    city = City(departments=())
    city.give(
        "departments",
        {"department_id": "edu", "name": "淮北市教育局", "short_name": "教育局"},
        {"department_id": "law-city", "name": "淮北市司法局", "short_name": "司法局"},
        {"department_id": "law-county", "name": "濉溪县司法局", "short_name": "司法局"},
    )
    city.give("sections", {"section_id": "office", "name": "办公室"})
    city.give(
        "responsibilities",
        {"section_id": "office", "role": "lead"},
        {"section_id": "office", "indicator_code": "003", "role": "support"},
    )
    city.give(
        "applicability",
        {"department_id": "law-city", "indicator_code": "008", "applicable": False,
         "decided_by": "办公室", "decided_on": "2019-01-05"},
    )  # fmt: skip
    accepted = {"document_date": "2019-05-05", "submitted_at": "2019-06-01 08:00:00"}
    city.give(
        "evidence",
        {**accepted, "decided_on": "2019-06-20"},
        {**accepted, "decided_on": "2020-03-20", "indicator_code": "003", "part": "training"},
    )
    city.score("2020-01-31")
    city.connection.execute("insert into ops.score_history from marts.fct_score_history")
    city.score("2020-03-31")
    folder = tmp_path_factory.mktemp("bi")
    publish(city.connection, load_published(ROOT / "contracts" / "published"), folder, NOW)
    return folder / "current" / "scorecard.duckdb"


@pytest.fixture(scope="session")
def same_file(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same version elsewhere: one process opens one file under one set of settings only."""
    return shutil.copy(published, tmp_path_factory.mktemp("same") / "scorecard.duckdb")
