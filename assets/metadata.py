"""What the Dagster UI shows of a table: columns, lineage, rows, and where its definition stands."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path

import dagster as dg

from scorecard.contract import Contract, comment
from scorecard.lineage import ColumnLineage


def column_schema(columns: Mapping[str, str], contract: Contract | None) -> dg.TableSchema:
    """The table's columns, described by the contract where there is one."""
    described = {c.name: comment(c) for c in contract.stored_columns} if contract else {}
    return dg.TableSchema(
        [dg.TableColumn(name, kind, described.get(name)) for name, kind in columns.items()]
    )


def lineage_metadata(
    found: ColumnLineage, assets: Mapping[str, dg.AssetKey]
) -> dg.TableColumnLineage:
    """Column lineage to the assets that are upstream; other tables are no assets."""
    return dg.TableColumnLineage(
        {
            column: [
                dg.TableColumnDep(asset_key=assets[table], column_name=source)
                for table, source in sources
                if table in assets
            ]
            for column, sources in found.items()
        }
    )


def code_reference(path: Path, label: str) -> dg.CodeReferencesMetadataValue:
    """A link to the file that defines an asset."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)  # Dagster is held below 1.14
        file = dg.LocalFileCodeReference(file_path=str(path), line_number=1, label=label)
        return dg.CodeReferencesMetadataValue(code_references=[file])
