from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from scorecard.settings import PROJECT


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database that knows the macros and nothing else."""
    with duckdb.connect() as connection:
        for file in sorted((PROJECT / "sql" / "macros").glob("*.sql")):
            connection.execute(file.read_text(encoding="utf-8"))
        yield connection
