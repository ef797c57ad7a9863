"""Landing of what was pulled: rows by the code that lands files, the mark in the same transaction.

A kill leaves an answer wholly in or wholly out, and the next pull begins where the last one that
is in ended. What is read again costs nothing: rows that stand there already are dropped, and so are
quarantined rows that were quarantined for the same before.
"""

from __future__ import annotations

import datetime as dt
import glob
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from scorecard.clock import TIME_ZONE
from scorecard.connectors.base import Answer, PullFailedError, RemoteFile, Task
from scorecard.contract import Contract
from scorecard.landing.inbox import InboxFile, Notice, delivery, without_identity_numbers
from scorecard.landing.known import is_known
from scorecard.landing.load import Landed, Landing, record_notices
from scorecard.landing.source import (
    FileRejectedError,
    Header,
    Source,
    SourceColumn,
    missing_columns,
)
from scorecard.pulling.bindings import Binding, HttpBinding
from scorecard.pulling.books import Pulled, move_mark, record
from scorecard.pulling.mapping import SOME_ROWS, given_columns
from scorecard.pulling.platforms import Source as Platform
from scorecard.pulling.reread import drop_unchanged, settle_quarantine
from scorecard.quoting import literal
from scorecard.transaction import transaction


class _DryRunError(Exception):
    """Ends a transaction that was only to be seen."""


def land_answer(
    landing: Landing,
    contract: Contract,
    source: Platform,
    binding: Binding,
    task: Task,
    answer: Answer,
    now: dt.datetime,
    dry_run: bool = False,
) -> Pulled:
    """Lands an answer and writes down what became of it; with `dry_run` it only says it.

    Raises:
        PullFailedError: If the answer's rows cannot be read; nothing of it was taken then.
    """
    at_work = _Answered(landing, contract, source, binding, task, answer, now, dry_run)
    return at_work.land_folder() if answer.rows is None else at_work.land_rows(answer.rows)


