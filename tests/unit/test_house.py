"""The house keeps its order: arrows go one way, and a name is the same everywhere."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from scorecard.contract import load_contracts
from scorecard.errors import ConfigurationError
from scorecard.models import LAYERS, load_models, metrics_of
from scorecard.settings import PROJECT

ORDER = ["pipelines", "assets", "expectations", "scorecard"]


def imported(file: Path) -> set[str]:
    """The top-level packages that a module imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("package", ORDER)
def test_a_package_imports_only_those_to_its_right(package: str):
    forbidden = set(ORDER[: ORDER.index(package)]) | {"tests", "benchmarks"}
    for file in (PROJECT / package).rglob("*.py"):
        assert not imported(file) & forbidden, file


def test_the_library_does_not_know_dagster():
    files = list((PROJECT / "scorecard").rglob("*.py"))
    assert files
    for file in files:
        assert not [name for name in imported(file) if name.startswith("dagster")], file


def test_a_model_may_not_read_against_the_arrows(tmp_path: Path):
    folder = tmp_path / "metrics"
    folder.mkdir()
    (folder / "wrong.sql").write_text("-- parameters: none\nselect * from scores.part_score\n")
    with pytest.raises(ConfigurationError, match=r"wrong\.sql: a model of metrics reads scores"):
        load_models(tmp_path)


def test_two_models_that_need_each_other_are_refused(tmp_path: Path):
    (tmp_path / "marts").mkdir()
    (tmp_path / "marts" / "a.sql").write_text("select * from marts.b")
    (tmp_path / "marts" / "b.sql").write_text("select * from marts.a")
    with pytest.raises(ConfigurationError, match="need each other"):
        load_models(tmp_path)


@pytest.mark.parametrize("text", ["select 1; select 2", "create table x (a int)"])
def test_a_model_is_exactly_one_select(tmp_path: Path, text: str):
    (tmp_path / "staging").mkdir()
    (tmp_path / "staging" / "a.sql").write_text(text)
    with pytest.raises(ConfigurationError, match="exactly one SELECT"):
        load_models(tmp_path)


def test_a_table_without_its_schema_is_refused(tmp_path: Path):
    (tmp_path / "staging").mkdir()
    (tmp_path / "staging" / "a.sql").write_text("select * from departments")
    with pytest.raises(ConfigurationError, match="'departments' is read without its schema"):
        load_models(tmp_path)


def test_every_model_says_its_grain_first():
    models = load_models(PROJECT / "sql")
    assert {model.layer for model in models.values()} == set(LAYERS)
    for model in models.values():
        assert model.sql.startswith("-- grain: "), model.path


def test_models_run_a_layer_at_a_time_and_after_what_they_read():
    models = load_models(PROJECT / "sql")
    layers = [LAYERS.index(model.layer) for model in models.values()]
    assert layers == sorted(layers)
    seen: set[str] = set()
    for name, model in models.items():
        assert not [read for read in model.reads if read in models and read not in seen], name
        seen.add(name)


def test_every_metric_names_itself():
    for name, metric in metrics_of(load_models(PROJECT / "sql")).items():
        assert f"'{name}'" in metric.path.read_text(encoding="utf-8"), metric.path


def test_no_model_has_the_name_of_a_dataset():
    contracts = load_contracts(PROJECT / "contracts")
    for model in load_models(PROJECT / "sql").values():
        assert not (model.layer == "staging" and model.name in contracts), model.path


def test_files_stay_small():
    files = [
        file
        for folder in (*ORDER, "sql", "benchmarks")
        for ending in ("py", "sql")
        for file in (PROJECT / folder).rglob(f"*.{ending}")
    ]
    assert len(files) > 100
    long = {
        str(file): n for file in files if (n := len(file.read_text("utf-8").splitlines())) > 400
    }
    assert not long
