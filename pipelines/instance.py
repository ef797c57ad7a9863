"""The Dagster instance in the home: runs, event log and schedules, in files."""

from __future__ import annotations

import json
from pathlib import Path

from scorecard.settings import Settings

MARK = "# Made by scorecard"
CONFIGURATION = (
    MARK
    + """, which writes it anew when the home moves; to keep a file of your own, drop this line.
# Nothing leaves the machine.
telemetry:
  enabled: false
nux:
  enabled: false
# One run at a time: the warehouse has one writer.
concurrency:
  runs:
    max_concurrent_runs: 1
event_log_storage:
  module: pipelines.event_log
  class: KeptOpenEventLogStorage
  config:
    base_dir: {base_dir}
"""
)


def prepare_instance(settings: Settings) -> Path:
    """Makes the instance's folder and configuration, or points ours here; gives the folder."""
    file = settings.dagster / "dagster.yaml"
    base_dir = json.dumps(str(settings.dagster / "history" / "runs"), ensure_ascii=False)
    wanted = CONFIGURATION.format(base_dir=base_dir)
    settings.dagster.mkdir(parents=True, exist_ok=True)
    present = file.read_text(encoding="utf-8") if file.exists() else MARK
    if present.startswith(MARK) and present != wanted:
        file.write_text(wanted, encoding="utf-8")
    return settings.dagster
