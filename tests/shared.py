"""What several workers of one run of the suite need is made by the first that asks for it."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that `make` fills; only to be read, as other workers read it too.

    Args:
        factory: That of the session.
        name: The same for whoever shares it.
        make: Called with a folder that is not there yet.
    """
    base = factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    place = base / f"shared-{name}"
    place.mkdir(exist_ok=True)
    whole, done = place / "whole", place / "done"
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(whole, ignore_errors=True)  # another worker failed to make it
            make(whole)
            done.touch()
    return whole
