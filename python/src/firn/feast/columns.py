"""Columns as pandas and others have them, whatever their layout."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

#: The greatest whole number up to which every float64 is one.
EXACT = 2.0**53
_TEXTS = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
# Arrow picks no rows of views.
_PICKED_AS = {pa.string_view(): pa.string(), pa.binary_view(): pa.binary()}


def is_text(data_type: pa.DataType) -> bool:
    return any(is_one(data_type) for is_one in _TEXTS)


def decoded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A dictionary column's values."""
    value_type = column.type.value_type
    picked = _PICKED_AS.get(value_type)
    if picked is None:
        return column.cast(value_type)
    chunks = [
        pa.DictionaryArray.from_arrays(chunk.indices, chunk.dictionary.cast(picked)).cast(picked)
        for chunk in column.chunks
    ]
    return pa.chunked_array(chunks, picked)


def whole_numbers(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Floating numbers as int64; NaN is null, as pandas has it. Errors: ArrowInvalid for values
    that are not whole, and for those beyond 2^53, which may be others, rounded."""
    column = column.cast(pa.float64())
    column = pc.if_else(pc.is_nan(column), pa.scalar(None, pa.float64()), column)
    beyond = column.filter(pc.greater(pc.abs(column), EXACT))
    if len(beyond):
        raise pa.ArrowInvalid(f"{beyond[0].as_py()} is not exact as a floating number")
    return column.cast(pa.int64())
