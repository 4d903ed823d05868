"""Changes: creates and commits against the fixture, and what a commit costs as histories grow."""

import json
import subprocess

from context import Bench
from measure import Sample, alternate, middle, ratio

import catalog

MANY_TABLES = 64
MANY_CLIENTS = 16


def against_fixture(bench: Bench) -> None:
    bench.compare("create table", {"mix": "create-table"}, names=True)
    for server in bench.catalogs:
        catalog.create_tables(server, "p", 1)
    bench.compare("set-properties on one table", {"mix": "set-properties", "table": "p"},
                  connections=[1])  # fmt: skip
    _append_on_own_tables(bench)


def _append_on_own_tables(bench: Bench) -> None:
    """Every client its own table; fresh ones for every measurement, for they grow."""
    report = bench.report
    report.table("append commit, one table a client", *bench.COMPARED)
    for connections in bench.plan.writers:
        samples = _fresh_appends(bench, connections, connections)
        bench.compared_row(connections, samples)
    report.table(
        f"append commit, {MANY_CLIENTS} clients on {MANY_TABLES} tables",
        *bench.COMPARED,
    )
    samples = _fresh_appends(bench, MANY_CLIENTS, MANY_TABLES)
    bench.compared_row(MANY_CLIENTS, samples)
    if bench.fixture:
        what = "commits a second on 64 tables against the fixture"
        report.bar(what, ratio(*samples), 5, 20, True)


def _fresh_appends(bench: Bench, connections: int, tables: int) -> list[list[Sample]]:
    def run(server) -> Sample:
        prefix = bench.fresh_name("a")
        catalog.create_tables(server, prefix, tables)
        return bench.load(server, "append", connections, table=prefix, tables=tables)

    runs = [lambda s=server: run(s) for server in bench.catalogs]
    return alternate(bench.plan.rounds, *runs)


def by_history(bench: Bench) -> None:
    report = bench.report
    report.table("Append commit as the history grows, one client", "snapshots", "Firn p50 ms",
                 "Firn user CPU ms", "Firn CPU ms", "fixture p50 ms", "fixture user CPU ms",
                 "copy+write+sync p50 ms", "copy user CPU ms", "copy CPU ms", "time ratio to copy",
                 "CPU ratio to copy")  # fmt: skip
    for snapshots in bench.plan.commit_histories:
        count = max(10, min(200, 20_000 // (snapshots + 50)))
        floors, ours = [], []
        for _ in range(bench.plan.rounds):
            floors.append(_floor(bench, snapshots, count))
            ours.append(_appends(bench, bench.firn, snapshots, count))
        theirs = (
            _appends(bench, bench.fixture, snapshots, count) if bench.fixture else None
        )
        _history_row(bench, snapshots, floors, ours, theirs)


def _history_row(bench: Bench, snapshots: int, floors: list[dict], ours: list[Sample],
                 theirs: Sample | None) -> None:  # fmt: skip
    report = bench.report
    times = sorted(o.ms("p50") / f["p50_ms"] for o, f in zip(ours, floors, strict=True))
    floor = sorted(floors, key=lambda f: f["p50_ms"])[len(floors) // 2]
    mine = middle(ours)
    floor_cpu = floor["user_ms"] + floor["system_ms"]
    time_ratio = times[len(times) // 2]
    report.row(snapshots, mine.ms("p50"), mine.user_ms, mine.cpu_ms, theirs and theirs.ms("p50"),
               theirs and theirs.user_ms, floor["p50_ms"], floor["user_ms"], floor_cpu, time_ratio,
               mine.cpu_ms / floor_cpu if floor_cpu else None)  # fmt: skip
    if mine.failures:
        report.note(f"{snapshots}: {mine.statuses}")
    if snapshots == 1000:
        report.bar("commit at 1,000 snapshots, user CPU ms", mine.user_ms, 2, 1, False)
    if snapshots == 9000:
        report.bar("commit at 9,000 snapshots: time against copy, write and sync", time_ratio,
                   None, 1.3, False)  # fmt: skip


def _appends(bench: Bench, server, snapshots: int, count: int) -> Sample:
    prefix = bench.fresh_name("g")
    catalog.register(server, f"{prefix}0", snapshots, bench.folder)
    # The first commit reads and parses the file; every later one finds its base in memory.
    bench.loader.run(server, "append", 1, 30, table=prefix, count=1)
    return bench.loader.run(server, "append", 1, 30, table=prefix, count=count)


def _floor(bench: Bench, snapshots: int, count: int) -> dict:
    """Copies the bytes of a metadata file of that many snapshots."""
    folder = bench.folder / bench.fresh_name("floor")
    folder.mkdir()
    source = folder / "source.json"
    source.write_text(
        json.dumps(catalog.metadata(f"file:{folder}", snapshots), separators=(",", ":"))
    )
    command = [str(bench.copy_sync), str(source), str(folder), str(count)]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
