"""The closed set of scoring methods, and what a part must say for each.

Add a method here only together with its model `sql/scores/part_by_<method>.sql`. The arithmetic
itself stays in SQL.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

MethodName = Literal["ratio", "per_unit", "flag", "levels", "limit", "rank_bands", "scaled"]


class Metric(Protocol):
    """What a rulebook must know of a metric (one file of `sql/metrics/`)."""

    @property
    def name(self) -> str:
        """The file's stem."""

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the options that a part must give."""

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels it can answer with; empty for a metric that gives a number."""

    @property
    def always(self) -> bool:
        """Whether every department has an input."""


@dataclass(frozen=True, slots=True)
class Method:
    """Which keys of a part belong to a method.

    Attributes:
        needs: Keys that must be given.
        may: Keys that may be given.
    """

    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()


# `scaled` may leave `empty` out: a mark without a full mark is no mark, so such a metric
# usually has no input then and never a base of 0.
METHODS: dict[str, Method] = {
    "ratio": Method(needs=("base_zh", "base_en", "empty")),
    "per_unit": Method(needs=("each",)),
    "flag": Method(may=("at_least",)),
    "levels": Method(needs=("levels",)),
    "limit": Method(needs=("at_most",)),
    "rank_bands": Method(needs=("rank_bands", "base_zh", "base_en")),
    "scaled": Method(needs=("base_zh", "base_en"), may=("empty",)),
}

# Every key that belongs to some methods only, in the order in which problems are reported.
METHOD_KEYS: tuple[str, ...] = (
    "each",
    "at_least",
    "at_most",
    "levels",
    "rank_bands",
    "empty",
    "base_zh",
    "base_en",
)
