"""Who takes part, and by which command; and what the product is meant to reach against them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PRODUCT_PYTHON = ROOT / ".venv" / "bin" / "python"
PEERS_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
FULL_SCALE, SMALL_SCALE = 1.0, 0.1
"""A city's year, and what its first load's growth is held against."""


@dataclass(frozen=True)
class Contender:
    """One way to do the job. Who keeps rows can take tomorrow's file without the year's."""

    name: str
    title: str
    python: Path
    keeps_rows: bool = False
    needs: str | None = None

    def command(self, inputs: Path, folder: Path, threads: int) -> list[str]:
        """What the runner starts."""
        return [
            str(self.python), "-m", f"benchmarks.peers.{self.name}", "--inputs", str(inputs),
            "--folder", str(folder), "--threads", str(threads),
        ]  # fmt: skip

    @property
    def lacks(self) -> str | None:
        """The program that it needs and that is not here."""
        return self.needs if self.needs and shutil.which(self.needs) is None else None


CONTENDERS = {
    one.name: one
    for one in (
        Contender("product", "egov-scorecard", PRODUCT_PYTHON, keeps_rows=True),
        Contender("floor", "the floor: DuckDB by hand", PRODUCT_PYTHON, keeps_rows=True),
        Contender("floor_without_rows", "DuckDB by hand, no rows kept", PRODUCT_PYTHON),
        Contender("dbt_peer", "dbt-duckdb", PEERS_PYTHON, keeps_rows=True),
        Contender("polars_peer", "Polars, streaming", PEERS_PYTHON),
        Contender("pandas_peer", "pandas", PEERS_PYTHON),
        Contender("spark_peer", "PySpark local", PEERS_PYTHON, needs="java"),
    )
}
NIGHT = "nightly"
"""`scorecard nightly` over all 34 datasets of the demo city, a whole command; not the same job."""

OTHER_SESSION = " *"
"""Behind a figure of runs that were not measured in one session."""

Runs = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Goal:
    """What is to be reached: a figure of the runs that must not be above, or below, a limit."""

    text: str
    figure: Callable[[Runs], float]
    limit: float
    at_most: bool
    needs: Sequence[str]

    def line(self, runs: Runs) -> tuple[str, str, str]:
        """Goal, figure, and whether it is reached; no figure if somebody did not run."""
        if any(name not in runs for name in self.needs):
            return self.text, "not measured", "not measured"
        unfinished = [name for name in self.needs if runs[name]["outcome"] != "done"]
        if unfinished:
            told = ", ".join(f"{name} {runs[name]['outcome']}" for name in unfinished)
            return self.text, told, "no figure"
        value = self.figure(runs)
        reached = value <= self.limit if self.at_most else value >= self.limit
        mark = OTHER_SESSION if len({runs[name]["session"] for name in self.needs}) > 1 else ""
        return self.text, f"{value:.2f}{mark}", "reached" if reached else "**missed**"


def _times_faster(name: str, title: str, limit: float) -> Goal:
    return Goal(
        f"at least {limit:g} times as fast as {title}",
        lambda runs: runs[name]["seconds"] / runs["product"]["seconds"],
        limit,
        False,
        ("product", name),
    )


GOALS = (
    Goal(
        "at most 1.25 times the seconds of the floor",
        lambda runs: runs["product"]["seconds"] / runs["floor"]["seconds"],
        1.25,
        True,
        ("product", "floor"),
    ),
    _times_faster("pandas_peer", "pandas", 3),
    _times_faster("polars_peer", "Polars", 2),
    _times_faster("dbt_peer", "dbt-duckdb", 1),
    _times_faster("spark_peer", "PySpark", 3),
    Goal(
        "at most 2.5 GB of memory",
        lambda runs: runs["product"]["peak_bytes"] / 1e9,
        2.5,
        True,
        ("product",),
    ),
    Goal(
        "less than a quarter of pandas' memory",
        lambda runs: runs["product"]["peak_bytes"] / runs["pandas_peer"]["peak_bytes"],
        0.25,
        True,
        ("product", "pandas_peer"),
    ),
)


def growth(large: Mapping[str, Any]) -> tuple[str, str, str]:
    """Whether the first load grows no faster than the rows: both loads are of one session."""
    text = f"from scale {SMALL_SCALE:g} to {large['scale']:g} no more growth than that of the rows"
    small, runs = large.get("small"), large["runs"]
    if not small or "product" not in runs:
        return text, "not measured", "not measured"
    both = small["run"], runs["product"]
    if any(run["outcome"] != "done" for run in both):
        return text, "product " + ", ".join(run["outcome"] for run in both), "no figure"
    seconds, processor = (both[1][key] / both[0][key] for key in ("seconds", "cpu_seconds"))
    rows = large["rows"] / small["rows"]
    return (
        text,
        f"seconds x {seconds:.1f}, CPU seconds x {processor:.1f}, rows x {rows:.1f}",
        "reached" if max(seconds, processor) <= rows else "**missed**",
    )
