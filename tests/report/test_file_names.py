"""Names of files for ids: one each on every file system, short enough, and nowhere else."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from scorecard.file_names import file_name


@pytest.mark.parametrize("name", ["edu", "air-defence", "huaibei-2019", "园林", "1.2.3", "a b"])
def test_a_name_that_a_file_can_have_stays_as_it_is(name: str):
    assert file_name(name) == name


@pytest.mark.parametrize("name", [".", "..", "../edu", "/etc", "a\\b", "con", "NUL", "a.", "\n"])
def test_no_name_leads_out_of_its_folder_or_is_a_device(name: str, tmp_path: Path):
    made = file_name(name)
    (tmp_path / made).write_text(name)
    assert [path.name for path in tmp_path.iterdir()] == [made]
    assert not {"/", "\\"} & set(made)
    assert made.lower() not in {".", "..", "con", "nul"}


def test_ids_that_differ_in_any_way_differ_where_case_and_composition_are_ignored():
    long = "政" * 300
    composed = "\N{LATIN SMALL LETTER E WITH ACUTE}"
    ids = [
        "edu", "EDU", "Edu", "e%64u", composed, unicodedata.normalize("NFD", composed),
        "a/b", "a%2Fb", "a%2fb", long, f"{long}甲", file_name("EDU"), file_name(long),
    ]  # fmt: skip
    assert len({file_name(one).casefold() for one in ids}) == len(ids)


@pytest.mark.parametrize("letter", ["政", "/", "a", "\N{PERSON BOWING DEEPLY}"])
def test_a_long_id_is_cut_to_what_a_file_system_takes_with_any_ending(letter: str, tmp_path: Path):
    made = file_name(letter * 400)
    assert len(made.encode()) <= 200
    (tmp_path / f"{made}.en.pdf").touch()


def test_further_letters_can_be_kept_out():
    assert file_name("edu.en", also=".") == "edu%2Een"
