"""A home whose datasets come from the fake platform."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb

from scorecard.connectors import factory
from scorecard.pulling import pool
from scorecard.pulling.books import Pulled
from scorecard.pulling.model import Sources
from scorecard.pulling.pull import pull
from scorecard.settings import Settings
from scorecard.workspace import Workspace
from tests.pulling.fake import MODULE

UPDATES = [
    {"entry_id": f"e{day}", "updated_at": f"2019-03-{day:02} 10:00:00"} for day in range(1, 10)
]
BY_TIME = {"column": "updated_at", "kind": "time", "until_parameter": "until"}


@cache
def _declared() -> Workspace:
    return Workspace.load(Settings())


class FakeCity:
    """Rows lie in JSON files of the home; what is bound is said before each pull."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.platform = home / "platform"
        self.platform.mkdir(parents=True, exist_ok=True)
        self.datasets: dict[str, dict[str, Any]] = {}
        self.verified = True
        self.told: list[str] = []
        self._open = ExitStack()

    @cached_property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The warehouse, open until the city is closed."""
        return self._open.enter_context(self.workspace.warehouse())

    def close(self) -> None:
        self._open.close()

    def put(self, dataset: str, rows: Sequence[Mapping[str, Any]]) -> Path:
        """The rows that the platform has from now on."""
        path = self.platform / f"{dataset}.json"
        path.write_text(json.dumps(rows))
        return path

    def bind(self, dataset: str, behaviour: str = "rows", **binding: Any) -> None:
        params = {"rows": self.platform / f"{dataset}.json"} | binding.pop("params", {})
        self.datasets[dataset] = {
            "kind": "http", "source": "fake", "path": behaviour,
            "params": {name: str(value) for name, value in params.items()}, **binding,
        }  # fmt: skip

    def bind_folder(self, dataset: str, number: int) -> None:
        self.datasets[dataset] = {"kind": "files", "source": "office", "pattern": str(number)}

    @property
    def workspace(self) -> Workspace:
        server = {"kind": "http", "base_url": "http://127.0.0.1:1/"}
        folder = {"kind": "files", "url": "file:///nowhere"}
        sources = {
            "parallel": "2",
            "sources": {"fake": {**server, "tls": {"verify": self.verified}}, "office": folder},
            "datasets": self.datasets,
        }
        declared = _declared()
        return replace(
            declared, settings=Settings(home=self.home), sources=Sources.model_validate(sources)
        )

    def pull(self, *datasets: str, **options: Any) -> list[Pulled]:
        """One call, with the fake platform's module in the place of the real ones."""
        modules = dict.fromkeys(factory.MODULES, MODULE)
        with patch.dict(factory.MODULES, modules), patch.object(pool, "GRACE", 0.5):
            return pull(
                self.workspace,
                self.connection,
                datasets or None,
                progress=self.told.append,
                **options,
            )

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()

    def updates(self) -> list[str]:
        """The entries that were updated, as the scores see them."""
        found = self.rows("select entry_id from staging.catalogue_updates order by updated_at")
        return [entry for (entry,) in found]

    def marks(self) -> dict[str, str | None]:
        return dict(self.rows("select dataset, mark from ops.watermark"))

    def dump(self) -> dict[str, str]:
        """Every table, row by row."""
        tables = self.rows(
            "select schema_name, table_name from duckdb_tables() where not temporary"
        )
        return {
            f"{schema}.{name}": repr(self.rows(f'from {schema}."{name}" order by all'))
            for schema, name in tables
        }
