"""What tells that something came since the last night, and for whom that may matter yet."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from scorecard.contract import Contract


def newest_files(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """The id of the newest file of each dataset that has one; it changes with all that lands."""
    return dict(
        connection.execute("select dataset, max(file_id) from ops.file group by all").fetchall()
    )


def late_sources(
    connection: duckdb.DuckDBPyConnection, contracts: Mapping[str, Contract]
) -> list[Contract]:
    """The datasets that a later pull might yet make timely; all where nothing was scored.

    One that came in time stays so however often it is pulled again: were that not known, every
    night that pulls would score all departments anew.
    """
    try:
        in_time = connection.execute(
            "select dataset from scores.source_freshness "
            "group by dataset having bool_and(is_timely_in_window)"
        ).fetchall()
    except duckdb.CatalogException:
        in_time = []
    return [contract for name, contract in contracts.items() if (name,) not in in_time]
