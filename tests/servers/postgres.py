"""A PostgreSQL of our own, with TLS by a private authority."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers import answers, as_user, folder_of, free_port, program, running
from tests.servers.authority import Authority

PASSWORD = "pg 口令%/@:'\\x"
"""Of the user `reader`; with everything in it that some layer might take for its own."""


@dataclass(frozen=True)
class Postgres:
    port: int
    folder: Path
    psql: Path
    authority: Authority

    def run(self, sql: str) -> str:
        """Runs SQL as the owner."""
        done = subprocess.run(
            [self.psql, "-h", self.folder, "-p", str(self.port), "-U", "owner", "-d", "postgres",
             "-v", "ON_ERROR_STOP=1", "-qAtX", "-f", "-"],
            input=sql, text=True, capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def url(self, host: str = "127.0.0.1", port: int | None = None) -> str:
        return f"postgresql://reader@{host}:{port or self.port}/postgres"


@contextmanager
def postgres() -> Iterator[Postgres]:
    initdb = program("initdb", "postgresql", "/usr/lib/postgresql/*/bin/initdb")
    psql = program("psql", "postgresql-client", str(initdb.parent / "psql"))
    with folder_of("postgres") as folder:
        data, port = folder / "data", free_port()
        subprocess.run(
            [initdb, "-D", data, "-U", "owner", "--auth-local=trust", "--auth-host=scram-sha-256",
             "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
            check=True, stdout=subprocess.DEVNULL, **as_user("postgres"),
        )  # fmt: skip
        authority = Authority.make(folder, owner="postgres")
        settings = {
            "listen_addresses": "127.0.0.1,127.0.0.2,127.0.0.3", "unix_socket_directories": folder,
            "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off",
            "max_wal_size": "2GB", "ssl": "on",
            "ssl_cert_file": authority.certificate, "ssl_key_file": authority.key,
        }  # fmt: skip
        command = [initdb.parent / "postgres", "-D", data, "-p", str(port)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with running(command, folder, lambda: answers(port), **as_user("postgres")):
            server = Postgres(port, folder, psql, authority)
            quoted = PASSWORD.replace("'", "''")
            server.run(f"create role reader login password '{quoted}'; {_CITY}")
            yield server


_CITY = """
create schema gx; grant usage on schema gx to reader;
alter default privileges in schema gx grant select on tables to reader;
"""
