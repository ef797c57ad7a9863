"""The platforms of `sources.yaml`: where they are, and who we are there.

A secret is only ever named (`env:NAME`, `file:PATH`), so these models can be printed, compared and
sent to another process.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from scorecard.clock import TIME_ZONE
from scorecard.pulling.values import Duration, Model, Secret, Texts, Zone


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


class OAuth2(Model):
    """OAuth2 client credentials (RFC 6749, 4.4)."""

    token_url: str
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
            raise ValueError("give exactly one of bearer, basic, api_key and oauth2")
        return self


class _Source(Model):
    time_zone: Zone = Field(
        default=TIME_ZONE.key, description="the zone of times that come without an offset"
    )
    tls: Tls = Tls()


class _HttpServer(_Source):
    base_url: str = Field(pattern=r"^https?://", description="an address such as https://host/api")
    auth: Auth | None = None
    headers: Mapping[str, str] = {}
    requests_per_second: float | None = Field(default=None, gt=0)
    timeout: Timeout = Timeout()
    retries: int = Field(default=5, ge=0, le=20)


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
    url: str
    password: Secret | None = None
    statement_timeout: Duration | None = None


class FilesSource(_Source):
    """A folder elsewhere: S3-compatible (`s3://bucket/prefix`), SFTP, a share, a mounted folder."""

    kind: Literal["files"]
    url: str
    endpoint: str | None = None
    addressing: Literal["auto", "path", "virtual"] = "auto"
    region: str | None = None
    key: Secret | None = None
    secret: Secret | None = None
    user: str | None = None
    password: Secret | None = None
    key_file: Path | None = None
    known_hosts: Path | None = None


Source: TypeAlias = Annotated[
    HttpSource | SqlSource | PrometheusSource | ZabbixSource | FilesSource,
    Field(discriminator="kind"),
]
