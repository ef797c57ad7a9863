"""Puts the sheets in place: all are written into a draft beside, which then becomes the folder.

So whoever opens the folder finds the sheets of one version, whole. The folder is the sheets' own: a
file in it shows that, and a folder with anything else in it is refused rather than replaced.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection
from pathlib import Path

from scorecard.drafts import SHEETS_MARK as MARK
from scorecard.drafts import replacing, shown_in
from scorecard.file_names import escaped, file_name
from scorecard.sheets.reading import City, Department, read_cities
from scorecard.sheets.words import Language

CITY = "city"
CHINESE: tuple[Language, ...] = ("zh",)


def write_sheets(
    published: Path,
    folder: Path,
    departments: Collection[str] | None = None,
    progress: Callable[[str], None] | None = None,
    languages: Collection[Language] = CHINESE,
    shown: str = "",
) -> list[Path]:
    """Writes a workbook and a PDF for each department and the city; gives the files.

    They are named `city` and by the departments' ids, in a folder for each assessment where there
    are several. The same published version gives the same bytes. Afterwards the folder holds these
    sheets, and of those that were there the ones of the same mark.

    Args:
        published: The published file, of any kept version.
        folder: Where the sheets go; made, or taken the place of.
        departments: Ids, names or short names of those to write beside the city; None for all.
        progress: Called with a line before each sheet.
        languages: Those of the PDFs, Chinese as `edu.pdf`, English as `edu.en.pdf`. A workbook
            holds both.
        shown: What the folder's mark is to hold, for whoever asks later what it shows.

    Raises:
        ScorecardError: If nothing is published, no Chinese font is installed, the folder holds
            other files, or it cannot be written.
        ConfigurationError: If a department is unknown; names the known.
    """
    with replacing(folder, MARK) as draft:
        cities = read_cities(published, departments)
        if departments is not None:
            shown = _keep_others(folder, draft, shown)
        writer = _Writer(progress or (lambda line: None), languages)
        for city in cities:
            own = draft / file_name(city.assessment.assessment_id) if len(cities) > 1 else draft
            own.mkdir(exist_ok=True)
            writer.write(city, own)
        (draft / MARK).write_text(shown, encoding="utf-8")
        made = sorted(
            path.relative_to(draft)
            for path in draft.rglob("*.*")
            if path.is_file() and path.name != MARK
        )
    return [folder / path for path in made]


def _keep_others(folder: Path, draft: Path, shown: str) -> str:
    """Takes along sheets that show the same, so that a few can be made again; gives the mark."""
    if not shown or shown_in(folder, MARK) != shown:
        return ""  # the folder will not have the sheets of all
    shutil.copytree(folder, draft, dirs_exist_ok=True)
    return shown


class _Writer:
    def __init__(self, progress: Callable[[str], None], languages: Collection[Language]) -> None:
        from scorecard.sheets.document import Press

        self._press = Press()
        self._progress, self._languages = progress, languages

    def write(self, city: City, folder: Path) -> None:
        from scorecard.sheets.city_workbook import write_city_workbook
        from scorecard.sheets.workbook import write_workbook

        self._tell(city, 0, CITY)
        write_city_workbook(folder / f"{CITY}.xlsx", city)
        for language in self._languages:
            pdf = self._press.city(city, language)
            (folder / f"{CITY}{_ending(language)}").write_bytes(pdf)
        for place, department in enumerate(city.asked, 1):
            self._tell(city, place, department.department_id)
            name = _department_name(department)
            write_workbook(folder / f"{name}.xlsx", city, department)
            for language in self._languages:
                pdf = self._press.department(city, department, language)
                (folder / f"{name}{_ending(language)}").write_bytes(pdf)

    def _tell(self, city: City, place: int, name: str) -> None:
        assessment, sheets = city.assessment.assessment_id, len(city.asked) + 1
        self._progress(f"sheets of {assessment}: {place + 1} of {sheets}, {name}")


def _ending(language: Language) -> str:
    return ".pdf" if language == "zh" else f".{language}.pdf"


def _department_name(department: Department) -> str:
    """The name of a department's files: never the city's, and no dot but the ending's in it."""
    name = file_name(department.department_id, also=".")
    return f"{escaped(name[0])}{name[1:]}" if name == CITY else name
