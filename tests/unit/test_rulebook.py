"""A rulebook file is read as written, and refused with file, line and mend where it is unsound."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from scorecard.errors import ConfigurationError
from scorecard.models import Metric, load_models, metrics_of
from scorecard.rulebook import Rulebook, RulebookError, load_rulebook, load_rulebooks

ROOT = Path(__file__).parents[2]
HUAIBEI = ROOT / "rulebooks" / "huaibei-2019.yaml"
TINY = ROOT / "tests" / "rulebooks" / "tiny-2020.yaml"

# metric: parameters; levels; always
METRICS_TABLE = """
accepted_evidence: parts dated count; ;
best_access_mode: ; dedicated other none; always
internet_egress_mode: ; unified filed_device unfiled_device none;
major_outages_and_incidents: ; ; always
legal_supervision_records: module; ;
inspections_passed: dimension; ;
systems_disposed: disposition; ;
filed_projects: ; ;
service_platform_result: ; ;
trading_platform_scores: ; ;
credit_directories_supplied: ; ;
credit_volume: ; ;
credit_records_in_order: counted; ;
sanction_cases_reported: ; ;
credit_checks_embedded: ; ;
credit_checks_fed_back: ; ;
investment_cases_accepted: ; ;
documents_completed_on_time: ; ;
documents_not_returned: ; ;
documents_fed_back: ; ;
entries_published_on_time: ; ;
entries_up_to_date: ; ;
entries_mounted: ; ;
resources_used: ; ;
base_libraries_used: ; ;
certificate_types_made: ; ;
certificate_volume_rank: ; ;
certificate_types_used: ; ;
projects_analysing_sharing: ; ;
shared_elements_listed: ; ;
systems_protected: ; ;
"""

# code part points method no_input empty metric, and what else the part says; for evidence:
# the evidence parts / whether the document must be dated in the year / what is counted
PARTS_TABLE = """
001 meetings            2   per_unit   m  -  accepted_evidence each=1 meetings/yes/rows
001 liaison             2   per_unit   m  -  accepted_evidence each=1 liaison/yes/rows
002 plan_and_completion 1   flag       m  -  accepted_evidence plan_and_completion/no/rows
002 next_year_plan      1   flag       m  -  accepted_evidence next_year_plan/no/rows
003 training            2   per_unit   m  -  accepted_evidence each=1 training/yes/rows
004 filing              3   ratio      na na filed_projects
005 inventory           3   flag       m  -  accepted_evidence inventory/no/rows
006 access              3   levels     -  -  best_access_mode dedicated:3 other:1 none:0
007 outages_and_incidents 3 limit      -  -  major_outages_and_incidents at_most=0
008 result              10  scaled     m  -  service_platform_result
009 document_filing     3   flag       m  -  legal_supervision_records document_filing
010 officer_management  3   flag       m  -  legal_supervision_records officer_management
011 monthly_scores      6   ratio      m  z  trading_platform_scores
012 directories         2   ratio      na na credit_directories_supplied
013 volume              2   ratio      m  z  credit_volume
014 timeliness          2   ratio      m  z  credit_records_in_order on_time
015 key_information     2   ratio      m  z  credit_records_in_order key_information
016 cases               2   ratio      m  z  sanction_cases_reported
017 embedding           2   ratio      m  z  credit_checks_embedded
017 feedback            2   ratio      m  z  credit_checks_fed_back
018 acceptance          4   ratio      na na investment_cases_accepted
019 timeliness          0.8 ratio      na na documents_completed_on_time
019 quality             0.8 ratio      na na documents_not_returned
019 interaction         0.4 ratio      na na documents_fed_back
020 compilation         2   ratio      m  na entries_published_on_time
020 regular_update      2   ratio      m  z  entries_up_to_date
021 mounting            3   ratio      m  z  entries_mounted
022 accuracy            1   ratio      m  z  inspections_passed accuracy
022 completeness        1   ratio      m  z  inspections_passed completeness
022 timeliness          1   ratio      m  z  inspections_passed timeliness
023 use_of_others       2   per_unit   m  -  resources_used each=0.5
024 base_libraries      2   per_unit   m  -  base_libraries_used each=0.5
025 regime 1 flag m - accepted_evidence at_least=3 regulation,plan,timetable/no/parts
025 progress            1   flag       m  -  accepted_evidence progress/no/rows
026 clean_up            1   ratio      m  f  systems_disposed clean_up
026 integration         1   ratio      m  f  systems_disposed integrate
027 types_made          3   ratio      na na certificate_types_made
028 volume_rank         2   rank_bands na -  certificate_volume_rank 5:2 10:1
029 types_used          1   per_unit   m  -  certificate_types_used each=0.5
030 analysis            2   ratio      na na projects_analysing_sharing
030 shared_catalogue    2   ratio      na na shared_elements_listed
031 egress 2 levels m - internet_egress_mode unified:2 filed_device:1 unfiled_device:0 none:0
032 protection          2   ratio      m  na systems_protected
033 data_grading        2   flag       m  -  accepted_evidence data_grading/no/rows
034 security_regime     2   flag       m  -  accepted_evidence security_regime/no/rows
035 plan                1   flag       m  -  accepted_evidence plan/no/rows
035 drill               1   flag       m  -  accepted_evidence drill/yes/rows
"""
SHORT = {None: "-", "missing": "m", "not_applicable": "na", "zero": "z", "full": "f"}


def metrics() -> dict[str, Metric]:
    found = {}
    for line in METRICS_TABLE.strip().splitlines():
        name, rest = line.split(":")
        parameters, levels, always = (field.split() for field in rest.split(";"))
        found[name] = Metric(name, tuple(parameters), tuple(levels), bool(always), Path(name))
    return found


@pytest.fixture(scope="module")
def huaibei() -> Rulebook:
    return load_rulebook(HUAIBEI, metrics())


def codes(text: str) -> list[str]:
    return text.split()


Changed = Callable[..., list[str]]


@pytest.fixture
def problems(tmp_path: Path) -> Changed:
    """Loads the tiny rulebook with replacements made; gives the problems, without the folder."""

    def load(*changes: tuple[str, str]) -> list[str]:
        text = TINY.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text, f"{old!r} is not in the rulebook"
            text = text.replace(old, new, 1)
        path = tmp_path / "tiny.yaml"
        path.write_text(text, encoding="utf-8")
        try:
            load_rulebook(path, metrics())
        except RulebookError as error:
            return [str(each).removeprefix(f"{tmp_path}/") for each in error.problems]
        return []

    return load


def line_of(text: str, occurrence: int = 1) -> int:
    lines = TINY.read_text(encoding="utf-8").splitlines()
    return [number for number, line in enumerate(lines, 1) if text in line][occurrence - 1]


# The 2019 rulebook


def test_the_2019_parts_are_those_of_the_printed_table(huaibei: Rulebook) -> None:
    known, found = metrics(), []
    for indicator in huaibei.indicators:
        for part in indicator.parts:
            words = [indicator.code, part.part, str(part.points), part.method]
            words += [SHORT[part.no_input], SHORT[part.empty], part.metric]
            numbers = {"each": part.each, "at_least": part.at_least, "at_most": part.at_most}
            words += [f"{name}={number}" for name, number in numbers.items() if number is not None]
            words += [f"{row.level}:{row.points}" for row in part.levels or ()]
            words += [f"{band.to_rank}:{band.points}" for band in part.rank_bands or ()]
            words += ["/".join(map(",".join, part.options.values()))] if part.options else []
            assert list(part.options) == list(known[part.metric].parameters)
            found.append(words)
    assert found == [line.split() for line in PARTS_TABLE.strip().splitlines()]


def test_the_2019_blocks_have_their_official_names_and_points(huaibei: Rulebook) -> None:
    assert [(level.name_zh, level.points) for level in huaibei.levels] == [
        ("发展环境", Decimal(14)),
        ("基础设施", Decimal(6)),
        ("重点系统应用", Decimal(42)),
        ("政务信息资源交换共享和开发利用", Decimal(28)),
        ("安全保障", Decimal(10)),
    ]
    assert huaibei.points == 100


def test_the_2019_indicators_stand_under_their_official_levels(huaibei: Rulebook) -> None:
    leaves = {place.indicator.code: place for place in huaibei.placed()}
    assert list(leaves) == [f"{number:03}" for number in range(1, 36)]
    credit = leaves["015"]
    assert (credit.level1.name_zh, credit.level2.name_zh, credit.level3.name_zh) == (
        "重点系统应用",
        "公共信用信息共享服务平台",
        "数据共享情况",
    )
    assert [credit.level2.points, credit.level3.points] == [Decimal(10), Decimal(8)]


def test_the_2019_head_says_year_city_and_the_last_day_of_decisions(huaibei: Rulebook) -> None:
    assert huaibei.assessment_id == "huaibei-2019"
    assert (huaibei.year, huaibei.city_code) == (2019, "340600")
    assert huaibei.decisions_until.isoformat() == "2020-03-31"
    assert huaibei.digest == hashlib.sha256(HUAIBEI.read_bytes()).hexdigest()


def test_the_2019_data_providers_are_the_bureaus_that_give_the_data(huaibei: Rulebook) -> None:
    by_provider: dict[str | None, list[str]] = {}
    for indicator in huaibei.indicators:
        by_provider.setdefault(indicator.data_provider, []).append(indicator.code)
    by_department = by_provider.pop(None)
    assert by_department == codes(
        "001 002 003 004 005 006 021 022 023 024 025 026 029 030 032 033 034 035"
    )
    assert by_provider == {
        "市大数据资源局": codes("007 020 027 028 031"),
        "市政务服务中心": codes("008"),
        "市法制办": codes("009 010"),
        "市公共资源交易中心": codes("011"),
        "市发改委": codes("012 013 014 015 016 017 018"),
        "市政府办公室": codes("019"),
    }


def test_the_2019_open_rules_carry_their_reading_in_both_languages(huaibei: Rulebook) -> None:
    read = [each.code for each in huaibei.indicators if each.reading_zh and each.reading_en]
    first = "004 005 007 009 010 012 013 014 015 016 017 018 019 020"
    assert read == codes(f"{first} 022 023 024 026 028 030 031 032 034 035")


def test_the_metrics_that_ship_are_those_the_2019_rulebook_uses(huaibei: Rulebook) -> None:
    shipped = metrics_of(load_models(ROOT / "sql"))
    assert load_rulebook(HUAIBEI, shipped) == huaibei
    assert {part.metric for each in huaibei.indicators for part in each.parts} == set(shipped)


def test_a_flag_without_a_threshold_asks_for_one(huaibei: Rulebook) -> None:
    parts = {(i.code, part.part): part for i in huaibei.indicators for part in i.parts}
    assert parts["005", "inventory"].threshold == 1
    assert parts["025", "regime"].threshold == 3
    assert parts["001", "meetings"].threshold is None


def test_numbers_are_read_as_decimals_never_as_binary_fractions(huaibei: Rulebook) -> None:
    (documents,) = [each for each in huaibei.indicators if each.code == "019"]
    assert [part.points for part in documents.parts] == [Decimal("0.8")] * 2 + [Decimal("0.4")]


# Another year is another file


def test_another_city_and_year_is_another_file() -> None:
    tiny = load_rulebook(TINY, metrics())
    assert (tiny.assessment_id, tiny.year, tiny.city_code) == ("tiny-2020", 2020, "340300")
    assert [(p.indicator.code, p.indicator.points) for p in tiny.placed()] == [
        ("101", 4),
        ("201", Decimal("3.5")),
        ("202", Decimal("2.5")),
    ]


def test_a_folder_gives_its_rulebooks_sorted_by_id(tmp_path: Path) -> None:
    text = TINY.read_text(encoding="utf-8")
    for name in ("b-2020.yaml", "a-2020.yaml", ".hidden.yaml", "notes.txt"):
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = load_rulebooks(tmp_path, metrics())
    assert [rulebook.assessment_id for rulebook in found] == ["a-2020", "b-2020"]


def test_a_folder_reports_the_problems_of_all_its_files(tmp_path: Path) -> None:
    text = TINY.read_text(encoding="utf-8")
    (tmp_path / "a.yaml").write_text(text.replace("city_code", "city"), encoding="utf-8")
    (tmp_path / "b.yaml").write_text(text.replace("year: 2020", "year: now"), encoding="utf-8")
    (tmp_path / "c.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "d.yml").write_text(text, encoding="utf-8")
    with pytest.raises(RulebookError) as caught:
        load_rulebooks(tmp_path, metrics())
    assert str(caught.value).splitlines() == [str(each) for each in caught.value.problems]
    files = {Path(str(each.where).split(":")[0]).name for each in caught.value.problems}
    assert files == {"a.yaml", "b.yaml", "d.yml"}


def test_a_folder_without_rulebooks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match="holds no rulebook"):
        load_rulebooks(tmp_path, metrics())
    with pytest.raises(RulebookError, match="does not exist"):
        load_rulebooks(tmp_path / "nowhere", metrics())


# What is refused: each from the accepted tiny rulebook by one change


def test_the_tiny_rulebook_unchanged_is_accepted(problems: Changed) -> None:
    assert problems() == []


def test_points_that_do_not_add_up_are_refused_at_every_level(problems: Changed) -> None:
    part = problems(("        points: 3.5\n", "        points: 3\n"))
    line = line_of("    points: 3.5")
    mend = "(points must add up at every level)"
    assert part == [f"tiny.yaml:{line}: 201: has 3.5 points, its parts add up to 3 {mend}"]
    level3 = problems(('codes: ["201", "202"]', 'codes: ["201"]'))
    line = line_of("Giving and taking")
    assert (
        f"tiny.yaml:{line}: 数据 共享 提供与利用: has 6 points, its indicators add up to 3.5 {mend}"
        in level3
    )
    line = line_of("points: 6", 2)
    level2 = problems(("        points: 6\n", "        points: 7\n"))
    assert f"tiny.yaml:{line}: 数据 共享: has 7 points, its levels add up to 6 {mend}" in level2
    line = line_of("points: 6")
    level1 = problems(("    points: 6\n", "    points: 5\n"))
    assert f"tiny.yaml:{line}: 数据: has 5 points, its levels add up to 6 {mend}" in level1
    total = problems(("points: 10", "points: 100"))
    assert total == [
        f"tiny.yaml:{line_of('points: 10')}: has 100 points, its levels add up to 10 {mend}"
    ]


REFUSED = {
    "an unknown method": (
        "method: per_unit",
        "method: per_units",
        (
            "202 resources: `method` is 'per_units' (known: 'ratio', 'per_unit', 'flag', 'levels', "
            "'limit', 'rank_bands' or 'scaled')"
        ),
    ),
    "an unknown metric": (
        "metric: resources_used",
        "metric: resource_used",
        "202 resources: metric 'resource_used' is unknown (known: accepted_evidence, base_",
    ),
    "an unknown key": (
        "each: 0.75",
        "each: 0.75\n        per: 1",
        "202 resources: key 'per' is unknown (known: part, name_zh,",
    ),
    "a missing key": (
        "        value_en: resources in use\n",
        "",
        "202 resources: `value_en` is missing (expected a text)",
    ),
    "a text left empty": (
        "value_en: resources in use",
        "value_en:",
        "202 resources: `value_en` is '' (expected a text)",
    ),
    "a parameter that the method lacks": (
        "        each: 0.75\n",
        "",
        "202 resources: `each` is missing for method per_unit (per_unit needs each)",
    ),
    "a parameter of another method": (
        "each: 0.75",
        "each: 0.75\n        at_most: 1",
        "202 resources: `at_most` does not belong to method per_unit",
    ),
    "a ratio without empty": (
        "        empty: zero\n",
        "",
        "201 mounting: `empty` is missing for method ratio",
    ),
    "empty where nothing is divided": (
        "each: 0.75",
        "each: 0.75\n        empty: zero",
        "202 resources: `empty` does not belong to method per_unit",
    ),
    "an unknown empty": (
        "empty: zero",
        "empty: nothing",
        "201 mounting: `empty` is 'nothing' (known: 'zero', 'full' or 'not_applicable')",
    ),
    "a base noun where nothing is divided": (
        "value_en: resources in use",
        "value_en: resources in use\n        base_en: all",
        "202 resources: `base_en` does not belong to method per_unit",
    ),
    "a ratio without its base noun": (
        "        base_zh: 有效目录（条）\n",
        "",
        "201 mounting: `base_zh` is missing for method ratio",
    ),
    "no word on an absent input": (
        "        no_input: not_applicable\n",
        "",
        "202 report: `no_input` is missing for metric accepted_evidence",
    ),
    "a word on an input that is always there": (
        "metric: best_access_mode",
        "metric: best_access_mode\n        no_input: missing",
        "101 access: `no_input` is given, but metric best_access_mode always has an input",
    ),
    "an option that the metric does not know": (
        "count: rows",
        "count: rows, unit: page",
        "202 report: option 'unit' is unknown to metric accepted_evidence (its options: parts,",
    ),
    "an option of a metric that has none": (
        "metric: resources_used",
        "metric: resources_used\n        options: {unit: page}",
        "202 resources: option 'unit' is unknown to metric resources_used (its options: none)",
    ),
    "an option that is missing": (
        ", count: rows",
        "",
        "202 report: option 'count' of metric accepted_evidence is missing",
    ),
    "a level that the metric does not know": (
        "level: other",
        "level: wireless",
        (
            "101 access 其他: level 'wireless' is unknown to metric best_access_mode "
            "(its levels: dedicated, other, none)"
        ),
    ),
    "a level without points": (
        "          - {level: none, points: 0, name_zh: 未接入, name_en: not connected}\n",
        "",
        "101 access: level 'none' of metric best_access_mode has no points",
    ),
    "a level that stands twice": (
        "level: other",
        "level: dedicated",
        "101 access 其他: level 'dedicated' stands twice",
    ),
    "levels that cannot earn the part's points": (
        "level: dedicated, points: 4",
        "level: dedicated, points: 3",
        "101 access: the best of `levels` earns 3, the part is worth 4",
    ),
    "a level metric under another method": (
        "metric: resources_used",
        "metric: internet_egress_mode",
        (
            "202 resources: method per_unit does not fit metric internet_egress_mode, which gives "
            "levels (unified, filed_device, unfiled_device, none)"
        ),
    ),
    "a number metric under levels": (
        "metric: best_access_mode",
        "metric: major_outages_and_incidents",
        (
            "101 access: method levels does not fit metric major_outages_and_incidents, "
            "which gives a number"
        ),
    ),
    "a code of two digits": ('code: "201"', 'code: "21"', "21: `code` is '21' (expected three"),
    "a code that stands twice": ('code: "202"', 'code: "201"', "code '201' stands 2 times"),
    "a code twice in the tree": ('["201", "202"]', '["201", "202", "201"]', "code '201' stands 2"),
    "a code of no indicator": ('["101"]', '["101", "102"]', "code 102 is no indicator of this"),
    "an indicator under no level": ('["201", "202"]', '["201"]', "indicator 202 stands under no"),
    "a part that stands twice": ("part: resources", "part: report", "part 'report' stands 2 times"),
    "points of three decimals": ("points: 1.5", "points: 1.505", "`points` is '1.505' (expected"),
    "points of nothing": ("points: 1.5", "points: 0", "`points` is '0' (expected above 0"),
    "points that are no number": ("points: 1.5", "points: NaN", "`points` is 'NaN' (expected"),
    "a year in words": ("year: 2020", "year: last", "`year` is 'last' (expected a year"),
    "a city by name": ('"340300"', "蚌埠", "`city_code` is '蚌埠' (expected the six digits"),
    "a day that does not exist": ("2021-02-28", "2021-02-29", "`decisions_until` is '2021-02-29'"),
    "a day as a number": ("2021-02-28", "20210228", "`decisions_until` is '20210228' (expected a"),
    "decisions that end in the year": (
        "2021-02-28",
        "2020-12-31",
        (
            "`decisions_until` is 2020-12-31, inside the year 2020 (decisions come after the year: "
            "give 2021-01-01 or later)"
        ),
    ),
    "a reading in one language": (
        "    reading_en: Unpublished entries count too.\n",
        "",
        "201: `reading_zh` is given and `reading_en` is not (give both or neither)",
    ),
    "a key that stands twice": (
        "year: 2020",
        "year: 2020\nyear: 2021",
        "key 'year' stands twice (first on line 4)",
    ),
}


@pytest.mark.parametrize(("old", "new", "problem"), REFUSED.values(), ids=REFUSED)
def test_a_rulebook_is_refused_for(problems: Changed, old: str, new: str, problem: str) -> None:
    assert any(problem in line for line in problems((old, new))), problems((old, new))


ACCEPTED = {
    "decisions until the first day after the year": ("2021-02-28", "2021-01-01"),
    "a threshold of a flag": ("method: flag", "method: flag\n        at_least: 2"),
    "one text as an option": ("parts: [report]", "parts: report"),
    "a list as an option": ("parts: [report]", "parts: [report, minutes]"),
    "full points for an empty base": ("empty: zero", "empty: full"),
    "an empty base that exempts": ("empty: zero", "empty: not_applicable"),
    "an absent input that exempts": ("no_input: missing", "no_input: not_applicable"),
    "a scaled part that says empty": ("method: ratio", "method: scaled"),
    "a limit": (
        "method: per_unit\n        each: 0.75",
        "method: limit\n        at_most: 0",
    ),
    "no reading at all": (
        "    reading_zh: 未发布的目录也计入。\n    reading_en: Unpublished entries count too.\n",
        "",
    ),
}


@pytest.mark.parametrize(("old", "new"), ACCEPTED.values(), ids=ACCEPTED)
def test_a_rulebook_may_say(problems: Changed, old: str, new: str) -> None:
    assert problems((old, new)) == []


RATIO = (
    "method: ratio\n        metric: entries_mounted\n        no_input: missing\n        empty: zero"
)
BANDS = (
    "method: rank_bands\n        metric: certificate_volume_rank\n        no_input: missing\n"
    "        rank_bands: [{to_rank: 5, points: %s}, {to_rank: %s, points: %s}]"
)


@pytest.mark.parametrize(
    ("first", "to_rank", "second", "problem"),
    [
        ("3.5", "5", "1", "`to_rank` 5 follows 5 (write bands in order)"),
        ("3.5", "4", "1", "`to_rank` 4 follows 5 (write bands in order)"),
        ("3.5", "0", "1", "`to_rank` is '0' (expected a whole number from 1)"),
        ("3.5", "10", "3.5", "a later band earns 3.5, the one before it 3.5"),
        ("3", "10", "1", "the best of `rank_bands` earns 3, the part is worth 3.5"),
    ],
)
def test_rank_bands_are_refused(
    problems: Changed, first: str, to_rank: str, second: str, problem: str
) -> None:
    found = problems((RATIO, BANDS % (first, to_rank, second)))
    assert len(found) == 1
    assert problem in found[0]


def test_rank_bands_in_order_are_accepted(problems: Changed) -> None:
    assert problems((RATIO, BANDS % ("3.5", "10", "1"))) == []


def test_a_problem_names_the_line_of_its_key(problems: Changed) -> None:
    (unknown,) = problems(("metric: resources_used", "metric: resource_used"))
    assert unknown.startswith(f"tiny.yaml:{line_of('metric: resources_used')}: ")
    (level,) = problems(("level: dedicated, points: 4", "level: dedicated, points: none"))
    assert level.startswith(f"tiny.yaml:{line_of('level: dedicated')}: 101 access 专线: `points`")


def test_a_missing_key_is_placed_where_its_part_begins(problems: Changed) -> None:
    (missing,) = problems(("        rule_en: Each resource earns 0.75 points, at most 1.5.\n", ""))
    assert missing.startswith(f"tiny.yaml:{line_of('part: resources')}: ")


def test_all_problems_are_told_at_once_in_the_order_of_the_file(problems: Changed) -> None:
    found = problems(
        ("year: 2020", "year: 2020\nyear: 2020"),
        ("metric: best_access_mode", "metric: best_access\n        each: 1"),
        ("empty: zero", "empty: null"),
        ("count: rows", "count: []"),
        ("each: 0.75", "each: -1"),
        ("value_en: accepted reports", "value_en: {a: b}"),
    )
    lines = [int(line.split(":")[1]) for line in found]
    assert lines == sorted(lines)
    assert [line.split(": ", 1)[1] for line in found if "metric" not in line] == [
        "key 'year' stands twice (first on line 4)",
        "101 access: `each` does not belong to method levels (remove it; levels takes levels)",
        "201 mounting: `empty` is 'null' (known: 'zero', 'full' or 'not_applicable')",
        "202 report: `count` is [] (expected name: text or list)",
        "202 report: `value_en` is {'a': 'b'} (expected a text)",
        "202 resources: `each` is '-1' (expected above 0, at most six decimals)",
    ]
    assert len(found) == 7


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "rules.yaml: is empty"),
        (b"year: [2020\n", "rules.yaml:2: is not YAML"),
        (b"year: 2020\nname_zh: \xbb\xb4\xb1\xb1\n", "rules.yaml:2: is not UTF-8 (save the file"),
        (b"- year\n", "rules.yaml:1: `the file` is ['year'] (expected key: value)"),
        (b"a: &x [1]\nb: *x\n", "an alias (*name) is not allowed (write the value out)"),
        (b"a: &x [*x]\n", "an alias (*name) is not allowed (write the value out)"),
        (b"? [a, b]\n: 1\n", "rules.yaml:1: a key must be a plain text"),
        (b"a: 1\n---\nb: 1\n", "is not YAML"),
        (b"a: \x01\n", "is not YAML"),
    ],
)
def test_a_file_that_is_no_rulebook_is_refused(
    tmp_path: Path, content: bytes, problem: str
) -> None:
    path = tmp_path / "rules.yaml"
    path.write_bytes(content)
    with pytest.raises(RulebookError) as caught:
        load_rulebook(path, metrics())
    assert any(problem in str(each) for each in caught.value.problems), str(caught.value)


def test_a_file_that_is_not_there_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none\.yaml: cannot be read: No such file"):
        load_rulebook(tmp_path / "none.yaml", metrics())


def test_a_file_saved_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "marked.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + TINY.read_bytes())
    assert load_rulebook(path, metrics()).year == 2020
