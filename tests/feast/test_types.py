"""Every value type of Feast to Arrow and Iceberg and back, offline and online (F-09)."""

import datetime as dt
import decimal
import json
import uuid

import pandas as pd
import pyarrow as pa
import pytest
from feast import FeatureView, Field, types
from feast.types import Array, Set, Struct
from feast.value_type import ValueType

from conftest import DRIVER, INSTANT, YAML, at
from firn.feast import IcebergSource, TypeRefused, arrow_type_of
from firn.feast.catalogs import create_table
from firn.feast.types import ColumnType, type_text, value_type_of

UUID = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
SCALARS = [
    (types.Int32, 7, "int"),
    (types.Int64, 2**40, "long"),
    (types.Float32, 0.5, "float"),
    (types.Float64, 0.1, "double"),
    (types.Bool, True, "boolean"),
    (types.String, "Zürich", "string"),
    (types.Bytes, b"\x00\xff", "binary"),
    (types.PdfBytes, b"%PDF", "binary"),
    (types.ImageBytes, b"\x89PNG", "binary"),
    (types.UnixTimestamp, at("10:00"), "timestamptz"),
    (types.ZonedTimestamp, at("10:00"), "timestamptz"),
    (types.Json, '{"a": [1, 2]}', "string"),
    (types.Uuid, UUID, "string"),
    (types.TimeUuid, UUID, "string"),
    (types.Decimal, "1.50", "string"),
    (types.Map, {"a": "b"}, "map<string, string>"),
    (Struct({"name": types.String, "age": types.String}), {"name": "x", "age": "3"}, "struct<"),
]
LISTED = [
    case
    for case in SCALARS
    if case[0] not in (types.ZonedTimestamp, types.PdfBytes, types.ImageBytes)
]
LISTS = [(Array(kind), [value, value], f"list<{name}") for kind, value, name in LISTED]
SETS = [
    (Set(kind), [value], f"list<{name}")
    for kind, value, name in LISTED
    if kind not in (types.Map, types.Json) and not isinstance(kind, Struct)
]
NESTED = [
    (Array(Array(types.Int32)), [[1, 2], [3]], "list<list<int>>"),
    (Set(Set(types.String)), [["a"], ["b"]], "list<list<string>>"),
]
CASES = [*SCALARS, *LISTS, *SETS, *NESTED]
NAMES = [str(case[0]) for case in CASES]
ENGINE = "batch_engine: {type: iceberg.engine}\n"


