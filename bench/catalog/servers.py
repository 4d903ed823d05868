"""The servers that are compared: each a process on a free loopback port, its files in a folder."""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_TIMEOUT_S = 90
STOP_TIMEOUT_S = 35
MAX_OPEN_FILES = 65536


class NotHere(RuntimeError):
    """A peer cannot be started on this machine; the text says why."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port: int, path: str) -> bool:
    """True where a GET is answered 200. A plain socket: it must cost less than what it times."""
    request = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
    )
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(request.encode())
            return connection.recv(12).endswith(b" 200")
    except OSError:
        return False


class Server:
    """One process; `ready_path` answers 200 once it serves."""

    name = ""
    ready_path = "/"
    poll_s = 0.001

    def __init__(self, folder: Path):
        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen | None = None
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def pid(self) -> int:
        return self.process.pid

    def command(self) -> list[str]:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return {}

    def start(self) -> float:
        """Seconds from starting the process to its first answer."""
        begin = time.monotonic()
        with (self.folder / "output.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                stdout=log,
                stderr=log,
                env={**os.environ, **self.environment()},
            )
        while not answers(self.port, self.ready_path):
            if (
                self.process.poll() is not None
                or time.monotonic() > begin + START_TIMEOUT_S
            ):
                self.stop()
                raise NotHere(
                    f"{self.name} did not start, see {self.folder / 'output.log'}"
                )
            time.sleep(self.poll_s)
        return time.monotonic() - begin

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Firn(Server):
    name = "Firn"
    ready_path = "/ready"

    def __init__(self, folder: Path, binary: Path, io_threads: int):
        super().__init__(folder)
        self.binary = binary
        self.io_threads = io_threads

    def command(self) -> list[str]:
        return [str(self.binary), "serve", "--listen", f"127.0.0.1:{self.port}",
                "--data", str(self.folder / "data"), "--log-file", str(self.folder / "access.log"),
                "--server-io-threads", str(self.io_threads)]  # fmt: skip

    def environment(self) -> dict[str, str]:
        return {"FIRN_STORAGE_ALLOWED_LOCATIONS": f"file:{self.folder.parent}"}


NGINX_CONFIG = """
{user}
daemon off;
worker_processes {workers};
worker_rlimit_nofile {files};
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 8192; }}
http {{
  access_log {folder}/access.log combined buffer=64k flush=1s;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
  keepalive_timeout 300s;
  default_type application/json;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port} backlog=4096; root {folder}/www; }}
}}
"""


class Nginx(Server):
    """Serves files; put() gives it the bytes of a path."""

    name = "nginx"
    ready_path = "/ready"

    def __init__(self, folder: Path, workers: int):
        super().__init__(folder)
        self.binary = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
        if self.binary is None:
            raise NotHere("nginx is not installed")
        self.workers = workers
        self.put("/ready", b"ready\n")

    def put(self, path: str, body: bytes) -> None:
        file = self.folder / "www" / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)

    def command(self) -> list[str]:
        config = self.folder / "nginx.conf"
        user = "user root;" if os.getuid() == 0 else ""
        values = {"user": user, "workers": self.workers, "files": MAX_OPEN_FILES}
        config.write_text(
            NGINX_CONFIG.format(**values, folder=self.folder, port=self.port)
        )
        return [self.binary, "-p", str(self.folder), "-c", str(config)]


class Fixture(Server):
    """Iceberg's own REST fixture with its SQLite catalog."""

    name = "fixture"
    ready_path = "/v1/config"
    poll_s = 0.05

    def __init__(self, folder: Path):
        super().__init__(folder)
        for tool in ("java", "javac", "mvn"):
            if shutil.which(tool) is None:
                raise NotHere(f"{tool} is not installed")

    def command(self) -> list[str]:
        reference = ROOT / "tests" / "conformance" / "reference"
        return [str(reference), str(self.port), str(self.folder / "data")]
