"""One file, one transaction: its rows, its quarantine rows, its line in the books.

A kill at any moment leaves a file wholly in or wholly out. Read = loaded + quarantined, to the row;
a file that cannot be read at all counts as one row, quarantined.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from scorecard.contract import Contract
from scorecard.errors import ScorecardError
from scorecard.landing.columnar import parquet_source
from scorecard.landing.delimited import delimited_source
from scorecard.landing.inbox import InboxFile, Notice
from scorecard.landing.known import is_known, mends_quarantined
from scorecard.landing.newest import keep_newest
from scorecard.landing.records import json_source
from scorecard.landing.source import FileRejectedError, Header, Source, is_about_content
from scorecard.landing.statements import (
    load_plain_rows,
    load_rest,
    quarantine_rest,
    set_aside_rest,
)
from scorecard.landing.workbook import workbook_source
from scorecard.transaction import transaction

UNREADABLE = FileRejectedError(
    "文件内容损坏或不完整，无法读取", "the content is damaged or cut off and cannot be read"
)


@dataclass(frozen=True, slots=True)
class Landed:
    """What became of one file, in rows."""

    dataset: str
    file_name: str
    rows_read: int
    rows_loaded: int
    rows_quarantined: int
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Landing:
    """One landing at work: where, with what key, at what time (local, no zone).

    `folder` is for short-lived decoded copies; `now` is written into the books. `within` is called
    with a file, its id and the numbers of its loaded and quarantined rows before they are kept.
    """

    connection: duckdb.DuckDBPyConnection
    hash_key: str
    folder: Path
    now: dt.datetime
    within: Callable[[InboxFile, int, int, int], None] | None = None

    def land_files(self, contract: Contract, files: Iterable[InboxFile]) -> list[Landed]:
        """Takes those files of a dataset whose bytes never came before, in the order given.

        A file that vanishes, changes while it is read, or may not be opened is left for the next
        run, with a notice.
        """
        self._get_ready()
        landed = []
        for file in files:
            try:
                digest = file.sha256()
                if not is_known(self.connection, contract.name, digest):
                    landed.append(self.land_file(contract, file, digest))
                elif mends_quarantined(self.connection, file, digest):
                    self._clear_quarantine(contract, file)
            except OSError as error:
                reason = error.strerror or type(error).__name__
                notice = Notice(f"{contract.name}/{file.name}", f"could not be read: {reason}")
                landed.append(Landed(contract.name, file.name, 0, 0, 0, (notice,)))
        return landed

    def land_rows(
        self, contract: Contract, file: InboxFile, header: Header, source: Source
    ) -> Landed:
        """Takes rows that are a relation already; `file` is what they come from, for the books.

        Raises:
            FileRejectedError: If they cannot be read to their end.
        """
        self._get_ready()
        try:
            with _casts_made_once(self.connection):
                return self._take(contract, file, file.sha256(), header, source)
        finally:
            self._drop_staged()

    def _get_ready(self) -> None:
        self.connection.execute("set variable hash_key = $1", [self.hash_key])
        self.connection.execute("set enable_external_file_cache = false")  # it knows files by time
        self.folder.mkdir(parents=True, exist_ok=True)

    def _drop_staged(self) -> None:
        for table in STAGED:
            self.connection.execute(f"drop table if exists temp.{table}")

    def land_file(self, contract: Contract, file: InboxFile, digest: str) -> Landed:
        """Takes one file, whatever is in it.

        Raises:
            OSError: If it could not be read to its end, or is another file by now.
        """
        try:
            with _addressed(file, self.folder) as addressed:
                header, source = open_file(self.connection, contract, addressed, self.folder)
                with _casts_made_once(self.connection):
                    return self._take(contract, file, digest, header, source)
        except FileRejectedError as rejected:
            if file.sha256() != digest:
                raise OSError(None, "it changed while it was read") from rejected
            return self._reject(contract, file, digest, rejected)
        finally:
            self._drop_staged()

    def _take(
        self, contract: Contract, file: InboxFile, digest: str, header: Header, source: Source
    ) -> Landed:
        try:
            with transaction(self.connection):
                lost = lost_columns(self.connection, file, header.missing)
                file_id = self._enter(contract, file, digest, header.columns, lost)
                loaded, bad = self._take_rows(contract, file, source, file_id)
                bad += self._quarantine_rejects(contract, file, source, file_id)
                if file.sha256() != digest:  # rows must never stand under the hash of others
                    raise OSError(None, "it changed while it was read")
                return self._close(contract, file, file_id, loaded, bad, _told(header, lost))
        except duckdb.Error as error:
            if is_about_content(error):
                raise UNREADABLE from error
            raise

    def _take_rows(
        self, contract: Contract, file: InboxFile, source: Source, file_id: int
    ) -> tuple[int, int]:
        """Loads the rows that keep the contract and quarantines the others; gives both numbers."""
        connection, ids = self.connection, {"file_id": file_id}
        loaded = _count(
            connection.execute(load_plain_rows(contract, source), _named(source, **ids))
        )
        if loaded == source.rows:
            return loaded, 0
        connection.execute(set_aside_rest(contract, source), _named(source))
        loaded += _count(connection.execute(load_rest(contract, source), ids))
        bad = _count(
            connection.execute(
                quarantine_rest(contract, source),
                ids | {"dataset": file.dataset, "name": file.name, "now": self.now},
            )
        )
        if loaded + bad != source.rows:
            raise ScorecardError(
                f"{source.rows} rows read, but {loaded} loaded and {bad} quarantined",
                f"{file.dataset}/{file.name}",
                "nothing of the file was taken; please report this",
            )
        return loaded, bad

    def _quarantine_rejects(
        self, contract: Contract, file: InboxFile, source: Source, file_id: int
    ) -> int:
        if source.rejects is None:
            return 0
        return _count(
            self.connection.execute(
                "insert into ops.quarantine select $file_id, $dataset, $name, line, column_name, "
                f"value, reason_zh, reason_en, $now from {source.rejects}",
                {"file_id": file_id, "dataset": contract.name, "name": file.name, "now": self.now},
            )
        )

    def _reject(
        self, contract: Contract, file: InboxFile, digest: str, rejected: FileRejectedError
    ) -> Landed:
        with transaction(self.connection):
            file_id = self._enter(contract, file, digest)
            self.connection.execute(
                "insert into ops.quarantine values (?, ?, ?, ?, ?, null, ?, ?, ?)",
                [
                    file_id, contract.name, file.name, rejected.line, rejected.column,
                    rejected.reason.zh, rejected.reason.en, self.now,
                ],
            )  # fmt: skip
            return self._close(contract, file, file_id, 0, 1)

    def _enter(
        self,
        contract: Contract,
        file: InboxFile,
        digest: str,
        columns: Sequence[str] | None = None,
        lost: Sequence[str] = (),
    ) -> int:
        """Opens the file's line in the books, and clears what an older version left behind."""
        self._clear_quarantine(contract, file)
        file_id = _count(
            self.connection.execute("select coalesce(max(file_id), 0) + 1 from ops.file")
        )
        self.connection.execute(
            "insert into ops.file values (?, ?, ?, ?, ?, ?, ?, 0, 0, 0, ?, ?)",
            [
                file_id, contract.name, file.name, digest, file.path.stat().st_size,
                file.delivered_at(), self.now, columns, lost,
            ],
        )  # fmt: skip
        return file_id

    def _clear_quarantine(self, contract: Contract, file: InboxFile) -> None:
        self.connection.execute(
            "delete from ops.quarantine where dataset = ? and file_name = ?",
            [contract.name, file.name],
        )

    def _close(
        self,
        contract: Contract,
        file: InboxFile,
        file_id: int,
        loaded: int,
        bad: int,
        told: Sequence[str] = (),
    ) -> Landed:
        self.connection.execute(
            "update ops.file set rows_read = ?, rows_loaded = ?, rows_quarantined = ? "
            "where file_id = ?",
            [loaded + bad, loaded, bad, file_id],
        )
        found = [Notice(file.place, what) for what in told]
        notices = record_notices(self.connection, found, self.now)
        self.connection.execute(ALL_OPTIMIZERS)  # the casts are made
        if self.within is not None:
            self.within(file, file_id, loaded, bad)
        if loaded:
            keep_newest(self.connection, contract, file_id)
        return Landed(contract.name, file.name, loaded + bad, loaded, bad, tuple(notices))


