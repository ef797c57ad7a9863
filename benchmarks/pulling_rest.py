"""How fast rows come by REST: pages of 1,000, packed, from a server in a process of its own.

Prints rows a second, the pulling process' CPU seconds (imports apart) and its largest memory.

    python -m benchmarks.pulling_rest --rows 100000
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import json
import os
import resource
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

SIZE = 1000
COLUMNS = ("record_id", "org.code", "kind", "name", "number", "value", "due_at", "pushed_at")


def main() -> None:
    """Starts the server, pulls, and prints a line."""
    parser = argparse.ArgumentParser(description="Times a pull by REST.")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--serve", action="store_true", help="be the server")
    options = parser.parse_args()
    if options.serve:
        serve(options.rows)
        return
    command = [sys.executable, "-m", "benchmarks.pulling_rest", "--serve", f"--rows={options.rows}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            print(pull(int(server.stdout.readline())))
        finally:
            server.kill()


def pull(port: int) -> str:
    """Pulls all rows, and says how that went."""
    before_import = _cpu()
    from scorecard.connectors.base import Tally, Task, Wanted
    from scorecard.connectors.http import connect
    from scorecard.pulling.bindings import HttpBinding
    from scorecard.pulling.platforms import HttpSource
    from scorecard.pulling.secrets import Secrets

    imported = _cpu()
    source = {"kind": "http", "base_url": f"http://127.0.0.1:{port}", "expect": {"$.code": "0"}}
    paging = {"page_number": {"rows": str(SIZE), "total": "$.data.total"}}
    binding = {"kind": "http", "source": "x", "rows": "$.data.list", "paging": paging}
    connector = connect(
        HttpSource.model_validate(source),
        HttpBinding.model_validate(binding),
        Wanted(COLUMNS),
        Secrets({}),
    )
    task = Task("x", None, None, Path(), dt.datetime(2020, 1, 1), deadline=600)
    tally = Tally()
    began = time.perf_counter()
    rows = sum(batch.num_rows for batch in connector.batches(task, tally))
    seconds, cpu = time.perf_counter() - began, _cpu() - imported
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        f"{rows} rows in {tally.requests} requests: {seconds:.1f} s, {rows / seconds:,.0f} rows/s, "
        f"CPU {cpu:.1f} s (imports {imported - before_import:.1f} s), peak {memory:.0f} MB, "
        f"load {os.getloadavg()[0]:.1f}"
    )


def serve(rows: int) -> None:
    """Answers for ever; says its port on stdout. Pages are packed before anybody asks."""
    pages = [_page(first, rows) for first in range(0, rows, SIZE)]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # the body is written behind the headers

        def log_message(self, *_: object) -> None:
            """Says nothing."""

        def do_GET(self) -> None:
            """Gives a page."""
            body = pages[int(parse_qs(urlsplit(self.path).query)["page"][0]) - 1]
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()


def _page(first: int, rows: int) -> bytes:
    listed = [
        {
            "record_id": f"r{number:09d}",
            "org": {"code": f"d{number % 300}", "name": "教育局"},
            "kind": "organization" if number % 3 else "person",
            "name": f"淮北市第{number % 5000}有限责任公司",
            "number": number,
            "value": number / 7,
            "due_at": f"2019-03-05 10:{number % 60:02d}:00",
            "pushed_at": f"2019-03-05 10:{number % 60:02d}:30",
            "unwanted": None,
        }
        for number in range(first, min(first + SIZE, rows))
    ]
    answer = {"code": 0, "data": {"list": listed, "total": rows}}
    return gzip.compress(json.dumps(answer, ensure_ascii=False).encode(), 1)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
