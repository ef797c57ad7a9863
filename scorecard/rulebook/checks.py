"""What makes a part sound, and how several findings leave one pydantic validator.

Each check gives findings instead of raising, so that a file's problems are reported together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from scorecard.rulebook.methods import METHOD_KEYS, METHODS, Metric

if TYPE_CHECKING:
    from scorecard.rulebook.model import Part


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem: the key it speaks of (from the checked model on), what is wrong, the mend."""

    location: tuple[str | int, ...]
    what: str
    mend: str


def raise_findings(findings: Sequence[Finding]) -> None:
    """Raises all findings at once, each under its own location.

    Raises:
        ValidationError: There is a finding; pydantic joins it with those of the models around.
    """
    if not findings:
        return
    lines = [
        InitErrorDetails(
            type=PydanticCustomError("rulebook", "{what}", {"what": f.what, "mend": f.mend}),
            loc=f.location,
            input=None,
        )
        for f in findings
    ]
    raise ValidationError.from_exception_data("rulebook", lines)


def add_up(
    below: str,
    points: Decimal,
    parts: Sequence[Decimal],
    location: tuple[str | int, ...] = (),
) -> list[Finding]:
    """The points of a level or an indicator are the sum of the points below it."""
    total = sum(parts, Decimal(0))
    if total == points:
        return []
    what = f"has {points} points, {below} add up to {total}"
    return [Finding((*location, "points"), what, "points must add up at every level")]


def check_part(part: Part, metrics: Mapping[str, Metric]) -> list[Finding]:
    """The part gives what its method and its metric need, and nothing else."""
    findings = _check_method_keys(part) + _check_level_points(part) + _check_bands(part)
    metric = metrics.get(part.metric)
    if metric is None:
        what = f"metric {part.metric!r} is unknown"
        return [
            *findings,
            Finding(("metric",), what, f"known: {_list(sorted(metrics))}"),
        ]
    findings += _check_options(part, metric) + _check_no_input(part, metric)
    return findings + _check_metric_levels(part, metric)


def _check_method_keys(part: Part) -> list[Finding]:
    method = METHODS[part.method]
    allowed = (*method.needs, *method.may)
    findings = []
    for key in METHOD_KEYS:
        given = getattr(part, key) is not None
        if given and key not in allowed:
            what = f"`{key}` does not belong to method {part.method}"
            mend = f"remove it; {part.method} takes {_list(allowed)}"
            findings.append(Finding((key,), what, mend))
        elif not given and key in method.needs:
            what = f"`{key}` is missing for method {part.method}"
            findings.append(Finding((key,), what, f"{part.method} needs {_list(method.needs)}"))
    return findings


def _check_level_points(part: Part) -> list[Finding]:
    if part.levels is None:
        return []
    findings = []
    for i, row in enumerate(part.levels):
        if row.level in [earlier.level for earlier in part.levels[:i]]:
            what = f"level {row.level!r} stands twice"
            findings.append(Finding(("levels", i), what, "keep each level once"))
    best = max((row.points for row in part.levels), default=Decimal(0))
    return findings + _check_best("levels", best, part.points)


def _check_bands(part: Part) -> list[Finding]:
    if part.rank_bands is None:
        return []
    findings = []
    for i, (before, band) in enumerate(zip(part.rank_bands, part.rank_bands[1:], strict=False), 1):
        if band.to_rank <= before.to_rank:
            what = f"`to_rank` {band.to_rank} follows {before.to_rank}"
            findings.append(Finding(("rank_bands", i, "to_rank"), what, "write bands in order"))
        if band.points >= before.points:
            what = f"a later band earns {band.points}, the one before it {before.points}"
            mend = "a worse rank must earn less; join equal bands"
            findings.append(Finding(("rank_bands", i, "points"), what, mend))
    best = max((band.points for band in part.rank_bands), default=Decimal(0))
    return findings + _check_best("rank_bands", best, part.points)


def _check_best(key: str, best: Decimal, points: Decimal) -> list[Finding]:
    if best == points:
        return []
    what = f"the best of `{key}` earns {best}, the part is worth {points}"
    return [Finding((key,), what, "the best must earn just the part's points")]


def _check_options(part: Part, metric: Metric) -> list[Finding]:
    known = _list(metric.parameters) if metric.parameters else "none"
    findings = [
        Finding(
            ("options", name),
            f"option {name!r} is unknown to metric {metric.name}",
            f"its options: {known}",
        )
        for name in part.options
        if name not in metric.parameters
    ]
    findings += [
        Finding(
            ("options",),
            f"option {name!r} of metric {metric.name} is missing",
            "give it",
        )
        for name in metric.parameters
        if name not in part.options
    ]
    return findings


def _check_no_input(part: Part, metric: Metric) -> list[Finding]:
    if metric.always and part.no_input is not None:
        what = f"`no_input` is given, but metric {metric.name} always has an input"
        return [Finding(("no_input",), what, "remove it")]
    if not metric.always and part.no_input is None:
        what = f"`no_input` is missing for metric {metric.name}"
        return [Finding(("no_input",), what, "give missing or not_applicable")]
    return []


def _check_metric_levels(part: Part, metric: Metric) -> list[Finding]:
    if (part.method == "levels") != bool(metric.levels):
        gives = f"levels ({_list(metric.levels)})" if metric.levels else "a number"
        what = f"method {part.method} does not fit metric {metric.name}, which gives {gives}"
        mend = "use method levels" if metric.levels else "use another method than levels"
        return [Finding(("method",), what, mend)]
    table = {row.level for row in part.levels or ()}
    findings = [
        Finding(
            ("levels", i, "level"),
            f"level {row.level!r} is unknown to metric {metric.name}",
            f"its levels: {_list(metric.levels)}",
        )
        for i, row in enumerate(part.levels or ())
        if row.level not in metric.levels
    ]
    if part.levels is None:
        return findings
    findings += [
        Finding(
            ("levels",),
            f"level {level!r} of metric {metric.name} has no points",
            "add it",
        )
        for level in metric.levels
        if level not in table
    ]
    return findings


def _list(names: Sequence[str]) -> str:
    return ", ".join(names) if names else "none"
