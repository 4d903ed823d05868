"""Columnar's reader against pyarrow's decode of the same columns. usage: run.py SCAN_BENCH [ROWS]

One thread each, warm page cache, the least of several rounds. Prints a ratio a line: the direct
path to pyarrow, and each kind of deletes to the direct path.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

ROUNDS = 7
ROW_GROUP_ROWS = 262_144


def numbers(rows: int, limit: int, seed: int) -> pa.Array:
    """Random longs below the limit."""
    return pc.cast(pc.floor(pc.multiply(pc.random(rows, initializer=seed), limit)), pa.int64())


def make_file(path: Path, rows: int) -> list[str]:
    """id, ten doubles, five longs, four texts, a timestamp: what a feature view looks like."""
    order = pc.array_sort_indices(pc.random(rows, initializer=1))
    columns = {"id": pc.cast(order, pa.int64())}
    for i in range(10):
        values = pc.random(rows, initializer=10 + i)
        is_null = pc.less(pc.random(rows, initializer=30 + i), 0.05)
        columns[f"d{i}"] = pc.if_else(is_null, pa.scalar(None, pa.float64()), values)
    for i in range(5):
        columns[f"l{i}"] = numbers(rows, 1_000_000, 50 + i)
    for i in range(4):
        texts = pc.cast(numbers(rows, 50_000, 60 + i), pa.string())
        columns[f"s{i}"] = pc.binary_join_element_wise("value", texts, "-")
    columns["ts"] = pc.cast(columns["l0"], pa.timestamp("us"))
    fields = [
        pa.field(name, column.type, metadata={"PARQUET:field_id": str(i + 1)})
        for i, (name, column) in enumerate(columns.items())
    ]
    table = pa.table(list(columns.values()), schema=pa.schema(fields))
    pq.write_table(table, path, row_group_size=ROW_GROUP_ROWS, compression="zstd")
    return list(columns)


def pyarrow_seconds(path: Path, columns: list[str]) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        pq.ParquetFile(path).read(columns=columns, use_threads=False)
        best = min(best, time.perf_counter() - begin)
    return best


def firn_seconds(program: str, path: Path, columns: list[str], deletes: str) -> float:
    done = subprocess.run(
        [program, str(path), ",".join(columns), deletes, str(ROUNDS)],
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout.split()[0])


def main() -> None:
    program = sys.argv[1]
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.parquet"
        every = make_file(path, rows)
        for label, columns in (("all columns", every), ("6 columns", [*every[:5], every[-1]])):
            peer = pyarrow_seconds(path, columns)
            direct = firn_seconds(program, path, columns, "none")
            print(
                f"{label}, {rows} rows: pyarrow {peer * 1000:.0f} ms, direct {direct * 1000:.0f} ms,"
                f" ratio {direct / peer:.2f} (bar 1.2)"
            )
            for kind, bar in (("position", 1.2), ("vector", 1.2), ("equality", 2.0)):
                took = firn_seconds(program, path, columns, kind)
                print(
                    f"{label}, {kind} deletes: {took * 1000:.0f} ms,"
                    f" ratio to direct {took / direct:.2f} (bar {bar})"
                )


main()
