"""A small city's published file, one with odd texts, and the sheets of both, each made once."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from scorecard.contract import load_published
from scorecard.publication import publish
from scorecard.sheets import write_sheets
from tests.answers import answer
from tests.city import ROOT, City
from tests.servers import chinese_font
from tests.shared import made_once

NOW = dt.datetime(2020, 4, 1, 2, tzinfo=dt.UTC)
LONG = "长名称" * 60 + "x" * 150
"""As the names of departments and sections, or in what explains a score."""
ODD_TEXTS = {
    "update dim_department set name = '=1+1', short_name = 'short' where department_id = 'edu'": (),
    'update mart_scorecard set department = \'=HYPERLINK("http://x.cn","看")\' '
    "where department_id = 'edu'": (),
    "update mart_scorecard set department = ? where department_id = 'tax'": (LONG,),
    "update mart_scorecard set department = '<b>局</b> & \"引号\"''【部门】〔〕', rank = null, "
    "score_rate = null where department_id = 'park'": (),
    "update mart_section_task set section = '@SUM(A1)#[科室]' where section_id = 'office'": (),
    "update dim_indicator set level1 = '-1+2 <级>', level1_en = '+a&b' "
    "where level1 = '基础设施'": (),
    "update mart_scorecard_level set level1 = '-1+2 <级>' where level1 = '基础设施'": (),
    "update dim_indicator set name_zh = '#let x = 1; $a$ *b* _c_ \\n', data_provider = '<r>市</r>' "
    "where indicator_code = '009'": (),
    "update dim_indicator set reading_zh = '=A1', reading_en = '_x0041_' "
    "where indicator_code = '010'": (),
    "update fct_indicator_score set explanation_zh = '=cmd|''/c calc''!A1 \"<&>\"', "
    "explanation_en = 'https://a.cn/?a=1&b=2' where indicator_code = '001'": (),
    "update fct_indicator_score set explanation_zh = ? where indicator_code = '002'": (LONG * 9,),
    # The same name below two neighbours is two levels.
    "update dim_indicator set level3 = '年度部门使用情况' where indicator_code = '016'": (),
    # A level whose codes lie apart is one block, and one of the same name elsewhere another.
    "update dim_indicator set level1 = '发展环境', level1_en = 'Development environment', "
    "level2 = '网络安全', level3 = '互联网出口' where indicator_code = '035'": (),
    "update mart_scorecard_level as l set score = s.score, points = s.points from ("
    "select assessment_id, department_id, level1, sum(score) as score, sum(s.points) as points "
    "from fct_indicator_score as s join dim_indicator as i using (assessment_id, indicator_code) "
    "group by all) as s where (s.department_id, s.level1) = (l.department_id, l.level1)": (),
}


@dataclass(frozen=True)
class Made:
    """A published file with the sheets that were made of it."""

    file: Path
    sheets: Path

    def rows(self, sql: str, *values: object) -> list[tuple]:
        """Rows of the file."""
        return list(answer(self.file, sql, *values)[1])

    @property
    def departments(self) -> list[str]:
        return [row[0] for row in self.rows("select department_id from dim_department order by 1")]


def evidence(code: str, part: str, **more: object) -> dict[str, object]:
    return {"indicator_code": code, "part": part, "document_date": "2019-05-05",
            "submitted_at": "2019-06-01 08:00:00", "decided_on": "2020-01-10", **more}  # fmt: skip


def publish_city(folder: Path) -> Path:
    """Three departments: one with some of everything, one adjusted, one to which little applies."""
    city = City(departments=())
    city.give(
        "departments",
        {"department_id": "edu", "name": "淮北市教育局", "short_name": "教育局"},
        {"department_id": "tax", "name": "淮北市税务局", "short_name": "税务局"},
        {"department_id": "park", "name": "淮北市园林中心", "short_name": "园林中心"},
    )
    city.give(
        "sections",
        {"section_id": "office", "name": "办公室"}, {"section_id": "info", "name": "信息中心"},
        {"section_id": "law", "name": "政策法规科"},
    )  # fmt: skip
    city.give(
        "responsibilities",
        {"section_id": "law", "role": "lead"}, {"section_id": "info", "role": "support"},
        {"section_id": "office", "role": "support"},
        {"indicator_code": "021", "section_id": "info", "role": "lead"},
    )  # fmt: skip
    city.give(
        "evidence",
        evidence("001", "meetings"), evidence("001", "meetings", department_id="tax"),
        evidence("003", "training"), evidence("035", "plan"),
    )  # fmt: skip
    city.give("catalogue_entries", *({"entry_id": f"e{n}"} for n in range(3)))
    city.give("catalogue_mounts", {"entry_id": "e0", "mounted_at": "2019-07-01"})
    city.give("network_links", {"link_id": "l1"})
    city.give(
        "adjustments",
        {"department_id": "tax", "indicator_code": "002", "score": "1.25", "reason": "复核",
         "decided_by": "办公室", "decided_on": "2020-02-01"},
    )  # fmt: skip
    city.give(
        "applicability",
        *({"department_id": "park", "indicator_code": code, "applicable": False,
           "decided_by": "办公室", "decided_on": "2019-12-01"} for code in ("008", "009", "010")),
    )  # fmt: skip
    city.score()
    publish(city.connection, load_published(ROOT / "contracts" / "published"), folder, NOW)
    return folder / "current" / "scorecard.duckdb"


def copied(file: Path, folder: Path, statements: dict[str, tuple]) -> Path:
    """The same version elsewhere, with other content."""
    target = folder / file.resolve().parent.name / file.name
    target.parent.mkdir(parents=True)
    shutil.copy(file.resolve(), target)
    with duckdb.connect(target) as connection:
        for sql, values in statements.items():
            connection.execute(sql, values)
    return target


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    chinese_font()
    folder = made_once(tmp_path_factory, "sheets-published", publish_city)
    return folder / "current" / "scorecard.duckdb"


@pytest.fixture(scope="session")
def plain(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    def make(folder: Path) -> None:
        write_sheets(published, folder / "sheets", languages=("zh", "en"))

    return Made(published, made_once(tmp_path_factory, "sheets-plain", make) / "sheets")


@pytest.fixture(scope="session")
def odd(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    version = published.resolve().parent.name

    def make(folder: Path) -> None:
        file = copied(published, folder, ODD_TEXTS)
        write_sheets(file, folder / "sheets", languages=("zh", "en"))

    folder = made_once(tmp_path_factory, "sheets-odd", make)
    return Made(folder / version / published.name, folder / "sheets")


@pytest.fixture(scope="session", params=["plain", "odd"])
def made(request: pytest.FixtureRequest) -> Made:
    return request.getfixturevalue(request.param)
