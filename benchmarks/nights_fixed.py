"""What a night costs beside its data: whole commands of a small city, and where the seconds go.

Writes a demo city, does its first night, a night with nothing new and one with one small new file;
then serves the same city and does a first and an idle night that pull it. Every command is a
process of its own, timed from outside; inside of it the steps are timed, each without those that it
calls. `--profile` adds what cProfile says of each command, which makes them slower by half.

    python -m benchmarks.nights_fixed
"""

from __future__ import annotations

import argparse
import atexit
import cProfile
import json
import os
import pstats
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from importlib import import_module
from inspect import getattr_static
from pathlib import Path
from typing import Any

from tests.servers import answers, free_port

AS_OF = "2020-03-31"
TOKEN = "a-token-of-this-benchmark"
CLI = "from pipelines.cli import main; main()"
STEPS = {
    "declarations": ["scorecard.workspace:Workspace.load"],
    "open warehouse": ["scorecard.workspace:connect", "scorecard.workspace:prepare"],
    "plan": ["assets.night_run:plan_night", "assets.night_run:outdated_models"],
    "Dagster definitions": ["pipelines.execution:build_defs"],
    "Dagster runs": ["pipelines.execution:NightJob.run"],
    "Dagster's log": ["pipelines.event_log:KeptOpenEventLogStorage.store_event"],
    "fetch": ["scorecard.pulling.pull:pull"],
    "land": ["scorecard.pulling.pull:land_answer", "assets.sources:land"],
    "models": ["assets.models:score"],
    "lineage": ["assets.models:model_results"],
    "gate, frames": ["expectations.gate:score_frames", "expectations.gate:_source_frames"],
    "gate, the rest": ["expectations.gate:judge_night"],
    "judging": ["expectations.judge:judge"],
    "pages": ["expectations.docs:write_docs"],
    "publish": ["assets.publication:publish_night"],
    "summary": ["pipelines.console:Console.print_lines"],
}
"""Functions by step, each named where it is called from."""
FILE = (
    "project_id,department_id,name,kind,year,government_funded,filed_at,"
    "analyses_internal_sharing,analyses_external_sharing,lists_fields,lists_format,lists_scope,"
    "lists_method,lists_frequency\n"
    "extra,edu,某项目,construction,2019,是,2019年3月5日,1,1,1,1,1,1,1\n"
)


class Clock:
    """Seconds by step; a step's own are those that no other step took within it."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._open: list[str] = ["imports and the rest"]
        self._since = time.perf_counter()

    def _close(self) -> None:
        now = time.perf_counter()
        step = self._open[-1]
        self.seconds[step] = self.seconds.get(step, 0) + now - self._since
        self._since = now

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Counts the block to that step."""
        self._close()
        self._open.append(name)
        try:
            yield
        finally:
            self._close()
            self._open.pop()

    def watch(self, name: str, place: str) -> None:
        """Counts every call of a function to that step."""
        module, _, path = place.partition(":")
        *owners, attribute = path.split(".")
        owner: Any = import_module(module)
        for each in owners:
            owner = getattr(owner, each)
        kept = getattr_static(owner, attribute)
        of_class = isinstance(kept, classmethod)
        timed = self._timed(name, kept.__func__ if of_class else kept)
        setattr(owner, attribute, classmethod(timed) if of_class else timed)

    def _timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def timed(*args: Any, **more: Any) -> Any:
            with self.step(name):
                return function(*args, **more)

        return timed


def command(report: Path, words: list[str], *, is_profiled: bool) -> None:
    """Is one command of the command line; writes its steps as it ends."""
    clock = Clock()
    profile = cProfile.Profile()
    if is_profiled:
        profile.enable()
    cli = import_module("pipelines.cli")
    for name in ("pipelines.nightly", "scorecard.pulling.pull"):
        import_module(name)
    for step, places in STEPS.items():
        for place in places:
            clock.watch(step, place)

    def tell() -> None:
        clock._close()
        if is_profiled:
            profile.disable()
            profile.dump_stats(report.with_suffix(".prof"))
        report.write_text(json.dumps(clock.seconds), encoding="utf-8")

    atexit.register(tell)
    sys.argv = ["scorecard", *words]
    cli.main()


def night(title: str, home: Path, *, is_profiled: bool) -> None:
    """Does a night and prints what it took."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "steps.json"
        own = [sys.executable, "-m", "benchmarks.nights_fixed", "--command", str(report)]
        own += ["--profile"] if is_profiled else []
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(
            [*own, "nightly", "--home", str(home), "--as-of", AS_OF],
            env=os.environ | {"DEMO_TOKEN": TOKEN},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        whole = time.perf_counter() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(f"{title}: {whole:.1f} s whole, {used:.1f} s of processor time")
        seconds = json.loads(report.read_text(encoding="utf-8"))
        for step, taken in sorted(seconds.items(), key=lambda item: -item[1]):
            if taken >= 0.05:
                print(f"  {taken:5.2f} {step}")
        if is_profiled:
            pstats.Stats(str(report.with_suffix(".prof"))).sort_stats("tottime").print_stats(25)
        sys.stdout.flush()


@contextmanager
def served(home: Path, scale: str) -> Iterator[None]:
    """The demo city's platforms, and a home that is bound to them."""
    port = free_port()
    process = subprocess.Popen(
        [
            sys.executable, "-c", CLI, "demo", "serve", "--home", str(home),
            "--port", str(port), "--scale", scale, "--write-sources",
        ],
        env=os.environ | {"DEMO_TOKEN": TOKEN},
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        while not (answers(port) and (home / "sources.yaml").exists()):
            if process.poll() is not None:
                raise RuntimeError("the platforms did not come up")
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    """Does the nights, or is one of their commands."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--scale", default="0.003", help="Of the demo city.")
    parser.add_argument("--profile", action="store_true", help="Profile each command.")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--command", type=Path, help=argparse.SUPPRESS)
    options, words = parser.parse_known_args()
    if options.command:
        command(options.command, words, is_profiled=options.profile)
        return
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        files, pulled = Path(folder) / "files", Path(folder) / "pulled"
        demo = [sys.executable, "-c", CLI, "demo"]
        subprocess.run(
            [*demo, "--home", str(files), "--scale", options.scale],
            stdout=subprocess.DEVNULL,
            check=True,
        )
        night("first night, by files", files, is_profiled=options.profile)
        night("nothing new, by files", files, is_profiled=options.profile)
        (files / "inbox" / "it_projects" / "more_2020-02-01.csv").write_text(FILE, "utf-8")
        night("one small new file", files, is_profiled=options.profile)
        with served(pulled, options.scale):
            night("first night, pulled", pulled, is_profiled=options.profile)
            night("nothing new, pulled", pulled, is_profiled=options.profile)


if __name__ == "__main__":
    main()
