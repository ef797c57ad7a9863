"""Whether two contenders gave the same answer."""

from __future__ import annotations

from collections.abc import Sequence

Rows = Sequence[Sequence[str]]


def differences(one: str, ones: Rows, other: str, others: Rows) -> list[str]:
    """What two answers do not agree on; how many rows count is asked of those who keep them."""
    kept = [{row[1] for row in rows if row[0] == "(all)"} for rows in (ones, others)]
    asked = kept[0] & kept[1]
    left, right = (
        sorted(tuple(row) for row in rows if row[0] != "(all)" or row[1] in asked)
        for rows in (ones, others)
    )
    if left == right:
        return []
    odd = sorted({*left} ^ {*right}) or left
    shown = "\n".join(f"  {one if row in left else other}: {', '.join(row)}" for row in odd[:10])
    return [f"{other} gives other numbers than {one}, {len(odd)} lines, such as\n{shown}"]