def plain(value):
    """Of what Arrow answers: maps as dicts."""
    if isinstance(value, list) and value and isinstance(value[0], tuple):
        return dict(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def online(kind, value):
    """What Feast's online answer makes of a value."""
    if isinstance(kind, Set):
        return {online(kind.base_type, item) for item in value}
    if isinstance(kind, Array):
        return [online(kind.base_type, item) for item in value]
    read = {types.Json: json.loads, types.Decimal: decimal.Decimal,
            types.Uuid: uuid.UUID, types.TimeUuid: uuid.UUID}  # fmt: skip
    return read.get(kind, lambda same: same)(value)


def kept(repository, kind, value) -> pd.DataFrame:
    """A view `values` whose driver 1 has the value, driver 2 none; the rows written."""
    schema = pa.schema(
        [("driver_id", pa.int64()), ("event_timestamp", INSTANT), ("value", arrow_type_of(kind))]
    )
    create_table(repository.config, "values", schema)
    view = FeatureView(
        name="values",
        entities=[DRIVER],
        schema=[Field(name="driver_id", dtype=types.Int64), Field(name="value", dtype=kind)],
        source=IcebergSource(table_identifier="values", timestamp_field="event_timestamp"),
    )
    repository.store.apply([DRIVER, view])
    frame = pd.DataFrame(
        {"driver_id": [1, 2], "event_timestamp": [at("10:00")] * 2, "value": [value, None]}
    )
    repository.store.write_to_offline_store("values", frame)
    return frame


@pytest.mark.parametrize(("kind", "value", "column"), CASES, ids=NAMES)
def test_kept_in_a_table_and_read(repository, kind, value, column):
    frame = kept(repository, kind, value)
    table = repository.catalog.load_table("default.values")
    assert table.schema.fields[-1].type.startswith(column)
    asked = frame[["driver_id", "event_timestamp"]]
    found = repository.features(asked, ["values:value"])["value"]
    assert [plain(item) for item in found.to_pylist()] == [value, None]
    assert found.type.equals(table.schema.to_arrow().field("value").type)


# Feast writes sets of sets, and fails to read them: they are not hashable.
ONLINE = [case for case in CASES if case[0] != Set(Set(types.String))]


# Of which Feast's engine makes no values, nor of those that other stores of Feast's read.
FEAST_REFUSES = [types.Map, Array(types.Map), types.ZonedTimestamp]


def materialised(repository, kind, value) -> list:
    kept(repository, kind, value)
    repository.store.materialize(at("09:00"), at("11:00"))
    found = repository.store.get_online_features(
        ["values:value"], [{"driver_id": 1}, {"driver_id": 2}]
    )
    return found.to_dict()["value"]


@pytest.mark.parametrize("engine", ["", ENGINE], ids=["local", "firn"])
@pytest.mark.parametrize(("kind", "value", "column"), ONLINE, ids=[str(case[0]) for case in ONLINE])
def test_materialised(make_repository, kind, value, column, engine):
    repository = make_repository(YAML + engine)
    if not engine and kind in FEAST_REFUSES:
        with pytest.raises(TypeError, match=r"MAP type|MAP_LIST type|ZONED_TIMESTAMP expects"):
            materialised(repository, kind, value)
    else:
        assert materialised(repository, kind, value) == [online(kind, value), None]


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        (types.Invalid, "Invalid"),
        (types.ScalarMap, "ScalarMap"),
        (Array(types.PdfBytes), r"Array\(PdfBytes\)"),
        (Array(types.ImageBytes), r"Array\(ImageBytes\)"),
        (Set(types.PdfBytes), r"Set\(PdfBytes\)"),
        (Set(types.ImageBytes), r"Set\(ImageBytes\)"),
        (Set(types.Json), r"Set\(Json\)"),
        (Array(Set(types.Json)), r"Set\(Json\)"),
    ],
    ids=str,
)
def test_types_of_feast_without_a_column(kind, named):
    with pytest.raises(TypeRefused, match=named):
        arrow_type_of(kind)


def test_every_value_type_is_kept_or_refused():
    """So that a new one in Feast is not passed over."""
    refused = {ValueType.UNKNOWN, ValueType.SCALAR_MAP}
    # A column of nothing has no declared type: it is inferred, from a table that has one.
    inferred = {ValueType.NULL}
    assert {kind.to_value_type() for kind, *_ in CASES} | refused | inferred == set(ValueType)


@pytest.mark.parametrize(
    ("arrow", "value_type"),
    [
        (pa.int32(), ValueType.INT32),
        (pa.int64(), ValueType.INT64),
        (pa.float32(), ValueType.FLOAT),
        (pa.float64(), ValueType.DOUBLE),
        (pa.bool_(), ValueType.BOOL),
        (pa.string(), ValueType.STRING),
        (pa.large_string(), ValueType.STRING),
        (pa.binary(), ValueType.BYTES),
        (pa.large_binary(), ValueType.BYTES),
        (pa.binary(16), ValueType.BYTES),
        (pa.uuid(), ValueType.UUID),
        (pa.decimal128(9, 2), ValueType.DECIMAL),
        (pa.date32(), ValueType.UNIX_TIMESTAMP),
        (pa.timestamp("us"), ValueType.UNIX_TIMESTAMP),
        (pa.timestamp("us", "UTC"), ValueType.UNIX_TIMESTAMP),
        (pa.timestamp("ns", "UTC"), ValueType.UNIX_TIMESTAMP),
        (pa.null(), ValueType.NULL),
        (pa.map_(pa.string(), pa.int64()), ValueType.MAP),
        (pa.map_(pa.int64(), pa.string()), ValueType.SCALAR_MAP),
        (pa.struct([("a", pa.int64())]), ValueType.STRUCT),
        (pa.list_(pa.field("element", pa.int32())), ValueType.INT32_LIST),
        (pa.list_(pa.string()), ValueType.STRING_LIST),
        (pa.list_(pa.float32(), 4), ValueType.FLOAT_LIST),
        (pa.list_(pa.date32()), ValueType.UNIX_TIMESTAMP_LIST),
        (pa.list_(pa.decimal128(9, 2)), ValueType.DECIMAL_LIST),
        (pa.list_(pa.uuid()), ValueType.UUID_LIST),
        (pa.list_(pa.map_(pa.string(), pa.string())), ValueType.MAP_LIST),
        (pa.list_(pa.struct([("a", pa.int64())])), ValueType.STRUCT_LIST),
        (pa.list_(pa.list_(pa.int64())), ValueType.VALUE_LIST),
    ],
    ids=str,
)
def test_types_of_tables_in_feast(arrow, value_type):
    assert value_type_of(type_text(arrow)) is value_type


