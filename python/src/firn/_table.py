"""Tables: what they are, scans, changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from firn import _convert, _firn
from firn._convert import Time
from firn._errors import InvalidArgumentError
from firn._rows import Rows
from firn._schema import Schema
from firn._tasks import ScanTask

if TYPE_CHECKING:
    from firn._catalog import Catalog


class Snapshot(NamedTuple):
    """A state of a table's rows, and the change that made it."""

    snapshot_id: int
    parent_id: int | None
    sequence_number: int
    #: UTC.
    timestamp: dt.datetime
    #: "append", "overwrite", "delete" or "replace"; None where a version 1 table does not say.
    operation: str | None
    #: Counts of rows and files, who wrote it.
    summary: dict[str, str]
    schema_id: int | None


class Change(NamedTuple):
    """What a change did."""

    #: The table's current snapshot now; None where it is still empty.
    snapshot_id: int | None
    #: Rows that were given.
    rows: int
    #: Of an upsert those that took another's place, else None.
    replaced_rows: int | None
    #: Data files that lost all their rows.
    dropped_files: int
    #: Data files that lost some: written anew without them (copy on write),
    rewritten_files: int
    #: or kept, with the rows marked as deleted (merge on read).
    marked_files: int


class Table:
    """A table of a catalog, as it was when it was loaded.

    Its own changes and `refresh` move it on; what others commit is not seen before. Changes are
    made of that state and committed to the newest: an append always fits, others raise
    CommitConflictError where what was committed meanwhile contradicts them. `at` gives an older
    state.

    Safe to share between threads. It pickles, without its state: unpickled it is as of then.
    """

    def __init__(self, catalog: Catalog, native: _firn.Table, *, is_pinned: bool = False) -> None:
        self._catalog = catalog
        self._native = native
        self._is_pinned = is_pinned

    @property
    def identifier(self) -> tuple[str, ...]:
        """The levels of its namespace, then its name."""
        return tuple(self._native.identifier())

    @property
    def name(self) -> str:
        return self.identifier[-1]

    @property
    def location(self) -> str:
        return self._native.location()

    @property
    def metadata_location(self) -> str:
        """Of the metadata file of this state."""
        return self._native.metadata_location()

    @property
    def uuid(self) -> str:
        return self._native.uuid()

    @property
    def format_version(self) -> int:
        return self._native.format_version()

    @property
    def properties(self) -> dict[str, str]:
        return self._native.properties()

    @property
    def schema(self) -> Schema:
        return Schema(self._native.schema())

    @property
    def partition_by(self) -> list[str]:
        """As `Catalog.create_table` takes it: ["day(ts)", "bucket(16, id)"]."""
        return self._native.partition_by()

    @property
    def sort_by(self) -> list[str]:
        """As `Catalog.create_table` takes it: ["ts desc"]."""
        return self._native.sort_by()

    @property
    def current_snapshot_id(self) -> int | None:
        """None where the table is empty."""
        return self._native.current_snapshot_id()

    @property
    def current_schema_id(self) -> int:
        """Of `schema`. A change of columns alone makes a schema and no snapshot."""
        return self._native.current_schema_id()

    def snapshots(self) -> list[Snapshot]:
        """All that the table still has, oldest first."""
        return [
            Snapshot(*values[:3], _utc(values[3]), *values[4:])
            for values in self._native.snapshots()
        ]

    def refresh(self) -> Table:
        """Loads the newest state into this object, and returns it.

        Raises NoSuchTableError where the table was dropped or renamed.
        """
        self._refuse_pinned("refreshed")
        self._native.refresh()
        return self

    def at(
        self,
        *,
        snapshot_id: int | None = None,
        as_of: Time | None = None,
        ref: str | None = None,
        schema_id: int | None = None,
    ) -> Table:
        """The table as it was, to be read: scans, joins and newest rows see that snapshot, by the
        schema that it was written with (of a branch the table's). It cannot be changed or
        refreshed, and pickles with its snapshot and schema.

        Args:
            snapshot_id, as_of, ref: one of them, as of `scan`.
            schema_id: with snapshot_id: reads by this schema, which may be newer than the
                snapshot: what read the current snapshot did so by the table's schema
                (`Rows.snapshots` says both).

        Raises:
            InvalidArgumentError: not one of them, or of another type; a schema_id without a
                snapshot_id, as `Rows.snapshots` has them of a table that was empty.
            NotFoundError: no such snapshot, ref, schema, or state at that time.
        """
        _convert.refuse_schema_alone(snapshot_id, schema_id)
        if sum(choice is not None for choice in (snapshot_id, as_of, ref)) != 1:
            raise InvalidArgumentError("of snapshot_id, as_of and ref give one")
        native = self._native.at(
            _convert.snapshot_id(snapshot_id),
            _convert.millis(as_of, "as_of"),
            _convert.ref(ref),
            _convert.schema_id(schema_id),
        )
        return Table(self._catalog, native, is_pinned=True)

    def scan(
        self,
        columns: str | Iterable[str] | None = None,
        where: str | None = None,
        *,
        snapshot_id: int | None = None,
        as_of: Time | None = None,
        ref: str | None = None,
        limit: int | None = None,
        case_sensitive: bool = True,
        threads: int | None = None,
    ) -> Rows:
        """The rows that match, as a stream of Arrow batches.

        Arguments are checked and the snapshot is chosen at once; files are read when rows are asked
        for.

        Args:
            columns: names; "a.b" is a field of a struct; also "_file", "_pos", "_row_id" and the
                like. All if None.
            where: as in SQL: "price > 10 and day = '2026-11-29'", "name like 'a%'", "x is null",
                "bucket(16, id) = 3". A comparison with null is false, and its negation true.
            snapshot_id: this snapshot, by the schema that it was written with.
            as_of: the state at a time: datetime (UTC where naive), date or ISO 8601 text.
            ref: a branch or tag. Of snapshot_id, as_of and ref one at most.
            limit: rows at most.
            case_sensitive: False: names of columns in any case.
            threads: files read at a time; as many as there are cores if None.

        Raises:
            InvalidArgumentError: columns or filter that do not fit the table.
            NotFoundError: no such snapshot, ref, or state at that time.
        """
        _refuse_choices(snapshot_id, as_of, ref)
        native = self._native.scan(
            columns=_convert.texts(columns, "a column"),
            where=where,
            snapshot_id=_convert.snapshot_id(snapshot_id),
            as_of_ms=_convert.millis(as_of, "as_of"),
            ref=_convert.ref(ref),
            limit=_convert.row_limit(limit),
            case_sensitive=case_sensitive,
            threads=_convert.threads(threads),
        )
        return Rows(native)

    def scan_tasks(
        self,
        columns: str | Iterable[str] | None = None,
        where: str | None = None,
        *,
        snapshot_id: int | None = None,
        as_of: Time | None = None,
        ref: str | None = None,
        case_sensitive: bool = True,
        task_size: int | None = None,
    ) -> list[ScanTask]:
        """The rows that match in tasks of about equal work, for several processes: each reads tasks
        with `read_task`. All tasks together have the rows of the scan, each row once.

        Files are planned now, and none is read. An empty table has no tasks.

        Args:
            columns, where, snapshot_id, as_of, ref, case_sensitive: as of `scan`.
            task_size: bytes of files in a task at most, where it is more than one part of a file;
                the table's property `read.split.target-size` if None (128 MiB without it). Files
                that are larger are cut where their row groups begin.

        Raises:
            InvalidArgumentError: columns or filter that do not fit the table; a size, or a property
                of sizes (`read.split.`), that is not positive.
            NotFoundError: no such snapshot, ref, or state at that time.
        """
        _refuse_choices(snapshot_id, as_of, ref)
        names = tuple(_convert.texts(columns, "a column"))
        planned = self._native.scan_tasks(
            columns=names,
            where=where,
            snapshot_id=_convert.snapshot_id(snapshot_id),
            as_of_ms=_convert.millis(as_of, "as_of"),
            ref=_convert.ref(ref),
            case_sensitive=case_sensitive,
            task_size=_convert.task_size(task_size),
        )
        return [
            ScanTask(
                table_uuid=self.uuid,
                columns=names,
                where=where,
                case_sensitive=case_sensitive,
                **values,
            )
            for values in planned
        ]

    def read_task(self, task: ScanTask, *, threads: int | None = None) -> Rows:
        """The rows of one of the tasks that `scan_tasks` gave, in this process or another, of the
        same table: of the task's snapshot, however much was committed since.

        Args:
            threads: as of `scan`.

        Raises:
            InvalidArgumentError: a task of another table; with the first batch, one that is not of
                the scan that it names.
            TypeError: no ScanTask.
            NotFoundError: the snapshot has been expired, or is newer than this object: `refresh`.
        """
        if not isinstance(task, ScanTask):
            raise TypeError(f"a task: expected ScanTask, not {type(task).__name__}")
        if task.table_uuid != self.uuid:
            raise InvalidArgumentError(
                f"task: of table {task.table_uuid}, not of "
                f"{_convert.dotted(self.identifier)}, {self.uuid}"
            )
        native = self._native.read_task(
            columns=task.columns,
            where=task.where,
            snapshot_id=task.snapshot_id,
            schema_id=task.schema_id,
            case_sensitive=task.case_sensitive,
            sizes=task.sizes,
            number=task.number,
            count=task.count,
            threads=_convert.threads(threads),
        )
        return Rows(native)

    def append(self, data: Any) -> Change:
        """Adds rows, in one commit. Without rows nothing is committed.

        Args:
            data: anything with `__arrow_c_stream__` or `__arrow_c_array__`. Columns go by their
                names (by field ids where the data has them); one that is absent is null, or its
                default. Nanoseconds are floored where the column has microseconds.

        Raises InvalidArgumentError where rows do not fit. What fails leaves no file behind; Ctrl-C
        does until the commit has begun, which is finished then.
        """
        self._refuse_pinned("changed")
        return Change(**self._native.append(data))

    def overwrite(self, data: Any, where: str) -> Change:
        """Rows that match `where` leave, and rows come, in one commit.

        Whether the new rows match does not matter; `where="true"` replaces all. Files of which only
        some rows match keep the others, as the table's `write.delete.mode` says.

        Raises CommitConflictError where matching rows were committed meanwhile.
        """
        self._refuse_pinned("changed")
        return Change(**self._native.overwrite(data, where))

    def overwrite_partitions(self, data: Any) -> Change:
        """Rows take the place of all rows of the partitions that they are in, in one commit.

        Rows come as for `append`; without any nothing is committed. A table without partitions is
        replaced whole; of one whose partitioning was changed files of the older one stay.

        Raises CommitConflictError where others changed one of the partitions meanwhile.
        """
        self._refuse_pinned("changed")
        return Change(**self._native.overwrite_partitions(data))

    def delete(self, where: str) -> Change:
        """Rows that match `where` leave, in one commit; without any nothing is committed.

        Raises CommitConflictError where matching rows were committed meanwhile.
        """
        self._refuse_pinned("changed")
        return Change(**self._native.delete(where))

    def upsert(self, data: Any, keys: str | Iterable[str] | None = None) -> Change:
        """Rows take the place of those with the same key, or are added, in one commit.

        Args:
            data: as of `append`; no key twice, no key null.
            keys: names of columns; the schema's identifier fields if None.

        Raises CommitConflictError where rows in the range of the keys were committed meanwhile.
        """
        self._refuse_pinned("changed")
        return Change(**self._native.upsert(data, _convert.texts(keys, "a key")))

    def _refuse_pinned(self, what: str) -> None:
        if self._is_pinned:
            raise InvalidArgumentError(
                f"table {_convert.dotted(self.identifier)} is at snapshot "
                f"{self.current_snapshot_id} and cannot be {what}: load it anew"
            )

    def __reduce__(self) -> tuple[Any, ...]:
        pin = (self.current_snapshot_id, self.current_schema_id) if self._is_pinned else None
        return _load, (self._catalog, self.identifier, pin)

    def __repr__(self) -> str:
        name = _convert.dotted(self.identifier)
        return f"firn.Table({name}, snapshot {self.current_snapshot_id})"


def _load(catalog: Catalog, identifier: tuple[str, ...], pin: tuple[int, int] | None) -> Table:
    table = catalog.load_table(identifier)
    if pin is None:
        return table
    snapshot_id, schema_id = pin
    return table.at(snapshot_id=snapshot_id, schema_id=schema_id)


def _refuse_choices(*choices: object) -> None:
    if sum(choice is not None for choice in choices) > 1:
        raise InvalidArgumentError("of snapshot_id, as_of and ref give one at most")


def _utc(milliseconds: int) -> dt.datetime:
    return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(milliseconds=milliseconds)
