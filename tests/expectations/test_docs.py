"""The Data Docs as files: what a reader without internet opens."""

from __future__ import annotations

import datetime as dt
import os
import re
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest

from expectations.check import SEVERITIES, Check
from expectations.docs import write_docs
from expectations.judge import judge
from scorecard.errors import ScorecardError

HOSTILE = "<script>alert('x')</script>&<b>"
LABELS = {
    "certificates": ("电子证照", "Certificates"),
    "credit_records": ("信用信息归集记录", "Credit records"),
    "sections": ("科室", f"Sections {HOSTILE}"),
    "mart_scorecard": ("部门总分", "Scorecard"),
    "fct_part_score": ("评分项得分", "Part scores"),
}
AS_OF = dt.date(2020, 3, 31)
JUDGED_AT = dt.datetime(2020, 3, 31, 18, 0, 3, tzinfo=dt.UTC)


def total(subject, name, column="breaches", **more):
    arguments = {"column": column, "min_value": 0, "max_value": 0}
    return Check(
        subject, name, "completeness", "ExpectColumnSumToBeBetween", arguments,
        f"{name}须为零", f"{name} is none", **more,
    )  # fmt: skip


def known(subject):
    return Check(
        subject, "status_known", "validity", "ExpectColumnSumToBeBetween",
        {"column": "unknown", "min_value": 0, "max_value": 0}, f"状态须合规 {HOSTILE}",
        f"The status is known {HOSTILE}", severity="error", observed_from="status",
        tolerance_because=f"2019 年实测 / measured in 2019 {HOSTILE}",
        sql=f"status <> '{HOSTILE}'",
    )  # fmt: skip


CHECKS = [
    total("certificates", "values_present"),
    total("credit_records", "keys_unique", "none"),
    total("credit_records", "references_known"),
    total("sections", "values_present", "none"),
    total("mart_scorecard", "totals_add_up", "none", severity="error"),
    known("fct_part_score"),
]


def judgement(unknown=1):
    query = "select 12 breaches, 0 as none, $1 status, $2 unknown from range(2)"
    frame = duckdb.connect().execute(query, [HOSTILE, unknown]).df()
    frames = {check.subject: frame for check in CHECKS} | {"certificates": frame.assign(breaches=0)}
    return judge(frames, CHECKS, lambda check: [f"record_id=r{n}{HOSTILE}" for n in range(25)])


@pytest.fixture(scope="module")
def judged():
    return judgement()


def write(judged, folder, labels=LABELS):
    return write_docs(judged, folder, labels=labels, as_of=AS_OF, judged_at=JUDGED_AT)


@pytest.fixture
def site(judged, tmp_path):
    return write(judged, tmp_path / "quality").parent


