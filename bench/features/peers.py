"""The same join by others, each in a process of its own: `peers.py NAME ARGUMENTS-AS-JSON`.

Prints a line of JSON: wall and CPU seconds of each round, peak resident memory; writes the last
answer as an Arrow file, features in the order asked for, rows in the order of the entity frame.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

TTL_DAYS = 7


def duckdb_asof(given: dict) -> Callable[[], pa.Table]:
    """ASOF JOIN on the pair of event and created time, the TTL checked afterwards."""
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = true")

    def join() -> pa.Table:
        columns, joins = ["e.entity", "e.event_timestamp"], []
        for i, view in enumerate(given["views"]):
            fits = f"e.event_timestamp - v{i}.event_ts <= INTERVAL {TTL_DAYS} DAY"
            columns += [
                f"CASE WHEN {fits} THEN v{i}.{name} END AS {name}" for name in view["features"]
            ]
            wanted = ", ".join(["entity", "event_ts", "created_ts", *view["features"]])
            joins.append(
                f"""ASOF LEFT JOIN (SELECT {wanted}, (event_ts, created_ts) AS pair
                                    FROM read_parquet({view["files"]})) v{i}
                    ON e.entity = v{i}.entity AND e.pair >= v{i}.pair"""
            )
        far = "TIMESTAMPTZ '2200-01-01 00:00:00+00'"
        query = f"""SELECT {", ".join(columns)}
                    FROM (SELECT *, (event_timestamp, {far}) AS pair, row_number() OVER () AS n
                          FROM read_parquet('{given["entities"]}')) e
                    {" ".join(joins)} ORDER BY e.n"""
        return connection.sql(query).to_arrow_table()

    return join


def polars_asof(given: dict) -> Callable[[], pa.Table]:
    """join_asof of rows sorted by event and created time, the last of equal ones taken."""
    import polars as pl

    def join() -> pa.Table:
        frame = pl.read_parquet(given["entities"]).with_row_index("n").sort("event_timestamp")
        for view in given["views"]:
            right = (
                pl.scan_parquet(view["files"])
                .select(["entity", "event_ts", "created_ts", *view["features"]])
                .sort(["event_ts", "created_ts"])
                .drop("created_ts")
                .collect()
            )
            frame = frame.join_asof(
                right,
                left_on="event_timestamp",
                right_on="event_ts",
                by="entity",
                strategy="backward",
                tolerance=f"{TTL_DAYS}d",
                coalesce=False,
            ).drop("event_ts")
        wanted = ["entity", "event_timestamp"] + [n for v in given["views"] for n in v["features"]]
        return frame.sort("n").select(wanted).to_arrow()

    return join


def decode_only(given: dict) -> Callable[[], pa.Table]:
    """The columns that the join needs, decoded and dropped: the floor."""
    import pyarrow.dataset as ds

    def decode() -> pa.Table:
        for view in given["views"]:
            columns = ["entity", "event_ts", "created_ts", *view["features"]]
            for batch in ds.dataset(view["files"]).to_batches(columns=columns):
                batch.validate()
        return pq.read_table(given["entities"])

    return decode


def pandas_asof(given: dict) -> Callable[[], pa.Table]:
    """merge_asof of rows sorted by event and created time; features stay Arrow's."""
    import pandas as pd

    def kept(kind: pa.DataType) -> pd.ArrowDtype | None:
        # merge_asof compares NumPy's times.
        return None if pa.types.is_timestamp(kind) else pd.ArrowDtype(kind)

    def read(paths: list[str], columns: list[str] | None) -> pd.DataFrame:
        rows = pa.concat_tables([pq.read_table(path, columns=columns) for path in paths])
        frame = rows.combine_chunks().to_pandas(types_mapper=kept)
        return frame.astype({"entity": "int64"})

    def join() -> pa.Table:
        frame = read([given["entities"]], None)
        frame["n"] = range(len(frame))
        frame = frame.sort_values("event_timestamp")
        for view in given["views"]:
            wanted = ["entity", "event_ts", "created_ts", *view["features"]]
            right = read(view["files"], wanted)
            right = right.sort_values(["event_ts", "created_ts"]).drop(columns="created_ts")
            frame = pd.merge_asof(
                frame,
                right,
                left_on="event_timestamp",
                right_on="event_ts",
                by="entity",
                tolerance=pd.Timedelta(days=TTL_DAYS),
            ).drop(columns="event_ts")
        wanted = ["entity", "event_timestamp"] + [n for v in given["views"] for n in v["features"]]
        return pa.Table.from_pandas(frame.sort_values("n")[wanted], preserve_index=False)

    return join


# The exit code of a peer that is not installed.
NOT_HERE = 77
PEERS = {"duckdb": duckdb_asof, "polars": polars_asof, "pandas": pandas_asof, "decode": decode_only}


def peak_mib() -> float:
    """Not getrusage's: that is never below what the starting process had."""
    (line,) = (s for s in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in s)
    return int(line.split()[1]) / 1024


def measure(
    work: Callable[[], pa.Table],
    given: dict,
    in_order: Callable[[pa.Table], pa.Table] = lambda table: table,
) -> None:
    """Rounds of the work; prints what they took, writes the last answer."""
    wall, cpu = [], []
    for _ in range(given["rounds"]):
        begin, cpu_begin = time.perf_counter(), time.process_time()
        table = work()
        wall.append(time.perf_counter() - begin)
        cpu.append(time.process_time() - cpu_begin)
    peak = peak_mib()
    if given.get("out"):
        answer = in_order(table)
        with pa.OSFile(given["out"], "wb") as file, pa.ipc.new_file(file, answer.schema) as writer:
            writer.write_table(answer)
    print(json.dumps({"wall": wall, "cpu": cpu, "peak_mib": peak}))


if __name__ == "__main__":
    asked = json.loads(sys.argv[2])
    try:
        asked_of = PEERS[sys.argv[1]](asked)
    except ImportError as error:
        print(error, file=sys.stderr)
        sys.exit(NOT_HERE)
    measure(asked_of, asked)