@pytest.mark.parametrize(
    "arrow",
    [pa.time64("us"), pa.list_(pa.time64("us")), pa.list_(pa.map_(pa.int64(), pa.string()))],
    ids=str,
)
def test_types_of_tables_that_feast_has_not(arrow):
    with pytest.raises(TypeRefused, match="column odd: Feast has no value type for"):
        value_type_of(ColumnType(type_text(arrow), "odd"))


def test_inference_names_the_column_that_feast_has_no_type_for(repository):
    rows = pa.table(
        {
            "driver_id": pa.array([1], pa.int64()),
            "ts": pa.array([at("10:00")], INSTANT),
            "odd": pa.array([0], pa.time64("us")),
        }
    )
    with pytest.raises(TypeRefused, match="column odd: Feast has no value type for time64"):
        repository.view("values", rows)


def test_columns_that_feast_reads_as_something_else(make_repository):
    """Days are their midnights, UUIDs their texts, decimals stay exact."""
    repository = make_repository(YAML + ENGINE)
    tokens = pa.array([uuid.UUID(UUID).bytes], pa.uuid())
    rows = pa.table(
        {
            "driver_id": pa.array([1], pa.int64()),
            "ts": pa.array([at("10:00")], INSTANT),
            "day": pa.array([dt.date(2026, 11, 1)]),
            "token": tokens,
            "price": pa.array([decimal.Decimal("1.50")], pa.decimal128(9, 2)),
            "days": pa.array([[dt.date(2026, 11, 1), None]]),
            "tokens": pa.ListArray.from_arrays([0, 1], tokens),
        }
    )
    repository.view("values", rows)
    names = ["day", "token", "price", "days", "tokens"]
    refs = [f"values:{name}" for name in names]
    frame = pd.DataFrame({"driver_id": [1], "event_timestamp": [at("10:00")]})
    found = repository.features(frame, refs).select(names).to_pylist()
    assert found == [
        {
            "day": at("00:00"),
            "token": UUID,
            "price": decimal.Decimal("1.50"),
            "days": [at("00:00"), None],
            "tokens": [UUID],
        }
    ]
    repository.store.materialize(at("09:00"), at("11:00"))
    online = repository.store.get_online_features(refs, [{"driver_id": 1}]).to_dict()
    assert online["day"] == [at("00:00")]
    assert online["token"] == [uuid.UUID(UUID)]
    assert online["price"] == [decimal.Decimal("1.50")]
    assert online["tokens"] == [[uuid.UUID(UUID)]]


def test_dates_without_a_zone(repository):
    """A timestamp without a zone is UTC."""
    rows = pa.table(
        {
            "driver_id": pa.array([1], pa.int64()),
            "ts": pa.array([dt.datetime(2026, 11, 1, 10)], pa.timestamp("us")),
            "seen": pa.array([dt.datetime(2026, 11, 1, 9)], pa.timestamp("us")),
        }
    )
    repository.view("values", rows, source_timestamp_field="ts")
    frame = pd.DataFrame({"driver_id": [1, 1], "event_timestamp": [at("10:00"), at("09:59")]})
    found = repository.features(frame, ["values:seen"])["seen"].to_pylist()
    assert found == [dt.datetime(2026, 11, 1, 9), None]
