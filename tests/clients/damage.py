"""Files cut short, changed and lost; and what a scan may say of a table that has one."""

import subprocess
import uuid
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.ipc

from harness import places

TIMEOUT_S = 60
TABLE = object()
# Exit codes: it failed; something is not there.
FAILED, MISSING = 1, 3


def local(location: str) -> Path:
    return Path("/" + location.removeprefix("file:").lstrip("/"))


@contextmanager
def damaged(path: Path, content: bytes | None):
    """The file with other bytes, or without a file; whole again afterwards."""
    whole = path.read_bytes()
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    try:
        yield
    finally:
        path.write_bytes(whole)


def cuts(whole: bytes) -> dict[str, bytes | None]:
    """Ways to lose bytes."""
    return {
        "lost": None,
        "empty": b"",
        "half": whole[: len(whole) // 2],
        "all but a byte": whole[:-1],
    }


def flipped(whole: bytes, at: int) -> bytes:
    return whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]


class Reader:
    """Commands on one table; what they printed and how they ended."""

    def __init__(self, uri: str, name: str, folder: Path):
        self.uri, self.name, self.folder = uri, name, folder

    def run(self, *words: object) -> subprocess.CompletedProcess:
        """A command with its flags; `TABLE` among them is the table."""
        named = [self.name if word == TABLE else str(word) for word in words]
        return subprocess.run(
            [str(places.firn_binary()), *named, "--catalog", self.uri],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )

    def scan(self) -> tuple[subprocess.CompletedProcess, pa.Table | None]:
        """A scan into a file, and the rows where the file has appeared."""
        file = self.folder / f"{uuid.uuid4()}.arrow"
        done = self.run("scan", TABLE, "-o", file)
        rows = None
        if file.exists():
            with pa.OSFile(str(file)) as source:
                rows = pa.ipc.open_stream(source).read_all()
            file.unlink()
        assert list(self.folder.iterdir()) == [], "a half-written file was left"
        return done, rows

    def refused(self, path: Path, code: int = FAILED) -> None:
        """A scan gives one error that names the file, and no rows that look like all."""
        done, rows = self.scan()
        assert rows is None
        printed = self.run("scan", TABLE, "--format", "jsonl")
        for said in (done, printed):
            assert said.returncode == code, said
            one_error(said.stderr, path)

    def refused_plan(self, path: Path, code: int = FAILED) -> None:
        said = self.run("plan", TABLE)
        assert said.returncode == code, said
        assert said.stdout == ""
        one_error(said.stderr, path)


def one_error(text: str, path: Path) -> None:
    assert text.startswith("firn: ") and text.count("\n") == 1, text
    assert path.name in text, text
