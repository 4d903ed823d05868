"""What a table tells of itself."""

import datetime as dt

import pyarrow as pa
import pytest

import firn
from conftest import SCHEMA, ids, rows

NESTED = pa.schema(
    [
        pa.field("id", pa.int64(), nullable=False),
        pa.field("tags", pa.list_(pa.string())),
        pa.field("at", pa.struct([("x", pa.float32()), ("y", pa.float32())])),
        pa.field("m", pa.map_(pa.string(), pa.int32())),
        pa.field("d", pa.decimal128(9, 2)),
        pa.field("key", pa.uuid()),
    ]
)


def test_an_empty_table(table, sql_file):
    assert table.current_snapshot_id is None and table.snapshots() == []
    assert table.format_version == 2
    assert table.location.startswith(sql_file.warehouse)
    assert table.metadata_location.startswith(table.location)
    assert table.partition_by == [] and table.sort_by == []
    assert table.scan().to_arrow() == SCHEMA.empty_table()
    assert repr(table) == "firn.Table(db.t, snapshot None)"


def test_schema(catalog):
    schema = catalog.create_table("db.n", NESTED, identifier_fields="id").schema
    assert schema.names == NESTED.names and len(schema) == 6
    assert [field.type for field in schema] == [
        "long",
        "list<string>",
        "struct<8: x: optional float, 9: y: optional float>",
        "map<string, int>",
        "decimal(9, 2)",
        "uuid",
    ]
    assert schema.fields[0] == firn.Field(1, "id", "long", True, None)
    assert schema.identifier_fields == ["id"]
    assert schema.to_arrow() == pa.schema(schema) == NESTED
    assert not any(field.metadata for field in schema.to_arrow()), "no ids that mislead"
    assert "1: id long (required, identifier)" in repr(schema)
    assert schema == catalog.load_table("db.n").schema


def test_layout_is_as_it_was_said(catalog):
    said = ["day(ts)", "bucket(4, id)", "truncate(2, region) as part"]
    made = catalog.create_table("db.p", SCHEMA, partition_by=said, sort_by=["ts desc", "id"])
    assert made.partition_by == said and made.sort_by == ["ts desc", "id"]
    again = catalog.create_table("db.q", SCHEMA, partition_by=made.partition_by)
    assert again.partition_by == said
    for partition_by in ("lost", "day(region)", "days", ["day(ts)", "hour(ts)"]):
        with pytest.raises(firn.InvalidArgumentError):
            catalog.create_table("db.x", SCHEMA, partition_by=partition_by)
    with pytest.raises(firn.InvalidArgumentError):
        catalog.create_table("db.x", SCHEMA, identifier_fields="region")


def test_nanoseconds_by_format_version(catalog):
    nanos = pa.schema({"ts": pa.timestamp("ns", "UTC")})
    assert catalog.create_table("db.v2", nanos).schema.fields[0].type == "timestamptz"
    v3 = catalog.create_table("db.v3", nanos, properties={"format-version": 3})
    assert v3.format_version == 3 and v3.schema.fields[0].type == "timestamptz_ns"


def test_where_it_lies(catalog, tmp_path):
    made = catalog.create_table("db.l", SCHEMA, location=f"file://{tmp_path}/elsewhere")
    assert made.location == f"file://{tmp_path}/elsewhere"
    made.append(rows(0, 1))
    assert list((tmp_path / "elsewhere" / "data").rglob("*.parquet"))


def test_snapshots(table):
    before = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    table.append(rows(0, 5))
    table.delete("id = 0")
    first, second = table.snapshots()
    assert first.operation == "append" and first.parent_id is None
    assert second.parent_id == first.snapshot_id
    assert second.snapshot_id == table.current_snapshot_id
    assert (first.sequence_number, second.sequence_number) == (1, 2)
    assert before < first.timestamp <= second.timestamp < before + dt.timedelta(minutes=5)
    assert first.summary["added-records"] == "5" and first.summary["engine-name"] == "firn"
    assert first.schema_id == 0


def test_what_others_commit_is_seen_after_refresh(catalog, table):
    mine = catalog.load_table("db.t")
    table.append(rows(0, 3))
    assert mine.current_snapshot_id is None and ids(mine.scan()) == []
    assert mine.refresh() is mine
    assert mine.current_snapshot_id == table.current_snapshot_id
    assert ids(mine.scan()) == [0, 1, 2]
    catalog.drop_table("db.t")
    with pytest.raises(firn.NoSuchTableError):
        mine.refresh()
