"""An S3 server of its own on loopback: versitygw or MinIO (tests/storage/install-servers)."""

import os
import secrets
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from pyarrow.fs import FileSelector, S3FileSystem

from harness import places
from harness.server import free_port

BUCKET = "firn-test"
REGION = "us-east-1"
READY_TIMEOUT_S = 30
POLL_S = 0.05
MISSING = 3


class Missing(RuntimeError):
    """The server's program is not there."""


def program(kind: str) -> Path:
    """The built server: run builds it, or skips the suite."""
    script = places.ROOT / "tests" / "storage" / "install-servers"
    look = [script, "--no-build", kind]
    built = subprocess.run(look, stdout=subprocess.PIPE, text=True, check=False)
    if built.returncode == MISSING:
        raise Missing(f"{kind} is not built: tests/storage/install-servers {kind}")
    built.check_returncode()
    return next(Path(built.stdout.strip()).glob(f"{kind}-*"))


class ObjectServer:
    """A running server with one bucket."""

    def __init__(self, kind: str, folder: Path):
        self.port = free_port()
        self.access_key = "firn" + secrets.token_hex(6)
        self.secret_key = secrets.token_hex(16)
        self.log = folder / "server.log"
        data = folder / "data"
        data.mkdir()
        address = f"127.0.0.1:{self.port}"
        if kind == "minio":
            arguments = ["server", data, "--address", address, "--quiet"]
        else:
            arguments = ["--port", address, "posix", data]
        keys = {
            "MINIO_ROOT_USER": self.access_key,
            "MINIO_ROOT_PASSWORD": self.secret_key,
            "ROOT_ACCESS_KEY": self.access_key,
            "ROOT_SECRET_KEY": self.secret_key,
        }
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [program(kind), *arguments], stdout=log, stderr=log, env={**os.environ, **keys}
            )

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """What Firn's server, its store's test and AWS' tools read."""
        return {
            "FIRN_S3_ENDPOINT": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_REGION": REGION,
        }

    def client_options(self) -> dict[str, str]:
        """What PyIceberg needs to reach the files."""
        return {
            "s3.endpoint": self.endpoint,
            "s3.access-key-id": self.access_key,
            "s3.secret-access-key": self.secret_key,
            "s3.region": REGION,
        }

    def files(self) -> S3FileSystem:
        return S3FileSystem(
            access_key=self.access_key,
            secret_key=self.secret_key,
            region=REGION,
            endpoint_override=self.endpoint,
            allow_bucket_creation=True,
        )

    def keys(self, prefix: str = "") -> list[str]:
        """Every object below bucket and prefix."""
        selector = FileSelector(f"{BUCKET}/{prefix}", recursive=True, allow_not_found=True)
        return sorted(info.path for info in self.files().get_file_info(selector) if info.is_file)

    def wait_ready(self) -> None:
        deadline = time.monotonic() + READY_TIMEOUT_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                urllib.request.urlopen(self.endpoint, timeout=5).read()
                return
            except urllib.error.HTTPError:
                return  # refuses who is nobody: it is there
            except OSError:
                time.sleep(POLL_S)
        raise RuntimeError(f"not ready\n{self.log.read_text(errors='replace')[-2000:]}")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(READY_TIMEOUT_S)


@contextmanager
def object_server(kind: str):
    """A server in a fresh folder with an empty bucket, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=f"firn-{kind}-"))
    server = ObjectServer(kind, folder)
    try:
        server.wait_ready()
        server.files().create_dir(BUCKET)
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
