"""A MariaDB of our own, with TLS by a private authority."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers import answers, as_user, folder_of, free_port, program, running
from tests.servers.authority import Authority

PASSWORD = "my 口令%/@:'\\x"
"""Of the user `reader`; with everything in it that some layer might take for its own."""


@dataclass(frozen=True)
class Mariadb:
    port: int
    folder: Path
    client: Path
    authority: Authority

    def run(self, sql: str) -> str:
        """Runs SQL as root, in the database `city`."""
        done = subprocess.run(
            [self.client, "--no-defaults", f"--socket={self.folder}/socket", "-uroot", "-N", "-B",
             "--default-character-set=utf8mb4", "city"],
            input=sql, text=True, capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def url(self, host: str = "127.0.0.1", port: int | None = None) -> str:
        return f"mysql://reader@{host}:{port or self.port}/city"


@contextmanager
def mariadb(tls: bool = True) -> Iterator[Mariadb]:
    install = program("mariadb-install-db", "mariadb-server")
    daemon = program("mariadbd", "mariadb-server")
    client = program("mariadb", "mariadb-client")
    with folder_of("mysql") as folder:
        user = ["--user=mysql"] if os.geteuid() == 0 else []
        subprocess.run(
            [install, "--no-defaults", f"--datadir={folder}/data", "--skip-test-db",
             "--auth-root-authentication-method=normal", *user],
            check=True, capture_output=True, **as_user("mysql"),
        )  # fmt: skip
        authority, port = Authority.make(folder, owner="mysql"), free_port()
        command = [
            daemon, "--no-defaults", f"--datadir={folder}/data", f"--socket={folder}/socket",
            f"--pid-file={folder}/pid", f"--port={port}", "--bind-address=127.0.0.1",
            "--character-set-server=utf8mb4", "--innodb-flush-log-at-trx-commit=0",
            "--skip-log-bin",
        ]  # fmt: skip
        proof = [f"--ssl-cert={authority.certificate}", f"--ssl-key={authority.key}"]
        command += proof if tls else ["--skip-ssl"]
        with running(command, folder, lambda: answers(port), **as_user("mysql")):
            server = Mariadb(port, folder, client, authority)
            subprocess.run(
                [client, "--no-defaults", f"--socket={folder}/socket", "-uroot",
                 "-e", "create database city"], check=True,
            )  # fmt: skip
            quoted = PASSWORD.replace("\\", "\\\\").replace("'", "\\'")
            server.run("".join(
                f"create user reader@'{host}' identified by '{quoted}';"
                f"grant select, execute on city.* to reader@'{host}';"
                for host in ("127.0.0.1", "localhost")
            ))  # fmt: skip
            yield server
