"""A REST platform that fails on demand: the last part of the path says how, else it works well.

`/rows` gives rows by page number, offset, cursor, link in the body and link in the header, all at
once; `/429` is the same but fails first, and so on (FAULTS). It records whatever it is asked, and
serves plain HTTP, or TLS with a certificate of a private authority.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import socket
import ssl
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.servers.authority import Authority

SIZE = 10
"""Rows of a page, where the question does not say."""
ROWS: list[dict[str, Any]] = [{"id": f"r{number:04d}", "amount": number} for number in range(45)]


@dataclass(frozen=True)
class Asked:
    """A question as it arrived."""

    path: str
    raw_query: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: str
    at: float


@dataclass
class Platform:
    """A running server.

    Attributes:
        url: Its address.
        rows: What it has.
        asked: What it was asked, in order.
        elsewhere: The address that its bad links and redirects lead to.
        tokens: Tokens that it issued; the last one is good.
        packed: How many answers it packed.
        lifetime: Seconds that its tokens are good for.
        token_failures: How often it fails before it issues one.
    """

    url: str
    rows: Sequence[Any] = field(default_factory=lambda: list(ROWS))
    asked: list[Asked] = field(default_factory=list)
    elsewhere: str = "http://localhost:1"
    tokens: list[str] = field(default_factory=list)
    hits: Counter[str] = field(default_factory=Counter)
    packed: int = 0
    lifetime: int = 3600
    token_failures: int = 0

    @property
    def port(self) -> int:
        return int(urlsplit(self.url).port or 0)

    def forget(self) -> None:
        """As if it had just been started."""
        self.rows = list(ROWS)
        self.asked.clear()
        self.tokens.clear()
        self.hits.clear()
        self.packed, self.lifetime, self.token_failures = 0, 3600, 0


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # the body is written behind the headers
    platform: Platform
    hit: int
    query: dict[str, str]

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        self.query = dict(parse_qsl(parts.query))
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        asked = Asked(
            parts.path, parts.query, self.query, dict(self.headers), body, time.monotonic()
        )
        self.platform.asked.append(asked)
        self.platform.hits[parts.path] += 1
        self.hit = self.platform.hits[parts.path]
        FAULTS.get(parts.path.rpartition("/")[2], Handler.rows)(self)

    def rows(self, **changes: Any) -> None:
        """A page, whichever way it is asked for; `changes` are other values in the answer."""
        rows, query = changes.get("rows", self.platform.rows), self.query
        size = int(query.get("size", query.get("limit", SIZE)))
        first = int(query.get("offset", query.get("cursor", 0)))
        first = (int(query["page"]) - 1) * size if "page" in query else first
        behind = first + size
        link = f"{urlsplit(self.path).path}?{urlencode({**query, 'cursor': behind})}"
        more = behind < len(rows)
        answer = {
            "code": 0,
            "data": {
                "list": rows[first:behind],
                "total": changes.get("total", len(rows)),
                "pages": changes.get("pages", -(-len(rows) // size)),
            },
            "cursor": str(behind) if more else None,
            "next": changes.get("next", link if more else ""),
        }
        headers = {"Link": f'<{self.platform.url}{link}>; rel="next"'} if more else {}
        self.json(answer, headers)

    def json(self, answer: Any, headers: Mapping[str, str] | None = None) -> None:
        self.out(200, json.dumps(answer, ensure_ascii=False).encode(), headers)

    def out(
        self, status: int, body: bytes = b"{}", headers: Mapping[str, str] | None = None
    ) -> None:
        all_headers = {"Content-Type": "application/json", **(headers or {})}
        if len(body) > 500 and "gzip" in self.headers.get("Accept-Encoding", ""):
            self.platform.packed += 1
            body, all_headers["Content-Encoding"] = gzip.compress(body, 1), "gzip"
        self.begin(status, len(body), all_headers)
        self.wfile.write(body)

    def begin(self, status: int, size: int, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {"Content-Type": "application/json"}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(size))
        self.end_headers()

    def reset(self) -> None:
        """Half an answer, then a reset of the connection."""
        self.begin(200, 1000)
        self.wfile.write(b'{"code": 0, "data"')
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True
        self.rfile.close()
        self.wfile.close()
        self.connection.close()

    def loris(self) -> None:
        """A byte now and then, for half a minute."""
        self.begin(200, 1000)
        try:
            for _ in range(150):
                self.wfile.write(b" ")
                time.sleep(0.2)
        except OSError:
            self.close_connection = True

    def token(self) -> None:
        """Issues a token to who knows the secret."""
        if self.hit <= self.platform.token_failures:
            return self.out(500)
        form = dict(parse_qsl(self.platform.asked[-1].body))
        if form.get("client_secret") != "s3kr!t/oauth2":
            return self.out(401)
        self.platform.tokens.append(f"issued-{len(self.platform.tokens) + 1}-t0ken")
        return self.json(
            {"access_token": self.platform.tokens[-1], "expires_in": self.platform.lifetime}
        )

    def expiring(self, always: bool = False) -> None:
        """Wants the newest token; before the third question it is over."""
        if self.hit == 3:
            self.platform.tokens.append("known to nobody yet")
        newest = self.platform.tokens[-1] if self.platform.tokens else ""
        if always or self.headers.get("Authorization") != f"Bearer {newest}":
            return self.out(401)
        return self.rows()


def _twice(handler: Handler) -> None:
    """Gives page 2 again when page 3 is asked for."""
    if handler.query.get("page") == "3":
        handler.query["page"] = "2"
    handler.rows()


def _missing(handler: Handler) -> None:
    """Goes on behind rows that it never gave."""
    rows = list(handler.platform.rows)
    page = int(handler.query["page"])
    handler.rows(rows=rows if page < 3 else rows[SIZE:], total=len(rows))


def _said(handler: Handler) -> str:
    """What we were told to prove who is asking."""
    header = handler.headers.get("Authorization") or handler.headers.get("X-Api-Key")
    return str(header or handler.query["key"]).rpartition(" ")[2]


def _echo_type(handler: Handler) -> None:
    handler.out(200, b"", {"Content-Type": f"text/{'x' * 45}{_said(handler)}"})


def _echo_code(handler: Handler) -> None:
    handler.json({"code": f"{'x' * 30}{_said(handler)}"})


def _endless(handler: Handler) -> None:
    rows = [{"id": f"r{handler.hit:04d}", "amount": 1}]
    handler.json({"code": 0, "data": {"list": rows}, "next": f"?after={handler.hit}"})


def _first(times: int, fault: Callable[[Handler], None]) -> Callable[[Handler], None]:
    """A fault that is over after some questions."""
    return lambda handler: fault(handler) if handler.hit <= times else handler.rows()


def _status(status: int, **headers: str) -> Callable[[Handler], None]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler: handler.out(status, b'{"error": "no"}', named)


def _until_a_date(handler: Handler) -> None:
    then = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=2)
    handler.out(503, b"{}", {"Retry-After": format_datetime(then, usegmt=True)})


def _cut(handler: Handler) -> None:
    handler.out(200, b'{"code": 0, "data": {"list": [{"id": "r0')


def _away(handler: Handler) -> None:
    handler.out(
        302, b"", {"Location": f"{handler.platform.elsewhere}/rows?{urlencode(handler.query)}"}
    )


def _to_rows(handler: Handler) -> None:
    handler.out(307, b"", {"Location": f"/rows?{urlencode(handler.query)}"})


FAULTS: dict[str, Callable[[Handler], None]] = {
    "429": _first(1, _status(429, Retry_After="1")),
    "429-for-an-hour": _status(429, Retry_After="3600"),
    "503-until-a-date": _first(1, _until_a_date),
    "500-twice": _first(2, _status(500)),
    "reset-once": _first(1, Handler.reset),
    "cut-once": _first(1, _cut),
    "500": _status(500),
    "400": _status(400),
    "401": _status(401),
    "403": _status(403),
    "404": _status(404),
    "reset": Handler.reset,
    "cut": _cut,
    "loris": Handler.loris,
    "silent": lambda handler: time.sleep(3),
    "ends-early": lambda handler: handler.rows(rows=ROWS[:20], pages=5),
    "html": lambda handler: handler.out(200, b"<html>", {"Content-Type": "text/html"}),
    "echo-type": _echo_type,
    "echo-code": _echo_code,
    "busy": lambda handler: handler.json({"code": 500, "msg": "busy"}),
    "null": lambda handler: handler.json({"code": 0, "data": {"list": None}}),
    "bare": lambda handler: handler.json(handler.platform.rows),
    "decimals": lambda handler: handler.out(
        200,
        b'{"code": 0, "data": {"list": [{"amount": 0.10}, {"amount": 1e400},'
        b' {"amount": -12345678901234567890.5}]}}',
    ),
    "numbers": lambda handler: handler.json({"code": 0, "data": {"list": [1], "total": 1}}),
    "redirect-away": _away,
    "redirect": _to_rows,
    "redirect-for-ever": lambda handler: handler.out(302, b"", {"Location": handler.path}),
    "link-away": lambda handler: handler.rows(next=f"{handler.platform.elsewhere}/rows?cursor=10"),
    "link-nowhere": lambda handler: handler.rows(next="http://[no/address"),
    "endless": _endless,
    "deaf": lambda handler: (handler.query.clear(), handler.rows())[1],
    "twice": _twice,
    "missing": _missing,
    "growing": lambda handler: handler.rows(total=len(ROWS) + handler.hit),
    "no-total": lambda handler: handler.rows(total=None),
    "token": Handler.token,
    "expiring": Handler.expiring,
    "never-known": lambda handler: handler.expiring(always=True),
}


@contextmanager
def platform(tls: Authority | None = None) -> Iterator[Platform]:
    """A platform at work."""
    handler = type("OneHandler", (Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    scheme = "http"
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls.certificate, tls.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    handler.platform = Platform(f"{scheme}://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield handler.platform
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
