"""Writes the golden table metadata that PyIceberg makes: see README.md.

usage: python generate_pyiceberg.py OUTPUT_FOLDER
Needs pyiceberg[sql-sqlite,pyarrow,pyiceberg-core].
"""

import datetime
import pathlib
import sys
import tempfile

import pyarrow as pa
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table.sorting import NullOrder, SortDirection, SortField, SortOrder
from pyiceberg.transforms import BucketTransform, DayTransform, IdentityTransform, TruncateTransform
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

STABLE_PREFIX = "s3://golden"

EVERY_TYPE = Schema(
    NestedField(1, "b", BooleanType(), required=False),
    NestedField(2, "i", IntegerType(), required=True, doc="an identifier"),
    NestedField(3, "l", LongType(), required=True),
    NestedField(4, "f", FloatType(), required=False),
    NestedField(5, "d", DoubleType(), required=False),
    NestedField(6, "dec", DecimalType(9, 2), required=False),
    NestedField(7, "day", DateType(), required=False),
    NestedField(8, "t", TimeType(), required=False),
    NestedField(9, "ts", TimestampType(), required=False),
    NestedField(10, "tstz", TimestamptzType(), required=False),
    NestedField(11, "s", StringType(), required=False, doc='quotes " and \\ and é'),
    NestedField(12, "u", UUIDType(), required=False),
    NestedField(13, "fix", FixedType(16), required=False),
    NestedField(14, "bin", BinaryType(), required=False),
    NestedField(
        15,
        "points",
        ListType(
            element_id=16,
            element_required=True,
            element_type=StructType(
                NestedField(17, "x", LongType(), required=True),
                NestedField(18, "y", LongType(), required=False),
            ),
        ),
        required=False,
    ),
    NestedField(
        19,
        "attributes",
        MapType(
            key_id=20,
            key_type=StringType(),
            value_id=21,
            value_type=DoubleType(),
            value_required=False,
        ),
        required=False,
    ),
    identifier_field_ids=[2, 3],
)

EVENTS = Schema(
    NestedField(1, "id", LongType(), required=False),
    NestedField(2, "at", TimestampType(), required=False),
    NestedField(3, "kind", StringType(), required=False),
)


def rows(first, count):
    return pa.table(
        {
            "id": pa.array(range(first, first + count), pa.int64()),
            "at": pa.array(
                [datetime.datetime(2024, 1, 1 + i % 5) for i in range(count)], pa.timestamp("us")
            ),
            "kind": pa.array([f"k{i % 3}" for i in range(count)], pa.string()),
        }
    )


def every_type(catalog, version):
    return catalog.create_table(
        f"golden.every_type_v{version}",
        EVERY_TYPE,
        partition_spec=PartitionSpec(
            PartitionField(2, 1000, BucketTransform(16), "i_bucket"),
            PartitionField(9, 1001, DayTransform(), "ts_day"),
            PartitionField(11, 1002, TruncateTransform(4), "s_trunc"),
        ),
        sort_order=SortOrder(
            SortField(3, IdentityTransform(), SortDirection.DESC, NullOrder.NULLS_LAST),
            SortField(11, TruncateTransform(2), SortDirection.ASC, NullOrder.NULLS_FIRST),
        ),
        properties={"format-version": str(version), "owner": "golden"},
    )


def evolved(catalog, version):
    table = catalog.create_table(
        f"golden.evolved_v{version}",
        EVENTS,
        properties={"format-version": str(version), "write.metadata.previous-versions-max": "3"},
    )
    table.append(rows(0, 6))
    with table.update_schema() as update:
        update.add_column("note", StringType(), doc="added later")
        update.rename_column("kind", "category")
    with table.update_spec() as update:
        update.add_field("at", DayTransform(), "at_day")
    table = catalog.load_table(f"golden.evolved_v{version}")
    current = table.current_snapshot().snapshot_id
    with table.manage_snapshots() as refs:
        refs.create_tag(current, "first", max_ref_age_ms=86_400_000)
        refs.create_branch(current, "audit", min_snapshots_to_keep=2, max_snapshot_age_ms=1000)
    renamed = rows(6, 6).rename_columns(["id", "at", "category"])
    table.append(renamed)
    table.delete("id < 3")
    with table.transaction() as transaction:
        transaction.set_properties({"note": "two\nlines"})
        transaction.append(renamed)
    return catalog.load_table(f"golden.evolved_v{version}")


def main(output):
    with tempfile.TemporaryDirectory() as folder:
        catalog = SqlCatalog(
            "golden", uri=f"sqlite:///{folder}/catalog.db", warehouse=f"file://{folder}"
        )
        catalog.create_namespace("golden")
        tables = [every_type(catalog, v) for v in (1, 2)] + [evolved(catalog, v) for v in (1, 2)]
        for table in tables:
            text = pathlib.Path(table.metadata_location.removeprefix("file://")).read_text()
            text = text.replace(f"file://{folder}", STABLE_PREFIX)
            name = table.name()[-1]
            (output / f"pyiceberg_{name}.json").write_text(text)
            print(name, len(text))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
