"""What went wrong with a connection, in plain words.

The texts of the libraries are not passed on: they are long, and quote whole addresses.
"""

from __future__ import annotations

import socket
import ssl
from http import HTTPStatus
from typing import TypeVar

import requests
import urllib3.exceptions

_Error = TypeVar("_Error", bound=BaseException)


def of_status(status: int) -> str:
    """What a status says."""
    try:
        return f"answers {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"answers {status}"


def of_connection(error: Exception) -> str:
    """Why there is no answer."""
    if isinstance(error, requests.ConnectTimeout):
        return "cannot be reached: no answer to the call (timeout)"
    if isinstance(error, requests.Timeout):
        return "is connected, but sends nothing (timeout)"
    if _within(error, socket.gaierror):
        return "cannot be reached: its name is not known (DNS)"
    if _within(error, ConnectionRefusedError):
        return "cannot be reached: nothing listens there (connection refused)"
    if refused := _within(error, urllib3.exceptions.NewConnectionError):
        cause = _within(refused, OSError)
        return f"cannot be reached: {cause.strerror if cause and cause.strerror else 'no route'}"
    return "broke the connection off before it answered"


def of_tls(error: requests.exceptions.SSLError) -> tuple[str, str]:
    """Why a server is not believed, and the mend."""
    if doubted := _within(error, ssl.SSLCertVerificationError):
        return (
            f"does not prove who it is: {doubted.verify_message}",
            "give its authority's PEM file as tls.ca of the source, or have its certificate mended",
        )
    return (
        "does not speak TLS as it should",
        "check whether base_url wants http or https, and the port",
    )


def _within(error: BaseException, kind: type[_Error]) -> _Error | None:
    """The first error of a kind among those that an error is made of."""
    errors = [error]
    for one in errors:
        if isinstance(one, kind):
            return one
        inner = (*one.args, getattr(one, "reason", None), one.__cause__, one.__context__)
        errors += [part for part in inner if isinstance(part, BaseException) and part not in errors]
    return None
