"""What `workspace.yaml` points at: the definitions of the workspace that the environment names."""

from pipelines.definitions import build_defs
from scorecard.settings import Settings

defs = build_defs(Settings())
