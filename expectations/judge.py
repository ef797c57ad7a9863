"""Judging: the frames meet the checks in Great Expectations, and out come verdicts.

One suite a subject, run in memory; nothing is stored and nothing leaves the machine. Great
Expectations is imported inside the functions here and in `docs`, since that takes seconds. What it
lets pass for want of data, such as a sum of nothing, fails here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING, Any

from expectations.check import Check, Severity
from expectations.wording import NOTHING_FOUND, expected_text, observed_text
from scorecard.errors import ScorecardError
from scorecard.quality.verdict import Verdict

if TYPE_CHECKING:
    import pandas as pd

MAX_EXAMPLES = 20
_GX_SEVERITY: dict[Severity, str] = {"warn": "warning", "error": "critical"}
_ERROR_TYPE = re.compile(r"^(?:\w+\.)*(\w+(?:Error|Exception))\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Judged:
    """A check, what is said of it, and the `ExpectationValidationResult` that says so."""

    check: Check
    verdict: Verdict
    result: Any


@dataclass(frozen=True, slots=True)
class Judgement:
    """All checks as judged, in the order they were given."""

    judged: tuple[Judged, ...]

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """One a check, in the order of the checks."""
        return tuple(judged.verdict for judged in self.judged)


def judge(
    frames: Mapping[str, pd.DataFrame],
    checks: Sequence[Check],
    examples: Callable[[Check], Sequence[str]],
) -> Judgement:
    """Runs every check on the frame of its subject.

    A check that finds no value in its column fails, and so does one over a column with a null,
    since measures promise to have none.

    Args:
        frames: The frame of every subject that a check names; more are ignored.
        checks: What to judge; a name stands once in a subject.
        examples: Gives the keys of what fails a check; asked for failed checks only.

    Raises:
        ScorecardError: If a check cannot be judged: its frame, a column or its expectation is
            missing, or Great Expectations raises on it.
    """
    by_subject: dict[str, list[Check]] = {}
    for check in checks:
        by_subject.setdefault(check.subject, []).append(check)
    batches = _batches()
    judged: dict[tuple[str, str], Judged] = {}
    for subject, own in by_subject.items():
        _require_columns(frames, subject, own)
        for one in _judge_subject(batches, frames[subject], own, examples):
            judged[subject, one.check.name] = one
    return Judgement(tuple(judged[check.subject, check.name] for check in checks))


def _require_columns(
    frames: Mapping[str, pd.DataFrame], subject: str, checks: Sequence[Check]
) -> None:
    if subject not in frames:
        raise ScorecardError(
            "has checks but no frame to judge", subject, "give its frame or drop its checks"
        )
    twice = [name for name, times in Counter(check.name for check in checks).items() if times > 1]
    if twice:
        raise ScorecardError(f"has two checks named '{twice[0]}'", subject, "rename one")
    known = set(frames[subject].columns)
    for check in checks:
        read = (_column(check), check.observed_from, check.expected_from)
        missing = [name for name in read if name and name not in known]
        if missing:
            raise _unjudged(check, f"its frame has no column '{missing[0]}'")


def _column(check: Check) -> str:
    """The column that the expectation looks at."""
    return str(check.arguments["column"])


@contextmanager
def loading_library() -> Iterator[None]:
    """Imports Great Expectations beside the block, which waits for DuckDB and leaves a core free.

    The import takes about 2.5 s, the frames of the demo city 0.7 s, both together 2.7 s.

    Raises:
        ImportError: If it cannot be imported.
    """
    with ThreadPoolExecutor(max_workers=1) as executor:
        loading = executor.submit(import_module, "great_expectations.expectations")
        yield
        loading.result()


def _batches() -> Any:
    """What makes a batch of any frame: one definition for all, as each costs its declaring."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(),
        progress_bars=ProgressBarsConfig(globally=False),
        analytics_enabled=False,
    )
    context = gx.get_context(mode="ephemeral", project_config=config)
    asset = context.data_sources.add_pandas("frames").add_dataframe_asset("frame")
    return asset.add_batch_definition_whole_dataframe("whole")


def _judge_subject(
    batches: Any,
    frame: pd.DataFrame,
    checks: Sequence[Check],
    examples: Callable[[Check], Sequence[str]],
) -> Iterator[Judged]:
    import great_expectations as gx

    suite = gx.ExpectationSuite(
        checks[0].subject, expectations=[_expectation(check) for check in checks]
    )
    judged = frame[sorted({*map(_column, checks)})]  # a batch is hashed, and text is dear to hash
    outcome = batches.get_batch({"dataframe": judged}).validate(suite)
    results = {result.expectation_config.meta["check"]: result for result in outcome.results}
    values = {str(column): int(count) for column, count in frame.count().items()}
    for check in checks:
        result = results.get(check.name)
        raised = "no result" if result is None else _raised(result.exception_info)
        if raised:
            raise _unjudged(check, f"Great Expectations gave {raised}")
        verdict = _verdict(check, frame, result, values)
        if not verdict.passed:
            verdict = replace(verdict, examples=tuple(islice(examples(check), MAX_EXAMPLES)))
        yield Judged(check, verdict, result)


@cache
def _kind(name: str) -> Any:
    """The library's expectation of a name, but that its configuration is worked out once.

    The library (1.24) asks for it 50 times to judge once and makes it anew each time, which was
    half of all judging.

    Raises:
        AttributeError: If there is no such expectation.
    """
    import great_expectations.expectations as gxe
    from great_expectations.compatibility.pydantic import PrivateAttr

    kind = getattr(gxe, name)

    def configuration(self: Any) -> Any:
        if self._settled is None:
            self._settled = kind.configuration.fget(self)
        return self._settled

    body = {"_settled": PrivateAttr(None), "configuration": property(configuration)}
    named = {"__module__": __name__, "__doc__": kind.__doc__}
    return type(kind)(f"{name}Settled", (kind,), named | body)


def _expectation(check: Check) -> Any:
    try:
        return _kind(check.expectation)(
            **check.arguments,
            description=f"{check.why_zh} / {check.why_en}",
            meta={"check": check.name},
            severity=_GX_SEVERITY[check.severity],
        )
    except (AttributeError, ValueError) as error:
        raise _unjudged(
            check, f"Great Expectations has no {check.expectation} that takes its arguments"
        ) from error


def _verdict(check: Check, frame: pd.DataFrame, result: Any, values: Mapping[str, int]) -> Verdict:
    """Without examples. `values` counts what is not null by column."""
    column = _column(check)
    nulls = len(frame) - values[column]
    saw_nothing = not values[column]
    return Verdict(
        dataset=check.subject,
        check_name=check.name,
        kind=check.kind,
        passed=bool(result.success) and not nulls and not saw_nothing,
        severity=check.severity,
        observed=NOTHING_FOUND
        if saw_nothing
        else observed_text(check, frame, result.result, nulls),
        expected=expected_text(check, frame),
        why_zh=check.why_zh,
        why_en=check.why_en,
    )


def _raised(exceptions: Mapping[str, Any]) -> str | None:
    """The type of what an expectation raised; it comes flat, or by metric where one failed."""
    each = [exceptions] if "raised_exception" in exceptions else exceptions.values()
    for exception in each:
        if exception["raised_exception"]:
            named = _ERROR_TYPE.search(exception["exception_traceback"] or "")
            return named[1] if named else "an exception"
    return None


def _unjudged(check: Check, what: str) -> ScorecardError:
    """Never with the exception's own text, which may quote a row."""
    return ScorecardError(
        f"could not be judged: {what}",
        f"check {check.subject}.{check.name}",
        "mend the check, or the query that its frame comes from",
    )
