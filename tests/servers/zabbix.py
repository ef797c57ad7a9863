"""A stand-in for Zabbix: a real HTTP server that keeps to what the interface's manual says.

It has the methods that list groups, hosts, items and history, with their filters, limit and order,
and the token in the body before 6.4, in a header from then on.
"""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.servers import free_port

Params = Mapping[str, Any]
_KNOWN = {
    "hostgroup.get": {"output", "filter"},
    "host.get": {"output", "groupids", "monitored_hosts", "selectTags", "tags"},
    "item.get": {"output", "hostids", "filter", "templated", "monitored"},
    "history.get": {
        "output", "history", "itemids", "time_from", "time_till", "sortfield", "sortorder", "limit",
    },
}  # fmt: skip


@dataclass
class Zabbix:
    """What the server has; tests change it while it runs."""

    token: str
    version: tuple[int, int] = (6, 4)
    hosts: list[dict[str, Any]] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, Params]] = field(default_factory=list)
    address: str = ""

    def host(
        self,
        name: str,
        keys: Mapping[str, int],
        group: str = "links",
        tags: Mapping[str, str] | None = None,
        monitored: bool = True,
        template: bool = False,
    ) -> None:
        """Adds a host, or a template, with items (keys and types of their values)."""
        hostid = str(10_000 + len(self.hosts))
        self.hosts.append(
            {
                "hostid": hostid,
                "host": name,
                "group": group,
                "tags": [{"tag": tag, "value": value} for tag, value in (tags or {}).items()],
                "monitored": monitored,
                "template": template,
            }
        )
        for key, kind in keys.items():
            itemid = str(20_000 + len(self.items))
            known = {"itemid": itemid, "hostid": hostid, "key_": key, "value_type": str(kind)}
            self.items.append(known)

    def add(self, host: str, key: str, at: int, value: str) -> None:
        """Adds a value of an item, at milliseconds."""
        hostid = next(each["hostid"] for each in self.hosts if each["host"] == host)
        item = next(i for i in self.items if (i["hostid"], i["key_"]) == (hostid, key))
        moment = {"clock": str(at // 1000), "ns": str(at % 1000 * 1_000_000)}
        kind = item["value_type"]
        self.history.append({"itemid": item["itemid"], "type": kind, **moment, "value": value})

    def answer(self, body: Params, authorization: str | None) -> dict[str, Any]:
        """The answer to a request, as JSON-RPC has it."""
        method, params = body["method"], body["params"]
        self.asked.append((method, params))
        in_header = self.version >= (6, 4)
        given = (authorization or "").removeprefix("Bearer ") if in_header else body.get("auth")
        if in_header and "auth" in body:
            return _error(-32600, "Invalid request.", 'Invalid parameter "/": unexpected "auth".')
        if given != self.token:
            told = "Not authorized." if in_header else "Session terminated, re-login, please."
            return _error(-32602, "Invalid params.", told)
        if unknown := params.keys() - _KNOWN[method]:
            told = f'Invalid parameter "/": unexpected parameter "{min(unknown)}".'
            return _error(-32602, "Invalid params.", told)
        listed: list[dict[str, Any]] = getattr(self, f"_{method.replace('.', '_')}")(params)
        return {"jsonrpc": "2.0", "result": listed, "id": body["id"]}

    def _hostgroup_get(self, params: Params) -> list[dict[str, Any]]:
        groups = {host["group"] for host in self.hosts} & set(params["filter"]["name"])
        return [{"groupid": f"g-{name}"} for name in sorted(groups)]

    def _host_get(self, params: Params) -> list[dict[str, Any]]:
        found = [host for host in self.hosts if not host["template"]]
        if params.get("monitored_hosts"):
            found = [host for host in found if host["monitored"]]
        if "groupids" in params:
            found = [host for host in found if f"g-{host['group']}" in params["groupids"]]
        for asked in params.get("tags", ()):
            assert asked["operator"] == 4
            found = [h for h in found if any(tag["tag"] == asked["tag"] for tag in h["tags"])]
        tagged = ["tags"] if "selectTags" in params else []
        return [_only(host, [*params["output"], *tagged]) for host in found]

    def _item_get(self, params: Params) -> list[dict[str, Any]]:
        hosts = {host["hostid"]: host for host in self.hosts}
        return [
            _only(item, params["output"])
            for item in self.items
            if item["hostid"] in params["hostids"]
            and item["key_"] in params["filter"]["key_"]
            and hosts[item["hostid"]]["template"] == params.get("templated", False)
        ]

    def _history_get(self, params: Params) -> list[dict[str, Any]]:
        assert (params["sortfield"], params["sortorder"]) == ("clock", "ASC")
        found = [
            _only(row, ["itemid", "clock", "value", "ns"])
            for row in self.history
            if row["type"] == str(params.get("history", 3))
            and row["itemid"] in params["itemids"]
            and params["time_from"] <= int(row["clock"]) <= params["time_till"]
        ]
        return sorted(found, key=lambda row: int(row["clock"]))[: params["limit"]]


def _only(thing: Params, names: Sequence[str]) -> dict[str, Any]:
    return {name: thing[name] for name in names}


def _error(code: int, message: str, data: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "error": {"code": code, "message": message, "data": data}, "id": 1}


@contextmanager
def zabbix(token: str, version: tuple[int, int] = (6, 4)) -> Iterator[Zabbix]:
    """A server at work."""
    has = Zabbix(token, version)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = json.dumps(has.answer(body, self.headers["Authorization"])).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", free_port()), Handler)
    has.address = f"http://127.0.0.1:{server.server_port}/api_jsonrpc.php"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield has
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
