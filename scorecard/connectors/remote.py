"""Files far away: which of them lie below a dataset's folder, and which of those are new.

A store lists, looks and fetches: S3 (`remote_s3`), SFTP (`remote_sftp`), a share or a mounted
folder (`remote_share`). What holds for all of them is here: the order, what is no delivery, what
is known already, and that a file which changes while it is fetched waits for the next night.
"""

from __future__ import annotations

import datetime as dt
import errno
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import Protocol

from scorecard.clock import TIME_ZONE
from scorecard.connectors.base import (
    FolderConnector,
    PullFailedError,
    RemoteFile,
    Tally,
    Task,
    Wanted,
)
from scorecard.errors import ConfigurationError
from scorecard.landing.inbox import (
    ending_of,
    is_temporary,
    readable_name,
    without_identity_numbers,
)
from scorecard.pulling.bindings import FilesBinding
from scorecard.pulling.platforms import FilesSource
from scorecard.pulling.secrets import Secrets

CONNECT_SECONDS = 10
READ_SECONDS = 30

_STORES = {
    "s3": ("scorecard.connectors.remote_s3", "S3Store"),
    "sftp": ("scorecard.connectors.remote_sftp", "SftpStore"),
    "smb": ("scorecard.connectors.remote_share", "SmbStore"),
    "file": ("scorecard.connectors.remote_share", "MountedStore"),
}
_DISK_IS_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True, slots=True)
class State:
    """What a store says of a file; where it says otherwise later, the file has changed."""

    bytes: int
    modified: dt.datetime
    etag: str | None = None


class Store(Protocol):
    """One dataset's folder on a platform. Names are relative to it, undecodable bytes escaped.

    Attributes:
        place: The folder for messages, without user and password.
        errors: What its methods raise.
    """

    place: str
    errors: tuple[type[Exception], ...]

    def open(self) -> None:
        """Connects."""
        ...

    def listing(self) -> Iterable[tuple[str, State]]:
        """All files below the folder, in any order."""
        ...

    def look(self, name: str) -> State:
        """What there is to say of a file now; raises FileNotFoundError if it is gone."""
        ...

    def fetch(self, name: str, to: Path) -> None:
        """Copies a file, never holding the whole of it in memory."""
        ...

    def close(self) -> None:
        """Disconnects, if it is connected."""
        ...

    def told(self, error: Exception, where: str) -> PullFailedError:
        """One of its errors for the reader; of a library's text only what names no secret."""
        ...


def connect(
    source: FilesSource, binding: FilesBinding, wanted: Wanted, secrets: Secrets
) -> FolderConnector:
    """The connector of a folder; files have their own columns, so `wanted` says nothing here.

    Raises:
        ConfigurationError: If something that the kind of store needs is not given or installed.
    """
    scheme = source.scheme
    if scheme not in _STORES:
        mend = "use one of " + ", ".join(f"{known}://" for known in _STORES)
        raise ConfigurationError(f"a folder at {scheme}:// is not known", "sources.yaml", mend)
    module, store = _STORES[scheme]
    made: Store = getattr(import_module(module), store)(source, binding.folder, secrets)
    return RemoteFolder(made, binding.pattern)


