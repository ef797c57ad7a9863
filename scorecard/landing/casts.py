"""From a contract's columns to the SQL that casts and judges them.

Each column of a row gets a value, null when nothing was delivered or it does not parse; the text of
it (trimmed) is only looked at to tell the two apart, and to say what was wrong. A row breaks the
contract at its first column, in the contract's order, whose value is null where it must not be,
unknown to an enumeration, negative, not the first of a month, or has somebody's identity number in
it though the column is not declared personal.
"""

from __future__ import annotations

from scorecard.contract import Column, Contract
from scorecard.landing.source import Reason, Source, SourceColumn
from scorecard.quoting import literal

_INTEGERS = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
)
_READERS = {
    "D": "landed_date", "TS": "landed_timestamp", "I": "landed_integer", "N": "landed_decimal",
    "B": "landed_boolean",
}  # fmt: skip
UNREADABLE = {
    "D": Reason("不是有效日期", "no valid date"),
    "TS": Reason("不是有效时间", "no valid time"),
    "I": Reason("不是有效整数", "no valid integer"),
    "N": Reason("不是有效数字，或超出范围", "no valid number, or out of range"),
    "B": Reason("不是有效的是/否值（可用是/否、1/0）", "no valid yes or no (1/0, 是/否)"),
}
EMPTY = Reason("必填项为空", "empty, but required")
NEGATIVE = Reason("数量不能为负", "a count cannot be negative")
NOT_FIRST = Reason("月份应写作当月第一天", "a month must be given as its first day")
LAST_YEAR, LAST_YEAR_IN_CODES = 2099, 2009
"""Years of birth that are looked for in a text, and in keys and references. A county's code, a day
and a counter make a usual key, and every 11th of those is a valid number of somebody born on that
day; so a key is taken for a person's number up to a year that no platform counts from."""
PERSONAL = Reason(
    "含有身份证号；请去掉后重新报送", "holds an identity number; take it out and deliver again"
)


def typed_value(column: Column, source: SourceColumn) -> str | None:
    """The value by a plain cast where the file's own type allows it exactly, else none."""
    x, kind = source.sql, source.sql_type
    if "TIME ZONE" in kind and column.type in ("D", "TS"):
        x, kind = f"timezone('Asia/Shanghai', {x})", "TIMESTAMP"
    if column.type == "D" and kind == "DATE":
        return x
    if column.type == "D" and kind.startswith("TIMESTAMP"):
        return f"case when {x} = date_trunc('day', {x}) then cast({x} as date) end"
    if column.type == "TS" and (kind.startswith("TIMESTAMP") or kind == "DATE"):
        return f"cast({x} as timestamp)"
    if column.type == "I" and kind in _INTEGERS:
        return f"try_cast({x} as bigint)"
    if column.type == "N" and kind in _INTEGERS:
        return f"try_cast({x} as decimal(18, 6))"
    if column.type == "N" and kind == "DOUBLE":
        return f"landed_double({x})"
    if column.type == "B" and kind == "BOOLEAN":
        return x
    return None


def text_of(column: Column, source: SourceColumn) -> str:
    """What was delivered, as trimmed text; null when there was nothing."""
    if source.sql_type.startswith(("VARCHAR", "ENUM")):
        text = f"landed_text({_given(source)})"
    else:
        text = f"landed_digits({_given(source)})"
    return f"landed_indicator_code({text})" if column.name == "indicator_code" else text


def value_of(column: Column, source: SourceColumn) -> str:
    """The typed value; null when nothing was delivered or it does not parse."""
    typed = typed_value(column, source)
    if typed is not None:
        return typed
    text = text_of(column, source)
    if column.values:
        given, known = _given(source), _listed(column.values)
        return (
            f"case when {given} in ({known}) then {given} when {text} in ({known}) then {text} end"
        )
    if column.type == "T":
        return text
    # a text is trimmed by its reader, and only where it has no usual shape
    return f"{_READERS[column.type]}({source.sql if source.sql_type == 'VARCHAR' else text})"


def _given(source: SourceColumn) -> str:
    return source.sql if source.sql_type == "VARCHAR" else f"cast({source.sql} as varchar)"


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(map(literal, values))


def judged_columns(contract: Contract, source: Source) -> list[Column]:
    """The columns that can break the contract, in its order."""
    return [
        column
        for column in contract.read_columns
        if column.name in source.columns
        and (column.required or column.type != "T" or column.values or _is_searched(column))
    ]


