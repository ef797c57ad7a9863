"""Files of an SFTP server, by paramiko.

A server is believed only if `known_hosts` has its key, and the login is the one that is given: no
agent, no keys that lie about. Paramiko is used without fsspec's wrapper, which does not load
`known_hosts`, so that the wrong kind of host key is agreed on.
"""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

import paramiko

from scorecard.connectors.base import PullFailedError
from scorecard.connectors.remote import (
    CONNECT_SECONDS,
    READ_SECONDS,
    State,
    local_time,
    told_of_system,
    walk,
)
from scorecard.errors import ConfigurationError
from scorecard.pulling.platforms import FilesSource
from scorecard.pulling.secrets import Secrets


class UnknownHostError(paramiko.SSHException):
    """A server whose key nobody vouched for; holds the fingerprint."""


class _KnownOnly(paramiko.MissingHostKeyPolicy):
    def missing_host_key(
        self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey
    ) -> None:
        raise UnknownHostError(f"{key.get_name()} {key.fingerprint}")


class SftpStore:
    """The files below a folder of an SFTP server."""

    errors = (OSError, paramiko.SSHException, EOFError, UnicodeDecodeError)

    def __init__(self, source: FilesSource, folder: str, secrets: Secrets) -> None:
        url = urlsplit(source.url)
        user, has_login = source.user or url.username, source.key_file or source.password
        if not url.hostname or not user or not has_login or source.known_hosts is None:
            raise ConfigurationError(
                "an SFTP source needs a host, a user, `known_hosts`, and `key_file` or `password`",
                "sources.yaml",
                "give url: sftp://USER@HOST/FOLDER, key_file: PATH and known_hosts: PATH",
            )
        self._host, self._port = url.hostname, url.port or 22
        self._user, self._key_file = user, source.key_file
        self._password = secrets.read(source.password) if source.password else None
        self._known_hosts = source.known_hosts
        self._root = posixpath.join(url.path or ".", folder.strip("/")).rstrip("/") or "/"
        self.place = f"sftp://{self._host}:{self._port}/{self._root.lstrip('/')}"
        for key, path in (("key_file", self._key_file), ("known_hosts", self._known_hosts)):
            if path is not None and not os.access(path, os.R_OK):
                raise ConfigurationError(
                    f"{key}: {path} is not there, or we may not read it",
                    "sources.yaml",
                    "correct the path; known hosts are collected with ssh-keyscan",
                )

    def open(self) -> None:
        """Connects to a server that shows a known key."""
        self._client = paramiko.SSHClient()
        self._client.load_host_keys(str(self._known_hosts))
        self._client.set_missing_host_key_policy(_KnownOnly())
        self._client.connect(
            self._host,
            self._port,
            self._user,
            self._password,
            key_filename=str(self._key_file) if self._key_file else None,
            timeout=CONNECT_SECONDS,
            banner_timeout=CONNECT_SECONDS,
            auth_timeout=CONNECT_SECONDS,
            channel_timeout=CONNECT_SECONDS,
            allow_agent=False,
            look_for_keys=False,
        )
        self._ftp = self._client.open_sftp()
        channel = self._ftp.get_channel()
        assert channel is not None  # an open client has one
        channel.settimeout(READ_SECONDS)
        self._real_root = self._real("")

    def listing(self) -> Iterable[tuple[str, State]]:
        """All files below the folder; a link only if it leads to one of them."""
        return walk(self._entries)

    def _entries(self, folder: str) -> Iterable[tuple[str, State | None]]:
        for entry in self._ftp.listdir_attr(self._path(folder)):
            base, mode = entry.filename, entry.st_mode or 0
            if stat.S_ISDIR(mode):
                yield base, None
            elif stat.S_ISREG(mode):
                yield base, _state(entry)
            elif stat.S_ISLNK(mode) and (state := self._linked(f"{folder}{base}")):
                yield base, state

    def _linked(self, name: str) -> State | None:
        try:
            inside = posixpath.commonpath([self._real(name), self._real_root]) == self._real_root
            found = self._ftp.stat(self._path(name))
        except FileNotFoundError:
            return None
        return _state(found) if inside and stat.S_ISREG(found.st_mode or 0) else None

    def look(self, name: str) -> State:
        """The attributes of a file."""
        return _state(self._ftp.stat(self._path(name)))

    def fetch(self, name: str, to: Path) -> None:
        """Streams a file to disk; a limit of requests ahead would cost memory and time here."""
        self._ftp.get(self._path(name), str(to))

    def _path(self, name: str) -> str:
        return posixpath.join(self._root, name)

    def _real(self, name: str) -> str:
        return self._ftp.normalize(self._path(name))

    def close(self) -> None:
        """Disconnects."""
        if hasattr(self, "_client"):
            self._client.close()

    def told(self, error: Exception, where: str) -> PullFailedError:
        """By the kind of error; paramiko's text says nothing of keys or passwords."""
        host = f"[{self._host}]:{self._port}" if self._port != 22 else self._host
        if isinstance(error, UnknownHostError):
            return PullFailedError(
                f"the server's host key is not known: {error}",
                where,
                f"compare it with what the server's people say, then add the line of `ssh-keyscan "
                f"-p {self._port} {self._host}` to {self._known_hosts}",
            )
        if isinstance(error, paramiko.BadHostKeyException):
            return PullFailedError(
                f"the server shows another host key than before, {error.key.fingerprint}: "
                "somebody may stand between it and us",
                where,
                f"ask the server's people; if they changed it, drop the old one with `ssh-keygen "
                f"-R '{host}' -f {self._known_hosts}` and add the new one",
            )
        if isinstance(error, paramiko.AuthenticationException):
            return PullFailedError(
                f"user {self._user} is refused", where, "check the user and the key or password"
            )
        if isinstance(error, UnicodeDecodeError):
            return PullFailedError(
                "the name of a file is not UTF-8", where, "have it renamed on the server"
            )
        if isinstance(error, paramiko.SSHException):
            return PullFailedError(
                f"the server cannot be talked to ({error})",
                where,
                "check the address and the source's `key_file`, then try again",
            )
        return told_of_system(error, where, f"{self._host}:{self._port}")


def _state(found: paramiko.SFTPAttributes) -> State:
    return State(found.st_size or 0, local_time(found.st_mtime or 0))
