"""A folder that is written as a draft and then takes the old one's place, whole.

Whoever opens it finds what one run wrote: a kill leaves the old or the new. Linux exchanges the two
names at once; where the file system cannot, the old one steps aside for a moment.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scorecard.errors import ScorecardError

SITE_MARK, SHEETS_MARK = ".scorecard-site", ".scorecard-sheets"
"""The files that tell a folder of pages and one of sheets; each holds what the folder shows."""
_AT_FDCWD, _EXCHANGE = -100, 2
_CANNOT = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP}


@contextmanager
def replacing(folder: Path, mark: str) -> Iterator[Path]:
    """Gives a draft that becomes the folder if all goes well; a second writer waits for the first.

    Args:
        folder: Made, or taken the place of.
        mark: The file that tells a folder of this kind, which the block leaves in the draft.

    Raises:
        ScorecardError: If the folder holds other files, or it cannot be written.
    """
    folder = folder.absolute()
    draft, old = (folder.with_name(f".{folder.name}.{end}") for end in ("draft", "old"))
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _alone(folder.parent):
            if old.exists() and not folder.exists():
                old.rename(folder)  # a run was killed between two renames
            _check_ours(folder, mark)
            _remove(draft, old)
            draft.mkdir()
            try:
                yield draft
                _put(draft, folder, old)
            finally:
                _remove(draft, *([old] if folder.exists() else []))
    except OSError as error:
        raise ScorecardError(
            f"it cannot be written: {error.strerror or error}",
            str(folder),
            "is there room left, and is the folder yours to write?",
        ) from error


def shown_in(folder: Path, mark: str) -> str | None:
    """What a folder's mark says that it shows; None where there is no such folder."""
    file = folder / mark
    return file.read_text(encoding="utf-8", errors="replace") if file.exists() else None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _check_ours(folder: Path, mark: str) -> None:
    if not os.path.lexists(folder):
        return
    if folder.is_symlink() or not folder.is_dir():
        raise ScorecardError("this is no folder", str(folder), "name a folder, or remove it")
    if any(folder.iterdir()) and not (folder / mark).exists():
        raise ScorecardError(
            "the folder holds other files, which would be removed",
            str(folder),
            "name a folder of its own, or empty it",
        )


def _put(draft: Path, folder: Path, old: Path) -> None:
    if folder.exists() and not _exchange(draft, folder):
        folder.rename(old)
    if not folder.exists():
        draft.rename(folder)


def _exchange(one: Path, other: Path) -> bool:
    """Whether both names were exchanged; False where that is not to be had here."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    if rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _CANNOT:
        return False
    raise OSError(number, os.strerror(number), str(other))


def _remove(*leftovers: Path) -> None:
    for leftover in leftovers:
        shutil.rmtree(leftover, ignore_errors=True)
