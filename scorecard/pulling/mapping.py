"""From a platform's columns to the contract's: names, codes, times.

What comes out are the texts that a file would have brought, so that landing casts and judges them
like any file's. What does not convert is passed on as it came, for landing to quarantine; only a
code that nobody listed is told here, since the contract may not know that it is one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from scorecard.clock import TIME_ZONE
from scorecard.connectors.base import Wanted
from scorecard.contract import Column, Contract
from scorecard.landing.casts import shown
from scorecard.landing.source import Reason
from scorecard.pulling.bindings import Binding, FilesBinding, HttpBinding, Mapped, SqlBinding
from scorecard.quoting import literal

PROBE_TIME = "probed_at"
"""The watermark of probes, whose connectors name their columns as the contract does."""
MANY_ROWS = 100
"""In so many rows of JSON a column that is never there has vanished."""
SOME_ROWS = 20
"""In so many it may have: one that is filled in every seventh row is in none of 20 once in 20."""
_EPOCH = {"epoch_s": 1_000_000, "epoch_ms": 1_000}
_CODE = "[A-Za-z0-9_.-]{1,8}"
"""What is too short for a number of somebody, and no name in Chinese."""
_CLOCK = ("%H", "%I", "%c", "%T", "%X", "%s")
_OFFSET = r"'(:\d\d([.,]\d+)?)\s*([Zz]|[+-]\d\d(:?\d\d)?)\s*$'"
"""A clock and then an offset: a day alone may end in what looks like one."""


def wanted(contract: Contract, binding: Binding) -> Wanted:
    """What to ask a platform for.

    What the contract requires must be there, as well as what a field or the watermark names.
    """
    fields = _fields(contract, binding)
    named = binding.fields if isinstance(binding, HttpBinding | SqlBinding) else {}
    must = [
        item.source
        for name, item in fields.items()
        if item.source and (name in named or contract.column(name).required)
    ]
    mark = mark_column(binding)
    mapped = tuple(dict.fromkeys([*must, *([mark] if mark else [])]))
    offered = (item.source for item in fields.values() if item.source)
    return Wanted(mapped, tuple(name for name in offered if name not in mapped))


def needed(contract: Contract, binding: Binding, answered: int) -> tuple[str, ...]:
    """What an answer of so many rows must have; JSON may leave a null out of each of a few rows."""
    mapped = wanted(contract, binding).mapped
    if not isinstance(binding, HttpBinding) or answered >= MANY_ROWS:
        return mapped
    fields = _fields(contract, binding)
    may_be_null = {
        item.source for name, item in fields.items() if not contract.column(name).required
    }
    required = {item.source for name, item in fields.items() if contract.column(name).required}
    kept = {*required, mark_column(binding)}
    return tuple(name for name in mapped if name in kept or name not in may_be_null)


def mark_column(binding: Binding) -> str | None:
    """The platform's column that says how far a pull has come."""
    if isinstance(binding, FilesBinding):
        return None
    if isinstance(binding, HttpBinding | SqlBinding):
        return binding.watermark.column if binding.watermark else None
    return PROBE_TIME


def given_columns(contract: Contract, binding: Binding, names: Collection[str]) -> tuple[str, ...]:
    """The contract's columns that come of a platform's columns of these names."""
    return tuple(
        name
        for name, item in _fields(contract, binding).items()
        if item.constant is not None or item.source in names
    )


def mapped_select(
    contract: Contract, binding: Binding, source_time_zone: str, given: Sequence[str]
) -> str:
    """A SELECT over `answer`, whose columns are `c0`, `c1` and on: the platform's columns `given`.

    It gives the contract's columns as texts, `_mark` (typed), and `_reject`: a struct of column,
    value and reasons, null of a row whose codes are all listed.
    """
    fields = _fields(contract, binding)
    place = {name: f"c{i}" for i, name in enumerate(given)}
    columns, unknown = [], []
    for column in contract.read_columns:
        item = fields[column.name]
        x = place.get(item.source or "")
        if item.constant is not None:
            text = literal(item.constant)
        elif x is None:
            text = "cast(null as varchar)"
        else:
            text = _text(column, item, x, source_time_zone)
            unknown += _unknown(contract, column, item, x)
        columns.append(f'{text} as "{column.name}"')
    mark = _mark(fields, binding, place, source_time_zone)
    reject = f"case {' '.join(unknown)} end" if unknown else "null"
    return f"select {', '.join(columns)}, {mark} as _mark, {reject} as _reject from answer"


