"""`scorecard demo`: a synthetic city, as files in the inbox or as platforms to pull from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.options import Home, read_settings

if TYPE_CHECKING:
    from pipelines.console import Console

demo_app = typer.Typer()
Seed = Annotated[int, typer.Option(help="The same seed writes the same bytes.")]
Scale = Annotated[
    float,
    typer.Option(
        help="1 is a real city's year: 95 million rows, 1.5 GB. 16 is a province's.", min=0.0001
    ),
]
Departments = Annotated[int, typer.Option(help="How many departments.", min=1, max=300)]


@demo_app.callback(invoke_without_command=True)
def demo(
    context: typer.Context,
    seed: Seed = 2019,
    scale: Scale = 0.003,
    departments: Departments = 60,
    home: Home = None,
) -> None:
    """Write a synthetic city's inputs for 2019 into the inbox.

    Everything in it is invented. It comes in the mixed formats and with the troubles of real
    deliveries, so that quarantine, missing and stale have something to show.
    """
    if context.invoked_subcommand:
        return
    from pipelines.console import Console
    from scorecard.demo import write_demo

    settings = read_settings(home)
    console = Console()
    summary = write_demo(
        settings.inbox, seed=seed, scale=scale, departments=departments, progress=console.progress
    )
    console.print_lines(
        [
            f"{summary.files} files, {summary.rows:,} rows of {len(summary.datasets)} datasets",
            *(
                f"trouble: {trouble.dataset}/{trouble.file_name or 'several files'}: {trouble.note}"
                for trouble in summary.troubles
            ),
            f"inbox: {summary.inbox}",
        ]
    )


@demo_app.command()
def serve(
    port: Annotated[int, typer.Option(help="The port on loopback.", min=1, max=65535)] = 8765,
    faults: Annotated[
        str, typer.Option(help="What the platforms do wrong: slow, flaky, wrong (with commas).")
    ] = "",
    write_sources: Annotated[
        bool, typer.Option("--write-sources", help="Write the home's sources.yaml, if it has none.")
    ] = False,
    seed: Seed = 2019,
    scale: Scale = 0.003,
    departments: Departments = 60,
    home: Home = None,
) -> None:
    """Be the city's platforms: serve its data by REST on loopback, to be pulled from.

    Prints the `sources.yaml` that goes with it. Ends with Ctrl-C.
    """
    from threading import Event

    from pipelines.console import Console
    from scorecard.demo.serve import TOKEN
    from scorecard.demo.serve import serve as served
    from scorecard.demo.serve import write_sources as write_new

    settings = read_settings(home)
    console = Console()
    names = [name for name in faults.split(",") if name]
    with served(
        settings.home / "demo",
        port=port,
        faults=names,
        seed=seed,
        scale=scale,
        departments=departments,
        progress=console.progress,
    ) as server:
        if write_sources:
            _say_written(console, settings.sources, write_new(settings.sources, server.sources))
        else:
            console.print_lines(["", server.sources])
        if server.made_token:
            console.print_lines([f"export {TOKEN}={server.token}"])
        console.print_lines(
            [
                f"the city's platforms: {server.address}  (stop with Ctrl-C)",
                f"pull from them in another shell, with that {TOKEN}: "
                f"scorecard nightly --home {settings.home} --as-of 2020-03-31",
            ]
        )
        Event().wait()


def _say_written(console: Console, path: Path, is_written: bool) -> None:
    said = "written" if is_written else "left as it was: is it the one for this server?"
    console.print_lines([f"{path}: {said}"])
