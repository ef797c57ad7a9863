"""Makes the inputs of one scale, once: the demo city, and from it the job's own folder.

`city/` is the demo's inbox as it is. `job/` holds hard links of the heavy Parquet files, and the
seven small datasets, which come as csv and workbooks, as one Parquet file each: not every contender
reads workbooks, and a few thousand rows decide nothing here.

    python -m benchmarks.peers.prepare --scale 0.01 --folder var/benchmarks/scale-0.01
"""

from __future__ import annotations

import argparse
import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.peers.job import KEYS, LAST_DAY, SMALL
from scorecard.demo import write_demo
from scorecard.landing.inbox import scan
from scorecard.night import land
from scorecard.settings import Settings
from scorecard.workspace import Workspace


def main() -> None:
    """Makes the folder, wholly or not at all."""
    parser = argparse.ArgumentParser(description="Makes the benchmarks' inputs.")
    parser.add_argument("--scale", type=float, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    options = parser.parse_args()
    if not options.folder.exists():
        draft = options.folder.with_name(options.folder.name + ".draft")
        shutil.rmtree(draft, ignore_errors=True)
        write_demo(draft / "city", scale=options.scale, progress=print)
        make_job(draft)
        draft.rename(options.folder)


def make_job(folder: Path) -> None:
    """Fills `folder/job` from `folder/city`."""
    for dataset in KEYS:
        (folder / "job" / dataset).mkdir(parents=True)
        for path in (folder / "city" / dataset).glob("*.parquet"):
            os.link(path, folder / "job" / dataset / path.name)
    with TemporaryDirectory(dir=folder) as home:
        shutil.copytree(folder / "city", Path(home, "inbox"), copy_function=os.link)
        workspace = Workspace.load(Settings(home=Path(home)))
        found, _ = scan(workspace.settings.inbox, workspace.contracts)
        with workspace.warehouse() as connection:
            for dataset in SMALL:
                land(workspace, connection, dataset, [f for f in found if f.dataset == dataset])
                target = folder / "job" / dataset
                target.mkdir()
                columns = ", ".join(c.name for c in workspace.contracts[dataset].stored_columns)
                connection.execute(
                    f"copy (select {columns} from staging.{dataset} order by all) "
                    f"to '{target}/{dataset}_{LAST_DAY}.parquet' (format parquet)"
                )


if __name__ == "__main__":
    main()
