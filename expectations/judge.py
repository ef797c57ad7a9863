"""Judging: the frames meet the checks in Great Expectations, and out come verdicts.

One suite a subject, run in memory; nothing is stored and nothing leaves the machine. Great
Expectations is imported inside the functions here, since that takes seconds, and not at all where
every outcome is known: values that it has judged before are not judged again. What it lets pass for
want of data, such as a sum of nothing, fails here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, cached_property
from hashlib import sha256
from importlib import import_module
from importlib.metadata import version
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from expectations.check import Check
from expectations.wording import NOTHING_FOUND, expected_text, observed_text, plain
from scorecard.errors import ScorecardError
from scorecard.quality.outcomes import Outcome
from scorecard.quality.verdict import Verdict

if TYPE_CHECKING:
    import pandas as pd

MAX_EXAMPLES = 20
_ERROR_TYPE = re.compile(r"^(?:\w+\.)*(\w+(?:Error|Exception))\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Judged:
    """A check, what is said of it, and what Great Expectations measured for that."""

    check: Check
    verdict: Verdict
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Judgement:
    """All checks as judged, in the order they were given, and their outcomes by digest."""

    judged: tuple[Judged, ...]
    outcomes: Mapping[str, Outcome]

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """One a check, in the order of the checks."""
        return tuple(judged.verdict for judged in self.judged)


def judge(
    frames: Mapping[str, pd.DataFrame],
    checks: Sequence[Check],
    examples: Callable[[Check], Sequence[str]],
    known: Mapping[str, Outcome] = MappingProxyType({}),
) -> Judgement:
    """Judges every check on the frame of its subject.

    A check that finds no value in its column fails, and so does one over a column with a null,
    since measures promise to have none.

    Args:
        frames: The frame of every subject that a check names; more are ignored.
        checks: What to judge; a name stands once in a subject.
        examples: Gives the keys of what fails a check; asked for failed checks only.
        known: Outcomes of an earlier judgement; what is in it is not measured again.

    Raises:
        ScorecardError: If a check cannot be judged: its frame, a column or its expectation is
            missing, or Great Expectations raises on it.
    """
    by_subject: dict[str, list[Check]] = {}
    for check in checks:
        by_subject.setdefault(check.subject, []).append(check)
    batches = _Batches()
    judged: dict[tuple[str, str], Judged] = {}
    outcomes: dict[str, Outcome] = {}
    for subject, own in by_subject.items():
        _require_columns(frames, subject, own)
        digests = _digests(frames[subject], own)
        new = [check for check in own if digests[check.name] not in known]
        measured = _measure(batches, frames[subject], new) if new else {}
        for check in own:
            digest = digests[check.name]
            outcomes[digest] = outcome = measured.get(check.name) or known[digest]
            judged[subject, check.name] = _judge(check, frames[subject], outcome, examples)
    return Judgement(tuple(judged[check.subject, check.name] for check in checks), outcomes)


def is_any_new(
    frames: Mapping[str, pd.DataFrame], checks: Sequence[Check], known: Mapping[str, Outcome]
) -> bool:
    """Whether `judge` will have to measure for one of these frames, and so needs the library."""
    return any(
        digest not in known
        for subject, frame in frames.items()
        for digest in _digests(frame, [c for c in checks if c.subject == subject]).values()
    )


def _digests(frame: pd.DataFrame, checks: Sequence[Check]) -> dict[str, str]:
    """What the outcome of each check depends on: expectation, values and library."""
    values: dict[str, bytes] = {}
    for name in {_column(check) for check in checks}:
        column = frame[name]
        numbers = column.to_numpy() if column.dtype.kind in "iufb" else None
        whole = repr(column.tolist()).encode() if numbers is None else numbers.tobytes()
        values[name] = f"{_versions()} {column.dtype} {len(column)} ".encode() + whole
    return {
        check.name: sha256(
            repr((check.expectation, sorted(check.arguments.items()))).encode()
            + values[_column(check)]
        ).hexdigest()
        for check in checks
    }


@cache
def _versions() -> str:
    """Of what measures: an outcome of other versions is not taken for one of these."""
    return " ".join(version(name) for name in ("great-expectations", "pandas", "numpy"))


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
def loading_library() -> Iterator[Callable[[], None]]:
    """Gives what begins to import Great Expectations beside the rest of the block.

    The block waits for DuckDB and leaves a core free: the import takes about 2.5 s, the frames of
    the demo city 0.7 s, both together 2.7 s.

    Raises:
        ImportError: If it cannot be imported.
    """
    loading: list[Future[Any]] = []
    with ThreadPoolExecutor(max_workers=1) as executor:

        def begin() -> None:
            if not loading:
                loading.append(executor.submit(import_module, "great_expectations.expectations"))

        yield begin
        for each in loading:
            each.result()


class _Batches:
    """Makes a batch of any frame: one definition for all, as each costs its declaring."""

    @cached_property
    def _definition(self) -> Any:
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

    def batch(self, frame: pd.DataFrame) -> Any:
        return self._definition.get_batch({"dataframe": frame})


def _measure(batches: _Batches, frame: pd.DataFrame, checks: Sequence[Check]) -> dict[str, Outcome]:
    """What Great Expectations says of one subject, by the names of the checks."""
    import great_expectations as gx

    suite = gx.ExpectationSuite(
        checks[0].subject, expectations=[_expectation(check) for check in checks]
    )
    judged = frame[sorted({*map(_column, checks)})]  # a batch is hashed, and text is dear to hash
    results = {
        result.expectation_config.meta["check"]: result
        for result in batches.batch(judged).validate(suite).results
    }
    return {check.name: _outcome(check, results.get(check.name)) for check in checks}


def _outcome(check: Check, result: Any) -> Outcome:
    raised = "no result" if result is None else _raised(result.exception_info)
    if raised:
        raise _unjudged(check, f"Great Expectations gave {raised}")
    return Outcome(bool(result.success), plain(result.result["observed_value"]), _rendered(result))


def _rendered(result: Any) -> str | None:
    """What was measured, as Great Expectations renders it for its pages."""
    from great_expectations.render.renderer.column_section_renderer import (
        ValidationResultsColumnSectionRenderer,
    )

    renderer: Any = ValidationResultsColumnSectionRenderer()
    section = renderer.render([result]).to_json_dict()
    measured = section["content_blocks"][1]["table"][0][2]
    return measured if isinstance(measured, str) else None


def _judge(
    check: Check, frame: pd.DataFrame, outcome: Outcome, examples: Callable[[Check], Sequence[str]]
) -> Judged:
    verdict = _verdict(check, frame, outcome)
    if not verdict.passed:
        verdict = replace(verdict, examples=tuple(islice(examples(check), MAX_EXAMPLES)))
    return Judged(check, verdict, outcome)


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
        return _kind(check.expectation)(**check.arguments, meta={"check": check.name})
    except (AttributeError, ValueError) as error:
        raise _unjudged(
            check, f"Great Expectations has no {check.expectation} that takes its arguments"
        ) from error


def _verdict(check: Check, frame: pd.DataFrame, outcome: Outcome) -> Verdict:
    """Without examples."""
    values = int(frame[_column(check)].count())
    nulls = len(frame) - values
    return Verdict(
        dataset=check.subject,
        check_name=check.name,
        kind=check.kind,
        passed=outcome.passed and not nulls and values > 0,
        severity=check.severity,
        observed=observed_text(check, frame, outcome.observed, nulls) if values else NOTHING_FOUND,
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
