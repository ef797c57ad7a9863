"""Prometheus: the samples of probes as they were scraped, at the time at which they were.

A range selector in an instant query gives the raw samples. A range query would not do: it samples
on a grid of its own, and goes on with the last value for minutes after an exporter died. Unknown is
not down: where nothing was scraped there is no row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from scorecard.connectors import probes
from scorecard.connectors.base import PullFailedError, Tally, Task, Wanted
from scorecard.connectors.guard import GuardedSession, RefusedError
from scorecard.pulling.bindings import Link, PrometheusBinding
from scorecard.pulling.platforms import PrometheusSource
from scorecard.pulling.secrets import Secrets

SAMPLES = 50_000
"""The most samples of all series in one answer, which is held in memory."""
TOO_MUCH = ("exceed", "too many samples", "cannot select more than")
"""How Prometheus, and what speaks its language, say that an answer would be too large."""

Samples = dict[int, str]
"""A link's values by their time."""


class _TooMuchError(Exception):
    """The server does not give as much at once."""


def connect(
    source: PrometheusSource, binding: PrometheusBinding, wanted: Wanted, secrets: Secrets
) -> Prometheus:
    """The connector of one dataset."""
    return Prometheus(source, binding, wanted, secrets)


@dataclass(frozen=True, slots=True)
class Prometheus:
    """Probes of links by two selectors."""

    source: PrometheusSource
    binding: PrometheusBinding
    wanted: Wanted
    secrets: Secrets

    def batches(self, task: Task, tally: Tally) -> Iterator[pa.RecordBatch]:
        """The probes in [since, until), window by window, a link after the other in each.

        Raises:
            PullFailedError: If the server does not answer in full, or not by the link.
        """
        tally.columns = probes.COLUMNS
        zone = ZoneInfo(self.source.time_zone)
        span = self.source.points * 1000  # the most samples if scraped once a second
        with GuardedSession(self.source, self.secrets, task.deadline, tally) as session:
            window = _Window(session, self.binding, self.source.points, zone, self.secrets)
            begin, end = probes.span_of(task, zone)
            parts = probes.in_windows(begin, end, span, self.binding.up, window.read)
            yield from probes.record_batches(parts, self.wanted)


@dataclass(frozen=True, slots=True)
class _Window:
    """Reads a window of time."""

    session: GuardedSession
    binding: PrometheusBinding
    points: int
    zone: ZoneInfo
    secrets: Secrets

    def read(self, begin: int, end: int) -> probes.Part:
        """The probes; counted first, so that no answer is larger than it may be."""
        up, latency = self.binding.up, self.binding.latency
        try:
            counted = self._asked("count_over_time({})", up, begin, end)
            counts = [int(each["value"][1]) for each in counted]
            fill = max(max(counts, default=0) / self.points, sum(counts) / SAMPLES)
            if not counts or fill > 1:
                return probes.Part([], fill)
            ups = self._samples(up, begin, end)
            seconds = self._samples(latency, begin, end) if latency else {}
        except _TooMuchError:
            return probes.Part([], probes.FULL)
        found = [
            (link, probes.moment(at, self.zone), state, _latency(state, seconds, link, at))
            for link, values in ups.items()
            for at, state in self._states(values)
        ]
        return probes.Part(found, fill)

    def _states(self, values: Samples) -> Iterator[tuple[int, str]]:
        for at, value in values.items():
            if value not in probes.STATES:
                raise PullFailedError(
                    f"has samples that are neither 0 nor 1, such as {value[:20]}",
                    self.binding.up,
                    "let `up` select a metric such as probe_success",
                )
            yield at, probes.STATES[value]

    def _samples(self, selector: str, begin: int, end: int) -> dict[str, Samples]:
        """The samples in [begin, end) by link; NaN is no sample."""
        found: dict[str, list[tuple[Mapping[str, str], Samples]]] = {}
        for series in self._asked("{}", selector, begin, end):
            values = {
                at: value
                for moment, value in series["values"]
                if begin <= (at := int(Decimal(moment) * 1000)) < end and value != "NaN"
            }
            if values:
                labels = series["metric"]
                link = _link(labels, self.binding.link, selector)
                for others, known in found.setdefault(link, []):
                    if max(known) >= min(values) and max(values) >= min(known):
                        raise _two_series(link, others, labels, selector)
                found[link].append((labels, values))
        # Series that follow each other are one: a link's labels change when it is probed elsewhere.
        return {
            link: {at: value for _, values in series for at, value in values.items()}
            for link, series in found.items()
        }

    def _asked(self, wrapping: str, selector: str, begin: int, end: int) -> list[dict[str, Any]]:
        """The series of a window.

        A range leaves out its first moment since Prometheus 3, and has it before: so it begins a
        millisecond early, and the caller cuts.
        """
        at = dt.datetime.fromtimestamp((end - 1) // 1000, dt.UTC)
        params = {
            "query": wrapping.format(f"{selector}[{end - begin}ms]"),
            "time": f"{at:%Y-%m-%dT%H:%M:%S}.{(end - 1) % 1000:03d}Z",
        }
        try:
            answer = self.session.answer("GET", "/api/v1/query", params)
        except RefusedError as error:
            told = error.body.get("error") if isinstance(error.body, dict) else None
            if told is None:
                raise
            answer = error.body
        return self._result(answer, selector)

    def _result(self, answer: Any, selector: str) -> list[dict[str, Any]]:
        if not isinstance(answer, dict) or "status" not in answer:
            raise PullFailedError(
                "does not answer as Prometheus does", selector, "check base_url in sources.yaml"
            )
        if answer["status"] != "success":
            told = str(answer.get("error"))
            if any(words in told for words in TOO_MUCH):
                raise _TooMuchError
            raise PullFailedError(
                f"is refused: {self._told(told)}", selector, "mend the selector in sources.yaml"
            )
        if warnings := answer.get("warnings"):
            raise PullFailedError(
                f"is not answered in full: {self._told('; '.join(map(str, warnings)))}",
                selector,
                "see whether all stores behind the server work; the next pull tries again",
            )
        result: list[dict[str, Any]] = answer["data"]["result"]
        return result

    def _told(self, text: str) -> str:
        return self.secrets.clean(text)[:300]


def _link(labels: Mapping[str, str], link: Link, selector: str) -> str:
    if not labels.get(link.label):
        raise PullFailedError(
            f"selects a series without the label {link.label}: {_shown(labels)}",
            selector,
            "narrow the selector, or name another label in `link`",
        )
    return probes.link_of(labels[link.label], link.values)


def _two_series(
    link: str, first: Mapping[str, str], second: Mapping[str, str], selector: str
) -> PullFailedError:
    differing = sorted(
        name for name in first.keys() | second.keys() if first.get(name) != second.get(name)
    )
    told = ", ".join(
        f"{name} ({first.get(name, 'none')} and {second.get(name, 'none')})" for name in differing
    )
    return PullFailedError(
        f"selects two series of the link {link}, which differ in {told}",
        selector,
        "narrow the selector to one of them",
    )


def _shown(labels: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in sorted(labels.items()))[:200]


def _latency(state: str, seconds: Mapping[str, Samples], link: str, at: int) -> str | None:
    """Milliseconds of the same scrape, if the probe got through; else it is a timeout's."""
    value = seconds.get(link, {}).get(at)
    if value is None or state != probes.STATES["1"]:
        return None
    number = Decimal(value)
    return f"{number * 1000:.3f}" if number.is_finite() else None
