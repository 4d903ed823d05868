"""Arrow's types as Spark's."""

from __future__ import annotations

import pyarrow as pa
from pyarrow import types

_DECIMAL_OF_UINT64 = pa.decimal128(20, 0)
_WIDER = {
    pa.uint8(): pa.int16(),
    pa.uint16(): pa.int32(),
    pa.uint32(): pa.int64(),
    pa.uint64(): _DECIMAL_OF_UINT64,
    pa.float16(): pa.float32(),
}
_NAMES = {
    pa.bool_(): "BOOLEAN",
    pa.int8(): "TINYINT",
    pa.int16(): "SMALLINT",
    pa.int32(): "INT",
    pa.int64(): "BIGINT",
    pa.float32(): "FLOAT",
    pa.float64(): "DOUBLE",
    pa.string(): "STRING",
    pa.binary(): "BINARY",
    pa.date32(): "DATE",
    pa.null(): "VOID",
}


class NoSparkType(ValueError):
    """A type that Spark does not have; the message names it."""


def kept_as(data_type: pa.DataType) -> pa.DataType:
    """The Arrow type in which Spark takes values of a type and gives them back: what it has not is
    wider or text. Errors: NoSparkType."""
    if data_type in _NAMES or types.is_decimal128(data_type):
        return data_type
    if data_type in _WIDER:
        return _WIDER[data_type]
    if types.is_timestamp(data_type):
        return pa.timestamp("us", tz="UTC" if data_type.tz else None)
    if types.is_large_string(data_type) or types.is_string_view(data_type):
        return pa.string()
    if isinstance(data_type, pa.UuidType):
        return pa.string()
    if (
        types.is_large_binary(data_type)
        or types.is_binary_view(data_type)
        or types.is_fixed_size_binary(data_type)
    ):
        return pa.binary()
    if types.is_date64(data_type):
        return pa.timestamp("us")
    if types.is_dictionary(data_type):
        return kept_as(data_type.value_type)
    return _nested(data_type)


def _nested(data_type: pa.DataType) -> pa.DataType:
    if types.is_struct(data_type):
        return pa.struct([pa.field(field.name, kept_as(field.type)) for field in data_type])
    if types.is_map(data_type):
        return pa.map_(kept_as(data_type.key_type), kept_as(data_type.item_type))
    if (
        types.is_list(data_type)
        or types.is_large_list(data_type)
        or types.is_fixed_size_list(data_type)
    ):
        return pa.list_(kept_as(data_type.value_type))
    raise NoSparkType(f"Spark has no type for {data_type}")


def spark_type(data_type: pa.DataType) -> str:
    """The type in Spark's SQL. Errors: NoSparkType."""
    kept = kept_as(data_type)
    if kept in _NAMES:
        return _NAMES[kept]
    if types.is_decimal128(kept):
        return f"DECIMAL({kept.precision}, {kept.scale})"
    if types.is_timestamp(kept):
        return "TIMESTAMP" if kept.tz else "TIMESTAMP_NTZ"
    if types.is_map(kept):
        return f"MAP<{spark_type(kept.key_type)}, {spark_type(kept.item_type)}>"
    if types.is_struct(kept):
        fields = [f"{quoted(field.name)}: {spark_type(field.type)}" for field in kept]
        return f"STRUCT<{', '.join(fields)}>"
    return f"ARRAY<{spark_type(kept.value_type)}>"


def quoted(name: str) -> str:
    """A name in Spark's SQL."""
    return "`" + name.replace("`", "``") + "`"
