"""The Dagster instance in the home: runs, event log and schedules, in files."""

from __future__ import annotations

import json
from pathlib import Path

from scorecard.settings import Settings

CONFIGURATION = """\
# Made by scorecard. Nothing leaves the machine.
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


def prepare_instance(settings: Settings) -> Path:
    """Makes the instance's folder with its configuration where there is none; gives the folder."""
    file = settings.dagster / "dagster.yaml"
    if not file.exists():
        settings.dagster.mkdir(parents=True, exist_ok=True)
        base_dir = json.dumps(str(settings.dagster / "history" / "runs"), ensure_ascii=False)
        file.write_text(CONFIGURATION.format(base_dir=base_dir), encoding="utf-8")
    return settings.dagster
