"""What the report reads of a published file: all of its SQL, and nothing about pages."""

from pathlib import Path

from scorecard.published import Row, open_published
from scorecard.report.reading.assessment import Reading, read_assessment, read_assessments
from scorecard.report.reading.data import Sources, read_sources
from scorecard.report.reading.sql import MACROS, REACH

__all__ = ["REACH", "Reading", "Row", "Sources", "read_published"]


def read_published(file: Path) -> tuple[list[Reading], Sources]:
    """Every assessment of a published file, and what it says of datasets.

    Raises:
        ScorecardError: If nothing has been published there.
    """
    with open_published(file) as published:
        published.connection.execute(MACROS)
        readings = [read_assessment(published, name) for name in read_assessments(published)]
        return readings, read_sources(published)
