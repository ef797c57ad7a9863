"""What wins a part's lost points back: the kind of change, its grain, and how people call it.

A rulebook may leave it out; then the part's method says the kind, and a general sentence is made of
the part's nouns. How much takes how many points is computed in `sql/scores/part_gain_step.sql`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from scorecard.rulebook.checks import Finding
from scorecard.rulebook.methods import MethodName
from scorecard.rulebook.values import Above0, Strict, Text

if TYPE_CHECKING:
    from scorecard.rulebook.model import Part

ChangeName = Literal["within", "added", "fewer", "level", "rank", "evidence"]

CHANGES: dict[MethodName, tuple[ChangeName, ...]] = {
    "ratio": ("within", "added"),
    "scaled": ("within",),
    "per_unit": ("added", "within", "evidence"),
    "flag": ("added", "within", "evidence"),
    "levels": ("level",),
    "limit": ("fewer",),
    "rank_bands": ("rank",),
}
"""The changes that fit each method; the first one is taken where the rulebook says nothing."""

_EVIDENCE = "accepted_evidence"
_PLACES: dict[ChangeName, tuple[str, ...]] = {"level": ("{level}",), "rank": ("{n}", "{rank}")}
_PLURAL = re.compile(r"\{[^{}|]+\|[^{}|]+\}")


class NewItem(Strict):
    """What the first item is called where nothing has come yet, and how much value it brings."""

    by: Above0 = Decimal(1)
    zh: Text
    en: Text


class Gain(Strict):
    """How points of a part are won back.

    Attributes:
        change: What is done to the inputs.
        by: The amount is a multiple of it.
        zh: The sentence, with `{n}` for the amount, `{level}` or `{rank}`; `{entry|entries}` gives
            the first word for 1, else the second.
        en: The same in English.
        new: For `within` while there is nothing to divide by: a new item that brings its own base.
            For `fewer` while there is nothing to measure. Without it nothing can be promised then.
        expected_base: For `within` while no base has come: the base that will come.
    """

    change: ChangeName
    by: Above0 = Decimal(1)
    zh: Text
    en: Text
    new: NewItem | None = None
    expected_base: Above0 | None = None


@dataclass(frozen=True, slots=True)
class _Words:
    zh: str
    en: str


_GENERAL: dict[ChangeName, _Words] = {
    "within": _Words("“{zh}”再增加 {{n}}", 'Add {{n}} to "{en}"'),
    "added": _Words("“{zh}”再增加 {{n}}", 'Add {{n}} to "{en}"'),
    "evidence": _Words("“{zh}”再增加 {{n}}", 'Add {{n}} to "{en}"'),
    "fewer": _Words("“{zh}”减少 {{n}}", 'Take {{n}} off "{en}"'),
    "level": _Words("“{zh}”达到“{{level}}”", 'Reach "{{level}}" in "{en}"'),
    "rank": _Words(
        "“{zh}”再增加 {{n}}，升至第 {{rank}} 名", 'Add {{n}} to "{en}" and rank {{rank}}'
    ),
}


def gain_of(part: Part) -> Gain:
    """What the rulebook says, else what the part's method and nouns give."""
    if part.gain is not None:
        return part.gain
    change = CHANGES[part.method][0]
    if part.metric == _EVIDENCE and "evidence" in CHANGES[part.method]:
        change = "evidence"
    # Braces of a noun would be taken for places to fill.
    nouns = {"zh": part.value_zh.translate(_ROUND), "en": part.value_en.translate(_ROUND)}
    words = _GENERAL[change]
    return Gain(change=change, zh=words.zh.format(**nouns), en=words.en.format(**nouns))


_ROUND = str.maketrans("{|}", "(/)")


def check_gain(part: Part) -> list[Finding]:
    """The change fits the method, and each sentence has the places that it fills."""
    gain = part.gain
    if gain is None:
        return []
    fitting = CHANGES[part.method]
    if gain.change not in fitting:
        what = f"change {gain.change} does not fit method {part.method}"
        return [Finding(("gain", "change"), what, f"{part.method} takes {', '.join(fitting)}")]
    return [*_check_keys(part, gain), *_check_sentences(gain)]


def _check_keys(part: Part, gain: Gain) -> Iterator[Finding]:
    divides = gain.change == "within" and part.method in ("ratio", "scaled")
    if gain.change == "level" and gain.by != 1:
        yield Finding(("gain", "by"), "`by` does not belong to change level", "remove it")
    if gain.new is not None and not divides and gain.change != "fewer":
        what = f"`new` does not belong to change {gain.change} of method {part.method}"
        yield Finding(("gain", "new"), what, "remove it; it is for within a ratio, and for fewer")
    if gain.expected_base is not None and not divides:
        what = f"`expected_base` does not belong to change {gain.change} of method {part.method}"
        yield Finding(("gain", "expected_base"), what, "remove it; it is for within a ratio")


def _check_sentences(gain: Gain) -> Iterator[Finding]:
    places = _PLACES.get(gain.change, ("{n}",))
    for language in ("zh", "en"):
        yield from _check_sentence(("gain", language), getattr(gain, language), places, places)
        if gain.new is not None:
            text = getattr(gain.new, language)
            yield from _check_sentence(("gain", "new", language), text, ("{n}",), ())


def _check_sentence(
    location: tuple[str, ...], text: str, known: tuple[str, ...], needed: tuple[str, ...]
) -> Iterator[Finding]:
    rest = _PLURAL.sub("", text)
    for place in known:
        if place in needed and place not in rest:
            what = f"`{location[-1]}` of `{location[-2]}` lacks {place}"
            yield Finding(location, what, f"say {place} where it belongs")
        rest = rest.replace(place, "")
    if "{" in rest or "}" in rest:
        what = f"`{location[-1]}` of `{location[-2]}` has braces that nothing fills"
        yield Finding(location, what, f"known: {', '.join(known)}, {{one|many}}")
