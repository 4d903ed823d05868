#!/usr/bin/env python3
"""Point-in-time joins against DuckDB, Polars, pandas and the decoding of the columns alone.

usage: bench/features/run.py [--build DIR] [--small] [--rounds N] [--only joins,deletes,feast]

Needs an interpreter with what requirements.txt names (feast: requirements-feast.txt); a peer that
is not there is named and left out. Answers are compared with Firn's before times count. Prints a
line a contestant and the ratio of its best round to Firn's best. `deletes`: Firn on marked rows
against Firn on files without them. `feast`: Feast on Firn's store against Feast on its own DuckDB
store.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True

import pyarrow as pa
from peers import NOT_HERE

from data import DELETIONS, VIEWS, Data, feature_names

ROOT = Path(__file__).resolve().parents[2]
NARROW = 2
PARTS = ("joins", "deletes", "feast")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release")
    parser.add_argument("--small", action="store_true", help="a tenth of the rows")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default=",".join(PARTS), help="parts, with commas")
    parser.add_argument("--without", default="", help="peers left out: duckdb, polars, ...")
    chosen = parser.parse_args()
    if unknown := set(chosen.only.split(",")) - set(PARTS):
        parser.error(f"--only knows {', '.join(PARTS)}, not {', '.join(unknown)}")
    return chosen


def run_firn(
    chosen: argparse.Namespace, data: Data, views: list[dict], out: Path, suffix: str = ""
) -> dict:
    command = [str(chosen.build / "bench" / "join_bench"), "--catalog", data.catalog]
    command += ["--entities", str(data.entities), "--rounds", str(chosen.rounds)]
    command += ["--out", str(out)]
    for view in views:
        command += ["--view", f"{view['table']}{suffix}=" + ",".join(view["features"])]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def run_program(program: str, name: str, chosen: argparse.Namespace, given: dict) -> dict | None:
    command = [sys.executable, str(Path(__file__).with_name(program)), name]
    line = [*command, json.dumps({**given, "rounds": chosen.rounds})]
    # Firn's package is the one built beside the programs.
    environment = {**os.environ, "PYTHONPATH": str(chosen.build / "python")}
    done = subprocess.run(line, capture_output=True, text=True, check=False, env=environment)
    if done.returncode == NOT_HERE:
        print(f"  {name}: left out: {done.stderr.strip()}")
        return None
    if done.returncode != 0:
        sys.exit(f"{name} ended with {done.returncode}: {done.stderr}")
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
    line = f"  {name:<18} wall {wall:6.2f} s  cpu {cpu:6.2f} s  peak {peak:7,.0f} MiB"
    if ours is not None:
        line += f"   {wall / min(ours['wall']):5.2f}x wall  {peak / ours['peak_mib']:5.2f}x memory"
    print(line, flush=True)


def views_of(data: Data, width: int) -> list[dict]:
    return [
        {
            "table": f"db.view{number}",
            "files": data.files(number),
            "pattern": data.pattern(number),
            "features": feature_names(number)[:width],
        }
        for number in range(VIEWS)
    ]


def joins(chosen: argparse.Namespace, data: Data) -> None:
    for width in (len(feature_names(0)), NARROW):
        print(f" {VIEWS} views, {width} features each")
        views = views_of(data, width)
        out = data.folder / "firn.arrow"
        ours = run_firn(chosen, data, views, out)
        show("firn", ours)
        for name in ("decode", "duckdb", "polars", "pandas"):
            if name in chosen.without.split(","):
                continue
            theirs = data.folder / f"{name}.arrow"
            given = {"entities": str(data.entities), "views": views, "out": str(theirs)}
            timed = run_program("peers.py", name, chosen, given)
            if timed is None:
                continue
            if name != "decode" and not same_features(out, theirs):
                sys.exit(f"{name} answers differently")
            show(name, timed, ours)


def deletes(chosen: argparse.Namespace, data: Data) -> None:
    """The ratio is that of marked rows to copied files, the bar's way round."""
    for deletion in DELETIONS:
        data.delete(deletion)
        data.delete(deletion.copied)
    for width in (len(feature_names(0)), NARROW):
        print(f" deleted rows, {VIEWS} views, {width} features each")
        views = views_of(data, width)
        for deletion in DELETIONS:
            timed, answers = {}, {}
            for kind in (deletion.copied, deletion):
                answers[kind.name] = data.folder / f"{kind.name}.arrow"
                timed[kind.name] = run_firn(
                    chosen, data, views, answers[kind.name], f"_{kind.name}"
                )
            if not same_features(*answers.values()):
                sys.exit(f"{deletion.name} answers differently")
            show(deletion.copied.name, timed[deletion.copied.name])
            show(deletion.name, timed[deletion.name], timed[deletion.copied.name])


def feast(chosen: argparse.Namespace, data: Data) -> None:
    print(f" through Feast, {VIEWS} views, {len(feature_names(0))} features each")
    views = views_of(data, len(feature_names(0)))
    given = {"entities": str(data.entities), "views": views, "catalog": data.catalog}
    answers, timed = {}, {}
    for store in ("iceberg", "duckdb"):
        answers[store] = data.folder / f"feast-{store}.arrow"
        run = run_program("feast_store.py", store, chosen, given | {"out": str(answers[store])})
        if run is None:
            return
        timed[store] = run
    if not same_features(*answers.values()):
        sys.exit("Feast's store answers differently")
    show("feast on firn", timed["iceberg"])
    show("feast on duckdb", timed["duckdb"], timed["iceberg"])


def main() -> None:
    chosen = arguments()
    scale = 10 if chosen.small else 1
    with tempfile.TemporaryDirectory() as folder:
        data = Data(Path(folder), chosen.build, 1_000_000 // scale, 5_000_000 // scale)
        print(f"{1_000_000 // scale:,} entity rows, {5_000_000 // scale:,} rows a view")
        for part, run in zip(PARTS, (joins, deletes, feast), strict=True):
            if part in chosen.only.split(","):
                run(chosen, data)


main()
