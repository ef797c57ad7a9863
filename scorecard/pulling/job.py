"""What goes to a child process and comes back, each as one line of JSON.

A job says everything that the child needs to know; secrets are no part of it, since sources only
name them. A result is the answer or the error that a pull ended in.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import TypeAdapter

from scorecard.connectors.base import Answer, PullFailedError, SuspiciousAnswerError, Task
from scorecard.errors import ScorecardError
from scorecard.pulling.bindings import Binding
from scorecard.pulling.platforms import Source

Result: TypeAlias = Answer | PullFailedError


@dataclass(frozen=True, slots=True)
class Job:
    """One pull, as a child process gets it.

    Attributes:
        source: The platform.
        binding: How the dataset comes from it.
        contract: The dataset's contract; the others lie beside it.
        task: What is to be fetched.
        module: The connector's module.
        known: Remote files that landed already (name, bytes, modified as ISO, etag).
    """

    source: Source
    binding: Binding
    contract: Path
    task: Task
    module: str
    known: frozenset[tuple[str, int, str, str | None]] = frozenset()

    @property
    def lane(self) -> str | None:
        """The source whose jobs run one after another; None where they may run side by side.

        A child keeps to a source's `requests_per_second`, but knows nothing of the other children.
        """
        limited = getattr(self.source, "requests_per_second", None) is not None
        return self.binding.source if limited else None

    def line(self) -> bytes:
        """The job as a line; what `sources.yaml` leaves out is left out here too."""
        return _JOB.dump_json(self, exclude_unset=True, by_alias=True) + b"\n"

    @classmethod
    def read(cls, line: bytes) -> Job:
        """The job of a line."""
        return _JOB.validate_json(line)


@dataclass(frozen=True, slots=True)
class Told:
    """An error as a child tells it: what, where, mend, and whether an answer was not believed."""

    what: str
    where: str | None
    mend: str | None
    kind: Literal["failed", "suspicious"]

    @classmethod
    def of(cls, error: ScorecardError) -> Told:
        """What is told of an error."""
        suspicious = isinstance(error, SuspiciousAnswerError)
        kind: Literal["failed", "suspicious"] = "suspicious" if suspicious else "failed"
        return cls(error.what, error.where, error.mend, kind)

    def error(self) -> PullFailedError:
        """The error again."""
        made = SuspiciousAnswerError if self.kind == "suspicious" else PullFailedError
        return made(self.what, self.where, self.mend)


@dataclass(frozen=True, slots=True)
class _Outcome:
    answer: Answer | None = None
    error: Told | None = None


_JOB = TypeAdapter(Job)
_OUTCOME = TypeAdapter(_Outcome)


def result_line(result: Answer | Told) -> bytes:
    """A result as a line."""
    outcome = _Outcome(answer=result) if isinstance(result, Answer) else _Outcome(error=result)
    return _OUTCOME.dump_json(outcome) + b"\n"


def read_result(line: bytes) -> Result:
    """The result of a line."""
    outcome = _OUTCOME.validate_json(line)
    if outcome.error is not None:
        return outcome.error.error()
    assert outcome.answer is not None
    return outcome.answer
