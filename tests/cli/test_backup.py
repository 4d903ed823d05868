"""`firn admin backup`, and the way back as docs/operations.md tells it."""

import os
import random
import re
import resource
import sqlite3
import subprocess
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from conftest import clean_environment
from harness import places
from harness.catalog import Catalog
from harness.client import RestClient
from harness.files import path_of
from harness.server import FirnServer

NS = ("shop",)
PAUSE_S = 0.1  # about as long as a backup takes


@pytest.fixture
def server(tmp_path):
    """A server on `firn-data` of a folder, with a table."""
    if places.external_uri():
        pytest.skip("needs a server of its own, and FIRN_TEST_URI names a shared one")
    (tmp_path / "host").mkdir()
    with FirnServer(tmp_path / "host/firn-data") as made:
        connect(made).make_namespace(*NS)
        connect(made).make_table(NS, "orders")
        yield made


def connect(server) -> Catalog:
    return Catalog(RestClient(server.uri, None))


def documented(heading: str) -> list[str]:
    """The shell blocks under a heading of docs/operations.md."""
    text = (places.ROOT / "docs/operations.md").read_text()
    section = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"^```sh\n(.*?)^```", section, re.M | re.S)
    assert blocks, f"no commands under {heading}"
    return blocks


def run_block(block: str, folder: Path) -> subprocess.CompletedProcess:
    """As somebody would paste it."""
    path = f"{places.firn_binary().parent}:{os.environ['PATH']}"
    command = ["bash", "-euo", "pipefail", "-c", block]
    environment = clean_environment(PATH=path)
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def tables_of(database: Path) -> list[str]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return [row[0] for row in connection.execute("SELECT name FROM objects ORDER BY name")]


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_backup_and_restore_as_documented(server):
    folder = server.data.parent
    online, stopped = documented("Backup")
    done = run_block(online, folder)
    assert done.returncode == 0, done.stderr
    assert names_in(folder / "backups") == ["firn.db", "warehouse"]
    connect(server).append(NS, "orders")
    connect(server).make_table(NS, "later")
    refused = run_block(stopped, folder)
    assert refused.returncode == 4, refused
    assert "--online" in refused.stderr
    assert str(server.process.pid) in refused.stderr

    assert server.stop() == 0
    done = run_block(stopped, folder)
    assert done.returncode == 0, done.stderr
    assert tables_of(folder / "backups/firn.db") == ["orders"]
    assert tables_of(folder / "backups/firn-stopped.db") == ["later", "orders"]

    (block,) = documented("Restore")
    done = run_block(block, folder)
    assert done.returncode == 0, done.stderr
    server.start()
    catalog = connect(server)
    assert catalog.tables(NS) == ["orders"]
    assert catalog.metadata(NS, "orders")["snapshots"] == []
    catalog.append(NS, "orders")
    newest = catalog.load(NS, "orders")["metadata-location"]
    server.stop()
    server.start()
    assert connect(server).load(NS, "orders")["metadata-location"] == newest


def test_upgrade_as_documented(server):
    server.stop()
    (block,) = documented("Upgrade")
    done = run_block(block, server.data.parent)
    assert done.returncode == 0, done.stderr
    assert "nothing to do" in done.stdout


def test_an_online_backup_under_load_is_one_state(firn, server, tmp_path):
    stop = threading.Event()

    def write(number: int) -> None:
        catalog = connect(server)
        name = f"t{number}"
        catalog.make_table(NS, name)
        while not stop.is_set():
            catalog.append(NS, name)

    writers = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for writer in writers:
        writer.start()
    try:
        for number in range(5):
            file = tmp_path / f"backup{number}.db"
            firn("admin", "backup", "--online", "--data", server.data, file)
            check_state(file)
    finally:
        stop.set()
        for writer in writers:
            writer.join()


def check_state(database: Path) -> None:
    """Every pointer names a file, every commit has its event, and events are dense."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        pointers = connection.execute("SELECT metadata_location, version FROM objects").fetchall()
        versions = connection.execute("SELECT COUNT(*) FROM object_versions").fetchone()[0]
        events = [row[0] for row in connection.execute("SELECT sequence FROM events ORDER BY 1")]
        last = connection.execute("SELECT last_event FROM warehouses").fetchone()[0]
    assert all(path_of(location).is_file() for location, _ in pointers)
    assert versions == sum(version for _, version in pointers)
    assert events == list(range(1, last + 1))


def test_json_tells_what_was_made(firn, server, tmp_path):
    file = tmp_path / "made.db"
    made = firn("admin", "backup", "--online", "--data", server.data, file, "--json").json
    assert made["database"] == str(server.data / "firn.db")
    assert made["file"] == str(file)
    assert made["size-bytes"] == file.stat().st_size
    assert made["schema-version"] >= 2


def test_nothing_is_overwritten(firn, server, tmp_path):
    file = tmp_path / "precious.db"
    file.write_text("precious")
    answer = firn("admin", "backup", "--online", "--data", server.data, file, expect=1)
    assert str(file) in answer.err
    assert file.read_text() == "precious"


def test_a_full_disk_leaves_nothing(firn, server, tmp_path):
    folder = tmp_path / "full"
    folder.mkdir()

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))

    answer = firn(
        *("admin", "backup", "--online", "--data", server.data, folder / "x.db"),
        expect=None,
        preexec_fn=limit,
        restore_signals=False,  # SIGXFSZ stays ignored: the write fails instead
    )
    assert answer.code in (1, 4), answer
    assert names_in(folder) == []


def test_a_killed_backup_leaves_no_half_under_its_name(server, tmp_path):
    binary = str(places.firn_binary())
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    pauses = random.Random(seed)
    whole = 0
    for number in range(20):
        file = tmp_path / f"{number}.db"
        command = [binary, "admin", "backup", "--online", "--data", str(server.data), str(file)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=clean_environment()) as made:
            time.sleep(pauses.uniform(0, PAUSE_S))
            made.kill()
        if file.exists():
            assert tables_of(file) == ["orders"]
            whole += 1
    left = [name for name in names_in(tmp_path) if ".partial" in name]
    print(f"{whole} whole, {len(left)} parts")


def test_where_there_is_no_database(firn, tmp_path):
    data = tmp_path / "nowhere"
    for command in (["backup", tmp_path / "x.db"], ["migrate"], ["migrate", "--dry-run"]):
        answer = firn("admin", *command, "--data", data, expect=3)
        assert str(data / "firn.db") in answer.err
    assert not data.exists()
    assert names_in(tmp_path) == []
