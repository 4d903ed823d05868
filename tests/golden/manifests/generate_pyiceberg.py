"""Writes the manifests that PyIceberg makes: see README.md.

usage: python generate_pyiceberg.py WAREHOUSE OUTPUT_FOLDER
       (with pyiceberg[sql-sqlite,pyarrow,pyiceberg-core] installed)
"""

import datetime
import decimal
import pathlib
import shutil
import sys
import uuid

import pyarrow as pa
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.expressions import EqualTo
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import BucketTransform, DayTransform, IdentityTransform, TruncateTransform
from pyiceberg.types import (
    BinaryType,
    BooleanType,
    DateType,
    DecimalType,
    DoubleType,
    FixedType,
    IntegerType,
    LongType,
    NestedField,
    StringType,
    TimestampType,
    UUIDType,
)

SCHEMA = Schema(
    NestedField(1, "b", BooleanType(), required=False),
    NestedField(2, "i", IntegerType(), required=False),
    NestedField(3, "l", LongType(), required=False),
    NestedField(4, "d", DoubleType(), required=False),
    NestedField(5, "dec", DecimalType(9, 2), required=False),
    NestedField(6, "day", DateType(), required=False),
    NestedField(7, "ts", TimestampType(), required=False),
    NestedField(8, "s", StringType(), required=False),
    NestedField(9, "u", UUIDType(), required=False),
    NestedField(10, "fix", FixedType(4), required=False),
    NestedField(11, "bin", BinaryType(), required=False),
)
IDENTITY_COLUMNS = [1, 2, 5, 6]
SPEC = PartitionSpec(
    *(
        PartitionField(i, 1000 + n, IdentityTransform(), f"p {SCHEMA.find_field(i).name}")
        for n, i in enumerate(IDENTITY_COLUMNS)
    ),
    PartitionField(7, 1100, DayTransform(), "ts_day"),
    PartitionField(3, 1101, BucketTransform(4), "l_bucket"),
    PartitionField(8, 1102, TruncateTransform(2), "s_trunc"),
)


def rows(first, count):
    """Rows of which the first has nulls only."""

    def column(make, kind):
        return pa.array(
            [None if i == first else make(i) for i in range(first, first + count)], kind
        )

    return pa.table(
        {
            "b": column(lambda i: i % 2 == 0, pa.bool_()),
            "i": column(lambda i: -i, pa.int32()),
            "l": column(lambda i: i << 40, pa.int64()),
            "d": column(lambda i: float("nan") if i % 3 == 0 else i / 4, pa.float64()),
            "dec": column(lambda i: decimal.Decimal(-i) / 4, pa.decimal128(9, 2)),
            "day": column(
                lambda i: datetime.date(1969, 12, 31) + datetime.timedelta(i), pa.date32()
            ),
            "ts": column(
                lambda i: datetime.datetime(2024, 2, 28 + i % 2, i % 24), pa.timestamp("us")
            ),
            "s": column(lambda i: f"é{i}", pa.string()),
            "u": column(lambda i: uuid.UUID(int=i).bytes, pa.uuid()),
            "fix": column(lambda i: i.to_bytes(4, "big"), pa.binary(4)),
            "bin": column(lambda i: bytes(range(i % 7)), pa.binary()),
        }
    )


def write(catalog, name, version, codec, spec):
    table = catalog.create_table(
        f"ns.{name}",
        SCHEMA,
        partition_spec=spec,
        properties={"format-version": str(version), "write.avro.compression-codec": codec},
    )
    table.append(rows(0, 4))
    table.append(rows(10, 3))
    table.delete(EqualTo("i", -11))
    table.append(rows(20, 2))
    return table


def main():
    warehouse, output = (pathlib.Path(argument) for argument in sys.argv[1:3])
    warehouse.mkdir(parents=True)
    catalog = SqlCatalog(
        "golden", uri=f"sqlite:///{warehouse}/catalog.db", warehouse=f"file://{warehouse}"
    )
    catalog.create_namespace("ns")
    for name, version, codec, spec in [
        ("pyiceberg_v1", 1, "gzip", SPEC),
        ("pyiceberg_v2", 2, "zstd", SPEC),
        ("pyiceberg_v2_flat", 2, "snappy", PartitionSpec()),
    ]:
        table = write(catalog, name, version, codec, spec)
        folder = output / name
        folder.mkdir(parents=True)
        snapshot = table.current_snapshot()
        shutil.copy(snapshot.manifest_list.removeprefix("file://"), folder / "list.avro")
        for manifest in snapshot.manifests(table.io):
            path = manifest.manifest_path.removeprefix("file://")
            shutil.copy(path, folder / pathlib.Path(path).name)


main()
