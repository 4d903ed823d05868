"""Firn and Java's HiveCatalog (through Spark) on one Hive Metastore."""

import pytest
from hive_lake import Lake

spark_engine = pytest.importorskip("spark_engine")


@pytest.fixture(scope="module")
def lake(hive3, tmp_path_factory) -> Lake:
    return Lake(hive3, tmp_path_factory.mktemp("lake"))


@pytest.fixture(scope="module")
def sql(lake, tmp_path_factory):
    """Run a statement in a Spark whose catalog `shared` is this one; its rows as plain tuples."""
    missing = spark_engine.missing()
    if missing:
        pytest.skip(f"no {missing} for Spark")
    session = spark_engine.start_with(
        lake.properties, str(tmp_path_factory.mktemp("spark")), name="shared"
    )
    yield lambda text: [tuple(row) for row in session.sql(text).collect()]
    session.stop()


def test_firns_table_opens_in_java(lake, sql):
    lake.firn("namespace", "create", "of_firn")
    lake.firn("table", "create", "of_firn.t", "--column", "id:long", "--column", "name:string")
    assert ("of_firn",) in sql("SHOW NAMESPACES IN shared")
    sql("INSERT INTO shared.of_firn.t VALUES (1, 'a'), (2, 'b')")
    changed = lake.firn("table", "set", "of_firn.t", "-p", "by=firn")
    sql("ALTER TABLE shared.of_firn.t ADD COLUMN more INT")
    sql("DELETE FROM shared.of_firn.t WHERE id = 1")
    assert sql("SELECT id, name, more FROM shared.of_firn.t") == [(2, "b", None)]
    shown = lake.firn("table", "show", "of_firn.t")["metadata"]
    assert shown["properties"]["by"] == "firn"
    log = [entry["metadata-file"] for entry in shown["metadata-log"]]
    assert changed["metadata-location"] in log
    assert lake.described("of_firn", "t").parameters["numRows"] == "1"


def test_what_java_made_opens_in_firn(lake, sql):
    sql("CREATE NAMESPACE shared.of_java")
    sql("CREATE TABLE shared.of_java.t (id BIGINT) USING iceberg")
    sql("INSERT INTO shared.of_java.t SELECT id FROM range(10)")
    assert lake.tables("of_java") == ["t"]
    lake.firn("table", "set", "of_java.t", "-p", "by=firn")
    assert lake.described("of_java", "t").parameters["numRows"] == "10"
    lake.firn("table", "rename", "of_java.t", "of_java.u")
    sql("INSERT INTO shared.of_java.u VALUES (10)")
    assert lake.pyiceberg().load_table("of_java.u").scan().to_arrow().num_rows == 11
    lake.firn("table", "drop", "of_java.u", "--purge")
    assert sql("SHOW TABLES IN shared.of_java") == []
    lake.firn("namespace", "drop", "of_java")
    assert ("of_java",) not in sql("SHOW NAMESPACES IN shared")


def test_a_view_of_java_is_listed_shown_renamed_and_dropped_by_firn(lake, sql):
    sql("CREATE NAMESPACE shared.viewed")
    sql("CREATE TABLE shared.viewed.t (id BIGINT) USING iceberg")
    sql("INSERT INTO shared.viewed.t VALUES (1), (2)")
    sql("CREATE VIEW shared.viewed.v AS SELECT id FROM shared.viewed.t WHERE id > 1")
    assert lake.views("viewed") == ["v"]
    assert lake.tables("viewed") == ["t"]
    shown = lake.firn("view", "show", "viewed.v")
    [representation] = shown["metadata"]["versions"][0]["representations"]
    assert representation["dialect"] == "spark" and "id > 1" in representation["sql"]
    lake.firn("view", "rename", "viewed.v", "viewed.t", expect=1)
    lake.firn("view", "drop", "viewed.t", expect=3)
    lake.firn("view", "rename", "viewed.v", "viewed.w")
    assert [row[1] for row in sql("SHOW VIEWS IN shared.viewed")] == ["w"]
    assert sql("SELECT id FROM shared.viewed.w") == [(2,)]
    lake.firn("view", "drop", "viewed.w")
    assert sql("SHOW VIEWS IN shared.viewed") == []
    # What was dropped is registered again; Java reads, replaces and drops it.
    lake.firn("view", "register", "viewed.again", shown["metadata-location"])
    assert sql("SELECT id FROM shared.viewed.again") == [(2,)]
    sql("CREATE OR REPLACE VIEW shared.viewed.again AS SELECT id FROM shared.viewed.t WHERE id < 2")
    assert lake.firn("view", "show", "viewed.again")["metadata"]["current-version-id"] == 2
    sql("DROP VIEW shared.viewed.again")
    assert lake.views("viewed") == []
