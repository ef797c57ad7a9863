"""A small city that has had one night, for tests that use the product as its users do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

SCORECARD = Path(sys.executable).with_name("scorecard")
AS_OF = "2020-03-31"


@dataclass(frozen=True)
class Home:
    """A workspace's folder and the command line on it; its nights write pages if told so."""

    folder: Path
    reports: str = "none"

    def command(self, *words: str) -> list[str]:
        return [str(SCORECARD), words[0], "--home", str(self.folder), *words[1:]]

    def environment(self, **more: str) -> dict[str, str]:
        others = {k: v for k, v in os.environ.items() if not k.startswith("SCORECARD_")}
        return others | {"SCORECARD_NIGHTLY_REPORTS": self.reports} | more

    def run(self, *words: str, status: int = 0, **more: str) -> subprocess.CompletedProcess[str]:
        """Runs a command to its end; its exit status must be as told."""
        done = subprocess.run(
            self.command(*words),
            capture_output=True,
            text=True,
            check=False,
            env=self.environment(**more),
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done

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
        return Home(folder, self.reports)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A demo city of eight departments that has had no night yet; copy it before changing it."""
    home = Home(tmp_path_factory.mktemp("demo") / "home")
    home.run("demo", "--scale", "0.0003", "--departments", "8")
    return home


@pytest.fixture(scope="session")
def city(demo: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The same city after one night; copy it before changing it."""
    home = demo.copy(tmp_path_factory.mktemp("city") / "home")
    home.run("nightly", "--as-of", AS_OF)
    return home
