"""The bindings of `sources.yaml`: from which platform a dataset comes, and how.

Fields, watermark and paging of one dataset; nothing here knows the contracts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from scorecard.pulling.values import Duration, Model, Zone, finding


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

    model_config = ConfigDict(populate_by_name=True)  # the rest is inherited

    @model_validator(mode="after")
    def _one(self) -> Mapped:
        if (self.source is None) == (self.constant is None):
            raise finding("the column has no one origin", "give one of from and constant")
        if self.constant is not None and len(self.model_fields_set) > 1:
            raise finding("a constant is taken as it is", "remove what stands beside it")
        return self


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
            mend = "give one of page_number, offset, cursor, next_link and header_link"
            raise finding("`paging` says more than one way", mend)
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
    """A dataset by REST.

    Args:
        rows: The JSONPath of the list of rows.
        versions: Whether the platform gives every version of a row, so that a key comes again.
    """

    kind: Literal["http"]
    path: str = ""
    rows: str = "$"
    params: Mapping[str, str] = {}
    paging: Paging = Paging()
    versions: bool = False


class SqlBinding(_RowBinding):
    """A dataset by table (`schema.table`) or by query (one SELECT)."""

    kind: Literal["sql"]
    table: str | None = None
    query: str | None = None

    @model_validator(mode="after")
    def _one(self) -> SqlBinding:
        if (self.table is None) == (self.query is None):
            raise finding("the rows have no one origin", "give one of table and query")
        return self


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
