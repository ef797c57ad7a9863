"""The command line `scorecard`. Each command only calls; the work stands elsewhere.

Imports are made inside the commands, so that `--help` costs nothing that it does not use. Exit
status: 0 done, 1 the work could not be done, 2 a wrong call or configuration, 130 Ctrl-C; errors
are one line.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import Abort, TyperException

from pipelines.demo_commands import demo_app
from pipelines.options import Assessment, Home, Version, read_day, read_settings

STOPPED = 130
"""The exit status of what Ctrl-C ended, as shells have it."""
RARE_COLLECTIONS = (100_000, 50, 100)
"""Libraries make millions of objects that stay, and by default they are looked through again and
again: that is 2 to 4 s of the demo city's night of 22 s. Its memory is the same, 590 MB."""

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    epilog="Start with: scorecard demo, scorecard nightly --as-of 2020-03-31, "
    "scorecard explain edu 021.",
)
quarantine_app = typer.Typer(help="What was quarantined, and getting it corrected.")
app.add_typer(quarantine_app, name="quarantine")
app.add_typer(demo_app, name="demo")


class Every(StrEnum):
    """How far apart the days of a backfill are."""

    day = "day"
    week = "week"
    month = "month"


@app.callback()
def common(home: Home = None) -> None:
    """Scores a city's departments on their e-government work from what platforms recorded."""
    if home:
        os.environ["SCORECARD_HOME"] = str(home)


@app.command()
def nightly(
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="Score the year as of this day's end. [default: yesterday]"),
    ] = None,
    assessment: Assessment = None,
    home: Home = None,
) -> None:
    """Do the whole job once: take what is new, score what changed, publish.

    It is the same Dagster job that runs at 02:00, and its run is seen in the Dagster UI.
    """
    from pipelines.nightly import run_nightly

    run_nightly(read_settings(home), read_day(as_of, "--as-of"), assessment)


@app.command()
def pull(
    dataset: Annotated[str, typer.Argument(help="A dataset that sources.yaml binds.")],
    since: Annotated[
        str | None,
        typer.Option(help="Read again from this mark on, such as 2019-03-05. [default: the last]"),
    ] = None,
    until: Annotated[str | None, typer.Option(help="Read up to before this mark.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would come, and keep nothing.")
    ] = False,
    accept: Annotated[
        bool,
        typer.Option(
            "--accept", help="Take an answer that looks wrong; with --since, put the mark back."
        ),
    ] = False,
    home: Home = None,
) -> None:
    """Pull one dataset from its platform: what is new since the last mark, or a period again.

    The next night scores it.
    """
    from assets.night_run import PullRequest
    from pipelines.pulling import run_pull

    request = PullRequest((dataset,), since, until, accept)
    run_pull(read_settings(home), dataset, request, dry_run=dry_run)


@app.command()
def backfill(
    first: Annotated[str, typer.Option("--from", help="The first day, as 2019-01-01.")],
    last: Annotated[str, typer.Option("--to", help="The last day, included.")],
    every: Annotated[Every, typer.Option(help="Score at the end of each.")] = Every.month,
    assessment: Assessment = None,
    home: Home = None,
) -> None:
    """Score past days into the history, and publish once at the end.

    A day that was scored before is replaced; the published day stays that of the last night.
    """
    from pipelines.nightly import run_backfill

    start, end = read_day(first, "--from"), read_day(last, "--to")
    assert start is not None
    assert end is not None
    run_backfill(read_settings(home), start, end, every.value, assessment)


@app.command()
def explain(
    department: Annotated[str, typer.Argument(help="The department's id, such as edu.")],
    code: Annotated[str, typer.Argument(help="The indicator's code, such as 021.")],
    assessment: Assessment = None,
    files: Annotated[
        bool, typer.Option("--files", help="List every source file, however many.")
    ] = False,
    home: Home = None,
) -> None:
    """Show how a score came about, from the published file alone.

    The rule and its reading, each part's inputs and arithmetic, the source files with their row
    counts, and the checks on them. Works while a night is under way.
    """
    from scorecard.explanation import explain as lines

    file = read_settings(home).published_file
    for line in lines(file, department, code, assessment, every_file=files):
        print(line)


@app.command()
def quality(
    dataset: Annotated[
        str | None, typer.Argument(help="A dataset or score table: its checks with examples.")
    ] = None,
    home: Home = None,
) -> None:
    """Show the newest judgement: by dataset, or one dataset's checks with failing examples.

    Works while a night is under way.
    """
    from scorecard.quality.state import dataset_lines, state_lines

    settings = read_settings(home)
    file = settings.quality_state
    overview = state_lines(file, settings.published_file)
    for line in dataset_lines(file, dataset) if dataset else overview:
        print(line)


