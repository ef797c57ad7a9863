"""Real servers for tests: each is started on a free port of loopback and ended with the test.

A machine without a server's program skips its tests, and says which package brings it; where
SCORECARD_TEST_SERVERS is `required` (as in CI) that is a failure instead.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import pytest
import typst

from scorecard.sheets.fonts import HEI, SONG

SYSTEM = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def program(name: str, package: str, *places: str) -> Path:
    """The path of a server's program, looked for in `places` (globs) and on the usual paths.

    Skips the test where there is none, or fails it in CI.
    """
    for pattern in places:
        if found := sorted(Path("/").glob(pattern.lstrip("/"))):
            return found[-1]
    if path := shutil.which(name, path=f"{os.environ.get('PATH', '')}:{SYSTEM}"):
        return Path(path)
    lacking(f"{name} is not installed", package)


def chinese_font() -> None:
    """Skips the test where no font shows Chinese, or fails it in CI."""
    if not set(typst.Fonts().families()) & {*SONG, *HEI}:
        lacking("no font that shows Chinese is installed", "fonts-noto-cjk")


def lacking(what: str, package: str) -> NoReturn:
    """Skips the test, or fails it in CI."""
    missing = f"{what}; get it with: apt-get install {package}"
    if os.environ.get("SCORECARD_TEST_SERVERS") == "required":
        pytest.fail(missing)
    pytest.skip(missing)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def folder_of(user: str | None = None) -> Iterator[Path]:
    """A folder that a server may use which does not run as root; removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="scorecard-"))
    try:
        folder.chmod(0o755)
        if user and os.geteuid() == 0:
            shutil.chown(folder, user, user)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def as_user(user: str) -> dict[str, Any]:
    """Arguments for subprocess: databases refuse to run as root."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


@contextmanager
def running(
    command: Sequence[str | Path],
    folder: Path,
    is_up: Callable[[], bool],
    seconds: float = 60,
    **options: Any,
) -> Iterator[subprocess.Popen[bytes]]:
    """A server at work, from when it answers; its output is in `folder/log`."""
    log = folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(part) for part in command], stdout=out, stderr=subprocess.STDOUT, **options
        )
    try:
        until = time.monotonic() + seconds
        while not is_up():
            assert process.poll() is None, log.read_text(errors="replace")[-2000:]
            assert time.monotonic() < until, f"{command[0]} did not answer"
            time.sleep(0.05)
        yield process
    finally:
        process.kill()
        process.wait()


def answers(port: int) -> bool:
    """Whether something listens there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
