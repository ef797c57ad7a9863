"""A TCP proxy before a server that stalls, hangs up or resets after so many bytes of answer."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal


@contextmanager
def stalling(
    target: int, after: int, way: Literal["stall", "close", "reset"] = "stall"
) -> Iterator[int]:
    """Its port, while it passes every connection on to `target` until `after` bytes came back."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(
            target=_accept, args=(listener, target, after, way, over), daemon=True
        ).start()
        try:
            yield listener.getsockname()[1]
        finally:
            over.set()
            listener.shutdown(socket.SHUT_RDWR)


def _accept(
    listener: socket.socket, target: int, after: int, way: str, over: threading.Event
) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:  # over
            return
        server = socket.create_connection(("127.0.0.1", target))
        threading.Thread(target=_pass_on, args=(client, server), daemon=True).start()
        threading.Thread(
            target=_pass_back, args=(server, client, after, way, over), daemon=True
        ).start()


def _pass_on(client: socket.socket, server: socket.socket) -> None:
    try:
        while data := client.recv(65536):
            server.sendall(data)
    except OSError:
        return


def _pass_back(
    server: socket.socket, client: socket.socket, after: int, way: str, over: threading.Event
) -> None:
    passed = 0
    with server, client:
        try:
            while data := server.recv(65536):
                client.sendall(data[: max(0, after - passed)])
                passed += len(data)
                if passed >= after:
                    break
        except OSError:
            return
        if passed < after:
            return
        if way == "stall":
            over.wait()
        if way == "reset":  # at once and with nothing sent on, which the client's kernel tells
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.shutdown(socket.SHUT_RDWR)
