"""The SQL models: what stands in `sql/`, in which order it runs, and what a metric asks for.

A model is one SELECT in `sql/<layer>/<name>.sql` and becomes the table `<layer>.<name>`. What it
reads is found by parsing it, never declared twice. Add a model by adding a file. Running them is
the business of `scorecard.scoring`, column lineage that of `scorecard.lineage`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from scorecard.errors import ConfigurationError

LAYERS = ("staging", "rollups", "metrics", "scores", "marts")
READS = {
    "staging": {"staging", "rules"},
    "rollups": {"rollups", "staging", "rules"},
    "metrics": {"rollups", "staging", "rules"},
    "scores": {"scores", "metrics", "staging", "rules", "ops"},
    "marts": {"marts", "scores", "rollups", "staging", "rules", "ops"},
}
"""Which schemas a layer may read: arrows go one way, and raw only through `staging.<dataset>`."""

_HEAD_FIELD = re.compile(r"^--\s*(grain|parameters|levels|always|days):\s*(.*?)\s*$", re.MULTILINE)


_NAME = re.compile(r"[a-z_*, ]{1,30}|Inputs?")
_DAYS = re.compile(r"(\w+) of (\w+)")


@dataclass(frozen=True, slots=True)
class Metric:
    """What a part of a rulebook must give a metric, from the head of its SQL file."""

    name: str
    parameters: tuple[str, ...]
    levels: tuple[str, ...]
    always: bool
    path: Path


@dataclass(frozen=True, slots=True)
class Days:
    """By which days a rollup can be made again, from the head of its SQL file.

    Rows of `dataset` whose `period` falls on a day make the rows whose `column` is that day, and no
    others. That no row counts on two days is up to the SQL; the tests hold it.
    """

    column: str
    dataset: str
    period: str


@dataclass(frozen=True)
class Model:
    """One SELECT of `sql/`, parsed."""

    layer: str
    name: str
    path: Path
    sql: str

    @property
    def table(self) -> str:
        """The qualified name of what it makes."""
        return f"{self.layer}.{self.name}"

    @cached_property
    def tree(self) -> exp.Query:
        """The parsed SELECT.

        Raises:
            ConfigurationError: If the file is not exactly one SELECT.
        """
        try:
            trees = sqlglot.parse(self.sql, dialect="duckdb")
        except SqlglotError as error:
            line = re.search(r"Line (\d+)", str(error))
            where = f"{self.path}:{line[1]}" if line else str(self.path)
            raise ConfigurationError(
                "not readable as SQL", where, "correct the statement"
            ) from error
        if len(trees) != 1 or not isinstance(trees[0], exp.Query):
            raise ConfigurationError(
                "a model holds exactly one SELECT", str(self.path), "one file for each SELECT"
            )
        return trees[0]

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """The qualified tables that it reads, sorted.

        Raises:
            ConfigurationError: If a table that is not one of its own CTEs has no schema.
        """
        own = {cte.alias_or_name for cte in self.tree.find_all(exp.CTE)}
        found = set()
        for table in self.tree.find_all(exp.Table):
            if not isinstance(table.this, exp.Identifier):
                continue  # a table function, such as unnest()
            if table.db:
                found.add(f"{table.db}.{table.name}")
            elif table.name not in own:
                raise ConfigurationError(
                    f"'{table.name}' is read without its schema",
                    str(self.path),
                    "write <layer>.<name>; known are the layers " + ", ".join(LAYERS),
                )
        return tuple(sorted(found))

    @cached_property
    def days(self) -> Days | None:
        """The days that the head declares, None where it declares none.

        Raises:
            ConfigurationError: If the SELECT does not keep what it declares.
        """
        declared = self.fields.get("days")
        return None if declared is None else _days(self, declared)

    @property
    def head(self) -> str:
        """The comment that opens the file, without its dashes."""
        lines = []
        for line in self.sql.splitlines():
            if not line.startswith("--"):
                break
            lines.append(line.removeprefix("--").strip())
        return "\n".join(lines)

    @property
    def description(self) -> str:
        """The head as Markdown: what it names stands on a line of its own, the rest flows."""
        paragraphs: list[str] = []
        for line in self.head.splitlines():
            name, colon, rest = line.partition(":")
            if colon and _NAME.fullmatch(name):
                paragraphs.append(f"**{name}**: {rest.strip()}")
            elif paragraphs and not paragraphs[-1].endswith("."):
                paragraphs[-1] += f" {line}"
            else:
                paragraphs.append(line)
        return "\n\n".join(paragraphs)

    @property
    def fields(self) -> dict[str, str]:
        """The `name: value` lines of the head."""
        return dict(_HEAD_FIELD.findall(self.sql))


def load_models(folder: Path, made: Iterable[Model] = ()) -> dict[str, Model]:
    """Reads every model of `sql/`, by qualified name, in an order in which they can run.

    Args:
        folder: The folder of the layers.
        made: Models whose SQL comes from elsewhere.

    Raises:
        ConfigurationError: If two models need each other, or one reads a layer that it may not.
    """
    models = {
        model.table: model
        for layer in LAYERS
        for path in sorted((folder / layer).glob("*.sql"))
        for model in [Model(layer, path.stem, path, path.read_text(encoding="utf-8"))]
    } | {model.table: model for model in made}
    for model in models.values():
        _check_arrows(model)
        _ = model.days  # refused here and not in the night
    graph = {
        name: [read for read in model.reads if read in models] for name, model in models.items()
    }
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise ConfigurationError(
            "models that need each other: " + " -> ".join(error.args[1]),
            str(folder),
            "let one of them read something further upstream",
        ) from error
    # Arrows between layers go one way, so a layer at a time is an order too, and reads well.
    return {
        name: models[name]
        for name in sorted(order, key=lambda name: LAYERS.index(models[name].layer))
    }


def _check_arrows(model: Model) -> None:
    allowed = READS[model.layer]
    for read in model.reads:
        if read.split(".")[0] not in allowed:
            raise ConfigurationError(
                f"a model of {model.layer} reads {read}",
                str(model.path),
                f"{model.layer} may read {', '.join(sorted(allowed))}",
            )


def _days(model: Model, declared: str) -> Days:
    where = str(model.path)
    named = _DAYS.fullmatch(declared)
    if named is None:
        raise ConfigurationError(
            f"'-- days: {declared}' is not understood",
            where,
            "write '-- days: <column> of <dataset>'",
        )
    column, dataset = named.groups()
    if model.reads != (f"staging.{dataset}",):
        raise ConfigurationError(
            f"a model by days of {dataset} reads {', '.join(model.reads)}",
            where,
            f"let it read staging.{dataset} and nothing else, or take out '-- days:'",
        )
    if column not in model.tree.named_selects:
        raise ConfigurationError(
            f"{column} is no column of the SELECT",
            where,
            "known are: " + ", ".join(model.tree.named_selects),
        )
    given = [alias.this for alias in model.tree.find_all(exp.Alias) if alias.alias == column]
    periods = sorted({cast.this.name for cast in given if _is_day(cast)})
    if len(periods) != 1 or not all(map(_is_day, given)):
        raise ConfigurationError(
            f"{column} is not the day of one column",
            where,
            f"write cast(<the period column of {dataset}> as date) as {column}",
        )
    return Days(column, dataset, periods[0])


def _is_day(expression: exp.Expression) -> bool:
    return (
        type(expression) is exp.Cast
        and isinstance(expression.this, exp.Column)
        and expression.to.is_type("date")
    )


def metrics_of(models: Mapping[str, Model]) -> dict[str, Metric]:
    """The metrics among the models, by name, with what their heads ask of a rulebook.

    Raises:
        ConfigurationError: If a metric's head does not say its parameters.
    """
    return {model.name: _metric(model) for model in models.values() if model.layer == "metrics"}


def _metric(model: Model) -> Metric:
    fields = model.fields
    if "parameters" not in fields:
        raise ConfigurationError(
            "the head of a metric must say its parameters",
            str(model.path),
            "write '-- parameters: none' or their names",
        )
    return Metric(
        model.name,
        _names(fields["parameters"]),
        _names(fields.get("levels", "none") if "levels" in fields else ""),
        fields.get("always", "no") == "yes",
        model.path,
    )


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    return () if names == ("none",) else names


def sources_of(table: str, models: Mapping[str, Model], datasets: Iterable[str]) -> tuple[str, ...]:
    """The datasets that feed a model, through however many models between, sorted."""
    known, seen, found, todo = set(datasets), set(), set(), [table]
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in models:
            todo.extend(models[name].reads)
        elif name.removeprefix("staging.") in known and name.startswith("staging."):
            found.add(name.removeprefix("staging."))
    return tuple(sorted(found))
