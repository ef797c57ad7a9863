"""Text laid out by the columns of a terminal, in which a Chinese character takes two."""

from __future__ import annotations

from unicodedata import east_asian_width


def width(text: str) -> int:
    """The columns that the text takes."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def padded(text: str, columns: int) -> str:
    """The text left-aligned in so many columns, with at least one blank after it."""
    return text + " " * max(1, columns - width(text))
