"""firn features join, of bad input: which thing it names, and that it leaves no file."""

import socket
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from harness import bodies

TIMES = pa.array([0, 1], pa.timestamp("us", tz="UTC"))
STATS = pa.table({"driver": [1, 2], "ts": TIMES, "rate": [0.1, 0.2]})
ENTITIES = pa.table({"driver": [1, 2], "event_timestamp": TIMES, "label": ["a", "b"]})


@pytest.fixture
def join(firn, tmp_path):
    """Runs a join of the table `stats`; `out` is where its answer would be."""
    catalog = f"sqlite:///{tmp_path}/c.db?warehouse=file:{tmp_path}/warehouse"
    ns = bodies.unique("db")
    firn("namespace", "create", ns, "--catalog", catalog)
    pq.write_table(STATS, tmp_path / "stats.parquet")
    firn("append", tmp_path / "stats.parquet", f"{ns}.stats", "--create", "--catalog", catalog)
    folder = tmp_path / "answers"
    folder.mkdir()

    def run(entities: pa.Table = ENTITIES, view: str = "stats:rate", *, to=None, **options):
        pq.write_table(entities, tmp_path / "entities.parquet")
        return firn(
            "features", "join", "--entities", tmp_path / "entities.parquet", "--view",
            f"{ns}.{view}", "--out", folder / "out.parquet", "--catalog", to or catalog,
            **options,
        )  # fmt: skip

    run.ns, run.catalog, run.folder, run.data = ns, catalog, folder, tmp_path / "warehouse"
    return run


def refused(join, code: int, *says: str, **options) -> None:
    failed = join(expect=code, **options)
    for words in says:
        assert words in failed.err
    assert list(join.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("entities", "says"),
    [
        (ENTITIES.drop_columns("driver"), ["no column driver; the nearest: label"]),
        (ENTITIES.drop_columns("event_timestamp"), ["event_timestamp"]),
        (ENTITIES.set_column(0, "driver", pa.array(["a", "b"])), ["driver is text", "integer"]),
        (ENTITIES.set_column(1, "event_timestamp", TIMES.cast(pa.int64())), ["event_timestamp"]),
    ],
    ids=["no key", "no time", "key of another type", "time of another type"],
)
def test_entities_that_do_not_fit(join, entities, says):
    refused(join, 2, *says, entities=entities, view="stats:rate@key=driver")


@pytest.mark.parametrize(
    ("view", "says"),
    [
        ("stats:rat", ["no column rat", "rate"]),
        ("stats:rate@key=rider", ["rider"]),
        ("stats:rate@time=when", ["no column when"]),
        ("stats:rate@time=rate", ["rate", "no times"]),
    ],
)
def test_views_that_do_not_fit(join, view, says):
    refused(join, 2, *says, view=view)


def test_a_table_that_was_dropped(firn, join):
    firn("table", "drop", f"{join.ns}.stats", "--catalog", join.catalog)
    refused(join, 3, f"{join.ns}.stats")


def test_rows_that_cannot_be_read(join):
    (data,) = join.data.rglob("*.parquet")
    data.unlink()
    refused(join, 3, data.name)


def test_a_catalog_that_is_not_there(join):
    began = time.monotonic()
    refused(join, 4, "127.0.0.1:1", to="http://127.0.0.1:1")
    assert time.monotonic() - began < 30


def test_a_catalog_that_never_answers(join, tmp_path):
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:
        port = silent.getsockname()[1]
        (tmp_path / "firn.toml").write_text(
            f'[catalogs.silent]\ntype = "rest"\nuri = "http://127.0.0.1:{port}"\n'
            '"rest.client.socket-timeout-ms" = "500"\n"rest.client.max-retries" = "1"\n'
        )
        began = time.monotonic()
        profile = {"FIRN_CONFIG": str(tmp_path / "firn.toml")}
        refused(join, 4, f"127.0.0.1:{port}", to="silent", env=profile)
        assert 0.5 < time.monotonic() - began < 20


def test_an_answer_that_has_no_place(join):
    join.folder.rmdir()
    failed = join(expect=None)
    assert failed.code != 0
    assert "answers" in failed.err
    assert not join.folder.exists()