class RemoteFolder:
    """The files of a store, in the order of the bytes of their names, as in the inbox."""

    def __init__(self, store: Store, pattern: str) -> None:
        self._store = store
        self._pattern = pattern

    def files(
        self, task: Task, tally: Tally, known: frozenset[tuple[str, int, str, str | None]]
    ) -> Iterator[RemoteFile]:
        """Fetches what is new or has changed, to numbered files that keep their ending.

        Where the time may not do for another file, those that came are the answer: the next pull
        goes on behind them, and a large folder comes in several.
        """
        until, longest = time.monotonic() + task.deadline, 0.0
        try:
            tally.requests += 1
            with self._told(self._store.place, task.folder):
                self._store.open()
                listed = [each for each in self._deliveries() if _state_of(each) not in known]
            tally.total = len(listed)
            for number, (raw, name, state) in enumerate(listed):
                begun = time.monotonic()
                if begun + longest > until:
                    if number:
                        return
                    raise PullFailedError(
                        f"no file of {len(listed)} came within {task.deadline:.0f} s",
                        self._store.place,
                        "raise the dataset's `deadline`",
                    )
                tally.requests += 1
                to = task.folder / f"{number:06d}{ending_of(name) or ''}"
                with self._told(f"{self._store.place}/{name}", task.folder):
                    is_whole = self._fetch(raw, state, to)
                longest = max(longest, time.monotonic() - begun)
                if is_whole:
                    yield RemoteFile(name, to, state.bytes, state.modified, state.etag)
        finally:
            self._store.close()

    def _deliveries(self) -> list[tuple[str, str, State]]:
        """Raw name, readable name and state of each file that is meant for us."""
        found = sorted(self._store.listing(), key=lambda pair: os.fsencode(pair[0]))
        named = ((raw, readable_name(os.fsencode(raw)), state) for raw, state in found)
        return [
            (raw, name, state)
            for raw, name, state in named
            if not is_temporary(name) and PurePosixPath(name).match(self._pattern)
        ]

    def _fetch(self, raw: str, listed: State, to: Path) -> bool:
        """Whether the file is what was listed, from the first byte to the last; else it goes."""
        try:
            self._store.fetch(raw, to)
        except self._store.errors as error:
            if _is_disk_full(error) or not self._has_changed(raw, listed):
                raise
            to.unlink(missing_ok=True)
            return False
        if self._has_changed(raw, listed):
            to.unlink()
            return False
        if (got := to.stat().st_size) != listed.bytes:
            raise PullFailedError(
                f"{got} of {listed.bytes} bytes of a file came",
                without_identity_numbers(f"{self._store.place}/{readable_name(os.fsencode(raw))}"),
                "ask the platform's people why it cuts files off",
            )
        return True

    def _has_changed(self, raw: str, listed: State) -> bool:
        try:
            return self._store.look(raw) != listed
        except FileNotFoundError:
            return True

    @contextmanager
    def _told(self, where: str, folder: Path) -> Iterator[None]:
        """Turns a store's errors into ours; the library's text may hold what nobody may read."""
        try:
            yield
        except self._store.errors as error:
            if _is_disk_full(error):
                full = "the disk is full: a file from far away does not fit"
                raise PullFailedError(full, str(folder), "make room on it") from None
            raise self._store.told(error, without_identity_numbers(where)) from None


def _state_of(delivery: tuple[str, str, State]) -> tuple[str, int, str, str | None]:
    """A file as the books know it: under the name that they may keep."""
    _, name, state = delivery
    return without_identity_numbers(name), state.bytes, state.modified.isoformat(), state.etag


def _is_disk_full(error: Exception) -> bool:
    return isinstance(error, OSError) and error.errno in _DISK_IS_FULL


def walk(
    entries: Callable[[str], Iterable[tuple[str, State | None]]],
) -> Iterator[tuple[str, State]]:
    """All files below a folder; `entries` gives what is directly in one, no state for a folder."""
    folders = [""]
    while folders:
        folder = folders.pop()
        for base, state in entries(folder):
            name = f"{folder}{base}"
            if state is not None:
                yield name, state
            elif not is_temporary(f"{name}/"):
                folders.append(f"{name}/")


def local_time(moment: float | dt.datetime) -> dt.datetime:
    """A time of a file as the books keep times: local, without a zone."""
    if isinstance(moment, dt.datetime):
        return moment.astimezone(TIME_ZONE).replace(tzinfo=None)
    return dt.datetime.fromtimestamp(moment, TIME_ZONE).replace(tzinfo=None)


def told_of_system(error: Exception, where: str, what_is_asked: str) -> PullFailedError:
    """An error of the operating system or the network, ours or theirs."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return PullFailedError(
            "there is no such folder",
            where,
            "check `url` of the source and `folder` of the dataset, and whether it is mounted",
        )
    if isinstance(error, PermissionError):
        return PullFailedError("may not be read by us", where, "ask for the right to read it")
    if isinstance(error, TimeoutError):
        return PullFailedError(f"{what_is_asked} does not answer", where, "try again later")
    reason = error.strerror if isinstance(error, OSError) else None
    return PullFailedError(
        f"{what_is_asked} cannot be reached ({reason or type(error).__name__})",
        where,
        "check the address and the network, then try again",
    )
