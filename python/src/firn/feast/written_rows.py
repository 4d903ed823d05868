"""Rows that are to be written, as the columns of a table."""

from __future__ import annotations

from typing import Any

import pyarrow as pa


def as_written(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Rows as the columns of a table's schema, where pandas had no better type for them: a dict as
    a map, all nulls as whatever is wanted. What remains different the table's writer judges."""
    columns = [_as_written(table.column(field.name), field) for field in schema]
    return pa.table(columns, names=schema.names)


def _as_written(column: pa.ChunkedArray, field: pa.Field) -> pa.ChunkedArray:
    wanted = field.type
    if column.type == wanted:
        return column
    if pa.types.is_null(column.type):
        return pa.chunked_array([pa.nulls(len(column), wanted)])
    if pa.types.is_timestamp(wanted) and pa.types.is_timestamp(column.type):
        # In its own unit, which the writer floors; with a zone or without it is UTC.
        return column.cast(pa.timestamp(column.type.unit, tz="UTC")).cast(
            pa.timestamp(column.type.unit, tz=wanted.tz)
        )
    if _holds_map(wanted):
        values = [_shaped(value, wanted) for value in column.to_pylist(maps_as_pydicts="strict")]
        return pa.chunked_array([pa.array(values, wanted)])
    try:
        return column.cast(wanted)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise ValueError(f"column {field.name}: {column.type} is no {wanted}: {error}") from None


def _holds_map(data_type: pa.DataType) -> bool:
    if pa.types.is_map(data_type):
        return True
    return any(_holds_map(data_type.field(i).type) for i in range(data_type.num_fields))


def _shaped(value: Any, data_type: pa.DataType) -> Any:
    """Dicts of pandas came as structs with every key of any row: what is null there was absent."""
    if value is None:
        return None
    if pa.types.is_map(data_type):
        return [(k, _shaped(v, data_type.item_type)) for k, v in value.items() if v is not None]
    if pa.types.is_list(data_type):
        return [_shaped(item, data_type.value_type) for item in value]
    if pa.types.is_struct(data_type):
        return {field.name: _shaped(value.get(field.name), field.type) for field in data_type}
    return value
