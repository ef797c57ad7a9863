"""Probes from a real Prometheus: one that scrapes links that fail, and one with a history."""

from __future__ import annotations

import datetime as dt
import itertools
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scorecard.connectors import probes, prometheus
from scorecard.connectors.base import PullFailedError, Tally, Wanted
from scorecard.connectors.guard import GuardedSession
from scorecard.connectors.prometheus import Prometheus
from scorecard.pulling.bindings import Link, PrometheusBinding, Watermark
from scorecard.pulling.platforms import PrometheusSource
from scorecard.pulling.secrets import Secrets
from tests.connectors.probing import EVERYTHING, iso, mark, probed
from tests.inboxes import Inbox
from tests.pulling.landings import Pulls
from tests.servers import free_port
from tests.servers.prometheus import blackbox, remembering, scrapes, scraping, site, wait

Samples = list[tuple[str, int, str]]
TWO_O_CLOCKS = (1_572_136_200_250, 1_572_139_800_250)
"""Half past two in Berlin, before and after the clocks went back."""


def connector(
    address: str,
    job: str = "links",
    values: Mapping[str, str] | None = None,
    wanted: Wanted = EVERYTHING,
    **settings: Any,
) -> Prometheus:
    source = PrometheusSource(kind="prometheus", base_url=address, **settings)
    binding = PrometheusBinding(
        kind="prometheus",
        source="monitoring",
        up=f'probe_success{{job="{job}"}}',
        latency=f'probe_duration_seconds{{job="{job}"}}',
        link=Link(label="link_id", values=values),
    )
    return prometheus.connect(source, binding, wanted, Secrets({}))


@dataclass(frozen=True)
class Watch:
    """A server that watched two links; one was down for a while, then the exporter died."""

    address: str
    begin: int
    died: float
    end: float

    def rows(self, **options: Any) -> list[dict[str, Any]]:
        return probed(connector(self.address, **options), mark(self.begin), None)


@pytest.fixture(scope="module")
def watch() -> Iterator[Watch]:
    ports = {"l1": free_port(), "l2": free_port()}
    with ExitStack() as servers:
        exporter, process = servers.enter_context(blackbox())
        servers.enter_context(site(ports["l2"]))
        begin = int(time.time()) * 1000
        address = servers.enter_context(scraping(exporter, ports))
        with site(ports["l1"]):
            wait(address, 'probe_success{link_id="l1"}', "1")
        wait(address, 'probe_success{link_id="l1"}', "0")
        with site(ports["l1"]):
            wait(address, 'probe_success{link_id="l1"}', "1")
            process.kill()
            died = time.time()
            wait(address, 'up{link_id="l1"}', "0")
        yield Watch(address, begin, died, time.time())


