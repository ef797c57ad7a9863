"""A small city that has had one night, for tests that use the product as its users do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.e2e.home import AS_OF, EARLIER, Home
from tests.shared import made_once


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: some wait for servers and for time to pass."""
    return len(os.sched_getaffinity(0)) + 1


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A demo city of eight departments that has had no night yet; copy it before changing it."""

    def make(folder: Path) -> None:
        Home(folder).run("demo", "--scale", "0.0003", "--departments", "8")

    return Home(made_once(tmp_path_factory, "demo", make))


@pytest.fixture(scope="session")
def scored(demo: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The same city after one night; only to be copied, as other workers do, too."""

    def make(folder: Path) -> None:
        demo.copy(folder).run("nightly", "--as-of", AS_OF)

    return Home(made_once(tmp_path_factory, "city", make))


@pytest.fixture(scope="session")
def city(scored: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The same city after one night; copy it before changing it."""
    return scored.copy(tmp_path_factory.mktemp("city") / "home")


@pytest.fixture(scope="session")
def twice(scored: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The same city after a second night, for `EARLIER`; only to be read or copied."""

    def make(folder: Path) -> None:
        scored.copy(folder).run("nightly", "--as-of", EARLIER)

    return Home(made_once(tmp_path_factory, "twice", make))
