"""What is wrong in a YAML file, in plain words: file and line, what, mend, all problems at once.

Turns the errors of the models that a file is read into, and those that its reader finds itself.
What a file is about (how its places are called, which values may be shown) is said by its reader.
"""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from scorecard.errors import ConfigurationError
from scorecard.yaml_source import Location, Source

_SHAPES = {"model_type", "model_attributes_type", "dict_type", "mapping_type"}


class YamlError(ConfigurationError):
    """All problems of one or more files; as text, one line each.

    Args:
        problems: At least one.
    """

    def __init__(self, problems: Sequence[ConfigurationError]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        super().__init__(first.what, first.where, first.mend)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class Problems:
    """Collects the problems of one file.

    Args:
        source: The file.
        subject: How people call a place in it, put before the problem; may be empty.
        shows: Whether a refused value may be told; one that could be a secret may not.
    """

    def __init__(
        self,
        source: Source,
        subject: Callable[[Location], str],
        shows: Callable[[ErrorDetails], bool] = lambda _: True,
    ) -> None:
        self._source, self._subject, self._shows = source, subject, shows
        self._found: list[tuple[int, ConfigurationError]] = []

    def add(self, location: Location, what: str, mend: str) -> None:
        """A problem that the reader found."""
        line = self._source.line(location)
        named = f"{subject}: {what}" if (subject := self._subject(location)) else what
        where = f"{self._source.path}:{line}"
        self._found.append((line, ConfigurationError(named, where, mend)))

    def add_refused(
        self,
        error: ValidationError,
        model: type[BaseModel],
        at: Location = (),
        unwritten: Collection[str] = (),
    ) -> None:
        """What a model refused that was read from the place `at`.

        `unwritten` are the model's keys that the reader puts in, so that nobody is told of them.
        """
        # A list whose items are all unsound is told as too short as well: only an empty one is.
        for each in error.errors(include_url=False):
            if each["type"] != "too_short" or not each["input"]:
                what, mend = self._wording(each, model, unwritten)
                self.add((*at, *each["loc"]), what, mend)

    def told(self) -> list[ConfigurationError]:
        """All of them: those of the file itself first, then by line."""
        by_line = sorted(self._found, key=lambda found: found[0])
        return [*self._source.problems, *(problem for _, problem in by_line)]

    def _wording(
        self, error: ErrorDetails, root: type[BaseModel], unwritten: Collection[str]
    ) -> tuple[str, str]:
        """What is wrong and the mend, from one of pydantic's errors or one of ours."""
        context = error.get("ctx", {})
        if "mend" in context:
            return str(context["what"]), str(context["mend"])
        key = next((step for step in reversed(error["loc"]) if isinstance(step, str)), "the file")
        model, field = _field(root, error["loc"])
        if error["type"] == "missing":
            return f"`{key}` is missing", _expected(error, field)
        if error["type"] == "extra_forbidden":
            known = (name for name in _names(model) if name not in unwritten)
            return f"key {key!r} is unknown", f"known: {', '.join(known)}"
        given = reprlib.repr(error["input"]) if self._shows(error) else "not what belongs there"
        if error["type"] == "literal_error":
            return f"`{key}` is {given}", f"known: {context['expected']}"
        return f"`{key}` is {given}", _expected(error, field)


def _names(model: type[BaseModel]) -> Iterable[str]:
    return (field.alias or name for name, field in model.model_fields.items())


def _expected(error: ErrorDetails, field: FieldInfo | None) -> str:
    described = field and (field.description or _description_in(field.annotation))
    if not described and error["type"] not in {*_SHAPES, "missing", "extra_forbidden"}:
        described = error["msg"].removeprefix("Input should be ").partition(",")[0]
    return f"expected {described or 'key: value'}"


def _description_in(annotation: object) -> str | None:
    """The description that stands inside an annotation, as that of an optional text does."""
    own = (getattr(each, "description", None) for each in getattr(annotation, "__metadata__", ()))
    inner = (_description_in(each) for each in get_args(annotation))
    return next((text for text in (*own, *inner) if isinstance(text, str)), None)


def _field(root: type[BaseModel], location: Location) -> tuple[type[BaseModel], FieldInfo | None]:
    """The model and the field that a location speaks of, from the root on."""
    model, field = root, None
    inside = False  # a list's item or a mapping's value, no longer the field itself
    for step in location:
        if isinstance(step, int) or (field and not inside and _is_mapping(field.annotation)):
            inside = True
            continue
        if field is not None:
            inner = _model_in(field.annotation)
            if inner is None:
                return model, field
            model = inner
        field, inside = _named(model, step), False
        if field is None:
            return model, None
    if field is not None and inside and (inner := _model_in(field.annotation)):
        return inner, None
    return model, None if inside and isinstance(location[-1], int) else field


def _named(model: type[BaseModel], key: str) -> FieldInfo | None:
    fields = model.model_fields.items()
    return next((field for name, field in fields if key == (field.alias or name)), None)


def _is_mapping(annotation: object) -> bool:
    origin = get_origin(annotation)
    return isinstance(origin, type) and issubclass(origin, Mapping)


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(inner) for inner in get_args(annotation))
    return next((inner for inner in found if inner is not None), None)
