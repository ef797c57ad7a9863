"""kill -9 in the middle of pulls from real platforms: the next pull ends as if nothing had been."""

from __future__ import annotations

import csv
import datetime as dt
import io
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.home import Home
from tests.e2e.pulling import SOON, Pulling, kill, kill_held, kill_in_landing
from tests.inboxes import ROOT, entry
from tests.pulling.jobs import gone, wait_until
from tests.servers import mariadb as mariadbs
from tests.servers import postgres as postgresses
from tests.servers.faulty import platform
from tests.servers.gate import Gate, gate
from tests.servers.mariadb import mariadb
from tests.servers.postgres import postgres
from tests.servers.prometheus import remembering
from tests.servers.s3 import s3
from tests.servers.sftp import sftp

ROWS = 3000
WINDOWS = "{column: updated, overlap: 6h, window: 3d, first: 2019-03-01}"
UNTIL = "2019-03-10"


@dataclass(frozen=True)
class Far:
    """A platform behind a gate; the last lines of `sources` are the binding's."""

    way: Gate
    sources: str
    dataset: str = "catalogue_entries"
    until: str | None = None
    secrets: Mapping[str, str] = field(default_factory=dict)

    def home(self, folder: Path) -> Pulling:
        return Pulling(folder, self.dataset, self.until).bind(self.sources)


def entries(begin: int = 0, end: int = ROWS) -> list[dict[str, Any]]:
    """Rows over nine days, one in five hundred of them with a code that nobody knows."""
    first = dt.datetime(2019, 3, 1)
    return [
        entry(
            f"e{number:04d}",
            title=f"淮北市目录 {number * 7919}",
            share_type="unconditional" if number % 500 else "secret",
            updated=str(first + number * dt.timedelta(days=9) / ROWS),
        )
        for number in range(begin, end)
    ]