ALL_OPTIMIZERS = "reset disabled_optimizers"
STAGED = (
    "landing_text", "landing_line", "landing_quote", "landing_span", "landing_joined",
    "landing_record", "landing_object", "landing_value", "landing_row", "landing_reject",
    "landing_rest", "landing_replaced", "landing_repeat", "landing_fresh",
)  # fmt: skip
"""The readers' temporary tables: they hold what may never be kept, and a file's worth of memory."""


@contextmanager
def _addressed(file: InboxFile, folder: Path) -> Iterator[InboxFile]:
    """The file by a path that DuckDB takes: one that is no UTF-8 goes by a link."""
    try:
        str(file.path).encode()
    except UnicodeEncodeError:
        with TemporaryDirectory(dir=folder) as place:
            link = Path(place, "delivered")
            link.symlink_to(file.path)
            yield replace(file, link=link)
    else:
        yield file


def open_file(
    connection: duckdb.DuckDBPyConnection, contract: Contract, file: InboxFile, folder: Path
) -> tuple[Header, Source]:
    """The header and the relation of a file, by its format's reader; leaves tables of `STAGED`."""
    if file.format in ("csv", "tsv"):
        return delimited_source(connection, contract, file, folder)
    readers = {"xlsx": workbook_source, "parquet": parquet_source}
    return readers.get(file.format, json_source)(connection, contract, file)


