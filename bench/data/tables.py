"""The tables that are scanned, made through Firn once and checked, whoever reads them."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import rows
from peers import NAMESPACE, Firn, duckdb_query, missing

# What is deleted, in per cent of the rows, and the ways to delete it.
SHARES = (1, 10)
COPY, POSITIONS, VECTORS, EQUALITY = "copied", "positions", "vectors", "equality"
KINDS = (COPY, POSITIONS, VECTORS, EQUALITY)
WAYS = {COPY: "copy", POSITIONS: "mark", VECTORS: "mark", EQUALITY: "id"}
PLAIN = "plain"
# Vectors are of version 3.
PLAIN_3 = "plain3"


def deleted_table(kind: str, share: int) -> str:
    return f"{kind}_{share}"


def picks_deleted(share: int) -> int:
    return rows.PICKS * share // 100


@dataclass
class Tables:
    """Empty until made."""

    firn: Firn
    row_count: int
    file_count: int
    checked: bool = False

    @property
    def every(self) -> list[str]:
        return rows.make(1, 0, 1).column_names

    def make(self) -> None:
        """All of them, unless the folder has them."""
        if not self.checked:
            if not (self.firn.warehouse.folder / "made").exists():
                self._make()
            self._check()
            self.checked = True

    def _inputs(self):
        folder = self.firn.warehouse.folder
        return [folder / f"rows-{i}.parquet" for i in range(self.file_count)]

    def _make(self) -> None:
        each = self.row_count // self.file_count
        for i, path in enumerate(self._inputs()):
            rows.write(path, each, i * each, 100 * (i + 1))
        warehouse = self.firn.warehouse
        warehouse.open().create_namespace_if_not_exists(NAMESPACE)
        for table, version in ((PLAIN, 2), (PLAIN_3, 3)):
            self.firn.create(table, self._inputs()[0], version)
            for path in self._inputs():
                self.firn.append(table, path)
        for share in SHARES:
            for kind in KINDS:
                self._delete(kind, share)
        (warehouse.folder / "made").touch()

    def _delete(self, kind: str, share: int) -> None:
        """On another name for the plain table, whose files it shares."""
        catalog = self.firn.warehouse.open()
        plain = catalog.load_table(f"{NAMESPACE}.{PLAIN_3 if kind == VECTORS else PLAIN}")
        table = deleted_table(kind, share)
        catalog.register_table(f"{NAMESPACE}.{table}", plain.metadata_location)
        self.firn.delete(table, f"pick < {picks_deleted(share)}", WAYS[kind])

    def _check(self) -> None:
        columns = self.every
        self._same(PLAIN, columns, self._expected(columns, 0))
        for share in SHARES:
            expected = self._expected(columns, share)
            for kind in KINDS:
                self._same(deleted_table(kind, share), columns, expected)
        self._check_peers()

    def _expected(self, columns: list[str], share: int) -> tuple[int, int]:
        count, total = 0, 0
        for path in self._inputs():
            table = pq.read_table(path)
            kept = table.filter(pc.field("pick") >= picks_deleted(share)).select(columns)
            some, part = rows.checksum(kept)
            count, total = count + some, (total + part) % 2**64
        return count, total

    def _same(self, table: str, columns: list[str], expected: tuple[int, int]) -> None:
        found = self.firn.check(table, columns)
        if found != expected:
            sys.exit(f"{table}: Firn reads {found}, not {expected}")

    def _check_peers(self) -> None:
        files = self.firn.warehouse.data_files(PLAIN)
        expected = self._expected(rows.SIX, 0)
        read: dict[str, pa.Table] = {"pyarrow": ds.dataset(files).to_table(columns=rows.SIX)}
        if not missing("duckdb"):
            import duckdb

            read["duckdb"] = duckdb.sql(duckdb_query(files, rows.SIX)).to_arrow_table()
        for peer, table in read.items():
            if rows.checksum(table) != expected:
                sys.exit(f"{peer} reads {rows.checksum(table)}, not {expected}")
