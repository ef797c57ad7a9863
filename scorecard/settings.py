"""Where things are and how much they may use: environment `SCORECARD_*`, or the command line.

A setting is added here and nowhere else. Secrets are read from the environment and never printed.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from tempfile import mkstemp
from typing import Annotated, Literal

from pydantic import AfterValidator, ByteSize, Field, SecretStr, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT = Path(__file__).parents[1]
LEAST_MEMORY = ByteSize(200_000_000)
"""A tenth of a city's year was landed and scored with it; less was not tried."""
_Folder = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]


def _as_memory(text: str) -> str:
    """An amount of memory in bytes, in the words of DuckDB."""
    try:
        size = TypeAdapter(ByteSize).validate_python(text)
    except ValidationError:
        size = ByteSize(0)
    if size < LEAST_MEMORY:
        told = "'{text}' is no amount of memory such as 2GB, or less than the least, 200MB"
        raise PydanticCustomError("memory", told, {"text": text})
    return f"{int(size)}B"


_Memory = Annotated[str, AfterValidator(_as_memory)]


class Settings(BaseSettings):
    """The settings of one workspace. `home` holds everything that is not in the project."""

    model_config = SettingsConfigDict(env_prefix="SCORECARD_", env_ignore_empty=True)

    home: _Folder = Path("var")
    contracts: _Folder = PROJECT / "contracts"
    rulebooks: _Folder = PROJECT / "rulebooks"
    sql: _Folder = PROJECT / "sql"
    memory_limit: _Memory = "2GB"
    compact_from: ByteSize = ByteSize(256_000_000)
    compact_above: float = Field(default=0.5, ge=0, le=1)
    nightly_reports: Literal["all", "site", "none"] = "all"
    hash_key: SecretStr | None = Field(default=None, min_length=16)
    alert_urls: SecretStr | None = None

    @property
    def inbox(self) -> Path:
        """Where departments and platforms put their files, a folder a dataset."""
        return self.home / "inbox"

    @property
    def sources(self) -> Path:
        """What is pulled from which platform; without this file all datasets come by the inbox."""
        return self.home / "sources.yaml"

    @property
    def warehouse(self) -> Path:
        """The pipeline's own DuckDB file; nobody else opens it."""
        return self.home / "warehouse" / "scorecard.duckdb"

    @property
    def published(self) -> Path:
        """The versions that readers open, and the link `current` to the newest."""
        return self.home / "published"

    @property
    def published_file(self) -> Path:
        """The file that readers open."""
        return self.published / "current" / "scorecard.duckdb"

    @property
    def dagster(self) -> Path:
        """The Dagster instance: runs, event log, schedules."""
        return self.home / "dagster"

    @property
    def scratch(self) -> Path:
        """Short-lived files: spilled memory, decoded copies."""
        return self.home / "warehouse" / "scratch"

    @property
    def quality_docs(self) -> Path:
        """The pages of the newest judgement, one a dataset or score table, and `index.html`."""
        return self.home / "reports" / "quality"

    @property
    def quality_state(self) -> Path:
        """The newest judgement as one JSON file; `scorecard quality` prints it."""
        return self.home / "reports" / "quality.json"

    @property
    def site(self) -> Path:
        """The pages that show the scores; `index.html` is the first."""
        return self.home / "reports" / "site"

    @property
    def sheets(self) -> Path:
        """The official sheets of the city and its departments, Excel and PDF."""
        return self.home / "reports" / "sheets"

    @property
    def quarantine(self) -> Path:
        """The workbooks of quarantined rows, one a provider."""
        return self.home / "quarantine"

    def read_hash_key(self) -> str:
        """The key of keyed hashes: from the environment, else the home's own, made once (0600)."""
        if self.hash_key is not None:
            return self.hash_key.get_secret_value()
        file = self.home / "warehouse" / "hash.key"
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            handle, draft = mkstemp(dir=file.parent, prefix="key.")  # a kill leaves no half key
            with os.fdopen(handle, "w", encoding="ascii") as out:
                out.write(secrets.token_hex(32) + "\n")
            os.replace(draft, file)  # who makes the key holds the warehouse: nobody else does
        return file.read_text(encoding="ascii").strip()
