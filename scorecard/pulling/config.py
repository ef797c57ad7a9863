"""From `sources.yaml` to platforms and bindings, with every problem named by file and line.

A binding is of its source's kind, which the file says once, at the source; a preset is laid under
what the file says. All problems come in one error, and none shows a value that may be a secret.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from scorecard.contract import Contract
from scorecard.pulling import presets
from scorecard.pulling.bindings import Binding
from scorecard.pulling.checks import Finding, binding_findings, source_findings
from scorecard.pulling.model import Sources
from scorecard.pulling.platforms import Source
from scorecard.pulling.values import Model
from scorecard.yaml_problems import Problems, YamlError
from scorecard.yaml_source import Data, Location, read_source

_M = TypeVar("_M", bound=Model)

_SHOWN = {
    "literal_error", "int_parsing", "float_parsing", "bool_parsing", "value_error",
    "greater_than", "greater_than_equal", "less_than", "less_than_equal",
}  # fmt: skip
"""Where a number, a word of a list, a span or a zone belongs; elsewhere may stand a secret."""


class SourcesError(YamlError):
    """All problems of `sources.yaml`."""


def load_sources(path: Path, contracts: Mapping[str, Contract]) -> Sources:
    """What is pulled from where; nothing, if there is no such file.

    Args:
        path: The file.
        contracts: The contracts of all datasets, by name.

    Raises:
        ConfigurationError: One problem or more, each with file, line and mend.
    """
    if not os.path.lexists(path):
        return Sources.model_construct()  # needs no model to be built
    file = read_source(path)
    problems = Problems(file, _subject, _may_be_shown)
    read = _Reading(file.data if isinstance(file.data, dict) else {}, contracts, problems)
    if not isinstance(file.data, dict):
        problems.add((), "holds no keys", "write sources and datasets")
    sources = read.whole()
    if found := problems.told():
        raise SourcesError(found)
    return sources


class _Reading:
    """One reading of the file: what is sound is kept, what is not goes to the problems."""

    def __init__(
        self, data: dict[str, Data], contracts: Mapping[str, Contract], problems: Problems
    ) -> None:
        self._data, self._contracts, self._problems = data, contracts, problems
        self._given = self._section("sources")
        self._presets = {name: self._preset(name) for name in self._given}
        self._platforms: dict[str, Source] = {}

    def whole(self) -> Sources:
        top = {k: v for k, v in self._data.items() if k not in ("sources", "datasets")}
        sources = self._validated(Sources, top, ()) or Sources.model_construct()
        for name in self._given:
            if platform := self._platform(name):
                self._platforms[name] = platform
        bindings = {name: self._binding(name, g) for name, g in self._section("datasets").items()}
        bound = {name: binding for name, binding in bindings.items() if binding}
        return sources.model_copy(update={"sources": self._platforms, "datasets": bound})

    def _platform(self, name: str) -> Source | None:
        at: Location = ("sources", name)
        if name != name.strip() or not name or "/" in name:
            self._problems.add(at, f"{name!r} is no name", "write a word, such as credit")
        kind = self._kind(name)
        if kind is None:
            what = "`kind` is missing or unknown"
            self._problems.add((*at, "kind"), what, f"known: {', '.join(_PLATFORMS)}")
            return None
        data = presets.laid_under(self._presets[name].get("source"), self._given[name])
        platform = self._validated(_PLATFORMS[kind], data, at)
        if platform is not None:
            self._add(at, source_findings(platform))
        return platform

    def _binding(self, dataset: str, given: dict[str, Data]) -> Binding | None:
        at: Location = ("datasets", dataset)
        contract = self._contracts.get(dataset)
        if contract is None:
            known = ", ".join(sorted(self._contracts))
            self._problems.add(at, f"no dataset is called {dataset!r}", f"known: {known}")
        source = given.get("source")
        if not isinstance(source, str) or source not in self._given:
            what = "`source` is missing or names no source"
            mend = f"known: {', '.join(self._given) or 'none, add one under sources'}"
            self._problems.add((*at, "source"), what, mend)
            return None
        if (kind := self._kind(source)) is None:
            return None  # its source is told
        if "kind" in given:
            self._problems.add((*at, "kind"), "key 'kind' is unknown", "remove it")
        presets_of = self._presets[source].get("datasets")
        preset = presets_of.get(dataset) if isinstance(presets_of, dict) else None
        data = presets.laid_under(preset, given) | {"kind": kind}
        binding = self._validated(_BINDINGS[kind], data, at, unwritten=("kind",))
        if binding and contract and (platform := self._platforms.get(source)):
            self._add(at, binding_findings(platform, binding, contract))
        return binding

    def _kind(self, source: str) -> str | None:
        kind = self._given[source].get("kind")
        return kind if isinstance(kind, str) and kind in _PLATFORMS else None

    def _preset(self, source: str) -> Mapping[str, Data]:
        """What the source's preset says; other kinds than http have none, and say so as models."""
        name = self._given[source].get("preset")
        if not isinstance(name, str) or self._kind(source) != "http":
            return {}
        if name not in presets.known():
            at = ("sources", source, "preset")
            known = f"known: {', '.join(presets.known())}"
            self._problems.add(at, f"no preset is called {name!r}", known)
        return presets.read_preset(name)

    def _section(self, name: str) -> dict[str, dict[str, Data]]:
        """The entries of `sources` or `datasets`; one that is left empty has none."""
        section = self._data.get(name, {})
        if section and not isinstance(section, dict):
            self._problems.add((name,), f"`{name}` has no names in it", "write `name: {...}`")
        entries = section if isinstance(section, dict) else {}
        for key, entry in entries.items():
            if not isinstance(entry, dict):
                self._problems.add((name, key), "says nothing", "write `key: value` below it")
        return {key: entry for key, entry in entries.items() if isinstance(entry, dict)}

    def _validated(
        self, model: type[_M], data: Any, at: Location, unwritten: tuple[str, ...] = ()
    ) -> _M | None:
        try:
            return model.model_validate(data)
        except ValidationError as error:
            self._problems.add_refused(error, model, at, unwritten)
            return None

    def _add(self, at: Location, findings: Iterable[Finding]) -> None:
        for place, what, mend in findings:
            self._problems.add((*at, *place), what, mend)


def _by_kind(union: Any) -> dict[str, Any]:
    """The models of a union by the kind that each has."""
    models = get_args(get_args(union)[0])
    return {get_args(model.model_fields["kind"].annotation)[0]: model for model in models}


_PLATFORMS = _by_kind(Source)
_BINDINGS = _by_kind(Binding)


def _subject(location: Location) -> str:
    return ".".join(map(str, location))


def _may_be_shown(error: ErrorDetails) -> bool:
    return error["type"] in _SHOWN
