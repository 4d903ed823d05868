import pytest
from pyiceberg.catalog import load_catalog

from harness import bodies


@pytest.fixture(scope="session")
def pyiceberg(firn_server):
    """PyIceberg with nothing but the catalog's address."""
    return load_catalog("firn", type="rest", uri=firn_server.uri)


@pytest.fixture
def ns(pyiceberg) -> str:
    name = bodies.unique("clients")
    pyiceberg.create_namespace(name)
    return name


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
