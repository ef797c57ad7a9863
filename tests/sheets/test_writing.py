"""Where the sheets go: whole folders for whole folders, the same bytes, nobody else's files."""

from __future__ import annotations

from pathlib import Path

import pytest

from scorecard.errors import ConfigurationError, ScorecardError
from scorecard.sheets import document, write_sheets
from tests.sheets.conftest import Made, copied


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def names(folder: Path) -> list[str]:
    return [name for name in contents(folder) if not name.startswith(".")]


def test_each_department_and_the_city_get_a_workbook_and_pdfs(plain: Made):
    each = ("city", "edu", "park", "tax")
    assert names(plain.sheets) == sorted(
        f"{name}.{ending}" for name in each for ending in ("en.pdf", "pdf", "xlsx")
    )


def test_the_same_version_gives_the_same_bytes(plain: Made, tmp_path: Path):
    told: list[str] = []
    made = write_sheets(
        plain.file, tmp_path / "again", progress=told.append, languages=("zh", "en")
    )
    assert contents(tmp_path / "again") == contents(plain.sheets)
    assert [str(path.relative_to(tmp_path / "again")) for path in made] == names(plain.sheets)
    assert told[0] == "sheets of huaibei-2019: 1 of 4, city"
    assert len(told) == 4


@pytest.mark.parametrize("named", ["edu", "淮北市教育局", "教育局"])
def test_one_department_can_be_asked_for_by_id_or_name(plain: Made, tmp_path: Path, named: str):
    write_sheets(plain.file, tmp_path / "sheets", [named])
    assert names(tmp_path / "sheets") == ["city.pdf", "city.xlsx", "edu.pdf", "edu.xlsx"]
    for name, content in contents(tmp_path / "sheets").items():
        assert content == contents(plain.sheets)[name]


def test_an_unknown_department_is_an_error_that_names_the_known(plain: Made, tmp_path: Path):
    with pytest.raises(ConfigurationError, match="known: edu 教育局, park 园林中心, tax 税务局"):
        write_sheets(plain.file, tmp_path / "sheets", ["education"])
    assert list(tmp_path.iterdir()) == []


def test_new_sheets_take_the_place_of_the_old_ones(plain: Made, tmp_path: Path):
    folder = tmp_path / "sheets"
    write_sheets(plain.file, folder, ["edu"])
    write_sheets(plain.file, folder, ["tax"])
    assert names(folder) == ["city.pdf", "city.xlsx", "tax.pdf", "tax.xlsx"]
    assert [path.name for path in tmp_path.iterdir()] == ["sheets"], "no draft is left"


def test_a_folder_with_other_files_is_refused_and_left_alone(plain: Made, tmp_path: Path):
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(ScorecardError, match="holds other files"):
        write_sheets(plain.file, tmp_path)
    assert contents(tmp_path) == {"letter.txt": b"mine"}


def test_an_empty_folder_is_taken(plain: Made, tmp_path: Path):
    write_sheets(plain.file, tmp_path / "new" / "sheets", [])
    (tmp_path / "empty").mkdir()
    write_sheets(plain.file, tmp_path / "empty", [])
    assert names(tmp_path / "empty") == names(tmp_path / "new" / "sheets")


def test_a_failure_leaves_the_old_sheets_whole(
    plain: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = tmp_path / "sheets"
    write_sheets(plain.file, folder, ["edu"])
    before = contents(folder)

    def full(*_: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(document.Press, "department", full)
    with pytest.raises(ScorecardError, match="No space left on device"):
        write_sheets(plain.file, folder, ["tax"])
    assert contents(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["sheets"]


def test_what_a_killed_run_left_is_cleared_or_put_back(plain: Made, tmp_path: Path):
    folder = tmp_path / "sheets"
    write_sheets(plain.file, folder, [])
    folder.rename(tmp_path / ".sheets.old")
    (tmp_path / ".sheets.draft").mkdir()
    (tmp_path / ".sheets.draft" / "half.pdf").write_bytes(b"half")
    with pytest.raises(ConfigurationError):
        write_sheets(plain.file, folder, ["nobody"])
    write_sheets(plain.file, folder, [])
    assert names(folder) == ["city.pdf", "city.xlsx"]
    assert [path.name for path in tmp_path.iterdir()] == ["sheets"]


def test_several_assessments_get_a_folder_each(plain: Made, tmp_path: Path):
    tables = [
        name
        for (name,) in plain.rows(
            "select table_name from duckdb_columns() where column_name = 'assessment_id'"
        )
    ]
    file = copied(
        plain.file, tmp_path / "published",
        {
            f"insert into {table} select 'second/2020' as assessment_id, "
            f"* exclude (assessment_id) from {table}": ()
            for table in tables
        },
    )  # fmt: skip
    write_sheets(file, tmp_path / "sheets", ["edu"])
    each = ("city.pdf", "city.xlsx", "edu.pdf", "edu.xlsx")
    assert names(tmp_path / "sheets") == sorted(
        f"{folder}/{name}" for folder in ("huaibei-2019", "second%2F2020") for name in each
    )


def test_ids_never_lead_out_of_the_folder_nor_take_the_city_s_name(plain: Made, tmp_path: Path):
    renamed = {"edu": "../edu", "tax": "city", "park": "园林"}
    file = copied(
        plain.file, tmp_path / "published",
        {
            f"update {table} set department_id = '{new}' where department_id = '{old}'": ()
            for table in ("dim_department", "mart_scorecard", "mart_scorecard_level")
            for old, new in renamed.items()
        },
    )  # fmt: skip
    write_sheets(file, tmp_path / "sheets")
    found = [name for name in names(tmp_path / "sheets") if name.endswith(".xlsx")]
    assert sorted(found) == ["%2E%2E%2Fedu.xlsx", "%63ity.xlsx", "city.xlsx", "园林.xlsx"]


def test_an_english_sheet_is_no_other_department_s(plain: Made, tmp_path: Path):
    file = copied(
        plain.file, tmp_path / "published",
        {
            f"update {table} set department_id = 'edu.en' where department_id = 'tax'": ()
            for table in ("dim_department", "mart_scorecard", "mart_scorecard_level")
        },
    )  # fmt: skip
    write_sheets(file, tmp_path / "sheets", ["edu", "edu.en"], languages=("zh", "en"))
    assert names(tmp_path / "sheets") == sorted(
        f"{name}.{ending}"
        for name in ("city", "edu", "edu%2Een")
        for ending in ("en.pdf", "pdf", "xlsx")
    )


def test_before_anything_is_published_the_mend_is_told(tmp_path: Path):
    with pytest.raises(ScorecardError, match="nothing is published yet"):
        write_sheets(tmp_path / "scorecard.duckdb", tmp_path / "sheets")


def test_a_file_in_no_version_s_folder_is_refused(plain: Made, tmp_path: Path):
    stray = tmp_path / "stray" / "scorecard.duckdb"
    stray.parent.mkdir()
    stray.write_bytes(plain.file.read_bytes())
    with pytest.raises(ScorecardError, match="no published version"):
        write_sheets(stray, tmp_path / "sheets")


def test_the_published_file_is_left_as_it_is(plain: Made, tmp_path: Path):
    file = copied(plain.file, tmp_path / "published", {})
    before = file.read_bytes()
    file.chmod(0o444)
    write_sheets(file, tmp_path / "sheets", ["edu"])
    assert file.read_bytes() == before
