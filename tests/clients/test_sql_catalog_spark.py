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


def test_a_view_of_java_is_listed_shown_renamed_and_dropped_by_firn(file, sql):
    sql("CREATE NAMESPACE shared.viewed")
    sql("CREATE TABLE shared.viewed.t (id BIGINT) USING iceberg")
    sql("INSERT INTO shared.viewed.t VALUES (1), (2)")
    sql("CREATE VIEW shared.viewed.v AS SELECT id FROM shared.viewed.t WHERE id > 1")
    assert file.views("viewed") == ["viewed.v"]
    assert file.tables("viewed") == ["viewed.t"]
    shown = file.firn("view", "show", "viewed.v")
    [representation] = shown["metadata"]["versions"][0]["representations"]
    assert representation["dialect"] == "spark" and "id > 1" in representation["sql"]
    file.firn("view", "rename", "viewed.v", "viewed.t", expect=1)
    file.firn("view", "drop", "viewed.t", expect=3)
    file.firn("view", "rename", "viewed.v", "viewed.w")
    assert [row[1] for row in sql("SHOW VIEWS IN shared.viewed")] == ["w"]
    assert sql("SELECT id FROM shared.viewed.w") == [(2,)]
    sql("CREATE OR REPLACE VIEW shared.viewed.w AS SELECT id FROM shared.viewed.t WHERE id < 2")
    replaced = file.firn("view", "show", "viewed.w")
    assert replaced["metadata"]["current-version-id"] == 2
    file.firn("view", "drop", "viewed.w")
    assert sql("SHOW VIEWS IN shared.viewed") == []
    # What was dropped is registered again, and Java reads it.
    file.firn("view", "register", "viewed.again", replaced["metadata-location"])
    assert sql("SELECT id FROM shared.viewed.again") == [(1,)]
    sql("DROP VIEW shared.viewed.again")
    assert file.views("viewed") == []
    file.firn("view", "show", "viewed.again", expect=3)
