"""A TCP proxy before a server that holds an answer back after so many bytes, until told otherwise.

It counts what it passes on: a share of what a whole answer takes is a moment that can be chosen.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from math import inf

PIECE = 65536


class Gate:
    """A TCP proxy that passes on `limit` bytes of answers, over all connections, and no more."""

    def __init__(self, listener: socket.socket, target: int) -> None:
        self._listener, self._target, self._lock = listener, target, threading.Lock()
        self.port = int(listener.getsockname()[1])
        self.passed, self.limit, self.held = 0, inf, threading.Event()
        self._given_up = threading.Event()

    def set(self, limit: float = inf) -> None:
        """Counts from nought again; what is held back now is never sent."""
        self._given_up.set()
        with self._lock:
            self.passed, self.limit = 0, limit
            self.held, self._given_up = threading.Event(), threading.Event()

    def serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:  # over
                return
            server = socket.create_connection(("127.0.0.1", self._target))
            for work, ends in ((self._ask, (client, server)), (self._answer, (server, client))):
                threading.Thread(target=work, args=ends, daemon=True).start()

    @staticmethod
    def _ask(client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(PIECE):
                server.sendall(data)
            server.shutdown(socket.SHUT_RDWR)

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        with server, client, suppress(OSError):
            while data := server.recv(PIECE):
                with self._lock:
                    room = int(min(len(data), self.limit - self.passed))
                    self.passed += room
                    held, given_up = self.held, self._given_up
                client.sendall(data[:room])
                if room < len(data):
                    held.set()
                    given_up.wait(60)
                    break
            client.shutdown(socket.SHUT_RDWR)


@contextmanager
def gate(target: int) -> Iterator[Gate]:
    """A gate at work before a port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made = Gate(listener, target)
        threading.Thread(target=made.serve, daemon=True).start()
        yield made
        made.set()
        listener.shutdown(socket.SHUT_RDWR)
