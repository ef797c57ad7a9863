"""A platform in trouble costs its own data only, is shown as late, and tells no secret."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import duckdb
import pytest

from tests.e2e.home import AS_OF, Home
from tests.servers import free_port


class Telltale(BaseHTTPRequestHandler):
    """Repeats in its refusal all that it was sent: address, headers, body."""

    def do_GET(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        told = f"{self.path}\n{self.headers}\n{self.rfile.read(size).decode(errors='replace')}"
        self.send_response(403, told.replace("\r", " ").replace("\n", " ")[:500])
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(told.encode())

    do_POST = do_PUT = do_HEAD = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Logs nothing."""


@contextmanager
def telltale() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Telltale) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@contextmanager
def silent() -> Iterator[int]:
    """A server that takes connections and never says anything."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        yield listener.getsockname()[1]


def write_sources(home: Home, text: str) -> None:
    home.folder.mkdir(parents=True, exist_ok=True)
    (home.folder / "sources.yaml").write_text(text, encoding="utf-8")


def verdicts(home: Home, check: str) -> dict[str, bool]:
    sql = "select dataset, passed from fct_quality_check where check_name = ?"
    return dict(home.read(sql, check))


def test_a_platform_that_hangs_costs_its_own_data_only_and_is_shown_as_late(
    demo: Home, tmp_path: Path
):
    home = Home(tmp_path / "home")
    for dataset in ("credit_records", "credit_targets", "departments", "network_links", "sections"):
        shutil.copytree(demo.folder / "inbox" / dataset, home.folder / "inbox" / dataset)
    with silent() as port:
        write_sources(
            home,
            f"""
