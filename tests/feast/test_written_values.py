"""Values that are written through Feast, in the types of the table's columns."""

import decimal

import numpy as np
import pyarrow as pa
import pytest

from conftest import INSTANT, at, times
from firn.feast import IcebergOfflineStore
from firn.feast.catalogs import create_table

FLOAT32_MAX = float(np.finfo(np.float32).max)
LONGS = pa.list_(pa.int64())
MAPS = pa.map_(pa.string(), pa.string())


def values_of(repository) -> list:
    return repository.catalog.load_table("default.values").scan().to_arrow()["value"].to_pylist()


def written(repository, column: pa.DataType, values: pa.Array) -> list:
    """What a table has in a column `value` of the type after these were written to it."""
    schema = pa.schema([("driver_id", pa.int64()), ("ts", INSTANT), ("value", column)])
    create_table(repository.config, "values", schema)
    view = repository.view("values", source_timestamp_field="ts")
    keys, clocks = pa.array(range(len(values))), times(["10:00"] * len(values))
    rows = pa.table({"driver_id": keys, "ts": clocks, "value": values})
    try:
        IcebergOfflineStore.offline_write_batch(repository.config, view, rows, None)
    finally:
        kept = values_of(repository)
    return kept


@pytest.mark.parametrize(
    ("column", "values"),
    [
        (pa.int32(), pa.array([-(2**31), 2**31 - 1, None])),
        (pa.int64(), pa.array([7, 2**32 - 1], pa.uint32())),
        (pa.int64(), pa.array([1.0, None, 2.0**53])),
        (pa.float32(), pa.array([0.5, FLOAT32_MAX, float("inf"), None])),
        (pa.float64(), pa.array([0.5, None], pa.float32())),
        (pa.string(), pa.array(["a", None], pa.string_view())),
        (pa.string(), pa.array(["b", None, "a"]).dictionary_encode()),
        (pa.string(), pa.array([float("nan"), None], from_pandas=True)),
        (pa.binary(2), pa.array([b"ab", None])),
        (pa.decimal128(9, 2), pa.array([decimal.Decimal("1.5"), None])),
        (LONGS, pa.array([[1, None], None], pa.list_(pa.int32()))),
        (pa.struct([("a", pa.int64()), ("b", pa.string())]), pa.array([{"a": 1}, None])),
    ],
    ids=lambda what: str(what) if isinstance(what, pa.DataType) else str(what.type),
)
def test_values_of_one_kind_are_the_columns_type(repository, column, values):
    expected = values.to_pylist()
    if pa.types.is_struct(column):
        expected = [{"a": 1, "b": None}, None]
    assert written(repository, column, values) == expected


def test_days_are_their_midnights(repository):
    assert written(repository, INSTANT, pa.array([at("00:00").date()])) == [at("00:00")]


@pytest.mark.parametrize(
    ("column", "values", "says"),
    [
        (pa.int64(), ["12"], "string is no int64, and is not made one: cast it before"),
        (pa.int64(), [True], "bool is no int64, and is not made one"),
        (pa.int64(), [1.0], "double is no int64, and is not made one"),
        (
            pa.int64(),
            [1.5, None],
            r"double is no int64: .*1\.5.*; change such values, or the table's",
        ),
        (pa.int64(), [2.0**60, None], "double is no int64: .* is not exact"),
        (pa.int64(), [at("10:00")], r"timestamp\[us, tz=UTC\] is no int64"),
        (pa.int32(), [2**31], "int64 is no int32: .*2147483648 not in range.*; change such"),
        (pa.float64(), [1], "int64 is no double, and"),
        (pa.float64(), ["0.5"], "string is no double, and"),
        (pa.float64(), [decimal.Decimal("1.5")], r"decimal128\(2, 1\) is no double, and"),
        (pa.float32(), [2 * FLOAT32_MAX], "double is no float: .* is beyond its range"),
        (pa.bool_(), [1], "int64 is no bool, and"),
        (pa.string(), [1], "int64 is no string, and"),
        (pa.string(), [b"a"], "binary is no string, and"),
        (pa.string(), [at("10:00")], "is no string, and"),
        (pa.binary(), ["a"], "string is no binary, and"),
        (pa.binary(2), [b"abc"], r"binary is no fixed_size_binary\[2\]: "),
        (INSTANT, [0], r"int64 is no timestamp\[us, tz=UTC\], and"),
        (pa.date32(), [at("10:00")], r"is no date32\[day\], and"),
        (pa.decimal128(9, 2), [0.5], "double is no decimal128.*, and"),
        (pa.decimal128(9, 1), [decimal.Decimal("1.25")], "is no decimal128.*: .*; change such"),
        (LONGS, [["1"]], "is no list<.*int64>, and"),
        (pa.list_(pa.float32()), [[2 * FLOAT32_MAX]], "is no list<.*float>: .*beyond its range"),
        (pa.struct([("a", pa.int64())]), [{"a": 1, "b": 2}], "is no struct<a: int64>, and"),
        (MAPS, [{"a": 1}], "is no map<.*>, and"),
        (pa.map_(pa.string(), pa.int32()), [{"a": 2**31}], "is no map<.*>: .*; change such"),
    ],
    ids=str,
)
def test_values_of_another_kind_are_refused(repository, column, values, says):
    """As the remote store does: nothing is parsed, rounded or left out without a word."""
    with pytest.raises(ValueError, match=f"feature view values: column value: .*{says}"):
        written(repository, column, pa.array(values))
    assert values_of(repository) == []
