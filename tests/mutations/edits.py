"""What mutations are made of: rows left out, cells changed, files cut, each as a function of an
inbox. Which rows is told by a test of the frame; nothing told means every file of the dataset.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable

import pandas as pd

from tests.mutations.inbox import Inbox

Break = Callable[[Inbox], None]
Where = Callable[[pd.DataFrame], pd.Series]
NEWEST = -1
"""The file that lands last: of a register it has every row, of a log the newest rows."""


def everywhere(rows: pd.DataFrame) -> pd.Series:
    return pd.Series(True, index=rows.index)


def first(count: int = 1) -> Where:
    return lambda rows: pd.Series(range(len(rows)), index=rows.index) < count


def having(**values: str) -> Where:
    def where(rows: pd.DataFrame) -> pd.Series:
        found = everywhere(rows)
        for column, value in values.items():
            found &= rows[column] == value
        return found

    return where


def within(column: str, *periods: str, **values: str) -> Where:
    """Rows whose day or time begins with one of these, such as 2019-09."""

    def where(rows: pd.DataFrame) -> pd.Series:
        return rows[column].str.startswith(periods, na=False) & having(**values)(rows)

    return where


def given(column: str, count: int = 1) -> Where:
    """The first rows that have a value there."""
    return lambda rows: rows[column].notna() & (rows[column].notna().cumsum() <= count)


def share(percent: int, where: Where = everywhere) -> Where:
    """So many of the rows in a hundred, always the same ones."""
    return lambda rows: where(rows) & (where(rows).cumsum() * 37 % 100 < percent)


def drop(dataset: str, where: Where, at: int | None = None) -> Break:
    return lambda inbox: inbox[dataset].edit(lambda rows: rows[~where(rows)], at)


def put(dataset: str, where: Where, at: int | None = None, **columns: object) -> Break:
    """Changes cells: to a text or None, or by a function of the column's cells."""

    def change(rows: pd.DataFrame) -> pd.DataFrame:
        chosen = where(rows)
        for name, value in columns.items():
            cells = rows.loc[chosen, name]
            rows.loc[chosen, name] = value(cells) if callable(value) else value
        return rows

    return lambda inbox: inbox[dataset].edit(change, at)


def swap(dataset: str, one: str, other: str, at: int | None = None) -> Break:
    """Puts each column's values under the other's header."""
    return recast(dataset, lambda rows: rows.rename(columns={one: other, other: one}), at)


def recast(
    dataset: str, change: Callable[[pd.DataFrame], pd.DataFrame], at: int | None = None
) -> Break:
    return lambda inbox: inbox[dataset].edit(change, at)


def again(dataset: str, name: str, at: int = NEWEST, **columns: object) -> Break:
    """Delivers the rows of a file once more under another name, with these cells changed."""

    def add(inbox: Inbox) -> None:
        rows = inbox[dataset].rows(at)
        for column, value in columns.items():
            rows[column] = value(rows[column]) if callable(value) else value
        inbox[dataset].add(name, rows)

    return add


def lose(dataset: str, *at: int) -> Break:
    """Files that never come; told from behind, and all of them if none is told."""

    def remove(inbox: Inbox) -> None:
        for place in at or [None]:
            inbox[dataset].remove(place)

    return remove


def empty(dataset: str, at: int) -> Break:
    """A file with its header alone."""
    return recast(dataset, lambda rows: rows.head(0), at)


def scaled(factor: float) -> Callable[[pd.Series], pd.Series]:
    def scale(cells: pd.Series) -> pd.Series:
        numbers = pd.to_numeric(cells) * factor
        return numbers.map(lambda n: None if pd.isna(n) else f"{n:.6f}".rstrip("0").rstrip("."))

    return scale


def shifted(**time: int) -> Callable[[pd.Series], pd.Series]:
    """Times moved, such as by 8 hours."""

    def shift(cells: pd.Series) -> pd.Series:
        return (pd.to_datetime(cells) + pd.Timedelta(**time)).dt.strftime("%Y-%m-%d %H:%M:%S")

    return shift


def in_year(year: int) -> Callable[[pd.Series], pd.Series]:
    return lambda cells: str(year) + cells.str[4:]


def cut(share_kept: float, dataset: str, at: int, *, at_line_end: bool = False) -> Break:
    """A file that ends early, in the middle of a row unless it is cut at a line's end."""

    def shorten(data: bytes) -> bytes:
        kept = data[: int(len(data) * share_kept)]
        kept = kept[: kept.rindex(b"\n") + 1] if at_line_end else kept
        return kept

    return lambda inbox: inbox[dataset].rewrite(at, shorten)


def recoded(change: Callable[[str], bytes], dataset: str, at: int) -> Break:
    """A text file saved in another encoding."""
    return lambda inbox: inbox[dataset].rewrite(at, lambda data: change(_text(data)))


def _text(data: bytes) -> str:
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def all_of(*breaks: Break) -> Break:
    def break_all(inbox: Inbox) -> None:
        for one in breaks:
            one(inbox)

    return break_all
