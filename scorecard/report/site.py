"""Writes the report site of one published file: into a draft folder, which then takes its place.

The same published file gives the same bytes: nothing here looks at a clock. 60 departments with
their sections and 35 indicators are some 400 pages.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

from scorecard.drafts import SITE_MARK, replacing
from scorecard.file_names import file_name
from scorecard.report.pages.city import city_page
from scorecard.report.pages.data import data_page
from scorecard.report.pages.department import department_pages
from scorecard.report.pages.front import front_page
from scorecard.report.pages.indicator import indicator_pages
from scorecard.report.pages.page import Links, Page, links_of
from scorecard.report.pages.section import section_pages
from scorecard.report.reading import (
    Reading,
    Sources,
    read_published,
)
from scorecard.report.render import environment
from scorecard.report.shared import shared_script

ASSETS = Path(__file__).with_name("assets")
INDEX = "index.html"
_NEEDLESS = re.compile(r"</(?:td|th|tr|option)>\s*|(?<=\n)\s+")
_QUOTED = re.compile(r' (lang|class|scope|href|data-(?!fact)[a-z]+)="([a-zA-Z0-9./#-]+)"(?=[ >])')
Names = Mapping[str, tuple[str, str]]


def write_site(
    published: Path,
    folder: Path,
    progress: Callable[[str], None] | None = None,
    dataset_names: Names | None = None,
    shown: str = "",
) -> Path:
    """Writes the site and gives its front page.

    Args:
        published: The published DuckDB file of any version.
        folder: Where the site is to stand; what stands there is replaced once the new one is whole.
        progress: Told what is being written.
        dataset_names: Chinese and English names of datasets, which the published file knows by
            their ids only; an id without a name is shown as it is.
        shown: What the folder's mark is to hold, for whoever asks later what it shows.

    Raises:
        ScorecardError: If nothing has been published, or the folder holds other files.
    """
    tell = progress or (lambda text: None)
    with replacing(folder, SITE_MARK) as draft:
        readings, sources = read_published(published)
        _write_assets(draft / "assets")
        _Writer(draft, sources, dataset_names or {}).write(readings, tell)
        (draft / SITE_MARK).write_text(shown, encoding="utf-8")
    return folder / INDEX


def _write_assets(folder: Path) -> None:
    folder.mkdir()
    for asset in sorted(ASSETS.iterdir()):
        shutil.copyfile(asset, folder / asset.name)
    script = files("plotly") / "package_data" / "plotly.min.js"
    (folder / "plotly.min.js").write_bytes(script.read_bytes())


class _Writer:
    """Writes pages into a draft; one assessment stands at its root, several in folders."""

    def __init__(self, draft: Path, sources: Sources, names: Names) -> None:
        self.draft, self.sources, self.names = draft, sources, names

    def write(self, readings: list[Reading], tell: Callable[[str], None]) -> None:
        several = len(readings) > 1
        folders = [_folder(reading) if several else "" for reading in readings]
        feeds: dict[str, list[Any]] = {}
        for reading, folder in zip(readings, folders, strict=True):
            links = links_of(reading)
            tell(f"{reading.assessment['assessment_id']}: {len(reading.departments)} departments")
            self._write_assessment(reading, links, folder, several)
            self._add_feeds(feeds, reading, links, folder)
        if several:
            self._write_page(front_page(readings, [quote(f) for f in folders]), "", several, None)
        links_at_root = None if several else links_of(readings[0])
        page = data_page(
            self.sources, readings, [quote(f) for f in folders], feeds, None if several else ""
        )
        self._write_page(page, "", several, links_at_root)

    def _write_assessment(self, reading: Reading, links: Links, folder: str, several: bool) -> None:
        for kind in ("departments", "sections", "indicators"):
            (self.draft / folder / kind).mkdir(parents=True, exist_ok=True)
        (self.draft / folder / "shared.js").write_text(
            shared_script(reading, links), encoding="utf-8"
        )
        for page in _pages(reading, links, self.sources):
            self._write_page(page, folder, several, links)

    def _add_feeds(
        self, feeds: dict[str, list[Any]], reading: Reading, links: Links, folder: str
    ) -> None:
        own = reading.assessment["assessment_id"]
        for row in self.sources.feeds:
            if row["assessment_id"] == own:
                code = row["indicator_code"]
                address = quote(folder) + links.indicator(code)
                feeds.setdefault(row["dataset"], []).append((own, code, address))

    def _write_page(self, page: Page, folder: str, several: bool, links: Links | None) -> None:
        path = folder + page.path
        text = (
            environment()
            .get_template(page.template)
            .render(
                page.shown,
                title=page.title,
                charts=page.charts,
                home=page.home,
                top="../" * path.count("/"),
                here=page.path,
                several=several,
                links=links,
                dataset_names=self.names,
            )
        )
        (self.draft / path).write_text(_lean(text), encoding="utf-8", newline="\n")


def _folder(reading: Reading) -> str:
    return f"{file_name(reading.assessment['assessment_id'])}/"


def _pages(reading: Reading, links: Links, sources: Sources) -> Iterator[Page]:
    yield city_page(reading, sources)
    yield from department_pages(reading, links)
    yield from section_pages(reading, links)
    yield from indicator_pages(reading, links)


def _lean(page: str) -> str:
    """The page without end tags, quotes and empty lines that HTML lets out: 1 MB of 400 pages."""
    return _QUOTED.sub(r" \1=\2", _NEEDLESS.sub("", page))
