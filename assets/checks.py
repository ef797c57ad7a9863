"""The gate as asset checks: every expectation a check of its own, all judged in one step.

One step, because importing Great Expectations costs seconds: it is imported here and nowhere else.
Checks of landed datasets warn; a failed check of a score blocks what is downstream of it.
"""

import datetime as dt
from collections.abc import Iterator, Sequence

import dagster as dg

from assets.alerting import tell, telling_failures
from assets.models import model_key
from assets.night_run import NightRun
from assets.sources import raw_key
from expectations.check import Check
from scorecard.quality.release import held_back, judged_day
from scorecard.quality.verdict import Verdict, read_verdicts


def check_key(check: Check) -> dg.AssetCheckKey:
    """Where a check stands in the graph: on the landed dataset, or on the published table."""
    asset = model_key(f"marts.{check.subject}") if check.is_blocking else raw_key(check.subject)
    return dg.AssetCheckKey(asset, check.name)


def gate_checks(checks: Sequence[Check]) -> dg.AssetChecksDefinition:
    """All checks as one step, `judge`."""
    keys = {(check.subject, check.name): check_key(check) for check in checks}

    @dg.multi_asset_check(
        name="judge",
        specs=[_spec(check) for check in checks],
        can_subset=True,
        required_resource_keys={"night"},
    )
    def judge(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        from expectations.gate import judge_night

        night: NightRun = context.resources.night
        night.progress("judging the sources and the scores")
        with telling_failures(night):
            before = {_told(verdict) for verdict in _standing(night)}
            verdicts = judge_night(
                night.workspace, night.connection, checks, dt.datetime.now(dt.UTC)
            )
        if reason := held_back(night.connection):
            tell(night, reason)
        for verdict in verdicts:
            key = keys[verdict.dataset, verdict.check_name]
            result = _result(night, key, verdict)
            if key in context.selected_asset_check_keys:
                yield result
            elif _told(verdict) not in before:
                _report(context.instance, key, result)

    return judge


def _standing(night: NightRun) -> tuple[Verdict, ...]:
    return read_verdicts(night.connection, judged_day(night.connection))


def _told(verdict: Verdict) -> tuple[str, ...]:
    """What the UI shows of a verdict; one that is told already need not be told again."""
    return verdict.dataset, verdict.check_name, verdict.observed, verdict.expected


def _report(
    instance: dg.DagsterInstance, key: dg.AssetCheckKey, result: dg.AssetCheckResult
) -> None:
    """Tells of a check that was not expected to change, outside of the run that did not plan it."""
    instance.report_runless_asset_event(
        dg.AssetCheckEvaluation(
            asset_key=key.asset_key,
            check_name=key.name,
            passed=result.passed,
            severity=result.severity,
            metadata=result.metadata or {},
        )
    )


def _spec(check: Check) -> dg.AssetCheckSpec:
    key = check_key(check)
    return dg.AssetCheckSpec(
        check.name,
        asset=key.asset_key,
        description="\n\n".join(
            filter(None, (check.why_zh, check.why_en, check.tolerance_because))
        ),
        blocking=check.is_blocking,
    )


def _result(night: NightRun, key: dg.AssetCheckKey, verdict: Verdict) -> dg.AssetCheckResult:
    metadata: dict[str, dg.MetadataValue] = {
        "observed": dg.MetadataValue.int(int(verdict.observed))  # the UI plots numbers by night
        if verdict.observed.isdecimal()
        else dg.MetadataValue.text(verdict.observed),
        "expected": dg.MetadataValue.text(verdict.expected),
        "page": dg.MetadataValue.path(
            night.workspace.settings.quality_docs / f"{verdict.dataset}.html"
        ),
    }
    if verdict.examples:
        listed = "\n".join(f"- `{example}`" for example in verdict.examples)
        metadata["examples"] = dg.MetadataValue.md(listed)
    is_error = verdict.severity == "error"
    return dg.AssetCheckResult(
        passed=verdict.passed,
        asset_key=key.asset_key,
        check_name=key.name,
        severity=dg.AssetCheckSeverity.ERROR if is_error else dg.AssetCheckSeverity.WARN,
        metadata=metadata,
    )
