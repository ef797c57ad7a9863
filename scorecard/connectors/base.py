"""What a connector is: it gives what a platform has, as batches of texts under the source's names.

A connector knows its platform and nothing of contracts, of the warehouse or of what becomes of the
rows. It runs in a child process that may be killed at any moment, holds a bounded part of the
answer at a time, and raises `PullFailedError` for whatever the platform or the network does wrong.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from scorecard.errors import ScorecardError

if TYPE_CHECKING:
    import pyarrow as pa


class PullFailedError(ScorecardError):
    """A pull that came to nothing: what, where, mend. Never a row's content, never a secret."""


class SuspiciousAnswerError(PullFailedError):
    """An answer that is whole but cannot be the truth: another total at the end, far too few rows.

    It is not taken; `scorecard pull DATASET --accept` takes it once somebody has looked.

    Args:
        again: Whether the rows may have changed while they were paged through. The caller then
            throws away what came, asks once more from the beginning, and believes a second one.
    """

    def __init__(
        self, what: str, where: str | None = None, mend: str | None = None, *, again: bool = False
    ) -> None:
        super().__init__(what, where, mend)
        self.again = again


@dataclass(frozen=True, slots=True)
class Task:
    """What one pull is to fetch.

    Attributes:
        dataset: The dataset of the contracts.
        since: The mark to begin at, included; None for the beginning. A time is written as ISO
            without an offset, in the source's time zone.
        until: The mark to end before; None for the end.
        folder: An empty folder for what is fetched.
        started: When the pull began, local time without a zone.
        deadline: Seconds after which it is given up.
        accept: Whether somebody vouched for an answer that looks wrong.
        asked: Whether somebody said where to begin, instead of the books.
    """

    dataset: str
    since: str | None
    until: str | None
    folder: Path
    started: dt.datetime
    deadline: float
    accept: bool = False
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """Names in the source: `mapped` ones must be there, `offered` ones are taken if they are."""

    mapped: tuple[str, ...]
    offered: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, each once."""
        return tuple(dict.fromkeys((*self.mapped, *self.offered)))


@dataclass(slots=True)
class Tally:
    """What a connector learns on its way.

    Attributes:
        requests: Requests made or statements run.
        total: Rows that the source says there are, where it does.
        columns: All names that the source has (for a notice of new ones), wanted or not.
    """

    requests: int = 0
    total: int | None = None
    columns: tuple[str, ...] = ()


class Connector(Protocol):
    """A platform's rows."""

    def batches(self, task: Task, tally: Tally) -> Iterator[pa.RecordBatch]:
        """The rows in the source's order, every column a string, named as the source names it.

        Only wanted columns are given; nested JSON is a dotted path. Null is null, not a text.

        Raises:
            PullFailedError: If the platform did not give a whole answer.
        """
        ...


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of a remote folder, fetched to `path`; `name` is relative to the dataset's folder."""

    name: str
    path: Path
    bytes: int
    modified: dt.datetime
    etag: str | None = None


class FolderConnector(Protocol):
    """A platform's folder of files."""

    def files(
        self, task: Task, tally: Tally, known: frozenset[tuple[str, int, str, str | None]]
    ) -> Iterator[RemoteFile]:
        """Fetches the files that are not known by (name, bytes, modified as ISO, etag).

        Raises:
            PullFailedError: If the folder cannot be listed or a file not fetched.
        """
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What one pull brought, in files of the task's folder.

    Attributes:
        rows: Parquet of the contract's columns, all of text; None where files were fetched.
        rejects: Parquet of rows whose code nobody listed (line, column_name, value, reason_zh,
            reason_en), None where there are none.
        files: Remote files, in the order of their names.
        answered: Rows that the source gave.
        mark: The largest watermark of them, None where there is none.
        columns: The names that the source has.
        requests: Requests made or statements run.
        total: Rows that the source says there are.
    """

    rows: Path | None
    rejects: Path | None
    files: tuple[RemoteFile, ...]
    answered: int
    mark: str | None
    columns: tuple[str, ...] = field(default=())
    requests: int = 0
    total: int | None = None
