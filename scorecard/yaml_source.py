"""YAML files read with the line of every key.

Every plain value stays text (a code 001 stays 001, 0.8 never becomes a binary fraction, `yes` is
no boolean); the models turn texts into numbers and dates. Keep what a file means out of here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import yaml

from scorecard.errors import ConfigurationError

Key: TypeAlias = str | int
Location: TypeAlias = tuple[Key, ...]
Data: TypeAlias = "str | list[Data] | dict[str, Data]"


@dataclass(slots=True)
class Source:
    """A YAML file's content: texts, lists and mappings, and where each stands.

    Attributes:
        path: The file, as it was named by the caller.
        digest: SHA-256 of the file's bytes, hexadecimal.
        data: The content.
        lines: The line (from 1) of each key and list item, by its location.
        problems: What the file itself breaks: keys given twice, aliases.
    """

    path: Path
    digest: str
    data: Data = ""
    lines: dict[Location, int] = field(default_factory=dict)
    problems: list[ConfigurationError] = field(default_factory=list)

    def line(self, location: Location) -> int:
        """The line of a location, or of the nearest thing around it that is in the file."""
        while location not in self.lines and location:
            location = location[:-1]
        return self.lines.get(location, 1)

    def at(self, location: Location) -> Data | None:
        """The content at a location; None where the file has nothing there."""
        here: Data = self.data
        for key in location:
            inside = dict(enumerate(here)) if isinstance(here, list) else here
            if not isinstance(inside, dict) or key not in inside:
                return None
            here = inside[key]  # type: ignore[index]
        return here


def read_source(path: Path) -> Source:
    """Reads a YAML file.

    Raises:
        ConfigurationError: The file cannot be read, is not UTF-8 or not YAML, or is empty.
    """
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise ConfigurationError(
            f"cannot be read: {error.strerror}",
            str(path),
            "check the path and its rights",
        ) from error
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ConfigurationError(
            "is not UTF-8", f"{path}:{line}", "save the file as UTF-8"
        ) from error
    root = _compose(text, path)
    if root is None:
        raise ConfigurationError("is empty", str(path), "write it, or remove it")
    source = Source(path, hashlib.sha256(content).hexdigest())
    source.data = _build(root, (), source, set())
    return source


def _compose(text: str, path: Path) -> yaml.Node | None:
    # The parser written in C is about ten times as fast; wheels of PyYAML carry it.
    loader = yaml.CBaseLoader if yaml.__with_libyaml__ else yaml.BaseLoader
    try:
        node: yaml.Node | None = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        what = f"is not YAML: {error.problem or error.context}"
        raise ConfigurationError(
            what, f"{path}:{line}", "mend the indentation or quotes"
        ) from error
    except yaml.YAMLError as error:
        what = f"is not YAML: {' '.join(str(error).split())}"
        raise ConfigurationError(what, str(path), "remove the special characters") from error
    return node


def _build(node: yaml.Node, location: Location, source: Source, seen: set[int]) -> Data:
    source.lines.setdefault(location, node.start_mark.line + 1)
    if id(node) in seen:
        _problem(source, node, "an alias (*name) is not allowed", "write the value out")
        return ""
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        return [_build(n, (*location, i), source, seen) for i, n in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return _build_mapping(node, location, source, seen)
    return str(node.value)


def _build_mapping(
    node: yaml.MappingNode, location: Location, source: Source, seen: set[int]
) -> dict[str, Data]:
    built: dict[str, Data] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        if not isinstance(key_node, yaml.ScalarNode):
            _problem(source, key_node, "a key must be a plain text", "write `key: value`")
        elif key in built:
            first = source.lines[(*location, key)]
            _problem(source, key_node, f"key {key!r} stands twice", f"first on line {first}")
        else:
            source.lines[(*location, key)] = key_node.start_mark.line + 1
            built[key] = _build(value_node, (*location, key), source, seen)
    return built


def _problem(source: Source, node: yaml.Node, what: str, mend: str) -> None:
    where = f"{source.path}:{node.start_mark.line + 1}"
    source.problems.append(ConfigurationError(what, where, mend))
