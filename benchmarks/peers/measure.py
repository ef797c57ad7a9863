"""Runs one command and says what it took: seconds, CPU seconds, the most memory of its tree.

Memory is the sum over the process tree, looked at every 50 ms: pages that two processes share count
twice, which only touches dbt and PySpark, by some 50 MB. Linux only.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

EVERY = 0.05
KILLED = (-signal.SIGKILL, 128 + signal.SIGKILL)


@dataclass(frozen=True)
class Measured:
    """One run. `outcome` is `done`, `out of memory`, `out of time` or `failed`."""

    outcome: str
    seconds: float
    cpu_seconds: float
    peak_bytes: int


def measure(
    command: Sequence[str],
    log: Path,
    *,
    memory: int,
    seconds: float,
    environment: Mapping[str, str] | None = None,
) -> Measured:
    """Runs it to its end, or until it holds more memory or lasts longer than it may."""
    began = time.perf_counter()
    with log.open("wb") as out:
        process = psutil.Popen(
            command,
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        watch = _Watch(process)
        try:
            stopped = _wait(process, watch, memory, began + seconds)
        finally:  # nor does anything of it outlive a runner that is stopped itself
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    lasted = time.perf_counter() - began
    outcome = stopped or _outcome(process.returncode, log)
    return Measured(outcome, lasted, watch.cpu_seconds, watch.peak)


def _wait(process: psutil.Popen, watch: _Watch, memory: int, until: float) -> str:
    while process.poll() is None:
        if watch.look() > memory:
            return "out of memory"
        if time.perf_counter() > until:
            return "out of time"
        time.sleep(EVERY)
    return ""


def _outcome(code: int, log: Path) -> str:
    if code == 0:
        return "done"
    text = log.read_text(encoding="utf-8", errors="replace")
    hungry = ("MemoryError", "OutOfMemory", "Out of Memory", "out of memory")
    return "out of memory" if code in KILLED or any(w in text for w in hungry) else "failed"


class _Watch:
    """A process and its children, looked at again and again."""

    def __init__(self, process: psutil.Popen) -> None:
        self._process = process
        self._cpu: dict[tuple[int, float], float] = {}
        self.peak = 0

    @property
    def cpu_seconds(self) -> float:
        """User and system seconds, up to the last look."""
        return sum(self._cpu.values())

    def look(self) -> int:
        """The bytes that they hold now."""
        held = 0
        try:
            tree = [self._process, *self._process.children(recursive=True)]
        except psutil.NoSuchProcess:
            return 0
        for one in tree:
            try:
                with one.oneshot():
                    held += one.memory_info().rss
                    times = one.cpu_times()
                    self._cpu[one.pid, one.create_time()] = times.user + times.system
            except psutil.NoSuchProcess:
                continue
        self.peak = max(self.peak, held)
        return held
