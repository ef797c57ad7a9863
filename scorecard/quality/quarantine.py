"""What providers have to correct: a workbook for each, from the published `fct_quarantine` alone.

So it can be made while a run holds the warehouse. A workbook is written beside and renamed; that of
a provider with nothing in quarantine any more goes away. Its layout is in `quarantine_workbook.py`;
that a corrected file clears its rows is the work of landing.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from scorecard.contract import Contract
from scorecard.errors import ScorecardError
from scorecard.published import Version, open_published
from scorecard.quality.quarantine_workbook import FileSummary, Row, write_workbook

BATCH = 10_000
MAIN_REASONS = 5


def export_quarantine(
    published_file: Path, contracts: Mapping[str, Contract], folder: Path
) -> Iterator[str]:
    """Writes `<platform>.xlsx` for each provider; gives a line for each, once it stands.

    Args:
        published_file: What readers open, by its link `current`.
        contracts: The contracts of the datasets, by name.
        folder: Where the workbooks go.

    Raises:
        ScorecardError: If nothing is published yet, or a workbook cannot be written.
    """
    with open_published(published_file) as published:
        version = published.version
        counts = dict(published.connection.execute(COUNTS).fetchall())
        providers = _by_platform(contracts, counts)
        with _alone(folder) as drafts:
            for platform, own in providers.items():
                path = folder / f"{platform}.xlsx"
                _write(published.connection, version, own, drafts / path.name)
                os.replace(drafts / path.name, path)
                yield _exported(path, own, counts)
            for platform in sorted({c.platform for c in contracts.values()} - set(providers)):
                path = folder / f"{platform}.xlsx"
                if path.exists():
                    path.unlink()
                    yield f"已删除，已无隔离数据 removed, nothing is quarantined any more: {path}"
    for dataset in sorted(set(counts) - set(contracts)):
        yield (
            f"未导出，无数据契约 not exported, as it has no contract: {dataset}, "
            f"{counts[dataset]:,} 行 rows"
        )
    if not counts:
        yield f"版本 {version.name} 无隔离数据 nothing is quarantined in version {version.name}"
    if providers:
        yield (
            "下一步 next: 请各单位只把更正的行以原文件名重新报送 "
            "have each provider deliver the corrected rows alone, under the SAME file name"
        )


def _by_platform(
    contracts: Mapping[str, Contract], counts: Mapping[str, int]
) -> dict[str, list[Contract]]:
    """The contracts that have something quarantined, by platform."""
    providers: dict[str, list[Contract]] = {}
    for contract in sorted(contracts.values(), key=lambda c: (c.platform, c.name)):
        if contract.name in counts:
            providers.setdefault(contract.platform, []).append(contract)
    return providers


@contextmanager
def _alone(folder: Path) -> Iterator[Path]:
    """A place for drafts within the folder; a second export waits until the first is done."""
    drafts = folder / ".drafts"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            shutil.rmtree(drafts, ignore_errors=True)  # what a killed export left
            drafts.mkdir()
            yield drafts
        finally:
            shutil.rmtree(drafts, ignore_errors=True)
            os.close(handle)
    except OSError as error:
        raise ScorecardError(
            f"the workbooks cannot be written: {error.strerror}",
            str(folder),
            "is there room left, and is the folder yours to write?",
        ) from error


def _write(
    published: duckdb.DuckDBPyConnection, version: Version, own: Sequence[Contract], path: Path
) -> None:
    from xlsxwriter.exceptions import FileCreateError  # type: ignore[import-untyped]

    summary: list[FileSummary] = published.execute(
        SUMMARY, {"datasets": [c.name for c in own], "shown": MAIN_REASONS}
    ).fetchall()
    try:
        write_workbook(path, version, summary, ((c, _rows(published, c)) for c in own), own)
    except FileCreateError as error:
        raise error.args[0] from error  # an OSError, such as a full disk


def _rows(published: duckdb.DuckDBPyConnection, contract: Contract) -> Iterator[Row]:
    result = published.execute(ROWS, [contract.name])
    while batch := result.fetchmany(BATCH):
        yield from batch


def _exported(path: Path, own: Sequence[Contract], counts: Mapping[str, int]) -> str:
    listed = ", ".join(f"{c.name} {counts[c.name]:,}" for c in own)
    total = sum(counts[c.name] for c in own)
    return f"已导出 exported: {path}  {own[0].provider_zh}, {total:,} 行 rows ({listed})"


COUNTS = "select dataset, count(*) from fct_quarantine group by dataset"
SUMMARY = """
with reasons as (
    select dataset, file_name, reason_zh, reason_en, count(*) as times
    from fct_quarantine
    where list_contains($datasets, dataset)
    group by all
)

select
    dataset,
    file_name,
    cast(sum(times) as bigint) as rows,
    array_to_string(
        list(reason_zh || '（' || times || '）' order by times desc, reason_zh, reason_en)[:$shown],
        '；'
    ) || case when count(*) > $shown then '；等 ' || count(*) || ' 种' else '' end as main_zh,
    array_to_string(
        list(reason_en || ' (' || times || ')' order by times desc, reason_zh, reason_en)[:$shown],
        '; '
    ) || case when count(*) > $shown then '; ' || count(*) || ' kinds in all' else '' end as main_en
from reasons
group by dataset, file_name
order by dataset, file_name
"""
ROWS = """
select file_name, line, column_name, reason_zh, reason_en, value_masked, first_seen_at
from fct_quarantine
where dataset = ?
"""
"""In the table's own order, by file and line, which a filter keeps: to sort would take memory."""
