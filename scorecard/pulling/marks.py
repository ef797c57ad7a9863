"""Marks: how far a dataset has come, by the kind of its watermark.

A mark is kept as text and compared as what it is. A time is ISO without an offset, in the
platform's zone.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from scorecard.clock import TIME_ZONE
from scorecard.errors import ConfigurationError
from scorecard.pulling.bindings import (
    Binding,
    FilesBinding,
    PrometheusBinding,
    Watermark,
    ZabbixBinding,
)
from scorecard.pulling.values import span

Mark: TypeAlias = Any
"""A datetime, an int or a str, by the watermark's kind; marks of one kind can be compared."""
SKEW = dt.timedelta(minutes=10)
"""What a platform's clock may be ahead of ours for its times to be a mark."""
LATE = dt.timedelta(minutes=1)
"""The last minute of probes is left for the next pull: the answer of a dead link comes last, by its
timeout, when the mark has long passed it."""


def watermark_of(binding: Binding) -> Watermark | None:
    """The watermark of a binding that has one; that of probes is their time."""
    return None if isinstance(binding, FilesBinding) else binding.watermark


def in_zone(moment: dt.datetime, zone: str) -> dt.datetime:
    """Our local time as a platform's, both without an offset."""
    return moment.replace(tzinfo=TIME_ZONE).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def read_until(binding: Binding, now: dt.datetime, zone: str) -> dt.datetime:
    """Up to when all is read of what a platform is asked for now, in its zone."""
    is_probes = isinstance(binding, (PrometheusBinding, ZabbixBinding))
    return in_zone(now - LATE if is_probes else now, zone)


def mark_from(kind: str, text: str, zone: str) -> Mark:
    """A mark by its kind, to be compared.

    Raises:
        ConfigurationError: If the text is none.
    """
    try:
        if kind == "integer":
            return int(text)
        if kind == "time":
            moment = dt.datetime.fromisoformat(text)
            if moment.tzinfo is None:
                return moment
            return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    except ValueError:
        example = "2019-03-05 10:00" if kind == "time" else "a whole number"
        raise ConfigurationError(
            f"'{text}' is no {kind}, by which this dataset is pulled from one mark to the next",
            "--since, --until, or the dataset's watermark in sources.yaml",
            f"give {example}",
        ) from None
    return text


def text_of(mark: Mark | None) -> str | None:
    """A mark as it is kept."""
    return None if mark is None else str(mark)


def first_given(kind: str, zone: str, *texts: str | None) -> Mark | None:
    """The first of the marks that is one."""
    return next((mark_from(kind, text, zone) for text in texts if text is not None), None)


def less(mark: Mark, overlap: str | None) -> Mark:
    """A mark less the overlap, no earlier than the calendar begins; of a text there is none."""
    if overlap is None or isinstance(mark, str):
        return mark
    if isinstance(mark, int):
        return mark - int(overlap)
    return mark - min(span(overlap) or dt.timedelta(0), mark - dt.datetime.min)
