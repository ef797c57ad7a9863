"""From templates to pages: the environment, bilingual text, and how numbers and days are written.

Decimals are written as they are, never by way of a float. A bilingual text is a pair of spans of
which the style shows the one in the reader's language.
"""

from __future__ import annotations

import datetime as dt
import json
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from scorecard.report.reading import REACH, Row
from scorecard.report.words import CODES, FILTERED, WORDS, by_state
from scorecard.shades import PART_MISSING_MARK, shade_of

TEMPLATES = Path(__file__).with_name("templates")
NOTHING = "–"


@cache
def environment() -> Environment:
    """The templates with everything that they may call."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    made.globals.update(t=word, both=both, label=label, hint=hint, code=code_word, option=option)
    made.globals.update(by_state=by_state, shade=shade, part_missing_mark=PART_MISSING_MARK)
    made.globals.update(status_words=FILTERED, reach=str(REACH))
    made.filters.update(duration=duration)
    made.filters.update(num=num, plain=plain, signed=signed, day=day, moment=moment)
    made.filters.update(share=share, days=days, data=as_json)
    return made


def both(zh: object, en: object) -> Markup:
    """A text in both languages."""
    if zh == en:
        return escape(zh)
    return Markup('<span lang="zh">{}</span><span lang="en">{}</span>').format(zh, en)


@cache
def word(key: str, **values: str) -> Markup:
    """A label of `words.py`."""
    zh, en = WORDS[key]
    return both(zh.format(**values), en.format(**values)) if values else both(zh, en)


@cache
def code_word(kind: str, value: str) -> Markup:
    """A code of the published file in words."""
    return both(*CODES[kind][value])


@cache
def label(key: str) -> Markup:
    """A name for screen readers; the script puts the English one in its place and back."""
    return Markup('aria-label="{}" data-en="{}"').format(*WORDS[key])


@cache
def hint(key: str) -> Markup:
    """The name of a field that also stands in it while it is empty."""
    return label(key) + Markup(' placeholder="{}"').format(WORDS[key][0])


def option(value: str, zh: str, en: str) -> Markup:
    """A choice of a select, which can hold no spans."""
    return Markup('<option value="{}" data-en="{}">{}</option>').format(value, en, zh)


def num(value: Decimal | int | None) -> str:
    """A score, rate or count exactly as published."""
    return NOTHING if value is None else str(value)


def plain(value: Decimal | int | None) -> str:
    """An amount to two decimals, half up, without zeros at its end, thousands apart."""
    if value is None:
        return NOTHING
    if isinstance(value, Decimal):
        value = value.quantize(Decimal("0.01"), ROUND_HALF_UP)
    text = f"{value:,}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def signed(value: Decimal | int | None) -> str:
    """A change, with a real minus sign."""
    return NOTHING if value is None else f"{value:+}".replace("-", "\N{MINUS SIGN}")


def share(value: Decimal | None) -> str:
    """A share of 1 in percent."""
    return NOTHING if value is None else f"{_rounded(value * 100, '0.01')}%"


def _rounded(value: Decimal, to: str) -> Decimal:
    """Half up, as scores are."""
    return value.quantize(Decimal(to), ROUND_HALF_UP)


def days(hours: Decimal | None) -> str:
    """Hours as days, to a tenth."""
    return NOTHING if hours is None else f"{_rounded(hours / 24, '0.1')}"


def duration(hours: Decimal | None) -> str:
    """Hours as `h:mm`, to the minute, half up."""
    if hours is None:
        return NOTHING
    minutes = int((hours * 60).quantize(Decimal(1), ROUND_HALF_UP))
    return f"{minutes // 60}:{minutes % 60:02}"


def shade(row: Row) -> str:
    """The step of the scale that a score's cell has, by the class's letter."""
    return shade_of(row["score"], row["points"], row["status"]).key


def day(value: dt.date | None) -> str:
    """A date, of a timestamp too."""
    return NOTHING if value is None else value.strftime("%Y-%m-%d")


def moment(value: dt.datetime | None) -> str:
    """A timestamp to the minute."""
    return NOTHING if value is None else value.strftime("%Y-%m-%d %H:%M")


def as_json(value: Any) -> Markup:
    """Data for a script, safe inside its element: no `<` can end it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))
