"""The gate of a night: everything that stands in the warehouse is judged, and the verdict is kept.

Here frames meet checks. The verdicts go to the books, to the Data Docs and to the state that
`scorecard quality` prints; whether to publish is decided by `scorecard.night` from the books.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence

import duckdb

from expectations.check import Check
from expectations.scores import score_checks, score_examples, score_frames
from expectations.sources import source_checks
from scorecard.night import HISTORY
from scorecard.quality.examples import failing_examples
from scorecard.quality.frame import source_frame
from scorecard.quality.release import HeldBackError, held_back, judged_day, mark_judged
from scorecard.quality.state import write_state
from scorecard.quality.verdict import Verdict, keep_verdicts
from scorecard.workspace import Workspace


def all_checks(workspace: Workspace) -> tuple[Check, ...]:
    """Every check there is: those of the datasets, then those of the scores."""
    sources = [check for c in workspace.contracts.values() for check in source_checks(c)]
    return (*sources, *score_checks())


def checks_digest(checks: Sequence[Check]) -> str:
    """Changes when a check is added, dropped or changed."""
    return hashlib.sha256(repr(checks).encode()).hexdigest()


def judge_night(
    workspace: Workspace,
    connection: duckdb.DuckDBPyConnection,
    checks: Sequence[Check],
    now: dt.datetime,
) -> tuple[Verdict, ...]:
    """Judges what stands in the warehouse, keeps the verdicts and writes their pages.

    Args:
        workspace: What is declared, and where the pages go.
        connection: The open warehouse; the models have run.
        checks: All checks, see `all_checks`.
        now: The moment in UTC that the pages and the state show.

    Raises:
        ScorecardError: If nothing was scored yet, or a check could not be judged at all.
    """
    from expectations.docs import write_docs
    from expectations.judge import judge

    day = judged_day(connection)
    settings = workspace.settings
    scores = score_frames(connection, settings.published_file)
    sources = {c.name: source_frame(connection, c) for c in workspace.contracts.values()}

    def examples(check: Check) -> Sequence[str]:
        if check.subject in scores:
            return score_examples(check, scores[check.subject])
        contract = workspace.contracts[check.subject]
        return failing_examples(connection, contract, check.measure) if check.measure else ()

    judgement = judge(sources | scores, checks, examples)
    verdicts = judgement.verdicts
    keep_verdicts(connection, day, verdicts)
    mark_judged(connection, day, checks_digest(checks))
    labels = {
        table.name: (table.label_zh, table.label_en)
        for table in (*workspace.contracts.values(), *workspace.published.values())
    }
    write_docs(judgement, settings.quality_docs, labels=labels, as_of=day, judged_at=now)
    write_state(
        settings.quality_state,
        as_of=day,
        judged_at=now,
        verdicts=verdicts,
        held_back=held_back(connection),
        labels=labels,
    )
    return verdicts


def judge_past_day(connection: duckdb.DuckDBPyConnection) -> None:
    """Lets a past day's scores into the history, or refuses them; no earlier version is compared.

    Raises:
        HeldBackError: If a check of the scores fails.
    """
    from expectations.judge import judge

    day = judged_day(connection)
    checks = [check for check in score_checks() if f"marts.{check.subject}" in HISTORY]
    frames = score_frames(connection, None, {check.subject for check in checks})
    failed = [v for v in judge(frames, checks, lambda check: ()).verdicts if v.blocks]
    if failed:
        raise HeldBackError(
            f"{day} is refused by "
            + "; ".join(f"{v.dataset}.{v.check_name}: {v.observed}" for v in failed),
            "backfill",
            "nothing of that day was kept",
        )
