"""From a platform's kind to its connector; its libraries are imported only then (0.1 to 0.7 s)."""

from __future__ import annotations

from importlib import import_module

from scorecard.connectors.base import Connector, FolderConnector, Wanted
from scorecard.pulling.bindings import Binding
from scorecard.pulling.platforms import Source
from scorecard.pulling.secrets import Secrets

MODULES = {
    "http": "scorecard.connectors.http",
    "sql": "scorecard.connectors.sql",
    "prometheus": "scorecard.connectors.prometheus",
    "zabbix": "scorecard.connectors.zabbix",
    "files": "scorecard.connectors.remote",
}
"""Each has `connect(source, binding, wanted, secrets)`."""


def connector(
    module: str, source: Source, binding: Binding, wanted: Wanted, secrets: Secrets
) -> Connector | FolderConnector:
    """The connector of a platform for one dataset, from its module.

    Raises:
        ConfigurationError: If a secret is not there, or the platform's library is not installed.
    """
    made: Connector | FolderConnector = import_module(module).connect(
        source, binding, wanted, secrets
    )
    return made
