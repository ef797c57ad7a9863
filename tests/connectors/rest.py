"""Pulls from a REST platform as the worker does it, and what has to hold whenever one fails."""

from __future__ import annotations

import datetime as dt
import traceback
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from scorecard.connectors.base import PullFailedError, Tally, Task, Wanted
from scorecard.connectors.http import connect
from scorecard.pulling.bindings import HttpBinding
from scorecard.pulling.platforms import HttpSource
from scorecard.pulling.secrets import Secrets
from tests.servers.faulty import Platform

SECRETS = {kind: f"s3kr!t/{kind}" for kind in ("bearer", "basic", "header", "query", "oauth2")}
PAGES = {"page_number": {"rows": "10", "total": "$.data.total"}}


def auth_of(kind: str, platform: Platform) -> dict[str, Any]:
    """How one says who one is, by its kind."""
    secret = f"env:{kind}"
    return {
        "bearer": {"bearer": secret},
        "basic": {"basic": {"user": "scorecard", "password": secret}},
        "header": {"api_key": {"header": "X-Api-Key", "value": secret}},
        "query": {"api_key": {"query": "key", "value": secret}},
        "oauth2": {
            "oauth2": {
                "token_url": f"{platform.url}/token",
                "client_id": "scorecard",
                "client_secret": secret,
            }
        },
    }[kind]


@dataclass
class Pull:
    """One pull; `source`, `binding` and `task` say what differs from a pull that works."""

    platform: Platform
    path: str = "rows"
    source: Mapping[str, Any] = field(default_factory=dict)
    binding: Mapping[str, Any] = field(default_factory=dict)
    task: Mapping[str, Any] = field(default_factory=dict)
    wanted: tuple[str, ...] = ("id", "amount")
    tally: Tally = field(default_factory=Tally)
    secrets: Secrets = field(default_factory=lambda: Secrets(SECRETS))

    def http_source(self) -> HttpSource:
        """The platform, as sources.yaml would name it."""
        source = {
            "kind": "http",
            "base_url": self.platform.url,
            "retries": "2",
            "timeout": {"connect": "2s", "read": "5s"},
            "expect": {"$.code": "0"},
        }
        return HttpSource.model_validate({**source, **self.source})

    def batches(self) -> list[Any]:
        """The batches."""
        binding = {
            "kind": "http",
            "source": "x",
            "path": self.path,
            "rows": "$.data.list",
            "paging": PAGES,
        }
        task = {"since": None, "until": None, "deadline": 20.0}
        connector = connect(
            self.http_source(),
            HttpBinding.model_validate({**binding, **self.binding}),
            Wanted(self.wanted),
            self.secrets,
        )
        started = dt.datetime(2026, 11, 23, 2)
        made = Task("x", folder=Path("nowhere"), started=started, **{**task, **self.task})
        return list(connector.batches(made, self.tally))

    def rows(self) -> list[dict[str, str | None]]:
        """The rows."""
        return [row for batch in self.batches() for row in batch.to_pylist()]

    def failure(self) -> PullFailedError:
        """The error in which it ends; nothing of it, and nothing logged, has a secret in it."""
        with pytest.raises(PullFailedError) as caught:
            self.batches()
        told = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
        hidden = [*SECRETS.values(), *self.platform.tokens]
        assert [secret for secret in hidden if secret in told] == []
        assert self.secrets.clean(told) == told
        return caught.value


def failures(platform: Platform, fault: str, **changes: Any) -> PullFailedError:
    """The error of a fault, which is the same for all kinds of credentials, and tells none."""

    def failure(kind: str) -> PullFailedError:
        source = {**changes.get("source", {}), "auth": auth_of(kind, platform)}
        error = Pull(platform, f"{kind}/{fault}", **{**changes, "source": source}).failure()
        error.where = (error.where or "").replace(f"/{kind}/", "/").replace("/token", f"/{fault}")
        return error

    with ThreadPoolExecutor(len(SECRETS)) as threads:
        errors = list(threads.map(failure, SECRETS))
    assert len({(str(error), type(error)) for error in errors}) == 1, errors
    return errors[0]
