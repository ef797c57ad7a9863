"""What `sources.yaml` says, whole: the platforms and the bindings of datasets to them.

How the file is read and its faults are told is in `config.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import Field

from scorecard.pulling.bindings import Binding
from scorecard.pulling.platforms import Source
from scorecard.pulling.values import Model, Reference


class Sources(Model):
    """The whole file. Without one, every dataset comes by the inbox.

    Args:
        parallel: How many pulls run side by side.
        sources: The platforms, by name.
        datasets: The bindings, by dataset.
    """

    parallel: int = Field(default=4, ge=1, le=32)
    sources: Mapping[str, Source] = {}
    datasets: Mapping[str, Binding] = {}

    @property
    def references(self) -> tuple[str, ...]:
        """The secrets that the file names, each once, in its order."""
        return tuple(dict.fromkeys(_references(self)))

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that platforms name: authorities, keys, known hosts."""
        named = [
            path
            for source in self.sources.values()
            for path in (
                source.tls.ca,
                *(getattr(source, name, None) for name in ("key_file", "known_hosts")),
            )
        ]
        return tuple(path for path in named if path is not None)

    @property
    def warnings(self) -> tuple[str, ...]:
        """A line for each platform whose proof of itself is turned off."""
        return tuple(
            f"TLS VERIFICATION IS OFF FOR {name}: WHO IT IS AND WHAT IT SENDS IS NOT PROVEN"
            for name, source in self.sources.items()
            if not source.tls.verify
        )


def _references(value: object) -> Iterator[str]:
    if isinstance(value, Reference):
        yield value
    elif isinstance(value, Model):
        for name in type(value).model_fields:
            yield from _references(getattr(value, name))
    elif isinstance(value, Mapping):
        for inside in value.values():
            yield from _references(inside)
