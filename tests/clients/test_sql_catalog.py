"""Firn and PyIceberg's SqlCatalog on one SQLite file or PostgreSQL database."""

import threading

import pyarrow as pa
import pytest
from one_file import NAME, OneFile, make_one
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.exceptions import CommitFailedException, NoSuchTableError
from pyiceberg.schema import Schema
from pyiceberg.types import LongType, NestedField

IDS = pa.schema([pa.field("id", pa.int64())])
# The layout before rows had types, as Java's JdbcCatalog made it.
VERSION_0 = (
    "CREATE TABLE iceberg_tables(catalog_name VARCHAR(255) NOT NULL, table_namespace VARCHAR(255) "
    "NOT NULL, table_name VARCHAR(255) NOT NULL, metadata_location VARCHAR(1000), "
    "previous_metadata_location VARCHAR(1000), "
    "PRIMARY KEY (catalog_name, table_namespace, table_name))",
    "CREATE TABLE iceberg_namespace_properties(catalog_name VARCHAR(255) NOT NULL, namespace "
    "VARCHAR(255) NOT NULL, property_key VARCHAR(255), property_value VARCHAR(1000), "
    "PRIMARY KEY (catalog_name, namespace, property_key))",
)


def rows(*ids: int) -> pa.Table:
    return pa.Table.from_pylist([{"id": i} for i in ids], schema=IDS)


def ids(table) -> list[int]:
    return sorted(table.scan().to_arrow()["id"].to_pylist())


@pytest.fixture(params=["sqlite", "postgresql"])
def file(tmp_path, request) -> OneFile:
    return make_one(request.param, tmp_path, request)


def pyiceberg(file: OneFile) -> SqlCatalog:
    return SqlCatalog(NAME, uri=file.uri, warehouse=file.warehouse)


@pytest.fixture(params=["firn", "pyiceberg", "version 0"])
def made_by(request, file) -> OneFile:
    """A file that one of them has made, with the namespace `db`."""
    if request.param == "firn":
        file.firn("namespace", "create", "db", "-p", "owner=me")
        return file
    if request.param == "version 0":
        for statement in VERSION_0:
            file.rows(statement)
    pyiceberg(file).create_namespace("db", {"owner": "me"})
    return file


def test_namespaces(made_by):
    catalog = pyiceberg(made_by)
    catalog.create_namespace("db.inner")
    made_by.firn("namespace", "create", "other.deep")
    assert sorted(catalog.list_namespaces()) == [("db",), ("other",)]
    assert catalog.list_namespaces("other") == [("other", "deep")]
    assert made_by.firn("namespace", "list")["namespaces"] == [["db"], ["other"]]
    assert made_by.firn("namespace", "list", "db")["namespaces"] == [["db", "inner"]]
    made_by.firn("namespace", "set", "db", "-p", "a=b", "-r", "owner")
    properties = catalog.load_namespace_properties("db")
    assert properties["a"] == "b" and "owner" not in properties
    catalog.update_namespace_properties("db", updates={"c": "d"})
    assert made_by.firn("namespace", "show", "db")["properties"] == {"a": "b", "c": "d"}
    made_by.firn("namespace", "drop", "db", expect=1)
    catalog.drop_namespace("db.inner")
    made_by.firn("namespace", "drop", "db")
    assert not catalog.namespace_exists("db")


def test_a_table_of_pyiceberg_is_gone_on_with(made_by):
    catalog = pyiceberg(made_by)
    table = catalog.create_table("db.t", Schema(NestedField(1, "id", LongType())))
    table.append(rows(1, 2))
    assert made_by.tables("db") == ["db.t"]
    shown = made_by.firn("table", "show", "db.t")
    assert shown["metadata-location"] == table.metadata_location
    changed = made_by.firn("table", "set", "db.t", "-p", "by=firn")
    before = table.metadata_location
    table.refresh()
    assert table.metadata_location == changed["metadata-location"]
    assert table.properties["by"] == "firn"
    assert table.metadata.metadata_log[-1].metadata_file == before
    table.append(rows(3))
    assert ids(table) == [1, 2, 3]


def test_a_table_of_firn_is_gone_on_with(made_by):
    column = ["--column", "id:long", "--column", "name:string"]
    made_by.firn("table", "create", "db.t", *column, "-p", "format-version=2")
    table = pyiceberg(made_by).load_table("db.t")
    table.append(pa.Table.from_pylist([{"id": 1, "name": "a"}], schema=table.schema().as_arrow()))
    made_by.firn("table", "set", "db.t", "-p", "write.metadata.previous-versions-max=1")
    table.refresh()
    with table.update_schema() as update:
        update.add_column("more", LongType())
    shown = made_by.firn("table", "show", "db.t")
    assert [field["name"] for field in shown["metadata"]["schemas"][-1]["fields"]] == [
        "id",
        "name",
        "more",
    ]
    assert pyiceberg(made_by).load_table("db.t").scan().to_arrow().num_rows == 1


def test_rename_register_drop(made_by):
    catalog = pyiceberg(made_by)
    made_by.firn("table", "create", "db.t", "--column", "id:long")
    catalog.rename_table("db.t", "db.u")
    made_by.firn("table", "rename", "db.u", "db.v")
    location = catalog.load_table("db.v").metadata_location
    catalog.drop_table("db.v")
    assert made_by.tables("db") == []
    made_by.firn("table", "show", "db.v", expect=3)
    made_by.firn("table", "register", "db.w", location)
    assert catalog.load_table("db.w").metadata_location == location
    made_by.firn("table", "drop", "db.w", "--purge")
    with pytest.raises(NoSuchTableError):
        catalog.load_table("db.w")


def test_a_purge_leaves_no_file(made_by, tmp_path):
    table = pyiceberg(made_by).create_table("db.t", Schema(NestedField(1, "id", LongType())))
    for i in range(3):
        table.append(rows(i))
    table.delete("id = 1")
    made_by.firn("table", "drop", "db.t", "--purge")
    left = [path for path in (tmp_path / "warehouse").rglob("*") if path.is_file()]
    assert left == []


def test_both_at_the_same_time(made_by):
    """No commit of either is lost: each property stands for one."""
    made_by.firn("table", "create", "db.t", "--column", "id:long")
    commits = 8
    failures = []

    def of_firn():
        for i in range(commits):
            made_by.firn("table", "set", "db.t", "-p", f"firn-{i}=x")

    def of_pyiceberg():
        catalog = pyiceberg(made_by)
        done = 0
        while done < commits:
            try:
                with catalog.load_table("db.t").transaction() as transaction:
                    transaction.set_properties({f"pyiceberg-{done}": "x"})
                done += 1
            except CommitFailedException:
                continue

    def guarded(work):
        try:
            work()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(w,)) for w in (of_firn, of_pyiceberg)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    shown = made_by.firn("table", "show", "db.t")["metadata"]
    assert sum(value == "x" for value in shown["properties"].values()) == 2 * commits
    assert len(shown["metadata-log"]) == 2 * commits
