"""How pages follow each other, by dlt's paginators, and whether all of them came.

dlt takes what a server says about its pages as it is. Here a page that comes twice, pages without
end, and a number of rows that is not the one that was promised are no whole answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dlt.common.jsonpath import compile_path
from dlt.sources.helpers.rest_client.paginators import (
    BaseNextUrlPaginator,
    BasePaginator,
    HeaderLinkPaginator,
    JSONLinkPaginator,
    JSONResponseCursorPaginator,
    OffsetPaginator,
    PageNumberPaginator,
    SinglePagePaginator,
)
from jsonpath_ng import JSONPath
from jsonpath_ng.exceptions import JSONPathError
from requests import Request, Response

from scorecard.connectors.base import PullFailedError, SuspiciousAnswerError
from scorecard.connectors.http_values import shown
from scorecard.errors import ConfigurationError
from scorecard.pulling.bindings import Offset, PageNumber, Paging
from scorecard.pulling.values import Model

NOTHING = object()
"""What a path finds that leads nowhere."""


def json_path(text: str) -> JSONPath:
    """A JSONPath.

    Raises:
        ConfigurationError: If it is none.
    """
    try:
        return compile_path(text)
    except JSONPathError as error:
        raise ConfigurationError(
            f"{text!r} is no JSONPath", "sources.yaml", "write one such as $.data.list or $['数据']"
        ) from error


def found(path: JSONPath, body: Any) -> Any:
    """The one value at a path, or `NOTHING`."""
    values = [match.value for match in path.find(body)]
    return values[0] if len(values) == 1 else NOTHING


class Pages:
    """The pages of one pull: how to ask for the next, and whether they are all there.

    Args:
        paging: What the binding says.
        where: The address, for errors.
        accept: Whether somebody vouched for pages that look wrong.
    """

    def __init__(self, paging: Paging, where: str, accept: bool) -> None:
        self._most, self._where, self._accept = paging.pages, where, accept
        way = _way(paging)
        self._total = _optional(getattr(way, "total", None))
        self._total_pages = _optional(getattr(way, "total_pages", None))
        self._reference = _optional(getattr(way, "path", None))
        self.paginator = _paginator(paging, self._total)
        self.totals: list[int] = []
        self._page_totals: list[int] = []
        self._pages = self._rows = 0
        self._last_digest: int | None = None

    @property
    def total(self) -> int | None:
        """The rows that the source says there are, as it said last."""
        return self.totals[-1] if self.totals else None

    def check(self, body: Any) -> None:
        """Sees to it that an answer says what dlt will look for in it.

        Raises:
            PullFailedError: If it does not.
        """
        for path, totals in (self._total, self.totals), (self._total_pages, self._page_totals):
            if path is not None:
                totals[:] = [*totals[:1], self._number(path, body)]
        if self._reference is not None:
            value = found(self._reference, body)
            if not (value is NOTHING or value is None or isinstance(value, str)):
                raise self._failure(f"has no text at {self._reference}, which leads to a next page")

    def take(self, rows: Sequence[Any]) -> None:
        """Counts a page.

        Raises:
            PullFailedError: If the one before came again: another is missing then, and nobody can
                vouch for that.
            SuspiciousAnswerError: If it is one too many.
        """
        self._pages += 1
        self._rows += len(rows)
        if self._pages > self._most:
            raise SuspiciousAnswerError(
                f"gives more than {self._most:,} pages",
                self._where,
                "check paging; if there are as many, raise paging.pages",
            )
        digest = hash(repr(rows)) if rows else None
        if digest is not None and digest == self._last_digest:
            raise PullFailedError(
                f"gives page {self._pages - 1} twice, so that another is missing",
                self._where,
                "check the names of the paging parameters; if it does not page, remove paging",
            )
        self._last_digest = digest

    def end(self) -> None:
        """Looks back after the last page.

        Raises:
            SuspiciousAnswerError: If rows are missing, or changed while they were paged through.
        """
        if self._accept:
            return
        if len(set(self.totals)) > 1:
            first, last = self.totals
            raise self._changed(f"says it has {first:,} rows, and {last:,} at the last page")
        if self.totals and self.totals[0] != self._rows:
            raise self._changed(f"says it has {self.totals[0]:,} rows, and gives {self._rows:,}")
        if self._rows and self._page_totals and self._page_totals[-1] > self._pages:
            last = self._page_totals[-1]
            raise self._changed(f"says it has {last:,} pages, and gives {self._pages:,}")

    def _changed(self, what: str) -> SuspiciousAnswerError:
        mend = "sort by what does not change while it is paged through, or pull when it is quiet"
        return SuspiciousAnswerError(what, self._where, mend, again=True)

    def _number(self, path: JSONPath, body: Any) -> int:
        value = found(path, body)
        if not (isinstance(value, str) and value.isdecimal()):
            raise self._failure(f"has no number at {path}, which is to be a total")
        return int(value)

    def _failure(self, what: str) -> PullFailedError:
        return PullFailedError(what, self._where, "check paging in sources.yaml")


class _ByNumber(PageNumberPaginator):
    """Pages by number; ends at the number of rows, too, without asking for an empty page."""

    def __init__(self, way: PageNumber, total: JSONPath | None) -> None:
        super().__init__(base_page=way.first, page_param=way.page, total_path=way.total_pages)
        self._total, self._rows = total, 0

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        """As it always is, with the rows counted."""
        super().update_state(response, data)
        self._rows += len(data or ())
        if self._total is not None and self._rows >= int(found(self._total, response.json())):
            self._has_next_page = False


class _ByOffset(OffsetPaginator):
    """Pages by offset; goes on behind the rows that came, which may be fewer than were asked."""

    def __init__(self, way: Offset) -> None:
        super().__init__(
            limit=way.rows, offset_param=way.offset, limit_param=way.limit, total_path=way.total
        )

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        """As it always is, by another step."""
        self.value_step = len(data or ())
        super().update_state(response, data)


class _Links(BaseNextUrlPaginator):
    """Pages by a link, which may be none."""

    def update_request(self, request: Request) -> None:
        """As it always is, with what is wrong in our words."""
        before = request.url
        try:
            super().update_request(request)
        except ValueError:
            raise PullFailedError(
                "gives an address of the next page that is none", shown(before), "check paging"
            ) from None


class _ByLink(_Links, JSONLinkPaginator):
    """Pages by a link in the body; an empty one is the end, as none is."""

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        """As it always is, but for an empty link."""
        super().update_state(response, data)
        self._next_reference = self._next_reference or None


class _ByHeader(_Links, HeaderLinkPaginator):
    """Pages by a link in the header."""


def _paginator(paging: Paging, total: JSONPath | None) -> BasePaginator:
    if paging.page_number is not None:
        return _ByNumber(paging.page_number, total)
    if paging.offset is not None:
        return _ByOffset(paging.offset)
    if paging.cursor is not None:
        return JSONResponseCursorPaginator(paging.cursor.path, paging.cursor.parameter)
    if paging.next_link is not None:
        return _ByLink(paging.next_link.path)
    if paging.header_link is not None:
        return _ByHeader()
    return SinglePagePaginator()


def _way(paging: Paging) -> Model | None:
    ways = (paging.page_number, paging.offset, paging.cursor, paging.next_link, paging.header_link)
    return next((way for way in ways if way is not None), None)


def _optional(path: str | None) -> JSONPath | None:
    return None if path is None else json_path(path)
