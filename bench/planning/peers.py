"""Who plans the same table: Firn's planner, PyIceberg, Iceberg's Java library."""

from __future__ import annotations

import importlib.util
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "clients")]

# What is asked for, by name: as text for Firn and PyIceberg; PlanBench.java has its own forms.
FILTERS = {
    "one": "day = '2024-01-11' and id = 500500",
    "day": "day = '2024-01-11'",
    "ids": "id = 500500",
    "none": "true",
}


@dataclass
class Planned:
    files: int
    seconds: list[float]
    peak_mib: float = float("nan")

    @property
    def first(self) -> float:
        return self.seconds[0]

    @property
    def best(self) -> float:
        return min(self.seconds)


class Firn:
    """A process a measurement: cold decodes everything in every round."""

    def __init__(self, program: Path):
        self.program = program

    def make(self, folder: Path, files: int, manifests: int) -> str:
        return self._run("make", str(folder), str(files), str(manifests)).strip()

    def plan(self, metadata: str, name: str, rounds: int, temperature: str) -> Planned:
        told = json.loads(self._run("plan", metadata, FILTERS[name], temperature, str(rounds)))
        return Planned(told["files"], told["seconds"], told["peak_mib"])

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [str(self.program), *arguments], capture_output=True, text=True, check=True
        )
        return done.stdout


class PyIceberg:
    """A child process a measurement; it keeps no manifests between plans either."""

    def missing(self) -> str | None:
        return None if importlib.util.find_spec("pyiceberg") else "pyiceberg"

    def plan(self, metadata: str, name: str, rounds: int) -> Planned:
        command = [sys.executable, __file__, metadata, name, str(rounds)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return Planned(**json.loads(done.stdout))


class Java:
    """One JVM a measurement: its first round and its best one are both told."""

    def missing(self) -> str | None:
        for tool in ("java", "mvn"):
            if not shutil.which(tool):
                return tool
        return None if importlib.util.find_spec("pyspark") else "pyspark (its Hadoop jars)"

    def plan(self, metadata: str, name: str, rounds: int) -> Planned:
        import pyspark
        import spark_engine

        jars = Path(pyspark.__file__).parent / "jars" / "*"
        classes = f"{spark_engine.iceberg_jar()}{os.pathsep}{jars}"
        source = Path(__file__).parent / "PlanBench.java"
        command = ["java", "-cp", classes, str(source), metadata, name, str(rounds)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return Planned(**json.loads(done.stdout.splitlines()[-1]))


def plan_by_pyiceberg(metadata: str, name: str, rounds: int) -> None:
    from pyiceberg.table import StaticTable

    table = StaticTable.from_metadata(metadata)
    seconds = []
    files = 0
    for _ in range(rounds):
        begin = time.perf_counter()
        files = sum(1 for _ in table.scan(row_filter=FILTERS[name]).plan_files())
        seconds.append(time.perf_counter() - begin)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"files": files, "seconds": seconds, "peak_mib": peak}))


if __name__ == "__main__":
    plan_by_pyiceberg(sys.argv[1], sys.argv[2], int(sys.argv[3]))
