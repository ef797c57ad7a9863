"""The pages and the official sheets of one published version, where the home keeps them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from scorecard.drafts import SHEETS_MARK, SITE_MARK, shown_in
from scorecard.errors import ConfigurationError
from scorecard.publication import FILE_NAME
from scorecard.published import open_published
from scorecard.settings import PROJECT, Settings

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


SHOWN_ON_SHEETS = (
    "dim_assessment", "dim_department", "dim_indicator", "dim_part", "fct_indicator_score",
    "fct_part_score", "mart_scorecard", "mart_scorecard_level", "mart_section_task",
)  # fmt: skip


class Reports:
    """What is made for people of one published file; each call takes the place of the last one.

    What a folder shows is kept in it: a digest of the tables and of the code that shows them. So a
    night makes again what shows something else, whatever came between: a version held back, a kill,
    pages of an older version, sheets of some departments.
    """

    def __init__(
        self, settings: Settings, published: Path, labels: Mapping[str, tuple[str, str]]
    ) -> None:
        """Takes the labels of datasets and tables in Chinese and English, by name."""
        self._settings = settings
        self._published = published.resolve()  # the link may move on meanwhile
        self._labels = labels

    @property
    def site_is_current(self) -> bool:
        """Whether the pages that stand there show what the published file holds."""
        return shown_in(self._settings.site, SITE_MARK) == self._on_pages

    @property
    def sheets_are_current(self) -> bool:
        """Whether the sheets that stand there are all, and show what the published file holds."""
        return shown_in(self._settings.sheets, SHEETS_MARK) == self._on_sheets

    @cached_property
    def _on_pages(self) -> str:
        return self._digest("report", None)

    @cached_property
    def _on_sheets(self) -> str:
        return self._digest("sheets", SHOWN_ON_SHEETS)

    def _digest(self, folder: str, tables: Collection[str] | None) -> str:
        """A digest of tables, by default all, and of the code and the labels that show them."""
        digest = hashlib.sha256()
        code = PROJECT / "scorecard"
        for file in sorted([*code.glob("*.py"), *(code / folder).rglob("*.*")]):
            if file.suffix != ".pyc":
                digest.update(file.read_bytes())
        digest.update(f"{sorted(self._labels.items())} {version('plotly')}".encode())
        with open_published(self._published) as published:
            found = [row["name"] for row in published.rows(_TABLES)]
            for name in sorted(found if tables is None else set(tables).intersection(found)):
                [row] = published.rows(
                    "select count(*) as rows, sum(cast(hash(row_) as hugeint)) as hash "
                    f'from "{name}" as row_'
                )
                digest.update(f"{name} {row}".encode())
        return digest.hexdigest()

    def write_site(self, progress: Progress | None = None) -> Path:
        """Writes the pages and gives the first one.

        Raises:
            ScorecardError: If nothing has been published.
        """
        from scorecard.report.site import write_site

        return write_site(
            self._published, self._settings.site, progress, self._labels, self._on_pages
        )

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
            self._published,
            self._settings.sheets,
            departments,
            progress,
            languages,
            self._on_sheets,
        )


_TABLES = "select table_name as name from duckdb_tables()"
