"""Values that are written through Feast, in the types of the table's columns."""

import decimal
import uuid

import numpy as np
import pyarrow as pa
import pytest

from conftest import INSTANT, at, times
from firn.feast import IcebergOfflineStore
from firn.feast.catalogs import create_table
from firn.feast.written_rows import as_written

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
        (
            pa.struct([("a", pa.float32())]),
            pa.array([{"a": 0.5}, {"a": FLOAT32_MAX}, {"a": float("inf")}, {"a": None}, None]),
        ),
    ],
    ids=lambda what: str(what) if isinstance(what, pa.DataType) else str(what.type),
)
def test_values_of_one_kind_are_the_columns_type(repository, column, values):
    expected = values.to_pylist()
    if pa.types.is_struct(column) and column.num_fields == 2:
        expected = [{"a": 1, "b": None}, None]
    assert written(repository, column, values) == expected


BEYOND = 2 * FLOAT32_MAX
FLOATS = pa.struct([("a", pa.float32())])
FLOAT_MAPS = pa.map_(pa.string(), pa.float32())


def typed(column: pa.DataType, *values) -> pa.Array:
    return pa.array(values, column)


@pytest.mark.parametrize(
    "values",
    [
        pa.array([{"a": BEYOND}]),
        typed(pa.struct([("a", pa.float64()), ("b", pa.int64())]), {"a": BEYOND, "b": 1}),
    ],
    ids=["same", "narrower"],
)
def test_floats_beyond_float32_in_structs(repository, values):
    column = pa.struct([("a", pa.float32()), ("b", pa.int64())])
    with pytest.raises(ValueError, match=r"column value: .* is beyond its range; change such"):
        written(repository, column, values)


@pytest.mark.parametrize(
    ("column", "values"),
    [
        (pa.list_(FLOATS), pa.array([None, [], [None, {"a": 0.5}, {"a": BEYOND}]])),
        (pa.struct([("s", FLOATS)]), pa.array([None, {"s": {"a": -BEYOND}}])),
        (pa.struct([("l", pa.list_(pa.float32()))]), pa.array([{"l": [BEYOND]}])),
        (FLOAT_MAPS, typed(pa.map_(pa.string(), pa.float64()), [("a", BEYOND)])),
        (FLOAT_MAPS, pa.array([{"a": 0.5}, {"b": BEYOND}])),
        (
            pa.map_(pa.string(), FLOATS),
            typed(pa.map_(pa.string(), pa.struct([("a", pa.float64())])), [("k", {"a": BEYOND})]),
        ),
    ],
    ids=["list", "struct", "list within", "map", "dict", "struct within"],
)
def test_floats_beyond_float32_within_others(repository, column, values):
    with pytest.raises(ValueError, match=r"column value: .* is beyond its range; change such"):
        written(repository, column, values)
    assert values_of(repository) == []


LARGE_MAPS = pa.map_(pa.large_string(), pa.large_string())


REQUIRED = pa.field("a", pa.int64(), nullable=False)


@pytest.mark.parametrize(
    ("column", "values"),
    [
        (pa.struct([REQUIRED]), typed(pa.struct([("a", pa.int32())]), None, {"a": None})),
        (pa.struct([REQUIRED]), pa.array([{}])),
        (pa.list_(REQUIRED), typed(pa.list_(pa.int32()), None, [1, None])),
        (
            pa.map_(pa.string(), REQUIRED),
            typed(pa.map_(pa.string(), pa.int32()), [("a", None)]),
        ),
    ],
    ids=["field", "no field", "element", "value"],
)
def test_nulls_where_a_value_is_required(repository, column, values):
    with pytest.raises(Exception, match=r"null|required"):
        written(repository, column, values)
    assert values_of(repository) == []


@pytest.mark.parametrize("given", [MAPS, LARGE_MAPS], ids=["same", "large"])
def test_entries_of_maps_are_kept_whatever_their_layout(repository, given):
    """Those of null too: they were given."""
    maps = [[("a", "x"), ("b", None)], None, [], [("b", "y"), ("a", "x")]]
    assert written(repository, MAPS, pa.array(maps, given)) == maps


