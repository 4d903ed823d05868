"""A proxy on loopback that cuts connections: after so many bytes they are reset, end early, or say
nothing more. What is not cut passes untouched, signatures included."""

import contextlib
import itertools
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

CHUNK_BYTES = 16 << 10
# SO_LINGER on, no time: closing resets.
RESETS = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Cut:
    """What ends a connection: `how` is reset, end or stall; `what` is answer or request."""

    after_bytes: int
    how: str = "reset"
    what: str = "answer"


class CuttingProxy:
    """Passes on to `target`; `policy` says for each connection, counted from 0, how it is cut."""

    def __init__(self, target: str):
        address = urlsplit(target)
        self.target = (address.hostname, address.port)
        self.policy: Callable[[int], Cut | None] = lambda number: None
        self.cuts = 0
        self._count = itertools.count()
        self._closing = threading.Event()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def cut(self, policy: Callable[[int], Cut | None]) -> None:
        """From now on; connections count from 0 again, and those that are open end."""
        self._count = itertools.count()
        self.cuts = 0
        self.policy = policy
        for connection in list(self._open):
            _reset(connection)

    def close(self) -> None:
        self._closing.set()
        self._listener.close()
        self.cut(lambda number: None)

    def __enter__(self) -> "CuttingProxy":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(self.target)
            except OSError:
                return
            cut = self.policy(next(self._count))
            self._open |= {client, server}
            for what, source, sink in (("request", client, server), ("answer", server, client)):
                limit = cut if cut and cut.what == what else None
                arguments = (source, sink, client, limit)
                threading.Thread(target=self._pass_on, args=arguments, daemon=True).start()

    def _pass_on(self, source, sink, client, cut: Cut | None) -> None:
        left = cut.after_bytes if cut else None
        try:
            while data := source.recv(CHUNK_BYTES):
                if left is not None and len(data) >= left:
                    sink.sendall(data[:left])
                    self.cuts += 1
                    if cut.how == "stall":
                        return  # nothing more comes, and nothing ends
                    if cut.how == "reset":
                        _reset(client)
                    break
                left = None if left is None else left - len(data)
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            self._open.discard(end)
            _end(end)


def _reset(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESETS)
        connection.shutdown(socket.SHUT_RD)
    connection.close()


def _end(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
