"""The Chinese fonts of the PDFs: found among the system's, or an error that names the package."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from scorecard.errors import ScorecardError

SONG = (
    "Noto Serif CJK SC", "Source Han Serif SC", "Source Han Serif CN", "Noto Serif SC",
    "SimSun", "NSimSun", "STSong", "Songti SC", "FangSong", "FangSong_GB2312", "STFangsong",
)  # fmt: skip
HEI = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN", "Noto Sans SC", "SimHei",
    "Microsoft YaHei", "STHeiti", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei",
    "Droid Sans Fallback",
)  # fmt: skip
"""By preference; the free ones first, so that machines that have them make the same pages."""


class Fonts(NamedTuple):
    """Families for the text and for headings."""

    body: str
    heading: str


def choose(families: Collection[str]) -> Fonts:
    """The fonts to set a sheet in, of those that are installed.

    Raises:
        ScorecardError: If none of them shows Chinese.
    """
    song = [name for name in SONG if name in families]
    hei = [name for name in HEI if name in families]
    if not song and not hei:
        raise ScorecardError(
            "no font that shows Chinese is installed, and the PDFs would be empty boxes",
            "sheets",
            "install one, such as the package fonts-noto-cjk of Debian and Ubuntu or "
            "google-noto-serif-cjk-fonts of Fedora, or put the file of one into "
            "~/.local/share/fonts",
        )
    return Fonts((song or hei)[0], (hei or song)[0])
