"""Too little memory or disk, told as what it is, with the mend, whatever was being done.

DuckDB's own message advises on settings that are not ours and can quote what it was working on;
nothing of it is repeated.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from scorecard.errors import ScorecardError

FULL = (errno.ENOSPC, errno.EDQUOT)
_SPILL_IS_FULL = "max_temp_directory_size"
_DISK_IS_FULL = ("No space left on device", "Disk quota exceeded")


class ShortageError(ScorecardError):
    """The work needs more memory or disk than it may have; what was there before stays."""


@contextmanager
def naming_shortage(where: str) -> Iterator[None]:
    """Raises a `ShortageError` in place of what a lack of memory or disk raises in the block."""
    try:
        yield
    except (duckdb.Error, OSError) as error:
        raise_shortage(error, where)
        raise


def raise_shortage(error: BaseException, where: str) -> None:
    """Raises a `ShortageError` if that error means one; returns if it is of another kind.

    Raises:
        ShortageError: It says which of them is short, where, and how to mend it.
    """
    if isinstance(error, OSError):
        is_full = error.errno in FULL
    else:
        is_full = any(sign in str(error) for sign in _DISK_IS_FULL)
    if is_full:
        raise ShortageError(
            "the disk is full", where, "free some of the disk of SCORECARD_HOME, then start again"
        ) from None
    if not isinstance(error, duckdb.OutOfMemoryException):
        return
    if _SPILL_IS_FULL in str(error):
        raise ShortageError(
            "there is no disk left for what memory does not hold",
            where,
            "free some of the disk of SCORECARD_HOME, or raise SCORECARD_MEMORY_LIMIT",
        ) from None
    raise ShortageError(
        "the memory limit is too small for this", where, "raise SCORECARD_MEMORY_LIMIT"
    ) from None
