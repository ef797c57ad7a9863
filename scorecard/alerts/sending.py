"""Sending an alert: the addresses of SCORECARD_ALERT_URLS, and apprise, which knows their services.

Addresses hold keys and passwords, so only their number and schema are ever shown, and apprise's own
log is kept from everybody. Apprise is imported only when an address is opened.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scorecard.alerts.message import State
from scorecard.settings import Settings

SETTING = "SCORECARD_ALERT_URLS"
PATIENCE_SECONDS = 10.0
"""How long a night waits for all addresses together; who answers later counts as not reached."""


@dataclass(frozen=True, slots=True)
class Address:
    """One address; as text it shows all of it that may be shown."""

    number: int
    url: str = field(repr=False)

    @property
    def schema(self) -> str:
        """The service's name, such as `wecombot`."""
        schema = re.match(r"[a-z0-9]{1,32}(?=://)", self.url, re.IGNORECASE)
        return schema[0].lower() if schema else "missing"

    def __str__(self) -> str:
        return f"address {self.number} (schema {self.schema})"


def addresses_of(settings: Settings) -> list[Address]:
    """Those of the setting, split where apprise splits but without losing what it cannot read."""
    text = settings.alert_urls.get_secret_value() if settings.alert_urls else ""
    urls = re.split(r"[\s,;]+(?=[a-z0-9]{1,32}://)|\s+", text.strip(), flags=re.IGNORECASE)
    return [Address(number, url) for number, url in enumerate(filter(None, urls), 1)]


def send(messages: Mapping[Address, State]) -> dict[Address, str]:
    """Sends each its message, all at once; gives why, for each that was not reached.

    The threads are daemons of our own: those of apprise keep a process alive until a server that
    hangs lets go.
    """
    outcomes: dict[Address, str] = {}
    threads = []
    for address, state in messages.items():
        service, fault = open_address(address)
        if fault:
            outcomes[address] = f"it {fault}"
            continue
        threads.append(
            threading.Thread(target=_notify, args=(service, state, address, outcomes), daemon=True)
        )
        threads[-1].start()
    until = time.monotonic() + PATIENCE_SECONDS
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    late = f"timeout, no answer in {PATIENCE_SECONDS:g} s"
    ended = {address: outcomes.get(address, late) for address in messages}
    return {address: cause for address, cause in ended.items() if cause}


def _notify(service: Any, state: State, address: Address, outcomes: dict[Address, str]) -> None:
    """Sends one message; the outcome is empty when it was taken."""
    apprise = _apprise()
    heard: list[str] = []
    _SILENCE.local.heard = heard
    taken = apprise.Apprise(service).notify(
        title=state.title,
        body=state.body,
        body_format=apprise.NotifyFormat.TEXT,
        notify_type=apprise.NotifyType.SUCCESS if state.is_well else apprise.NotifyType.WARNING,
    )
    outcomes[address] = "" if taken else _cause("\n".join(heard))


def _cause(log: str) -> str:
    """Why a message was not taken, in words of ours: the log itself may hold the address."""
    status = re.search(r"\berror=(\d{3})\b|\((\d{3}), b'", log)
    if status:
        return f"the server answered {status[1] or status[2]}"
    for sign, cause in (
        ("timed out", "timeout"),
        ("Connection refused", "connection refused"),
        ("CERTIFICATE_VERIFY_FAILED", "its certificate is not trusted"),
        ("resolve", "unknown host"),
        ("Name or service not known", "unknown host"),
    ):
        if sign in log:
            return cause
    return "not delivered"


def open_address(address: Address) -> tuple[Any, str]:
    """Apprise's service for an address, and what is wrong with it."""
    apprise = _apprise()
    asset = apprise.AppriseAsset(
        app_id="egov-scorecard",
        app_desc="egov-scorecard",
        app_url="",
        image_url_mask="",  # no pictures from the internet
        http_redirects=False,  # a redirected message arrives empty, and is taken for delivered
        service_timeout=0,  # time is kept by send
    )
    service = apprise.Apprise.instantiate(address.url, asset=asset)
    if service is None:
        return None, "is not understood"
    if not service.verify_certificate:
        return None, "turns the check of certificates off, which is not allowed"
    return service, ""


class _Silence(logging.Filter):
    """Lets no record through to any handler; a thread that wants its own reads `local.heard`."""

    local = threading.local()

    def filter(self, record: logging.LogRecord) -> bool:
        if hasattr(self.local, "heard"):
            self.local.heard.append(record.getMessage())
        return False


_SILENCE = _Silence()


def _apprise() -> Any:
    """Apprise, with the loggers that would show addresses kept to themselves."""
    import apprise

    logger = logging.getLogger("apprise")
    logger.addFilter(_SILENCE)
    logger.setLevel(logging.DEBUG)  # why something failed is said at this level only
    for name in ("urllib3.connectionpool", "urllib3.util.retry"):
        logging.getLogger(name).disabled = True
    return apprise