class Page(HTMLParser):
    """What a page shows, refers to and can be referred to by."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links, self.loads, self.ids, self.tags, self.shown = [], [], set(), set(), []
        self.feed(path.read_text(encoding="utf-8"))
        self.text = re.sub(r"\s+", " ", " ".join(self.shown))

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        given = dict(attrs)
        self.ids.add(given.get("id"))
        if tag == "a":
            self.links.append(given["href"])
        elif {"src", "href", "data", "poster", "srcset"} & set(given):
            self.loads.append((tag, given))

    def handle_data(self, data):
        if self.cdata_elem != "style":
            self.shown.append(data)


def test_every_subject_has_a_page_and_the_index_leads_to_all(site):
    pages = {f"{subject}.html" for subject in LABELS}
    index = Page(site / "index.html")

    assert {path.name for path in site.iterdir()} == {"index.html", *pages}
    assert {link for link in index.links if "#" not in link} == pages
    assert all(label in index.text for labels in LABELS.values() for label in labels)


def test_every_reference_leads_to_a_place_that_exists(site):
    for path in site.iterdir():
        for link in Page(path).links:
            name, _, place = link.partition("#")
            assert (site / name).is_file()
            assert not place or place in Page(site / name).ids


def test_the_pages_load_nothing_from_anywhere(site):
    for path in site.iterdir():
        text, page = path.read_text(encoding="utf-8"), Page(path)
        assert not re.search(r"https?://|['\"(]//|@import|url\(", text)
        assert page.loads == []
        assert page.tags.isdisjoint({"script", "link", "img", "iframe", "object"})


def test_labels_reasons_values_and_examples_are_escaped(site):
    page = Page(site / "fct_part_score.html")
    texts = [path.read_text(encoding="utf-8") for path in site.iterdir()]

    assert all("<script" not in text and "alert('x')" not in text for text in texts)
    assert f"状态须合规 {HOSTILE}" in page.text
    assert f"观测 Observed {HOSTILE}" in page.text
    assert f"measured in 2019 {HOSTILE}" in page.text
    assert f"status <> '{HOSTILE}'" in page.text
    assert f"record_id=r0{HOSTILE}" in page.text


def test_what_fails_stands_first_on_the_index_and_on_its_page(site):
    pages = [link for link in Page(site / "index.html").links if "#" not in link]
    assert pages == [
        "fct_part_score.html",
        "mart_scorecard.html",
        "credit_records.html",
        "certificates.html",
        "sections.html",
    ]

    text = Page(site / "credit_records.html").text
    assert text.index("references_known须为零") < text.index("keys_unique须为零")


def test_the_index_counts_what_failed_and_passed(site):
    text = Page(site / "index.html").text

    assert "2 项未通过 checks failed" in text
    assert "4 项通过 checks passed" in text
    assert "2 / 5 张表有未通过项 tables with a failure" in text


def test_a_page_says_what_was_judged_and_found_and_why_it_matters(site):
    text = Page(site / "credit_records.html").text

    assert "信用信息归集记录 Credit records" in text
    assert "数据截至 as of 2020-03-31" in text
    assert "检查时间 judged at 2020-04-01 02:00:03 (北京时间 UTC+8)" in text
    assert "references_known须为零 references_known is none" in text
    assert all(reason in text for reason in SEVERITIES["warn"])
    assert "观测 Observed 24 应为 Expected 0" in text
    assert "ExpectColumnSumToBeBetween(column=breaches, min_value=0, max_value=0)" in text


def test_every_limit_is_shown_with_its_reason_and_every_rule_with_its_sql(site):
    text = Page(site / "fct_part_score.html").text

    assert "限值依据 Why this limit : 2019 年实测 / measured in 2019" in text
    assert "规则 Rule : status <>" in text
    assert "限值依据" not in Page(site / "credit_records.html").text


def test_the_index_gives_the_reason_of_each_severity(site):
    text = Page(site / "index.html").text

    assert all(reason in text for reasons in SEVERITIES.values() for reason in reasons)


def test_each_check_shows_what_great_expectations_measured_for_it(site):
    text = Page(site / "credit_records.html").text

    assert re.findall(r"(\w+)须为零|测得 measured : (\d+)", text) == [
        ("references_known", ""), ("", "24"), ("keys_unique", ""), ("", "0"),
    ]  # fmt: skip


def test_twenty_examples_of_a_failure_are_shown_and_none_of_what_passed(site):
    shown = Page(site / "credit_records.html").text

    assert len(re.findall(r"record_id=r\d+", shown)) == 20
    assert "最多列 20 条" in shown
    assert "record_id" not in Page(site / "sections.html").text


def test_the_index_says_whether_the_scores_are_held_back(site, tmp_path):
    assert "得分检查未通过，不予发布" in Page(site / "index.html").text

    sound = write(judgement(unknown=0), tmp_path / "sound")
    assert "可以发布" in Page(sound).text
    assert "得分检查未通过" not in Page(sound).text


def test_the_same_judgement_gives_the_same_pages(site, tmp_path):
    again = write(judgement(), tmp_path / "again").parent

    assert {p.name: p.read_bytes() for p in site.iterdir()} == {
        p.name: p.read_bytes() for p in again.iterdir()
    }


def test_pages_say_nothing_of_the_machine(site):
    for path in site.iterdir():
        text = path.read_text(encoding="utf-8")
        assert not any(place in text for place in (str(site), os.getcwd(), str(Path.home())))


def test_new_pages_replace_the_old_ones_and_leave_nothing_beside_them(judged, site):
    (site / "dropped_dataset.html").write_text("old", encoding="utf-8")
    (site.parent / ".quality.draft").mkdir()
    (site.parent / ".quality.draft" / "half.html").write_text("half", encoding="utf-8")

    write(judged, site)

    assert not (site / "dropped_dataset.html").exists()
    assert not (site / "half.html").exists()
    assert [path.name for path in site.parent.iterdir()] == ["quality"]


def test_pages_that_cannot_be_written_leave_the_old_ones(judged, site):
    before = (site / "index.html").read_bytes()

    with pytest.raises(KeyError):
        write(judged, site, labels={})

    assert (site / "index.html").read_bytes() == before


def test_a_place_that_cannot_hold_them_is_told_with_the_mend(judged, tmp_path):
    (tmp_path / "reports").write_text("a file", encoding="utf-8")

    with pytest.raises(ScorecardError, match=r"it cannot be written.*yours to write") as raised:
        write(judged, tmp_path / "reports" / "quality")

    assert str(tmp_path / "reports" / "quality") in str(raised.value)


def test_a_folder_of_other_files_is_not_replaced(judged, tmp_path):
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")

    with pytest.raises(ScorecardError, match="other files"):
        write(judged, tmp_path)

    assert (tmp_path / "letter.txt").read_text(encoding="utf-8") == "mine"
