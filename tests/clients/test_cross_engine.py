"""One engine reads and goes on with what the other has written."""

import pyarrow as pa
import pytest
from pyiceberg.schema import Schema
from pyiceberg.types import LongType, NestedField, StringType

ARROW = pa.schema([pa.field("id", pa.int64()), pa.field("name", pa.string())])


def rows(*ids: int) -> pa.Table:
    return pa.Table.from_pylist([{"id": i, "name": f"n{i}"} for i in ids], schema=ARROW)


def test_pyiceberg_reads_spark(sql, pyiceberg, spark_ns):
    name = f"{spark_ns}.t"
    sql(
        f"CREATE TABLE {name} (id BIGINT, name STRING) USING iceberg PARTITIONED BY (bucket(2, id))"
    )
    sql(f"INSERT INTO {name} VALUES (1, 'n1'), (2, 'n2'), (3, 'n3')")
    sql(f"DELETE FROM {name} WHERE id = 2")
    table = pyiceberg.load_table(name.removeprefix("firn."))
    assert sorted(table.scan().to_arrow()["id"].to_pylist()) == [1, 3]
    table.append(rows(4))
    assert [row[0] for row in sql(f"SELECT id FROM {name} ORDER BY id")] == [1, 3, 4]


def test_spark_reads_pyiceberg(sql, pyiceberg, ns):
    schema = Schema(NestedField(1, "id", LongType()), NestedField(2, "name", StringType()))
    table = pyiceberg.create_table(f"{ns}.t", schema)
    table.append(rows(1, 2))
    name = f"firn.{ns}.t"
    assert sql(f"SELECT id, name FROM {name} ORDER BY id") == [(1, "n1"), (2, "n2")]
    sql(f"UPDATE {name} SET name = 'changed' WHERE id = 2")
    sql(f"ALTER TABLE {name} ADD COLUMN more INT")
    again = pyiceberg.load_table(f"{ns}.t").scan().to_arrow().to_pylist()
    assert {row["id"]: row["name"] for row in again} == {1: "n1", 2: "changed"}
    assert all(row["more"] is None for row in again)


@pytest.mark.parametrize("version", [2, 3])
def test_merge_on_read_deletes_of_spark(sql, pyiceberg, spark_ns, version):
    name = f"{spark_ns}.t"
    sql(
        f"CREATE TABLE {name} (id BIGINT) USING iceberg TBLPROPERTIES "
        f"('format-version' = '{version}', 'write.delete.mode' = 'merge-on-read')"
    )
    sql(f"INSERT INTO {name} SELECT id FROM range(100)")
    sql(f"DELETE FROM {name} WHERE id % 2 = 0")
    table = pyiceberg.load_table(name.removeprefix("firn."))
    assert table.scan().count() == 50


def test_spark_view_is_listed_by_pyiceberg(sql, pyiceberg, spark_ns):
    sql(f"CREATE TABLE {spark_ns}.t (id BIGINT) USING iceberg")
    sql(f"CREATE VIEW {spark_ns}.v AS SELECT id FROM {spark_ns}.t")
    namespace = spark_ns.removeprefix("firn.")
    assert pyiceberg.list_views(namespace) == [(namespace, "v")]
    assert pyiceberg.list_tables(namespace) == [(namespace, "t")]
    pyiceberg.drop_view(f"{namespace}.v")
    assert sql(f"SHOW VIEWS IN {spark_ns}") == []