def is_sound(contract: Contract, source: Source) -> str:
    """SQL that is true for a row that keeps the contract; `"v_<column>"` are the values."""
    tests = ["true"]
    for column in judged_columns(contract, source):
        value = f'"v_{column.name}"'
        if column.required:
            tests.append(f"{value} is not null")
        elif column.type != "T" or column.values:
            tests.append(f"({value} is not null or {_nothing_given(column, source)})")
        tests.extend(f"coalesce({test}, true)" for test in _limits(column, value))
    return " and ".join(tests)


def may_name_somebody(contract: Contract, source: Source) -> str:
    """SQL that is true of a row in which an identity number may stand, for next to no cost."""
    tests = ["false"]
    for column in _searched_columns(contract, source):
        value = f'"v_{column.name}"'
        if column.type == "I":
            tests.append(f"{value} >= 100000000000000000")
        else:
            tests.append(f"may_hold_identity_number({value})")
    return " or ".join(tests)


def naming_column(contract: Contract, source: Source) -> str:
    """SQL of the first column in which an identity number stands; null where none does."""
    codes = {*contract.key, *(name for each in contract.references for name in each.columns)}
    texts = ", ".join(
        f"{{'name': {literal(column.name)}, 'text': cast(\"v_{column.name}\" as varchar), "
        f"'until': '{LAST_YEAR_IN_CODES if column.name in codes else LAST_YEAR}'}}"
        for column in _searched_columns(contract, source)
    )
    if not texts:
        return "cast(null as varchar)"
    test = "lambda given: holds_identity_number(given.text, given.until)"
    return f"list_filter([{texts}], {test})[1].name"


def _searched_columns(contract: Contract, source: Source) -> list[Column]:
    return [c for c in contract.read_columns if c.name in source.columns and _is_searched(c)]


def _is_searched(column: Column) -> bool:
    """Whether an identity number could be stored with a value as it is.

    References are searched too: what refers to nothing known is stored all the same.
    """
    return column.type in ("T", "I") and not column.values and not column.personal


def _nothing_given(column: Column, source: Source) -> str:
    item = source.columns[column.name]
    if typed_value(column, item) is not None:
        return f"{item.sql} is null"
    return f"{text_of(column, item)} is null"


def _limits(column: Column, value: str) -> list[str]:
    limits = []
    if column.minimum is not None:
        limits.append(f"{value} >= {column.minimum}")
    if column.first_of_month:
        limits.append(f"day({value}) = 1")
    return limits


def offences(contract: Contract, source: Source) -> str:
    """SQL of the first offence of an unsound row: a struct of column, value and the two reasons.

    `"v_<column>"` are the values, `_named` is the naming column.
    """
    is_guarded = any(column.personal for column in contract.columns)
    cases = []
    for column in judged_columns(contract, source):
        item = source.columns[column.name]
        value = f'"v_{column.name}"'
        value_shown = shown(column, text_of(column, item), is_guarded)
        if column.required:
            cases.append(_case(_nothing_given(column, source), column, "null", EMPTY))
        unreadable = _unknown(column) if column.values else UNREADABLE.get(column.type)
        if unreadable:
            absent = f"{value} is null and not {_nothing_given(column, source)}"
            cases.append(_case(absent, column, value_shown, unreadable))
        for limit, reason in zip(_limits(column, value), _limit_reasons(column), strict=True):
            cases.append(_case(f"not {limit}", column, value_shown, reason))
        if _is_searched(column):
            cases.append(_case(f"_named = {literal(column.name)}", column, value_shown, PERSONAL))
    return f"case {' '.join(cases)} end"


def shown(column: Column, text: str, is_guarded: bool) -> str:
    """The value as it may stand in quarantine.

    A row that slipped by a field has a name where a date is due: a dataset with any personal column
    shows only what is evidently neither a name nor a number of somebody.
    """
    if not is_guarded:
        return f"shown_value({text})"
    if column.personal:
        return "'***'"
    if column.values:
        return f"shown_choice({text}, [{_listed(column.values)}])"
    return f"shown_moment({text})"


def _unknown(column: Column) -> Reason:
    known = ", ".join(column.values)
    return Reason(f"不在允许的取值中：{known}", f"not one of {known}")


def _limit_reasons(column: Column) -> list[Reason]:
    reasons = [NEGATIVE] if column.minimum is not None else []
    return reasons + ([NOT_FIRST] if column.first_of_month else [])


def _case(condition: str, column: Column, shown: str, reason: Reason) -> str:
    return (
        f"when {condition} then struct_pack(column_name := {literal(column.name)}, "
        f"value := {shown}, reason_zh := {literal(reason.zh)}, reason_en := {literal(reason.en)})"
    )
