"""A small dataset in memory, before it is cut into deliveries.

Rows are plain Python values (str, int, Decimal, bool, date, datetime, None) in the order of
`columns`, which bear the contract's names.
"""

from __future__ import annotations

from dataclasses import dataclass

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one dataset, all that was ever known."""

    dataset: str
    columns: tuple[str, ...]
    rows: list[Row]

    def place(self, column: str) -> int:
        """Where a column stands; raises ValueError for one that is not there."""
        return self.columns.index(column)