@dataclass(frozen=True, slots=True)
class _Answered:
    """One answer while it lands; `made` has what became of it."""

    landing: Landing
    contract: Contract
    source: Platform
    binding: Binding
    task: Task
    answer: Answer
    now: dt.datetime
    dry_run: bool
    made: list[Pulled] = field(default_factory=list)

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        return self.landing.connection

    @property
    def folder(self) -> str:
        """Where the names of what was pulled begin."""
        return f"pull/{self.binding.source}"

    def land_rows(self, rows: Path) -> Pulled:
        """Takes the rows and all that goes with them, in one transaction."""
        file = InboxFile(
            self.contract.name, self._free_name(), rows, "parquet", delivered=self.task.started
        )
        landing = replace(self.landing, within=self._settle)
        try:
            with suppress(_DryRunError):
                landing.land_rows(self.contract, file, self._header(), self._relation(rows))
        except FileRejectedError as error:
            raise PullFailedError(
                f"what was fetched cannot be read: {error.reason.en}",
                f"{self.contract.name} from {self.binding.source}",
                "pull again",
            ) from None
        return self.made[-1]

    def _free_name(self) -> str:
        """A name by the time; two windows may begin in one second."""
        stem = f"{self.folder}/{self.task.started:%Y%m%dT%H%M%S}"
        [(taken,)] = self.connection.execute(
            "select count(*) from ops.file where dataset = ? and starts_with(file_name, ?)",
            [self.contract.name, stem],
        ).fetchall()
        return f"{stem}-{taken + 1}.parquet" if taken else f"{stem}.parquet"

    def _given(self) -> tuple[str, ...]:
        return given_columns(self.contract, self.binding, self.answer.columns)

    def _header(self) -> Header:
        """What the answer lacks; of few rows of JSON, which may leave out nulls, what is mapped."""
        if not self.answer.answered:
            return Header({})
        given = self._given()
        missing = missing_columns(self.contract, given)
        if isinstance(self.binding, HttpBinding) and self.answer.answered < SOME_ROWS:
            missing = tuple(name for name in missing if name in self.binding.fields)
        return Header({}, (), given, missing)

    def _relation(self, rows: Path) -> Source:
        """The rows that were not rejected, by their place in the answer."""
        rejects, others = None, self.answer.answered
        columns = {name: SourceColumn(f'"{name}"') for name in self._given()}
        listed = "".join(f", {column.sql}" for column in columns.values())
        relation = (
            f"select file_row_number + 1 as _line{listed} "
            f"from read_parquet({_path(rows)}, file_row_number = true)"
        )
        if self.answer.rejects is not None:
            rejects = f"read_parquet({_path(self.answer.rejects)})"
            relation = f"select * from ({relation}) where _line not in (select line from {rejects})"
            [(count,)] = self.connection.execute(f"select count(*) from {rejects}").fetchall()
            others -= count
        return Source(f"({relation})", columns, others, rejects=rejects)

    def _settle(self, file: InboxFile, file_id: int, loaded: int, bad: int) -> None:
        """What belongs to the rows, before they are kept: their line, the mark, the books."""
        connection, contract = self.connection, self.contract
        unchanged = drop_unchanged(connection, contract, file_id) if loaded else 0
        fresh, gone = settle_quarantine(
            connection, contract, self.source, self.binding, self.task, file, file_id
        )
        is_new = loaded > unchanged or fresh > 0 or gone > 0
        if is_new:
            self._correct_line(file_id, loaded - unchanged, fresh)
        else:
            connection.execute("delete from ops.file where file_id = ?", [file_id])
        self._tell_new_columns()
        self._write_down(
            Pulled(
                contract.name,
                self.binding.source,
                "landed" if is_new else "unchanged",
                self.answer.answered,
                loaded - unchanged,
                bad,
                unchanged,
                move_mark(connection, self.source, self.binding, self.task, self.answer),
            ),
            file_id if is_new else None,
        )
        if self.dry_run:
            raise _DryRunError

    def _correct_line(self, file_id: int, loaded: int, bad: int) -> None:
        """What is new of the answer is what its line in the books counts.

        On columns that it tells of, earlier pulls have no say any more: nobody can correct them.
        """
        self.connection.execute(
            "update ops.file set rows_read = ?, rows_loaded = ?, rows_quarantined = ? "
            "where file_id = ?",
            [loaded + bad, loaded, bad, file_id],
        )
        header = self._header()
        self.connection.execute(
            "update ops.file set lost_columns = "
            "list_filter(lost_columns, lambda name: not list_contains(?, name)) "
            "where dataset = ? and file_id < ? "
            "and starts_with(file_name, ?) and len(lost_columns) > 0",
            [
                [*(header.columns or ()), *header.missing],
                self.contract.name, file_id, f"{self.folder}/",
            ],
        )  # fmt: skip

    def _tell_new_columns(self) -> None:
        """Leaves a notice of columns that the platform did not have the last time."""
        rows = self.connection.execute(
            "select columns from ops.pull where dataset = ? and source = ? and len(columns) > 0 "
            "and outcome in ('landed', 'unchanged') order by pull_id desc limit 1",
            [self.contract.name, self.binding.source],
        ).fetchall()
        new = [name for name in self.answer.columns if rows and name not in rows[0][0]]
        place = f"{self.contract.name}/{self.folder}"
        notices = [Notice(place, f"column '{name}' is new on the platform") for name in new]
        record_notices(self.connection, notices, self.now)

    def _write_down(self, pulled: Pulled, file_id: int | None) -> None:
        seconds = (self.now - self.task.started).total_seconds()
        self.made.append(replace(pulled, seconds=seconds))
        record(
            self.connection, self.source, self.binding, self.task, self.made[-1], self.now,
            self.answer, file_id,
        )  # fmt: skip

    def land_folder(self) -> Pulled:
        """Takes fetched files as if they lay in the inbox, each in a transaction of its own."""
        landed = [each for file in self.answer.files for each in self._land_file(file)]
        loaded = sum(each.rows_loaded for each in landed)
        bad = sum(each.rows_quarantined for each in landed)
        came, new = self.answer.answered, self.answer.total or 0
        waits = f"{came:,} of {new:,} new files came, the next pull goes on"
        pulled = Pulled(
            self.contract.name,
            self.binding.source,
            "landed" if landed else "unchanged",
            loaded + bad,
            loaded,
            bad,
            note=waits if came < new else None,
        )
        with self._kept():
            self._write_down(pulled, None)
        return self.made[-1]

    def _land_file(self, remote: RemoteFile) -> list[Landed]:
        """What became of one file; nothing where its bytes came before or it is no delivery."""
        _date(remote)
        landed: list[Landed] = []

        def within(file: InboxFile, file_id: int, loaded: int, bad: int) -> None:
            landed.append(Landed(file.dataset, file.name, loaded + bad, loaded, bad))
            self._remember(remote)
            if self.dry_run:
                raise _DryRunError

        file = delivery(self.contract.name, f"{self.binding.source}/{remote.name}", remote.path)
        if isinstance(file, Notice):
            with self._kept():
                record_notices(self.connection, [file], self.now)
                self._remember(remote)
            return []
        is_old = is_known(self.connection, file.dataset, file.sha256())
        if not (is_old and self.dry_run):
            with suppress(_DryRunError):
                replace(self.landing, within=within).land_files(self.contract, [file])
        if is_old:
            with self._kept():
                self._remember(remote)
        return landed

    @contextmanager
    def _kept(self) -> Iterator[None]:
        """A transaction that a dry run takes back."""
        with suppress(_DryRunError), transaction(self.connection):
            yield
            if self.dry_run:
                raise _DryRunError

    def _remember(self, file: RemoteFile) -> None:
        """Writes down, under a name that may be told, that a file need not be fetched again."""
        self.connection.execute(
            "insert or replace into ops.remote_file values (?, ?, ?, ?, ?, ?)",
            [
                self.contract.name, self.binding.source, without_identity_numbers(file.name),
                file.bytes, file.modified.isoformat(), file.etag,
            ],
        )  # fmt: skip


def _path(path: Path) -> str:
    return literal(glob.escape(str(path)))


def _date(file: RemoteFile) -> None:
    """Gives the fetched file the time of the remote one, for a name that bears no date."""
    there = file.modified if file.modified.tzinfo else file.modified.replace(tzinfo=TIME_ZONE)
    os.utime(file.path, (there.timestamp(), there.timestamp()))
