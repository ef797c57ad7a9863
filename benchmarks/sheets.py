"""How long the official sheets take, from a published file to the folder in place.

A process of its own each time, so that imports and fonts count as they do for `scorecard sheets`:

    python -m benchmarks.sheets var/published/current/scorecard.duckdb
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path


def main() -> None:
    """Writes all sheets into a temporary folder and prints a line."""
    parser = argparse.ArgumentParser(description="Times the official sheets.")
    parser.add_argument("published", type=Path)
    parser.add_argument("--english", action="store_true", help="PDFs in English too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(measured(options.published, Path(folder) / "sheets", english=options.english))


def measured(published: Path, folder: Path, *, english: bool) -> str:
    """What it took, in seconds and MB."""
    began, imported = time.perf_counter(), set(sys.modules)
    from scorecard.sheets import write_sheets

    files = write_sheets(published, folder, languages=("zh", "en") if english else ("zh",))
    seconds = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    size = sum(path.stat().st_size for path in files)
    return (
        f"{len(files)} files, {size / 1e6:.1f} MB, in {seconds:.1f} s "
        f"({used.ru_utime + used.ru_stime:.1f} s of processor time), "
        f"largest memory {used.ru_maxrss / 1024:.0f} MB, "
        f"{len(set(sys.modules) - imported)} modules imported"
    )


if __name__ == "__main__":
    main()
