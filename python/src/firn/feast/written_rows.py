"""Rows that are to be written, as the columns of a table."""

from __future__ import annotations

import pyarrow as pa

from firn.feast.columns import decoded, is_text, whole_numbers
from firn.feast.converting import RepeatedKey, converted, holds_map, is_list

_KINDS = (
    (pa.types.is_boolean,),
    (pa.types.is_integer,),
    (pa.types.is_floating,),
    (pa.types.is_decimal,),
    (is_text,),
    (
        pa.types.is_binary,
        pa.types.is_large_binary,
        pa.types.is_binary_view,
        pa.types.is_fixed_size_binary,
    ),
    (pa.types.is_date,),
    (pa.types.is_time,),
    (pa.types.is_timestamp,),
)


def as_written(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Rows in the types of a table's schema, within a kind (integers, floating numbers, texts, ...)
    and where no value changes, but that float64 is rounded to float32, and times to the table's
    unit. Where pandas had no better type: a dict is a map, all nulls are whatever is wanted, and
    floating numbers that are whole are integers if there are nulls among them. Errors: ValueError
    naming column and types."""
    columns = [_as_written(table.column(field.name), field) for field in schema]
    return pa.table(columns, names=schema.names)


def _as_written(column: pa.ChunkedArray, field: pa.Field) -> pa.ChunkedArray:
    wanted = field.type
    if column.type == wanted and not holds_map(wanted):
        return column
    if column.null_count == len(column):
        return pa.chunked_array([pa.nulls(len(column), wanted)])
    if pa.types.is_dictionary(column.type):
        column = decoded(column)
    if pa.types.is_timestamp(wanted) and pa.types.is_timestamp(column.type):
        # In its own unit, which the writer floors; with a zone or without it is UTC.
        return column.cast(pa.timestamp(column.type.unit, tz="UTC")).cast(
            pa.timestamp(column.type.unit, tz=wanted.tz)
        )
    here = column.type
    try:
        if pa.types.is_floating(here) and pa.types.is_integer(wanted) and column.null_count:
            column = whole_numbers(column)
        if not _is_of_kind(column.type, wanted):
            raise ValueError(
                f"column {field.name}: {here} is no {wanted}, and is not made one: cast it before "
                "it is written"
            )
        chunks = [converted(chunk, wanted) for chunk in column.chunks]
        return pa.chunked_array(chunks, wanted)
    except RepeatedKey as error:
        raise ValueError(f"column {field.name}: {error}") from None
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError) as error:
        raise ValueError(
            f"column {field.name}: {here} is no {wanted}: {error}; change such values, or the "
            "table's column"
        ) from None


def _is_of_kind(here: pa.DataType, wanted: pa.DataType) -> bool:
    """Whether values of the one type may become the other's. A day is its midnight; of a struct no
    field is left out."""
    if here == wanted or pa.types.is_null(here):
        return True
    if pa.types.is_map(wanted):
        return _is_map_of_kind(here, wanted)
    if pa.types.is_struct(wanted):
        return pa.types.is_struct(here) and all(
            wanted.get_field_index(field.name) >= 0
            and _is_of_kind(field.type, wanted.field(field.name).type)
            for field in here
        )
    if is_list(wanted):
        return is_list(here) and _is_of_kind(here.value_type, wanted.value_type)
    if isinstance(wanted, pa.UuidType):
        wanted = wanted.storage_type
    if pa.types.is_date(here) and pa.types.is_timestamp(wanted):
        return True
    return any(
        any(is_one(here) for is_one in kind) and any(is_one(wanted) for is_one in kind)
        for kind in _KINDS
    )


def _is_map_of_kind(here: pa.DataType, wanted: pa.MapType) -> bool:
    if pa.types.is_map(here):
        return _is_of_kind(here.key_type, wanted.key_type) and _is_of_kind(
            here.item_type, wanted.item_type
        )
    return (
        pa.types.is_struct(here)
        and is_text(wanted.key_type)
        and all(_is_of_kind(field.type, wanted.item_type) for field in here)
    )
