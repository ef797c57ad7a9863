"""Scoring: the rulebooks' tables, then the SQL models in their order.

Everything here works on one open warehouse and whole tables. When to score, and what happens with
the result, is decided by `scorecard.night` and `scorecard.publication`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence

import duckdb

from scorecard.assessment import write_rules
from scorecard.contract import Contract
from scorecard.errors import ScorecardError
from scorecard.freshness import write_arrivals, write_schedule
from scorecard.models import Model, sources_of
from scorecard.quality.profile import update_profiles
from scorecard.rollups import forget_taken_in, roll_up
from scorecard.rulebook import Rulebook
from scorecard.shortage import raise_shortage
from scorecard.transaction import transaction


class ModelError(ScorecardError):
    """A model that the database refused to run."""


def prepare_rules(
    connection: duckdb.DuckDBPyConnection,
    contracts: Mapping[str, Contract],
    models: Mapping[str, Model],
    rulebooks: Sequence[Rulebook],
    as_of: dt.date,
) -> None:
    """Makes every table that models read beside the landed rows: `rules.*` and timeliness facts.

    The profiles are brought up to date for that, which is where the gate finds them too.
    """
    update_profiles(connection, contracts)
    write_rules(connection, rulebooks, as_of)
    write_schedule(connection, contracts.values())
    write_arrivals(connection, contracts.values())
    write_metric_datasets(connection, contracts, models)


def write_metric_datasets(
    connection: duckdb.DuckDBPyConnection,
    contracts: Mapping[str, Contract],
    models: Mapping[str, Model],
) -> None:
    """Makes `rules.metric_dataset`: which datasets, reference ones aside, feed each metric."""
    connection.execute(
        "create or replace table rules.metric_dataset (metric varchar, dataset varchar)"
    )
    connection.executemany(
        "insert into rules.metric_dataset values (?, ?)",
        [
            (model.name, dataset)
            for model in models.values()
            if model.layer == "metrics"
            for dataset in sources_of(model.table, models, contracts)
            if not contracts[dataset].is_reference
        ],
    )


def run_models(
    connection: duckdb.DuckDBPyConnection,
    models: Mapping[str, Model],
    selected: Collection[str] | None = None,
    progress: Callable[[str], None] | None = None,
) -> None:
    """Builds the models' tables, all or the selected ones, in one transaction.

    Of a rollup that declares its days only the touched ones are built, where that gives the same.

    Raises:
        ModelError: If the database refuses one; then no table has changed.
    """
    layer = None
    with transaction(connection):
        for name, model in models.items():
            if selected is None or name in selected:
                if progress and model.layer != layer:
                    progress(f"building {model.layer}")
                layer = model.layer
                _build(connection, model)
        forget_taken_in(connection, models)


def _build(connection: duckdb.DuckDBPyConnection, model: Model) -> None:
    try:
        if model.days:
            roll_up(connection, model, model.days)
        else:
            connection.execute(f"create or replace table {model.table} as {model.sql}")
    except duckdb.Error as error:
        raise_shortage(error, model.table)
        # The message may quote a value, and values may be personal: only its kind is repeated.
        kind = type(error).__name__
        detail = str(error).splitlines()[0] if isinstance(error, _STRUCTURAL) else "on the data"
        raise ModelError(
            f"{model.table} failed: {kind}: {detail}", str(model.path), "correct the model"
        ) from None


_STRUCTURAL = (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException)
"""Errors that speak of names in the SQL and never of rows."""
