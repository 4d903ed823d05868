#!/usr/bin/env python3
"""Point-in-time joins against DuckDB, Polars and the decoding of the columns alone.

usage: bench/features/run.py [--build DIR] [--small] [--rounds N] [--without duckdb,polars]

Needs an interpreter with pyarrow, numpy, duckdb and polars; a peer that is not there is named and
left out. Answers are compared with Firn's before times count. Prints a line a contestant and the
ratio of its best round to Firn's best.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True

import pyarrow as pa

from data import VIEWS, Data, feature_names

ROOT = Path(__file__).resolve().parents[2]
NARROW = 2


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release")
    parser.add_argument("--small", action="store_true", help="a tenth of the rows")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--without", default="", help="peers left out: duckdb, polars, decode")
    return parser.parse_args()


def run_firn(chosen: argparse.Namespace, data: Data, views: list[dict], out: Path) -> dict:
    command = [str(chosen.build / "bench" / "join_bench"), "--catalog", data.catalog]
    command += ["--entities", str(data.entities), "--rounds", str(chosen.rounds)]
    command += ["--out", str(out)]
    for number, view in enumerate(views):
        command += ["--view", f"db.view{number}=" + ",".join(view["features"])]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def run_peer(name: str, chosen: argparse.Namespace, given: dict) -> dict | None:
    command = [sys.executable, str(Path(__file__).with_name("peers.py")), name]
    given = {**given, "rounds": chosen.rounds}
    line = [*command, json.dumps(given)]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(f"  {name}: left out: {done.stderr.strip().splitlines()[-1]}")
        return None
    return json.loads(done.stdout)


def same_features(ours: Path, theirs: Path) -> bool:
    def features(path: Path) -> list[pa.ChunkedArray]:
        table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
        # Strings of any kind are equal where their values are.
        return [
            column.cast(pa.large_string()) if "string" in str(column.type) else column
            for column in table.columns[2:]
        ]

    pairs = zip(features(ours), features(theirs), strict=True)
    return all(a.combine_chunks().equals(b.combine_chunks()) for a, b in pairs)


def show(name: str, timed: dict, ours: dict | None = None) -> None:
    wall, cpu, peak = min(timed["wall"]), min(timed["cpu"]), timed["peak_mib"]
    line = f"  {name:<8} wall {wall:6.2f} s  cpu {cpu:6.2f} s  peak {peak:7,.0f} MiB"
    if ours is not None:
        line += f"   {wall / min(ours['wall']):5.2f}x wall  {peak / ours['peak_mib']:5.2f}x memory"
    print(line, flush=True)


def compare(chosen: argparse.Namespace, data: Data, width: int) -> None:
    views = [
        {"files": data.files(number), "features": feature_names(number)[:width]}
        for number in range(VIEWS)
    ]
    print(f" {VIEWS} views, {width} features each")
    out = data.folder / "firn.arrow"
    ours = run_firn(chosen, data, views, out)
    show("firn", ours)
    for name in ("decode", "duckdb", "polars"):
        if name in chosen.without.split(","):
            continue
        theirs = data.folder / f"{name}.arrow"
        given = {"entities": str(data.entities), "views": views, "out": str(theirs)}
        timed = run_peer(name, chosen, given)
        if timed is None:
            continue
        if name != "decode" and not same_features(out, theirs):
            sys.exit(f"{name} answers differently")
        show(name, timed, ours)


def main() -> None:
    chosen = arguments()
    scale = 10 if chosen.small else 1
    with tempfile.TemporaryDirectory() as folder:
        data = Data(Path(folder), chosen.build / "firn", 1_000_000 // scale, 5_000_000 // scale)
        print(f"{1_000_000 // scale:,} entity rows, {5_000_000 // scale:,} rows a view")
        for width in (len(feature_names(0)), NARROW):
            compare(chosen, data, width)


main()