@pytest.fixture
def no_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last minute is taken too."""
    monkeypatch.setattr(probes, "LATE", dt.timedelta(0))


@pytest.mark.usefixtures("no_delay")
@pytest.mark.parametrize("link", ["l1", "l2"])
def test_an_outage_comes_out_to_the_scrape(watch: Watch, link: str) -> None:
    selector = f'probe_success{{link_id="{link}"}}'
    scraped = scrapes(watch.address, selector, watch.begin / 1000, watch.end)

    rows = [row for row in watch.rows() if row["link_id"] == link]

    states = {"0": "false", "1": "true"}
    assert {row["probed_at"]: row["is_up"] for row in rows} == {
        iso(at): states[value] for at, value in scraped.items()
    }
    assert len(rows) == len(scraped)
    runs = [state for state, _ in itertools.groupby(row["is_up"] for row in rows)]
    assert runs == (["true", "false", "true"] if link == "l1" else ["true"])


@pytest.mark.usefixtures("no_delay")
def test_a_probe_that_got_through_has_its_latency_and_another_has_none(watch: Watch) -> None:
    selector = 'probe_duration_seconds{link_id="l1"}'
    took = scrapes(watch.address, selector, watch.begin / 1000, watch.end)
    for row in watch.rows():
        assert (row["latency_ms"] is not None) == (row["is_up"] == "true")
        if row["link_id"] == "l1" and row["is_up"] == "true":
            (seconds,) = [took[at] for at in took if iso(at) == row["probed_at"]]
            assert float(row["latency_ms"]) == pytest.approx(float(seconds) * 1000, abs=0.0006)


@pytest.mark.usefixtures("no_delay")
def test_a_dead_exporter_is_unknown_and_not_down(watch: Watch) -> None:
    tried = scrapes(watch.address, 'up{link_id="l1"}', watch.begin / 1000, watch.end)
    last = max(row["probed_at"] for row in watch.rows())
    assert last < iso(int(watch.died * 1000) + 500)
    assert {value for at, value in tried.items() if iso(at) > last} == {"0"}


def test_the_last_minute_is_left_for_the_next_pull(watch: Watch) -> None:
    assert watch.rows() == []


BEGIN = 1_551_751_200_000
LINKS = {"l1": 60_000, "l2": 30_000, "l3": 45_057}
END = BEGIN + 7_200_000


def series(metric: str, **labels: str) -> str:
    pairs = ",".join(f'{name}="{value}"' for name, value in labels.items())
    return f"{metric}{{{pairs}}}"


def links() -> Iterator[tuple[str, int, bool]]:
    """Two hours of three links: link, milliseconds, whether it was up."""
    for link, step in LINKS.items():
        for number, at in enumerate(range(BEGIN, END, step)):
            yield link, at + number * 37 % 1000, number % 7 not in (3, 4)


def history() -> Samples:
    ups: Samples = []
    took: Samples = []
    for link, at, is_up in links():
        ups.append((series("probe_success", job="links", link_id=link), at, str(int(is_up))))
        if link != "l3":
            labels = series("probe_duration_seconds", job="links", link_id=link)
            took.append((labels, at, "0.0123456"))
    odd = {
        "twice": [({"module": "icmp"}, 0), ({"module": "tcp"}, 5)],
        "renamed": [({"instance": "c"}, 0), ({"instance": "a"}, 700), ({"instance": "b"}, 1400)],
    }
    for job, many in odd.items():
        for labels, shift in many:
            name = series("probe_success", job=job, link_id="l1", **labels)
            ups += [(name, BEGIN + (shift + 60 * n) * 1000, "1") for n in range(10)]
    ups += [
        (series("probe_success", job="unlabelled", instance="gate"), BEGIN, "1"),
        (series("probe_success", job="shares", link_id="l1"), BEGIN, "0.5"),
        (series("probe_success", job="gaps", link_id="l1"), BEGIN, "1"),
        (series("probe_success", job="gaps", link_id="l1"), BEGIN + 1000, "NaN"),
        (series("probe_success", job="gaps", link_id="l1"), BEGIN + 2000, "0"),
    ]
    took.append((series("probe_duration_seconds", job="gaps", link_id="l1"), BEGIN, "NaN"))
    return [*ups, *took]


def expected(begin: int, end: int) -> list[tuple[str, str, str, str | None]]:
    return sorted(
        (
            link,
            iso(at),
            str(is_up).lower(),
            "12.346" if is_up and link != "l3" else None,
        )
        for link, at, is_up in links()
        if begin <= at < end
    )


def shown(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return sorted(
        (tuple(row[name] for name in probes.COLUMNS) for row in rows), key=lambda row: row[:2]
    )


@pytest.fixture(scope="module")
def past() -> Iterator[str]:
    with remembering(history()) as address:
        yield address


def test_a_pull_without_a_mark_begins_with_the_first_sample(past: str) -> None:
    tally = Tally()
    assert shown(probed(connector(past), None, mark(END), tally)) == expected(BEGIN, END)
    assert tally.requests < 100
    assert tally.columns == probes.COLUMNS


TIMES = sorted({at for _, at, _ in links()})
CUTS = st.one_of(
    st.sampled_from(TIMES).flatmap(lambda at: st.integers(at - 1, at + 1)),
    st.integers(BEGIN, END),
)


@settings(max_examples=50, deadline=None)
@given(cuts=st.lists(CUTS, min_size=2, max_size=5, unique=True).map(sorted))
def test_several_small_windows_are_one_large_one(past: str, cuts: list[int]) -> None:
    pieces = [
        probed(connector(past), mark(begin), mark(end)) for begin, end in itertools.pairwise(cuts)
    ]
    rows = [row for piece in pieces for row in piece]
    assert shown(rows) == expected(cuts[0], cuts[-1])


def test_no_sample_is_lost_where_a_window_ends_within_the_last_minute(
    past: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = connector(past)
    watermark = {"first": mark(BEGIN), "window": "5m"}
    binding = reading.binding.model_copy(update={"watermark": Watermark(**watermark)})
    pulls = Pulls(Inbox(tmp_path), "network_probes", binding)
    for seconds in (330, 615, 961, 1800):
        now = BEGIN + seconds * 1000
        pulls.now = dt.datetime.fromisoformat(mark(now))
        monkeypatch.setattr(time, "time_ns", lambda now=now: now * 1_000_000)
        while True:
            task = pulls.task()
            pulls.land(task, pulls.answer(task, probed(reading, task.since, task.until)))
            if task.until is None:
                break
    landed = pulls.inbox.rows("select link_id, probed_at from staging.network_probes")
    assert sorted((link, f"{at.isoformat(' ', 'milliseconds')}+08:00") for link, at in landed) == [
        row[:2] for row in expected(BEGIN, BEGIN + 1_740_000)
    ]


@pytest.mark.parametrize(("points", "samples"), [(2, 1000), (40, 1000), (1000, 25)])
def test_no_answer_is_larger_than_the_server_gives_or_we_hold(
    past: str, points: int, samples: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[list[int]] = []
    asked = GuardedSession.answer

    def answer(*args: Any, **options: Any) -> Any:
        given = asked(*args, **options)
        sizes.append([len(each.get("values", ())) for each in given["data"]["result"]])
        return given

    monkeypatch.setattr(GuardedSession, "answer", answer)
    monkeypatch.setattr(prometheus, "SAMPLES", samples)
    rows = probed(connector(past, points=points), None, mark(BEGIN + 1_800_000))
    assert shown(rows) == expected(BEGIN, BEGIN + 1_800_000)
    assert max(max(each, default=0) for each in sizes) <= points
    assert max(map(sum, sizes)) <= samples


def test_a_server_that_loads_few_samples_is_asked_for_less() -> None:
    with remembering(history(), "--query.max-samples=100") as address:
        assert shown(probed(connector(address), mark(BEGIN), mark(END))) == expected(BEGIN, END)


def test_a_server_that_does_not_even_load_a_second_is_told() -> None:
    with (
        remembering(history(), "--query.max-samples=1") as address,
        pytest.raises(PullFailedError, match="a single second holds more samples"),
    ):
        probed(connector(address), mark(BEGIN), mark(END))


def test_a_label_is_mapped_to_our_id_and_an_unknown_one_is_passed_on(past: str) -> None:
    mapped = connector(past, values={"l1": "gov-001", "l2": "gov-002"})
    rows = probed(mapped, mark(BEGIN), mark(END))
    assert {row["link_id"] for row in rows} == {"gov-001", "gov-002", "l3"}


def test_only_wanted_columns_are_given(past: str) -> None:
    wanted = Wanted(("link_id", "is_up"))
    (row, *_) = probed(connector(past, wanted=wanted), mark(BEGIN), mark(END))
    assert set(row) == {"link_id", "is_up"}


def test_no_number_is_no_sample(past: str) -> None:
    rows = probed(connector(past, job="gaps"), mark(BEGIN), mark(END))
    assert shown(rows) == [
        ("l1", iso(BEGIN), "true", None),
        ("l1", iso(BEGIN + 2000), "false", None),
    ]


def test_a_selector_that_meets_nothing_gives_no_rows(past: str) -> None:
    assert probed(connector(past, job="nothing"), mark(BEGIN), mark(END)) == []


def test_a_link_whose_labels_changed_goes_on(past: str) -> None:
    rows = probed(connector(past, job="renamed"), mark(BEGIN), mark(END))
    assert len(rows) == 30


@pytest.mark.parametrize(
    ("job", "words"),
    [
        ("twice", "link l1, which differ in module (icmp and tcp)"),
        ("unlabelled", "a series without the label link_id: "),
        ("shares", "neither 0 nor 1, such as 0.5"),
    ],
)
def test_what_cannot_be_told_by_link_is_told_with_the_selector(
    past: str, job: str, words: str
) -> None:
    with pytest.raises(PullFailedError) as told:
        probed(connector(past, job=job), mark(BEGIN), mark(END))
    assert words in str(told.value)
    assert f'probe_success{{job="{job}"}}' in str(told.value)


def test_an_answer_with_warnings_is_not_whole(past: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = GuardedSession.answer
    warned = {"warnings": ["a store did not answer"]}
    monkeypatch.setattr(GuardedSession, "answer", lambda *given: asked(*given) | warned)
    with pytest.raises(PullFailedError, match="not answered in full: a store did not answer"):
        probed(connector(past), mark(BEGIN), mark(END))


def test_a_server_that_is_no_prometheus_is_told(past: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GuardedSession, "answer", lambda *_: [])
    with pytest.raises(PullFailedError, match="does not answer as Prometheus does"):
        probed(connector(past), mark(BEGIN), mark(END))


def test_a_selector_that_is_none_is_told_in_the_servers_words(past: str) -> None:
    with pytest.raises(PullFailedError, match="parse error") as told:
        probed(connector(past, job='a"b'), mark(BEGIN), mark(END))
    assert "mend the selector" in str(told.value)


def test_an_hour_that_comes_twice_stays_two_hours_when_it_lands() -> None:
    texts = [probes.moment(at, ZoneInfo("Europe/Berlin")) for at in TWO_O_CLOCKS]
    assert [text[:23] for text in texts] == ["2019-10-27 02:30:00.250"] * 2
    connection = duckdb.connect()
    for macros in sorted(Path("sql/macros").glob("*.sql")):
        connection.execute(macros.read_text(encoding="utf-8"))
    landed = "select landed_timestamp(text) from unnest(?) as t (text)"
    assert connection.execute(landed, [texts]).fetchall() == [
        (dt.datetime(2019, 10, 27, 8, 30, 0, 250_000),),
        (dt.datetime(2019, 10, 27, 9, 30, 0, 250_000),),
    ]
