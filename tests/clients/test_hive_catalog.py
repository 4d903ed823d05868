"""Firn and PyIceberg on the metastore of Hive 3, which has locks alone; Firn on that of Hive 4,
which checks what a change expects too, and which PyIceberg does not speak to. Spark:
test_hive_catalog_spark.py."""

import concurrent.futures

import pyarrow as pa
import pytest
from hive_lake import Lake
from hive_metastore.ttypes import FieldSchema, SerDeInfo, StorageDescriptor, Table
from pyiceberg.exceptions import CommitFailedException, NoSuchTableError
from pyiceberg.schema import Schema
from pyiceberg.types import ListType, LongType, NestedField, StringType, TimestamptzType

from harness.cutting_proxy import Cut, CuttingProxy

IDS = pa.schema([pa.field("id", pa.int64())])
WRITERS = 3
COMMITS = 3
UNLOCKED = {"iceberg.engine.hive.lock-enabled": "false"}


@pytest.fixture
def lake(hive3, tmp_path) -> Lake:
    return Lake(hive3, tmp_path)


@pytest.fixture(params=[{}, UNLOCKED], ids=["locks", "no-locks"])
def lake4(hive4, tmp_path, request) -> Lake:
    return Lake(hive4, tmp_path, request.param)


def test_namespaces(lake):
    catalog = lake.pyiceberg()
    mine, theirs = lake.name("of_firn"), lake.name("of_pyiceberg")
    lake.firn("namespace", "create", mine, "-p", "owner=me", "-p", "comment=what it is")
    catalog.create_namespace(theirs, {"k": "v", "location": f"{lake.warehouse_uri}/elsewhere"})
    assert {(mine,), (theirs,)} <= set(catalog.list_namespaces())
    assert [mine] in lake.firn("namespace", "list")["namespaces"]
    read = catalog.load_namespace_properties(mine)
    assert (read["owner"], read["comment"]) == ("me", "what it is")
    assert read["location"].endswith(f"/warehouse/{mine}.db")
    lake.firn("namespace", "set", theirs, "-p", "a=b", "-r", "k")
    shown = lake.firn("namespace", "show", theirs)["properties"]
    assert shown["a"] == "b"
    assert "k" not in shown
    assert shown["location"].endswith("/elsewhere")
    lake.firn("namespace", "create", f"{mine}.b", expect=2)
    lake.firn("namespace", "create", mine, expect=1)
    lake.firn("namespace", "drop", mine)
    lake.firn("namespace", "show", mine, expect=3)
    lake.firn("namespace", "drop", mine, expect=3)
    lake.firn("table", "list", mine, expect=3)


def test_a_table_of_firn_is_gone_on_with(lake):
    db = lake.namespace()
    lake.firn("table", "create", f"{db}.t", "--column", "id:long", "--column", "at:timestamptz")
    catalog = lake.pyiceberg()
    table = catalog.load_table(f"{db}.t")
    assert [field.field_type for field in table.schema().fields] == [LongType(), TimestamptzType()]
    table.append(pa.table({"id": [1, 2], "at": [None, None]}, schema=table.schema().as_arrow()))
    changed = lake.firn("table", "set", f"{db}.t", "-p", "by=firn")
    before = table.metadata_location
    table.refresh()
    assert table.metadata_location == changed["metadata-location"]
    assert table.properties["by"] == "firn"
    assert table.metadata.metadata_log[-1].metadata_file == before
    table.append(pa.table({"id": [3], "at": [None]}, schema=table.schema().as_arrow()))
    assert sorted(table.scan().to_arrow()["id"].to_pylist()) == [1, 2, 3]
    assert len(lake.firn("table", "show", f"{db}.t")["metadata"]["snapshots"]) == 2


def test_a_table_of_pyiceberg_is_gone_on_with(lake):
    db = lake.namespace()
    catalog = lake.pyiceberg()
    schema = Schema(
        NestedField(1, "id", LongType()),
        NestedField(2, "names", ListType(3, StringType(), element_required=False)),
    )
    table = catalog.create_table(f"{db}.t", schema, properties={"kept": "yes"})
    for i in range(2):
        rows = [{"id": i, "names": ["a"]}]
        table.append(pa.Table.from_pylist(rows, schema=table.schema().as_arrow()))
    assert lake.tables(db) == ["t"]
    shown = lake.firn("table", "show", f"{db}.t")
    assert shown["metadata-location"] == table.metadata_location
    lake.firn("table", "set", f"{db}.t", "-p", "by=firn")
    with catalog.load_table(f"{db}.t").update_schema() as update:
        update.add_column("more", LongType())
    lake.firn("table", "set", f"{db}.t", "-p", "by=firn again")
    described = lake.described(db, "t")
    assert [(column.name, column.type) for column in described.sd.cols] == [
        ("id", "bigint"),
        ("names", "array<string>"),
        ("more", "bigint"),
    ]
    assert described.tableType == "EXTERNAL_TABLE"
    assert described.parameters["kept"] == "yes"
    assert described.parameters["numRows"] == "2"
    assert described.parameters["previous_metadata_location"] != shown["metadata-location"]
    lake.firn("table", "rename", f"{db}.t", f"{db}.u")
    lake.firn("table", "rename", f"{db}.u", f"{db}_none.u", expect=3)
    assert catalog.load_table(f"{db}.u").scan().to_arrow().num_rows == 2
    with pytest.raises(NoSuchTableError):
        catalog.load_table(f"{db}.t")
    lake.firn("namespace", "drop", db, expect=1)
    lake.firn("table", "drop", f"{db}.u", "--purge")
    assert [path for path in lake.warehouse.rglob("*") if path.is_file()] == []
    lake.firn("namespace", "drop", db)


