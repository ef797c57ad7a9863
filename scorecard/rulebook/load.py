"""From rulebook files to rulebooks, with every problem named by file and line.

All problems of a file, and of all files of a folder, come in one `RulebookError`. Problems that
rest on a broken value (a sum over it) show up once the value is mended.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from scorecard.errors import ConfigurationError
from scorecard.rulebook.methods import Metric
from scorecard.rulebook.model import Rulebook, RulebookContent
from scorecard.yaml_problems import Problems, YamlError
from scorecard.yaml_source import Location, Source, read_source


class RulebookError(YamlError):
    """All problems of one or more rulebook files."""


def load_rulebooks(folder: Path, metrics: Mapping[str, Metric]) -> tuple[Rulebook, ...]:
    """Loads every `*.yaml` of a folder, sorted by assessment id.

    Raises:
        RulebookError: There is no rulebook, or one has a problem.
    """
    if not folder.is_dir():
        what = "the folder of the rulebooks does not exist"
        raise RulebookError([ConfigurationError(what, str(folder), "create it")])
    files = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    problems = [
        ConfigurationError("is not read under this name", str(path), "name it *.yaml")
        for path in files
        if path.suffix.lower() in (".yml", ".yaml") and path.suffix != ".yaml"
    ]
    rulebooks: list[Rulebook] = []
    for path in [path for path in files if path.suffix == ".yaml"]:
        try:
            rulebooks.append(load_rulebook(path, metrics))
        except RulebookError as error:
            problems += error.problems
    if not problems and not rulebooks:
        problems.append(ConfigurationError("holds no rulebook", str(folder), "add a *.yaml"))
    if problems:
        raise RulebookError(problems)
    return tuple(sorted(rulebooks, key=lambda rulebook: rulebook.assessment_id))


def load_rulebook(path: Path, metrics: Mapping[str, Metric]) -> Rulebook:
    """Loads a rulebook and proves it sound; its assessment id is the file's stem.

    Args:
        path: The YAML file.
        metrics: The metrics that there are, by name.

    Raises:
        RulebookError: One problem or more, each with file, line and mend.
    """
    try:
        source = read_source(path)
    except ConfigurationError as error:
        raise RulebookError([error]) from error
    try:
        content = RulebookContent.model_validate(source.data, context={"metrics": metrics})
    except ValidationError as error:
        problems = Problems(source, lambda location: _subject(location, source))
        problems.add_refused(error, RulebookContent)
        raise RulebookError(problems.told()) from error
    if source.problems:
        raise RulebookError(source.problems)
    fields = {name: getattr(content, name) for name in RulebookContent.model_fields}
    return Rulebook.model_construct(
        **fields, assessment_id=path.stem, digest=source.digest, path=path
    )


def _subject(location: Location, source: Source) -> str:
    """Names the nearest level, indicator and part around a location, as people call them."""
    names = []
    for end in range(1, len(location) + 1):
        here = source.at(location[:end])
        if isinstance(here, dict):
            name = here.get("code") or here.get("part") or here.get("name_zh")
            names += [name] if isinstance(name, str) and name else []
    return " ".join(names)
