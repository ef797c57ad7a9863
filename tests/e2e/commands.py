"""Commands as processes of their own that need not import the libraries first.

A server that has imported them forks a process for each command: of a small city's night, half the
time is imports. What a command loads, or how it starts, is shown by starting it afresh instead.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

SCORECARD = Path(sys.executable).with_name("scorecard")
SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(
    ["pipelines.cli", "pipelines.nightly", "great_expectations.expectations"]
)


def run_forked(
    words: Sequence[str], environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Runs `scorecard` with these words to its end, forked from a server."""
    with tempfile.TemporaryDirectory() as folder:
        streams = Path(folder, "stdout"), Path(folder, "stderr")
        process = SERVER.Process(target=_command, args=(words, environment, streams))
        process.start()
        process.join()
        out, err = (stream.read_text(encoding="utf-8") for stream in streams)
    assert process.exitcode is not None
    return subprocess.CompletedProcess([*words], process.exitcode, out, err)


def run_afresh(
    words: Sequence[str], environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Runs the installed `scorecard` with these words to its end, as a user does."""
    return subprocess.run(
        [str(SCORECARD), *words], capture_output=True, text=True, check=False, env=environment
    )


def _command(
    words: Sequence[str], environment: Mapping[str, str], streams: tuple[Path, Path]
) -> None:
    os.environ.clear()
    os.environ.update(environment)
    for number, path in enumerate(streams, 1):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT)
        os.dup2(handle, number)
        os.close(handle)
    sys.argv = [str(SCORECARD), *words]
    from pipelines.cli import main

    sys.exit(main())
