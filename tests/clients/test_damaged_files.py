"""Manifest lists, manifests and data files that are cut short, changed or lost: one error that
names the file, from the command line and from the server's planning, and a table that is whole
again as soon as the file is."""

import os
import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from damage import FAILED, MISSING, TABLE, Reader, cuts, damaged, flipped, local, one_error
from pyiceberg.catalog import load_catalog

from harness import bodies
from harness.client import RestClient
from harness.server import temporary_server

SEED = os.environ.get("FIRN_FUZZ_SEED", "20261129")
FLIPS, FULL_FLIPS = 6, 300
ROWS = 500
KINDS = ["manifest list", "manifest", "data file"]


@pytest.fixture(scope="module")
def server():
    """A server that keeps no manifest in memory, so that each plan reads them."""
    with temporary_server("damage", env={"FIRN_CACHE_MANIFEST_BYTES": "0"}) as running:
        yield running


class Damaged:
    """A table of two files, its readers and its parts."""

    def __init__(self, server, folder):
        catalog = load_catalog("p", type="rest", uri=server.uri)
        name = bodies.unique("damaged")
        catalog.create_namespace(name)
        schema = pa.schema([("id", pa.int64()), ("name", pa.string())])
        self.table = catalog.create_table(f"{name}.t", schema=schema)
        for first in (0, ROWS):
            ids = list(range(first, first + ROWS))
            self.table.append(pa.table({"id": ids, "name": [f"n{i}" for i in ids]}, schema=schema))
        self.reader = Reader(server.uri, f"{name}.t", folder)
        self.client = RestClient(server.uri, None)
        self.path = f"namespaces/{name}/tables/t"
        self.location = self.table.metadata_location

    def file(self, kind: str):
        snapshot = self.table.current_snapshot()
        if kind == "manifest list":
            return local(snapshot.manifest_list)
        if kind == "manifest":
            return local(snapshot.manifests(self.table.io)[0].manifest_path)
        return local(next(iter(self.table.scan().plan_files())).file.file_path)

    def plan(self):
        return self.client.post(f"{self.path}/plan", {}, expect={200, 403, 406, 413, 500})

    def refused_by_server(self, path) -> None:
        answer = self.plan()
        assert answer.status == 500 and path.name in answer.error["message"], answer

    def unharmed(self) -> None:
        """All rows, planned by both, and the same metadata file."""
        done, rows = self.reader.scan()
        assert done.returncode == 0, done
        assert sorted(rows["id"].to_pylist()) == list(range(2 * ROWS))
        assert len(self.plan().json["file-scan-tasks"]) == 2
        assert self.client.get(self.path, expect=200).json["metadata-location"] == self.location


@pytest.fixture
def table(server, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    return Damaged(server, folder)


@pytest.mark.parametrize("kind", KINDS)
def test_bytes_that_are_lost(table, kind):
    path = table.file(kind)
    for what, content in cuts(path.read_bytes()).items():
        code = MISSING if what == "lost" else FAILED
        with damaged(path, content):
            table.reader.refused(path, code)
            if kind != "data file":
                table.reader.refused_plan(path, code)
                table.refused_by_server(path)
    table.unharmed()


@pytest.mark.parametrize("kind", KINDS)
def test_commands_that_write_leave_a_damaged_table_alone(table, kind, tmp_path):
    """What reads the damaged file fails, commits nothing and leaves no file behind."""
    rows = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"id": [-1], "name": ["new"]}), rows)
    path = table.file(kind)
    data = table.file("data file").parent
    before = sorted(data.iterdir())
    commands = [("maintain", "compact", TABLE, "--all", "--run")]
    if kind == "manifest list":
        commands.append(("append", rows, TABLE))
    for what, content in cuts(path.read_bytes()).items():
        with damaged(path, content):
            for words in commands:
                said = table.reader.run(*words)
                assert said.returncode == (MISSING if what == "lost" else FAILED), said
                one_error(said.stderr, path)
    assert sorted(data.iterdir()) == before
    table.unharmed()


def structure(whole: bytes, kind: str) -> list[int]:
    """Places where a changed byte cannot pass: magic, the middle of the header, the last byte."""
    if kind == "data file":
        length = int.from_bytes(whole[-8:-4], "little")
        return [len(whole) - 8 - length, len(whole) - 8, len(whole) - 1]
    return [0, whole.index(b"avro.schema") + 20, len(whole) - 1]


@pytest.mark.parametrize("kind", KINDS)
def test_bytes_that_are_changed(table, kind):
    path = table.file(kind)
    whole = path.read_bytes()
    for at in structure(whole, kind):
        with damaged(path, flipped(whole, at)):
            table.reader.refused(path)
            if kind != "data file":
                table.reader.refused_plan(path)
                table.refused_by_server(path)
    table.unharmed()


@pytest.mark.parametrize("count", [FLIPS, pytest.param(FULL_FLIPS, marks=pytest.mark.full)])
@pytest.mark.parametrize("kind", KINDS)
def test_bytes_changed_anywhere(table, kind, count):
    """Formats without checksums cannot tell every change. Nothing crashes or hangs, and what fails
    says so as everything does; a changed path may be no location any more, which is exit code 2."""
    rng = random.Random(f"{SEED} {kind}")
    path = table.file(kind)
    whole = path.read_bytes()
    for _ in range(count):
        at = rng.randrange(len(whole))
        with damaged(path, flipped(whole, at)):
            done, rows = table.reader.scan()
            assert done.returncode in (0, FAILED, 2, MISSING), (at, done)
            assert (rows is not None) == (done.returncode == 0), (at, done)
            assert done.returncode == 0 or done.stderr.startswith("firn: "), (at, done)
            answer = table.plan()
            # Paths of a plan are not looked at: they may have become anything but UTF-8.
            assert answer.status == 200 or answer.error, at
    table.unharmed()
