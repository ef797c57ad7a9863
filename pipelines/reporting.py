"""The commands that write pages and sheets from a published file; they never open the warehouse."""

from __future__ import annotations

from collections.abc import Collection

from pipelines.console import Console
from scorecard.contract import labels_of, load_contracts, load_published
from scorecard.reports import Reports, version_file
from scorecard.settings import Settings
from scorecard.sheets import Language


def run_report(settings: Settings, version: str | None) -> None:
    """Writes the pages and the sheets of a kept version and says where they are.

    Raises:
        ConfigurationError: If that version is not kept.
        ScorecardError: If nothing was published, or they cannot be written.
    """
    console = Console()
    reports = _reports(settings, version)
    index = reports.write_site(console.progress)
    console.print_lines([f"pages: {index}"])
    _print_sheets(console, settings, len(reports.write_sheets(progress=console.progress)))


def run_sheets(
    settings: Settings,
    version: str | None,
    departments: Collection[str] | None,
    *,
    english: bool,
) -> None:
    """Writes the sheets of a kept version and says where they are.

    Raises:
        ConfigurationError: If that version is not kept, or a department is unknown.
        ScorecardError: If nothing was published, or they cannot be written.
    """
    console = Console()
    languages: tuple[Language, ...] = ("zh", "en") if english else ("zh",)
    sheets = _reports(settings, version).write_sheets(
        departments or None, console.progress, languages
    )
    _print_sheets(console, settings, len(sheets))


def _reports(settings: Settings, version: str | None) -> Reports:
    labels = labels_of(
        load_contracts(settings.contracts), load_published(settings.contracts / "published")
    )
    return Reports(settings, version_file(settings, version), labels)


def _print_sheets(console: Console, settings: Settings, number: int) -> None:
    console.print_lines([f"sheets: {number} files in {settings.sheets}"])
