"""What the demo city costs to write: seconds, memory and disk, by scale.

Each scale is written in a process of its own, into a temporary folder, so that its peak of memory
is its own.

    python -m benchmarks.demo --scales 0.1 1
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scorecard.demo import write_demo

GOAL_BYTES = 1_500_000_000


def main() -> None:
    """Prints the datasets as they finish and a line for each scale."""
    parser = argparse.ArgumentParser(description="Measures the writing of the demo city.")
    parser.add_argument("--scales", type=float, nargs="+", default=[0.1, 1.0])
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    options = parser.parse_args()
    for scale in options.scales:
        with tempfile.TemporaryDirectory(dir=options.folder) as inbox:
            command = [sys.executable, "-c", _ONE, inbox, str(scale)]
            subprocess.run(command, check=True)


_ONE = "import sys; from benchmarks.demo import measure; measure(sys.argv[1], float(sys.argv[2]))"


def measure(inbox: str, scale: float) -> None:
    """Writes one city in this process and prints what it took."""
    began = time.perf_counter()
    summary = write_demo(Path(inbox), scale=scale, progress=lambda line: print(f"  {line}"))
    seconds = time.perf_counter() - began
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    size = sum(path.stat().st_size for path in Path(inbox).rglob("*") if path.is_file())
    print(
        f"scale {scale:g}: {summary.rows:,} rows in {seconds:.1f} s, peak {peak / 1e6:,.0f} MB "
        f"(goal {GOAL_BYTES / 1e6:,.0f} MB), {size / 1e9:.2f} GB of files",
        flush=True,
    )


if __name__ == "__main__":
    main()
