"""The HTTP server of the demo city: rows by page, a page for people, a switch for faults.

    GET  /v1/<dataset>?page=1&size=1000&since=1   rows from `_seq` 1 on, with the token
    POST /faults/slow,flaky                       these on and the others off, with the token
    GET  /                                        what this is

Rows are invented, and their values still go into no log: nothing is logged at all.
"""

from __future__ import annotations

import errno
import gzip
import hmac
import json
import os
import re
import socket
import struct
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from scorecard.demo.serve.city import City
from scorecard.demo.serve.faults import Faults
from scorecard.demo.serve.page import html_page
from scorecard.demo.serve.sources_yaml import sources_yaml
from scorecard.errors import ConfigurationError

LARGEST_PAGE = 5000
_JSON, _HTML = "application/json; charset=utf-8", "text/html; charset=utf-8"


class RefusedError(Exception):
    """A request that gets no rows: the status and what to tell."""

    def __init__(
        self, status: HTTPStatus, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.headers = status, message, headers or {}


class CityServer(ThreadingHTTPServer):
    """Serves a city on loopback.

    Args:
        city: The city; who opened it closes it.
        port: The port, 0 for a free one.
        token: What a request has to bear.
        faults: What goes wrong.
        made_token: Whether the token is new, so that nobody knows it yet.

    Raises:
        ConfigurationError: If the port is taken or may not be had.
    """

    daemon_threads = False
    request_queue_size = 64

    def __init__(
        self, city: City, port: int, token: str, faults: Faults, *, made_token: bool
    ) -> None:
        self.city, self.token, self.faults, self.made_token = city, token, faults, made_token
        self._clients: set[socket.socket] = set()
        try:
            super().__init__(("127.0.0.1", port), Handler)
        except (OSError, OverflowError) as error:
            taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
            what = f"port {port} is taken" if taken else f"port {port} cannot be had"
            raise ConfigurationError(what, "127.0.0.1", "name another with --port") from error

    @property
    def address(self) -> str:
        """Where it is, without a path."""
        return f"http://127.0.0.1:{self.server_port}"

    @cached_property
    def sources(self) -> str:
        """The `sources.yaml` that pulls from here."""
        return sources_yaml(self.city, self.address)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remembers who is connected."""
        self._clients.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forgets who is no longer."""
        self._clients.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        """Ends the connections that clients keep, and waits for the threads."""
        for client in list(self._clients):
            with suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
        super().server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing of a client that went away."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection, kept for as long as the client likes."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "demo-city", ""
    server: CityServer
    timeout = 60
    wbufsize = 1 << 16  # head and body leave together: apart, each page would wait 40 ms
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Logs nothing."""

    def do_GET(self) -> None:
        """Rows, or the page for people."""
        url = urlsplit(self.path)
        try:
            if url.path == "/":
                server = self.server
                page = html_page(server.city, server.faults, server.address)
                self._answer(page.encode(), kind=_HTML)
            elif url.path.startswith("/v1/"):
                self._check_token()
                self._give_rows(url.path.removeprefix("/v1/"), parse_qs(url.query))
            else:
                raise RefusedError(HTTPStatus.NOT_FOUND, "there is nothing here; look at /")
        except RefusedError as refused:
            self._refuse(refused)

    def do_POST(self) -> None:
        """Switches faults; `none` turns all off."""
        self.close_connection = True  # whatever body there is, nobody reads it
        try:
            self._check_token()
            place, _, names = urlsplit(self.path).path.removeprefix("/").partition("/")
            if place != "faults":
                raise RefusedError(HTTPStatus.NOT_FOUND, "there is nothing here; look at /")
            try:
                self.server.faults.switch([n for n in names.split(",") if n and n != "none"])
            except ConfigurationError as error:
                raise RefusedError(HTTPStatus.BAD_REQUEST, f"{error.what}; {error.mend}") from error
            self._answer(_envelope(0, faults=sorted(self.server.faults.active)))
        except RefusedError as refused:
            self._refuse(refused)

    def _check_token(self) -> None:
        given = self.headers.get("Authorization", "").encode("latin-1", "replace")
        if not hmac.compare_digest(given, f"Bearer {self.server.token}".encode()):
            raise RefusedError(
                HTTPStatus.UNAUTHORIZED,
                "the token is missing or wrong; the header is Authorization: Bearer TOKEN",
                {"WWW-Authenticate": "Bearer"},
            )

    def _give_rows(self, dataset: str, asked: dict[str, list[str]]) -> None:
        faults, trouble = self.server.faults, self.server.faults.trouble()
        if dataset not in self.server.city.rows:
            raise RefusedError(HTTPStatus.NOT_FOUND, "there is no such dataset; look at /")
        page = _number(asked, "page", 1, 1 << 31)
        size = _number(asked, "size", 1000, LARGEST_PAGE)
        since = _number(asked, "since", 1, 1 << 62)
        time.sleep(faults.delay(dataset, page))
        if trouble == "unavailable":
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "busy")
        if trouble == "too many":
            too_many = HTTPStatus.TOO_MANY_REQUESTS
            raise RefusedError(too_many, "too many requests", {"Retry-After": "1"})
        self._answer(self._rows(dataset, page, size, since), cut=trouble == "reset")

    def _rows(self, dataset: str, page: int, size: int, since: int) -> bytes:
        wrong = self.server.faults.wrong(dataset)
        if wrong.fails:
            return _envelope(500, msg="系统繁忙 / busy")
        if wrong.page_twice and page == 2:
            page = 1
        total = 0 if wrong.empty else max(0, self.server.city.rows[dataset] - since + 1)
        first = since + (page - 1) * size
        last = min(first + size, since + total) - 1
        # a number beyond the last row is no reason to bother the database
        text = self.server.city.objects(dataset, first, last, wrong.codes) if first <= last else ""
        return f'{{"code": 0, "data": {{"total": {total}, "list": [{text}]}}}}'.encode()

    def _refuse(self, refused: RefusedError) -> None:
        body = _envelope(refused.status.value, msg=refused.message)
        self._answer(body, refused.status, headers=refused.headers)

    def _answer(
        self,
        body: bytes,
        status: HTTPStatus = HTTPStatus.OK,
        kind: str = _JSON,
        *,
        cut: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        head = {"Content-Type": kind, **(headers or {})}
        if re.search(r"\bgzip\b", self.headers.get("Accept-Encoding", "")):
            body = gzip.compress(body, compresslevel=1)
            head["Content-Encoding"] = "gzip"
        if self.close_connection:
            head["Connection"] = "close"
        head["Content-Length"] = str(len(body))
        self.send_response(status)
        for name, value in head.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        if cut:
            self._reset()

    def _reset(self) -> None:
        """Ends the connection as a failing middlebox does, by a reset instead of an end."""
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())  # the files made from the socket would keep it open
        self.close_connection = True


def _number(asked: dict[str, list[str]], name: str, default: int, most: int) -> int:
    text = asked.get(name, [str(default)])[-1]
    if not re.fullmatch(r"[0-9]{1,19}", text) or not (number := max(1, int(text))) <= most:
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"{name} must be a number from 1 to {most}")
    return number


def _envelope(code: int, *, msg: str | None = None, **data: object) -> bytes:
    content = {"code": code, **({"msg": msg} if msg else {}), "data": data or None}
    return json.dumps(content, ensure_ascii=False).encode()
