"""The shape of a rulebook file, and the proof that its rules are sound.

A tree of three levels names each indicator's code once; the indicators stand below it in a flat
list, each with its parts. Checks that need the metrics take them from the validation context.
Every problem carries the location of the key it speaks of, so that `load` can name the line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import (
    Field,
    StringConstraints,
    ValidationInfo,
    model_validator,
)

from scorecard.rulebook.checks import Finding, add_up, check_part, raise_findings
from scorecard.rulebook.gain import Gain, check_gain, gain_of
from scorecard.rulebook.methods import MethodName, Metric
from scorecard.rulebook.values import (
    Above0,
    Code,
    Day,
    From0,
    Name,
    Points,
    PointsOrZero,
    Strict,
    Text,
    Texts,
)


class Band(Strict):
    """Points of the ranks up to and including `to_rank`, from where the band before it ended."""

    to_rank: Annotated[int, Field(ge=1, description="a whole number from 1")]
    points: PointsOrZero


class LevelPoints(Strict):
    """Points of one of the levels that a metric can answer with, and how people call it."""

    level: Name
    points: PointsOrZero
    name_zh: Text
    name_en: Text


class Part(Strict):
    """One measured part of an indicator: a method applied to a metric.

    `value_*` and `base_*` are the nouns that an explanation puts beside the numbers.
    """

    part: Name
    name_zh: Text
    name_en: Text
    points: Points
    method: MethodName
    metric: Name
    options: dict[str, Texts] = Field(default_factory=dict, description="name: text or list")
    each: Above0 | None = None
    at_least: Above0 | None = None
    at_most: From0 | None = None
    levels: tuple[LevelPoints, ...] | None = None
    rank_bands: tuple[Band, ...] | None = None
    no_input: Literal["missing", "not_applicable"] | None = None
    empty: Literal["zero", "full", "not_applicable"] | None = None
    value_zh: Text
    value_en: Text
    base_zh: Text | None = None
    base_en: Text | None = None
    rule_zh: Text
    rule_en: Text
    gain: Gain | None = None

    @model_validator(mode="after")
    def _is_sound(self, info: ValidationInfo) -> Self:
        metrics: Mapping[str, Metric] = (info.context or {})["metrics"]
        raise_findings([*check_part(self, metrics), *check_gain(self)])
        return self

    @property
    def threshold(self) -> Decimal | None:
        """The least value that earns a flag (1 where the file does not say), else None."""
        if self.method != "flag":
            return None
        return Decimal(1) if self.at_least is None else self.at_least

    @property
    def wins_back(self) -> Gain:
        """How lost points are won back, a general answer where the file does not say."""
        return gain_of(self)


class Indicator(Strict):
    """An indicator, which is the sum of its parts.

    `reading_*` tells which reading was chosen, and why, where the assessing city left a rule open.
    """

    code: Code
    name_zh: Text
    name_en: Text
    points: Points
    data_provider: Text | None = None
    reading_zh: Text | None = None
    reading_en: Text | None = None
    parts: Annotated[tuple[Part, ...], Field(min_length=1, description="a list of parts")]

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        findings = add_up("its parts", self.points, [part.points for part in self.parts])
        findings += _twice("part", [(part.part, ("parts", i)) for i, part in enumerate(self.parts)])
        if (self.reading_zh is None) != (self.reading_en is None):
            there, lacks = ("zh", "en") if self.reading_en is None else ("en", "zh")
            what = f"`reading_{there}` is given and `reading_{lacks}` is not"
            findings.append(Finding((f"reading_{there}",), what, "give both or neither"))
        raise_findings(findings)
        return self


class Level3(Strict):
    """The lowest level of the tree: a named group of indicators."""

    name_zh: Text
    name_en: Text
    points: Points
    codes: Annotated[tuple[Code, ...], Field(min_length=1, description="a list of codes")]


class Level2(Strict):
    """The middle level of the tree."""

    name_zh: Text
    name_en: Text
    points: Points
    levels: Annotated[tuple[Level3, ...], Field(min_length=1, description="a list of levels")]

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        raise_findings(add_up("its levels", self.points, [below.points for below in self.levels]))
        return self


class Level1(Strict):
    """The top level of the tree."""

    name_zh: Text
    name_en: Text
    points: Points
    levels: Annotated[tuple[Level2, ...], Field(min_length=1, description="a list of levels")]

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        raise_findings(add_up("its levels", self.points, [below.points for below in self.levels]))
        return self


class Placed(NamedTuple):
    """An indicator with the three levels above it."""

    level1: Level1
    level2: Level2
    level3: Level3
    indicator: Indicator


class RulebookContent(Strict):
    """All that a rulebook file says."""

    name_zh: Text
    name_en: Text
    year: Annotated[int, Field(ge=2000, le=2999, description="a year, like 2019")]
    city_code: Annotated[
        str,
        StringConstraints(pattern=r"^[0-9]{6}$"),
        Field(description="the six digits of the city's division code, like 340600"),
    ]
    decisions_until: Day
    points: Points
    levels: Annotated[tuple[Level1, ...], Field(min_length=1, description="a list of levels")]
    indicators: Annotated[
        tuple[Indicator, ...], Field(min_length=1, description="a list of indicators")
    ]

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        findings = add_up("its levels", self.points, [level.points for level in self.levels])
        if self.decisions_until <= date(self.year, 12, 31):
            what = f"`decisions_until` is {self.decisions_until}, inside the year {self.year}"
            mend = f"decisions come after the year: give {self.year + 1}-01-01 or later"
            findings.append(Finding(("decisions_until",), what, mend))
        defined = [(each.code, ("indicators", i)) for i, each in enumerate(self.indicators)]
        findings += _twice("code", defined)
        findings += _check_leaves(self.levels, {each.code: each for each in self.indicators})
        placed = {code for level in _level3s(self.levels) for code in level.model.codes}
        for code, location in defined:
            if code not in placed:
                what = f"indicator {code} stands under no level"
                findings.append(Finding((*location, "code"), what, "add it to `codes` of a level"))
        raise_findings(findings)
        return self


class Rulebook(RulebookContent):
    """A sound rulebook.

    Attributes:
        assessment_id: The file's stem.
        digest: SHA-256 of the file's bytes, hexadecimal.
        path: The file.
    """

    assessment_id: str
    digest: str
    path: Path

    def placed(self) -> Iterator[Placed]:
        """Every indicator with its levels, in the order of the tree."""
        indicators = {indicator.code: indicator for indicator in self.indicators}
        for level1 in self.levels:
            for level2 in level1.levels:
                for level3 in level2.levels:
                    for code in level3.codes:
                        yield Placed(level1, level2, level3, indicators[code])


@dataclass(frozen=True, slots=True)
class _Leaf:
    model: Level3
    location: tuple[str | int, ...]


def _level3s(levels: Sequence[Level1]) -> Iterator[_Leaf]:
    for i, level1 in enumerate(levels):
        for j, level2 in enumerate(level1.levels):
            for k, level3 in enumerate(level2.levels):
                yield _Leaf(level3, ("levels", i, "levels", j, "levels", k))


def _check_leaves(levels: Sequence[Level1], indicators: Mapping[str, Indicator]) -> list[Finding]:
    """Each code under the tree is an indicator, stands once, and the points below add up."""
    findings: list[Finding] = []
    places: list[tuple[str, tuple[str | int, ...]]] = []
    for leaf in _level3s(levels):
        places += [(code, (*leaf.location, "codes", i)) for i, code in enumerate(leaf.model.codes)]
        known = [indicators[code].points for code in leaf.model.codes if code in indicators]
        if len(known) == len(leaf.model.codes):
            findings += add_up("its indicators", leaf.model.points, known, leaf.location)
    for code, location in places:
        if code not in indicators:
            mend = "add it to `indicators`, or take it out of the level"
            findings.append(Finding(location, f"code {code} is no indicator of this file", mend))
    return findings + _twice("code", places)


def _twice(kind: str, places: Sequence[tuple[str, tuple[str | int, ...]]]) -> list[Finding]:
    counts = Counter(name for name, _ in places)
    seen: set[str] = set()
    findings = []
    for name, location in places:
        if counts[name] > 1 and name in seen:
            what = f"{kind} {name!r} stands {counts[name]} times"
            findings.append(Finding(location, what, f"keep each {kind} once"))
        seen.add(name)
    return findings
