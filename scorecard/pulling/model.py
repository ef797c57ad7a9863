"""What `sources.yaml` says, as frozen pydantic models.

Two halves: `sources` are the platforms (where they are, who we are there), `datasets` bind a
dataset of the contracts to one of them. Everything in the file is text until it stands here, and
an unknown key is refused. A secret is only ever named (`env:NAME`, `file:PATH`), so these models
can be printed, compared and sent to another process. How the file is read and its faults are told
is in `config.py`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    model_validator,
)

from scorecard.clock import TIME_ZONE

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_SPAN = re.compile(r"(\d+)\s*([smhd])")


def _duration(given: Any) -> Any:
    """`30s`, `10m`, `2h` or `3d` as a time span; anything else is left for pydantic to refuse."""
    found = _SPAN.fullmatch(given.strip()) if isinstance(given, str) else None
    return dt.timedelta(seconds=int(found[1]) * _UNITS[found[2]]) if found else given


Duration = Annotated[
    dt.timedelta,
    BeforeValidator(_duration),
    PlainSerializer(lambda span: f"{int(span.total_seconds())}s", return_type=str),
    Field(description="a time span such as 30s, 10m, 2h or 3d"),
]
Secret = Annotated[
    str,
    Field(
        pattern=r"^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$",
        description="a reference to a secret: env:NAME or file:PATH, never the secret itself",
    ),
]
Texts = Annotated[
    tuple[str, ...], BeforeValidator(lambda given: (given,) if isinstance(given, str) else given)
]


def _zone(name: str) -> str:
    import zoneinfo

    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("no known time zone") from error
    return name


Zone = Annotated[
    str, AfterValidator(_zone), Field(description="a time zone such as Asia/Shanghai or UTC")
]


class Model(BaseModel):
    """The base of everything in the file: frozen, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


# --- the platforms


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


# --- the datasets


class Mapped(Model):
    """How a column of the contract comes about.

    Args:
        source: The name in the source (`from`); a dotted path into nested JSON.
        values: The source's codes and what the contract calls them; others are quarantined.
        constant: The same value in every row, instead of a name.
        time_zone: The zone of a time without an offset, where it differs from the source's.
        format: `epoch_s`, `epoch_ms` or a strptime format, where a time is not written as ISO.
    """

    source: str | None = Field(default=None, alias="from")
    values: Mapping[str, str] | None = None
    constant: str | None = None
    time_zone: Zone | None = None
    format: str | None = None

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


Column = Annotated[
    Mapped, BeforeValidator(lambda given: {"from": given} if isinstance(given, str) else given)
]


class Watermark(Model):
    """How far a dataset has been pulled, so that a pull asks only for what is new.

    Args:
        column: The source's column that grows: of a time, a number, or a text that sorts.
        overlap: How much before the mark is read again (late rows); a span of time or a number.
        window: A long pull is cut into such spans, each of which lands by itself; times only.
        first: Where the first pull begins; by default at the beginning.
        parameter: The query parameter that carries the mark (http).
        until_parameter: The one that carries the end of a window (http).
        format: How a time is written there: ISO by default, epoch_s, epoch_ms or strftime's.
    """

    column: str | None = None
    kind: Literal["time", "integer", "text"] = "time"
    overlap: str | None = None
    window: Duration | None = None
    first: str | None = None
    parameter: str | None = None
    until_parameter: str | None = None
    format: str | None = None


class PageNumber(Model):
    """`?page=1&size=1000`; `total` is the JSONPath of the number of rows or pages."""

    page: str = "page"
    size: str | None = "size"
    rows: int = Field(default=1000, gt=0)
    first: int = 1
    total: str | None = None
    total_pages: str | None = None


class Offset(Model):
    """`?offset=0&limit=1000`."""

    offset: str = "offset"
    limit: str = "limit"
    rows: int = Field(default=1000, gt=0)
    total: str | None = None


class Cursor(Model):
    """The answer's body has, at the JSONPath `path`, what `parameter` has to carry next."""

    parameter: str = "cursor"
    path: str
    total: str | None = None


class NextLink(Model):
    """The answer's body has the next page's address at a JSONPath."""

    path: str
    total: str | None = None


class HeaderLink(Model):
    """The answer's `Link` header has the next page's address (RFC 8288, rel=next)."""

    total: str | None = None


class Paging(Model):
    """How pages follow each other; exactly one of them is given, or none for a single page."""

    page_number: PageNumber | None = None
    offset: Offset | None = None
    cursor: Cursor | None = None
    next_link: NextLink | None = None
    header_link: HeaderLink | None = None
    pages: int = Field(default=10_000, gt=0, description="the most pages of one pull")

    @model_validator(mode="after")
    def _one(self) -> Paging:
        if len(self.model_fields_set - {"pages"}) > 1:
            raise ValueError("give one of page_number, offset, cursor, next_link and header_link")
        return self


class _Binding(Model):
    """What every binding has.

    Args:
        source: The name of the platform in `sources`.
        deadline: When the whole pull is given up.
        at_least: The share of the last good answer under which a full one is not believed.
        may_be_empty: Whether an answer without rows is an answer.
    """

    source: str
    deadline: Duration = dt.timedelta(minutes=15)
    at_least: float = Field(default=0.5, ge=0, le=1)
    may_be_empty: bool = False


class _RowBinding(_Binding):
    fields: Mapping[str, Column] = {}
    watermark: Watermark | None = None


class HttpBinding(_RowBinding):
    """A dataset by REST: `rows` is the JSONPath of the list of rows."""

    kind: Literal["http"]
    path: str = ""
    rows: str = "$"
    params: Mapping[str, str] = {}
    paging: Paging = Paging()


class SqlBinding(_RowBinding):
    """A dataset by table (`schema.table`) or by query (one SELECT)."""

    kind: Literal["sql"]
    table: str | None = None
    query: str | None = None


class Link(Model):
    """The label that names a network link, and, where they differ, our ids by its values."""

    label: str
    values: Mapping[str, str] | None = None


class PrometheusBinding(_Binding):
    """Probes of network links: a selector of 0/1 samples, and one of latencies in seconds."""

    kind: Literal["prometheus"]
    up: str
    latency: str | None = None
    link: Link
    watermark: Watermark = Watermark()


class ZabbixBinding(_Binding):
    """Probes of network links from items' history: keys of the up and the latency item.

    `link` is `host` (its technical name) or a tag of the host.
    """

    kind: Literal["zabbix"]
    group: str | None = None
    up: str = "icmpping"
    latency: str | None = "icmppingsec"
    link: Link = Link(label="host")
    watermark: Watermark = Watermark()


class FilesBinding(_Binding):
    """A dataset's files in a folder of the source; they land as those of the inbox do."""

    kind: Literal["files"]
    folder: str = ""
    pattern: str = "*"


Binding: TypeAlias = Annotated[
    HttpBinding | SqlBinding | PrometheusBinding | ZabbixBinding | FilesBinding,
    Field(discriminator="kind"),
]
RowBinding: TypeAlias = HttpBinding | SqlBinding | PrometheusBinding | ZabbixBinding


class Sources(Model):
    """The whole file. Without one, every dataset comes by the inbox.

    Args:
        parallel: How many pulls run side by side.
        sources: The platforms, by name.
        datasets: The bindings, by dataset.
    """

    parallel: int = Field(default=4, ge=1, le=32)
    sources: Mapping[str, Source] = {}
    datasets: Mapping[str, Binding] = {}
