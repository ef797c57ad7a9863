"""How a verdict says what was found and what was expected, in plain numbers and few words."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from numbers import Integral, Real
from typing import TYPE_CHECKING

from expectations.check import Check

if TYPE_CHECKING:
    import pandas as pd

NOTHING_DUE = "无到期 / nothing due yet"
NOTHING_FOUND = "无数据 / no data"


def observed_text(check: Check, frame: pd.DataFrame, found: str, nulls: int) -> str:
    """What was found: as the frame tells it, else as Great Expectations measured it.

    Args:
        check: Whose result it is.
        frame: What was judged.
        found: What Great Expectations measured, as `plain` writes it.
        nulls: How many nulls the column has; told, since they fail the check.
    """
    text = found
    if check.observed_from:
        text = _told(frame, check.observed_from) or NOTHING_FOUND
    return f"{text}；空值 {nulls} / {nulls} null" if nulls else text


def expected_text(check: Check, frame: pd.DataFrame) -> str:
    """What the check asks for: as the frame tells it, else from its arguments."""
    if check.expected_from:
        return _told(frame, check.expected_from) or NOTHING_DUE
    return _bounds(check.arguments)


def plain(value: object) -> str:
    """A value as a person writes it: 3 and 12.5, never 3.0."""
    if value is None:
        return NOTHING_FOUND
    if isinstance(value, Integral):
        return str(int(value))
    if isinstance(value, Real):
        return format(Decimal(f"{float(value) + 0.0:.12g}"), "f")  # + 0.0 takes the sign off -0.0
    return str(value)


def _bounds(arguments: Mapping[str, object]) -> str:
    low, high = arguments.get("min_value"), arguments.get("max_value")
    if low is not None and low == high:
        return plain(low)
    signs = ((">=", low), ("<=", high))
    return ", ".join(f"{sign} {plain(bound)}" for sign, bound in signs if bound is not None)


def _told(frame: pd.DataFrame, column: str) -> str | None:
    """The greatest text in the column; none where it is null throughout."""
    told = frame[column].dropna()
    return str(told.max()) if len(told) else None