def test_what_slices_leave_out_is_not_written(repository):
    column = pa.map_(pa.string(), pa.map_(pa.string(), pa.float32()))
    given = pa.map_(pa.large_string(), pa.map_(pa.large_string(), pa.float64()))
    inner = [("p", 0.5), ("q", None)]
    maps = [[("a", [("p", BEYOND)])], [("b", inner), ("c", None)], None, [("d", [("p", BEYOND)])]]
    assert written(repository, column, pa.array(maps, given)[1:3]) == maps[1:3]


def test_entries_of_null_within_others(repository):
    entries = [("a", None), ("b", 2)]
    column = pa.list_(pa.struct([("m", pa.map_(pa.string(), pa.int64())), ("n", pa.int64())]))
    given = pa.list_(pa.struct([("m", pa.map_(pa.string(), pa.int32()))]))
    expected = [[{"m": entries, "n": None}, None], None, []]
    values = pa.array([[{"m": entries}, None], None, []], given)
    assert written(repository, column, values) == expected


def test_dicts_have_the_keys_that_they_had(repository):
    dicts = [{"a": {"x": 1}}, {}, None, {"c": {"x": 3, "y": 4}, "b": None}]
    column = pa.map_(pa.string(), pa.struct([("x", pa.int32()), ("y", pa.int64())]))
    assert written(repository, column, pa.array(dicts)) == [
        [("a", {"x": 1, "y": None})],
        [],
        None,
        [("c", {"x": 3, "y": 4})],
    ]


def test_dicts_without_any_key(repository):
    assert written(repository, MAPS, pa.array([{}, None, {}])) == [[], None, []]


def test_lists_of_dicts(repository):
    values = pa.array([[{"a": "x"}, {"b": "y"}], None, [None, {}]])
    assert written(repository, pa.list_(MAPS), values) == [
        [[("a", "x")], [("b", "y")]],
        None,
        [None, []],
    ]


@pytest.mark.parametrize("given", [MAPS, LARGE_MAPS], ids=["same", "large"])
def test_maps_that_have_a_key_twice_are_refused(repository, given):
    """Of which value a reader would take either."""
    maps = pa.array([[("a", "x"), ("b", "x")], [("a", "x"), ("c", "y"), ("a", "z")]], given)
    says = "feature view values: column value: a map has the key 'a' twice"
    with pytest.raises(ValueError, match=says):
        written(repository, MAPS, maps)
    nested = pa.ListArray.from_arrays([0, 2], maps)
    with pytest.raises(ValueError, match=r"column values: .*the key 'a' twice"):
        as_written(pa.table({"values": nested}), pa.schema([("values", pa.list_(MAPS))]))


KEYS = {
    "int": pa.array([1, 1], pa.int32()),
    "text": pa.array(["é", "é"], pa.string_view()),
    "bytes": pa.array([b"ab", b"ab"], pa.binary(2)),
    "uuid": pa.array([uuid.UUID(int=1).bytes] * 2, pa.uuid()),
    "day": pa.array([at("00:00").date()] * 2),
    "instant": times(["10:00"] * 2),
    "decimal": pa.array([decimal.Decimal("1.5")] * 2, pa.decimal128(9, 2)),
    "bool": pa.array([True, True]),
}


@pytest.mark.parametrize("keys", KEYS.values(), ids=KEYS)
def test_keys_of_any_type(keys):
    key = pa.string() if pa.types.is_string_view(keys.type) else keys.type
    schema = pa.schema([("values", pa.map_(key, pa.int64()))])
    given = {"type": pa.map_(keys.type, pa.int64())}
    once = pa.MapArray.from_arrays([0, 1, 2], keys, pa.array([1, 2]), **given)
    assert as_written(pa.table({"values": once}), schema)["values"].to_pylist() == once.to_pylist()
    twice = pa.MapArray.from_arrays([0, 2], keys, pa.array([1, 2]), **given)
    with pytest.raises(ValueError, match=r"column values: a map has the key .* twice"):
        as_written(pa.table({"values": twice}), schema)


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
