"""Tables of PyIceberg and Spark read by `firn scan`, tables of `firn append` read by both, and both
still alike after `firn maintain`: the same rows as through their writer."""

import datetime as dt
import decimal
import json
import random
import uuid

import pyarrow as pa
import pytest
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import (
    BucketTransform,
    DayTransform,
    IdentityTransform,
    TruncateTransform,
)
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
from rows import as_rows

SEED = 20261129
RANDOM_FILTERS = 60

ALL_TYPES = Schema(
    NestedField(1, "id", LongType(), required=True),
    NestedField(2, "flag", BooleanType()),
    NestedField(3, "small", IntegerType()),
    NestedField(4, "single", FloatType()),
    NestedField(5, "real", DoubleType()),
    NestedField(6, "price", DecimalType(9, 2)),
    NestedField(7, "day", DateType()),
    NestedField(8, "clock", TimeType()),
    NestedField(9, "at", TimestampType()),
    NestedField(10, "seen", TimestamptzType()),
    NestedField(11, "name", StringType()),
    NestedField(12, "key", UUIDType()),
    NestedField(13, "code", FixedType(4)),
    NestedField(14, "blob", BinaryType()),
    NestedField(15, "tags", ListType(16, StringType(), element_required=False)),
    NestedField(17, "counts", MapType(18, StringType(), 19, LongType(), value_required=False)),
    NestedField(
        20,
        "place",
        StructType(
            NestedField(21, "city", StringType()),
            NestedField(22, "at", StructType(NestedField(23, "x", DoubleType()))),
        ),
    ),
)
EPOCH = dt.datetime(1970, 1, 1)


def all_types_row(i: int) -> dict:
    """Every column null now and then, and values on both sides of zero."""
    at = EPOCH + dt.timedelta(days=i * 97 - 500, microseconds=i * 7919)
    values = {
        "flag": i % 2 == 0,
        "small": i * 1000 - 7000,
        "single": i / 3,
        "real": -i / 7,
        "price": decimal.Decimal(i * 101 - 999) / 100,
        "day": at.date(),
        "clock": at.time(),
        "at": at,
        "seen": at.replace(tzinfo=dt.UTC),
        "name": "é日本" * (i % 4),
        "key": uuid.UUID(int=i).bytes,
        "code": bytes([i % 256] * 4),
        "blob": bytes(range(i % 5)),
        "tags": ["a", None, str(i)][: i % 4],
        "counts": [("k", i), ("l", None)][: i % 3],
        "place": {"city": f"c{i}", "at": {"x": i / 2} if i % 3 else None},
    }
    return {
        "id": i,
        **{k: None if (i + n) % 5 == 4 else v for n, (k, v) in enumerate(values.items())},
    }


def partitioned(*fields) -> PartitionSpec:
    return PartitionSpec(
        *(
            PartitionField(source, 1000 + i, transform, f"p{i}")
            for i, (source, transform) in enumerate(fields)
        )
    )


SPECS = {
    "none": PartitionSpec(),
    "identity": partitioned((2, IdentityTransform()), (7, IdentityTransform())),
    "transforms": partitioned(
        (10, DayTransform()), (11, TruncateTransform(2)), (1, BucketTransform(3))
    ),
}


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("spec", SPECS)
def test_all_types_of_pyiceberg(pyiceberg, ns, firn, spec, version):
    table = pyiceberg.create_table(
        f"{ns}.t", ALL_TYPES, partition_spec=SPECS[spec], properties={"format-version": version}
    )
    arrow = table.schema().as_arrow()
    for part in range(2):
        rows = [all_types_row(i) for i in range(part * 20, part * 20 + 20)]
        table.append(pa.Table.from_pylist(rows, schema=arrow))
    assert as_rows(firn.scan(f"{ns}.t")) == as_rows(table.scan().to_arrow())


@pytest.mark.parametrize("spec", SPECS)
def test_what_firn_appends_pyiceberg_reads(pyiceberg, ns, firn, spec):
    table = pyiceberg.create_table(f"{ns}.t", ALL_TYPES, partition_spec=SPECS[spec])
    rows = [all_types_row(i) for i in range(40)]
    firn.append(f"{ns}.t", pa.Table.from_pylist(rows, schema=table.schema().as_arrow()))
    read = table.refresh().scan().to_arrow()
    assert as_rows(read) == as_rows(firn.scan(f"{ns}.t"))
    assert [row["id"] for row in sorted(read.to_pylist(), key=lambda r: r["id"])] == list(range(40))
    few = table.scan(row_filter="id >= 30 and name is not null").to_arrow()
    assert as_rows(few) == as_rows(firn.scan(f"{ns}.t", "--where", "id >= 30 and name is not null"))


