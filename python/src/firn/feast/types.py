"""Feast's value types, Arrow's and Iceberg's, in both directions. docs/feast.md has the table.

A column's type travels through Feast as text: `type_text` makes it, `value_type_of` reads it. The
text is Arrow's, with every list written `list<item: ...>`, which is what Feast's own code parses.
"""

from __future__ import annotations

import uuid
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from feast.types import (
    Array,
    FeastType,
    PrimitiveFeastType,
    Set,
    Struct,
    from_feast_to_pyarrow_type,
)
from feast.value_type import ValueType

INSTANT = pa.timestamp("us", tz="UTC")

_BY_TEXT = {
    "bool": ValueType.BOOL,
    "int8": ValueType.INT32,
    "int16": ValueType.INT32,
    "int32": ValueType.INT32,
    "int64": ValueType.INT64,
    "uint8": ValueType.INT32,
    "uint16": ValueType.INT32,
    "uint32": ValueType.INT64,
    "float": ValueType.FLOAT,
    "double": ValueType.DOUBLE,
    "string": ValueType.STRING,
    "binary": ValueType.BYTES,
    "uuid": ValueType.UUID,
    "null": ValueType.NULL,
}
_BY_PREFIX = {
    "timestamp[": ValueType.UNIX_TIMESTAMP,
    "date32": ValueType.UNIX_TIMESTAMP,
    "decimal128(": ValueType.DECIMAL,
    "fixed_size_binary[": ValueType.BYTES,
    "map<string,": ValueType.MAP,
    "map<": ValueType.SCALAR_MAP,
    "struct<": ValueType.STRUCT,
    "list<item: ": ValueType.VALUE_LIST,
}
_LIST = "list<item: "
# Where it is not the type that Feast would take.
_KEPT_AS = {
    PrimitiveFeastType.BYTES: pa.binary(),
    PrimitiveFeastType.PDF_BYTES: pa.binary(),
    PrimitiveFeastType.IMAGE_BYTES: pa.binary(),
    PrimitiveFeastType.JSON: pa.string(),
}


class TypeRefused(ValueError):
    """A type that has no counterpart; the message names it, and the column where one is known."""


class ColumnType(str):
    """A type as text that remembers its column, so that an error can name it."""

    column: str

    def __new__(cls, text: str, column: str) -> ColumnType:
        self = super().__new__(cls, text)
        self.column = column
        return self


def type_text(data_type: pa.DataType) -> str:
    """A table's Arrow type as text."""
    if isinstance(data_type, pa.UuidType):
        return "uuid"
    if isinstance(data_type, pa.BaseExtensionType):
        return type_text(data_type.storage_type)
    if _is_list(data_type):
        return f"{_LIST}{type_text(data_type.value_type)}>"
    if pa.types.is_map(data_type):
        return f"map<{type_text(data_type.key_type)}, {type_text(data_type.item_type)}>"
    if pa.types.is_struct(data_type):
        fields = ", ".join(f"{field.name}: {type_text(field.type)}" for field in data_type)
        return f"struct<{fields}>"
    return str(data_type).removeprefix("large_")


def value_type_of(text: str) -> ValueType:
    """Feast's type of a column. Errors: TypeRefused."""
    if text.startswith(_LIST):
        return _list_type(text)
    if text in _BY_TEXT:
        return _BY_TEXT[text]
    for prefix, value_type in _BY_PREFIX.items():
        if text.startswith(prefix):
            return value_type
    raise _refused(text)


def _list_type(text: str) -> ValueType:
    element = text[len(_LIST) : -1]
    if element.startswith(_LIST):
        return ValueType.VALUE_LIST
    if isinstance(text, ColumnType):
        element = ColumnType(element, text.column)
    name = f"{value_type_of(element).name}_LIST"
    if name not in ValueType.__members__:
        raise _refused(text)
    return ValueType[name]


def _refused(text: str) -> TypeRefused:
    where = f"column {text.column}: " if isinstance(text, ColumnType) else ""
    return TypeRefused(f"{where}Feast has no value type for {text}")


def arrow_type_of(feast_type: FeastType) -> pa.DataType:
    """The Arrow type, and through it the Iceberg type, that values of a Feast type are kept as.
    Errors: TypeRefused."""
    try:
        feast_type.to_value_type()
    except KeyError:
        raise TypeRefused(f"Feast has no value type for {feast_type}") from None
    if isinstance(feast_type, (Array, Set)):
        return pa.list_(arrow_type_of(feast_type.base_type))
    if isinstance(feast_type, Struct):
        return pa.struct([pa.field(n, arrow_type_of(t)) for n, t in feast_type.fields.items()])
    if feast_type in _KEPT_AS:
        return _KEPT_AS[feast_type]
    try:
        return from_feast_to_pyarrow_type(feast_type)
    except ValueError:
        raise TypeRefused(f"Feast's type {feast_type} does not say what a column holds") from None


def column_as_feast_reads(column: pa.ChunkedArray, declared: pa.DataType) -> pa.ChunkedArray:
    """A column of a type that Feast cannot turn into values, as it can: a date as its midnight, a
    UUID as its text, in lists too. `declared` is its type in the Iceberg table, which tells UUIDs
    from other bytes."""
    wanted = read_as(declared)
    if wanted == declared:
        return column
    if _holds_uuid(declared):
        return pa.chunked_array([pa.array(_texts(column.to_pylist()), wanted)])
    return column.cast(wanted)


def instants(times: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Times of a table in microseconds; what is finer is floored, before 1970 too."""
    if pa.types.is_timestamp(times.type) and times.type.unit == "ns":
        times = pc.floor_temporal(times, unit="microsecond")
    return times.cast(INSTANT)


def read_as(data_type: pa.DataType) -> pa.DataType:
    """What Feast is given of a column of the table's type."""
    if pa.types.is_date(data_type):
        return INSTANT
    if isinstance(data_type, pa.UuidType):
        return pa.string()
    if _is_list(data_type):
        element = read_as(data_type.value_type)
        return data_type if element == data_type.value_type else pa.list_(element)
    return data_type


def without_field_ids(data_type: pa.DataType) -> pa.DataType:
    """What joins answer has the ids of fields within lists, maps and structs: with those a table of
    other columns can neither be made nor written."""
    types = pa.types
    if types.is_struct(data_type):
        return pa.struct([_plain(field) for field in data_type])
    if types.is_map(data_type):
        return pa.map_(_plain(data_type.key_field), _plain(data_type.item_field))
    if types.is_list(data_type):
        return pa.list_(_plain(data_type.value_field))
    return data_type


def _plain(field: pa.Field) -> pa.Field:
    return pa.field(field.name, without_field_ids(field.type), field.nullable)


def _holds_uuid(data_type: pa.DataType) -> bool:
    if _is_list(data_type):
        return _holds_uuid(data_type.value_type)
    return isinstance(data_type, pa.UuidType)


def _texts(value: Any) -> Any:
    """UUIDs, in lists of any depth, as text."""
    if isinstance(value, list):
        return [_texts(item) for item in value]
    if value is None:
        return None
    return str(uuid.UUID(bytes=value) if isinstance(value, bytes) else value)


def _is_list(data_type: pa.DataType) -> bool:
    types = pa.types
    return (
        types.is_list(data_type)
        or types.is_large_list(data_type)
        or types.is_fixed_size_list(data_type)
    )
