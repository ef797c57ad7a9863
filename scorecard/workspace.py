"""A workspace: the settings with what they point at, loaded and checked once.

Whoever works on the warehouse starts here: the command line, the Dagster resources, the tests.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from scorecard.contract import Contract, labels_of, load_contracts, load_published
from scorecard.errors import ConfigurationError, ScorecardError
from scorecard.models import Model, load_models, metrics_of
from scorecard.rollups import check_days
from scorecard.rulebook import Rulebook, load_rulebooks
from scorecard.scratch import emptied
from scorecard.settings import Settings
from scorecard.shortage import naming_shortage, raise_shortage
from scorecard.warehouse import WarehouseBusyError, connect, naming_damage, prepare

if TYPE_CHECKING:
    from scorecard.pulling.model import Sources


def _no_sources() -> Sources:
    from scorecard.pulling.model import Sources

    return Sources.model_construct()


def _load_sources(path: Path, contracts: dict[str, Contract]) -> Sources:
    if not os.path.lexists(path):  # most homes have none, and need not pay for what reads it
        return _no_sources()
    from scorecard.pulling.config import load_sources

    return load_sources(path, contracts)


@dataclass(frozen=True)
class Workspace:
    """Everything that is declared: contracts, models, rulebooks and platforms, each by name."""

    settings: Settings
    contracts: dict[str, Contract]
    published: dict[str, Contract]
    models: dict[str, Model]
    rulebooks: tuple[Rulebook, ...]
    sources: Sources = field(default_factory=_no_sources)

    @classmethod
    def load(cls, settings: Settings, *, validate: bool = False) -> Workspace:
        """Reads all declarations; `validate` also holds contracts against the standard's schema.

        Raises:
            ConfigurationError: If one of them is wrong, with file, line and mend.
        """
        contracts = load_contracts(settings.contracts, validate=validate)
        published = load_published(settings.contracts / "published", validate=validate)
        models = load_models(settings.sql)
        _check_tables(contracts, published, models)
        check_days(models, contracts)
        rulebooks = load_rulebooks(settings.rulebooks, metrics_of(models))
        sources = _load_sources(settings.sources, contracts)
        return cls(settings, contracts, published, models, rulebooks, sources)

    @property
    def labels(self) -> dict[str, tuple[str, str]]:
        """Chinese and English label by dataset or published table."""
        return labels_of(self.contracts, self.published)

    def named_rulebooks(self, assessment: str | None) -> tuple[Rulebook, ...]:
        """All rulebooks, or the one that is named.

        Raises:
            ConfigurationError: If there is none of that name.
        """
        if assessment is None:
            return self.rulebooks
        named = tuple(r for r in self.rulebooks if r.assessment_id == assessment)
        if not named:
            known = ", ".join(r.assessment_id for r in self.rulebooks)
            raise ConfigurationError(
                f"no assessment is called '{assessment}'", None, f"known are: {known}"
            )
        return named

    @contextmanager
    def warehouse(
        self, told: Callable[[str], None] | None = None
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """The open warehouse, for writing, with its tables prepared.

        With `told`, it is compacted after the block if that pays, and a line says so.

        Raises:
            WarehouseBusyError: If another process works on it.
            ShortageError: If memory or disk did not suffice.
            ScorecardError: If the file or its folders are damaged, or not ours to write.
        """
        settings = self.settings
        file = settings.warehouse
        with (
            _alone(file),
            naming_shortage(str(file)),
            naming_damage(file),
            emptied(settings.scratch),  # it holds rows as they were delivered
        ):
            with _opened(settings) as connection:
                prepare(connection, self.contracts.values(), settings.sql / "macros")
                yield connection
            if told:
                _compact(settings, told)


@contextmanager
def _alone(warehouse: Path) -> Iterator[None]:
    """Holds the warehouse's folder, also while the file is not open or is being replaced."""
    handle = _open_folder(warehouse.parent)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise WarehouseBusyError(
                "another run is using the warehouse",
                str(warehouse),
                "wait for it to end, then start again",
            ) from error
        yield
    finally:
        os.close(handle)


def _open_folder(folder: Path) -> int:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise_shortage(error, str(folder))
        reason = error.strerror or type(error).__name__
        raise ScorecardError(
            f"the folder cannot be opened: {reason}", str(folder), "is it a folder, and yours?"
        ) from error


@contextmanager
def _opened(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = connect(
        settings.warehouse, memory_limit=settings.memory_limit, spill=settings.scratch
    )
    try:
        yield connection
        # After a kill, closing alone can leave the log (DuckDB 2.0), and the log grows.
        connection.execute("checkpoint")
    finally:
        connection.close()


def _compact(settings: Settings, told: Callable[[str], None]) -> None:
    from scorecard.compaction import compact

    if line := compact(settings):
        told(line)


def _check_tables(
    contracts: dict[str, Contract], published: dict[str, Contract], models: dict[str, Model]
) -> None:
    for table in published.values():
        if f"marts.{table.name}" not in models:
            raise ConfigurationError(
                f"nothing makes the published table {table.name}",
                str(table.path),
                f"add sql/marts/{table.name}.sql",
            )
    made_elsewhere = {f"staging.{name}" for name in contracts}
    for model in models.values():
        if model.table in made_elsewhere:
            raise ConfigurationError(
                f"{model.table} is made from its contract already",
                str(model.path),
                "give the model another name",
            )
        for read in model.reads:
            if read.startswith(("rules.", "ops.")) or read in models or read in made_elsewhere:
                continue
            raise ConfigurationError(
                f"{read} is read, but nothing makes it", str(model.path), "correct the name"
            )
