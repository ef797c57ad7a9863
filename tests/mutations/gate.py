"""A sound city's night, and the gate's answer when something in it is broken.

The sound city is the demo without its deliberate troubles: no check fails there, so whatever fails
after a mutation was caught because of it. A mutation gets a copy of the warehouse: the datasets
that it touches land anew from real files, the models that depend on them run, and the gate judges.
Left out is only what comes out as before: frames that read nothing of what was touched are not made
again, and Great Expectations sees those that changed, since a verdict follows from its frame.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from unittest.mock import patch

import duckdb
import pandas as pd

from expectations.gate import all_checks, checks_digest, judge_night
from expectations.judge import judge
from expectations.score_frames import score_frames
from expectations.scores import judged_tables
from scorecard.contract import Contract
from scorecard.demo import write
from scorecard.landing.load import Landing
from scorecard.night import (
    MADE_AT_PUBLISHING,
    choose_rulebooks,
    fingerprints,
    land,
    plan_night,
    publish_night,
    score,
)
from scorecard.quality.frame import SourceFrames
from scorecard.settings import Settings
from scorecard.warehouse import connect
from scorecard.workspace import Workspace
from tests.mutations.inbox import Inbox
from tests.mutations.mutation import Mutation

AS_OF = dt.date(2020, 3, 31)
NOW = dt.datetime(2020, 4, 8, 2)
BOOKS = ("file", "quarantine", "profiled", "repeated_key")


def write_sound_city(inbox: Path) -> None:
    """Writes the demo without its troubles, and with what it leaves out on purpose."""
    with (
        patch.object(write, "spoil_deliveries", lambda found, town: []),
        patch.object(write, "spoil_files", lambda inbox: []),
    ):
        write.write_demo(inbox, scale=0.0003, departments=8)
    city = Inbox(inbox, inbox.with_name("mended"), Workspace.load(Settings()).contracts)
    for dataset, day in (("credit_check_matters", "2020-01-03"), ("network_links", "2020-01-04")):
        newest = city[dataset].rows(-1)  # of other bytes than those that came before
        city[dataset].add(f"{dataset}_{day}.csv", newest)
    city["it_projects"].remove(0)  # titles stand above its header
    scores = city["trading_platform_scores"]
    august = scores.names().index("trading_platform_scores_2019-09-05.tsv")
    july = scores.rows(august - 1)

    def with_every_department(rows: pd.DataFrame) -> pd.DataFrame:
        lacking = july[~july["department_id"].isin(rows["department_id"])]
        return pd.concat([rows, lacking.assign(month=rows["month"].iloc[0])])

    scores.edit(with_every_department, august)
    for dataset in city.touched:
        shutil.rmtree(inbox / dataset)
        (city.folder / dataset).rename(inbox / dataset)


class Gate:
    """The sound city's night, done once; `failing` tells what fails after a mutation.

    Attributes:
        sound: What fails without any, which must be nothing.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        write_sound_city(home / "inbox")
        self.workspace = Workspace.load(Settings(home=home))
        self.checks = all_checks(self.workspace)
        self.rulebooks = choose_rulebooks(self.workspace, None, AS_OF)
        self._judging = Lock()
        self._found: dict[str, Future[tuple[str, ...]]] = {}
        self._pool = ThreadPoolExecutor(2)
        with self.workspace.warehouse() as connection:
            self.sound = self._sound_night(connection)
            self._frames = {
                **self._source_frames(connection, self.workspace.contracts),
                **self._score_frames(connection),
            }

    def _sound_night(self, connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
        plan = plan_night(self.workspace, connection, AS_OF, self.rulebooks)
        for dataset, files in plan.files.items():
            land(self.workspace, connection, dataset, files)
        score(self.workspace, connection, AS_OF, self.rulebooks)
        verdicts = judge_night(self.workspace, connection, self.checks, NOW)
        publish_night(self.workspace, connection, checks_digest(self.checks), NOW)
        return tuple(f"{v.dataset}.{v.check_name}" for v in verdicts if not v.passed)

    def prepare(self, mutations: Sequence[Mutation]) -> None:
        """Begins with mutations that `failing` will be asked for, two at a time."""
        for mutation in mutations:
            if mutation.name not in self._found:
                self._found[mutation.name] = self._pool.submit(self.judged_anew, mutation)

    def failing(self, mutation: Mutation) -> tuple[str, ...]:
        """The checks that fail after a mutation, as `dataset.check`."""
        self.prepare([mutation])
        return self._found[mutation.name].result()

    def close(self) -> None:
        """Begins with no further mutation."""
        self._pool.shutdown(cancel_futures=True)

    def judged_anew(self, mutation: Mutation) -> tuple[str, ...]:
        """What `failing` tells, found once more."""
        with TemporaryDirectory(dir=self.home) as folder:
            warehouse = Path(folder, "scorecard.duckdb")
            shutil.copy(self.workspace.settings.warehouse, warehouse)
            connection = connect(warehouse)
            try:
                connection.execute("pragma disable_checkpoint_on_shutdown")
                connection.execute("set threads = 1")
                return self._judged(self._broken(connection, mutation, Path(folder, "inbox")))
            finally:
                connection.close()

    def _broken(
        self, connection: duckdb.DuckDBPyConnection, mutation: Mutation, folder: Path
    ) -> Mapping[str, pd.DataFrame]:
        """The frames that a mutation may have changed."""
        if isinstance(mutation.breaks, str):
            connection.execute(mutation.breaks)
            touched = {mutation.subject}
        else:
            inbox = Inbox(self.home / "inbox", folder, self.workspace.contracts)
            mutation.breaks(inbox)
            self._land_anew(connection, inbox)
            score(self.workspace, connection, AS_OF, self.rulebooks, self._stale(connection))
            touched = set(inbox.touched)
        readers = {
            name: contract
            for name, contract in self.workspace.contracts.items()
            if not touched.isdisjoint(self._read_for(contract))
        }
        return {**self._source_frames(connection, readers), **self._score_frames(connection)}

    def _land_anew(self, connection: duckdb.DuckDBPyConnection, inbox: Inbox) -> None:
        landing = Landing(connection, self.workspace.settings.read_hash_key(), inbox.folder, NOW)
        for dataset, files in inbox.scanned().items():
            connection.execute(f'delete from raw."{dataset}"')
            for book in BOOKS:
                connection.execute(f"delete from ops.{book} where dataset = ?", [dataset])
            landing.land_files(self.workspace.contracts[dataset], files)

    def _stale(self, connection: duckdb.DuckDBPyConnection) -> list[str]:
        """The models to run, as a night knows them."""
        now = fingerprints(self.workspace, connection, AS_OF, self.rulebooks)
        stored = connection.execute("select model, fingerprint from ops.fingerprint").fetchall()
        changed = dict(now.items() - stored)
        return [name for name in now if name in changed and name not in MADE_AT_PUBLISHING]

    def _read_for(self, contract: Contract) -> Collection[str]:
        """The datasets that a dataset's frame is made of: departments are behind every frame."""
        asked = " ".join(f"{rule.query} {rule.failing}" for rule in contract.rules)
        return {
            contract.name,
            "departments",
            *(reference.dataset for reference in contract.references),
            *(name for name in self.workspace.contracts if f"staging.{name}" in asked),
        }

    def _source_frames(
        self, connection: duckdb.DuckDBPyConnection, contracts: Mapping[str, Contract]
    ) -> dict[str, pd.DataFrame]:
        frames = SourceFrames(connection, contracts.values())
        return {name: frames.of(each) for name, each in contracts.items()}

    def _score_frames(self, connection: duckdb.DuckDBPyConnection) -> dict[str, pd.DataFrame]:
        return score_frames(connection, judged_tables(self.workspace.published), self.checks)

    def _judged(self, frames: Mapping[str, pd.DataFrame]) -> tuple[str, ...]:
        changed = {
            name: frame for name, frame in frames.items() if not frame.equals(self._frames[name])
        }
        checks = [check for check in self.checks if check.subject in changed]
        with self._judging:  # Great Expectations keeps its context for the whole process
            verdicts = judge(changed, checks, lambda check: ()).verdicts
        return tuple(f"{v.dataset}.{v.check_name}" for v in verdicts if not v.passed)
