"""Scans in tasks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ScanTask:
    """A part of a scan for one of several processes: `Table.scan_tasks` makes them, and
    `Table.read_task` reads one. It has no rows and names no files, so it is small, and pickles.
    """

    table_uuid: str
    snapshot_id: int
    #: The columns are named by this schema of the table.
    schema_id: int
    #: All if empty.
    columns: tuple[str, ...]
    where: str | None
    case_sensitive: bool
    #: What all tasks of the scan were packed by: bytes of a task, tasks packed at a time, bytes
    #: that a file counts as at least.
    sizes: tuple[int, int, int]
    #: From 0 to `count` - 1.
    number: int
    #: Of all tasks of the scan.
    count: int
    #: Data files that it reads, some only in part;
    files: int
    #: their bytes,
    bytes: int
    #: and about how many rows these have, without filter and deletes.
    rows: int
    #: Delete files, each once for every data file that it touches.
    delete_files: int