def as_csv(rows: list[dict[str, Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def inserts(table: str, stamp: str) -> str:
    """SQL that makes the table of the rows."""
    rows = entries()
    columns = ", ".join(f"{n} {stamp if n == 'updated' else 'varchar(60)'}" for n in rows[0])
    values = ", ".join(
        "(" + ", ".join(f"'{value}'" for value in row.values()) + ")" for row in rows
    )
    return f"create table {table} ({columns}); insert into {table} values {values};"


@contextmanager
def a_rest_platform() -> Iterator[Far]:
    with platform() as server, gate(server.port) as way:
        server.rows = entries()
        yield Far(
            way,
            f"""
sources:
  far: {{kind: http, base_url: "http://127.0.0.1:{way.port}", expect: {{$.code: '0'}}}}
datasets:
  catalogue_entries:
    source: far
    path: rows
    rows: $.data.list
    paging: {{page_number: {{rows: 300, total: $.data.total}}}}
""",
        )


@contextmanager
def a_postgresql() -> Iterator[Far]:
    with postgres() as server, gate(server.port) as way:
        server.run(inserts("gx.entry", "timestamp"))
        yield Far(
            way,
            f"""
sources:
  far:
    kind: sql
    url: {server.url(port=way.port)}
    password: env:FAR
    tls: {{ca: {server.authority.ca}}}
datasets:
  catalogue_entries: {{source: far, table: gx.entry, watermark: {WINDOWS}}}
""",
            until=UNTIL,
            secrets={"FAR": postgresses.PASSWORD},
        )


@contextmanager
def a_mariadb() -> Iterator[Far]:
    with mariadb() as server, gate(server.port) as way:
        server.run(inserts("entry", "datetime(6)"))
        yield Far(
            way,
            f"""
sources:
  far:
    kind: sql
    url: {server.url(port=way.port)}
    password: env:FAR
    tls: {{ca: {server.authority.ca}}}
datasets:
  catalogue_entries: {{source: far, table: entry, watermark: {{column: updated, overlap: 1d}}}}
""",
            secrets={"FAR": mariadbs.PASSWORD},
        )


@contextmanager
def a_prometheus() -> Iterator[Far]:
    first = int(dt.datetime.fromisoformat("2019-03-01T00:00:00+08:00").timestamp() * 1000)
    moments = range(0, 24 * 60, 2)
    samples = [
        (f'{metric}{{link_id="l{link}"}}', first + minute * 60_000 + link, value)
        for metric in ("probe_duration_seconds", "probe_success")
        for link in (1, 2)
        for minute in moments
        for value in ["0.25" if "seconds" in metric else str(int(minute % 90 > 4))]
    ]
    with remembering(samples) as address, gate(int(address.rpartition(":")[2])) as way:
        yield Far(
            way,
            f"""
sources:
  far: {{kind: prometheus, base_url: "http://127.0.0.1:{way.port}"}}
datasets:
  network_probes:
    source: far
    up: probe_success
    latency: probe_duration_seconds
    link: {{label: link_id}}
    watermark: {{overlap: 10m, window: 8h, first: 2019-03-01}}
""",
            dataset="network_probes",
            until="2019-03-02",
        )


PARTS = [(number, number + ROWS // 3) for number in range(0, ROWS, ROWS // 3)]


@contextmanager
def a_bucket() -> Iterator[Far]:
    with s3() as store, gate(int(store.endpoint.rpartition(":")[2])) as way:
        for begin, end in PARTS:
            store.put(f"out/entries/2019-03-01 {begin:04d}.csv", as_csv(entries(begin, end)))
        yield Far(
            way,
            f"""
sources:
  far:
    kind: files
    url: s3://city/out
    endpoint: http://127.0.0.1:{way.port}
    addressing: path
    key: env:KEY
    secret: env:SECRET
datasets:
  catalogue_entries: {{source: far, folder: entries}}
""",
            secrets=dict(zip(("KEY", "SECRET"), store.reader, strict=True)),
        )


@contextmanager
def an_sftp_server() -> Iterator[Far]:
    with sftp() as server, gate(server.port) as way:
        (server.folder / "entries").mkdir()
        for begin, end in PARTS:
            file = server.folder / "entries" / f"2019-03-01 {begin:04d}.csv"
            file.write_bytes(as_csv(entries(begin, end)))
        known = server.keys / "known_hosts"
        known.write_text(
            server.known_hosts("host_ed25519").replace(str(server.port), str(way.port))
        )
        yield Far(
            way,
            f"""
sources:
  far:
    kind: files
    url: sftp://{server.user}@127.0.0.1:{way.port}{server.folder}
    key_file: {server.keys / "user"}
    known_hosts: {known}
datasets:
  catalogue_entries: {{source: far, folder: entries}}
""",
        )


@pytest.fixture
def set_secrets(monkeypatch: pytest.MonkeyPatch) -> Callable[[Far], None]:
    def set_all(far: Far) -> None:
        for name, secret in far.secrets.items():
            monkeypatch.setenv(name, secret)

    return set_all


def pulled_whole(far: Far, folder: Path) -> tuple[Pulling, int, int]:
    """A home after an undisturbed pull; the bytes and the statements that it took."""
    whole = far.home(folder)
    pulled, statements = whole.pull_counting()
    assert {each.outcome for each in pulled} == {"landed"}
    assert len(whole.state()["rows"]) > 1000
    assert whole.torn() == []
    return whole, far.way.passed, statements


def assert_alike(home: Pulling, whole: Pulling) -> None:
    assert home.torn() == []
    assert home.state() == whole.state()
    assert list(home.scratch.glob("*")) == []


@pytest.mark.parametrize(
    ("far_away", "whom"),
    [
        (a_rest_platform, "worker"),
        (a_mariadb, "parent"),
        (a_prometheus, "parent"),
        (a_bucket, "worker"),
        (an_sftp_server, "parent"),
    ],
    ids=lambda given: getattr(given, "__name__", given),
)
def test_whoever_is_killed_while_a_platform_answers_the_next_pull_ends_alike(
    far_away: Callable[[], Any], whom: str, set_secrets: Callable[[Far], None], tmp_path: Path
):
    with far_away() as far:
        set_secrets(far)
        home = far.home(tmp_path / "killed")
        whole, size, statements = pulled_whole(far, tmp_path / "whole")
        if home.dataset == "catalogue_entries":
            assert len(whole.state()["quarantine"]) == ROWS // 500
        kill_held(home, far.way, size * 0.6, "both")
        kill_held(home, far.way, size * 0.3, whom)
        failed = home.rows("select note from ops.pull where outcome = 'failed'")
        assert ["ended by signal 9" in note for (note,) in failed] == [True] * (whom == "worker")
        assert home.torn() == []
        if far_away is an_sftp_server:  # whose files land one by one, which rows do not
            kill_in_landing(home, statements // 2)
            assert 0 < len(home.state()["files"]) < len(PARTS)
        home.pull()
        assert_alike(home, whole)


def test_the_command_ends_alike_when_it_was_killed_between_windows_and_while_one_landed(
    set_secrets: Callable[[Far], None], tmp_path: Path
):
    with a_postgresql() as far:
        set_secrets(far)
        whole, size, _ = pulled_whole(far, tmp_path / "whole")
        home = far.home(tmp_path / "killed")
        far.way.set(size * 0.5)
        with commanded(home) as process:
            wait_until(far.way.held.is_set)
            assert gone(kill(process.pid, "both"), seconds=SOON)
        assert home.rows("select mark from ops.watermark") == [("2019-03-04 00:00:00",)]
        assert list(home.scratch.glob("pull-*"))
        far.way.set()
        with commanded(home) as process:
            wait_until(lambda: is_fetched(home))
            assert gone(kill(process.pid, "parent"), seconds=SOON)
        assert home.torn() == []
        done = Home(home.folder).run("pull", home.dataset, "--until", UNTIL)
        assert "Traceback" not in done.stdout + done.stderr
        assert_alike(home, whole)


@contextmanager
def commanded(home: Pulling) -> Iterator[subprocess.Popen[bytes]]:
    """The command at work in a session of its own; it has to be killed."""
    words = ("pull", home.dataset, "--until", UNTIL)
    with subprocess.Popen(Home(home.folder).command(*words), start_new_session=True) as process:
        try:
            yield process
            assert process.wait(20) == -signal.SIGKILL
        finally:
            process.kill()


def is_fetched(home: Pulling) -> bool:
    """Whether a window of ours is whole on the disk, so that it lands from now on."""
    found = list(home.scratch.glob(f"pull-{home.dataset}-*/rows.parquet"))
    return any(path.read_bytes().endswith(b"PAR1") and path.stat().st_size > 4 for path in found)


def test_a_kill_while_the_first_run_makes_its_key_leaves_no_empty_one(tmp_path: Path):
    script = "import os, secrets, sys; from scorecard.settings import Settings; "
    for ending in ("secrets.token_hex = lambda size: os.kill(os.getpid(), 9); ", ""):
        make = f"{script}{ending}print(len(Settings(home=sys.argv[1]).read_hash_key()))"
        done = subprocess.run(
            [sys.executable, "-c", make, str(tmp_path)], cwd=ROOT, capture_output=True, check=False
        )
    assert done.stdout == b"64\n"
