"""From rulebook files to rulebooks, with every problem named by file and line.

All problems of a file, and of all files of a folder, come in one `RulebookError`. Problems that
rest on a broken value (a sum over it) show up once the value is mended.
"""

from __future__ import annotations

import reprlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from scorecard.errors import ConfigurationError
from scorecard.rulebook.methods import Metric
from scorecard.rulebook.model import Rulebook, RulebookContent
from scorecard.yaml_source import Location, Source, read_source


class RulebookError(ConfigurationError):
    """All problems of one or more rulebook files; as text, one line each.

    Args:
        problems: At least one.
    """

    def __init__(self, problems: Sequence[ConfigurationError]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        super().__init__(first.what, first.where, first.mend)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


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
        raise RulebookError([*source.problems, *_problems(error, source)]) from error
    if source.problems:
        raise RulebookError(source.problems)
    fields = {name: getattr(content, name) for name in RulebookContent.model_fields}
    return Rulebook.model_construct(
        **fields, assessment_id=path.stem, digest=source.digest, path=path
    )


def _problems(error: ValidationError, source: Source) -> list[ConfigurationError]:
    # A list whose items are all unsound is told as too short as well: only an empty one is.
    details = [
        each
        for each in error.errors(include_url=False)
        if each["type"] != "too_short" or not each["input"]
    ]
    lines = [(source.line(each["loc"]), _problem(each, source)) for each in details]
    return [problem for _, problem in sorted(lines, key=lambda line: line[0])]


def _problem(error: ErrorDetails, source: Source) -> ConfigurationError:
    location = error["loc"]
    what, mend = _wording(error)
    subject = _subject(location, source)
    return ConfigurationError(f"{subject}{what}", f"{source.path}:{source.line(location)}", mend)


def _wording(error: ErrorDetails) -> tuple[str, str]:
    """What is wrong and the mend, from one of pydantic's errors or one of ours."""
    if error["type"] == "rulebook":
        context = error["ctx"]
        return str(context["what"]), str(context["mend"])
    key = next((step for step in reversed(error["loc"]) if isinstance(step, str)), "the file")
    model, field = _field(error["loc"])
    if error["type"] == "missing":
        return f"`{key}` is missing", _expected(field)
    if error["type"] == "extra_forbidden":
        return f"key {key!r} is unknown", f"known: {', '.join(model.model_fields)}"
    if error["type"] == "literal_error":
        return f"`{key}` is {error['input']!r}", f"known: {error['ctx']['expected']}"
    return f"`{key}` is {reprlib.repr(error['input'])}", _expected(field)


def _expected(field: FieldInfo | None) -> str:
    described = field and (field.description or _description_in(field.annotation))
    return f"expected {described or 'key: value'}"


def _description_in(annotation: object) -> str | None:
    """The description that stands inside an annotation, as that of an optional text does."""
    own = (getattr(each, "description", None) for each in getattr(annotation, "__metadata__", ()))
    inner = (_description_in(each) for each in get_args(annotation))
    return next((text for text in (*own, *inner) if isinstance(text, str)), None)


def _subject(location: Location, source: Source) -> str:
    """Names the nearest level, indicator and part around a location, as people call them."""
    names = []
    for end in range(1, len(location) + 1):
        here = source.at(location[:end])
        if isinstance(here, dict):
            name = here.get("code") or here.get("part") or here.get("name_zh")
            names += [name] if isinstance(name, str) and name else []
    return f"{' '.join(names)}: " if names else ""


def _field(location: Location) -> tuple[type[BaseModel], FieldInfo | None]:
    """The model and the field that a location speaks of."""
    model: type[BaseModel] = RulebookContent
    field: FieldInfo | None = None
    for step in location:
        if isinstance(step, int):
            continue
        if field is not None:
            inner = _model_in(field.annotation)
            if inner is None:
                return model, field
            model = inner
        field = model.model_fields.get(step)
        if field is None:
            return model, None
    if field is not None and isinstance(location[-1], int):
        return _model_in(field.annotation) or model, None
    return model, field


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(inner) for inner in get_args(annotation))
    return next((inner for inner in found if inner is not None), None)
