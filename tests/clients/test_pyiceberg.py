"""PyIceberg against the catalog: namespaces, tables, evolution, writing, reading, dropping."""

import datetime
import time
import uuid
from decimal import Decimal

import pyarrow as pa
import pytest
from pyiceberg.exceptions import (
    CommitFailedException,
    NamespaceAlreadyExistsError,
    NamespaceNotEmptyError,
    NoSuchNamespaceError,
    NoSuchTableError,
    NoSuchViewError,
    TableAlreadyExistsError,
)
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table.sorting import SortField, SortOrder
from pyiceberg.transforms import BucketTransform, DayTransform, IdentityTransform
from pyiceberg.types import (
    BinaryType,
    BooleanType,
    DateType,
    DecimalType,
    DoubleType,
    FixedType,
    FloatType,
    IntegerType,
    ListType,
    LongType,
    MapType,
    NestedField,
    StringType,
    StructType,
    TimestampType,
    TimestamptzType,
    TimeType,
    UUIDType,
)

from harness.catalog import Catalog
from harness.client import RestClient
from harness.files import path_of

PURGE_SECONDS = 20
KINDS = [
    BooleanType(), IntegerType(), LongType(), FloatType(), DoubleType(), DecimalType(18, 4),
    DateType(), TimeType(), TimestampType(), TimestamptzType(), StringType(), UUIDType(),
    FixedType(4), BinaryType(),
]  # fmt: skip
UTC = datetime.UTC
VALUES = [
    True, 7, 2**40, 1.5, -2.25, Decimal("12345.6789"), datetime.date(1969, 7, 20),
    datetime.time(12, 30, 1, 5), datetime.datetime(1969, 7, 20, 20, 17, 40, 1),
    datetime.datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC), "ü表🧊", uuid.UUID(int=5),
    b"abcd", b"\x00\xff",
]  # fmt: skip
PEOPLE = Schema(
    NestedField(1, "id", LongType(), required=True),
    NestedField(2, "name", StringType()),
    NestedField(3, "at", TimestamptzType()),
    identifier_field_ids=[1],
)
ARROW = pa.schema(
    [
        pa.field("id", pa.int64(), nullable=False),
        pa.field("name", pa.string()),
        pa.field("at", pa.timestamp("us", tz="UTC")),
    ]
)


def rows(*ids: int) -> pa.Table:
    when = datetime.datetime(2026, 1, 1, tzinfo=UTC)
    listed = [{"id": i, "name": f"n{i}", "at": when + datetime.timedelta(days=i)} for i in ids]
    return pa.Table.from_pylist(listed, schema=ARROW)


def ids(table, **scan) -> list[int]:
    return sorted(table.scan(**scan).to_arrow()["id"].to_pylist())


@pytest.fixture
def people(pyiceberg, ns):
    return pyiceberg.create_table(f"{ns}.people", PEOPLE)


def test_nested_namespaces(pyiceberg, ns):
    pyiceberg.create_namespace((ns, "a"), {"owner": "me"})
    pyiceberg.create_namespace((ns, "a", "b.c"))
    assert pyiceberg.list_namespaces(ns) == [(ns, "a")]
    assert pyiceberg.list_namespaces((ns, "a")) == [(ns, "a", "b.c")]
    assert pyiceberg.load_namespace_properties((ns, "a"))["owner"] == "me"
    summary = pyiceberg.update_namespace_properties((ns, "a"), {"owner"}, {"k": "v"})
    assert (summary.removed, summary.updated) == (["owner"], ["k"])
    assert pyiceberg.namespace_exists((ns, "a"))
    with pytest.raises(NamespaceAlreadyExistsError):
        pyiceberg.create_namespace((ns, "a"))
    with pytest.raises(NamespaceNotEmptyError):
        pyiceberg.drop_namespace((ns, "a"))
    pyiceberg.drop_namespace((ns, "a", "b.c"))
    pyiceberg.drop_namespace((ns, "a"))
    with pytest.raises(NoSuchNamespaceError):
        pyiceberg.load_namespace_properties((ns, "a"))
    assert not pyiceberg.namespace_exists((ns, "a"))


def test_every_type_goes_there_and_back(pyiceberg, ns):
    fields = [NestedField(i, f"c{i}", kind) for i, kind in enumerate(KINDS, 1)]
    tags = ListType(101, StringType(), element_required=False)
    counts = MapType(102, StringType(), 103, LongType(), value_required=False)
    point = StructType(NestedField(104, "x", DoubleType()), NestedField(105, "y", DoubleType()))
    fields += [
        NestedField(20, "tags", tags),
        NestedField(21, "counts", counts),
        NestedField(22, "point", point),
    ]
    table = pyiceberg.create_table(f"{ns}.kinds", Schema(*fields))
    row = {f"c{i}": value for i, value in enumerate(VALUES, 1)}
    row["c12"] = row["c12"].bytes
    row |= {"tags": ["a", None], "counts": [("k", 1)], "point": {"x": 1.0, "y": None}}
    empty = dict.fromkeys(row)
    table.append(pa.Table.from_pylist([row, empty], schema=table.schema().as_arrow()))
    back = pyiceberg.load_table(f"{ns}.kinds").scan().to_arrow().to_pylist()
    assert len(back) == 2
    full = next(item for item in back if item["c1"] is not None)
    assert uuid.UUID(bytes=full["c12"]) if isinstance(full["c12"], bytes) else full["c12"]
    for name in set(row) - {"c12"}:
        assert full[name] == row[name], name


