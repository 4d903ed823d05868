"""The rows that are measured, and their checksum, as checksum.h says."""

from __future__ import annotations

import zlib
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

# `pick` is random below this: a filter on it takes any share of the rows, spread evenly.
PICKS = 1000
KEYS = 100_000
NULL = 0xD1B54A32D192ED03
MULTIPLIER = 0x9E3779B97F4A7C15
FOLD = 29

SIX = ["id", "pick", "d0", "l0", "s0", "at"]


def _numbers(rows: int, limit: int, seed: int) -> pa.Array:
    """Random longs below the limit."""
    return pc.cast(pc.floor(pc.multiply(pc.random(rows, initializer=seed), limit)), pa.int64())


def _texts(prefix: str, numbers: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(prefix, pc.cast(numbers, pa.string()), "-")


def _sometimes_null(values: pa.Array, seed: int) -> pa.Array:
    is_null = pc.less(pc.random(len(values), initializer=seed), 0.05)
    return pc.if_else(is_null, pa.scalar(None, values.type), values)


def make(rows: int, first_id: int, seed: int) -> pa.Table:
    """22 columns as feature tables have them; `id` is unique and in no order."""
    order = pc.cast(pc.array_sort_indices(pc.random(rows, initializer=seed)), pa.int64())
    seconds = pc.add(_numbers(rows, 30 * 86_400, seed + 1), 1_700_000_000)
    columns = {
        "id": pc.add(order, first_id),
        "entity": _numbers(rows, KEYS, seed + 2),
        "pick": _numbers(rows, PICKS, seed + 3),
        "at": pc.cast(pc.multiply(seconds, 1_000_000), pa.timestamp("us", "UTC")),
        "created": pc.cast(pc.multiply(seconds, 1_000_000), pa.timestamp("us", "UTC")),
        "day": pc.cast(pc.cast(pc.divide(seconds, 86_400), pa.int32()), pa.date32()),
        "flag": pc.less(pc.random(rows, initializer=seed + 4), 0.5),
        "count": pc.cast(_numbers(rows, 10_000, seed + 5), pa.int32()),
        "price": pc.cast(
            pc.round(pc.multiply(pc.random(rows, initializer=seed + 6), 10_000), 2),
            pa.decimal128(12, 2),
        ),
    }
    for i in range(6):
        values = pc.random(rows, initializer=seed + 10 + i)
        columns[f"d{i}"] = _sometimes_null(values, seed + 20 + i)
    for i in range(3):
        columns[f"l{i}"] = _sometimes_null(_numbers(rows, 1_000_000, seed + 30 + i), seed + 40 + i)
    columns["s0"] = _texts("value", _numbers(rows, 50_000, seed + 50))
    columns["s1"] = _texts("city", _numbers(rows, 500, seed + 51))
    columns["s2"] = _sometimes_null(_texts("device", _numbers(rows, 5_000_000, seed + 52)), 9)
    columns["s3"] = _texts("kind", _numbers(rows, 10, seed + 53))
    return pa.table(columns)


def write(path: Path, rows: int, first_id: int, seed: int) -> None:
    pq.write_table(make(rows, first_id, seed), path, compression="none")


def _bits(column: pa.Array) -> pa.Array:
    """64 bits a value, before nulls are filled."""
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        words = column.dictionary_encode()
        sums = [zlib.crc32(text.encode()) for text in words.dictionary.to_pylist()]
        return pa.array(sums, pa.uint64()).take(words.indices)
    if pa.types.is_boolean(kind):
        return pc.cast(column, pa.uint64())
    if pa.types.is_decimal(kind):
        column = pc.cast(column, pa.float64())
    elif pa.types.is_date32(kind):
        column = pc.cast(column.view(pa.int32()), pa.int64())
    elif pa.types.is_int32(kind):
        column = pc.cast(column, pa.int64())
    return column.view(pa.uint64())


def checksum(table: pa.Table) -> tuple[int, int]:
    """How many rows, and the sum that does not depend on their order."""
    total = 0
    for batch in table.to_batches():
        rows = pa.repeat(pa.scalar(0, pa.uint64()), batch.num_rows)
        for column in batch.columns:
            values = pc.fill_null(_bits(column), pa.scalar(NULL, pa.uint64()))
            mixed = pc.multiply(pc.bit_wise_xor(rows, values), pa.scalar(MULTIPLIER, pa.uint64()))
            rows = pc.bit_wise_xor(mixed, pc.shift_right(mixed, pa.scalar(FOLD, pa.uint64())))
        total += pc.sum(rows).as_py() or 0
    return table.num_rows, total % 2**64
