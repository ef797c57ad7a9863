"""Files that are damaged, misplaced, misnamed, of another layout, or delivered again."""

from __future__ import annotations

from tests.mutations.edits import (
    NEWEST,
    Break,
    again,
    all_of,
    cut,
    lose,
    recast,
    recoded,
)  # fmt: skip
from tests.mutations.inbox import Inbox
from tests.mutations.mutation import accepted, caught


def _into(dataset: str, name: str, source: str, at: int = NEWEST) -> Break:
    """The bytes of a file in a dataset's folder under another name."""

    def copy(inbox: Inbox) -> None:
        (inbox[dataset].folder / name).write_bytes(inbox[source].path(at).read_bytes())

    return copy


def _renamed(dataset: str, name: str) -> Break:
    return lambda inbox: inbox[dataset].rename(NEWEST, name)


def _garbled(text: str) -> bytes:
    return text.encode().decode("gb18030", "replace").encode()


DAMAGED = (
    caught(
        "文本文件在一行中间截断", "A text file cut within a row", "certificate_uses",
        cut(0.5, "certificate_uses", NEWEST), "rows_keep_the_contract", "due_period_arrived",
    ),
    caught(
        "最新的文本文件在行末截断", "The newest text file cut at a line's end", "certificate_uses",
        cut(0.5, "certificate_uses", NEWEST, at_line_end=True), "due_period_arrived",
    ),
    caught(
        "较早的文本文件在行末截断", "An earlier text file cut at a line's end", "certificate_uses",
        cut(0.5, "certificate_uses", -2, at_line_end=True), "no_silent_period",
    ),
    caught(
        "考评文件在行末截断", "A file of a dense dataset cut at a line's end",
        "trading_platform_scores",
        cut(0.5, "trading_platform_scores", NEWEST, at_line_end=True), "no_silent_period",
    ),
    caught(
        "压缩文件截断", "A compressed file cut off", "investment_cases",
        cut(0.5, "investment_cases", NEWEST), "rows_keep_the_contract", "due_period_arrived",
    ),
    caught(
        "JSON 行文件截断", "A JSON lines file cut within a row", "official_documents",
        cut(0.5, "official_documents", NEWEST), "rows_keep_the_contract", "due_period_arrived",
    ),
    caught(
        "JSON 文件截断", "A JSON file cut off", "credit_targets",
        cut(0.5, "credit_targets", NEWEST), "rows_keep_the_contract", "due_period_arrived",
    ),
    caught(
        "工作簿截断", "A workbook cut off", "service_platform_results",
        cut(0.5, "service_platform_results", NEWEST),
        "rows_keep_the_contract", "due_period_arrived",
    ),
    caught(
        "Parquet 文件截断", "A parquet file cut off", "credit_records",
        cut(0.5, "credit_records", -6), "rows_keep_the_contract", "no_silent_period",
    ),
    caught(
        "空文件（零字节）", "A file without a byte", "certificate_uses",
        cut(0, "certificate_uses", -2), "rows_keep_the_contract",
    ),
    caught(
        "编码错误：表头为乱码", "Saved in a wrong encoding, header and all", "sections",
        recoded(_garbled, "sections", NEWEST),
        "rows_keep_the_contract", "every_department_has_one",
    ),
    caught(
        "编码错误：Big5", "Saved as Big5", "sections",
        recoded(lambda text: text.encode("big5", "replace"), "sections", NEWEST),
        "rows_keep_the_contract",
    ),
    accepted(
        "以 UTF-16 保存", "Saved as UTF-16", "sections",
        recoded(lambda text: text.encode("utf-16"), "sections", NEWEST),
        "由文件开头的标记识别，照常读入", "told by the mark at its beginning, and read as ever",
    ),
)  # fmt: skip

LAYOUT = (
    caught(
        "缺一个必填列", "A required column is missing", "official_documents",
        recast("official_documents", lambda rows: rows.drop(columns="due_at"), NEWEST),
        "rows_keep_the_contract", "due_period_arrived",
    ),
    caught(
        "必填列改名", "A required column is renamed", "official_documents",
        recast("official_documents", lambda rows: rows.rename(columns={"due_at": "deadline"}),
               NEWEST),
        "rows_keep_the_contract", "due_period_arrived",
    ),
    caught(
        "缺一个可空列", "A column that may be empty is missing", "official_documents",
        recast("official_documents", lambda rows: rows.drop(columns="completed_at"), NEWEST),
        "rows_keep_the_contract",
    ),
    caught(
        "可空列改名", "A column that may be empty is renamed", "official_documents",
        recast("official_documents", lambda rows: rows.rename(columns={"completed_at": "done_at"}),
               NEWEST),
        "rows_keep_the_contract",
    ),
    accepted(
        "多一列", "A column is added", "official_documents",
        recast("official_documents", lambda rows: rows.assign(remark="x"), NEWEST),
        "契约以外的列不入库，并提示一次", "columns beyond the contract are kept out, with a notice",
    ),
    accepted(
        "列的次序改变", "Columns in another order", "official_documents",
        recast("official_documents", lambda rows: rows[rows.columns[::-1]]),
        "按表头识别列，次序不限", "columns are known by their header, in any order",
    ),
    caught(
        "文件放错文件夹", "A file in another dataset's folder", "official_documents",
        _into("official_documents", "official_documents_2020-01-02.csv",
              "legal_supervision_records"),
        "rows_keep_the_contract",
    ),
    caught(
        "文件名日期为 2091 年", "A file dated 2091 by its name", "credit_check_matters",
        all_of(lose("credit_check_matters", NEWEST),
               _renamed("credit_check_matters", "credit_check_matters_2091-11-04.xlsx")),
        "rows_keep_the_contract",
    ),
    caught(
        "文件名日期为 2009 年", "A file dated 2009 by its name", "certificates",
        _renamed("certificates", "certificates_2009-01-01.parquet"), "events_before_delivery",
    ),
)  # fmt: skip

AGAIN = (
    accepted(
        "同一文件送达两次", "The same bytes are delivered twice", "official_documents",
        _into("official_documents", "official_documents_2020-02-02.jsonl", "official_documents"),
        "按内容摘要识别，第二次不处理", "known by their digest, they are ignored the second time",
    ),
    accepted(
        "同样的内容另存后再报", "The same rows are saved anew and delivered again",
        "official_documents", again("official_documents", "official_documents_2020-01-03.xlsx"),
        "同一主键以最新送达为准，行数不变", "of a key the newest row counts, so nothing is doubled",
    ),
    accepted(
        "旧版台账另存后再报", "An old state of a register is delivered again", "catalogue_entries",
        again("catalogue_entries", "catalogue_entries_2020-03-02.csv", at=0),
        "以最新送达为准，与更正无从区分；总分变动超过 10 分的不予发布",
        "the newest counts, and nothing tells it from a correction; totals that move by more than "
        "10 points are held back",
    ),
)  # fmt: skip

FILES = (*DAMAGED, *LAYOUT, *AGAIN)
