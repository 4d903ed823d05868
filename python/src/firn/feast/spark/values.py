"""Arrow tables as Spark's DataFrames, and back: as Arrow's own bytes, in batches.

What runs in Spark's Python workers is defined inside of functions: it is sent to them whole, so
that they need pyarrow but not Firn.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from firn.feast.spark.query import form_of
from firn.feast.spark.types import NoSparkType, kept_as, quoted, spark_type

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

ROWS_A_BATCH = 65_536


def to_spark(session: SparkSession, table: pa.Table) -> DataFrame:
    """Errors: NoSparkType."""
    schema = ", ".join(f"{quoted(field.name)} {spark_type(field.type)}" for field in table.schema)
    kept = pa.schema([pa.field(field.name, kept_as(field.type)) for field in table.schema])
    columns = [
        pa.chunked_array([fitted(chunk, field.type) for chunk in column.chunks], field.type)
        for column, field in zip(table.columns, kept, strict=True)
    ]
    batches = pa.table(columns, schema=kept).to_batches(max_chunksize=ROWS_A_BATCH)
    rows = [(bytes(_written(batch)),) for batch in batches if batch.num_rows]
    return session.createDataFrame(rows, "batch binary").mapInArrow(_reading(), schema)


def from_spark(frame: DataFrame) -> Iterator[pa.RecordBatch]:
    """Batches of some rows, a partition at a time, in its order."""
    for row in frame.mapInArrow(_writing(), "batch binary").toLocalIterator():
        yield from (batch for batch in pa.ipc.open_stream(row[0]) if batch.num_rows)


def _written(batch: pa.RecordBatch) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return sink.getvalue()


def _reading():
    def read(batches):
        import pyarrow

        for batch in batches:
            for value in batch.column(0):
                yield from pyarrow.ipc.open_stream(value.as_buffer())

    return read


def _writing():
    def write(batches):
        import pyarrow

        for batch in batches:
            sink = pyarrow.BufferOutputStream()
            with pyarrow.ipc.new_stream(sink, batch.schema) as writer:
                writer.write_batch(batch)
            written = pyarrow.array([sink.getvalue().to_pybytes()], pyarrow.binary())
            yield pyarrow.record_batch([written], names=["batch"])

    return write


def fitted(column: pa.Array, wanted: pa.DataType) -> pa.Array:
    """Values in the type that Spark keeps them in, or as they were before Spark had them. UUIDs are
    text there, and bytes or UUIDs here."""
    here = column.type
    if here == wanted:
        return column
    if _is_uuid(wanted) and types.is_string(here):
        values = [None if text is None else uuid.UUID(text).bytes for text in column.to_pylist()]
        return pa.array(values, wanted)
    if isinstance(here, pa.UuidType):
        texts = [None if value is None else str(value) for value in column.to_pylist()]
        return pa.array(texts, pa.string())
    if _differ_by_uuid(here, wanted):
        return _fitted_nested(column, wanted)
    if types.is_timestamp(wanted) and types.is_timestamp(here):
        # Nanoseconds are floored, before 1970 too.
        column = pc.floor_temporal(_in_utc(column), unit="microsecond")
    return column.cast(wanted)


def _is_uuid(data_type: pa.DataType) -> bool:
    return isinstance(data_type, pa.UuidType) or data_type == pa.binary(16)


def _differ_by_uuid(one: pa.DataType, other: pa.DataType) -> bool:
    """Somewhere in them there are UUIDs on one side and texts on the other."""
    if types.is_string(one) or types.is_string(other):
        return _is_uuid(one) or _is_uuid(other)
    return one.num_fields == other.num_fields and any(
        _differ_by_uuid(one.field(i).type, other.field(i).type) for i in range(one.num_fields)
    )


def _fitted_nested(column: pa.Array, wanted: pa.DataType) -> pa.Array:
    """Arrow casts all but UUIDs by itself."""
    absent = column.is_null()
    if types.is_struct(wanted):
        parts = [fitted(pc.struct_field(column, [i]), wanted[i].type) for i in range(len(wanted))]
        return pa.StructArray.from_arrays(parts, fields=list(wanted), mask=absent)
    if types.is_list(wanted):
        if len(column) == 0:
            return pa.array([], wanted)
        lengths = pc.fill_null(pc.list_value_length(column), 0)
        ends = pc.cumulative_sum(lengths.cast(pa.int32()))
        offsets = pc.if_else(absent, None, pa.concat_arrays([pa.array([0], pa.int32()), ends[:-1]]))
        offsets = pa.concat_arrays([offsets, ends[-1:]])
        values = fitted(column.flatten(), wanted.value_type)
        return pa.ListArray.from_arrays(offsets, values, type=wanted)
    raise NoSparkType(f"UUIDs in {wanted} cannot be read through Spark")


def entity_relation(frame: pa.Table, event_timestamp: str, keys: dict[str, str]) -> pa.Table:
    """What Spark is told of an entity frame: `entity_row`, `event_at`, `exact_at` (query.py), and
    the keys, in the forms that they meet in, by the names that `keys` has for them. Errors:
    ValueError for times that microseconds cannot hold."""
    times = _in_utc(frame.column(event_timestamp))
    columns = {
        "entity_row": pa.chunked_array([pa.array(np.arange(frame.num_rows))]),
        "event_at": _micros(pc.floor_temporal(times, unit="microsecond"), event_timestamp),
        "exact_at": _micros(pc.ceil_temporal(times, unit="microsecond"), event_timestamp),
    }
    for name, column in keys.items():
        columns[column] = _key_form(frame.column(name), name)
    return pa.table(columns)


def _in_utc(times: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """The same instants. In a zone of its own, Arrow would floor what its clocks show, which an
    hour of every autumn has twice."""
    if times.type.tz is None:
        return times
    return times.cast(pa.timestamp(times.type.unit, tz="UTC"))


def _micros(times: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    try:
        return times.cast(pa.timestamp("us", tz=times.type.tz)).cast(pa.int64())
    except pa.ArrowInvalid:
        raise ValueError(
            f"entity_df: column {name} has times that microseconds of 64 bits cannot hold: "
            "`engine: spark` cannot compare them"
        ) from None


def _key_form(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    if types.is_timestamp(column.type):
        # No table that Spark reads has an instant between two microseconds: it meets nothing.
        column = _in_utc(column)
        whole = pc.floor_temporal(column, unit="microsecond")
        met = pc.if_else(pc.equal(whole, column), whole, pa.scalar(None, column.type))
        return _micros(met, name)
    if isinstance(column.type, pa.BaseExtensionType):
        column = pa.chunked_array(
            [chunk.storage for chunk in column.chunks], column.type.storage_type
        )
    return column.cast(form_of(column.type))
