"""Rows appended in one commit, by Firn and by PyIceberg, to tables of one SQLite catalog."""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

import rows
from peers import NAMESPACE, Measured, missing, run_peer
from tables import Tables

LAYOUTS = {"unpartitioned": 0, "256 buckets": 256}
# PyIceberg's time over Firn's: must and aim.
BARS = {"unpartitioned": (1.0, 1.5), "256 buckets": (3.0, 5.0)}


def measure(chosen, tables: Tables, report) -> None:
    folder = tables.firn.warehouse.folder
    file = folder / f"appended-{chosen.appended}.parquet"
    if not file.exists():
        rows.write(file, chosen.appended, 0, 7)
    report.table(
        f"Append of {chosen.appended:,} rows from Arrow, fresh tables, wall ms",
        *("table", "Firn", "PyIceberg", "PyIceberg over Firn", "CPU of Firn", "of PyIceberg"),
        *("Firn's peak MiB", "above its input", "PyIceberg's peak MiB", "above its input"),
    )
    for label, buckets in LAYOUTS.items():
        pairs = [_pair(tables, file, buckets) for _ in range(chosen.passes)]
        firn, pyiceberg = ([pair[i] for pair in pairs] for i in range(2))
        ratio = statistics.median(theirs.best / ours.best for ours, theirs in pairs)
        report.row(
            *(label, _best(firn, "wall"), _best(pyiceberg, "wall"), ratio),
            *(_best(firn, "cpu"), _best(pyiceberg, "cpu")),
            *(*_peaks(firn), *_peaks(pyiceberg)),
        )
        report.bar(f"append, {label}: PyIceberg over Firn", ratio, *BARS[label], True)


def _best(measured: list[Measured], what: str) -> float:
    return min(getattr(one, what)[0] for one in measured) * 1000


def _peaks(measured: list[Measured]) -> tuple[int, int]:
    return (
        max(one.peak_mib for one in measured),
        max(one.peak_mib - one.before_mib for one in measured),
    )


def _pair(tables: Tables, file: Path, buckets: int) -> tuple[Measured, Measured]:
    """Each appends to a table of its own; both tables are read again by the other."""
    import pyarrow.parquet as pq

    warehouse = tables.firn.warehouse
    if missing("pyiceberg"):
        sys.exit("appends are compared with PyIceberg, which is missing")
    catalog = warehouse.open()
    names = {}
    for writer in ("firn", "pyiceberg"):
        names[writer] = f"appended_{writer}_{buckets}"
        identifier = f"{NAMESPACE}.{names[writer]}"
        if catalog.table_exists(identifier):
            catalog.purge_table(identifier)
        warehouse.create(names[writer], pq.read_schema(file), buckets)
    ours = tables.firn.append(names["firn"], file)
    arguments = {"folder": str(warehouse.folder), "table": names["pyiceberg"], "file": str(file)}
    theirs = run_peer("pyiceberg_append", **arguments)
    expected = rows.checksum(pq.read_table(file))
    found = {
        "Firn's table, read by PyIceberg": rows.checksum(
            catalog.load_table(f"{NAMESPACE}.{names['firn']}").scan().to_arrow()
        ),
        "PyIceberg's table, read by Firn": tables.firn.check(names["pyiceberg"], tables.every),
    }
    for what, checksum in found.items():
        if checksum != expected:
            sys.exit(f"{what}: {checksum}, not {expected}")
    return ours, theirs
