"""REST: a platform that gives rows as JSON, on one page or many.

dlt's client goes from page to page, under a session that guards it (guard.py). Status 200 is not
taken for success: the list of rows must be there, and what `expect` says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from dlt.common.configuration.specs.runtime_configuration import RuntimeConfiguration
from dlt.sources.helpers.rest_client.client import RESTClient

from scorecard.connectors import json_rows
from scorecard.connectors.base import PullFailedError, Tally, Task, Wanted
from scorecard.connectors.guard import GuardedSession
from scorecard.connectors.paging import NOTHING, Pages, found, json_path
from scorecard.pulling.bindings import HttpBinding
from scorecard.pulling.platforms import HttpSource
from scorecard.pulling.secrets import Secrets


def connect(source: HttpSource, binding: HttpBinding, wanted: Wanted, secrets: Secrets) -> Rest:
    """The connector of one dataset.

    Raises:
        ConfigurationError: If a JSONPath is none.
    """
    return Rest(source, binding, wanted, secrets)


class Rest:
    """The rows of one address."""

    def __init__(
        self, source: HttpSource, binding: HttpBinding, wanted: Wanted, secrets: Secrets
    ) -> None:
        self._source, self._binding, self._wanted, self._secrets = source, binding, wanted, secrets
        self._where = f"{source.base_url.rstrip('/')}/{binding.path.lstrip('/')}".rstrip("/")
        self._rows = json_path(binding.rows)
        self._expect = [(json_path(path), values) for path, values in source.expect.items()]

    def batches(self, task: Task, tally: Tally) -> Iterator[pa.RecordBatch]:
        """The rows, page by page; a wanted column is there from the page on that has it first."""
        pages = Pages(self._binding.paging, self._where, task.accept)
        known: dict[str, None] = {}

        def judge(body: Any) -> None:
            self._judge(body)
            pages.check(body)

        with GuardedSession(self._source, self._secrets, task.deadline, tally, judge) as session:
            for rows in RESTClient(
                self._source.base_url, session=session, config=RuntimeConfiguration()
            ).paginate(
                self._binding.path,
                params=parameters(self._source, self._binding, task),
                paginator=pages.paginator,
                data_selector=self._rows,
                hooks={"response": []},  # the session raises; dlt's hook would, before any retry
            ):
                tally.total = pages.total
                pages.take(rows)
                json_rows.learn_names(rows, known)
                tally.columns = tuple(known)
                names = [name for name in self._wanted.names if name in known]
                yield from json_rows.batches(rows, names)
        pages.end()

    def _judge(self, body: Any) -> None:
        """Whether an answer is one."""
        for path, values in self._expect:
            value = json_rows.text("nothing" if (at := found(path, body)) is NOTHING else at)
            shown = "null" if value is None else value
            if shown not in values:
                shown = self._secrets.clean(shown)[:40]  # half a secret would not be found
                what = f"answers {path} = {shown}, not {' or '.join(values)}"
                raise self._failure(what, "see what the platform says to the same question")
        rows = found(self._rows, body)
        if not isinstance(rows, list):
            mend = "check rows, and say by expect of the source how it reports its failures"
            raise self._failure(f"answers without a list of rows at {self._rows}", mend)
        if not all(isinstance(row, dict) for row in rows):
            raise self._failure(f"gives rows at {self._rows} that are no objects", "check rows")

    def _failure(self, what: str, mend: str) -> PullFailedError:
        return PullFailedError(what, self._where, mend)


def parameters(source: HttpSource, binding: HttpBinding, task: Task) -> dict[str, Any]:
    """The query of the first page; a parameter for a mark is left out where there is none."""
    zone = ZoneInfo(source.time_zone)
    watermark = binding.watermark
    marks = {
        name: mark if watermark is None else _written(mark, watermark.kind, watermark.format, zone)
        for name, mark in (("since", task.since), ("until", task.until))
        if mark is not None
    }
    asked: dict[str, Any] = {
        name: _filled(value, marks)
        for name, value in binding.params.items()
        if all(mark in marks for mark in ("since", "until") if f"{{{mark}}}" in value)
    }
    if watermark is not None:
        given = (watermark.parameter, "since"), (watermark.until_parameter, "until")
        asked |= {name: marks[mark] for name, mark in given if name and mark in marks}
    number = binding.paging.page_number
    if number is not None and number.size is not None:
        asked[number.size] = str(number.rows)
    return asked


def _filled(value: str, marks: dict[str, str]) -> str:
    for mark, written in marks.items():
        value = value.replace(f"{{{mark}}}", written)
    return value


def _written(mark: str, kind: str, form: str | None, zone: ZoneInfo) -> str:
    """A mark as the platform wants it; what is too fine for it is cut off, which reads more."""
    if kind != "time":
        return mark
    time = dt.datetime.fromisoformat(mark)
    if form is None:
        return time.isoformat()
    if form == "epoch_s":
        return str(int(time.replace(tzinfo=zone).timestamp()))
    if form == "epoch_ms":
        since_epoch = time.replace(tzinfo=zone) - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
        return str(since_epoch // dt.timedelta(milliseconds=1))
    return time.strftime(form)
