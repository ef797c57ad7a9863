"""Alerts: after a night, one message says what broke, how many points are at stake and for whom.

`alert` is what a night calls, `check_addresses` what `scorecard check` does. Each address is told
once, and again when the state changes or the inbox has something new; what an address was told last
stands in `ops.setting`. An alert that fails never fails the night.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

import duckdb

from scorecard.alerts.inbox import Told, read_inbox
from scorecard.alerts.message import problems
from scorecard.alerts.sending import SETTING, addresses_of, open_address, send
from scorecard.errors import ConfigurationError
from scorecard.quality.verdict import Verdict
from scorecard.settings import Settings


def alert(
    settings: Settings,
    connection: duckdb.DuckDBPyConnection,
    verdicts: Sequence[Verdict],
    held_back: str | None,
    labels: Mapping[str, tuple[str, str]],
    troubles: Sequence[str] = (),
) -> list[str]:
    """Tells the addresses that do not know yet how the night ended.

    Args:
        settings: Where the addresses are.
        connection: The open warehouse.
        verdicts: Those that stand, also when this night had nothing to judge.
        held_back: Why nothing was published, None where it was.
        labels: Chinese and English label by dataset or score table.
        troubles: A line for each file or dataset that this night could not open or take.

    Returns:
        A line for each address that could not be told; it is tried again after the next night.
    """
    addresses = addresses_of(settings)
    if not addresses:
        return []
    try:
        told = _read_told(connection)
        inbox = read_inbox(connection, troubles)
        fingerprint = problems(connection, verdicts, held_back, labels).fingerprint
        key = settings.read_hash_key().encode()
        names = {a: hmac.new(key, a.url.encode(), "sha256").hexdigest() for a in addresses}
        before = {a: told.get(name, Told()) for a, name in names.items()}
        messages = {
            a: problems(
                connection, verdicts, held_back, labels, inbox.lines(known), was_held=known.held
            )
            for a, known in before.items()
            if known.state != fingerprint or inbox.has_news(known)
        }
        failures = send(messages)
        after = {
            names[a]: inbox.known(known, is_told=False)
            if a in failures
            else inbox.known(
                replace(known, state=fingerprint, held=held_back is not None), is_told=True
            )
            for a, known in before.items()
        }
        if after != told:
            _keep_told(connection, after)
        return [f"an alert could not be sent to {a}: {cause}" for a, cause in failures.items()]
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


def _read_told(connection: duckdb.DuckDBPyConnection) -> dict[str, Told]:
    """What each address was told last, by the keyed hash of the address."""
    kept = connection.execute("select value from ops.setting where name = 'told'").fetchall()
    return {name: Told(**values) for name, values in json.loads(kept[0][0]).items()} if kept else {}


def _keep_told(connection: duckdb.DuckDBPyConnection, told: Mapping[str, Told]) -> None:
    text = json.dumps({name: asdict(known) for name, known in told.items()})
    connection.execute("insert or replace into ops.setting values ('told', ?)", [text])