def _fields(contract: Contract, binding: Binding) -> Mapping[str, Mapped]:
    """How each column of the contract comes about: what no field says has its own name."""
    named = binding.fields if isinstance(binding, HttpBinding | SqlBinding) else {}
    return {
        c.name: named.get(c.name) or Mapped.model_validate({"from": c.name})
        for c in contract.read_columns
    }


def _text(column: Column, item: Mapped, x: str, source_time_zone: str) -> str:
    if item.values is not None:
        cases = (f"when {literal(k)} then {literal(v)}" for k, v in item.values.items())
        return f"case landed_text({x}) {' '.join(cases)} end"
    if column.type not in ("D", "TS"):
        return x
    zone = item.time_zone or source_time_zone
    if item.format is None and column.type == "TS" and zone == TIME_ZONE.key:
        return x  # as landing reads it, offset or none
    moment = _formatted(x, item.format, zone, TIME_ZONE.key) or _iso_moved(x, zone)
    if column.type == "D":  # a platform's time is the day that it is here
        moment = f"cast({moment} as date)"
    return f"coalesce(cast({moment} as varchar), {x})"


def _unknown(contract: Contract, column: Column, item: Mapped, x: str) -> list[str]:
    """The case of a code that is not listed; none where a column has no codes."""
    if item.values is None:
        return []
    text, codes = f"landed_text({x})", ", ".join(map(literal, item.values))
    known = ", ".join(item.values)
    why = Reason(
        f"来源代码未在 sources.yaml 中列出，已列出的有：{known}",
        f"a code that sources.yaml does not list; it lists {known}",
    )
    value = shown(column, text, any(each.personal for each in contract.columns))
    if not column.personal:  # whoever is to list it has to see it; no row slips by a field here
        value = f"case when regexp_full_match({text}, '{_CODE}') then {text} else {value} end"
    return [
        f"when {text} not in ({codes}) then struct_pack(column_name := {literal(column.name)}, "
        f"value := {value}, reason_zh := {literal(why.zh)}, reason_en := {literal(why.en)})"
    ]


def _mark(
    fields: Mapping[str, Mapped], binding: Binding, place: Mapping[str, str], zone: str
) -> str:
    """The watermark of a row, typed; a time in the platform's zone, finite."""
    name = mark_column(binding)
    if isinstance(binding, FilesBinding) or binding.watermark is None or name is None:
        return "cast(null as varchar)"
    if name not in place:
        return "cast(null as varchar)"
    x, watermark = place[name], binding.watermark
    if watermark.kind == "integer":
        return f"landed_integer({x})"
    if watermark.kind == "text":
        return x
    own = [item.format for item in fields.values() if item.source == name and item.format]
    formats = [watermark.format] if watermark.format else own
    moments = [m for each in formats if (m := _formatted(x, each, zone, zone))]
    moment = f"coalesce({', '.join([*moments, _iso(x, zone)])})"
    return f"case when isfinite({moment}) then {moment} end"


def _formatted(x: str, form: str | None, zone: str, target: str) -> str | None:
    """A time that is not written as ISO; without a clock it is a day, in any zone."""
    if form is None:
        return None
    if form in _EPOCH:
        micros = f"cast(round(try_cast({x} as decimal(38, 9)) * {_EPOCH[form]}) as bigint)"
        return f"timezone('{target}', timezone('UTC', try(make_timestamp({micros}))))"
    parsed = f"try_strptime(landed_text({x}), {literal(form)})"
    if "%z" in form or "%Z" in form:
        return f"timezone('{target}', {parsed})"
    return _moved(parsed, zone, target) if any(sign in form for sign in _CLOCK) else parsed


def _iso(x: str, zone: str) -> str:
    """A time of any shape that landing reads, in its zone; the usual shapes cost little."""
    unusual = f"timezone('{TIME_ZONE.key}', landed_timestamp({x}))"
    with_offset = f"timezone('{zone}', coalesce(try_cast({x} as timestamptz), {unusual}))"
    return (
        f"case when regexp_matches({x}, {_OFFSET}) then {with_offset} "
        f"else coalesce(try_cast({x} as timestamp), landed_timestamp({x})) end"
    )


def _iso_moved(x: str, zone: str) -> str:
    """The same in our zone where there is a clock; null for a day, which is the same everywhere."""
    moved = _moved(_iso(x, zone), zone, TIME_ZONE.key)
    return f"case when contains(half_width({x}), ':') then {moved} end"


def _moved(moment: str, zone: str, target: str) -> str:
    return moment if zone == target else f"timezone('{target}', timezone('{zone}', {moment}))"
