"""What a night prints at its end: the ranking's head, what is wrong, and where the results are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import shorten

import duckdb

from scorecard.night import Plan
from scorecard.published import open_published
from scorecard.settings import Settings
from scorecard.text_width import padded

HEAD = 10
VALUES = 3


def summary_lines(
    plan: Plan, troubles: Sequence[str], settings: Settings, history_days: int = 0
) -> Iterator[str]:
    """The lines, from the published file."""
    if history_days:
        yield f"scored {history_days} days into the history (table fct_score_history)"
    with open_published(settings.published_file) as opened:
        published = opened.connection
        for row in published.execute(
            "select assessment_id, as_of, state, name_zh from dim_assessment order by all"
        ).fetchall():
            yield from _assessment(published, *row)
        yield from _stale(published)
        yield from _checks(published)
        yield from _quarantined(published)
    for notice in plan.notices[:HEAD]:
        yield f"left alone: {notice.place}: {notice.what}"
    if len(plan.notices) > HEAD:
        yield f"left alone: …  and {len(plan.notices) - HEAD} more"
    yield from unopened(plan)
    yield from troubles
    yield ""
    yield f"published: {settings.published_file.resolve()}"
    yield f"  through: {settings.published_file}"
    for what, file in (("pages", settings.site / "index.html"), ("sheets", settings.sheets)):
        if file.exists():
            yield f"{what}: {file.resolve()}"
    yield "next: scorecard explain DEPARTMENT CODE, such as edu 021; scorecard ui"


def unopened(plan: Plan) -> Iterator[str]:
    """A line for each file or folder that could not be opened."""
    for place, reason in plan.unreadable.items():
        yield f"could not be opened: {place}: {reason}"


def _assessment(
    published: duckdb.DuckDBPyConnection, assessment: str, as_of: object, state: str, name: str
) -> Iterator[str]:
    ranked = published.execute(
        "select rank, department, department_id, total, points, score_rate, indicators_missing, "
        "indicators_stale from mart_scorecard where assessment_id = ? "
        "order by rank nulls last, department_id",
        [assessment],
    ).fetchall()
    yield f"{name} ({assessment}), as of {as_of}, {state}, {len(ranked)} departments"
    yield (
        f"{'rank':>4}  {padded('department', 34)}"
        f"{'score':>7}{'of':>8}{'%':>8}{'missing':>9}{'stale':>7}"
    )
    for rank, label, code, total, points, rate, missing, stale in ranked[:HEAD]:
        yield (
            f"{rank or '-':>4}  {padded(f'{label} ({code})', 34)}{total:>7}{points:>8}"
            f"{'-' if rate is None else rate:>8}{missing:>9}{stale:>7}"
        )
    if not ranked:
        yield "   no department of the rulebook's city_code is active: is departments delivered?"
    if len(ranked) > HEAD:
        yield f"   …  and {len(ranked) - HEAD} more"


def _stale(published: duckdb.DuckDBPyConnection) -> Iterator[str]:
    codes = published.execute(
        "select assessment_id, string_agg(distinct indicator_code, ', ' order by indicator_code) "
        "from fct_indicator_score where stale group by all order by all"
    ).fetchall()
    for assessment, listed in codes:
        yield f"stale in {assessment}: indicators {listed}, a source of theirs came too late"


def _checks(published: duckdb.DuckDBPyConnection) -> Iterator[str]:
    [(passed, failed, datasets)] = published.execute(
        "select count(*) filter (passed), count(*) filter (not passed), "
        "string_agg(distinct dataset, ', ' order by dataset) filter (not passed) "
        "from fct_quality_check where as_of = (select max(as_of) from dim_assessment)"
    ).fetchall()
    yield f"checks: {passed} passed, {failed} failed" + (
        f", of {datasets} (scorecard quality)" if failed else ""
    )


def _quarantined(published: duckdb.DuckDBPyConnection) -> Iterator[str]:
    [(total,)] = published.execute("select count(*) from fct_quarantine").fetchall()
    if not total:
        return
    yield f"quarantined: {total} rows or whole files (table fct_quarantine), the newest:"
    for dataset, column, reason, rows, first, values in published.execute(
        "select dataset, column_name, reason_en, count(*), "
        "min(struct_pack(file_name := file_name, line := line)), "
        "list(distinct value_masked order by value_masked) filter (value_masked <> '***') "
        "from fct_quarantine group by all "
        "order by max(first_seen_at) desc, dataset, column_name, reason_en limit ?",
        [HEAD],
    ).fetchall():
        place = f"{dataset}/{first['file_name']}"
        place += f" line {first['line']}" if first["line"] else ""
        place += f" and {rows - 1:,} more" if rows > 1 else ""
        place += f", {column}" if column else ""
        shown = f" ({', '.join(map(repr, values[:VALUES]))})" if values else ""
        yield f"   {place}: {shorten(reason, 140, placeholder='…')}{shown}"
