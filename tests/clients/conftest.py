import subprocess
import uuid

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest
from pyiceberg.catalog import load_catalog

from harness import bodies, hive_metastore, places, postgres


@pytest.fixture(scope="session")
def pyiceberg(firn_server):
    """PyIceberg with nothing but the catalog's address."""
    return load_catalog("firn", type="rest", uri=firn_server.uri)


@pytest.fixture
def ns(pyiceberg) -> str:
    name = bodies.unique("clients")
    pyiceberg.create_namespace(name)
    return name


@pytest.fixture
def firn(firn_server, tmp_path):
    """Run `firn COMMAND...` on the server's catalog; its standard output."""

    def run(*words: object, expect: int = 0) -> str:
        command = [str(places.firn_binary()), *map(str, words), "--catalog", firn_server.uri]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == expect, f"{command}: {done.stderr}"
        return done.stdout

    def scan(name: str, *flags: object) -> pa.Table:
        file = tmp_path / f"{uuid.uuid4()}.arrow"
        run("scan", name, "--format", "arrow", "-o", file, *flags)
        return pa.ipc.open_stream(file).read_all()

    def append(name: str, rows: pa.Table, *flags: object) -> None:
        file = tmp_path / f"{uuid.uuid4()}.parquet"
        pq.write_table(rows, file)
        run("append", file, name, *flags)

    run.scan, run.append = scan, append
    return run


@pytest.fixture(scope="session", name="postgres")
def postgres_fixture():
    """A PostgreSQL cluster; one for all tests."""
    try:
        with postgres.postgres_cluster() as cluster:
            yield cluster
    except postgres.Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def hive3(tmp_path_factory) -> str:
    """The address of a metastore of Hive 3; one for all tests."""
    yield from _metastore("hive3", tmp_path_factory)


@pytest.fixture(scope="session")
def hive4(tmp_path_factory) -> str:
    """The same of Hive 4."""
    yield from _metastore("hive4", tmp_path_factory)


def _metastore(name: str, tmp_path_factory):
    try:
        with hive_metastore.metastore(name, tmp_path_factory.mktemp(name)) as uri:
            yield uri
    except hive_metastore.Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def spark(firn_server, tmp_path_factory):
    """Spark with the catalog `firn`; one session for all tests."""
    engine = pytest.importorskip("spark_engine")
    missing = engine.missing()
    if missing:
        pytest.skip(f"no {missing} for Spark")
    session = engine.start(firn_server.uri, str(tmp_path_factory.mktemp("spark")))
    yield session
    session.stop()


@pytest.fixture
def sql(spark):
    """Run a statement; its rows as plain tuples."""
    return lambda text: [tuple(row) for row in spark.sql(text).collect()]


@pytest.fixture
def spark_ns(sql) -> str:
    name = f"firn.{bodies.unique('spark')}"
    sql(f"CREATE NAMESPACE {name}")
    return name