def test_create_list_load_exists(pyiceberg, ns, people):
    assert pyiceberg.list_tables(ns) == [(ns, "people")]
    assert pyiceberg.table_exists(f"{ns}.people")
    assert not pyiceberg.table_exists(f"{ns}.nobody")
    loaded = pyiceberg.load_table(f"{ns}.people")
    assert loaded.schema() == people.schema()
    assert loaded.schema().identifier_field_ids == [1]
    with pytest.raises(TableAlreadyExistsError):
        pyiceberg.create_table(f"{ns}.people", PEOPLE)
    with pytest.raises(NoSuchTableError):
        pyiceberg.load_table(f"{ns}.nobody")
    with pytest.raises(NoSuchNamespaceError):
        pyiceberg.create_table("nobody_ns.t", PEOPLE)
    assert pyiceberg.create_table_if_not_exists(f"{ns}.people", PEOPLE).name() == (ns, "people")


def test_append_overwrite_delete_and_time_travel(pyiceberg, ns, people):
    people.append(rows(1, 2, 3))
    first = people.current_snapshot().snapshot_id
    people.append(rows(4))
    people.overwrite(rows(9), overwrite_filter="id = 1")
    people.delete("id = 2")
    loaded = pyiceberg.load_table(f"{ns}.people")
    assert ids(loaded) == [3, 4, 9]
    assert ids(loaded, row_filter="id > 3") == [4, 9]
    assert ids(loaded, snapshot_id=first) == [1, 2, 3]
    assert len(loaded.history()) >= 4
    people.overwrite(rows(100))
    assert ids(pyiceberg.load_table(f"{ns}.people")) == [100]


def test_schema_evolution(pyiceberg, ns, people):
    people.append(rows(1))
    with people.update_schema() as update:
        update.add_column("more", IntegerType(), doc="added")
        update.add_column("place", StructType(NestedField(50, "zip", StringType())))
        update.rename_column("name", "label")
    with people.update_schema() as update:
        update.update_column("more", LongType())
        update.move_first("more")
        update.delete_column("at")
    loaded = pyiceberg.load_table(f"{ns}.people")
    assert loaded.schema().column_names[0] == "more"
    row = loaded.scan().to_arrow().to_pylist()[0]
    assert (row["label"], row["more"], row["id"]) == ("n1", None, 1)
    assert "at" not in row
    assert len(loaded.schemas()) >= 3


def test_union_by_name(pyiceberg, ns, people):
    wider = pa.schema([*ARROW, pa.field("extra", pa.string())])
    with people.update_schema() as update:
        update.union_by_name(wider)
    assert "extra" in pyiceberg.load_table(f"{ns}.people").schema().column_names


def test_partitioned_and_sorted_table(pyiceberg, ns):
    spec = PartitionSpec(
        PartitionField(3, 1000, DayTransform(), "day"),
        PartitionField(1, 1001, BucketTransform(4), "bucket"),
    )
    order = SortOrder(SortField(2, IdentityTransform()))
    table = pyiceberg.create_table(f"{ns}.parts", PEOPLE, partition_spec=spec, sort_order=order)
    table.append(rows(*range(20)))
    loaded = pyiceberg.load_table(f"{ns}.parts")
    assert ids(loaded) == list(range(20))
    assert [field.name for field in loaded.spec().fields] == ["day", "bucket"]
    assert loaded.sort_order().fields[0].source_id == 2
    planned = list(loaded.scan(row_filter="at < '2026-01-02T00:00:00+00:00'").plan_files())
    assert len(planned) == 1


def test_partition_evolution(pyiceberg, ns, people):
    people.append(rows(1, 2))
    with people.update_spec() as update:
        update.add_field("at", DayTransform(), "day")
    people.append(rows(3, 4))
    with people.update_spec() as update:
        update.remove_field("day")
        update.add_identity("name")
    people.append(rows(5))
    loaded = pyiceberg.load_table(f"{ns}.people")
    assert ids(loaded) == [1, 2, 3, 4, 5]
    assert [field.name for field in loaded.spec().fields if field.name == "name"] == ["name"]


