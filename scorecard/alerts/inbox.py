"""What an alert says of the inbox: files that were left alone, or could not be taken or opened.

The books give a notice once: it is told once, and its absence next night is no news. A trouble
comes again every night until it is mended: it is news when it was not there the night before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import duckdb

from scorecard.landing.inbox import without_identity_numbers

MOST_LINES = 10
SECTION_BYTES = 600
"""Of all lines together, so that they leave room for what broke."""


@dataclass(frozen=True, slots=True)
class Told:
    """What an address was told last.

    Attributes:
        state: The fingerprint of the state, empty when all was well.
        held: Whether nothing was published then.
        seen_at: When the newest notice was written down that it knows of.
        troubles: The troubles of the last night that it knows of.
    """

    state: str = ""
    held: bool = False
    seen_at: str = ""
    troubles: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Inbox:
    """The troubles of this night, and every notice of the books with its time, newest first."""

    troubles: Sequence[str]
    notices: Sequence[tuple[str, str]]

    def has_news(self, told: Told) -> bool:
        """Whether it holds what that address does not know."""
        return bool(self._unseen(told) or set(self.troubles).difference(told.troubles))

    def lines(self, told: Told) -> list[str]:
        """What to tell it: all troubles, which are still there, and the notices it never saw."""
        return [*self.troubles, *self._unseen(told)]

    def known(self, told: Told, is_told: bool) -> Told:
        """What that address knows afterwards; troubles that ended are forgotten."""
        if not is_told:
            return replace(told, troubles=[t for t in self.troubles if t in told.troubles])
        newest = max((at for at, _ in self.notices), default=told.seen_at)
        return replace(told, seen_at=newest, troubles=self.troubles)

    def _unseen(self, told: Told) -> list[str]:
        return [line for at, line in self.notices if at > told.seen_at]


def read_inbox(connection: duckdb.DuckDBPyConnection, troubles: Sequence[str]) -> Inbox:
    """This night's troubles with the notices of the books."""
    notices = connection.execute(
        "select seen_at::varchar, place || ': ' || what from ops.notice "
        "order by seen_at desc, place, what"
    ).fetchall()
    return Inbox(
        [_one_line(trouble) for trouble in troubles],
        [(at, _one_line(line)) for at, line in notices],
    )


def section(lines: Sequence[str]) -> Iterator[str]:
    """The part of a message, at most `MOST_LINES` of them and a last one for how many more."""
    if not lines:
        return
    yield "未能接收的文件及提示 files not taken, and notices:"
    left, shown = SECTION_BYTES, 0
    for line in lines[:MOST_LINES]:
        row = f"- {cut(line, 180)}"
        left -= len(row.encode())
        if left < 0:
            break
        yield row
        shown += 1
    if shown < len(lines):
        yield f"- 另有 {len(lines) - shown} 项 and {len(lines) - shown} more"


def cut(text: str, size: int) -> str:
    """The text, or what of it goes into that many bytes."""
    given = text.encode(errors="replace")  # a file's name may be no UTF-8
    return text if len(given) <= size else given[: size - 3].decode(errors="ignore") + "…"


def _one_line(text: str) -> str:
    printable = text.encode(errors="replace").decode()
    return without_identity_numbers(" ".join(printable.split()))
