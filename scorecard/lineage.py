"""Column lineage: which columns of which tables a model's columns come from.

Read from the SQL by sqlglot, one step upstream. Untrimmed, since trimming copies every SELECT for
each of its columns: all 77 models took 4.4 s with it and 0.5 s without (2026-11, sqlglot 30.30).
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb
from sqlglot import exp
from sqlglot.lineage import Node, lineage

from scorecard.models import Model

Columns = dict[str, dict[str, str]]
"""Type by column, by qualified table."""
ColumnLineage = dict[str, list[tuple[str, str]]]
"""(qualified table, column) pairs, by column of the model."""


def table_columns(connection: duckdb.DuckDBPyConnection) -> Columns:
    """Every table and view of the warehouse with its columns, in their order."""
    columns: Columns = {}
    for schema, table, name, kind in connection.execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns() "
        "where not internal and database_name = current_database() "
        "order by schema_name, table_name, column_index"
    ).fetchall():
        columns.setdefault(f"{schema}.{table}", {})[name] = kind
    return columns


def trace(model: Model, columns: Columns) -> ColumnLineage:
    """The columns that each column of a model is made of, sorted."""
    schema: dict[str, dict[str, dict[str, str]]] = {}
    for read in model.reads:
        layer, _, table = read.partition(".")
        schema.setdefault(layer, {})[table] = columns[read]
    nodes = lineage(None, model.tree, schema, dialect="duckdb", trim_selects=False)
    return {name: sorted(set(_leaves(node))) for name, node in nodes.items()}


def _leaves(node: Node) -> Iterable[tuple[str, str]]:
    for step in node.walk():
        if isinstance(step.expression, exp.Table) and step.expression.db:
            column = step.name.rpartition(".")[2].strip('"')
            yield f"{step.expression.db}.{step.expression.name}", column
