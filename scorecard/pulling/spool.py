"""A connector's batches as Parquet files that landing takes: mapped, in their order, and the mark.

Runs in the child process. The answer goes through a small DuckDB in chunks and is never in memory
as a whole; of a million rows or of a hundred it takes the same.
"""

from __future__ import annotations

import glob
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from scorecard.connectors.base import (
    Answer,
    PullFailedError,
    SuspiciousAnswerError,
    Tally,
    Task,
)
from scorecard.contract import Contract
from scorecard.landing.inbox import without_identity_numbers
from scorecard.pulling.bindings import Binding, HttpBinding
from scorecard.pulling.mapping import SOME_ROWS, mapped_select, mark_column, needed
from scorecard.pulling.marks import SKEW, in_zone, watermark_of
from scorecard.quoting import literal
from scorecard.settings import Settings

_Item = TypeVar("_Item")
CHUNK_ROWS, CHUNK_BYTES = 60_000, 16 << 20
MACROS = ("codes", "landing")
"""All of them would take 0.1 s."""
MOST_NAMES = 60
"""So many of a platform's columns are named in an error."""
MARKS = {"time": pa.timestamp("us"), "integer": pa.int64(), "text": pa.string(), None: pa.string()}
REJECTS = pa.schema(
    [
        ("line", pa.int64()),
        *((name, pa.string()) for name in ("column_name", "value", "reason_zh", "reason_en")),
    ]
)


def spool(
    batches: Iterable[pa.RecordBatch],
    contract: Contract,
    binding: Binding,
    time_zone: str,
    task: Task,
    tally: Tally,
) -> Answer:
    """Writes `rows.parquet` and, where there are any, `rejects.parquet` into the task's folder.

    `rows.parquet` has every row of the answer, those that are rejected too: its row number is the
    line of a row, from 1.

    Raises:
        PullFailedError: If a column that is mapped, or that the contract requires, never came, or
            no row has a mark.
        SuspiciousAnswerError: If rows moved while pages were read.
    """
    answer = _Spooled(contract, binding, time_zone, task)
    with _mapper(task.folder) as connection:
        with answer:
            for names, chunk in _ahead(_chunks(batches)):
                answer.take(connection, names, chunk)
        if _may_have_moved(binding, task, tally):
            _see_each_row_once(connection, contract, binding, answer)
    # names that are data may be of a person: the books and the error must not have them
    told = map(without_identity_numbers, (*tally.columns, *answer.names))
    columns = tuple(dict.fromkeys(told))
    missing = [n for n in needed(contract, binding, answer.answered) if n not in columns]
    if columns and missing:
        raise PullFailedError(
            f"column {', '.join(missing)} is not in the answer, it has "
            + ", ".join(sorted(columns)[:MOST_NAMES]),
            f"{contract.name} from {binding.source}",
            "correct `fields` of the dataset in sources.yaml, or ask the platform's people",
        )
    answer.check_marks()
    return Answer(
        answer.rows,
        answer.rejects if answer.rejects.exists() else None,
        (),
        answer.answered,
        None if answer.mark is None else str(answer.mark),
        columns,
        tally.requests,
        tally.total,
    )


