"""Whole tables read to Arrow: against pyarrow and DuckDB, and with deletes against without."""

from __future__ import annotations

import sys
from collections.abc import Callable

import rows
from peers import Measured, missing, run_peer
from tables import (
    COPY,
    EQUALITY,
    KINDS,
    PLAIN,
    POSITIONS,
    SHARES,
    VECTORS,
    Tables,
    deleted_table,
)

# Ratios: must and aim.
DECODE_BARS = (1.2, 1.0)
DELETE_BARS = {POSITIONS: (1.2, 1.1), VECTORS: (1.2, 1.1), EQUALITY: (2.0, 1.3)}

Work = Callable[[int], Measured]


def in_turns(works: dict[str, Work], passes: int, rounds: int) -> dict[str, Measured]:
    """A process each, again and again, so that load from elsewhere disturbs all alike."""
    taken: dict[str, Measured] = {}
    for _ in range(passes):
        for label, work in works.items():
            measured = work(rounds)
            taken[label] = taken[label].with_rounds_of(measured) if label in taken else measured
    return taken


def cases(chosen, tables: Tables):
    """Columns by what they are called, and threads."""
    for label, columns in (("all columns", tables.every), ("6 columns", rows.SIX)):
        for threads in (int(text) for text in chosen.threads.split(",")):
            yield label, columns, threads


def ms(measured: Measured | None) -> float | None:
    return None if measured is None else measured.best * 1000


def over(measured: Measured | None, base: Measured) -> float | None:
    return None if measured is None else measured.best / base.best


def _readers(tables: Tables, table: str, columns: list[str], threads: int, way: str):
    """Firn and the peers on the same files."""
    files = tables.firn.warehouse.data_files(table)
    shared = {"files": files, "columns": columns, "threads": threads, "way": way}
    works: dict[str, Work] = {
        "Firn": lambda rounds: tables.firn.scan(table, columns, threads, way, rounds)
    }
    if threads == 1:
        works["decode"] = lambda rounds: run_peer("pyarrow_files", rounds=rounds, **shared)
    else:
        works["dataset"] = lambda rounds: run_peer("pyarrow_dataset", rounds=rounds, **shared)
    if not missing("duckdb"):
        works["DuckDB"] = lambda rounds: run_peer("duckdb_files", rounds=rounds, **shared)
    return works


def measure(chosen, tables: Tables, report) -> None:
    tables.make()
    report.table(
        f"Scan of {tables.row_count:,} rows in {tables.file_count} files, kept, ms",
        *("columns", "threads", "Firn", "pyarrow", "Firn over it", "DuckDB", "Firn over it"),
        *("CPU of Firn", "of pyarrow", "of DuckDB"),
    )
    for label, columns, threads in cases(chosen, tables):
        works = _readers(tables, PLAIN, columns, threads, "keep")
        taken = in_turns(works, chosen.passes, chosen.rounds)
        if any(measured.rows != tables.row_count for measured in taken.values()):
            sys.exit(f"{label}: not everyone read all rows")
        firn, duckdb = taken["Firn"], taken.get("DuckDB")
        pyarrow = taken.get("decode") or taken["dataset"]
        cpu = [min(one.cpu) * 1000 if one else None for one in (firn, pyarrow, duckdb)]
        ratio = over(firn, pyarrow)
        report.row(
            *(label, threads, ms(firn), ms(pyarrow), ratio, ms(duckdb)),
            *(over(firn, duckdb) if duckdb else None, *cpu),
        )
        peer = "pyarrow's decode" if threads == 1 else "pyarrow's dataset scan"
        report.bar(f"scan, {label}, {threads} threads, over {peer}", ratio, *DECODE_BARS, False)


def measure_deletes(chosen, tables: Tables, report) -> None:
    tables.make()
    report.table(
        "Firn's scan with deletes over the same files without; in brackets over rewritten files",
        *("columns", "threads", "deleted", "without, ms", "rewritten, ms"),
        *(kind for kind in KINDS if kind != COPY),
    )
    for label, columns, threads in cases(chosen, tables):
        works = {PLAIN: _scan_of(tables, PLAIN, columns, threads)}
        for share in SHARES:
            for kind in KINDS:
                table = deleted_table(kind, share)
                works[table] = _scan_of(tables, table, columns, threads)
        taken = in_turns(works, chosen.passes, chosen.rounds)
        for share in SHARES:
            _show_deletes(label, threads, share, taken, report)


def _scan_of(tables: Tables, table: str, columns: list[str], threads: int) -> Work:
    return lambda rounds: tables.firn.scan(table, columns, threads, "keep", rounds)


def _show_deletes(label: str, threads: int, share: int, taken: dict[str, Measured], report) -> None:
    plain, copied = taken[PLAIN], taken[deleted_table(COPY, share)]
    figures = []
    for kind, bars in DELETE_BARS.items():
        measured = taken[deleted_table(kind, share)]
        ratio = over(measured, plain)
        figures.append(f"{ratio:.2f} ({over(measured, copied):.2f})")
        what = f"{kind}, {share} % deleted, {label}, {threads} threads, over none"
        report.bar(what, ratio, *bars, False)
    report.row(label, threads, f"{share} %", ms(plain), ms(copied), *figures)


def measure_memory(chosen, tables: Tables, report) -> None:
    """Once each: peaks hardly vary."""
    tables.make()
    report.table(
        "Peak memory of a scan of all columns, MiB, of the whole process",
        *("threads", "rows", "Firn", "pyarrow", "DuckDB"),
    )
    for threads in (int(text) for text in chosen.threads.split(",")):
        for way, label in (("keep", "kept"), ("stream", "dropped at once")):
            works = _readers(tables, PLAIN, tables.every, threads, way)
            taken = in_turns(works, 1, 1)
            pyarrow = taken.get("decode") or taken["dataset"]
            peaks = [one.peak_mib if one else None for one in
                     (taken["Firn"], pyarrow, taken.get("DuckDB"))]  # fmt: skip
            report.row(threads, label, *peaks)
