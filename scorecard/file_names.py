"""Ids as the names of files and folders."""

from __future__ import annotations

import hashlib
import unicodedata

LONGEST = 180
"""Bytes of a name before its digest; with an ending too it is within the 255 of file systems."""
_NO_NAME = frozenset('/\\:*?"<>|%~')
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))]
)


def file_name(name: str, also: str = "") -> str:
    """An id as a file's name without its ending, on every common file system.

    What a name cannot hold stands as in a link: `%2F`. A name that is too long is cut; such a one,
    and one that a file system that ignores case or composes letters may take for another, ends in
    `~` and a digest of the id. So different ids have different names, whatever ids there are.

    Args:
        name: The id.
        also: Letters that are to stand as in a link too.
    """
    plain = _plain(name, _NO_NAME.union(also))
    cut = plain.encode()[:LONGEST].decode(errors="ignore")
    if cut == plain and name == unicodedata.normalize("NFC", name.casefold()):
        return plain
    return f"{cut}~{hashlib.sha256(name.encode()).hexdigest()[:10]}"


def escaped(letter: str) -> str:
    """A letter as in a link: %2F."""
    return "".join(f"%{byte:02X}" for byte in letter.encode())


def _plain(name: str, refused: frozenset[str]) -> str:
    """The id without what a file system refuses, hides, drops or takes for a device."""
    letters = [escaped(one) if one in refused or ord(one) < 32 else one for one in name]
    if name[:1] == "." or name.partition(".")[0].rstrip().lower() in _DEVICES:
        letters[0] = escaped(name[0])
    if name[-1:] in {".", " "}:
        letters[-1] = escaped(name[-1])
    return "".join(letters)