def test_tables_of_hive_itself_are_passed_over(lake):
    db = lake.namespace()
    table = Table(
        tableName="theirs",
        dbName=db,
        tableType="EXTERNAL_TABLE",
        parameters={"EXTERNAL": "TRUE"},
        sd=StorageDescriptor(
            cols=[FieldSchema("id", "bigint", None)],
            location=f"{lake.warehouse_uri}/theirs",
            serdeInfo=SerDeInfo(parameters={}),
        ),
    )
    with lake.pyiceberg()._client as client:
        client.create_table(table)
    assert lake.tables(db) == []
    lake.firn("table", "show", f"{db}.theirs", expect=3)
    lake.firn("table", "create", f"{db}.theirs", "--column", "id:long", expect=1)
    lake.firn("namespace", "drop", db, expect=1)


def firn_commits(lake: Lake, table: str, writer: int) -> None:
    """Exit code 1: others came first, too often."""
    for i in range(COMMITS):
        while lake.code("table", "set", table, "-p", f"firn-{writer}-{i}=set") != 0:
            pass


def pyiceberg_commits(lake: Lake, table: str) -> None:
    catalog = lake.pyiceberg()
    for i in range(COMMITS):
        while True:
            try:
                with catalog.load_table(table).transaction() as transaction:
                    transaction.set_properties({f"pyiceberg-{i}": "set"})
                break
            except CommitFailedException:
                continue


def check_commits(lake: Lake, table: str, writers: int) -> None:
    """Neither lost nor doubled."""
    metadata = lake.firn("table", "show", table)["metadata"]
    values = list(metadata["properties"].values())
    assert values.count("set") == writers * COMMITS
    assert len(metadata["metadata-log"]) == writers * COMMITS


def test_writers_at_the_same_time_with_locks(lake):
    table = f"{lake.namespace()}.t"
    lake.firn("table", "create", table, "--column", "id:long")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        work = [pool.submit(firn_commits, lake, table, i) for i in range(WRITERS - 1)]
        work.append(pool.submit(pyiceberg_commits, lake, table))
        for done in work:
            done.result()
    check_commits(lake, table, WRITERS)


def test_a_metastore_that_checks_nothing_is_refused_without_locks(hive3, tmp_path):
    lake = Lake(hive3, tmp_path, UNLOCKED)
    table = f"{lake.namespace()}.t"
    before = lake.firn("table", "create", table, "--column", "id:long")
    refused = lake.run("table", "set", table, "-p", "k=v")
    assert refused.returncode == 1
    assert "iceberg.engine.hive.lock-enabled has to be true" in refused.stderr
    assert lake.firn("table", "show", table)["metadata-location"] == before["metadata-location"]


def test_a_tables_life_on_hive_4(lake4):
    db = lake4.namespace()
    first = lake4.firn("table", "create", f"{db}.t", "--column", "id:long")
    second = lake4.firn("table", "set", f"{db}.t", "-p", "k=v")
    assert second["metadata-location"] != first["metadata-location"]
    lake4.firn("table", "create", f"{db}.taken", "--column", "id:long")
    lake4.firn("table", "rename", f"{db}.t", f"{db}.taken", expect=1)
    lake4.firn("table", "rename", f"{db}.t", f"{db}.u")
    assert lake4.tables(db) == ["taken", "u"]
    lake4.firn("table", "show", f"{db}.t", expect=3)
    lake4.firn("namespace", "drop", db, expect=1)
    for table in ("taken", "u"):
        lake4.firn("table", "drop", f"{db}.{table}", "--purge")
    assert [path for path in lake4.warehouse.rglob("*") if path.is_file()] == []
    lake4.firn("namespace", "drop", db)
    lake4.firn("namespace", "drop", db, expect=3)


def test_writers_at_the_same_time_with_locks_and_without(hive4, tmp_path):
    """Where the metastore checks, the one do not overwrite the other."""
    lakes = [Lake(hive4, tmp_path, more) for more in ({}, UNLOCKED, UNLOCKED)]
    table = f"{lakes[0].namespace()}.t"
    lakes[0].firn("table", "create", table, "--column", "id:long")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        work = [pool.submit(firn_commits, lake, table, i) for i, lake in enumerate(lakes)]
        for done in work:
            done.result()
    check_commits(lakes[0], table, len(lakes))


@pytest.mark.parametrize("which", ["hive3", "hive4"])
def test_a_change_whose_connection_is_cut(which, request, tmp_path):
    """A command's connections: the table read, the lock asked for, the change."""
    uri = request.getfixturevalue(which)
    lake = Lake(uri, tmp_path)
    table = f"{lake.namespace()}.t"
    lake.firn("table", "create", table, "--column", "id:long")
    with CuttingProxy(uri) as proxy:
        cut = Lake(proxy.uri.replace("http:", "thrift:"), tmp_path, {"name": "cut"})
        for number, key in ((2, "answer-of-the-change"), (1, "answer-of-the-lock")):
            proxy.cut(lambda n, number=number: Cut(0) if n == number else None)
            cut.firn("table", "set", table, "-p", f"{key}=v")
            assert proxy.cuts == 1
        half = Cut(after_bytes=100, what="request")
        proxy.cut(lambda n: half if n == 2 else None)
        unknown = cut.run("table", "set", table, "-p", "half-a-change=v")
        assert proxy.cuts == 1
    assert unknown.returncode == 1
    assert "may have happened" in unknown.stderr
    metadata = lake.firn("table", "set", table, "-p", "after=v")["metadata"]
    assert set(metadata["properties"]) >= {"answer-of-the-change", "answer-of-the-lock", "after"}
    assert "half-a-change" not in metadata["properties"]
    assert len(metadata["metadata-log"]) == 3
