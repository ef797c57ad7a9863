"""Presets: what platforms of one make have in common, so that `sources.yaml` need not say it.

A preset is a file beside this one, with the keys of a source and of bindings as `sources.yaml` has
them. What the file says goes before what the preset says.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scorecard.yaml_source import Data, read_source

FOLDER = Path(__file__).parent


def known() -> tuple[str, ...]:
    """The names of the presets."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def read_preset(name: str) -> Mapping[str, Data]:
    """What a preset says: `source`, and `datasets` by name; nothing if there is no such preset."""
    data = read_source(FOLDER / f"{name}.yaml").data if name in known() else {}
    assert isinstance(data, dict)
    return data


def laid_under(preset: Data | None, given: dict[str, Data]) -> dict[str, Data]:
    """The keys of both; mappings such as `fields` or `params` have the keys of both as well.

    What stands under such a key is the file's alone: a column that it maps is mapped as it says.
    """
    if not isinstance(preset, dict):
        return given
    both = {**preset, **given}
    for key, value in preset.items():
        inner = given.get(key)
        if isinstance(value, dict) and isinstance(inner, dict):
            both[key] = {**value, **inner}
    return both
