"""What the report site costs: seconds, processor time and bytes, for the published file of a home.

The site is written several times into a temporary folder; the best is told.

    python -m benchmarks.report --published var/published/current/scorecard.duckdb
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from pathlib import Path

from scorecard.report.site import write_site

ROUNDS = 3
SECONDS_GOAL, BYTES_GOAL = 10.0, 15_000_000


def sizes(folder: Path) -> Counter[str]:
    """Bytes of the site by its first folder; pages at the root count as `.`."""
    found: Counter[str] = Counter()
    for path in folder.rglob("*"):
        if path.is_file():
            place = path.relative_to(folder)
            found[place.parts[0] if len(place.parts) > 1 else "."] += path.stat().st_size
    return found


def main() -> None:
    """Writes the site several times and prints the best of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--published", type=Path, required=True)
    chosen = parser.parse_args()
    seconds, processor = [], []
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        for _ in range(ROUNDS):
            started, worked = time.perf_counter(), time.process_time()
            write_site(chosen.published, site)
            seconds.append(time.perf_counter() - started)
            processor.append(time.process_time() - worked)
        by_folder = sizes(site)
        pages = len(list(site.rglob("*.html")))
    total = sum(by_folder.values())
    print(f"{pages} pages, best of {ROUNDS}: {min(seconds):.1f} s (goal {SECONDS_GOAL:.0f}),")
    print(f"processor {min(processor):.1f} s, {total / 1e6:.1f} MB (goal {BYTES_GOAL / 1e6:.0f})")
    for name, amount in sorted(by_folder.items()):
        print(f"  {name:<12} {amount / 1e6:6.2f} MB")


if __name__ == "__main__":
    main()