def test_evolved_tables_of_pyiceberg(pyiceberg, ns, firn):
    schema = Schema(
        NestedField(1, "id", IntegerType()),
        NestedField(2, "old", StringType()),
        NestedField(3, "gone", StringType()),
    )
    table = pyiceberg.create_table(f"{ns}.t", schema)
    table.append(pa.table({"id": pa.array([1], pa.int32()), "old": ["a"], "gone": ["x"]}))
    with table.update_schema() as update:
        update.update_column("id", field_type=LongType())
        update.rename_column("old", "new")
        update.delete_column("gone")
        update.add_column("added", DoubleType())
        update.move_first("old")
    with table.update_spec() as update:
        update.add_field("id", BucketTransform(4), "id_bucket")
    table.append(pa.table({"new": ["b"], "id": [2], "added": [1.5]}))
    read = firn.scan(f"{ns}.t")
    assert read.column_names == ["new", "id", "added"]
    assert as_rows(read) == as_rows(table.scan().to_arrow())
    first = table.snapshots()[0].snapshot_id
    assert firn.scan(f"{ns}.t", "--snapshot", first).column_names == ["id", "old", "gone"]


def random_filter(rng: random.Random) -> str:
    """A filter that PyIceberg's parser and Firn's both read."""

    def leaf() -> str:
        column = rng.choice(["id", "small", "real", "name", "day"])
        if rng.random() < 0.2:
            return f"{column} is {rng.choice(['', 'not '])}null"
        value = {
            "id": lambda: str(rng.randint(-5, 70)),
            "small": lambda: str(rng.randint(-9000, 60000)),
            "real": lambda: f"{rng.uniform(-12, 3):.3f}",
            "name": lambda: rng.choice(["''", "'é日本'", "'é日本é日本'", "'z'"]),
            "day": lambda: f"'{(EPOCH + dt.timedelta(days=rng.randint(-600, 5000))).date()}'",
        }[column]
        if rng.random() < 0.2:
            return f"{column} in ({value()}, {value()}, {value()})"
        # `null != 1` is false to PyIceberg, true to Iceberg's own evaluator and to Firn.
        unequal = ["!="] if column == "id" else []
        return f"{column} {rng.choice(['=', '<', '<=', '>', '>=', *unequal])} {value()}"

    if rng.random() < 0.4:
        return leaf()
    return f"({leaf()}) {rng.choice(['and', 'or'])} ({leaf()})"


def test_random_filters_give_what_pyiceberg_gives(pyiceberg, ns, firn):
    """Files of a few rows each, so that there is much to prune. Partitions without nulls: PyIceberg
    0.12 cannot compare one with a text."""
    rng = random.Random(SEED)
    table = pyiceberg.create_table(
        f"{ns}.t", ALL_TYPES, partition_spec=partitioned((1, BucketTransform(3)))
    )
    for part in range(4):
        rows = [all_types_row(i) for i in range(part * 15, part * 15 + 15)]
        table.append(pa.Table.from_pylist(rows, schema=table.schema().as_arrow()))
    columns = ["id", "small", "real", "name", "day"]
    for _ in range(RANDOM_FILTERS):
        text = random_filter(rng)
        theirs = table.scan(row_filter=text, selected_fields=tuple(columns)).to_arrow()
        ours = firn.scan(f"{ns}.t", "--where", text, "--columns", ",".join(columns))
        assert as_rows(ours) == as_rows(theirs), text


# What Spark writes.

DELETE_MODES = {"copy-on-write": 2, "merge-on-read": 2, "vectors": 3}


@pytest.mark.parametrize("mode", DELETE_MODES)
def test_tables_that_spark_deletes_from(sql, spark_ns, firn, mode):
    name = f"{spark_ns}.t"
    write_mode = "merge-on-read" if mode == "vectors" else mode
    sql(
        f"CREATE TABLE {name} (id BIGINT, kind STRING, price DECIMAL(9,2), at TIMESTAMP) "
        "USING iceberg PARTITIONED BY (kind, days(at)) TBLPROPERTIES "
        f"('format-version' = '{DELETE_MODES[mode]}', 'write.delete.mode' = '{write_mode}', "
        f"'write.update.mode' = '{write_mode}', 'write.merge.mode' = '{write_mode}')"
    )
    sql(
        f"INSERT INTO {name} SELECT id, concat('k', id % 3), id / 4, "
        "timestamp_seconds(id * 40000) FROM range(200)"
    )
    sql(f"DELETE FROM {name} WHERE id % 7 = 0")
    sql(f"UPDATE {name} SET price = -1 WHERE id % 11 = 0")
    table = name.removeprefix("firn.")
    check_like_spark(sql, firn, name, table)
    plan = json.loads(firn("plan", table, "--json"))
    assert (plan["merged-files"] > 0) == (mode != "copy-on-write")
    if mode == "vectors":
        assert plan["deletion-vectors"] > 0
    # Maintenance leaves the rows, to Spark too.
    before = sql(f"SELECT id, kind, price FROM {name} ORDER BY id")
    firn("maintain", "compact", table, "--all", "--run")
    firn("maintain", "rewrite-manifests", table, "--all", "--run")
    assert sql(f"SELECT id, kind, price FROM {name} ORDER BY id") == before
    plan = json.loads(firn("plan", table, "--json"))
    assert plan["merged-files"] == 0
    firn("maintain", "expire", table, "--older-than", "0d", "--keep", "1", "--run")
    assert sql(f"SELECT id, kind, price FROM {name} ORDER BY id") == before
    check_like_spark(sql, firn, name, table)


