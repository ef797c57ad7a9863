"""What the report reads of a published file: all of its SQL, and nothing about pages."""

from scorecard.report.reading.assessment import Reading, read_assessment, read_assessments
from scorecard.report.reading.data import Sources, read_sources
from scorecard.report.reading.published import Published, Row, open_published

__all__ = [
    "Published",
    "Reading",
    "Row",
    "Sources",
    "open_published",
    "read_assessment",
    "read_assessments",
    "read_sources",
]
