"""What every contender does: the datasets, the year, the shape of the answer.

The job in words stands in README.md. Standard library only, since every environment imports it.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import time
from collections.abc import Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

CITY = "340600"
YEAR = 2019
FIRST_DAY, LAST_DAY = "2019-01-01", "2019-12-31"
MAJOR_HOURS = 4
MEMORY_LIMIT = "2GB"
"""What DuckDB may use, in the product's default settings and in every contender made of DuckDB."""

KEYS = {
    "credit_records": ("record_id",),
    "certificates": ("certificate_id",),
    "network_probes": ("link_id", "probed_at"),
}
"""The heavy datasets: of each key the row of the latest file counts, within a file the last."""
REQUIRED = {
    "credit_records": (
        "record_id", "directory_id", "subject_kind", "subject_code_kind", "due_at", "pushed_at",
    ),
    "certificates": ("certificate_id", "type_code", "department_id", "city_code", "issued_at"),
    "network_probes": ("link_id", "probed_at", "is_up"),
}  # fmt: skip
KNOWN = {
    "credit_records": {
        "subject_kind": ("organization", "person"),
        "subject_code_kind": ("uscc", "registration", "identity", "other"),
    }
}
"""Columns that hold one of these values, or the row is refused."""
SMALL = (
    "departments", "network_links", "credit_directories", "credit_targets", "certificate_types",
    "certificate_volumes", "populations",
)  # fmt: skip
"""One Parquet file each, the newest row of each key already."""
CYCLE_DAYS = {
    "realtime": 1, "daily": 1, "weekly": 7, "monthly": 28, "quarterly": 90, "semiannual": 181,
    "annual": 365,
}  # fmt: skip
"""The shortest a directory's cycle lasts; an irregular one has none and is never due."""

Answer = Iterable[tuple[str, str, int, int | None]]


def files(inputs: Path, dataset: str) -> list[str]:
    """A dataset's files in the order of delivery, which is that of their names."""
    return sorted(str(path) for path in (inputs / dataset).glob("*.parquet"))


@dataclass
class Work:
    """One contender's run: what it is given, and what it hands back."""

    inputs: Path
    folder: Path
    threads: int
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str):
        """Adds the seconds of what is done within to that step."""
        began = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0) + time.perf_counter() - began

    def answer(self, rows: Answer, kept: Mapping[str, int], versions: Mapping[str, str]) -> None:
        """Writes department, indicator, value and base, and how many rows of each dataset count."""
        with (self.folder / "answer.csv").open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(("department", "indicator", "value", "base"))
            writer.writerows(sorted(rows))
            writer.writerows(("(all)", f"rows of {name}", kept[name], "") for name in sorted(kept))
        told = {"seconds": self.seconds, "versions": dict(versions)}
        (self.folder / "told.json").write_text(json.dumps(told), encoding="utf-8")


def begin() -> Work:
    """Reads the arguments that the runner gives every contender."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--inputs", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    return Work(options.inputs, options.folder, options.threads)