class _Spooled:
    """The files of one answer while they are written."""

    def __init__(self, contract: Contract, binding: Binding, zone: str, task: Task) -> None:
        self.rows, self.rejects = task.folder / "rows.parquet", task.folder / "rejects.parquet"
        self.names: dict[str, None] = {}
        self.answered, self.mark = 0, None
        self._contract, self._binding, self._zone = contract, binding, zone
        watermark = watermark_of(binding)
        kind = watermark.kind if watermark else None
        self._latest = in_zone(task.started, zone) + SKEW if kind == "time" else None
        self._schema = pa.schema(
            [*((c.name, pa.string()) for c in contract.read_columns), ("_mark", MARKS[kind])]
        )
        self._rejected: pq.ParquetWriter | None = None
        self._has_marks = False

    def __enter__(self) -> _Spooled:
        self._taken = pq.ParquetWriter(self.rows, self._schema, compression="zstd")
        return self

    def __exit__(self, *raised: object) -> None:
        self._taken.close()
        if self._rejected is not None:
            self._rejected.close()

    def take(
        self, connection: duckdb.DuckDBPyConnection, names: Sequence[str], chunk: pa.Table
    ) -> None:
        """Maps a chunk of columns of these names, writes it down, and looks at its marks."""
        self.names |= dict.fromkeys(names)
        connection.register("answer", chunk.rename_columns([f"c{i}" for i in range(len(names))]))
        select = mapped_select(self._contract, self._binding, self._zone, names)
        mapped = connection.sql(select).to_arrow_table()
        self._taken.write_table(mapped.drop_columns("_reject").cast(self._schema))
        self._reject(mapped["_reject"])
        self._look_at(mapped["_mark"].cast(self._schema.field("_mark").type))
        self.answered += chunk.num_rows

    def _reject(self, rejects: pa.ChunkedArray) -> None:
        if rejects.null_count == len(rejects):
            return
        if self._rejected is None:
            self._rejected = pq.ParquetWriter(self.rejects, REJECTS, compression="zstd")
        places = pc.indices_nonzero(rejects.is_valid())
        lines = pc.add(places.cast(pa.int64()), self.answered + 1)
        told = rejects.take(places).combine_chunks()
        self._rejected.write_table(
            pa.table([lines, *(pc.struct_field(told, i) for i in range(4))], schema=REJECTS)
        )

    def check_marks(self) -> None:
        """Refuses some rows none of which has a mark: all of them would come again every night.

        Raises:
            PullFailedError: If it is so.
        """
        watermark = watermark_of(self._binding)
        if watermark is None or self.answered < SOME_ROWS or self._has_marks:
            return
        kinds = {"time": "a time", "integer": "an integer", "text": "a text"}
        raise PullFailedError(
            f"no row has {kinds[watermark.kind]} in {mark_column(self._binding)}, its watermark",
            f"{self._contract.name} from {self._binding.source}",
            "correct column, kind or format of the watermark in sources.yaml",
        )

    def _look_at(self, marks: pa.ChunkedArray) -> None:
        """Keeps the largest mark; one beyond our clock would hide what comes until then."""
        self._has_marks |= marks.null_count < len(marks)
        if self._latest is not None:
            marks = marks.filter(pc.less_equal(marks, pa.scalar(self._latest, marks.type)))
        largest: Any = pc.max(marks).as_py()
        if largest is not None and (self.mark is None or largest > self.mark):
            self.mark = largest


def _may_have_moved(binding: Binding, task: Task, tally: Tally) -> bool:
    """Whether the platform counted rows off anew for each page, and a key says which row it is."""
    if not isinstance(binding, HttpBinding) or binding.versions or task.accept:
        return False
    counts_off = binding.paging.page_number is not None or binding.paging.offset is not None
    return counts_off and tally.requests > 1


def _see_each_row_once(
    connection: duckdb.DuckDBPyConnection, contract: Contract, binding: Binding, answer: _Spooled
) -> None:
    """Where a row came twice because rows moved, another slipped through between two pages.

    Raises:
        SuspiciousAnswerError: If a whole key came again.
    """
    key = ", ".join(f'"{name}"' for name in contract.key)
    whole = " and ".join(f'"{name}" is not null' for name in contract.key)
    [(again,)] = connection.execute(
        f"select coalesce(sum(times - 1), 0) from (select count(*) as times "
        f"from read_parquet({literal(glob.escape(str(answer.rows)))}) where {whole} group by {key})"
    ).fetchall()
    if again:
        raise SuspiciousAnswerError(
            f"{again:,} of {answer.answered:,} rows came twice while pages were read: rows moved",
            f"{contract.name} from {binding.source}",
            "sort by what does not change; if a row comes in all its versions, say versions: true",
            again=True,
        )


@contextmanager
def _mapper(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB in memory with landing's macros."""
    with duckdb.connect(config={"memory_limit": "150MB", "threads": 2}) as connection:
        connection.execute(f"set temp_directory = {literal(str(folder / 'spill'))}")
        for name in MACROS:
            file = Settings().sql / "macros" / f"{name}.sql"
            connection.execute(file.read_text(encoding="utf-8"))
        yield connection


def _ahead(items: Iterator[_Item]) -> Iterator[_Item]:
    """The same items, each fetched while the one before is worked on: 1 million rows take 1 s less.

    All are fetched in one thread, as drivers of databases ask for.
    """
    with ThreadPoolExecutor(1) as fetching:
        coming = fetching.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = fetching.submit(next, items, None)
            yield item


def _chunks(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[Sequence[str], pa.Table]]:
    """Small batches together, as long as they have the same columns, with the columns' names."""
    held: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        if not batch.num_columns:  # nothing of what is wanted is on that page
            continue
        if held and batch.schema != held[0].schema:
            yield held[0].schema.names, pa.Table.from_batches(held)
            held, rows, size = [], 0, 0
        held.append(batch)
        rows, size = rows + batch.num_rows, size + batch.nbytes
        if rows >= CHUNK_ROWS or size >= CHUNK_BYTES:
            yield held[0].schema.names, pa.Table.from_batches(held)
            held, rows, size = [], 0, 0
    if held:
        yield held[0].schema.names, pa.Table.from_batches(held)
