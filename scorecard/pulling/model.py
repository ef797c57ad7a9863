"""What `sources.yaml` says, whole: the platforms and the bindings of datasets to them.

How the file is read and its faults are told is in `config.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from scorecard.pulling.bindings import Binding
from scorecard.pulling.platforms import Source
from scorecard.pulling.values import Model


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
