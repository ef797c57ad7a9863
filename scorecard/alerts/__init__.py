"""Alerts: after a night, one message says what broke, how many points are at stake and for whom.

`alert` is what a night calls, `check_addresses` what `scorecard check` does. Each address is told
once, and again when the state changes; what an address was told last stands in `ops.setting`. An
alert that fails never fails the night.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence

import duckdb

from scorecard.alerts.message import State, problems
from scorecard.alerts.sending import SETTING, Address, addresses_of, open_address, send
from scorecard.errors import ConfigurationError
from scorecard.quality.verdict import Verdict
from scorecard.settings import Settings


def alert(
    settings: Settings,
    connection: duckdb.DuckDBPyConnection,
    verdicts: Sequence[Verdict],
    held_back: str | None,
    labels: Mapping[str, tuple[str, str]],
) -> list[str]:
    """Tells the addresses that do not know yet how the night ended.

    Args:
        settings: Where the addresses are.
        connection: The open warehouse.
        verdicts: Those that stand, also when this night had nothing to judge.
        held_back: Why nothing was published, None where it was.
        labels: Chinese and English label by dataset or score table.

    Returns:
        A line for each address that could not be told; it is tried again after the next night.
    """
    addresses = addresses_of(settings)
    if not addresses:
        return []
    try:
        state = problems(connection, verdicts, held_back, labels)
        return _tell(addresses, connection, state, settings.read_hash_key())
    except duckdb.Error as error:  # what broke the warehouse is the night's to tell
        return [f"alerts: the warehouse refused to be read or written: {type(error).__name__}"]


def check_addresses(settings: Settings) -> str:
    """A line about the addresses, for `scorecard check`.

    Raises:
        ConfigurationError: If one cannot be used.
    """
    addresses = addresses_of(settings)
    for address in addresses:
        _, fault = open_address(address)
        if fault:
            raise ConfigurationError(
                f"{address} {fault}",
                f"the setting {SETTING}",
                "docs/alerts.md has the forms; a blank separates addresses, one inside is %20",
            )
    schemas = ", ".join(address.schema for address in addresses)
    return f"alerts: {schemas or f'none, {SETTING} is empty'}"


def _tell(
    addresses: Sequence[Address], connection: duckdb.DuckDBPyConnection, state: State, key: str
) -> list[str]:
    """Sends the state to who was told another one, and remembers who has it now."""
    names = {a: hmac.new(key.encode(), a.url.encode(), "sha256").hexdigest() for a in addresses}
    kept = connection.execute("select value from ops.setting where name = 'alerted'").fetchall()
    told: dict[str, str] = json.loads(kept[0][0]) if kept else {}
    due = [a for a in addresses if told.get(names[a], "") != state.fingerprint]
    if not due:
        return []
    failures = send(due, state)
    told |= {names[a]: state.fingerprint for a in due if a not in failures}
    known = {name: told[name] for name in names.values() if told.get(name)}
    connection.execute(
        "insert or replace into ops.setting values ('alerted', ?)", [json.dumps(known)]
    )
    return [f"an alert could not be sent to {a}: {cause}" for a, cause in failures.items()]
