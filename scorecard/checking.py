"""`scorecard check`: everything that is declared is held against its rules, and nothing is run.

The SQL is tried on an empty warehouse in memory, so a name or type that does not fit is found here.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path

import duckdb

from scorecard.alerts import check_addresses
from scorecard.errors import ConfigurationError
from scorecard.pulling.model import Sources
from scorecard.pulling.secrets import Secrets
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
    yield from check_sources(workspace.sources, settings.sources)
    yield f"home: {settings.home}"


def check_sources(sources: Sources, path: Path) -> Iterator[str]:
    """A line on what is pulled, after one for each platform that need not prove itself.

    Raises:
        ConfigurationError: If a secret is not there, by the name that the file gives it, or a file
            that it names cannot be read.
    """
    if not sources.sources:
        yield "sources: none, all datasets come by the inbox"
        return
    secrets, references = Secrets(), sources.references
    yield from sources.warnings
    if missing := secrets.missing(references):
        what = f"secrets are not there: {', '.join(missing)}"
        mend = "set the variables, or write the files, for the user that runs the night"
        raise ConfigurationError(what, str(path), mend)
    for reference in references:
        secrets.read(reference)
    for file in sources.files:
        if not os.access(file, os.R_OK):
            mend = "correct the path, or its rights for the user that runs the night"
            raise ConfigurationError(f"{file} cannot be read", str(path), mend)
    datasets, platforms = len(sources.datasets), len({b.source for b in sources.datasets.values()})
    yield (
        f"sources: {datasets} datasets bound to {platforms} platforms, "
        f"{len(references)} of {len(references)} secrets there"
    )


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
