"""Reads: against nginx on the same bytes, against the fixture, of tables with long histories."""

import time

import procfs
from context import Bench
from measure import Sample, alternate, middle, ratio

import catalog

LIST_NAMESPACE = "hundred"
CROWD_NAMESPACE = "crowd"
CROWD_TABLES = 64
# The server gives freed memory back every ten seconds.
SETTLE_S = 12
READS = {
    "GET table": {"mix": "load-table"},
    "GET namespace": {"mix": "load-namespace"},
    "list 100 tables": {"mix": "list-tables", "namespace": LIST_NAMESPACE},
}


def seed(bench: Bench) -> None:
    for server in bench.catalogs:
        catalog.create_namespace(server)
        catalog.create_namespace(server, LIST_NAMESPACE)
        catalog.create_tables(server, "t", 100, LIST_NAMESPACE)
        catalog.register(server, "t0", 5, bench.folder)
        for snapshots in bench.plan.histories:
            catalog.register(server, f"h{snapshots}_0", snapshots, bench.folder)


def mirror(bench: Bench, name: str) -> int:
    """Gives nginx the bytes of Firn's answer; how many there are."""
    path = catalog.table_path(name)
    body = catalog.call(bench.firn, "GET", path)
    if bench.nginx:
        bench.nginx.put(path, body)
    return len(body)


def against_nginx(bench: Bench) -> None:
    size = mirror(bench, "t0")
    report = bench.report
    report.table(f"Cached GET table ({size} bytes) against nginx", "connections", "Firn /s",
                 "nginx /s", "ratio", "Firn p99 ms", "nginx p99 ms", "Firn CPU us",
                 "nginx CPU us", "failures")  # fmt: skip
    best = 0.0
    for connections in bench.plan.connections:
        runs = [lambda s=server, c=connections: bench.load(s, "load-table", c)
                for server in (bench.firn, bench.nginx) if server]  # fmt: skip
        samples = alternate(bench.plan.rounds, *runs)
        ours = middle(samples[0])
        if bench.nginx:
            theirs, factor = middle(samples[1]), ratio(*samples)
            report.row(connections, ours.rate, theirs.rate, factor, ours.ms("p99"),
                       theirs.ms("p99"), ours.cpu_ms * 1000, theirs.cpu_ms * 1000,
                       ours.failures)  # fmt: skip
        else:
            report.row(connections, ours.rate, None, None, ours.ms("p99"), None,
                       ours.cpu_ms * 1000, None, ours.failures)  # fmt: skip
            continue
        if connections == bench.plan.main_connections:
            best = factor
            report.bar("GET table, CPU ms an operation", ours.cpu_ms, 0.1, 0.03, False)
    if bench.nginx:
        what = f"GET table against nginx at {bench.plan.main_connections} connections"
        report.bar(what, best, 0.6, 1.0, True)


def against_fixture(bench: Bench) -> None:
    for title, options in READS.items():
        bench.compare(title, dict(options), must=10 if title == "GET table" else None)


def histories(bench: Bench) -> None:
    report = bench.report
    report.table("GET of a table with a long history, 4 connections", "snapshots", "bytes",
                 "Firn /s", "nginx /s", "time ratio", "Firn CPU ms", "nginx CPU ms",
                 "304 CPU us", "refs CPU us", "refs /s")  # fmt: skip
    for snapshots in bench.plan.histories:
        name = f"h{snapshots}_"
        size = mirror(bench, f"{name}0")

        def load(server, table=name, **options) -> Sample:
            return bench.load(server, "load-table", 4, table=table, **options)

        runs = [lambda s=s, load=load: load(s) for s in (bench.firn, bench.nginx) if s]
        samples = alternate(bench.plan.rounds, *runs)
        tag = catalog.entity_tag(bench.firn, catalog.table_path(f"{name}0"))
        not_modified = load(bench.firn, header=f"If-None-Match: {tag}")
        refs_path = catalog.table_path(f"{name}0") + "?snapshots=refs"
        catalog.call(bench.firn, "GET", refs_path)
        refs = load(bench.firn, query="snapshots=refs")
        _history_row(bench, snapshots, size, samples, not_modified, refs)


def _history_row(bench: Bench, snapshots: int, size: int, samples: list[list[Sample]],
                 not_modified: Sample, refs: Sample) -> None:  # fmt: skip
    if set(not_modified.statuses) != {"304"}:
        bench.report.note(f"{snapshots}: If-None-Match was answered {not_modified.statuses}")
    ours = middle(samples[0])
    theirs = middle(samples[1]) if bench.nginx else None
    slower = 1 / ratio(*samples) if theirs else None
    bench.report.row(snapshots, size, ours.rate, theirs and theirs.rate, slower, ours.cpu_ms,
                     theirs and theirs.cpu_ms, not_modified.cpu_ms * 1000, refs.cpu_ms * 1000,
                     refs.rate)  # fmt: skip
    if slower and snapshots == 9000:
        what = "GET table of 9,000 snapshots: time against nginx"
        bench.report.bar(what, slower, 1.5, 1.1, False)


def crowd(bench: Bench) -> None:
    """1,000 connections, mixed GETs, lists and commits; memory afterwards."""
    report = bench.report
    seconds = bench.plan.crowd_seconds
    report.table(f"1,000 connections for {seconds} s, mixed", "operation", "/s", "p50 ms",
                 "p95 ms", "p99 ms", "max ms", "statuses")  # fmt: skip
    # A namespace of its own: what a list costs must not depend on the parts before.
    catalog.create_namespace(bench.firn, CROWD_NAMESPACE)
    catalog.create_tables(bench.firn, "w", CROWD_TABLES, CROWD_NAMESPACE)
    catalog.create_tables(bench.firn, "r", 1, CROWD_NAMESPACE)
    options = {"namespace": CROWD_NAMESPACE, "table": "w", "tables": CROWD_TABLES,
               "read_table": "r0"}  # fmt: skip
    mix = {"load-table": 40, "load-namespace": 40, "list-tables": 10, "append": 10}
    told = ",".join(f"{kind}={weight}" for kind, weight in mix.items())
    sample = bench.loader.run(bench.firn, told, 1000, seconds, **options)
    for kind, figures in sample.kinds.items():
        report.row(kind, figures["rate"], *(figures[f"{q}_us"] / 1000 for q in
                   ("p50", "p95", "p99", "max")), str(figures["statuses"]))  # fmt: skip
    # Sixteen writers share each table here: a lost race (409) is an answer, not a failure.
    failures = sample.failures - sample.statuses.get("409", 0)
    report.note(f"failures: {failures}; 409 among the appends: {sample.statuses.get('409', 0)}")
    report.bar("1,000 connections: failures", float(failures), 0, 0, False)
    _tail_bars(bench, "mixed", sample)
    quiet = bench.loader.run(bench.firn, "load-table=1,load-namespace=1", 1000,
                             bench.plan.seconds * 2, **options)  # fmt: skip
    _tail_bars(bench, "reads only", quiet)
    report.bar("RssAnon MiB after the load", procfs.anonymous_mib(bench.firn.pid), 130, 80, False)
    time.sleep(SETTLE_S)
    settled = procfs.anonymous_mib(bench.firn.pid)
    report.note(f"RssAnon {SETTLE_S} s after the load: {settled:.0f} MiB")


def _tail_bars(bench: Bench, mix: str, sample: Sample) -> None:
    for kind, name in (("load-namespace", "GET namespace"), ("load-table", "GET table")):
        what = f"p99 ms of {name} at 1,000 connections, {mix}"
        bench.report.bar(what, sample.ms("p99", kind), 50, 20, False)