@app.command()
def report(version: Version = None, home: Home = None) -> None:
    """Write the pages and the sheets again, from the published file alone.

    A night does so by itself where a score may have changed. Works while a night is under way.
    """
    from pipelines.reporting import run_report

    run_report(read_settings(home), version)


@app.command()
def sheets(
    departments: Annotated[
        list[str] | None,
        typer.Argument(help="Ids of departments to write beside the city. [default: all]"),
    ] = None,
    english: Annotated[
        bool, typer.Option("--english", help="Write the PDFs in English as well.")
    ] = False,
    version: Version = None,
    home: Home = None,
) -> None:
    """Write the official sheets of the city and its departments: Excel and PDF, to be signed."""
    from pipelines.reporting import run_sheets

    run_sheets(read_settings(home), version, departments, english=english)


@app.command()
def accept(
    reason: Annotated[str, typer.Option(help="Why the moved totals are right; is published.")],
    assessment: Assessment = None,
    home: Home = None,
) -> None:
    """Accept totals that moved too far to be published unseen, and do the night again.

    The reason is kept, and published beside the check that held the version back. Nothing is
    accepted while another check holds it back, too.
    """
    from pipelines.nightly import run_accepted

    run_accepted(read_settings(home), assessment, reason)


@quarantine_app.command("export")
def export(home: Home = None) -> None:
    """Write a workbook for each provider: what to correct at its source, and why.

    From the published file alone, so it works while a night is under way.
    """
    from scorecard.contract import load_contracts
    from scorecard.quality.quarantine import export_quarantine

    settings = read_settings(home)
    contracts = load_contracts(settings.contracts)
    for line in export_quarantine(settings.published_file, contracts, settings.quarantine):
        print(line)


@app.command()
def check(home: Home = None) -> None:
    """Check configuration, contracts, rulebooks and SQL without running anything."""
    from scorecard.checking import check_workspace

    for line in check_workspace(read_settings(home)):
        print(line)


@app.command()
def ui(
    port: Annotated[int, typer.Option(help="The port of the Dagster UI.")] = 3000,
    host: Annotated[str, typer.Option(help="The address it listens on.")] = "127.0.0.1",
    home: Home = None,
) -> None:
    """Open the Dagster UI of this workspace, with the nightly schedule running."""
    from pipelines.instance import prepare_instance
    from scorecard.settings import PROJECT

    settings = read_settings(home)
    _check_port(host, port)
    environment = os.environ | {
        "DAGSTER_HOME": str(prepare_instance(settings)),
        "SCORECARD_HOME": str(settings.home),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(PROJECT), os.environ.get("PYTHONPATH")])),
    }
    dagster = Path(sys.executable).with_name("dagster")
    print(f"Dagster UI: http://{host}:{port}  (stop with Ctrl-C)", flush=True)
    # A shell's background job ignores SIGINT, which is how Dagster stops its own processes.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.execve(  # the signals of the terminal then reach Dagster itself
        dagster,
        [str(dagster), "dev", "-w", str(PROJECT / "workspace.yaml"), "-p", str(port), "-h", host],
        environment,
    )


def _check_port(host: str, port: int) -> None:
    from scorecard.errors import ScorecardError

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ScorecardError(
                f"cannot listen on {host}:{port}: {error.strerror}", "ui", "give another --port"
            ) from error


def main() -> None:
    """The entry point: runs a command and turns errors into one line and an exit status."""
    from scorecard.errors import ConfigurationError, ScorecardError

    gc.set_threshold(*RARE_COLLECTIONS)
    try:
        status = app(sys.argv[1:] or ["--help"], standalone_mode=False)
    except TyperException as error:
        _fail(f"{error.format_message()} (see scorecard {_command()}--help)", error.exit_code)
    except ConfigurationError as error:
        _fail(str(error), 2)
    except ScorecardError as error:
        _fail(str(error), 1)
    except (Abort, KeyboardInterrupt):
        _fail("stopped", STOPPED)
    else:
        if status == STOPPED:  # Typer makes it of Ctrl-C inside of a command
            _fail("stopped", STOPPED)
        sys.exit(status if isinstance(status, int) else 0)


def _command() -> str:
    names = {command.callback.__name__ for command in app.registered_commands if command.callback}
    names |= {str(group.name) for group in app.registered_groups}
    return next((f"{word} " for word in sys.argv[1:] if word in names), "")


def _fail(line: str, status: int) -> None:
    print(f"scorecard: {line}", file=sys.stderr)
    sys.exit(status)
