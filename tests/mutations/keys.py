"""Keys that stand twice, references to nothing, rows and departments of another owner."""

from __future__ import annotations

import pandas as pd

from tests.mutations.edits import NEWEST, again, everywhere, first, having, put, recast, share
from tests.mutations.mutation import accepted, caught

VANISHED = "mart_scorecard.total_moves_little"


def _same_key(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(document_id=rows["document_id"].mask(first(2)(rows), "doc-1"))


KEYS = (
    caught(
        "同一文件内主键重复", "A key stands twice in a file", "official_documents",
        recast("official_documents", _same_key, NEWEST), "keys_unique",
    ),
    caught(
        "同一文件内整行重复", "Rows stand twice in a file", "credit_records",
        recast("credit_records", lambda rows: pd.concat([rows, rows.head(5)]), -6), "keys_unique",
    ),
    accepted(
        "相同内容换新主键再报一遍", "The same content comes again under new keys",
        "official_documents",
        again("official_documents", "official_documents_2020-01-02.csv",
              document_id=lambda cells: cells + "-b"),
        "主键不同即为不同的行；同一时刻的两件公文可以完全相同，批量登记时尤多",
        "rows of other keys are other rows; two documents of one moment may well be alike",
    ),
    caught(
        "部门编号不在名录中", "A department that the register does not have", "official_documents",
        put("official_documents", first(), NEWEST, department_id="nobody"), "references_known",
    ),
    caught(
        "部门编号大小写改变", "A department id in capitals", "official_documents",
        put("official_documents", having(department_id="edu"), department_id="EDU"),
        "references_known",
    ),
    caught(
        "链路不在台账中", "A link that the register does not have", "network_outages",
        put("network_outages", first(), NEWEST, link_id="lk-0"), "references_known",
    ),
    caught(
        "信用目录不存在", "A credit directory that is not known", "credit_records",
        put("credit_records", first(), NEWEST, directory_id="dir-0"), "references_known",
    ),
    caught(
        "资源目录不存在", "A catalogue entry that is not known", "catalogue_mounts",
        put("catalogue_mounts", first(), NEWEST, entry_id="cat-0"), "references_known",
    ),
    caught(
        "证照类型不存在", "A certificate type that is not known", "certificate_uses",
        put("certificate_uses", first(), NEWEST, type_code="0"), "references_known",
    ),
    caught(
        "科室不存在", "A section that is not known", "responsibilities",
        put("responsibilities", first(), NEWEST, section_id="nothing"), "references_known",
    ),
    caught(
        "指标不在考核细则中", "An indicator that the rulebook does not have", "evidence",
        put("evidence", first(), NEWEST, indicator_code="099"), "references_known",
    ),
    caught(
        "评分项不在考核细则中", "A part that the rulebook does not have", "evidence",
        put("evidence", first(), NEWEST, part="part"), "references_known",
    ),
    caught(
        "城市代码不存在", "A city that is not known", "certificates",
        put("certificates", first(), NEWEST, city_code="349900"), "references_known",
    ),
    caught(
        "一项指标有两个牵头科室", "An indicator has two lead sections", "responsibilities",
        put("responsibilities", having(department_id="edu", indicator_code="001"), role="lead"),
        "exactly_one_lead",
    ),
    accepted(
        "部分行改记到另一部门", "Rows are moved to another department", "official_documents",
        put("official_documents", share(50, having(department_id="edu")), department_id="econ"),
        "两个部门都真实存在，没有第二个来源可对；每月仍有数据",
        "both departments exist, no second source tells whose they are, and no month is empty",
    ),
    caught(
        "一个部门误改为其他城市", "A department is moved to another city", "departments",
        put("departments", having(department_id="edu"), city_code="340100"), VANISHED,
    ),
    caught(
        "一个部门误填早已停用", "A department is said to have ended long ago", "departments",
        put("departments", having(department_id="edu"), active_to="2018-12-31"), VANISHED,
    ),
    caught(
        "所有部门误填停用，得分表为空", "All departments are said to have ended", "departments",
        put("departments", everywhere, active_to="2018-12-31"),
        VANISHED, "mart_scorecard.rows_present",
    ),
)  # fmt: skip
