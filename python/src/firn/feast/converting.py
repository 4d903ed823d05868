"""Arrays in another type of their kind, at any depth: nothing is lost without a word."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_LISTS = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)


class RepeatedKey(ValueError):
    """A map has a key twice."""


def is_list(data_type: pa.DataType) -> bool:
    return any(is_one(data_type) for is_one in _LISTS)


def holds_map(data_type: pa.DataType) -> bool:
    """Is a map, or has one within."""
    if pa.types.is_map(data_type):
        return True
    return any(holds_map(data_type.field(i).type) for i in range(data_type.num_fields))


def converted(array: pa.Array, wanted: pa.DataType) -> pa.Array:
    """A struct becomes a map of its names, or a struct that may have more fields. Errors: Arrow's,
    where a value does not fit; RepeatedKey."""
    here = array.type
    if here == wanted and not holds_map(wanted):
        return array
    if pa.types.is_null(here):
        return pa.nulls(len(array), wanted)
    if pa.types.is_map(wanted):
        return _map_of_map(array, wanted) if pa.types.is_map(here) else _map_of(array, wanted)
    if pa.types.is_struct(wanted):
        return _struct(array, wanted)
    if is_list(wanted):
        values = converted(pc.list_flatten(array), wanted.value_type)
        lists = pa.ListArray.from_arrays(_offsets(array), values, mask=array.is_null())
        return lists.cast(wanted)
    return _cast(array, wanted)


def _cast(array: pa.Array, wanted: pa.DataType) -> pa.Array:
    """Arrow makes infinities of what is too large for float32."""
    cast = array.cast(wanted)
    if pa.types.is_float32(wanted):
        lost = array.filter(pc.and_(pc.is_inf(cast), pc.is_finite(array)))
        if len(lost):
            raise pa.ArrowInvalid(f"{lost[0].as_py()} is beyond its range")
    return cast


def _struct(array: pa.StructArray, wanted: pa.StructType) -> pa.StructArray:
    """Fields that are not there are null."""
    there = dict(zip(array.type.names, array.flatten(), strict=True))
    fields = []
    for field in wanted:
        given = there.get(field.name, pa.nulls(len(array)))
        if not field.nullable and pc.any(pc.and_(given.is_null(), array.is_valid())).as_py():
            raise pa.ArrowInvalid(f"field {field.name} is required, and has nulls")
        fields.append(converted(given, field.type))
    return pa.StructArray.from_arrays(fields, fields=list(wanted), mask=array.is_null())


def _map_of_map(array: pa.MapArray, wanted: pa.MapType) -> pa.MapArray:
    entries = array.cast(pa.list_(pa.struct([array.type.key_field, array.type.item_field])))
    offsets = _offsets(entries)
    keys, items = pc.list_flatten(entries).flatten()
    keys = converted(keys, wanted.key_type)
    _refuse_repeated(keys, offsets)
    items = converted(items, wanted.item_type)
    return pa.MapArray.from_arrays(offsets, keys, items, type=wanted, mask=array.is_null())


def _map_of(array: pa.StructArray, wanted: pa.MapType) -> pa.MapArray:
    """Dicts of pandas came as structs with every key of any row: what is null there was absent."""
    columns = [converted(column, wanted.item_type) for column in array.flatten()]
    # A row of each struct, a column of each name.
    present = np.array([column.is_valid().to_numpy(zero_copy_only=False) for column in columns])
    present = present.astype(bool).reshape(len(columns), len(array)).T
    rows, names = np.nonzero(present)
    items = pa.concat_arrays(columns or [pa.array([], wanted.item_type)])
    return pa.MapArray.from_arrays(
        _summed(present.sum(axis=1)),
        pa.array(array.type.names, wanted.key_type).take(pa.array(names)),
        items.take(pa.array(names * len(array) + rows)),
        type=wanted,
        mask=array.is_null(),
    )


def _offsets(lists: pa.Array) -> pa.Array:
    """Of the values that `list_flatten` gives."""
    lengths = pc.if_else(lists.is_valid(), pc.list_value_length(lists), 0)
    return _summed(lengths.to_numpy(zero_copy_only=False))


def _summed(lengths: np.ndarray) -> pa.Array:
    return pa.array(np.append(0, np.cumsum(lengths)), pa.int32())


def _refuse_repeated(keys: pa.Array, offsets: pa.Array) -> None:
    """Readers would take either value."""
    if pa.types.is_nested(keys.type):
        return
    if isinstance(keys, pa.ExtensionArray):
        keys = keys.storage
    rows = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets.to_numpy()))
    entries = pa.table({"row": rows, "key": keys})
    counts = entries.group_by(["row", "key"]).aggregate([([], "count_all")])
    repeated = counts.filter(pc.greater(counts["count_all"], 1))
    if repeated.num_rows:
        raise RepeatedKey(f"a map has the key {repeated['key'][0].as_py()!r} twice")