def _told(header: Header, lost: Collection[str]) -> list[str]:
    told = [f"column '{extra}' is not in the contract" for extra in header.extras]
    if header.missing:
        named = (f"{c} (earlier files had it)" if c in lost else c for c in header.missing)
        told.append(f"columns missing and taken as empty: {', '.join(named)}")
    return told


def _named(source: Source, **values: Any) -> dict[str, Any]:
    """Named parameters: the relation's own, `$p0` and on, and the statement's."""
    return {f"p{i}": value for i, value in enumerate(source.parameters)} | values


@contextmanager
def _casts_made_once(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Keeps the optimizer from pushing the test of a row below the casts that it is about.

    There each cast is made again: 10 million credit records took 1.36 times a bare cast so, and
    1.21 times without (DuckDB 2.0, 2 cores).
    """
    connection.execute("set disabled_optimizers = 'filter_pushdown'")
    try:
        yield
    finally:
        connection.execute(ALL_OPTIMIZERS)


def _count(result: duckdb.DuckDBPyConnection) -> int:
    return int(result.fetchall()[0][0])


def lost_columns(
    connection: duckdb.DuckDBPyConnection, file: InboxFile, missing: Collection[str]
) -> list[str]:
    """Those of a file's missing columns that an earlier file of its kind had.

    Of its kind is what has the same name but for digits and the ending: of several departments that
    deliver a dataset, one may never have had a column that the others have.
    """
    if not missing:
        return []
    kind = r"regexp_replace({}, '[0-9]+|\.[^/]*$', '', 'g')"
    rows = connection.execute(
        "select distinct name from (select unnest(columns) as name from ops.file "
        f"where dataset = $1 and {kind.format('file_name')} = {kind.format('$2')}) "
        "where list_contains($3, name) order by name",
        [file.dataset, file.name, list(missing)],
    ).fetchall()
    return [name for (name,) in rows]


def record_notices(
    connection: duckdb.DuckDBPyConnection, notices: Sequence[Notice], now: dt.datetime
) -> list[Notice]:
    """Writes down what is left alone; gives those that were never reported before."""
    return [
        notice
        for notice in notices
        if connection.execute(
            "insert or ignore into ops.notice values (?, ?, ?) returning 1",
            [notice.place, notice.what, now],
        ).fetchall()
    ]
