"""`scorecard check`: everything that is declared is held against its rules, and nothing is run.

The SQL is tried on an empty warehouse in memory, so a name or type that does not fit is found here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import duckdb

from scorecard.alerts import check_addresses
from scorecard.errors import ConfigurationError
from scorecard.quality.frame import SourceFrames
from scorecard.scoring import ModelError, prepare_rules, run_models
from scorecard.settings import Settings
from scorecard.warehouse import prepare
from scorecard.workspace import Workspace


def check_workspace(settings: Settings) -> Iterator[str]:
    """A line for each kind of declaration that is sound.

    Raises:
        ConfigurationError: For the first that is not, with file, line and mend.
    """
    workspace = Workspace.load(settings, validate=True)
    yield f"contracts: {len(workspace.contracts)} datasets"
    yield f"published: {len(workspace.published)} tables"
    yield "rulebooks: " + ", ".join(
        f"{r.assessment_id} ({len(list(r.placed()))} indicators)" for r in workspace.rulebooks
    )
    _try_models(workspace)
    rules = sum(len(contract.rules) for contract in workspace.contracts.values())
    yield f"models: {len(workspace.models)}, rules of contracts: {rules}, run on an empty warehouse"
    yield check_addresses(settings)
    yield f"home: {settings.home}"


def _try_models(workspace: Workspace) -> None:
    with duckdb.connect() as connection:
        prepare(connection, workspace.contracts.values(), workspace.settings.sql / "macros")
        last_day = dt.date(max(r.year for r in workspace.rulebooks), 12, 31)
        prepare_rules(
            connection, workspace.contracts, workspace.models, workspace.rulebooks, last_day
        )
        try:
            run_models(connection, workspace.models)
        except ModelError as error:
            raise ConfigurationError(error.what, error.where, error.mend) from error
        frames = SourceFrames(connection, workspace.contracts.values())
        for contract in workspace.contracts.values():
            frames.of(contract)  # asks all that the contract's rules ask
