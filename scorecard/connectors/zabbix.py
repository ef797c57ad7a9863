"""Zabbix: the history of the items that probe links, by its JSON-RPC interface.

`history.get` has no pages: it is asked for windows of time with a limit, and a window that reaches
the limit is asked for again in halves, so that no row is lost among those of the same second.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from scorecard.connectors import probes
from scorecard.connectors.base import PullFailedError, Tally, Task, Wanted
from scorecard.connectors.guard import GuardedSession
from scorecard.errors import ConfigurationError
from scorecard.pulling.bindings import ZabbixBinding
from scorecard.pulling.platforms import Auth, ZabbixSource
from scorecard.pulling.secrets import Secrets

LIMIT = 20_000
"""The rows of one answer; PHP holds them in memory too."""
LINKS = 100
"""The links whose history is asked for at once."""
DAY = 86_400_000
UNSIGNED, FLOAT = "3", "0"
"""Types of values, each of which has a history of its own."""
HEADER_SINCE = (6, 4)
"""The version since which the token stands in a header; before, it stood in the body."""
EXISTS = 4
"""The operator of a filter that asks for a tag, whatever its value."""
_REFUSALS = ("not authori", "re-login", "token")

Row = Mapping[str, Any]


def connect(
    source: ZabbixSource, binding: ZabbixBinding, wanted: Wanted, secrets: Secrets
) -> Zabbix:
    """The connector of one dataset.

    Raises:
        ConfigurationError: If the version is none, or two tokens would stand in one header.
    """
    try:
        major, minor = map(int, source.version.split(".")[:2])
    except ValueError:
        raise ConfigurationError(
            f"version {source.version} is none", "sources.yaml", "write it as 6.4"
        ) from None
    if (major, minor) < HEADER_SINCE:
        return Zabbix(source, binding, wanted, secrets, secrets.read(source.token))
    if source.auth is not None:
        raise ConfigurationError(
            "auth is given where Zabbix's own token stands", "sources.yaml", "leave out auth"
        )
    identified = source.model_copy(update={"auth": Auth(bearer=source.token)})
    return Zabbix(identified, binding, wanted, secrets)


@dataclass(frozen=True, slots=True)
class _Link:
    """A link and its items."""

    link_id: str
    host: str
    up: str
    latency: str | None


@dataclass(frozen=True, slots=True)
class Zabbix:
    """Probes of links by two items of a host each; `token` is one that stands in the body."""

    source: ZabbixSource
    binding: ZabbixBinding
    wanted: Wanted
    secrets: Secrets
    token: str | None = None

    def batches(self, task: Task, tally: Tally) -> Iterator[pa.RecordBatch]:
        """The probes in [since, until), some links after the other, window by window.

        Raises:
            PullFailedError: If the server does not answer in full, or not by the link.
        """
        tally.columns = probes.COLUMNS
        with GuardedSession(self.source, self.secrets, task.deadline, tally) as session:
            api = _Api(session, self.source.base_url, self.secrets, self.token)
            yield from probes.record_batches(self._parts(api, task), self.wanted)

    def _parts(self, api: _Api, task: Task) -> Iterator[list[probes.Probe]]:
        zone = ZoneInfo(self.source.time_zone)
        begin, end = probes.span_of(task, zone)
        links = _links(api, self.binding)
        for first in range(0, len(links), LINKS):
            window = _Window(api, links[first : first + LINKS], zone)
            yield from probes.in_windows(begin, end, DAY, self.binding.up, window.read)


@dataclass(frozen=True, slots=True)
class _Api:
    """JSON-RPC 2.0."""

    session: GuardedSession
    where: str
    secrets: Secrets
    token: str | None

    def ask(self, method: str, params: Mapping[str, object]) -> list[dict[str, Any]]:
        """The result of a method that lists something."""
        body: dict[str, object] = {"jsonrpc": "2.0", "method": method, "params": params, "id": 1}
        if self.token is not None:
            body["auth"] = self.token
        answer = self.session.answer("POST", json=body)
        if isinstance(answer, dict) and isinstance(answer.get("error"), dict):
            raise self._refusal(method, answer["error"])
        if not isinstance(answer, dict) or not isinstance(answer.get("result"), list):
            raise PullFailedError(
                "does not answer as Zabbix does", self.where, "let base_url end in api_jsonrpc.php"
            )
        result: list[dict[str, Any]] = answer["result"]
        return result

    def _refusal(self, method: str, error: Row) -> PullFailedError:
        told = self.secrets.clean(f"{error.get('message')} {error.get('data')}")[:300]
        if any(words in told.lower() for words in _REFUSALS):
            mend = (
                "check token and version in sources.yaml, and that the web server passes the "
                "Authorization header on"
            )
        else:
            mend = "see what the token's user may read"
        return PullFailedError(f"refuses {method}: {told}", self.where, mend)


@dataclass(frozen=True, slots=True)
class _Window:
    """Reads a window of time of some links."""

    api: _Api
    links: Sequence[_Link]
    zone: ZoneInfo

    def read(self, begin: int, end: int) -> probes.Part:
        """The probes in [begin, end), unless there may be more than the limit."""
        ups = self._history(UNSIGNED, [link.up for link in self.links], begin, end)
        with_latency = [link.latency for link in self.links if link.latency is not None]
        seconds = self._history(FLOAT, with_latency, begin, end) if with_latency else []
        most = max(len(ups), len(seconds))
        if most >= LIMIT:
            return probes.Part([], probes.FULL)
        by_item = {link.up: link for link in self.links}
        by_second = {(row["itemid"], row["clock"]): row["value"] for row in seconds}
        found = [
            self._probe(row, by_item[row["itemid"]], by_second)
            for row in ups
            if begin <= _milliseconds(row) < end
        ]
        return probes.Part(found, most / LIMIT)

    def _history(
        self, kind: str, items: Sequence[str], begin: int, end: int
    ) -> list[dict[str, Any]]:
        params = {
            "output": "extend",
            "history": int(kind),
            "itemids": items,
            "time_from": begin // 1000,
            "time_till": (end - 1) // 1000,
            "sortfield": "clock",
            "sortorder": "ASC",
            "limit": LIMIT,
        }
        return self.api.ask("history.get", params)

    def _probe(
        self, row: Row, link: _Link, by_second: Mapping[tuple[str | None, str], str]
    ) -> probes.Probe:
        """A row of the up item, with the latency of the same second: one check gives both."""
        state = probes.STATES.get(row["value"])
        if state is None:
            raise PullFailedError(
                f"has values that are neither 0 nor 1, such as {row['value'][:20]}",
                f"host {link.host}",
                "let `up` be the key of an item such as icmpping",
            )
        latency = by_second.get((link.latency, row["clock"])) if state == "true" else None
        shown = None if latency is None else f"{Decimal(latency) * 1000:.3f}"
        return link.link_id, probes.moment(_milliseconds(row), self.zone), state, shown


def _milliseconds(row: Row) -> int:
    return int(row["clock"]) * 1000 + int(row["ns"]) // 1_000_000


def _links(api: _Api, binding: ZabbixBinding) -> list[_Link]:
    """The links with an up item, in the order of their ids."""
    hosts = _hosts(api, binding)
    items = _items(api, binding, list(hosts))
    found: dict[str, _Link] = {}
    for hostid, host in hosts.items():
        up = items.get((hostid, binding.up))
        if up is not None:
            latency = items.get((hostid, binding.latency))
            link = _Link(_link_id(host, binding), host["host"], up, latency)
            if link.link_id in found:
                raise PullFailedError(
                    f"two hosts are the link {link.link_id}: {found[link.link_id].host} and "
                    f"{link.host}",
                    api.where,
                    "name a group in sources.yaml that has only one of them",
                )
            found[link.link_id] = link
    if not found:
        raise PullFailedError(
            f"shows no monitored host with an item {binding.up}",
            api.where,
            "check group and up in sources.yaml, and what the token's user may read",
        )
    return [found[link_id] for link_id in sorted(found)]


def _hosts(api: _Api, binding: ZabbixBinding) -> dict[str, dict[str, Any]]:
    """Monitored hosts by their id; without a group, a tag alone tells which of them are links."""
    params: dict[str, object] = {"output": ["hostid", "host"], "monitored_hosts": True}
    if binding.group is not None:
        asked = {"output": ["groupid"], "filter": {"name": [binding.group]}}
        params["groupids"] = [each["groupid"] for each in api.ask("hostgroup.get", asked)]
        if not params["groupids"]:
            raise PullFailedError(
                f"shows no host group {binding.group}",
                api.where,
                "check group in sources.yaml, and what the token's user may read",
            )
    if binding.link.label != "host":
        params["selectTags"] = ["tag", "value"]
        if binding.group is None:
            params["tags"] = [{"tag": binding.link.label, "value": "", "operator": EXISTS}]
    return {each["hostid"]: each for each in api.ask("host.get", params)}


def _items(
    api: _Api, binding: ZabbixBinding, hosts: Sequence[str]
) -> dict[tuple[str, str | None], str]:
    """Ids of items by host and key; those of templates have no history."""
    types = {binding.up: UNSIGNED}
    if binding.latency is not None:
        types[binding.latency] = FLOAT
    params = {
        "output": ["itemid", "hostid", "key_", "value_type"],
        "hostids": hosts,
        "filter": {"key_": list(types)},
        "templated": False,
        "monitored": True,
    }
    found = api.ask("item.get", params)
    for item in found:
        if item["value_type"] != types[item["key_"]]:
            kind = "whole numbers" if types[item["key_"]] == UNSIGNED else "decimal numbers"
            raise PullFailedError(
                f"the item {item['key_']} does not hold {kind}",
                api.where,
                f"name an item that does (type of information {types[item['key_']]})",
            )
    return {(item["hostid"], item["key_"]): item["itemid"] for item in found}


def _link_id(host: Mapping[str, Any], binding: ZabbixBinding) -> str:
    label = binding.link.label
    if label == "host":
        return probes.link_of(host["host"], binding.link.values)
    values = {tag["value"] for tag in host["tags"] if tag["tag"] == label}
    if len(values) != 1:
        raise PullFailedError(
            f"has {'no' if not values else 'more than one'} tag {label}",
            f"host {host['host']}",
            "tag it, or take it out of the group",
        )
    return probes.link_of(values.pop(), binding.link.values)
