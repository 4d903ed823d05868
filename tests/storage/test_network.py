"""Connections to the store that break in the middle: rows are right, or there is one error that
names the file and comes in time. Never are rows wrong, or a part of them taken for all."""

import os
import random
import subprocess
import time
from urllib.parse import urlencode

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest

from harness import bodies, places
from harness.client import RestClient
from harness.cutting_proxy import Cut, CuttingProxy
from harness.object_server import BUCKET
from harness.server import FirnServer

SEED = os.environ.get("FIRN_FUZZ_SEED", "20261129")
ROUNDS, FULL_ROUNDS = 5, 100
FILES, ROWS = 3, 60_000
# What one request may take, all its attempts together: where it may succeed, where it cannot; and
# what a busy machine adds.
LONG_S, SHORT_S, SLACK_S = 20, 2, 15
PLACES = [0, 1, 200, 5_000, 300_000]


def only_full(*values: object):
    """A case of the long form."""
    return pytest.param(*values, marks=pytest.mark.full)


def rows(first: int, count: int) -> pa.Table:
    """Numbers that do not compress, so that a file is as long as it seems."""
    rng = random.Random(first)
    ids = list(range(first, first + count))
    return pa.table({"id": ids, "noise": [rng.getrandbits(62) for _ in ids]})


class Remote:
    """A table on S3 whose catalog is a local file, and commands that reach S3 by the proxy."""

    def __init__(self, s3, folder):
        self.proxy = CuttingProxy(s3.endpoint)
        self.folder = folder
        self.deadline_s = LONG_S
        self.environment = {**os.environ, **s3.environment()}
        self.environment.pop("FIRN_S3_ENDPOINT")
        self.warehouse = f"s3://{BUCKET}/{bodies.unique('network')}"
        self.run("namespace", "create", "n")
        for i in range(FILES):
            self.append(rows(i * ROWS, ROWS), *(["--create"] if i == 0 else []))
        self.whole = pa.concat_tables([rows(i * ROWS, ROWS) for i in range(FILES)])

    def run(self, *words: object, expect: int | None = 0) -> subprocess.CompletedProcess:
        options = {
            "warehouse": self.warehouse,
            "s3.endpoint": self.proxy.uri,
            "s3.request-timeout": str(self.deadline_s),
        }
        uri = f"sqlite:///{self.folder}/catalog.db?{urlencode(options)}"
        command = [str(word) for word in (places.firn_binary(), *words, "--catalog", uri)]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=120, check=False, env=self.environment
        )
        assert expect is None or done.returncode == expect, done
        return done

    def append(self, table: pa.Table, *flags: str, expect: int | None = 0):
        file = self.folder / "rows.parquet"
        pq.write_table(table, file, compression="none")
        return self.run("append", file, "n.t", *flags, expect=expect)

    def scan(self) -> tuple[subprocess.CompletedProcess, pa.Table | None]:
        file = self.folder / f"{bodies.unique('out')}.arrow"
        done = self.run("scan", "n.t", "-o", file, expect=None)
        if not file.exists():
            return done, None
        with pa.OSFile(str(file)) as source:
            return done, pa.ipc.open_stream(source).read_all().sort_by("id")

    def right_or_refused(self) -> bool:
        """True where the rows came."""
        done, found = self.scan()
        if done.returncode == 0:
            assert found == self.whole
            return True
        assert found is None
        refused(done, self.warehouse)
        return False

    def unharmed(self) -> None:
        self.proxy.cut(lambda number: None)
        self.deadline_s = LONG_S
        _, found = self.scan()
        assert found == self.whole


def refused(done: subprocess.CompletedProcess, place: str) -> None:
    """One error, of a file in this place."""
    assert done.returncode in (1, 4), done
    assert done.stderr.startswith("firn: ") and done.stderr.count("\n") == 1, done
    assert place in done.stderr, done


@pytest.fixture(scope="module")
def remote(s3, tmp_path_factory):
    table = Remote(s3, tmp_path_factory.mktemp("network"))
    yield table
    table.proxy.close()


