"""What one check is, before any library runs it: the expectation, its reasons, its weight.

Checks are declared here without Great Expectations, since the code location lists them all at load.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["completeness", "timeliness", "validity"]
Severity = Literal["warn", "error"]


SEVERITIES: dict[Severity, tuple[str, str]] = {
    "warn": (
        "提示：来源数据的问题只影响其自身的评分，不阻止发布",
        "warn: a bad source costs its own parts only and never holds the others back",
    ),
    "error": (
        "错误：得分不可信，不予发布，保留上一版本",
        "error: the score itself cannot be trusted, so the last good version stays",
    ),
}
"""Each severity with its reason; an error on a score blocks publishing, a warning never does."""


@dataclass(frozen=True, slots=True)
class Check:
    """One expectation about one frame: of a dataset (see `scorecard.quality.frame`) or a score.

    `subject` is the dataset or published table, `expectation` the name of a class in
    `great_expectations.expectations` that measures the frame and does not go by its rows, which are
    counts; `arguments` are what it takes beside reasons and severity.
    `observed_from` and `expected_from` name text columns of the frame that say better than a
    number what was found and expected; the greatest of their values is shown. `measure` is the
    frame's column that the examples of a failure are looked up for. `tolerance_because` says why a
    limit is where it is, if it is not just none at all. `sql` is what a contract's rule asks.
    """

    subject: str
    name: str
    kind: Kind
    expectation: str
    arguments: Mapping[str, object]
    why_zh: str
    why_en: str
    severity: Severity = "warn"
    measure: str | None = None
    observed_from: str | None = None
    expected_from: str | None = None
    tolerance_because: str | None = None
    sql: str | None = None

    @property
    def is_blocking(self) -> bool:
        """Whether publishing waits for it."""
        return self.severity == "error"
