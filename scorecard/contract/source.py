"""Reading one contract file so that every complaint about it names its line.

The fast C loader gives plain values without lines. A `Node` is a value with the way that leads to
it; only when something is wrong is the file composed a second time, to find the line. The check
against the data contract standard lives here too, since it is slow to import (0.4 s) and is only
asked for by `scorecard check` and the tests. What a contract means belongs in `load.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

from scorecard.errors import ConfigurationError

Kind = TypeVar("Kind", str, bool, list[Any], dict[str, Any])
_KIND_NAMES = {str: "a text", bool: "true or false", list: "a list", dict: "a mapping"}


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a YAML file and the keys that lead to it from the top."""

    path: Path
    value: object
    keys: tuple[str | int, ...] = ()

    def find(self, key: str) -> Node | None:
        """The value under a key, None where there is none or it is empty."""
        value = self._of_kind(dict).get(key)
        return None if value is None else Node(self.path, value, (*self.keys, key))

    def need(self, key: str) -> Node:
        """The value under a key that has to be there."""
        node = self.find(key)
        if node is None:
            raise self.error(f"{key} is missing", f"give {key}")
        return node

    def under(self, key: str) -> list[Node]:
        """The entries of the list under a key, none where the key is absent."""
        node = self.find(key)
        return [] if node is None else node.entries()

    def entries(self) -> list[Node]:
        """The entries of the value, a list."""
        return [
            Node(self.path, value, (*self.keys, at)) for at, value in enumerate(self._of_kind(list))
        ]

    def text(self) -> str:
        """The value as a text that is not blank."""
        text = self._of_kind(str).strip()
        if not text:
            raise self.error("the text is empty", "fill it in")
        return text

    def texts(self) -> tuple[str, ...]:
        """The value as a list of texts."""
        return tuple(entry.text() for entry in self.entries())

    def flag(self) -> bool:
        """The value as true or false."""
        return self._of_kind(bool)

    def count(self) -> int:
        """The value as a whole number from 0 on."""
        if not isinstance(self.value, int) or isinstance(self.value, bool) or self.value < 0:
            raise self.error(
                f"'{self.value}' is not a whole number from 0 on", "give such a number"
            )
        return self.value

    def one_of(self, known: Sequence[str]) -> str:
        """The value as one of the known texts."""
        text = self.text()
        if text not in known:
            raise self.error(f"'{text}' is not known here", f"use one of: {', '.join(known)}")
        return text

    def both_languages(self) -> tuple[str, str]:
        """The value as a Chinese and an English text: two lines, in that order."""
        lines = self.text().splitlines()
        if len(lines) != 2:
            raise self.error(
                f"a text in both languages has {len(lines)} line(s)",
                "write one line of Chinese, then one of English",
            )
        return lines[0].strip(), lines[1].strip()

    def error(self, what: str, mend: str) -> ConfigurationError:
        """The error that says what is wrong with this value, at its file and line."""
        return ConfigurationError(what, f"{self.path}:{self._line()}", mend)

    def _of_kind(self, kind: type[Kind]) -> Kind:
        if not isinstance(self.value, kind):
            name = _KIND_NAMES[kind]
            raise self.error(f"'{str(self.value)[:60]}' is not {name}", f"give {name}")
        return self.value

    def _line(self) -> int:
        node = yaml.compose(self.path.read_text("utf-8"), Loader=yaml.CSafeLoader)
        line = 1
        for key in self.keys:
            if isinstance(node, yaml.MappingNode):
                pairs = {name.value: (name, value) for name, value in node.value}
                if key not in pairs:
                    break
                line, node = pairs[key][0].start_mark.line + 1, pairs[key][1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(key, int):
                node = node.value[key]
                line = node.start_mark.line + 1
        return line


def read_source(path: Path) -> Node:
    """The top of a YAML file.

    Raises:
        ConfigurationError: The file is not UTF-8 or not YAML.
    """
    try:
        return Node(path, yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader))
    except UnicodeDecodeError as error:
        raise ConfigurationError("not UTF-8", str(path), "save it as UTF-8") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ConfigurationError(
            f"not valid YAML: {getattr(error, 'problem', None) or _one_line(str(error))}",
            f"{path}:{mark.line + 1 if mark else 1}",
            "mend the notation",
        ) from error


def check_standard(source: Node) -> None:
    """Hold a contract against the Open Data Contract Standard.

    Both of the package's checks are made: its models refuse unknown keys at the top and wrong
    kinds, but take any logicalType; its JSON schema refuses that.

    Raises:
        ConfigurationError: The contract is not valid under the standard.
    """
    from jsonschema.exceptions import best_match
    from open_data_contract_standard.model import OpenDataContractStandard
    from pydantic import ValidationError

    _check_doubled_keys(source.path)
    mend = "see the Open Data Contract Standard"
    fault = best_match(_standard().iter_errors(source.value))
    if fault is not None:
        where = Node(source.path, fault.instance, tuple(fault.absolute_path))
        raise where.error(f"against the standard: {_one_line(fault.message)}", mend)
    try:
        OpenDataContractStandard.model_validate(source.value)
    except ValidationError as error:
        first = error.errors()[0]
        where = Node(source.path, None, tuple(first["loc"]))
        raise where.error(f"against the standard: {_one_line(first['msg'])}", mend) from error


def _check_doubled_keys(path: Path) -> None:
    """YAML readers let the later of two equal keys win, silently."""
    nodes = [yaml.compose(path.read_text("utf-8"), Loader=yaml.CSafeLoader)]
    while nodes:
        node = nodes.pop()
        if isinstance(node, yaml.SequenceNode):
            nodes.extend(node.value)
        elif isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                if key.value in seen:
                    raise ConfigurationError(
                        f"key '{key.value}' is doubled",
                        f"{path}:{key.start_mark.line + 1}",
                        "keep one of the two",
                    )
                seen.add(key.value)
                nodes.append(value)


@lru_cache(maxsize=1)
def _standard() -> Any:
    import json
    from importlib.resources import files

    from jsonschema import Draft201909Validator

    schema = files("open_data_contract_standard").joinpath("schema.json").read_text("utf-8")
    return Draft201909Validator(json.loads(schema))


def _one_line(message: str) -> str:
    return " ".join(message.split())[:200]
