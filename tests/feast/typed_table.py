"""A table of every type that Spark and Firn both read."""

import datetime as dt
import decimal
import uuid

import pyarrow as pa

from conftest import INSTANT, times


def every_type(count: int) -> pa.Table:
    """`count` rows of driver i at i o'clock; every second one has values."""
    day, instant = dt.date(1969, 12, 31), dt.datetime(1969, 12, 31, 23, 59, 59, 999_999)
    values = {
        "f_bool": (True, pa.bool_()),
        "f_int": (-1, pa.int32()),
        "f_long": (2**62, pa.int64()),
        "f_float": (0.5, pa.float32()),
        "f_double": (float("nan"), pa.float64()),
        "f_text": ("é", pa.string()),
        "f_bytes": (b"\0\xff", pa.binary()),
        "f_fixed": (b"abcd", pa.binary(4)),
        "f_uuid": (uuid.UUID(int=7), pa.uuid()),
        "f_day": (day, pa.date32()),
        "f_instant": (instant.replace(tzinfo=dt.UTC), INSTANT),
        "f_local": (instant, pa.timestamp("us")),
        "f_decimal": (decimal.Decimal("-12.345"), pa.decimal128(20, 3)),
        "f_list": ([1, None], pa.list_(pa.int64())),
        "f_days": ([day, None], pa.list_(pa.date32())),
        "f_lists": ([["a"], None, []], pa.list_(pa.list_(pa.string()))),
        "f_map": ([("a", "b")], pa.map_(pa.string(), pa.string())),
        "f_struct": (
            {"x": 1, "y": [{"z": "q"}]},
            pa.struct([("x", pa.int32()), ("y", pa.list_(pa.struct([("z", pa.string())])))]),
        ),
    }
    columns = {
        "driver_id": pa.array(range(count), pa.int64()),
        "ts": times([f"{i:02}:00" for i in range(count)]),
    }
    for name, (value, data_type) in values.items():
        column = [value if i % 2 == 0 else None for i in range(count)]
        if isinstance(value, uuid.UUID):
            column = [item and item.bytes for item in column]
        columns[name] = pa.array(column, data_type)
    ids = pa.array([uuid.UUID(int=i).bytes for i in range(count)], pa.uuid())
    ends = [None if i % 2 else i for i in range(count)]
    columns["f_uuids"] = pa.ListArray.from_arrays(pa.array([*ends, count], pa.int32()), ids)
    columns["f_identified"] = pa.StructArray.from_arrays(
        [ids], names=["id"], mask=pa.array([i % 2 == 1 for i in range(count)])
    )
    return pa.table(columns)
