"""Probes from Zabbix, by a server that keeps to its interface's manual."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from scorecard.connectors import zabbix
from scorecard.connectors.base import PullFailedError, Tally
from scorecard.errors import ConfigurationError
from scorecard.pulling.bindings import Link, ZabbixBinding
from scorecard.pulling.platforms import Auth, Basic, ZabbixSource
from scorecard.pulling.secrets import Secrets
from tests.connectors.probing import EVERYTHING, iso, mark, probed
from tests.servers.zabbix import Zabbix
from tests.servers.zabbix import zabbix as serving

TOKEN = "5ad9c0ffee%token"
BEGIN = 1_551_751_200_000
MINUTE = 60_000
PING = {"icmpping": 3, "icmppingsec": 0}


@pytest.fixture
def server() -> Iterator[Zabbix]:
    with serving(TOKEN) as server:
        server.host("l1", PING)
        server.host("l2", PING)
        yield server


def probe(server: Zabbix, host: str, at: int, is_up: bool = True) -> None:
    server.add(host, "icmpping", at, "1" if is_up else "0")
    server.add(host, "icmppingsec", at, "0.0123456" if is_up else "0")


def pull(
    server: Zabbix,
    since: int | None = BEGIN,
    until: int | None = BEGIN + 120 * MINUTE,
    token: str = TOKEN,
    auth: Auth | None = None,
    version: str | None = None,
    tally: Tally | None = None,
    **options: Any,
) -> list[dict[str, Any]]:
    source = ZabbixSource(
        kind="zabbix",
        base_url=server.address,
        token="env:ZABBIX",
        version=version or ".".join(map(str, server.version)),
        auth=auth,
    )
    binding = ZabbixBinding(kind="zabbix", source="zabbix", **options)
    connector = zabbix.connect(source, binding, EVERYTHING, Secrets({"ZABBIX": token}))
    marks = [None if at is None else mark(at) for at in (since, until)]
    return probed(connector, *marks, tally)


def shown(rows: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return sorted((row["link_id"], row["probed_at"], row["is_up"]) for row in rows)


def histories(server: Zabbix) -> list[Mapping[str, Any]]:
    return [params for method, params in server.asked if method == "history.get"]


def test_an_outage_comes_out_to_the_probe(server: Zabbix) -> None:
    for minute in range(10):
        probe(server, "l1", BEGIN + minute * MINUTE + 250, is_up=minute not in (3, 4, 5))
    assert pull(server) == [
        {
            "link_id": "l1",
            "probed_at": iso(BEGIN + minute * MINUTE + 250),
            "is_up": "false" if minute in (3, 4, 5) else "true",
            "latency_ms": None if minute in (3, 4, 5) else "12.346",
        }
        for minute in range(10)
    ]


def test_a_window_that_reaches_the_limit_is_halved(
    server: Zabbix, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = []
    for minute in range(100):
        for host in ("l1", "l2"):
            probe(server, host, BEGIN + minute * MINUTE)
            expected.append((host, iso(BEGIN + minute * MINUTE), "true"))
    monkeypatch.setattr(zabbix, "LIMIT", 8)
    assert shown(pull(server)) == sorted(expected)
    spans = [
        asked["time_till"] - asked["time_from"] for name, asked in server.asked if "hist" in name
    ]
    assert min(spans) < 8 * 60 < max(spans)


def test_rows_of_the_same_second_at_the_limit_are_not_lost(
    server: Zabbix, monkeypatch: pytest.MonkeyPatch
) -> None:
    for host in ("l1", "l2"):
        for late in (0, 300, 600):
            probe(server, host, BEGIN + 59 * MINUTE + late)
    monkeypatch.setattr(zabbix, "LIMIT", 7)
    assert len(pull(server)) == 6


def test_a_second_with_more_than_the_limit_is_told(
    server: Zabbix, monkeypatch: pytest.MonkeyPatch
) -> None:
    for late in range(5):
        probe(server, "l1", BEGIN + late)
    monkeypatch.setattr(zabbix, "LIMIT", 5)
    with pytest.raises(PullFailedError, match="a single second holds more samples"):
        pull(server)


def test_links_are_asked_for_some_at_a_time(
    server: Zabbix, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3, 8):
        server.host(f"l{number}", PING)
    for number in range(1, 8):
        probe(server, f"l{number}", BEGIN)
    monkeypatch.setattr(zabbix, "LINKS", 3)
    assert [row["link_id"] for row in pull(server)] == [f"l{number}" for number in range(1, 8)]
    assert max(len(asked["itemids"]) for asked in histories(server)) == 3


def test_a_pull_has_its_first_millisecond_and_not_its_last(server: Zabbix) -> None:
    for at in (BEGIN + 99, BEGIN + 100, BEGIN + 5_000, BEGIN + 5_099, BEGIN + 5_100):
        probe(server, "l1", at)
    whole = pull(server, BEGIN + 100, BEGIN + 5_100)
    assert [row["probed_at"] for row in whole] == [
        iso(at) for at in (BEGIN + 100, BEGIN + 5_000, BEGIN + 5_099)
    ]
    cut = BEGIN + 5_050
    assert pull(server, BEGIN + 100, cut) + pull(server, cut, BEGIN + 5_100) == whole


def test_a_pull_without_marks_begins_with_the_first_value(server: Zabbix) -> None:
    probe(server, "l1", BEGIN)
    tally = Tally()
    assert len(pull(server, None, None, tally=tally)) == 1
    assert tally.requests < 60


@pytest.mark.parametrize("version", [(6, 0), (6, 2), (6, 4), (7, 2)])
def test_the_token_stands_where_the_version_wants_it(version: tuple[int, int]) -> None:
    with serving(TOKEN, version) as server:
        server.host("l1", PING)
        probe(server, "l1", BEGIN)
        assert len(pull(server)) == 1


@pytest.mark.parametrize("version", [(6, 0), (7, 0)])
def test_a_wrong_token_is_told_without_it(version: tuple[int, int]) -> None:
    with serving(TOKEN, version) as server, pytest.raises(PullFailedError) as told:
        pull(server, token="0ther%token")
    assert "refuses hostgroup.get" in str(told.value) or "refuses host.get" in str(told.value)
    assert "check token and version" in str(told.value)
    assert "0ther" not in str(told.value)


def test_a_group_narrows_the_hosts(server: Zabbix) -> None:
    server.host("web", PING, group="servers")
    for host in ("l1", "web"):
        probe(server, host, BEGIN)
    assert [row["link_id"] for row in pull(server, group="links")] == ["l1"]
    assert len(pull(server)) == 2


def test_hosts_that_are_not_watched_and_templates_are_left_out(server: Zabbix) -> None:
    server.host("old", PING, monitored=False)
    server.host("ICMP Ping", PING, template=True)
    for host in ("l1", "old", "ICMP Ping"):
        probe(server, host, BEGIN)
    assert [row["link_id"] for row in pull(server)] == ["l1"]


def test_a_link_is_named_by_a_tag_of_its_host(server: Zabbix) -> None:
    server.host("gate", PING, tags={"link": "a7"})
    server.host("door", PING, tags={"link": "a8"})
    for host in ("l1", "gate", "door"):
        probe(server, host, BEGIN)
    link = Link(label="link", values={"a7": "gov-007"})
    assert {row["link_id"] for row in pull(server, link=link)} == {"gov-007", "a8"}


def test_an_item_without_latency_gives_none(server: Zabbix) -> None:
    server.host("l3", {"icmpping": 3})
    server.add("l3", "icmpping", BEGIN, "1")
    (row,) = pull(server)
    assert (row["is_up"], row["latency_ms"]) == ("true", None)
    assert pull(server, latency=None) == [row]


def _untagged(server: Zabbix) -> dict[str, Any]:
    return {"group": "links", "link": Link(label="link")}


def _twice(server: Zabbix) -> dict[str, Any]:
    return {"link": Link(label="host", values={"l1": "l2"})}


def _other_type(server: Zabbix) -> dict[str, Any]:
    server.host("l3", {"icmpping": 0})
    return {}


def _no_state(server: Zabbix) -> dict[str, Any]:
    server.add("l1", "icmpping", BEGIN, "7")
    return {}


@pytest.mark.parametrize(
    ("arrange", "words"),
    [
        (_untagged, "host l1: has no tag link"),
        (_twice, "two hosts are the link l2: l1 and l2"),
        (_other_type, "the item icmpping does not hold whole numbers"),
        (_no_state, "host l1: has values that are neither 0 nor 1, such as 7"),
        (lambda _: {"group": "lost"}, "shows no host group lost"),
        (lambda _: {"up": "net.ping"}, "shows no monitored host with an item net.ping"),
    ],
)
def test_what_cannot_be_told_by_link_is_told_plainly(
    server: Zabbix, arrange: Any, words: str
) -> None:
    with pytest.raises(PullFailedError) as told:
        pull(server, **arrange(server))
    assert words in str(told.value)


def test_what_is_not_zabbix_is_told(server: Zabbix, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "answer", lambda *_: {"status": "fine"})
    with pytest.raises(PullFailedError, match="does not answer as Zabbix does"):
        pull(server)


def test_another_refusal_is_told_in_the_servers_words_without_the_token(
    server: Zabbix, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = {"code": -32500, "message": "Application error.", "data": f"{TOKEN} may not."}
    monkeypatch.setattr(server, "answer", lambda *_: {"error": refusal})
    with pytest.raises(PullFailedError) as told:
        pull(server)
    assert "refuses host.get: Application error. *** may not." in str(told.value)


def test_two_identities_in_one_header_are_refused(server: Zabbix) -> None:
    auth = Auth(basic=Basic(user="proxy", password="env:PROXY"))
    with pytest.raises(ConfigurationError, match="auth is given where Zabbix's own token stands"):
        pull(server, auth=auth)


def test_a_version_that_is_none_is_refused(server: Zabbix) -> None:
    with pytest.raises(ConfigurationError, match="version latest is none"):
        pull(server, version="latest")
