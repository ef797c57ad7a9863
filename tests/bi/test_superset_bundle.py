"""The dashboard bundle, as far as it can be held without Superset: whole, and true to the file."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from tests.bi.conftest import SUPERSET, module

BUNDLE = SUPERSET / "bundle"
CHINESE, LATIN = re.compile(r"[一-鿿]"), re.compile(r"[A-Za-z]{2}")
KINDS = ("databases", "datasets", "charts", "dashboards")


def read(folder: str) -> dict[str, dict[str, Any]]:
    files = sorted((BUNDLE / folder).rglob("*.yaml"))
    return {file.stem: yaml.safe_load(file.read_text("utf-8")) for file in files}


ALL = {kind: read(kind) for kind in KINDS}
DATASETS, CHARTS = ALL["datasets"], ALL["charts"]
DASHBOARD = ALL["dashboards"]["scorecard"]
DATASET_OF = {dataset["uuid"]: dataset for dataset in DATASETS.values()}
POSITION = {key: item for key, item in DASHBOARD["position"].items() if isinstance(item, dict)}
PLACED = {key: item["meta"] for key, item in POSITION.items() if item["type"] == "CHART"}
FILTERS = DASHBOARD["metadata"]["native_filter_configuration"]
EXPECTED = module("expected")


def names(dataset: dict[str, Any]) -> tuple[set[str], set[str]]:
    return (
        {column["column_name"] for column in dataset["columns"]},
        {metric["metric_name"] for metric in dataset["metrics"]},
    )


def label(column: str | dict[str, Any]) -> str:
    return column if isinstance(column, str) else column["sqlExpression"]


def query_of(chart: dict[str, Any]) -> dict[str, Any]:
    (query,) = json.loads(chart["query_context"])["queries"]
    return query


@pytest.fixture
def reader(published: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the very settings that the bundle gives Superset."""
    (database,) = ALL["databases"].values()
    arguments = database["extra"]["engine_params"]["connect_args"]
    with duckdb.connect(str(published), **arguments) as connection:
        yield connection


def test_every_file_is_known_by_one_uuid_of_its_own():
    uuids = Counter(item["uuid"] for files in ALL.values() for item in files.values())
    assert set(uuids.values()) == {1}
    assert sum(uuids.values()) == sum(len(files) for files in ALL.values()) == len(
        list(BUNDLE.rglob("*.yaml"))
    ) - 1  # fmt: skip


def test_every_reference_leads_to_a_file_of_the_bundle():
    (database,) = ALL["databases"].values()
    assert {dataset["database_uuid"] for dataset in DATASETS.values()} == {database["uuid"]}
    assert {chart["dataset_uuid"] for chart in CHARTS.values()} == set(DATASET_OF)
    assert {f"CHART-{name}": chart["uuid"] for name, chart in CHARTS.items()} == {
        key: meta["uuid"] for key, meta in PLACED.items()
    }


def test_every_chart_stands_in_the_dashboard_once_under_its_title():
    children = Counter(child for item in POSITION.values() for child in item.get("children", []))
    assert set(children.values()) == {1}
    assert set(children) == set(POSITION) - {"ROOT_ID", "GRID_ID", "HEADER_ID"}
    assert len({meta["chartId"] for meta in PLACED.values()}) == len(CHARTS)
    for name, chart in CHARTS.items():
        assert PLACED[f"CHART-{name}"]["sliceName"] == chart["slice_name"]


def test_no_row_of_the_dashboard_is_wider_than_its_grid():
    for item in POSITION.values():
        if item["type"] == "ROW":
            assert sum(PLACED[child]["width"] for child in item["children"]) == 12


@pytest.mark.parametrize("name", CHARTS)
def test_what_a_chart_asks_for_is_in_its_dataset_and_in_its_form(name: str):
    chart = CHARTS[name]
    columns, metrics = names(DATASET_OF[chart["dataset_uuid"]])
    query, form = query_of(chart), chart["params"]
    asked = [label(column) for column in query["columns"]]
    assert set(asked) <= columns
    assert set(query.get("metrics", [])) <= metrics
    assert {column for column, _ in query["orderby"]} <= columns | metrics
    groups = form.get("groupby") or []
    shown = [form.get("x_axis"), *([groups] if isinstance(groups, str) else groups)]
    assert asked == [column for column in shown if column] + form.get("all_columns", [])
    assert query.get("metrics", []) == form.get("metrics", [form.get("metric")])
    assert [f["col"] for f in query["filters"]] == [f["subject"] for f in form["adhoc_filters"]]


@pytest.mark.parametrize("setting", FILTERS, ids=lambda setting: setting["name"])
def test_a_filter_reaches_just_the_charts_whose_dataset_has_its_column(setting: dict[str, Any]):
    [target] = setting["targets"]
    column = target["column"]["name"]
    assert column in names(DATASET_OF[target["datasetUuid"]])[0]
    having = {
        PLACED[f"CHART-{name}"]["chartId"]
        for name, chart in CHARTS.items()
        if column in names(DATASET_OF[chart["dataset_uuid"]])[0]
    }
    assert set(setting["chartsInScope"]) == having
    every = {meta["chartId"] for meta in PLACED.values()}
    assert set(setting["scope"]["excluded"]) == every - having


