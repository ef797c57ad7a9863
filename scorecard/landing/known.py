"""Which files the books know, by their bytes: asked of one file, or of a whole inbox at once.

To hash a year of files takes longer than all else of a night with nothing new, so the hash of a
file is kept with its stamp: size, times, and where on the disk it lies. The time of the last change
of a file's record (ctime) cannot be set by whoever writes it, so other bytes have another stamp,
unless they came within the same tick of the clock: what changed lately is hashed again. The time
of modification says nothing of that: whoever writes a file may set it to a day yet to come.
"""

from __future__ import annotations

import os

import duckdb

from scorecard.landing.inbox import InboxFile
from scorecard.transaction import transaction

SETTLED_AFTER = 10.0
"""Seconds; longer than a tick of any file system's clock, and than a server's clock is off."""


_TAKEN = "select dataset, sha256 from ops.file"
_QUARANTINED = (
    "select file.dataset, file.file_name, arg_max(file.sha256, file.file_id) as sha256 "
    "from ops.file as file semi join ops.quarantine using (dataset, file_name) group by all"
)
"""The files of which rows are quarantined, each with the hash of the newest of its name."""


def is_known(connection: duckdb.DuckDBPyConnection, dataset: str, digest: str) -> bool:
    """Whether a file of these bytes came before for this dataset, under whatever name."""
    return bool(
        connection.execute(
            f"{_TAKEN} where dataset = ? and sha256 = ?", [dataset, digest]
        ).fetchall()
    )


def mends_quarantined(connection: duckdb.DuckDBPyConnection, file: InboxFile, digest: str) -> bool:
    """Whether a file of known bytes takes the place of another, of which rows are quarantined.

    So it is when a correction came under another name first, and then under the file's own.
    """
    return bool(
        connection.execute(
            f"from ({_QUARANTINED}) where dataset = ? and file_name = ? and sha256 <> ?",
            [file.dataset, file.name, digest],
        ).fetchall()
    )


class KnownFiles:
    """What the books say of files, read once for a whole inbox; `now` in seconds, as `stat` has."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, now: float) -> None:
        self._connection = connection
        self._now = now
        self._taken = set(connection.execute(_TAKEN).fetchall())
        self._quarantined = {
            (dataset, name): digest
            for dataset, name, digest in connection.execute(_QUARANTINED).fetchall()
        }
        self._kept: dict[tuple[str, str], tuple[str, str]] = {
            (dataset, name): (stamp, digest)
            for dataset, name, stamp, digest in connection.execute(
                "select dataset, file_name, stamp, sha256 from ops.inbox_file"
            ).fetchall()
        }
        self._seen: dict[tuple[str, str], tuple[str, str]] = {}

    def is_new(self, file: InboxFile) -> bool:
        """Whether a file has bytes that never came, or such as mend what its name has quarantined.

        Raises:
            OSError: If it cannot be read.
        """
        digest = self._digest(file)
        place = file.dataset, file.name
        return (file.dataset, digest) not in self._taken or (
            place in self._quarantined and self._quarantined[place] != digest
        )

    def _digest(self, file: InboxFile) -> str:
        place, before = (file.dataset, file.name), file.path.stat()
        stamp, digest = self._kept.get(place, ("", ""))
        if stamp != _stamp(before):
            digest = file.sha256()
        is_settled = self._now - before.st_ctime > SETTLED_AFTER
        if is_settled and _stamp(before) == _stamp(file.path.stat()):
            self._seen[place] = _stamp(before), digest
        return digest

    def keep(self) -> None:
        """Keeps the hashes of the files that were asked for, and of no others."""
        if self._seen == self._kept:
            return
        rows = [(*place, *kept) for place, kept in self._seen.items()]
        with transaction(self._connection):
            self._connection.execute("delete from ops.inbox_file")
            if rows:
                self._connection.execute(
                    "insert into ops.inbox_file "
                    "select unnest($1), unnest($2), unnest($3), unnest($4)",
                    [list(column) for column in zip(*rows, strict=True)],
                )


def _stamp(status: os.stat_result) -> str:
    return " ".join(
        str(number)
        for number in (
            status.st_size,
            status.st_mtime_ns,
            status.st_ctime_ns,
            status.st_dev,
            status.st_ino,
        )
    )