def test_properties_and_transaction(pyiceberg, ns, people):
    with people.transaction() as transaction:
        transaction.set_properties({"a": "1", "b": "2"})
        transaction.append(rows(1))
        transaction.append(rows(2))
    with people.transaction() as transaction:
        transaction.remove_properties("a")
    loaded = pyiceberg.load_table(f"{ns}.people")
    assert loaded.properties.get("b") == "2"
    assert "a" not in loaded.properties
    assert ids(loaded) == [1, 2]


def test_create_table_transaction(pyiceberg, ns):
    with pyiceberg.create_table_transaction(f"{ns}.ctas", schema=PEOPLE) as transaction:
        transaction.append(rows(1, 2))
        transaction.set_properties({"made": "here"})
    loaded = pyiceberg.load_table(f"{ns}.ctas")
    assert ids(loaded) == [1, 2]
    assert loaded.properties["made"] == "here"


def test_upsert(pyiceberg, ns, people):
    people.append(rows(1, 2))
    changed = rows(2, 3).set_column(1, "name", pa.array(["changed", "n3"]))
    result = people.upsert(changed)
    assert (result.rows_updated, result.rows_inserted) == (1, 1)
    loaded = pyiceberg.load_table(f"{ns}.people").scan().to_arrow().to_pylist()
    assert {row["id"]: row["name"] for row in loaded} == {1: "n1", 2: "changed", 3: "n3"}


def test_branches_and_tags(pyiceberg, ns, people):
    people.append(rows(1))
    first = people.current_snapshot().snapshot_id
    people.manage_snapshots().create_tag(first, "v1").commit()
    people.manage_snapshots().create_branch(first, "audit").commit()
    people.append(rows(2))
    people.append(rows(3), branch="audit")
    loaded = pyiceberg.load_table(f"{ns}.people")
    assert ids(loaded) == [1, 2]
    assert loaded.scan().use_ref("v1").to_arrow()["id"].to_pylist() == [1]
    assert sorted(loaded.scan().use_ref("audit").to_arrow()["id"].to_pylist()) == [1, 3]
    assert set(loaded.refs()) == {"main", "v1", "audit"}
    people.manage_snapshots().remove_tag("v1").commit()
    assert "v1" not in pyiceberg.load_table(f"{ns}.people").refs()


def test_a_stale_writer_loses(pyiceberg, ns, people):
    """Two copies of one table change its schema: the second must not undo the first."""
    stale = pyiceberg.load_table(f"{ns}.people")
    with people.update_schema() as update:
        update.add_column("one", StringType())
    with pytest.raises(CommitFailedException), stale.update_schema() as update:
        update.add_column("two", StringType())
    assert "one" in pyiceberg.load_table(f"{ns}.people").schema().column_names


def test_metadata_tables(people):
    people.append(rows(1, 2))
    people.append(rows(3))
    assert len(people.inspect.snapshots()) == 2
    assert sum(people.inspect.files()["record_count"].to_pylist()) == 3
    assert len(people.inspect.history()) == 2


def test_rename_and_register(pyiceberg, ns, people):
    people.append(rows(1))
    pyiceberg.rename_table(f"{ns}.people", f"{ns}.folk")
    assert pyiceberg.list_tables(ns) == [(ns, "folk")]
    location = pyiceberg.load_table(f"{ns}.folk").metadata_location
    pyiceberg.drop_table(f"{ns}.folk")
    assert path_of(location).is_file()
    assert ids(pyiceberg.register_table(f"{ns}.back", location)) == [1]
    with pytest.raises(TableAlreadyExistsError):
        pyiceberg.register_table(f"{ns}.back", location)


def test_drop_and_purge(pyiceberg, ns, people):
    """Every file goes: data, deleted data, manifests, lists, all metadata. The job runs after."""
    people.append(rows(1))
    people.append(rows(2))
    people.overwrite(rows(3))
    root = path_of(people.location())
    assert len([file for file in root.rglob("*") if file.is_file()]) >= 10
    pyiceberg.purge_table(f"{ns}.people")
    wait_until(lambda: not [file for file in root.rglob("*") if file.is_file()])
    assert pyiceberg.list_tables(ns) == []
    with pytest.raises(NoSuchTableError):
        pyiceberg.drop_table(f"{ns}.people")
    pyiceberg.drop_namespace(ns)


def wait_until(condition) -> None:
    deadline = time.monotonic() + PURGE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"not so after {PURGE_SECONDS} s"
        time.sleep(0.05)


def test_views(pyiceberg, firn_server, ns):
    """PyIceberg lists, checks and drops views; they are made over HTTP here."""
    Catalog(RestClient(firn_server.uri, None)).make_view((ns,), "v")
    assert pyiceberg.list_views(ns) == [(ns, "v")]
    assert pyiceberg.view_exists(f"{ns}.v")
    pyiceberg.drop_view(f"{ns}.v")
    assert not pyiceberg.view_exists(f"{ns}.v")
    with pytest.raises(NoSuchViewError):
        pyiceberg.drop_view(f"{ns}.v")
