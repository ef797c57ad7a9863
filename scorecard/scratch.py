"""The folder of short-lived rows, `warehouse/scratch`: empty as a run begins, and as it ends.

It may be a link to a folder on a larger disk, or a disk of its own. Then it stays, and what is in
it goes; but what others may have put there is not ours to delete.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scorecard.errors import ScorecardError
from scorecard.shortage import raise_shortage

_OTHERS = 0o077
_MEND = "make it an empty folder of your own, or remove it, then start again"


@contextmanager
def emptied(folder: Path) -> Iterator[None]:
    """Has the folder there during the block, empty and for its owner alone.

    Raises:
        ScorecardError: If it cannot be had so, with the system's reason.
        ShortageError: If the disk is full.
    """
    try:
        _check_own(folder)
        _clear(folder)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)  # one that stayed may have had another mode
    except OSError as error:
        raise_shortage(error, str(folder))
        reason = error.strerror or type(error).__name__
        raise ScorecardError(
            f"the folder of short-lived rows cannot be used: {reason}", str(folder), _MEND
        ) from error
    try:
        yield
    finally:
        with suppress(OSError):  # the next run says it; why this one ends matters more
            _clear(folder)


def _check_own(folder: Path) -> None:
    if not folder.is_dir():
        return
    if folder.parent.resolve().is_relative_to(folder.resolve()):
        raise ScorecardError(
            "the folder of short-lived rows is a link to one that holds the warehouse",
            str(folder),
            _MEND,
        )
    if folder.stat().st_mode & _OTHERS and any(folder.iterdir()):
        raise ScorecardError(
            "the folder of short-lived rows is open to others and holds something already",
            str(folder),
            _MEND,
        )


def _clear(folder: Path) -> None:
    """Removes the folder; where it is a link or a mount point, what is in it alone."""
    if not os.path.lexists(folder):
        return
    for entry in list(os.scandir(folder)):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry)
        else:
            os.unlink(entry)
    if folder.is_symlink():
        return
    try:
        folder.rmdir()
    except OSError as error:
        if error.errno != errno.EBUSY:
            raise
