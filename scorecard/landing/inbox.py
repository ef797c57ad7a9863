"""The inbox: which files lie there for which dataset, in which order, and what is no delivery.

Nothing is opened here but for its hash. A file is known by its content, never by its name.
"""

from __future__ import annotations

import datetime as dt
import glob
import hashlib
import os
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from scorecard.clock import TIME_ZONE

FORMATS = {
    ".csv": "csv", ".tsv": "tsv", ".json": "json", ".jsonl": "jsonl", ".csv.gz": "csv",
    ".tsv.gz": "tsv", ".json.gz": "json", ".jsonl.gz": "jsonl", ".xlsx": "xlsx",
    ".parquet": "parquet",
}  # fmt: skip
_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d\d)(-?)(\d\d)\2(\d\d)(?=(?:[01]\d|2[0-3])(?:[0-5]\d){1,2}(?!\d)|(?!\d))"
)
"""A day in a file's name; the digits of a clock may follow it, as in 20190305093000."""
_IDENTITY = re.compile(
    r"(?<!\d)\d{6}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"
)
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class InboxFile:
    """One delivered file of one dataset; `name` is relative to the dataset's folder.

    The name is for people and the books; a file system may hold names that are no UTF-8.
    `delivered` is set where neither the name nor the file tells when it came: a pull's rows.
    """

    dataset: str
    name: str
    path: Path
    format: str
    link: Path | None = None
    delivered: dt.datetime | None = None

    @property
    def place(self) -> str:
        """Where a notice belongs: every pull from a platform has its say at the same place."""
        name = self.name if self.delivered is None else self.name.rpartition("/")[0]
        return f"{self.dataset}/{name}"

    @property
    def sql_path(self) -> str:
        """The path for DuckDB, in which brackets and asterisks are no pattern."""
        return glob.escape(str(self.link or self.path))

    @property
    def is_gzipped(self) -> bool:
        """Whether the content is compressed as a whole."""
        return self.name.lower().endswith(".gz")

    def delivered_at(self) -> dt.datetime:
        """The last date in the file's name, else its modification time; local time, no zone."""
        if self.delivered is not None:
            return self.delivered
        for year, _, month, day in reversed(_DATE.findall(self.name.rpartition("/")[2])):
            try:
                return dt.datetime(int(year), int(month), int(day))
            except ValueError:
                continue  # digits that are no date, such as a document number
        modified = dt.datetime.fromtimestamp(self.path.stat().st_mtime, TIME_ZONE)
        return modified.replace(tzinfo=None)

    def sha256(self) -> str:
        """The hash of its bytes, as they lie there."""
        digest = hashlib.sha256()
        with self.path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                digest.update(block)
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Notice:
    """Something in the inbox that is left alone, or a column that is kept out or missing.

    It is told to people, so no valid identity number stands in it.
    """

    place: str
    what: str

    def __post_init__(self) -> None:
        for name in ("place", "what"):
            object.__setattr__(self, name, without_identity_numbers(getattr(self, name)))


def without_identity_numbers(text: str) -> str:
    """A name or header as it may be told: no valid identity number (GB 11643) in it."""
    return _IDENTITY.sub(lambda found: "***" if _is_valid(found[0]) else found[0], text)


def _is_valid(number: str) -> bool:
    """Whether the check character is right: ISO 7064, MOD 11-2."""
    values = (10 if digit in "Xx" else int(digit) for digit in number)
    return sum(value << 17 - place for place, value in enumerate(values)) % 11 == 1


def is_temporary(name: str) -> bool:
    """Whether a file of this relative name is hidden or still being written."""
    hidden = any(part.startswith((".", "~$")) for part in name.split("/"))
    return hidden or name.lower().endswith((".tmp", ".part"))


def ending_of(name: str) -> str | None:
    """The longest ending of `FORMATS` that a name has."""
    endings = (ending for ending in FORMATS if name.lower().endswith(ending))
    return max(endings, key=len, default=None)


def _raise(place: str, error: OSError) -> None:
    raise error


def scan(
    inbox: Path, datasets: Collection[str], on_error: Callable[[str, OSError], None] = _raise
) -> tuple[list[InboxFile], list[Notice]]:
    """Lists the deliveries by dataset, in the order of the bytes of their relative path.

    Args:
        inbox: The folder of the datasets' folders; one that is not there has no deliveries.
        datasets: Their names.
        on_error: Called with the place of a folder or file that cannot be looked at, and with why;
            the others are listed all the same. By default it is raised.
    """
    files: list[InboxFile] = []
    notices: list[Notice] = []

    def told(place: str, error: OSError) -> None:
        on_error(without_identity_numbers(place), error)

    for folder, is_folder in _entries(inbox, told):
        place = readable_name(os.fsencode(folder.name))
        if not is_folder:
            notices.append(Notice(place, "a file outside of any dataset's folder"))
        elif folder.name not in datasets:
            notices.append(Notice(place, "a folder that is no dataset's name"))
        else:
            for name, path in _files_below(folder, told):
                try:
                    found = delivery(folder.name, name, path)
                except OSError as error:
                    told(f"{place}/{name}", error)
                    continue
                if isinstance(found, Notice):
                    notices.append(found)
                else:
                    files.append(found)
    return files, notices


def _entries(inbox: Path, told: Callable[[str, OSError], None]) -> Iterator[tuple[Path, bool]]:
    """What lies in the inbox itself, in order, and whether it is a folder."""
    try:
        if not inbox.is_dir():
            return
        _check_searchable(inbox)
        entries = sorted(inbox.iterdir())
    except OSError as error:
        told(inbox.name, error)
        return
    for entry in entries:
        try:
            yield entry, entry.is_dir()
        except OSError as error:
            told(readable_name(os.fsencode(entry.name)), error)


def _files_below(folder: Path, told: Callable[[str, OSError], None]) -> Iterator[tuple[str, Path]]:
    """The files of a dataset's folder, with their relative names, in the order of its bytes."""

    def kept_out(error: OSError) -> None:
        place = Path(error.filename or folder).relative_to(folder.parent)
        told(readable_name(os.fsencode(place)), error)

    found: list[tuple[bytes, Path]] = []
    for parent, folders, names in os.walk(folder, onerror=kept_out):
        try:
            _check_searchable(parent)
        except OSError as error:
            error.filename = parent
            kept_out(error)
            folders.clear()
            continue
        for name in names:
            path = Path(parent, name)
            found.append((os.fsencode(path.relative_to(folder).as_posix()), path))
    for raw, path in sorted(found):
        yield readable_name(raw), path


def _check_searchable(folder: str | Path) -> None:
    """Raises an OSError if what is in a folder can be listed and no more, for want of `x`."""
    os.stat(f"{folder}/.")


def readable_name(name: bytes) -> str:
    """A name as text: UTF-8, else GB18030 (archives packed on Windows), else with escapes."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return name.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name.decode("utf-8", "backslashreplace")


def delivery(dataset: str, name: str, path: Path) -> InboxFile | Notice:
    """What a file of that name is: a delivery, or something to leave alone and tell of."""
    place = f"{dataset}/{name}"
    if is_temporary(name):
        return Notice(place, "a hidden or temporary file")
    if without_identity_numbers(name) != name:  # the books keep names
        return Notice(place, "an identity number in its name: it is read once it is renamed")
    if not path.is_file():
        return Notice(place, "no regular file")
    ending = ending_of(name)
    if ending is None:
        return Notice(place, "an ending that is not read: " + ", ".join(FORMATS) + " are")
    return InboxFile(dataset, name, path, FORMATS[ending])
