#!/usr/bin/env python3
"""Scans and appends of real tables against pyarrow, DuckDB and PyIceberg on the same rows.

usage: bench/data/run.py [--build DIR] [--rows N] [--files N] [--passes N] [--rounds N]
                         [--only scans,deletes,memory,appends] [--folder DIR] [--out FILE]...

Needs an interpreter with PyIceberg, pyarrow and DuckDB; what is missing is named and left out.
Everything that is timed is first checked: the rows and their checksum are those that were made.
--folder keeps the tables there, and takes them from there the next time.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.dont_write_bytecode = True

import appends
import scans
from peers import Firn, Warehouse
from tables import Tables

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "bench" / "catalog"))

from report import Report

PARTS: dict[str, Callable] = {
    "scans": scans.measure,
    "deletes": scans.measure_deletes,
    "memory": scans.measure_memory,
    "appends": appends.measure,
}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release")
    parser.add_argument("--rows", type=int, default=2_000_000, help="of the tables scanned")
    parser.add_argument("--files", type=int, default=8, help="of the tables scanned")
    parser.add_argument("--appended", type=int, default=1_000_000, help="rows of an append")
    parser.add_argument("--passes", type=int, default=3, help="processes of each measurement")
    parser.add_argument("--rounds", type=int, default=3, help="in each process")
    parser.add_argument("--threads", default=f"1,{os.cpu_count()}")
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--folder", type=Path, help="of the tables; kept")
    parser.add_argument("--out", type=Path, action="append", default=[])
    return parser.parse_args()


def run(chosen: argparse.Namespace, folder: Path) -> Report:
    firn = Firn(chosen.build / "bench" / "data_bench", Warehouse(folder))
    tables = Tables(firn, chosen.rows, chosen.files)
    report = Report()
    for name in chosen.only.split(","):
        PARTS[name](chosen, tables, report)
    report.print_bars()
    return report


def main() -> None:
    chosen = arguments()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (chosen.folder or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        report = run(chosen, folder)
    for file in chosen.out:
        report.save(file)


main()
