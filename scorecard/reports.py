"""The pages and the official sheets of one published version, where the home keeps them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from scorecard.errors import ConfigurationError
from scorecard.publication import FILE_NAME
from scorecard.settings import Settings

if TYPE_CHECKING:
    from scorecard.sheets import Language

Progress = Callable[[str], None]
_CHINESE: tuple[Language, ...] = ("zh",)


def version_file(settings: Settings, version: str | None) -> Path:
    """The published file of a kept version, by default of the newest.

    Raises:
        ConfigurationError: If that version is not kept; it names those that are.
    """
    if version is None:
        return settings.published_file
    versions = settings.published / "versions"
    kept = sorted(path.parent.name for path in versions.glob(f"*/{FILE_NAME}"))
    if version not in kept:
        raise ConfigurationError(
            f"no version '{version}' is kept",
            str(settings.published),
            f"kept are: {', '.join(kept) or 'none'}",
        )
    return versions / version / FILE_NAME


class Reports:
    """What is made for people of one published file; each call takes the place of the last one."""

    def __init__(
        self, settings: Settings, published: Path, labels: Mapping[str, tuple[str, str]]
    ) -> None:
        """Takes the labels of datasets and tables in Chinese and English, by name."""
        self._settings = settings
        self._published = published
        self._labels = labels

    def write_site(self, progress: Progress | None = None) -> Path:
        """Writes the pages and gives the first one.

        Raises:
            ScorecardError: If nothing has been published.
        """
        from scorecard.report.site import write_site

        return write_site(self._published, self._settings.site, progress, self._labels)

    def write_sheets(
        self,
        departments: Collection[str] | None = None,
        progress: Progress | None = None,
        languages: Collection[Language] = _CHINESE,
    ) -> list[Path]:
        """Writes a workbook and a PDF for the city and each department, and gives the files.

        Raises:
            ConfigurationError: If a department is unknown.
            ScorecardError: If nothing has been published, or no Chinese font is installed.
        """
        from scorecard.sheets import write_sheets

        return write_sheets(
            self._published, self._settings.sheets, departments, progress, languages
        )
