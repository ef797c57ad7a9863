"""The gate of a night: everything that stands in the warehouse is judged, and the verdict is kept.

Here frames meet checks. The verdicts go to the books, to the Data Docs and to the state that
`scorecard quality` prints; whether to publish is decided by `scorecard.night` from the books.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import duckdb

from expectations.check import Check
from expectations.score_frames import score_examples, score_frames
from expectations.scores import judged_tables, score_checks
from expectations.sources import source_checks
from scorecard.contract import Contract
from scorecard.errors import ConfigurationError
from scorecard.night import HISTORY
from scorecard.quality.examples import failing_examples
from scorecard.quality.frame import SourceFrames
from scorecard.quality.outcomes import keep_outcomes, read_outcomes
from scorecard.quality.profile import UnaskableError, unaskable_rules, update_profiles
from scorecard.quality.release import HeldBackError, held_back, judged_day, mark_judged
from scorecard.quality.state import write_state
from scorecard.quality.verdict import Verdict, keep_verdicts
from scorecard.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd


def all_checks(workspace: Workspace) -> tuple[Check, ...]:
    """Every check there is: those of the datasets, then those of the scores."""
    sources = [check for c in workspace.contracts.values() for check in source_checks(c)]
    return (*sources, *score_checks(judged_tables(workspace.published)))


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
    from expectations.judge import is_any_new, judge, loading_library

    day = judged_day(connection)
    settings = workspace.settings
    tables = judged_tables(workspace.published)
    known = read_outcomes(connection)
    with loading_library() as begin_loading:
        update_profiles(connection, workspace.contracts)  # rules may be all that changed
        scores = score_frames(connection, tables, checks)
        if is_any_new(scores, checks, known):
            begin_loading()
        sources, unsound = _source_frames(connection, workspace)

    def examples(check: Check) -> Sequence[str]:
        if check.subject in scores:
            return score_examples(check, tables[check.subject], scores[check.subject])
        return _source_examples(connection, workspace.contracts[check.subject], check)

    sound = [check for check in checks if check.subject not in unsound]
    judgement = judge(sources | scores, sound, examples, known)
    verdicts = (
        *judgement.verdicts,
        *(_not_judged(c, unsound[c.subject]) for c in checks if c.subject in unsound),
    )
    keep_verdicts(connection, day, verdicts)
    keep_outcomes(connection, judgement.outcomes)
    labels = workspace.labels
    write_docs(judgement, settings.quality_docs, labels=labels, as_of=day, judged_at=now)
    write_state(
        settings.quality_state,
        as_of=day,
        judged_at=now,
        verdicts=verdicts,
        held_back=held_back(connection),
        labels=labels,
    )
    mark_judged(connection, day, checks_digest(checks))  # last: a kill has it all made again
    return verdicts


def _source_frames(
    connection: duckdb.DuckDBPyConnection, workspace: Workspace
) -> tuple[dict[str, pd.DataFrame], dict[str, str]]:
    """The frames of the datasets, and why there is none of a dataset whose rules cannot be asked.

    One source must not keep the others from being judged and published. What is no source's fault,
    such as a full disk, ends the night.
    """
    found, frames = SourceFrames(connection, workspace.contracts.values()), {}
    unsound = {
        name: f"rules that raise on its rows: {rules}"
        for name, rules in unaskable_rules(connection).items()
    }
    for name, contract in workspace.contracts.items():
        if name not in unsound:
            try:
                frames[name] = found.of(contract)
            except (ConfigurationError, UnaskableError) as error:
                unsound[name] = error.what
    return frames, unsound


def _source_examples(
    connection: duckdb.DuckDBPyConnection, contract: Contract, check: Check
) -> Sequence[str]:
    """Keys of rows that fail a check; none where a rule raises on rows that newer ones replaced."""
    if check.measure is None:
        return ()
    try:
        return failing_examples(connection, contract, check.measure)
    except UnaskableError:
        return ()


def _not_judged(check: Check, why: str) -> Verdict:
    return Verdict(
        check.subject,
        check.name,
        check.kind,
        False,
        check.severity,
        f"无法判定 / could not be judged: {why}",
        "判定 / a judgement",
        check.why_zh,
        check.why_en,
    )


def judge_past_day(workspace: Workspace, connection: duckdb.DuckDBPyConnection) -> None:
    """Lets a past day's scores into the history, or refuses them; no earlier version is compared.

    Raises:
        HeldBackError: If a check of the scores fails.
    """
    from expectations.judge import judge

    day = judged_day(connection)
    tables = {n: table for n, table in workspace.published.items() if f"marts.{n}" in HISTORY}
    checks = score_checks(tables)
    frames = score_frames(connection, tables, checks)
    failed = [v for v in judge(frames, checks, lambda check: ()).verdicts if v.blocks]
    if failed:
        raise HeldBackError(
            f"{day} is refused by "
            + "; ".join(f"{v.dataset}.{v.check_name}: {v.observed}" for v in failed),
            "backfill",
            "nothing of that day was kept",
        )
