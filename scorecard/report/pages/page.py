"""One page to be written, and how pages find each other.

Paths are relative, so that the site opens from any folder and below any address.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from scorecard.file_names import file_name
from scorecard.report.reading import Reading

Pair = tuple[str, str]


@dataclass(frozen=True)
class Page:
    """One page: where it goes, its template, its title and what it shows.

    `home` leads from it to its assessment's folder, None on pages of no assessment.
    """

    path: str
    template: str
    title: Pair
    shown: dict[str, Any] = field(default_factory=dict)
    charts: dict[str, Any] = field(default_factory=dict)
    home: str | None = ""


@dataclass(frozen=True)
class Links:
    """The pages of one assessment, relative to its folder. Ids may hold any character."""

    departments: dict[str, str]
    sections: dict[tuple[str, str], str]
    indicators: dict[str, str]

    def department(self, department_id: str) -> str:
        """The address of a department's page."""
        return _address(self.departments[department_id])

    def section(self, department_id: str, section_id: str) -> str:
        """The address of a section's page."""
        return _address(self.sections[department_id, section_id])

    def indicator(self, code: str) -> str:
        """The address of an indicator's page."""
        return _address(self.indicators[code])


def links_of(reading: Reading) -> Links:
    """The pages that an assessment has."""
    sections = [
        (row["department_id"], row["section_id"])
        for rows in reading.sections_by_department.values()
        for row in rows
    ]
    departments = [row["department_id"] for row in reading.departments]
    codes = [row["indicator_code"] for row in reading.indicators]
    return Links(
        dict(zip(departments, _paths("departments", departments), strict=True)),
        dict(zip(sections, _paths("sections", map("-".join, sections)), strict=True)),
        dict(zip(codes, _paths("indicators", codes), strict=True)),
    )


def _paths(folder: str, names: Iterable[str]) -> list[str]:
    """Their pages; two ids put together may give the same name: `a-b` and `c`, `a` and `b-c`."""
    taken: set[str] = set()
    paths = []
    for name in names:
        stem = file_name(name)
        while stem in taken:
            stem += "~"
        taken.add(stem)
        paths.append(f"{folder}/{stem}.html")
    return paths


def _address(path: str) -> str:
    return quote(path)
