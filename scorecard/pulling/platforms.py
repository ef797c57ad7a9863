"""The platforms of `sources.yaml`: where they are, and who we are there.

A secret is only ever named (`env:NAME`, `file:PATH`), so these models can be printed, compared and
sent to another process.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, Self, TypeAlias
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from scorecard.clock import TIME_ZONE
from scorecard.pulling.values import (
    Duration,
    Model,
    Secret,
    Texts,
    Url,
    WebAddress,
    Zone,
    finding,
)


class Dialect(NamedTuple):
    """A kind of database: how sqlglot reads its SQL, our library for it, the extra that has it.

    `reads` is empty for SQL that sqlglot has no dialect of, or none that we know of.
    """

    reads: str
    library: str
    extra: str | None = None

    @property
    def mend(self) -> str:
        """How to get the library."""
        return f"uv sync --extra {self.extra}" if self.extra else "uv sync"


DIALECTS = {
    "postgresql": Dialect("postgres", "adbc_driver_postgresql"),
    "mysql": Dialect("mysql", "pymysql"),
    "mariadb": Dialect("mysql", "pymysql"),
    "oracle": Dialect("oracle", "oracledb", "oracle"),
    "mssql": Dialect("tsql", "pymssql", "sqlserver"),
    "dm": Dialect("oracle", "dmPython", "dameng"),
    "sqlite": Dialect("sqlite", "sqlite3"),
}
"""By the start of a database's URL; KingbaseES and openGauss speak PostgreSQL.

What other packages bring to SQLAlchemy comes after these.
"""
for _each in entry_points(group="sqlalchemy.dialects"):
    _library = _each.module.partition(".")[0]
    DIALECTS.setdefault(_each.name.partition(".")[0], Dialect("", _library))


class Tls(Model):
    """How a server proves itself: `ca` names a private authority's PEM file.

    `verify: false` turns the proof off, and every night says so.
    """

    ca: Path | None = None
    verify: bool = True


class Timeout(Model):
    """How long to wait for a connection, and for the next bytes."""

    connect: Duration = dt.timedelta(seconds=10)
    read: Duration = dt.timedelta(seconds=30)


class Basic(Model):
    """User and password (HTTP basic)."""

    user: str
    password: Secret


class ApiKey(Model):
    """A key in a header or a query parameter; exactly one of them is named."""

    header: str | None = None
    query: str | None = None
    value: Secret

    @model_validator(mode="after")
    def _one(self) -> ApiKey:
        if (self.header is None) == (self.query is None):
            raise finding("`api_key` is not in one place", "give one of header and query")
        return self


class OAuth2(Model):
    """OAuth2 client credentials (RFC 6749, 4.4)."""

    token_url: WebAddress
    client_id: str
    client_secret: Secret
    scope: str | None = None


class Auth(Model):
    """Who we are to an HTTP platform; exactly one of them is given."""

    bearer: Secret | None = None
    basic: Basic | None = None
    api_key: ApiKey | None = None
    oauth2: OAuth2 | None = None

    @model_validator(mode="after")
    def _one(self) -> Auth:
        if len(self.model_fields_set) != 1:
            mend = "give one of bearer, basic, api_key and oauth2"
            raise finding("`auth` does not say one way", mend)
        return self


LOOPBACK = {"127.0.0.1", "::1", "localhost"}
"""This machine: what goes there is seen by nobody on the way."""


class _Source(Model):
    time_zone: Zone = Field(
        default=TIME_ZONE.key,
        description="a time zone such as Asia/Shanghai, that of times without an offset",
    )
    tls: Tls = Tls()

    @property
    def addresses(self) -> tuple[str, ...]:
        """The web addresses that it is asked by."""
        return ()

    @model_validator(mode="after")
    def _no_plain_address(self) -> Self:
        for address in self.addresses:
            parts = urlsplit(address)
            if parts.scheme == "http" and parts.hostname not in LOOPBACK and self.tls.verify:
                raise finding(
                    f"http://{parts.hostname} goes in clear, secrets too",
                    "use https://, or write `tls: {verify: false}` if there is nothing else",
                )
        return self


class _HttpServer(_Source):
    base_url: WebAddress
    auth: Auth | None = None
    headers: Mapping[str, str] = {}
    requests_per_second: float | None = Field(default=None, gt=0)
    timeout: Timeout = Timeout()
    retries: int = Field(default=5, ge=0, le=20)

    @property
    def addresses(self) -> tuple[str, ...]:
        """The server's, and that of its tokens."""
        oauth2 = self.auth and self.auth.oauth2
        return (self.base_url, *([oauth2.token_url] if oauth2 else []))


class HttpSource(_HttpServer):
    """A platform that answers JSON over REST.

    `expect` are JSONPaths with the values that an answer must have there, since many a platform
    reports its failures with status 200.
    """

    kind: Literal["http"]
    preset: str | None = None
    expect: Mapping[str, Texts] = {}


class PrometheusSource(_HttpServer):
    """A Prometheus server; `points` is the most samples a series that it gives at once."""

    kind: Literal["prometheus"]
    points: int = Field(default=11_000, gt=0)


class ZabbixSource(_HttpServer):
    """A Zabbix server's JSON-RPC; `base_url` ends in api_jsonrpc.php, `token` is an API token."""

    kind: Literal["zabbix"]
    token: Secret
    version: str = "6.4"


class SqlSource(_Source):
    """A database, by SQLAlchemy's URL; the password stands in `password`, never in the URL."""

    kind: Literal["sql"]
    url: Url
    password: Secret | None = None
    statement_timeout: Duration | None = None

    @property
    def dialect(self) -> str:
        """The URL's dialect, without a driver: a key of DIALECTS."""
        return self.url.partition("://")[0].partition("+")[0].lower()


class FilesSource(_Source):
    """A folder elsewhere: S3-compatible (`s3://bucket/prefix`), SFTP, a share, a mounted folder."""

    kind: Literal["files"]
    url: Url
    endpoint: WebAddress | None = None
    addressing: Literal["auto", "path", "virtual"] = "auto"
    region: str | None = None
    key: Secret | None = None
    secret: Secret | None = None
    user: str | None = None
    password: Secret | None = None
    key_file: Path | None = None
    known_hosts: Path | None = None

    @property
    def addresses(self) -> tuple[str, ...]:
        """That of an S3-compatible service."""
        return (self.endpoint,) if self.endpoint else ()

    @property
    def scheme(self) -> str:
        """The URL's: s3, sftp, smb or file."""
        return self.url.partition("://")[0].lower()


Source: TypeAlias = Annotated[
    HttpSource | SqlSource | PrometheusSource | ZabbixSource | FilesSource,
    Field(discriminator="kind"),
]
