"""A real Prometheus: one that scrapes a real blackbox exporter, or one that has a given history."""

from __future__ import annotations

import http.server
import json
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.servers import answers, folder_of, free_port, program, running

PACKAGE = "prometheus"
_SCRAPES = """
global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs:
  - job_name: links
    metrics_path: /probe
    params: {module: [http]}
    static_configs: [TARGETS]
    relabel_configs:
      - {source_labels: [__address__], target_label: __param_target}
      - {source_labels: [__param_target], target_label: instance}
      - {target_label: __address__, replacement: EXPORTER}
"""


@contextmanager
def blackbox() -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """An exporter that probes by HTTP: its port and its process."""
    name = "prometheus-blackbox-exporter"
    command, port = program(name, name), free_port()
    with folder_of() as folder:
        settings = folder / "blackbox.yml"
        settings.write_text("modules: {http: {prober: http, timeout: 900ms}}\n")
        arguments = [f"--config.file={settings}", f"--web.listen-address=127.0.0.1:{port}"]
        with running([command, *arguments], folder, lambda: answers(port)) as process:
            yield port, process


@contextmanager
def scraping(exporter: int, links: Mapping[str, int], *flags: str) -> Iterator[str]:
    """A server that has links (ids and their ports) probed every second: its address."""
    targets = ", ".join(
        f"{{targets: ['http://127.0.0.1:{port}'], labels: {{link_id: {link}}}}}"
        for link, port in links.items()
    )
    settings = _SCRAPES.replace("TARGETS", targets)
    settings = settings.replace("EXPORTER", f"'127.0.0.1:{exporter}'")
    with folder_of() as folder, _prometheus(folder, settings, flags) as address:
        yield address


@contextmanager
def remembering(samples: Iterable[tuple[str, int, str]], *flags: str) -> Iterator[str]:
    """A server that has samples (series, milliseconds, value), grouped by metric: its address."""
    promtool = program("promtool", PACKAGE)
    with folder_of() as folder:
        history = folder / "history"
        lines = [f"{series} {value} {at / 1000:.3f}\n" for series, at, value in samples]
        history.write_text("".join([*lines, "# EOF\n"]))
        create = [promtool, "tsdb", "create-blocks-from", "openmetrics", "-q"]
        subprocess.run([*create, history, folder / "data"], check=True, capture_output=True)
        with _prometheus(folder, "{}", ["--storage.tsdb.retention.time=100y", *flags]) as address:
            yield address


@contextmanager
def _prometheus(folder: Path, settings: str, flags: Sequence[str]) -> Iterator[str]:
    command, port = program("prometheus", PACKAGE), free_port()
    (folder / "prometheus.yml").write_text(settings)
    arguments = [
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        *flags,
    ]
    address = f"http://127.0.0.1:{port}"
    with running([command, *arguments], folder, lambda: _is_ready(address)):
        yield address


def _is_ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/-/ready", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def scrapes(address: str, selector: str, start: float, end: float) -> dict[int, str]:
    """The samples of one series as range queries show them: milliseconds and values.

    A grid finer than the scrapes meets each of them, and `timestamp` says when it was.
    """
    times, values = (
        _on_a_grid(address, asked, start, end) for asked in (f"timestamp({selector})", selector)
    )
    return {round(float(times[at]) * 1000): value for at, value in values.items()}


def _on_a_grid(address: str, expression: str, start: float, end: float) -> dict[float, str]:
    (series,) = _asked(address, "query_range", query=expression, start=start, end=end, step=0.2)
    return dict(series["values"])


def wait(address: str, selector: str, value: str, times: int = 2) -> None:
    """Waits until the last scrapes of a series had a value."""
    until = time.monotonic() + 30
    while True:
        found = _asked(address, "query", query=f"{selector}[1h]")
        if found and [seen for _, seen in found[0]["values"][-times:]] == [value] * times:
            return
        assert time.monotonic() < until, f"{selector} did not become {value}"
        time.sleep(0.1)


def _asked(address: str, api: str, **params: object) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{address}/api/v1/{api}?{urlencode(params)}", timeout=5) as answer:
        result: list[dict[str, Any]] = json.load(answer)["data"]["result"]
        return result


@contextmanager
def site(port: int) -> Iterator[None]:
    """Something that answers by HTTP while it is open, and refuses connections after."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
