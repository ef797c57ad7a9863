"""Files of a share: one that is mounted here (`file://`), or one spoken to by SMB (an extra)."""

from __future__ import annotations

import os
import posixpath
import shutil
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scorecard.connectors.base import PullFailedError
from scorecard.connectors.remote import (
    CONNECT_SECONDS,
    State,
    local_time,
    told_of_system,
    walk,
)
from scorecard.errors import ConfigurationError
from scorecard.pulling.platforms import FilesSource
from scorecard.pulling.secrets import Secrets


class MountedStore:
    """The files below a folder of this machine; a link only if it leads to one of them."""

    errors = (OSError,)

    def __init__(self, source: FilesSource, folder: str, secrets: Secrets) -> None:
        self._root = Path(urlsplit(source.url).path, folder.strip("/"))
        if not self._root.is_absolute():
            raise ConfigurationError(
                f"{source.url} has no absolute path", "sources.yaml", "write file:///PATH"
            )
        self.place = str(self._root)

    def open(self) -> None:
        """Finds out where the folder really lies, links on the way to it included."""
        self._real_root = self._root.resolve()

    def listing(self) -> Iterable[tuple[str, State]]:
        """All regular files below the folder."""
        return walk(self._entries)

    def _entries(self, folder: str) -> Iterable[tuple[str, State | None]]:
        with os.scandir(self._root / folder) as found:
            for entry in found:
                if entry.is_dir(follow_symlinks=False):
                    yield entry.name, None
                elif entry.is_file() and self._is_inside(entry):
                    yield entry.name, _state(entry.stat())

    def _is_inside(self, entry: os.DirEntry[str]) -> bool:
        if not entry.is_symlink():
            return True
        return Path(entry.path).resolve().is_relative_to(self._real_root)

    def look(self, name: str) -> State:
        """The status of a file."""
        return _state((self._root / name).stat())

    def fetch(self, name: str, to: Path) -> None:
        """Copies a file."""
        shutil.copyfile(self._root / name, to)

    def close(self) -> None:
        """Nothing is open."""

    def told(self, error: Exception, where: str) -> PullFailedError:
        """By the system's kind of error."""
        return told_of_system(error, where, "the folder")


class SmbStore:
    """The files below a folder of an SMB share, by fsspec and smbprotocol."""

    errors: tuple[type[Exception], ...]

    def __init__(self, source: FilesSource, folder: str, secrets: Secrets) -> None:
        try:
            self._smb = import_module("fsspec.implementations.smb")
            broken = import_module("smbprotocol.exceptions")
        except ImportError as error:
            raise ConfigurationError(
                "smb:// needs a library that is not installed",
                "sources.yaml",
                "uv sync --extra smb",
            ) from error
        # smbprotocol tells of a host that it cannot reach by a ValueError
        self.errors = (OSError, ValueError, broken.SMBException)
        self._refused = (broken.SMBAuthenticationError, broken.LogonFailure)
        url = urlsplit(source.url)
        user = source.user or url.username
        if not url.hostname or not url.path.strip("/") or not user or not source.password:
            raise ConfigurationError(
                "an SMB source needs a host, a share, a user and `password`",
                "sources.yaml",
                "give url: smb://HOST/SHARE/FOLDER, user: NAME and password: env:NAME",
            )
        self._login = {
            "host": url.hostname,
            "port": url.port,
            "username": user,
            "password": secrets.read(source.password),
        }
        self._root = posixpath.join(url.path.rstrip("/"), folder.strip("/")).rstrip("/")
        self._fs: Any = None
        self.place = f"smb://{url.hostname}{self._root}"

    def open(self) -> None:
        """Connects; others may go on writing and renaming what we read."""
        self._fs = self._smb.SMBFileSystem(
            **self._login,
            timeout=CONNECT_SECONDS,
            share_access="rwd",
            register_session_retries=0,  # a refusal is told, the next night tries again
            skip_instance_cache=True,
        )

    def listing(self) -> Iterable[tuple[str, State]]:
        """All files below the folder."""
        return walk(self._entries)

    def _entries(self, folder: str) -> Iterable[tuple[str, State | None]]:
        for entry in self._fs.ls(f"{self._root}/{folder}", detail=True):
            base = posixpath.basename(entry["name"].rstrip("/"))
            if entry["type"] == "directory":
                yield base, None
            elif entry["type"] == "file":
                yield base, State(entry["size"], local_time(entry["mtime"]))

    def look(self, name: str) -> State:
        """The status of a file."""
        entry = self._fs.info(f"{self._root}/{name}")
        return State(entry["size"], local_time(entry["mtime"]))

    def fetch(self, name: str, to: Path) -> None:
        """Streams a file to disk."""
        self._fs.get_file(f"{self._root}/{name}", str(to))

    def close(self) -> None:
        """The session ends with the process."""
        self._fs = None

    def told(self, error: Exception, where: str) -> PullFailedError:
        """By the kind of error."""
        if isinstance(error, self._refused):
            return PullFailedError(
                f"user {self._login['username']} is refused", where, "check the user and `password`"
            )
        return told_of_system(error, where, str(self._login["host"]))


def _state(found: os.stat_result) -> State:
    return State(found.st_size, local_time(found.st_mtime))
