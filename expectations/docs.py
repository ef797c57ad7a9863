"""The Data Docs of a judgement: a page for each dataset and score table, and an index.

Great Expectations renders what it measured, the templates here show it: its own pages load styles
and scripts from the internet, which a government network does not reach, and put delivered text on
the page unescaped. These load nothing and escape everything.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from expectations.check import SEVERITIES
from expectations.judge import MAX_EXAMPLES, Judged, Judgement
from scorecard.clock import TIME_ZONE
from scorecard.drafts import replacing
from scorecard.quality.state import KINDS
from scorecard.quality.state import SEVERITIES as SEVERITY_NAMES

TEMPLATES = Path(__file__).parent / "templates"
INDEX = "index.html"


@dataclass(frozen=True, slots=True)
class _Page:
    """One subject with its checks, the worst first."""

    subject: str
    label_zh: str
    label_en: str
    judged: Sequence[Judged]

    @property
    def file(self) -> str:
        return f"{self.subject}.html"

    @property
    def failed(self) -> list[Judged]:
        return [judged for judged in self.judged if not judged.verdict.passed]

    @property
    def passed(self) -> list[Judged]:
        return [judged for judged in self.judged if judged.verdict.passed]

    @property
    def blocks(self) -> bool:
        return any(judged.verdict.blocks for judged in self.judged)

    @property
    def is_score(self) -> bool:
        """Checks of scores may block, those of datasets never do."""
        return any(judged.check.is_blocking for judged in self.judged)

    @property
    def severities(self) -> list[str]:
        return sorted({judged.verdict.severity for judged in self.judged})


def write_docs(
    judgement: Judgement,
    folder: Path,
    *,
    labels: Mapping[str, tuple[str, str]],
    as_of: dt.date,
    judged_at: dt.datetime,
) -> Path:
    """Replaces the folder by the pages of this judgement; gives the index page.

    Args:
        judgement: What to show.
        folder: Where the pages go; it holds nothing else.
        labels: Chinese and English label of every subject.
        as_of: The day that the judged scores are about.
        judged_at: The moment of the judgement, with its zone.

    Raises:
        ScorecardError: If the folder holds other files, or it cannot be written.
    """
    pages = _pages(judgement, labels)
    shown = {
        "as_of": as_of.isoformat(),
        "judged_at": f"{judged_at.astimezone(TIME_ZONE):%Y-%m-%d %H:%M:%S}",
        "index": INDEX,
        "kinds": {kind: f"{name.split()[0]} {kind}" for kind, name in KINDS.items()},
        "severity_names": SEVERITY_NAMES,
        "severity_reasons": SEVERITIES,
        "max_examples": MAX_EXAMPLES,
        "library_version": version("great-expectations"),
    }
    with replacing(folder, INDEX) as draft:
        for name, text in _render(pages, shown):
            (draft / name).write_text(text, encoding="utf-8")
    return folder / INDEX


def _pages(judgement: Judgement, labels: Mapping[str, tuple[str, str]]) -> list[_Page]:
    """Those that block publishing first, then those that fail at all, else as given."""
    by_subject: dict[str, list[Judged]] = {}
    for judged in judgement.judged:
        by_subject.setdefault(judged.check.subject, []).append(judged)
    pages = [
        _Page(
            subject,
            *labels[subject],
            sorted(own, key=lambda j: (j.verdict.passed, not j.verdict.blocks)),
        )
        for subject, own in by_subject.items()
    ]
    return sorted(pages, key=lambda page: (not page.blocks, not page.failed))


def _render(pages: Sequence[_Page], shown: Mapping[str, object]) -> list[tuple[str, str]]:
    from jinja2 import Environment, FileSystemLoader

    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
    subject = environment.get_template("subject.html")
    totals = Counter(judged.verdict.passed for page in pages for judged in page.judged)
    index = environment.get_template("index.html").render(
        pages=pages, failed=totals[False], passed=totals[True], **shown
    )
    return [(INDEX, index), *((page.file, subject.render(page=page, **shown)) for page in pages)]