def check_like_spark(sql, firn, name: str, table: str) -> None:
    for where in ("id >= 0", "kind = 'k1' and id > 90", "price = -1", "id in (1, 7, 14, 22)"):
        theirs = sql(f"SELECT id, kind, price FROM {name} WHERE {where} ORDER BY id")
        ours = firn.scan(table, "--where", where, "--columns", "id,kind,price").sort_by("id")
        assert [tuple(row.values()) for row in ours.to_pylist()] == theirs, where


def test_row_lineage_of_spark(sql, spark_ns, firn):
    name = f"{spark_ns}.t"
    sql(f"CREATE TABLE {name} (id BIGINT) USING iceberg TBLPROPERTIES ('format-version' = '3')")
    sql(f"INSERT INTO {name} SELECT id FROM range(20)")
    sql(f"INSERT INTO {name} SELECT id FROM range(20, 30)")
    sql(f"UPDATE {name} SET id = id + 100 WHERE id % 5 = 0")
    table = name.removeprefix("firn.")
    columns = "_row_id, _last_updated_sequence_number"
    theirs = sql(f"SELECT id, {columns} FROM {name} ORDER BY id")

    def ours() -> list[tuple]:
        flags = ("--columns", f"id,{columns.replace(' ', '')}")
        return [tuple(row.values()) for row in firn.scan(table, *flags).sort_by("id").to_pylist()]

    assert ours() == theirs
    firn("maintain", "compact", table, "--all", "--run")
    assert ours() == theirs
    assert sql(f"SELECT id, {columns} FROM {name} ORDER BY id") == theirs


def test_branches_and_tags_of_spark(sql, spark_ns, firn):
    name = f"{spark_ns}.t"
    sql(f"CREATE TABLE {name} (id BIGINT) USING iceberg")
    sql(f"INSERT INTO {name} VALUES (1)")
    sql(f"ALTER TABLE {name} CREATE TAG first")
    sql(f"ALTER TABLE {name} CREATE BRANCH work")
    table = name.removeprefix("firn.")
    firn.append(table, pa.table({"id": [2]}), "--branch", "work")
    firn.append(table, pa.table({"id": [4]}), "--branch", "new", "--create")
    firn.append(table, pa.table({"id": [3]}))
    for ref, ids in (("main", [1, 3]), ("work", [1, 2]), ("new", [1, 4]), ("first", [1])):
        assert sorted(firn.scan(table, "--ref", ref)["id"].to_pylist()) == ids
        seen = sql(f"SELECT id FROM {name} VERSION AS OF '{ref}' ORDER BY id")
        assert [row[0] for row in seen] == ids


@pytest.mark.parametrize("version", [1, 2, 3])
def test_what_firn_appends_spark_reads(sql, spark_ns, firn, version):
    name = f"{spark_ns}.t"
    sql(
        f"CREATE TABLE {name} (id BIGINT, name STRING, at TIMESTAMP, tags ARRAY<STRING>) USING "
        "iceberg PARTITIONED BY (bucket(4, id), truncate(1, name), hours(at)) "
        f"TBLPROPERTIES ('format-version' = '{version}')"
    )
    at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    count = 60
    rows = pa.table(
        {
            "id": list(range(count)),
            "name": [f"{'abc'[i % 3]}{i}" if i % 9 else None for i in range(count)],
            "at": pa.array(
                [at + dt.timedelta(hours=i // 7) for i in range(count)], pa.timestamp("us", "UTC")
            ),
            "tags": [[str(i)] * (i % 3) for i in range(count)],
        }
    )
    firn.append(name.removeprefix("firn."), rows)
    assert sql(f"SELECT id, name, size(tags) FROM {name} ORDER BY id") == [
        (i, rows["name"][i].as_py(), i % 3) for i in range(count)
    ]
    assert sql(f"SELECT count(*) FROM {name} WHERE id = 17 AND name = 'c17'") == [(1,)]
    assert sql(f"SELECT sum(record_count) FROM {name}.files") == [(count,)]
