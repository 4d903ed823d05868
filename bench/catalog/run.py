#!/usr/bin/env python3
"""Measures the catalog against nginx and Iceberg's REST fixture; README.md says how to read it.

usage: bench/catalog/run.py [--quick] [--only NAME,...] [--out FILE.md|FILE.json]...
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True

import commits
import reads
import starts
from context import Bench, Plan, quick_plan
from measure import Loader
from report import Report
from servers import ROOT, Firn, Fixture, Nginx, NotHere

PARTS = {
    "starts": starts.measure,
    "nginx": reads.against_nginx,
    "reads": reads.against_fixture,
    "histories": reads.histories,
    "commits": commits.against_fixture,
    "commit-histories": commits.by_history,
    "crowd": reads.crowd,
}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="about a minute, coarse")
    parser.add_argument("--only", default="", help=f"some of: {', '.join(PARTS)}")
    parser.add_argument(
        "--out", type=Path, action="append", default=[], help="Markdown or JSON"
    )
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release")
    parser.add_argument("--seconds", type=float, help="of one measurement")
    parser.add_argument("--rounds", type=int, help="measurements of each pair")
    parser.add_argument(
        "--crowd-seconds", type=float, help="of the run with 1,000 connections"
    )
    parser.add_argument("--without", default="", help="peers left out: nginx, fixture")
    parser.add_argument("--keep", action="store_true", help="leave the folder")
    return parser.parse_args()


def plan_of(chosen: argparse.Namespace) -> Plan:
    plan = quick_plan() if chosen.quick else Plan()
    plan.seconds = chosen.seconds or plan.seconds
    plan.rounds = chosen.rounds or plan.rounds
    plan.crowd_seconds = chosen.crowd_seconds or plan.crowd_seconds
    return plan


def start_peer(make, left_out: str):
    """The peer, or None after a line that says why not."""
    try:
        if make.__name__ in left_out:
            raise NotHere("left out")
        peer = make()
        peer.start()
        return peer
    except NotHere as reason:
        print(f"without {make.__name__}: {reason}")
        return None


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    commit = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"],
                            capture_output=True, text=True, check=False)  # fmt: skip
    load = os.getloadavg()[0]
    return (
        f"{time.strftime('%Y-%m-%d')}, commit {commit.stdout.strip() or 'unknown'}, "
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.release()}, "
        f"load average {load:.1f} at the start"
    )


def make_bench(chosen: argparse.Namespace, folder: Path) -> Bench:
    threads = os.cpu_count() or 1
    return Bench(
        folder=folder,
        plan=plan_of(chosen),
        report=Report(),
        loader=Loader(chosen.build / "bench" / "firn_load"),
        copy_sync=chosen.build / "bench" / "firn_copy_sync",
        firn=Firn(folder / "firn", chosen.build / "firn", threads),
    )


def measure(bench: Bench, chosen: argparse.Namespace) -> None:
    parts = chosen.only.split(",") if chosen.only else list(PARTS)

    def nginx():
        return Nginx(bench.folder / "nginx", bench.firn.io_threads)

    def fixture():
        return Fixture(bench.folder / "fixture")

    try:
        bench.firn.start()
        starts.idle_memory(bench)
        bench.nginx = start_peer(nginx, chosen.without)
        bench.fixture = start_peer(fixture, chosen.without)
        reads.seed(bench)
        if bench.fixture:  # a JVM needs a while to be what it is
            bench.load(bench.fixture, "load-table", 16)
        for part in parts:
            PARTS[part](bench)
    finally:
        for server in (bench.firn, bench.nginx, bench.fixture):
            if server:
                server.stop()


def main() -> int:
    chosen = arguments()
    unknown = set(filter(None, chosen.only.split(","))) - set(PARTS)
    if unknown:
        print(f"no such part: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    folder = Path(tempfile.mkdtemp(prefix="firn-bench-"))
    bench = make_bench(chosen, folder)
    for binary in (bench.firn.binary, bench.loader.binary, bench.copy_sync):
        if not binary.is_file():
            print(
                f"no {binary.name}: configure with -DFIRN_BENCH=ON and build",
                file=sys.stderr,
            )
            return 2
    where = machine()
    print(where)
    try:
        measure(bench, chosen)
    finally:
        if not chosen.keep:
            shutil.rmtree(folder, ignore_errors=True)
    bench.report.print_bars()
    for file in chosen.out:
        bench.report.save(file)
        if file.suffix != ".json":
            file.write_text(f"{where}\n\n{file.read_text()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
