"""DuckDB with the extension files of its own packages: nothing is downloaded when it runs."""

import importlib.util
from pathlib import Path

import pytest

pytestmark = pytest.mark.full
EXTENSIONS = ("httpfs", "avro", "iceberg")


@pytest.fixture(scope="module")
def duck(firn_server):
    duckdb = pytest.importorskip("duckdb", reason="no duckdb (tests/requirements-full.txt)")
    connection = duckdb.connect()
    for name in EXTENSIONS:
        connection.execute(f"LOAD '{extension_file(name)}'")
    options = f"TYPE iceberg, ENDPOINT '{firn_server.uri}', AUTHORIZATION_TYPE 'none'"
    connection.execute(f"ATTACH '' AS firn ({options})")
    yield connection
    connection.close()


def extension_file(name: str) -> Path:
    package = importlib.util.find_spec(f"duckdb_extension_{name}")
    if package is None:
        pytest.skip(f"no duckdb-extension-{name} (tests/requirements-full.txt)")
    folder = Path(next(iter(package.submodule_search_locations)))
    return next(folder.rglob(f"{name}.duckdb_extension"))


def test_create_write_read_change_drop(duck, ns, pyiceberg):
    table = f"firn.{ns}.t"
    duck.execute(f"CREATE TABLE {table} (id BIGINT, name VARCHAR)")
    duck.execute(f"INSERT INTO {table} VALUES (1, 'a'), (2, 'b'), (3, 'c')")
    duck.execute(f"DELETE FROM {table} WHERE id = 2")
    duck.execute(f"UPDATE {table} SET name = 'cc' WHERE id = 3")
    assert duck.execute(f"FROM {table} ORDER BY id").fetchall() == [(1, "a"), (3, "cc")]
    read = pyiceberg.load_table(f"{ns}.t").scan().to_arrow().to_pylist()
    assert {row["id"]: row["name"] for row in read} == {1: "a", 3: "cc"}
    duck.execute(f"DROP TABLE {table}")
    assert pyiceberg.list_tables(ns) == []


def test_create_table_as_select_and_schemas(duck, ns, pyiceberg):
    duck.execute(f"CREATE TABLE firn.{ns}.c AS SELECT i AS id FROM range(10) t(i)")
    assert duck.execute(f"SELECT sum(id) FROM firn.{ns}.c").fetchone() == (45,)
    duck.execute(f"CREATE SCHEMA firn.{ns}_two")
    assert pyiceberg.namespace_exists(f"{ns}_two")
    duck.execute(f"DROP SCHEMA firn.{ns}_two")
    assert not pyiceberg.namespace_exists(f"{ns}_two")


def test_transaction_over_two_tables(duck, ns):
    for name in ("a", "b"):
        duck.execute(f"CREATE TABLE firn.{ns}.{name} (id BIGINT)")
    duck.execute("BEGIN")
    for name in ("a", "b"):
        duck.execute(f"INSERT INTO firn.{ns}.{name} VALUES (1)")
    duck.execute("COMMIT")
    counts = [duck.execute(f"SELECT count(*) FROM firn.{ns}.{n}").fetchone() for n in ("a", "b")]
    assert counts == [(1,), (1,)]
