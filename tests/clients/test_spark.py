"""Spark SQL against the catalog: definition, rows, evolution, branches, views, procedures."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from harness import bodies


@pytest.fixture
def people(sql, spark_ns) -> str:
    """A table of three rows; its name."""
    name = f"{spark_ns}.people"
    sql(f"CREATE TABLE {name} (id BIGINT NOT NULL, name STRING, ts TIMESTAMP) USING iceberg")
    sql(
        f"INSERT INTO {name} VALUES (1, 'a', TIMESTAMP '2026-01-01 00:00:00'), "
        "(2, 'b', TIMESTAMP '2026-01-02 00:00:00'), (3, 'c', NULL)"
    )
    return name


def ids(sql, name: str, suffix: str = "") -> list[int]:
    return [row[0] for row in sql(f"SELECT id FROM {name} {suffix} ORDER BY id")]


def local(name: str) -> str:
    """Procedures take the name without the catalog's."""
    return name.removeprefix("firn.")


def test_namespaces(sql, spark_ns):
    child = f"{spark_ns}.child"
    sql(f"CREATE NAMESPACE {child} COMMENT 'c' WITH DBPROPERTIES ('k' = 'v')")
    assert sql(f"SHOW NAMESPACES IN {spark_ns}") == [(local(child),)]
    sql(f"ALTER NAMESPACE {child} SET PROPERTIES ('k' = 'w')")
    described = dict(sql(f"DESCRIBE NAMESPACE EXTENDED {child}"))
    assert described["Comment"] == "c"
    assert "(k,w)" in described["Properties"]
    sql(f"DROP NAMESPACE {child}")
    assert sql(f"SHOW NAMESPACES IN {spark_ns}") == []


def test_create_table_as_select(sql, spark_ns, people):
    copy = f"{spark_ns}.copy"
    partitioned = "USING iceberg PARTITIONED BY (bucket(4, id))"
    sql(f"CREATE TABLE {copy} {partitioned} AS SELECT * FROM {people}")
    assert ids(sql, copy) == [1, 2, 3]
    sql(f"CREATE OR REPLACE TABLE {copy} USING iceberg AS SELECT id FROM {people} WHERE id > 1")
    assert ids(sql, copy) == [2, 3]
    assert len(sql(f"SELECT * FROM {copy}.snapshots")) == 2
    shown = {row[1] for row in sql(f"SHOW TABLES IN {spark_ns}")}
    assert shown == {"people", "copy"}


@pytest.mark.parametrize("mode", ["copy-on-write", "merge-on-read"])
@pytest.mark.parametrize("version", [2, 3])
def test_insert_update_delete_merge(sql, people, mode, version):
    sql(
        f"ALTER TABLE {people} SET TBLPROPERTIES ('format-version' = '{version}', "
        f"'write.delete.mode' = '{mode}', 'write.update.mode' = '{mode}', "
        f"'write.merge.mode' = '{mode}')"
    )
    sql(f"UPDATE {people} SET name = 'bb' WHERE id = 2")
    sql(f"DELETE FROM {people} WHERE id = 1")
    sql(
        f"MERGE INTO {people} t USING (SELECT 3 AS id, 'cc' AS name UNION ALL SELECT 4, 'd') s "
        "ON t.id = s.id WHEN MATCHED THEN UPDATE SET name = s.name "
        "WHEN NOT MATCHED THEN INSERT (id, name, ts) VALUES (s.id, s.name, NULL)"
    )
    sql(f"INSERT OVERWRITE {people} SELECT * FROM {people} WHERE id <> 2")
    assert sql(f"SELECT id, name FROM {people} ORDER BY id") == [(3, "cc"), (4, "d")]


