"""The site as files: whole or not there, the same bytes again, every link leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from scorecard.drafts import SITE_MARK
from scorecard.errors import ScorecardError
from scorecard.report import site as writing
from scorecard.report.site import write_site
from scorecard.report.words import CODES, WORDS
from scorecard.settings import PROJECT
from tests.report.pages import Site

REPORT = PROJECT / "scorecard" / "report"


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def broken_links(site: Site) -> list[str]:
    """Links of all pages that lead to no file of the site, or to nothing within it."""
    pages = {
        path: site.page(str(path.relative_to(site.folder))) for path in site.folder.rglob("*.html")
    }
    broken = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            there = target.is_file() and target.is_relative_to(site.folder)
            if (
                parts.scheme
                or not there
                or (parts.fragment and unquote(parts.fragment) not in pages[target].ids)
            ):
                broken.append(f"{path.name}: {link}")
    return broken  # fmt: skip


def test_every_link_leads_to_a_page_or_a_place_in_it(site: Site):
    assert not broken_links(site)


def test_each_department_section_and_indicator_has_a_page(site: Site):
    for table, folder in (("department", "departments"), ("indicator", "indicators")):
        names = {
            row[f"{table}_{'id' if table == 'department' else 'code'}"]
            for row in site.read(f"from dim_{table}")
        }
        assert {path.stem for path in (site.folder / folder).iterdir()} == names
    [sections] = site.read(
        "select count(distinct (department_id, section_id)) as n from mart_section_task"
    )
    assert len(list((site.folder / "sections").iterdir())) == sections["n"]  # fmt: skip


def test_the_same_published_file_gives_the_same_bytes(site: Site, tmp_path: Path):
    write_site(site.published, tmp_path / "again")
    assert files_of(tmp_path / "again") == files_of(site.folder)


def test_a_new_site_takes_the_old_one_s_place_whole(site: Site, tmp_path: Path):
    folder = tmp_path / "reports" / "site"
    (folder / "departments").mkdir(parents=True)
    (folder / "departments" / "abolished.html").write_text("old")
    (folder / "index.html").write_text("old")
    (folder / SITE_MARK).write_text("")
    assert write_site(site.published, folder) == folder / "index.html"
    assert files_of(folder) == files_of(site.folder)
    assert [path.name for path in folder.parent.iterdir()] == ["site"]


def test_a_site_that_cannot_be_finished_leaves_the_old_one(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "index.html").write_text("old")
    (folder / SITE_MARK).write_text("")

    def full(sources: object, *rest: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(writing, "data_page", full)
    with pytest.raises(ScorecardError, match="no space"):
        write_site(site.published, folder)
    assert files_of(tmp_path) == {"site/index.html": b"old", f"site/{SITE_MARK}": b""}


def test_before_the_first_night_the_error_says_what_to_run(tmp_path: Path):
    with pytest.raises(ScorecardError, match=r"nothing is published.*scorecard nightly"):
        write_site(tmp_path / "scorecard.duckdb", tmp_path / "site")
    assert not list(tmp_path.iterdir())


def test_a_version_without_what_would_win_points_back_says_so(altered, site: Site, tmp_path: Path):
    file = altered("drop table mart_gain")
    write_site(file, tmp_path / "site")
    older = Site(tmp_path / "site", file)
    page = older.page("departments/edu.html")
    assert "table-gains" not in page.tables
    assert WORDS["older"][0] in page.text
    rows = older.read(
        "select distinct missing_zh from mart_section_task "
        "where department_id = 'edu' and section_id = 'info' and role = 'lead' and lost > 0"
    )
    told = {row["missing"] for row in older.page("sections/edu-info.html").tables["table-tasks"]}
    assert rows
    assert {row["missing_zh"] for row in rows} <= told
    assert not broken_links(older)


def test_the_rule_is_told_in_the_rulebook_s_words_where_the_version_has_them(
    altered, tmp_path: Path
):
    file = altered(
        "update dim_rule set rule_zh = '按挂接比例计分。', rule_en = 'Of <all> mounted.'",
    )
    write_site(file, tmp_path / "site")
    text = Site(tmp_path / "site", file).page("indicators/021.html").text
    assert "按挂接比例计分。" in text
    assert "Of &lt;all&gt; mounted." in text


def test_several_assessments_have_a_folder_each_and_a_choice(altered, tmp_path: Path):
    tables = [
        "dim_assessment", "dim_indicator", "dim_part", "dim_rule", "fct_indicator_score",
        "fct_part_score", "fct_part_source", "fct_score_history", "mart_outage",
        "mart_scorecard", "mart_scorecard_level", "mart_section_task", "mart_gain",
    ]  # fmt: skip
    file = altered(
        *(
            f"insert into {name} select * replace ('trial 2020' as assessment_id) from {name}"
            for name in tables
        )
    )
    write_site(file, tmp_path / "site")
    several = Site(tmp_path / "site", file)
    front = several.page("index.html")
    assert {"huaibei-2019/index.html", "trial%202020/index.html"} <= set(front.links)
    assert (several.folder / "trial 2020" / "departments" / "edu.html").is_file()
    assert len(list(several.folder.rglob("plotly.min.js"))) == 1
    assert not broken_links(several)


def test_ids_that_are_no_file_names_still_have_their_pages(altered, tmp_path: Path):
    columns = ("mart_scorecard", "mart_scorecard_level", "mart_section_task", "mart_gain",
               "mart_outage", "dim_department", "dim_section", "fct_indicator_score",
               "fct_part_score", "fct_score_history", "fct_part_source")  # fmt: skip
    file = altered(
        *(
            f"update {table} set department_id = '../教育 <b>&\"局' where department_id = 'edu'"
            for table in columns
        )
    )
    write_site(file, tmp_path / "site")
    odd = Site(tmp_path / "site", file)
    assert sorted(path.name for path in tmp_path.iterdir()) == [file.parent.name, "site"]
    assert not broken_links(odd)
    assert "../教育 <b>" not in odd.page("index.html").text.replace("\\u003c", "<!")


def test_ids_that_are_long_or_differ_in_case_alone_have_a_page_each(
    altered, site: Site, tmp_path: Path
):
    long = "电子政务" * 40
    old = [row["department_id"] for row in site.read("from dim_department order by all")]
    new = [f"{long}甲", f"{long}乙", "Parks", "parks"]
    renamed = dict(zip(old, new, strict=False))
    tables = ("mart_scorecard", "mart_scorecard_level", "mart_section_task", "mart_gain",
              "mart_outage", "dim_department", "dim_section", "fct_indicator_score",
              "fct_part_score", "fct_score_history", "fct_part_source")  # fmt: skip
    file = altered(
        *(
            f"update {table} set department_id = '{new}' where department_id = '{old}'"
            for table in tables
            for old, new in renamed.items()
        )
    )
    write_site(file, tmp_path / "site")
    renewed = Site(tmp_path / "site", file)
    assert not broken_links(renewed)
    names = [path.name for path in (renewed.folder / "departments").iterdir()]
    assert len({name.casefold() for name in names}) == len(old)


def test_lost_points_that_nothing_wins_back_are_not_called_none(altered, tmp_path: Path):
    write_site(altered("delete from mart_gain"), tmp_path / "site")
    text = (tmp_path / "site" / "departments" / "edu.html").read_text(encoding="utf-8")
    assert WORDS["no_way_back"][0] in text
    assert WORDS["nothing_lost"][0] not in text


def test_nothing_outside_the_site_is_named_in_it(site: Site):
    for path, data in files_of(site.folder).items():
        if path == "assets/plotly.min.js":
            continue
        addresses = set(re.findall(rb"(?:https?:)?//[a-z0-9.-]+\.[a-z]+", data))
        assert addresses <= {b"http://www.w3.org"}, path


def test_only_the_readings_know_sql():
    for path in REPORT.rglob("*.py"):
        if path.parent.name != "reading":
            text = path.read_text(encoding="utf-8").lower()
            assert not re.search(r"\bselect\b[^.]*\bfrom\b", text), path


def test_every_word_has_both_languages():
    pairs = [*WORDS.values(), *(pair for words in CODES.values() for pair in words.values())]
    assert all(zh.strip() and en.strip() for zh, en in pairs)


def test_no_name_of_a_person_and_no_full_code_is_in_the_site(site: Site):
    """Identity numbers and credit codes are long; what a page shows of a value is masked."""
    for path, data in files_of(site.folder).items():
        if path.endswith(".html"):
            assert not re.search(rb"(?<![0-9a-f])\d{17}[\dXx](?![0-9a-f])", data), path
