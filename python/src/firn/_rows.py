"""Rows, as Arrow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from firn import _firn

if TYPE_CHECKING:
    import pandas as pd


class ScanCounts(NamedTuple):
    """What a scan read and what it left out."""

    manifests_read: int
    manifests_skipped: int
    files_read: int
    #: Of those read, the ones whose rows had to be merged with deletes.
    files_merged: int
    #: Of the manifests that were read, by partition or by bounds.
    files_skipped: int
    row_groups_read: int
    row_groups_skipped: int
    pages_read: int
    pages_skipped: int
    rows_decoded: int
    rows_deleted: int
    rows_returned: int
    bytes_fetched: int


class Rows:
    """Rows of a scan, a join or a table's newest rows; an Arrow stream (`__arrow_c_stream__`).

    A scan reads its files while it is iterated, and anew with every iteration: always the snapshot
    of when it was made. What it reads ahead is bounded (256 MiB of decoded rows). The answers of
    `join` and `latest` are in memory, but for a join with a memory limit.

        for batch in rows: ...              # pyarrow.RecordBatch
        rows.to_arrow()                     # pyarrow.Table
        polars.DataFrame(rows)
        duckdb.sql("SELECT * FROM rows")

    Errors come with the batch that could not be read. Through `__arrow_c_stream__` they are those
    of the library that reads. Threads may share rows, each with an iteration of its own.
    """

    def __init__(self, native: _firn.Rows) -> None:
        self._native = native
        self._schema = pa.schema(native)
        self._last: _firn.Stream | None = None

    @property
    def schema(self) -> pa.Schema:
        return self._schema

    @property
    def snapshots(self) -> dict[str, dict[str, str | int | None]]:
        """Of a join, by view: `table`, `uuid`, `snapshot-id` (None of an empty table), `schema-id`;
        else {}. `Table.at` takes the two."""
        recorded = (self._schema.metadata or {}).get(b"firn.snapshots", b"{}")
        return json.loads(recorded)

    @property
    def counts(self) -> ScanCounts | None:
        """Of the iteration that was begun last, by now; None of joins, and before the first."""
        counts = self._last.counts() if self._last is not None else None
        return None if counts is None else ScanCounts(**counts)

    def to_arrow(self) -> pa.Table:
        """All rows. Works without the GIL; Ctrl-C ends it."""
        return pa.Table.from_batches(self, self._schema)

    def to_pandas(self, **options: object) -> pd.DataFrame:
        """All rows; `options` are those of `pyarrow.Table.to_pandas`."""
        return self.to_arrow().to_pandas(**options)

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        stream = self._open()
        try:
            while (batch := stream.next()) is not None:
                yield pa.record_batch(batch)
        finally:
            stream.close()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._open().__arrow_c_stream__(requested_schema)

    def __repr__(self) -> str:
        return f"firn.Rows({', '.join(self._schema.names)})"

    def _open(self) -> _firn.Stream:
        self._last = self._native.open()
        return self._last