@pytest.mark.parametrize("how", ["reset", "end"])
@pytest.mark.parametrize("after", PLACES)
def test_connections_that_break_at_first(remote, how, after):
    """What broke is asked for again."""
    remote.proxy.cut(lambda number: Cut(after, how) if remote.proxy.cuts < 2 else None)
    assert remote.right_or_refused()
    assert remote.proxy.cuts >= 1


@pytest.mark.parametrize(
    ("how", "after"),
    [
        *[("reset", 200), ("end", 5_000), ("stall", 5_000)],
        *[only_full(how, 0) for how in ("reset", "end", "stall")],
        *[only_full("reset", 5_000), only_full("end", 200), only_full("stall", 200)],
    ],
)
def test_connections_that_always_break(remote, how, after):
    remote.proxy.cut(lambda number: Cut(after, how))
    remote.deadline_s = SHORT_S
    begin = time.monotonic()
    assert not remote.right_or_refused()
    assert time.monotonic() - begin < SHORT_S + SLACK_S
    remote.unharmed()


@pytest.mark.parametrize("rounds", [ROUNDS, pytest.param(FULL_ROUNDS, marks=pytest.mark.full)])
def test_a_bad_line(remote, rounds):
    """Each connection may break, anywhere and in any way."""
    rng = random.Random(SEED)
    came = 0
    for _ in range(rounds):
        chance = rng.choice([0.1, 0.3, 0.6])
        seed = rng.random()

        def policy(number: int, chance=chance, seed=seed) -> Cut | None:
            own = random.Random(f"{seed} {number}")
            if own.random() > chance:
                return None
            return Cut(int(2 ** own.uniform(0, 20)), own.choice(["reset", "reset", "end"]))

        remote.proxy.cut(policy)
        came += remote.right_or_refused()
    assert came > 0
    remote.unharmed()


@pytest.mark.parametrize("what", ["request", "answer"])
@pytest.mark.parametrize("after", [700, *map(only_full, [0, 100_000])])
def test_an_append_over_a_line_that_breaks(remote, what, after):
    """Its rows are there once, or not at all, as it says."""
    new = rows(FILES * ROWS + 1_000_000, 20_000)
    for broken in (2, 1000):
        remote.deadline_s = LONG_S if broken == 2 else SHORT_S
        remote.proxy.cut(lambda number, n=broken: Cut(after, "reset", what) if number < n else None)
        done = remote.append(new, expect=None)
        if done.returncode == 0:
            remote.whole = pa.concat_tables([remote.whole, new]).sort_by("id")
            new = rows(new["id"][-1].as_py() + 1_000_000, 20_000)
        else:
            refused(done, remote.warehouse)
        remote.unharmed()


def test_the_servers_planning(remote, s3, tmp_path):
    """A plan fails while the line is cut, and is made when it is whole."""
    env = {
        **s3.environment(),
        "FIRN_S3_ENDPOINT": remote.proxy.uri,
        "FIRN_S3_REQUEST_TIMEOUT": str(SHORT_S),
        "FIRN_CACHE_MANIFEST_BYTES": "0",
    }
    location = f"s3://{BUCKET}/{bodies.unique('planned')}"
    remote.proxy.cut(lambda number: None)
    server = FirnServer(tmp_path / "data", env, ("--warehouse", location)).start()
    try:
        client = RestClient(server.uri, None)
        client.post("namespaces", {"namespace": ["n"]}, expect=200)
        file = tmp_path / "rows.parquet"
        pq.write_table(rows(0, 10), file)
        uri = f"{server.uri}?{urlencode({'s3.endpoint': remote.proxy.uri})}"
        command = [places.firn_binary(), "append", file, "n.t", "--create", "--catalog", uri]
        subprocess.run([str(w) for w in command], check=True, env=remote.environment, timeout=60)
        for after in (0, 200):
            remote.proxy.cut(lambda number, after=after: Cut(after))
            answer = client.post("namespaces/n/tables/t/plan", {}, expect={500, 503})
            assert location in answer.error["message"], answer
            remote.proxy.cut(lambda number: None)
            answer = client.post("namespaces/n/tables/t/plan", {}, expect=200).json
            assert len(answer["file-scan-tasks"]) == 1
    finally:
        server.stop()
