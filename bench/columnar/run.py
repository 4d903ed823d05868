"""Columnar's reader against pyarrow's decode of the same columns. usage: run.py SCAN_BENCH [ROWS]

One thread each, warm page cache, the least of several rounds. Prints a ratio a line: the direct
path to pyarrow, each kind of deletes to the direct path, and reads of a point and of 1 % of a sorted
file of one row group by the page index to the same without it.
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


def make_wide_file(path: Path, rows: int) -> None:
    """id, sorted, and 49 doubles: one row group."""
    columns = {"id": pa.array(range(rows), pa.int64())}
    for i in range(49):
        columns[f"d{i}"] = pc.random(rows, initializer=100 + i)
    fields = [
        pa.field(name, column.type, metadata={"PARQUET:field_id": str(i + 1)})
        for i, (name, column) in enumerate(columns.items())
    ]
    table = pa.table(list(columns.values()), schema=pa.schema(fields))
    pq.write_table(table, path, row_group_size=rows, compression="zstd", write_page_index=True)


def print_narrow_reads(program: str, path: Path, rows: int) -> None:
    begin = rows * 6 // 10
    reads = {"point": f"id = {begin}", "1 %": f"id >= {begin} and id < {begin + rows // 100}"}
    for label, predicate in reads.items():
        results = []
        for how in ([], ["whole"]):
            command = [program, str(path), "id,d7", "none", str(ROUNDS), predicate, *how]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            seconds, _, fetched = done.stdout.split()
            results.append((float(seconds) * 1000, int(fetched) / 1000))
        (by_pages, page_kb), (whole, whole_kb) = results
        print(
            f"{label}, 2 of 50 columns, {rows} rows: by pages {by_pages:.1f} ms, {page_kb:.0f} kB,"
            f" whole {whole:.1f} ms, {whole_kb:.0f} kB, ratio {by_pages / whole:.2f}"
        )


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
        wide = Path(folder) / "wide.parquet"
        make_wide_file(wide, rows)
        print_narrow_reads(program, wide, rows)


main()