def test_schema_evolution(sql, people):
    sql(f"ALTER TABLE {people} ADD COLUMNS (age INT, place STRUCT<zip: STRING>)")
    sql(f"ALTER TABLE {people} RENAME COLUMN name TO label")
    sql(f"ALTER TABLE {people} ALTER COLUMN age TYPE BIGINT")
    sql(f"ALTER TABLE {people} ALTER COLUMN age FIRST")
    sql(f"ALTER TABLE {people} DROP COLUMN ts")
    sql(f"INSERT INTO {people} VALUES (7, 4, 'd', named_struct('zip', 'z'))")
    rows = sql(f"SELECT age, id, label, place.zip FROM {people} ORDER BY id")
    assert rows[0] == (None, 1, "a", None)
    assert rows[3] == (7, 4, "d", "z")


def test_partition_and_order_evolution(sql, people):
    sql(f"ALTER TABLE {people} ADD PARTITION FIELD days(ts)")
    sql(f"INSERT INTO {people} VALUES (4, 'd', TIMESTAMP '2026-02-01 00:00:00')")
    sql(f"ALTER TABLE {people} REPLACE PARTITION FIELD ts_day WITH months(ts)")
    sql(f"ALTER TABLE {people} WRITE ORDERED BY name")
    sql(f"ALTER TABLE {people} SET IDENTIFIER FIELDS id")
    sql(f"INSERT INTO {people} VALUES (5, 'e', TIMESTAMP '2026-03-01 00:00:00')")
    assert ids(sql, people) == [1, 2, 3, 4, 5]
    specs = sql(f"SELECT DISTINCT spec_id FROM {people}.files")
    assert len(specs) == 3


def test_properties(sql, people):
    sql(f"ALTER TABLE {people} SET TBLPROPERTIES ('a' = '1', 'b' = '2')")
    sql(f"ALTER TABLE {people} UNSET TBLPROPERTIES ('a')")
    properties = dict(sql(f"SHOW TBLPROPERTIES {people}"))
    assert properties["b"] == "2"
    assert "a" not in properties


def test_branches_tags_and_time_travel(sql, people):
    first = sql(f"SELECT snapshot_id FROM {people}.snapshots")[0][0]
    sql(f"ALTER TABLE {people} CREATE TAG v1 AS OF VERSION {first} RETAIN 5 DAYS")
    sql(f"ALTER TABLE {people} CREATE BRANCH audit")
    sql(f"INSERT INTO {people} VALUES (4, 'd', NULL)")
    sql(f"INSERT INTO {people}.branch_audit VALUES (5, 'e', NULL)")
    assert ids(sql, people) == [1, 2, 3, 4]
    assert ids(sql, people, "VERSION AS OF 'v1'") == [1, 2, 3]
    assert ids(sql, people, f"VERSION AS OF {first}") == [1, 2, 3]
    assert ids(sql, people, "VERSION AS OF 'audit'") == [1, 2, 3, 5]
    committed = sql(f"SELECT committed_at FROM {people}.snapshots WHERE snapshot_id = {first}")[0][
        0
    ]
    assert ids(sql, people, f"TIMESTAMP AS OF '{committed}'") == [1, 2, 3]
    sql(f"ALTER TABLE {people} DROP TAG v1")
    sql(f"ALTER TABLE {people} DROP BRANCH audit")
    assert [row[0] for row in sql(f"SELECT name FROM {people}.refs")] == ["main"]


@pytest.mark.parametrize(
    "kind",
    ["history", "snapshots", "files", "manifests", "partitions", "refs", "metadata_log_entries",
     "entries", "all_data_files", "position_deletes"],
)  # fmt: skip
def test_metadata_tables(sql, people, kind):
    count = sql(f"SELECT count(*) FROM {people}.{kind}")[0][0]
    assert count >= (0 if kind == "position_deletes" else 1)


def test_views(sql, spark_ns, people):
    view = f"{spark_ns}.grown"
    sql(f"CREATE VIEW {view} (id COMMENT 'the id') AS SELECT id FROM {people} WHERE id > 1")
    assert ids(sql, view) == [2, 3]
    sql(f"CREATE OR REPLACE VIEW {view} AS SELECT id FROM {people} WHERE id > 2")
    assert ids(sql, view) == [3]
    sql(f"ALTER VIEW {view} SET TBLPROPERTIES ('k' = 'v')")
    assert ("k", "v") in sql(f"SHOW TBLPROPERTIES {view}")
    sql(f"ALTER VIEW {view} RENAME TO {spark_ns}.bigger")
    assert [row[1] for row in sql(f"SHOW VIEWS IN {spark_ns}")] == ["bigger"]
    assert ids(sql, f"{spark_ns}.bigger") == [3]
    sql(f"DROP VIEW {spark_ns}.bigger")
    assert sql(f"SHOW VIEWS IN {spark_ns}") == []


