"""From starting the process to ready, and what it holds in memory when idle."""

import shutil
import statistics
import time

import procfs
from context import Bench
from servers import Firn

SETTLE_S = 3


def measure(bench: Bench) -> None:
    report = bench.report
    report.table("Start to ready, s", "data folder", "median", "min", "max", "starts")
    medians = []
    for kind in ("empty", "existing"):
        times = []
        for number in range(bench.plan.starts):
            folder = bench.folder / (
                f"start-{number}" if kind == "empty" else "start-0"
            )
            server = Firn(folder, bench.firn.binary, bench.firn.io_threads)
            times.append(server.start())
            server.stop()
        medians.append(statistics.median(times))
        report.row(kind, medians[-1], min(times), max(times), len(times))
    for number in range(bench.plan.starts):
        shutil.rmtree(bench.folder / f"start-{number}")
    report.bar("ready after start, s", max(medians), 1, 0.1, False)


def idle_memory(bench: Bench) -> None:
    """Before anything was asked of the server."""
    time.sleep(SETTLE_S)
    bench.report.table("Memory", "when", "RssAnon MiB")
    idle = procfs.anonymous_mib(bench.firn.pid)
    bench.report.row("idle, empty catalog", idle)
    bench.report.bar("RssAnon MiB idle", idle, 40, 15, False)
