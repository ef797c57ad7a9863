"""How a verdict says what was found and what was expected, in plain numbers and few words."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

from expectations.check import Check

if TYPE_CHECKING:
    import pandas as pd

NOTHING_DUE = "无到期 / nothing due yet"
NOTHING_FOUND = "无数据 / no data"
SHOWN_VALUES = 5
_ONLY_NULLS = "ExpectColumnValuesToNotBeNull"
_UNIQUE = ("ExpectColumnValuesToBeUnique", "ExpectCompoundColumnsToBeUnique")


def observed_text(check: Check, frame: pd.DataFrame, found: Mapping[str, Any], nulls: int) -> str:
    """What was found: as the frame tells it, else as Great Expectations measured it.

    Args:
        check: Whose result it is.
        frame: What was judged.
        found: `ExpectationValidationResult.result`.
        nulls: How many nulls the column of an aggregate has; told, since they fail the check.
    """
    if check.observed_from:
        text = _told(frame, check.observed_from) or NOTHING_FOUND
    elif "observed_value" in found:
        text = plain(found["observed_value"])
    else:
        text = _unexpected(found)
    return f"{text}；空值 {nulls} / {nulls} null" if nulls else text


def expected_text(check: Check, frame: pd.DataFrame) -> str:
    """What the check asks for: as the frame tells it, else from its arguments."""
    if check.expected_from:
        return _told(frame, check.expected_from) or NOTHING_DUE
    arguments = check.arguments
    if "value_set" in arguments:
        return ", ".join(plain(value) for value in arguments["value_set"])  # type: ignore[attr-defined]
    if check.expectation == _ONLY_NULLS:
        return "非空 / no nulls"
    if check.expectation in _UNIQUE:
        columns = arguments.get("column_list") or [arguments["column"]]
        return f"唯一 / unique: {', '.join(columns)}"  # type: ignore[arg-type]
    return _bounds(arguments)


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
    above = ">" if arguments.get("strict_min") else ">="
    below = "<" if arguments.get("strict_max") else "<="
    return ", ".join(
        f"{sign} {plain(bound)}"
        for sign, bound in ((above, low), (below, high))
        if bound is not None
    )


def _told(frame: pd.DataFrame, column: str) -> str | None:
    """The greatest text in the column; none where it is null throughout."""
    told = frame[column].dropna()
    return str(told.max()) if len(told) else None


def _unexpected(found: Mapping[str, Any]) -> str:
    """How many rows break a rule for each row, and a few of what they hold."""
    count = found["unexpected_count"]
    listed = [value for value in found["partial_unexpected_list"] if not _is_null(value)]
    values = list(dict.fromkeys(_value(value) for value in listed))
    if not values:
        return plain(count)
    more = ", …" if len(values) > SHOWN_VALUES else ""
    return f"{plain(count)} ({', '.join(values[:SHOWN_VALUES])}{more})"


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        parts = {name: "null" if _is_null(part) else plain(part) for name, part in value.items()}
        return " ".join(f"{name}={part}" for name, part in parts.items())
    return plain(value)


def _is_null(value: object) -> bool:
    import pandas as pd

    return not isinstance(value, Mapping) and bool(pd.isna(value))  # type: ignore[call-overload]