def test_rollback_and_cherry_pick(sql, people):
    first = sql(f"SELECT snapshot_id FROM {people}.snapshots")[0][0]
    sql(f"INSERT INTO {people} VALUES (4, 'd', NULL)")
    second = sql(f"SELECT snapshot_id FROM {people}.snapshots ORDER BY committed_at DESC")[0][0]
    sql(f"CALL firn.system.rollback_to_snapshot('{local(people)}', {first})")
    assert ids(sql, people) == [1, 2, 3]
    sql(f"CALL firn.system.set_current_snapshot('{local(people)}', {second})")
    assert ids(sql, people) == [1, 2, 3, 4]


def test_maintenance_procedures(sql, people):
    for number in range(4, 8):
        sql(f"INSERT INTO {people} VALUES ({number}, 'x', NULL)")
    call = f"CALL firn.system.rewrite_data_files(table => '{local(people)}', "
    assert sql(call + "options => map('rewrite-all', 'true'))")[0][0] >= 5
    assert len(sql(f"SELECT * FROM {people}.files")) == 1
    sql(f"CALL firn.system.rewrite_manifests('{local(people)}')")
    expire = "older_than => TIMESTAMP '2100-01-01 00:00:00', retain_last => 1"
    sql(f"CALL firn.system.expire_snapshots(table => '{local(people)}', {expire})")
    assert len(sql(f"SELECT * FROM {people}.snapshots")) == 1
    assert ids(sql, people) == list(range(1, 8))


def test_statistics(sql, people):
    sql(f"CALL firn.system.compute_table_stats('{local(people)}')")
    assert ids(sql, people) == [1, 2, 3]


def test_rename_register_drop(sql, spark_ns, people):
    sql(f"ALTER TABLE {people} RENAME TO {local(spark_ns)}.folk")
    entries = f"SELECT file FROM {spark_ns}.folk.metadata_log_entries ORDER BY timestamp DESC"
    location = sql(entries)[0][0]
    sql(f"DROP TABLE {spark_ns}.folk")
    assert sql(f"SHOW TABLES IN {spark_ns}") == []
    back = f"{spark_ns}.back"
    sql(f"CALL firn.system.register_table('{local(back)}', '{location}')")
    assert ids(sql, back) == [1, 2, 3]
    sql(f"DROP TABLE {back} PURGE")
    assert sql(f"SHOW TABLES IN {spark_ns}") == []
    sql(f"DROP NAMESPACE {spark_ns}")


def test_deep_namespace(sql, spark_ns):
    deep = f"{spark_ns}.`a.b`.`c d`"
    sql(f"CREATE NAMESPACE {spark_ns}.`a.b`")
    sql(f"CREATE NAMESPACE {deep}")
    sql(f"CREATE TABLE {deep}.`t.1` (id BIGINT) USING iceberg")
    sql(f"INSERT INTO {deep}.`t.1` VALUES (1)")
    assert ids(sql, f"{deep}.`t.1`") == [1]
    sql(f"DROP TABLE {deep}.`t.1`")


def test_writers_of_one_session_do_not_lose_rows(spark, sql, spark_ns):
    """Eight inserts at once; Spark retries what the catalog refuses."""
    name = f"{spark_ns}.{bodies.unique('busy')}"
    retries = "TBLPROPERTIES ('commit.retry.num-retries' = '20')"
    sql(f"CREATE TABLE {name} (id BIGINT) USING iceberg {retries}")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: sql(f"INSERT INTO {name} VALUES ({n})"), range(8)))
    assert ids(sql, name) == list(range(8))