def test_one_assessment_is_chosen_before_anything_is_drawn_so_that_none_are_added_up():
    first, *others = FILTERS
    assert first["targets"][0]["column"]["name"] == "assessment"
    assert first["requiredFirst"]  # without it the filter shows a value that no chart is asked with
    assert first["controlValues"] == {
        **first["controlValues"],
        "defaultToFirstItem": True,
        "enableEmptyFilter": True,
        "multiSelect": False,
    }
    assert not any(setting["requiredFirst"] for setting in others)


def test_titles_are_in_chinese_and_then_in_english():
    titles = [chart["slice_name"] for chart in CHARTS.values()]
    titles += [item["meta"]["text"] for item in POSITION.values() if item["type"] == "TAB"]
    titles += [setting["name"] for setting in FILTERS] + [DASHBOARD["dashboard_title"]]
    for title in titles:
        chinese, latin = CHINESE.search(title), LATIN.search(title)
        assert chinese, title
        assert latin, title
        assert chinese.start() < latin.start(), title


@pytest.mark.parametrize("name", DATASETS)
def test_a_dataset_has_the_columns_that_its_sql_gives(name: str, reader: duckdb.DuckDBPyConnection):
    dataset = DATASETS[name]
    given = reader.sql(dataset["sql"])
    declared = {column["column_name"]: column["type"] for column in dataset["columns"]}
    assert set(given.columns) == set(declared)
    families = {"INTEGER": "BIGINT", "HUGEINT": "BIGINT"}
    for column, found in zip(given.columns, map(str, given.types), strict=True):
        plain = found.split("(")[0]
        assert families.get(plain, plain) == declared[column], column


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_has_the_cells_of_the_published_file(
    name: str, reader: duckdb.DuckDBPyConnection, same_file: Path
):
    rows = rows_of(CHARTS[name], reader)
    expected, ordered = EXPECTED.expected_rows(same_file, name, {})
    limit = query_of(CHARTS[name])["row_limit"]
    assert EXPECTED.compare(name, rows, expected, ordered, limit) >= len(rows)


def rows_of(chart: dict[str, Any], reader: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """What Superset asks for a chart, without Superset (and without a limit on series)."""
    dataset, query = DATASET_OF[chart["dataset_uuid"]], query_of(chart)
    expressions = {metric["metric_name"]: metric["expression"] for metric in dataset["metrics"]}
    columns = [label(column) for column in query["columns"]]
    metrics = [f"{expressions[name]} as {name}" for name in query.get("metrics", [])]
    sql = f"select {', '.join(columns + metrics)} from ({dataset['sql']}) as d where true"
    for condition in query["filters"]:
        assert condition["op"] == "=="
        sql += f" and {condition['col']} = '{condition['val']}'"
    if metrics and columns:
        sql += f" group by {', '.join(columns)}"
    orders = [f"{name} {'asc' if up else 'desc nulls last'}" for name, up in query["orderby"]]
    sql += f" order by {', '.join(orders)}" if orders else ""
    found = reader.sql(f"{sql} limit {query['row_limit']}")
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def test_departments_that_share_a_short_name_are_not_added_up(reader: duckdb.DuckDBPyConnection):
    shown = reader.sql(f"select department from ({DATASETS['ranking']['sql']}) as d").fetchall()
    assert Counter(row[0] for row in shown) == Counter(["教育局", "淮北市司法局", "濉溪县司法局"])


def test_the_change_in_the_ranking_is_since_the_newest_day_a_month_before(
    reader: duckdb.DuckDBPyConnection,
):
    changes = reader.sql(
        f"select department, total_change from ({DATASETS['ranking']['sql']}) as d"
    ).fetchall()
    totals = dict(
        reader.sql(
            "select department_id || as_of, sum(score) from fct_score_history group by all"
        ).fetchall()
    )
    assert dict(changes)["教育局"] == totals["edu2020-03-31"] - totals["edu2020-01-31"] != 0


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_text('{file}')",
        "attach '{file}' as other",
        "copy dim_section to '{file}'",
        "set enable_external_access = true",
        "set memory_limit = '2GB'",
        "create table more (id integer)",
        "delete from mart_scorecard",
    ],
)
def test_the_connection_neither_writes_nor_reads_other_files_nor_lets_itself_be_loosened(
    sql: str, reader: duckdb.DuckDBPyConnection, tmp_path: Path
):
    other = tmp_path / "other.txt"
    other.write_text("not for readers")
    with pytest.raises(duckdb.Error, match=r"disabled|locked|read-only"):
        reader.execute(sql.format(file=other))
    assert other.read_text() == "not for readers"


def test_every_chart_has_its_expectation_and_no_other_is_left_lying():
    assert {path.stem for path in EXPECTED.FOLDER.glob("*.sql")} == set(CHARTS)


def test_a_cell_that_differs_is_named():
    row = {"department": "教育局", "total": 88.5}
    assert EXPECTED.compare("ranking", [row], [dict(row)], True, 10) == 2
    with pytest.raises(EXPECTED.DifferenceError, match=r"ranking.*88\.5.*88\.51"):
        EXPECTED.compare("ranking", [row], [{**row, "total": 88.51}], True, 10)
    with pytest.raises(EXPECTED.DifferenceError, match="0 rows shown, 1 expected"):
        EXPECTED.compare("ranking", [], [row], True, 10)
