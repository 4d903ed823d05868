"""Who reads and appends the same rows: Firn, pyarrow, DuckDB, PyIceberg, each in a process."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

NAMESPACE = "bench"


@dataclass
class Measured:
    """Seconds of each round; MiB before the first and at most."""

    rows: int
    wall: list[float]
    cpu: list[float]
    before_mib: int
    peak_mib: int

    @property
    def best(self) -> float:
        return min(self.wall)

    def with_rounds_of(self, other: Measured) -> Measured:
        return Measured(
            other.rows,
            self.wall + other.wall,
            self.cpu + other.cpu,
            self.before_mib,
            max(self.peak_mib, other.peak_mib),
        )


@dataclass
class Warehouse:
    """A SQLite catalog that both sides open, one after the other."""

    folder: Path

    @property
    def database(self) -> Path:
        return self.folder / "catalog.db"

    @property
    def uri(self) -> str:
        """For Firn."""
        return f"sqlite:///{self.database}?warehouse=file://{self.folder}&name={NAMESPACE}"

    def open(self):
        from pyiceberg.catalog.sql import SqlCatalog

        return SqlCatalog(
            NAMESPACE, uri=f"sqlite:///{self.database}", warehouse=f"file://{self.folder}"
        )

    def create(self, table: str, schema: pa.Schema, buckets: int) -> None:
        from pyiceberg.transforms import BucketTransform

        catalog = self.open()
        catalog.create_namespace_if_not_exists(NAMESPACE)
        made = catalog.create_table(f"{NAMESPACE}.{table}", schema)
        if buckets:
            with made.update_spec() as spec:
                spec.add_field("entity", BucketTransform(buckets), "entity_bucket")

    def data_files(self, table: str) -> list[str]:
        plan = self.open().load_table(f"{NAMESPACE}.{table}").scan().plan_files()
        return sorted(task.file.file_path.removeprefix("file://") for task in plan)


class Firn:
    def __init__(self, program: Path, warehouse: Warehouse):
        self.program = program
        self.warehouse = warehouse

    def scan(self, table: str, columns: list[str], threads: int, way: str, rounds: int) -> Measured:
        names = ",".join(columns)
        return Measured(**self._run("scan", table, names, str(threads), way, str(rounds)))

    def check(self, table: str, columns: list[str]) -> tuple[int, int]:
        told = self._run("check", table, ",".join(columns))
        return told["rows"], told["checksum"]

    def create(self, table: str, file: Path, version: int) -> None:
        self._run("create", table, str(file), str(version))

    def append(self, table: str, file: Path) -> Measured:
        return Measured(**self._run("append", table, str(file)))

    def delete(self, table: str, row_filter: str, way: str) -> None:
        self._run("delete", table, row_filter, way)

    def _run(self, command: str, table: str, *arguments: str) -> dict:
        line = [str(self.program), command, self.warehouse.uri, f"{NAMESPACE}.{table}", *arguments]
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"data_bench {command}: {done.stderr}")
        return json.loads(done.stdout) if done.stdout else {}


def missing(peer: str) -> bool:
    return importlib.util.find_spec(peer) is None


def run_peer(work: str, **arguments) -> Measured:
    """`work` names a function below, which runs in a process of its own."""
    line = [sys.executable, __file__, work]
    done = subprocess.run(
        line, input=json.dumps(arguments), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        sys.exit(f"{work}: {done.stderr}")
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def duckdb_query(files: list[str], columns: list[str]) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    return f"select {names} from read_parquet({files})"


# In the child.


def _resident() -> dict[str, int]:
    lines = Path("/proc/self/status").read_text().splitlines()
    fields = dict(line.split(":", 1) for line in lines)
    return {name: int(fields[name].split()[0]) // 1024 for name in ("VmRSS", "VmHWM")}


def _measure(work: Callable[[], tuple[int, object]], rounds: int) -> dict:
    wall, cpu, rows = [], [], 0
    before = _resident()["VmRSS"]
    for _ in range(rounds):
        begin, begin_cpu = time.perf_counter(), time.process_time()
        rows, kept = work()
        wall.append(time.perf_counter() - begin)
        cpu.append(time.process_time() - begin_cpu)
        del kept
    peak = _resident()["VmHWM"]
    return {"rows": rows, "wall": wall, "cpu": cpu, "before_mib": before, "peak_mib": peak}


def _drain(batches) -> tuple[int, object]:
    return sum(batch.num_rows for batch in batches), None


def pyarrow_files(files: list[str], columns: list[str], way: str, rounds: int, **_) -> dict:
    """A file after the other on one thread: what decoding costs."""
    import pyarrow.parquet as pq

    def work():
        if way == "stream":
            parts = (pq.ParquetFile(file).iter_batches(columns=columns) for file in files)
            return _drain(batch for part in parts for batch in part)
        kept = [pq.ParquetFile(file).read(columns=columns, use_threads=False) for file in files]
        return sum(table.num_rows for table in kept), kept

    return _measure(work, rounds)


def pyarrow_dataset(files: list[str], columns: list[str], way: str, rounds: int, **_) -> dict:
    import pyarrow.dataset as ds

    def work():
        dataset = ds.dataset(files, format="parquet")
        if way == "stream":
            return _drain(dataset.to_batches(columns=columns))
        table = dataset.to_table(columns=columns)
        return table.num_rows, table

    return _measure(work, rounds)


def duckdb_files(
    files: list[str], columns: list[str], threads: int, way: str, rounds: int, **_
) -> dict:
    import duckdb

    connection = duckdb.connect(config={"threads": threads})

    def work():
        relation = connection.sql(duckdb_query(files, columns))
        if way == "stream":
            return _drain(relation.to_arrow_reader(64 << 10))
        table = relation.to_arrow_table()
        return table.num_rows, table

    return _measure(work, rounds)


def pyiceberg_scan(folder: str, table: str, columns: list[str], rounds: int, **_) -> dict:
    opened = Warehouse(Path(folder)).open().load_table(f"{NAMESPACE}.{table}")

    def work():
        rows = opened.scan(selected_fields=tuple(columns)).to_arrow()
        return rows.num_rows, rows

    return _measure(work, rounds)


def pyiceberg_append(folder: str, table: str, file: str) -> dict:
    import pyarrow.parquet as pq

    rows = pq.read_table(file)
    opened = Warehouse(Path(folder)).open().load_table(f"{NAMESPACE}.{table}")

    def work():
        opened.append(rows)
        return rows.num_rows, None

    return _measure(work, 1)


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](**json.load(sys.stdin))))
