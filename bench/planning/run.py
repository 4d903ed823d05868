#!/usr/bin/env python3
"""Scan planning against PyIceberg and Iceberg's Java library on the same files.

usage: bench/planning/run.py [--build DIR] [--files N] [--manifests N,N] [--rounds N]
                             [--without pyiceberg,java] [--large]

Needs an interpreter with PyIceberg; Java wants a JDK, Maven and pyspark, and is left out, named,
where they are not there. Prints a line a measurement and a ratio a peer: the peer's best round
against Firn's cold one. `--large` plans 1,000,000 files too, for the memory it takes.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True

from peers import FILTERS, ROOT, Firn, Java, Planned, PyIceberg

# Milliseconds: the bars of planning 100,000 files.
BARS = {("none", "cold"): 600, ("one", "cold"): 20, ("one", "warm"): 5}
LARGE = 1_000_000
LARGE_MANIFESTS = 1_000
LARGE_BAR_MIB = 1024


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release")
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--manifests", default="100,1000")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--without", default="", help="peers left out: pyiceberg, java")
    parser.add_argument("--large", action="store_true", help="the memory of 1,000,000 files")
    return parser.parse_args()


def ms(seconds: float) -> str:
    return f"{seconds * 1000:,.1f} ms"


def show(label: str, planned: Planned, ours: float | None = None) -> None:
    line = f"  {label:<24} best {ms(planned.best):>12}  first {ms(planned.first):>12}"
    line += f"  files {planned.files:,}"
    if planned.peak_mib == planned.peak_mib:
        line += f"  peak {planned.peak_mib:,.0f} MiB"
    if ours:
        line += f"  {planned.best / ours:,.1f}x Firn's cold plan"
    print(line, flush=True)


def show_bar(name: str, temperature: str, planned: Planned) -> None:
    bar = BARS.get((name, temperature))
    if bar is not None:
        middle = statistics.median(planned.seconds) * 1000
        verdict = "met" if middle <= bar else "MISSED"
        print(f"    median {middle:.1f} ms, bar {bar} ms: {verdict}", flush=True)


def compare(chosen: argparse.Namespace, peers: dict, firn: Firn, metadata: str) -> None:
    for name, text in FILTERS.items():
        print(f" {name}: {text}")
        cold = firn.plan(metadata, name, chosen.rounds, "cold")
        show("Firn, cold", cold)
        show_bar(name, "cold", cold)
        warm = firn.plan(metadata, name, chosen.rounds, "warm")
        show("Firn, same snapshot again", warm)
        show_bar(name, "warm", warm)
        for label, peer in peers.items():
            rounds = chosen.rounds if label == "java" else min(chosen.rounds, 2)
            planned = peer.plan(metadata, name, rounds)
            if planned.files != cold.files:
                sys.exit(f"{label} found {planned.files} files, Firn {cold.files}")
            show(label, planned, cold.best)


def over_rest(chosen: argparse.Namespace, folder: Path, metadata: str) -> None:
    from over_rest import Service, measure

    os.environ["FIRN_BINARY"] = str(chosen.build / "firn")
    print(" over REST, one client that parses what it gets")
    with Service(folder, folder.parent, metadata) as client:
        for name in FILTERS:
            first = measure(client, name, 1)
            again = measure(client, name, 200 if name == "one" else chosen.rounds)
            quantiles = statistics.quantiles(again.seconds, n=100, method="inclusive")
            print(
                f"  {name:<5} first {ms(first.first):>12}  p50 {ms(quantiles[49]):>12}"
                f"  p95 {ms(quantiles[94]):>12}  p99 {ms(quantiles[98]):>12}"
                f"  files {again.files:,}",
                flush=True,
            )


def large(firn: Firn, folder: Path) -> None:
    print(f"{LARGE:,} files in {LARGE_MANIFESTS:,} manifests")
    metadata = firn.make(folder / "large", LARGE, LARGE_MANIFESTS)
    planned = firn.plan(metadata, "none", 1, "cold")
    show("Firn, cold", planned)
    verdict = "met" if planned.peak_mib < LARGE_BAR_MIB else "MISSED"
    print(f"    peak {planned.peak_mib:.0f} MiB, bar {LARGE_BAR_MIB} MiB: {verdict}")


def usable_peers(chosen: argparse.Namespace) -> dict:
    peers = {}
    for label, peer in (("pyiceberg", PyIceberg()), ("java", Java())):
        missing = peer.missing()
        if label in chosen.without.split(","):
            continue
        if missing:
            print(f"{label}: left out, no {missing}")
        else:
            peers[label] = peer
    return peers


def main() -> None:
    chosen = arguments()
    firn = Firn(chosen.build / "bench" / "plan_bench")
    peers = usable_peers(chosen)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for manifests in (int(text) for text in chosen.manifests.split(",")):
            print(f"{chosen.files:,} files in {manifests:,} manifests")
            tables = folder / f"m{manifests}"
            metadata = firn.make(tables, chosen.files, manifests)
            compare(chosen, peers, firn, metadata)
            over_rest(chosen, tables, metadata)
        if chosen.large:
            large(firn, folder)


main()