sources:
  monitoring: {{kind: prometheus, base_url: http://127.0.0.1:{port}, timeout: {{read: 60s}}}}
datasets:
  network_probes:
    source: monitoring
    up: probe_success
    link: {{label: link_id}}
    deadline: 3s
""",
        )
        done = home.run("nightly", "--as-of", AS_OF)
    assert "pulled network_probes from monitoring: failed" in done.stdout
    assert "deadline: 3 s" in done.stdout
    assert home.read("select count(*) from mart_scorecard where total > 0") >= [(1,)]
    on_time = verdicts(home, "due_period_arrived")
    assert on_time["network_probes"] is False
    assert on_time["credit_records"] is True
    [(stale,)] = home.read(
        "select count(*) from fct_indicator_score where stale and indicator_code = '007'"
    )
    assert stale > 0


SECRETS = {
    "BEARER": "bearer-5f0c/8e+1d", "PASSWORD": "pass word-93ab", "KEY": "key-77ce&41",
    "CLIENT": "client-10fd=2", "PG": "pg-secret-@:/6c", "MY": "my-secret-e1%",
    "ZABBIX": "zabbix-token-b5", "ACCESS": "access-key-id-90", "S3": "s3-secret+/ab4",
    "SFTP": "sftp-pass-\"4d",
}  # fmt: skip
BOUND = [
    "departments", "sections", "evidence", "catalogue_entries", "credit_records", "certificates",
    "network_probes", "credit_targets", "it_projects",
]  # fmt: skip


def failing_sources(telling: int, closed: int, folder: Path) -> str:
    (folder / "sftp.pass").write_text(SECRETS["SFTP"], encoding="utf-8")
    (folder / "known_hosts").write_text("", encoding="utf-8")
    at = f"http://127.0.0.1:{telling}"
    return f"""
sources:
  bearer: {{kind: http, base_url: {at}, retries: 1, auth: {{bearer: env:BEARER}}}}
  basic: {{kind: http, base_url: {at}, auth: {{basic: {{user: u, password: env:PASSWORD}}}}}}
  key: {{kind: http, base_url: {at}, auth: {{api_key: {{query: key, value: env:KEY}}}}}}
  oauth:
    kind: http
    base_url: {at}
    auth: {{oauth2: {{token_url: {at}/token, client_id: c, client_secret: env:CLIENT}}}}
  pg: {{kind: sql, url: postgresql://u@127.0.0.1:{telling}/d, password: env:PG}}
  my: {{kind: sql, url: mysql+pymysql://u@127.0.0.1:{closed}/d, password: env:MY}}
  zabbix: {{kind: zabbix, base_url: {at}/api_jsonrpc.php, token: env:ZABBIX}}
  bucket: {{kind: files, url: s3://b/p, endpoint: {at}, key: env:ACCESS, secret: env:S3}}
  office:
    kind: files
    url: sftp://u@127.0.0.1:{closed}/out
    password: file:{folder}/sftp.pass
    known_hosts: {folder}/known_hosts
datasets:
  departments: {{source: bearer, path: /x}}
  sections: {{source: basic, path: /x}}
  evidence: {{source: key, path: /x}}
  catalogue_entries: {{source: oauth, path: /x}}
  credit_records: {{source: pg, table: t}}
  certificates: {{source: my, table: t}}
  network_probes: {{source: zabbix}}
  credit_targets: {{source: bucket}}
  it_projects: {{source: office}}
"""


def forms(secret: str) -> set[bytes]:
    """How a secret may stand in a text."""
    raw = secret.encode()
    users = [f"{user}:{secret}".encode() for user in ("u", "c")]
    return {
        raw, quote(secret, safe="").encode(), b64encode(raw).rstrip(b"="),
        secret.replace('"', '\\"').encode(), *(b64encode(user).rstrip(b"=") for user in users),
    }  # fmt: skip


def test_no_secret_stands_in_any_output_of_a_night_in_which_every_platform_fails(tmp_path: Path):
    home = Home(tmp_path / "home")
    environment = {name: value for name, value in SECRETS.items() if name != "SFTP"}
    with telltale() as telling:
        write_sources(home, failing_sources(telling, free_port(), tmp_path))
        night = home.run("nightly", "--as-of", AS_OF, **environment)
        command = home.run("pull", "departments", status=1, **environment)
        home.run("check", **environment)
    outputs = [(night.stdout + night.stderr + command.stdout + command.stderr).encode()]
    outputs += [
        path.read_bytes()
        for path in home.folder.rglob("*")
        if path.is_file() and path.name != "sources.yaml"
    ]
    assert len(outputs) > 10
    for dataset in BOUND:
        assert f"pulled {dataset} from" in night.stdout
    with duckdb.connect(home.folder / "warehouse" / "scorecard.duckdb", read_only=True) as books:
        told = books.execute("select dataset, outcome, note from ops.pull").fetchall()
        texts = "\n".join(str(row) for row in told)
    assert {dataset for dataset, outcome, _ in told if outcome == "failed"} == set(BOUND)
    for name, secret in SECRETS.items():
        for form in forms(secret):
            assert form.decode() not in texts, name
            for output in outputs:
                assert form not in output, name


def test_a_secret_that_is_not_there_is_told_by_name_before_anything_is_asked(tmp_path: Path):
    home = Home(tmp_path / "home")
    write_sources(
        home,
        """
sources:
  a: {kind: http, base_url: http://127.0.0.1:9, auth: {bearer: env:NOT_SET_ANYWHERE}}
datasets:
  departments: {source: a, path: /x}
""",
    )
    assert "env:NOT_SET_ANYWHERE" in home.run("check", status=2).stderr


def test_verification_that_is_off_is_said_loudly(tmp_path: Path):
    home = Home(tmp_path / "home")
    write_sources(
        home,
        f"""
sources:
  a: {{kind: http, base_url: "https://127.0.0.1:{free_port()}", retries: 0, tls: {{verify: false}}}}
datasets:
  departments: {{source: a, path: /x}}
""",
    )
    for done in (home.run("pull", "departments", status=1), home.run("check")):
        assert "TLS VERIFICATION IS OFF" in done.stdout.upper()


STOPPABLE = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Runs a command that hears SIGINT, which a shell's background jobs do not."""


def test_a_pull_that_is_stopped_says_so_and_leaves_nothing_that_was_fetched(tmp_path: Path):
    home = Home(tmp_path / "home")
    with silent() as port:
        write_sources(
            home,
            f"""
sources:
  a: {{kind: http, base_url: "http://127.0.0.1:{port}"}}
datasets:
  departments: {{source: a, path: /x}}
""",
        )
        scratch = home.folder / "warehouse" / "scratch"
        process = subprocess.Popen(
            [sys.executable, "-c", STOPPABLE, *home.command("pull", "departments")],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=home.environment(),
        )
        until = time.monotonic() + 60
        while not list(scratch.glob("pull-*")):
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)
        assert scratch.stat().st_mode & 0o077 == 0
        process.send_signal(signal.SIGINT)
        told, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert told.strip().endswith("scorecard: stopped")
    assert not scratch.exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--since", "yesterday"], "yesterday"),
        (["--since", "5", "--until", "3"], "5"),
    ],
)
def test_a_mark_that_is_none_is_a_wrong_call(options: list[str], said: str, tmp_path: Path):
    home = Home(tmp_path / "home")
    write_sources(
        home,
        """
sources:
  a: {kind: http, base_url: "http://127.0.0.1:9"}
datasets:
  departments:
    source: a
    path: /x
    watermark: {column: id, kind: integer, parameter: since, until_parameter: until}
""",
    )
    done = home.run("pull", "departments", *options, status=2)
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
