"""The `sources.yaml` that binds every dataset of the demo city to its server.

It is what a newcomer reads first about bindings, so it says no more than is needed: what is left to
a default does not stand there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from scorecard.contract import Contract
from scorecard.demo.serve.city import City
from scorecard.demo.serve.spelling import Spelling, spelling
from scorecard.errors import ScorecardError

TOKEN = "DEMO_TOKEN"
PAGE = 2000
HEAD = """\
# The demo city's platforms, served by `scorecard demo serve`. Pull from them with
#   DEMO_TOKEN=... scorecard nightly --home HOME --as-of 2020-03-31
# 演示城市的各平台，由 scorecard demo serve 提供；令牌见其输出。
"""


def sources_yaml(city: City, address: str) -> str:
    """The text of the file; `address` is the server's, without a path."""
    source = {
        "kind": "http",
        "base_url": f"{address}/v1",
        "auth": {"bearer": f"env:{TOKEN}"},
        "expect": {"$.code": "0"},
    }
    datasets = {name: _binding(contract) for name, contract in sorted(city.contracts.items())}
    content = {"sources": {"city": source}, "datasets": datasets}
    return HEAD + yaml.safe_dump(
        content, sort_keys=False, allow_unicode=True, width=100, default_flow_style=None
    )


def _binding(contract: Contract) -> dict[str, Any]:
    binding: dict[str, Any] = {
        "source": "city",
        "path": f"/{contract.name}",
        "rows": "$.data.list",
        "paging": {"page_number": {"rows": PAGE, "total": "$.data.total"}},
        "versions": True,  # what the files hold, corrected rows and those before
        "watermark": {"column": "_seq", "kind": "integer", "parameter": "since"},
        "deadline": "10m",
    }
    if contract.may_be_empty:
        binding["may_be_empty"] = True
    if fields := _fields(contract, spelling(contract.name)):
        binding["fields"] = fields
    return binding


def _fields(contract: Contract, words: Spelling) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for column in (column.name for column in contract.read_columns):
        name = words.name(column)
        if codes := words.codes.get(column):
            fields[column] = {"from": name, "values": {code: v for v, code in codes.items()}}
        elif column in words.in_utc:
            fields[column] = {"from": name, "time_zone": "UTC"}
        elif name != column:
            fields[column] = name
    return fields


def write_sources(path: Path, text: str) -> bool:
    """Writes the file where there is none; whether it did.

    Raises:
        ScorecardError: If it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return False
    except OSError as error:
        reason = f"cannot be written: {error.strerror}"
        raise ScorecardError(reason, str(path), "check the folder and its rights") from error
    return True
