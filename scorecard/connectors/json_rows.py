"""Rows of JSON as batches of texts: nested objects by dotted paths, numbers as they were written.

A list or an object in a wanted column is JSON again, its numbers as texts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import pyarrow as pa

ROWS = 20_000
"""The most rows of a batch."""
MOST_NAMES = 2_000
"""The most names of a source; objects whose keys are data would have any number of them."""

Row = Mapping[str, Any]


def learn_names(rows: Sequence[Row], known: dict[str, None], prefix: str = "") -> None:
    """Adds the names that the rows have to the known ones, in the order in which they come."""
    for key in dict.fromkeys(chain.from_iterable(rows)):
        if len(known) >= MOST_NAMES:
            return
        known[prefix + key] = None
        if inner := [value for row in rows if isinstance(value := row.get(key), dict)]:
            learn_names(inner, known, f"{prefix}{key}.")


def batches(rows: Sequence[Row], names: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """The rows as batches of the named columns."""
    getters = [_getter(name) for name in names]
    for first in range(0, len(rows), ROWS):
        part = rows[first : first + ROWS]
        columns = [pa.array([text(get(row)) for row in part], pa.string()) for get in getters]
        yield pa.record_batch(columns, names=list(names))


def text(value: Any) -> str | None:
    """A value of JSON as text; null is None."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)


def _getter(name: str) -> Callable[[Row], Any]:
    if "." not in name:
        return lambda row: row.get(name)
    keys = name.split(".")

    def nested(row: Row) -> Any:
        value: Any = row
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        return value

    return lambda row: row[name] if name in row else nested(row)
