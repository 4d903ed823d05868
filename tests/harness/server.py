"""One `firn serve` process: start on a free loopback port, wait until ready, stop, keep the log."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from harness import places

READY_TIMEOUT_S = 30
STOP_TIMEOUT_S = 35
POLL_S = 0.02
# Tests make warehouses below pytest's folders.
DEFAULTS = {"FIRN_WAREHOUSE_ALLOWED_LOCATIONS": f"file:{tempfile.gettempdir()}"}


class ServerFailed(RuntimeError):
    """The server did not start, or did not stop, as it should."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class FirnServer:
    """A server process on `data`; start() and stop() may be repeated on the same folder. It runs
    within `with`, and is gone behind it."""

    def __init__(self, data: Path, env: dict[str, str] | None = None, args: tuple[str, ...] = ()):
        self.data = data
        self.env = env or {}
        self.args = args
        self.log = data.parent / f"{data.name}.log"
        self.port = free_port()
        self.process: subprocess.Popen | None = None

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "FirnServer":
        return self.start()

    def __exit__(self, error, *_) -> None:
        if error is None:
            self.stop()
        else:
            self.kill()

    def start(self) -> "FirnServer":
        self.launch()
        try:
            self.wait_ready()
        except BaseException:
            self.kill()
            raise
        return self

    def launch(self) -> None:
        """Start the process without waiting: for servers that are meant to fail at start."""
        binary = places.firn_binary()
        if not binary.is_file():
            raise ServerFailed(f"no Firn binary at {binary}: build it or set FIRN_BINARY")
        command = [str(binary), "serve", "--listen", f"127.0.0.1:{self.port}"]
        command += ["--data", str(self.data), *self.args]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, env={**os.environ, **DEFAULTS, **self.env}
            )

    def wait_ready(self, timeout_s: float = READY_TIMEOUT_S) -> None:
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if not self.alive():
                code = self.process and self.process.returncode
                raise ServerFailed(f"server left with {code} before it was ready\n{self.tail()}")
            if is_ready(self.uri):
                return
            time.sleep(POLL_S)
        raise ServerFailed(f"not ready after {timeout_s} s\n{self.tail()}")

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> int:
        """Drain with SIGTERM; the exit code. A server that does not go in time is an error."""
        if self.process is None:
            return 0
        if self.alive():
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired as late:
            self.kill()
            raise ServerFailed(f"still there {STOP_TIMEOUT_S} s after SIGTERM") from late

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def wait_gone(self, timeout_s: float = READY_TIMEOUT_S) -> int:
        """Wait for a process that ends by itself; its exit code (-9 after SIGKILL). One that stays
        is ended, and an error."""
        try:
            return self.process.wait(timeout_s)
        except subprocess.TimeoutExpired as late:
            self.kill()
            raise ServerFailed(f"still there after {timeout_s} s\n{self.tail()}") from late

    def tail(self, lines: int = 40) -> str:
        if not self.log.exists():
            return "(no log)"
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


class ExternalServer:
    """A server that somebody else runs: only its address is known."""

    def __init__(self, uri: str):
        self.uri = uri

    def alive(self) -> bool:
        return is_ready(self.uri)

    def tail(self, lines: int = 40) -> str:
        return "(log of an external server)"


def is_ready(uri: str) -> bool:
    """True once the catalog answers; a server without /ready is asked for its configuration."""
    for path in ("/ready", "/v1/config"):
        try:
            with urllib.request.urlopen(uri + path, timeout=5) as answer:
                if answer.status == 200:
                    return True
        except urllib.error.HTTPError as refused:
            if refused.code == 503:
                return False
        except OSError:
            return False
    return False


@contextmanager
def temporary_server(label: str, env: dict[str, str] | None = None, args: tuple[str, ...] = ()):
    """A server in a fresh folder, gone afterwards; after an error folder and log stay, named."""
    folder = Path(tempfile.mkdtemp(prefix=f"firn-{label}-"))
    server = FirnServer(folder / "data", env, args)
    try:
        yield server.start()
        server.stop()
    except BaseException:
        server.kill()
        print(f"server folder kept: {folder}\n{server.tail()}")
        raise
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def server_under_test(label: str, args: tuple[str, ...] = ()):
    """The external server when one is named, else a temporary one."""
    uri = places.external_uri()
    if uri:
        yield ExternalServer(uri)
        return
    with temporary_server(label, args=args) as server:
        yield server
