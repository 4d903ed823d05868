"""Firn, PyIceberg and Java's JdbcCatalog (through Spark) on one database."""

import shutil

import pytest
from one_file import NAME, OneFile, make_one
from pyiceberg.catalog.sql import SqlCatalog

spark_engine = pytest.importorskip("spark_engine")

# Both from the start: one JVM serves all sessions.
DRIVERS = ("org.xerial:sqlite-jdbc:3.53.0.0", "org.postgresql:postgresql:42.7.13")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def file(tmp_path_factory, request) -> OneFile:
    return make_one(request.param, tmp_path_factory.mktemp("one-file"), request)


@pytest.fixture(scope="module")
def sql(file, tmp_path_factory):
    """Run a statement in a Spark whose catalog `shared` is this one; its rows as plain tuples."""
    missing = spark_engine.missing()
    if missing:
        pytest.skip(f"no {missing} for Spark")
    if not shutil.which("mvn"):
        pytest.skip("no Maven for the database's driver")
    file.firn("namespace", "create", "of_firn")
    catalog = {
        "catalog-impl": "org.apache.iceberg.jdbc.JdbcCatalog",
        **file.java_properties(),
        "warehouse": file.warehouse,
        "jdbc.schema-version": "V1",
        "clients": "1",
    }
    # Java's catalog has the name of Spark's: NAME.
    session = spark_engine.start_with(
        catalog, str(tmp_path_factory.mktemp("spark")), DRIVERS, name=NAME
    )
    yield lambda text: [tuple(row) for row in session.sql(text).collect()]
    session.stop()


def test_firns_file_opens_in_java(file, sql):
    assert ("of_firn",) in sql("SHOW NAMESPACES IN shared")
    file.firn("table", "create", "of_firn.t", "--column", "id:long", "--column", "name:string")
    sql("INSERT INTO shared.of_firn.t VALUES (1, 'a'), (2, 'b')")
    changed = file.firn("table", "set", "of_firn.t", "-p", "by=firn")
    sql("ALTER TABLE shared.of_firn.t ADD COLUMN more INT")
    sql("DELETE FROM shared.of_firn.t WHERE id = 1")
    assert sql("SELECT id, name, more FROM shared.of_firn.t") == [(2, "b", None)]
    shown = file.firn("table", "show", "of_firn.t")["metadata"]
    assert shown["properties"]["by"] == "firn"
    log = [entry["metadata-file"] for entry in shown["metadata-log"]]
    assert changed["metadata-location"] in log
    names = [field["name"] for field in shown["schemas"][-1]["fields"]]
    assert names == ["id", "name", "more"]


def test_what_java_made_opens_in_firn_and_pyiceberg(file, sql):
    sql("CREATE NAMESPACE shared.of_java")
    sql("CREATE TABLE shared.of_java.t (id BIGINT) USING iceberg")
    sql("INSERT INTO shared.of_java.t SELECT id FROM range(10)")
    sql("CREATE VIEW shared.of_java.v AS SELECT id FROM shared.of_java.t")
    assert file.tables("of_java") == ["of_java.t"], "no view among them"
    file.firn("table", "set", "of_java.t", "-p", "by=firn")
    catalog = SqlCatalog(NAME, uri=file.uri, warehouse=file.warehouse)
    table = catalog.load_table("of_java.t")
    assert table.properties["by"] == "firn"
    assert table.scan().to_arrow().num_rows == 10
    file.firn("table", "rename", "of_java.t", "of_java.u")
    assert sql("SELECT count(*) FROM shared.of_java.u") == [(10,)]
    file.firn("namespace", "drop", "of_java", expect=1)
    sql("DROP VIEW shared.of_java.v")
    file.firn("table", "drop", "of_java.u", "--purge")
    assert sql("SHOW TABLES IN shared.of_java") == []
    file.firn("namespace", "drop", "of_java")
    assert ("of_java",) not in sql("SHOW NAMESPACES IN shared")
