"""What the tests of alerts share: verdicts, small scored cities, and servers that take messages."""

from __future__ import annotations

import json
import socketserver
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from scorecard.quality.verdict import Verdict
from tests.city import City, contracts

TOKEN = "s3cr3t-t0k3n"
LABELS = {c.name: (c.label_zh, c.label_en) for c in contracts().values()} | {
    "fct_part_score": ("评分项得分", "Part scores"), "mart_scorecard": ("部门总分", "Scorecard"),
}  # fmt: skip
NAMES = {"edu": "教育局", "tax": "税务局"}


def failed(dataset: str, check: str, observed: str = "3", severity: str = "warn") -> Verdict:
    return Verdict(dataset, check, "validity", False, severity, observed, "0", "须为零", "zero")


def passed(dataset: str, check: str) -> Verdict:
    return Verdict(dataset, check, "validity", True, "warn", "0", "0", "须为零", "zero")


def city_of(*departments: str, rulebooks=()) -> City:
    city = City(*rulebooks, departments=())
    for name in departments:
        row = {"department_id": name, "short_name": NAMES[name], "active_from": "2010-01-01"}
        city.give("departments", row)
    return city


def assert_unseen(secret: str, caplog, capfd) -> None:
    out, err = capfd.readouterr()
    assert secret not in caplog.text + out + err


class Receiver(ThreadingHTTPServer):
    """A webhook: /500 refuses, /moved redirects, /hang never answers, /drip never ends.

    While it `is_down` it refuses everything.
    """

    daemon_threads = True

    def __init__(self) -> None:
        self.messages: list[dict[str, str]] = []
        self.is_down = False
        self.closing = threading.Event()
        super().__init__(("127.0.0.1", 0), Handler)

    def url(self, path: str = "ok", query: str = "") -> str:
        return f"json://user:{TOKEN}@127.0.0.1:{self.server_port}/{path}/{TOKEN}{query}"


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        path = "500" if self.server.is_down else self.path.split("/")[1]
        if path == "hang":
            self.server.closing.wait(20)
            return
        self.send_response({"500": 500, "moved": 302}.get(path, 200))
        if path == "moved":
            self.send_header("Location", "/ok")
        self.end_headers()
        while path == "drip" and not self.server.closing.wait(0.05):
            self.wfile.write(b".")
        if path == "ok":
            self.server.messages.append(json.loads(body))

    def log_message(self, *_: object) -> None:
        """Keeps the addresses out of the tests' output, which is searched for them."""


class MailServer(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, *arguments: object) -> None:
        self.mails: list[bytes] = []
        super().__init__(*arguments)


class MailHandler(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.wfile.write(b"220 test\r\n")
        while line := self.rfile.readline():
            verb = line.split()[0].upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                self.server.mails.append(b"".join(iter(self.rfile.readline, b".\r\n")))
            self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")
