"""A home and the command line on it, for tests that use the product as its users do."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from tests.e2e.commands import SCORECARD, run_afresh, run_forked

AS_OF = "2020-03-31"
EARLIER = "2020-02-29"
ONE_PROJECT = (
    "project_id,department_id,name,kind,year,government_funded,filed_at,"
    "analyses_internal_sharing,analyses_external_sharing,lists_fields,lists_format,lists_scope,"
    "lists_method,lists_frequency\n"
    "extra,edu,某项目,construction,2019,是,2019年3月5日,1,1,1,1,1,1,1\n"
)
"""A delivery of `it_projects` that the city has not had."""


@dataclass(frozen=True)
class Home:
    """A workspace's folder and the command line on it.

    Its nights write pages if told so, and its commands are forked unless they are to start afresh.
    """

    folder: Path
    reports: str = "none"
    afresh: bool = False

    def command(self, *words: str) -> list[str]:
        return [str(SCORECARD), *self._words(words)]

    def _words(self, words: Sequence[str]) -> list[str]:
        return [words[0], "--home", str(self.folder), *words[1:]]

    def environment(self, **more: str) -> dict[str, str]:
        others = {k: v for k, v in os.environ.items() if not k.startswith("SCORECARD_")}
        return others | {"SCORECARD_NIGHTLY_REPORTS": self.reports} | more

    def run(self, *words: str, status: int = 0, **more: str) -> subprocess.CompletedProcess[str]:
        """Runs a command to its end; its exit status must be as told."""
        run = run_afresh if self.afresh else run_forked
        done = run(self._words(words), self.environment(**more))
        assert done.returncode == status, done.stdout + done.stderr
        return done

    def imports(self, *words: str, **more: str) -> str:
        """What a command that starts afresh says of each module that it imports."""
        told = replace(self, afresh=True).run(*words, PYTHONPROFILEIMPORTTIME="1", **more).stderr
        assert "import time:" in told
        return told

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Starts a command and does not wait for it."""
        return subprocess.Popen(
            self.command(*words),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self.environment(),
        )

    @property
    def published(self) -> Path:
        return self.folder / "published" / "current" / "scorecard.duckdb"

    def read(self, sql: str, *values: object) -> list[tuple]:
        with duckdb.connect(self.published, read_only=True) as connection:
            return connection.execute(sql, values).fetchall()

    def copy(self, folder: Path) -> Home:
        shutil.copytree(self.folder, folder, symlinks=True)
        return replace(self, folder=folder)
