"""The native module. Private: what is public is in the modules of `firn` that wrap it.

Identifiers and namespaces are sequences of levels here, times microseconds or milliseconds since
1970 in UTC, as the names of the arguments say. Everything that works releases the GIL.
"""

from collections.abc import Sequence
from typing import Any

ARROW_VERSION: str
VERSION: str

class Schema:
    """The columns of a table."""

    def fields(self) -> list[tuple[int, str, str, bool, str | None]]:
        """Of each column: id, name, type as Iceberg writes it, required, doc."""

    def identifier_fields(self) -> list[str]: ...
    def __arrow_c_schema__(self) -> object: ...

class Batch:
    """Rows in columns; handed on without a copy."""

    def __arrow_c_array__(
        self, requested_schema: object | None = None
    ) -> tuple[object, object]: ...

class Stream:
    """One pass over rows. Nothing is read before the first batch is asked for."""

    def next(self) -> Batch | None: ...
    def close(self) -> None: ...
    def counts(self) -> dict[str, int] | None: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

class Rows:
    """What can be read, any number of times."""

    def open(self) -> Stream: ...
    def __arrow_c_schema__(self) -> object: ...

class Table:
    """A table as it was loaded; its own changes and refresh move it on."""

    def identifier(self) -> list[str]: ...
    def location(self) -> str: ...
    def uuid(self) -> str: ...
    def metadata_location(self) -> str: ...
    def format_version(self) -> int: ...
    def properties(self) -> dict[str, str]: ...
    def schema(self) -> Schema: ...
    def partition_by(self) -> list[str]: ...
    def sort_by(self) -> list[str]: ...
    def current_snapshot_id(self) -> int | None: ...
    def current_schema_id(self) -> int: ...
    def snapshots(
        self,
    ) -> list[tuple[int, int | None, int, int, str | None, dict[str, str], int | None]]:
        """Of each: id, parent, sequence number, milliseconds, operation, summary, schema id."""

    def refresh(self) -> None: ...
    def scan(
        self,
        columns: Sequence[str],
        where: str | None,
        snapshot_id: int | None,
        as_of_ms: int | None,
        ref: str | None,
        limit: int | None,
        case_sensitive: bool,
        threads: int,
    ) -> Rows: ...
    def scan_tasks(
        self,
        columns: Sequence[str],
        where: str | None,
        snapshot_id: int | None,
        as_of_ms: int | None,
        ref: str | None,
        case_sensitive: bool,
        task_size: int | None,
    ) -> list[dict[str, Any]]:
        """Of each task: snapshot_id, schema_id, sizes, number, count, files, bytes, rows,
        delete_files."""

    def read_task(
        self,
        columns: Sequence[str],
        where: str | None,
        snapshot_id: int,
        schema_id: int,
        case_sensitive: bool,
        sizes: tuple[int, int, int],
        number: int,
        count: int,
        threads: int,
    ) -> Rows: ...
    def at(
        self,
        snapshot_id: int | None,
        as_of_ms: int | None,
        ref: str | None,
        schema_id: int | None,
    ) -> Table:
        """With that snapshot, of which one choice is given, as its current one, by its own schema
        or the one named; not to be changed."""

    def append(self, data: Any) -> dict[str, Any]: ...
    def overwrite(self, data: Any, where: str) -> dict[str, Any]: ...
    def overwrite_partitions(self, data: Any) -> dict[str, Any]: ...
    def delete(self, where: str) -> dict[str, Any]: ...
    def upsert(self, data: Any, keys: Sequence[str]) -> dict[str, Any]: ...

class Catalog:
    """A catalog, opened. Opens it anew in a process that was forked from the one that did."""

    def name(self) -> str: ...
    def type(self) -> str: ...
    def list_namespaces(self, parent: Sequence[str]) -> list[list[str]]: ...
    def namespace_exists(self, namespace: Sequence[str]) -> bool: ...
    def namespace_properties(self, namespace: Sequence[str]) -> dict[str, str]: ...
    def create_namespace(self, namespace: Sequence[str], properties: dict[str, str]) -> None: ...
    def drop_namespace(self, namespace: Sequence[str]) -> None: ...
    def list_tables(self, namespace: Sequence[str]) -> list[list[str]]: ...
    def table_exists(self, identifier: Sequence[str]) -> bool: ...
    def create_table(
        self,
        identifier: Sequence[str],
        schema: Any,
        partition_by: Sequence[str],
        sort_by: Sequence[str],
        identifier_fields: Sequence[str],
        properties: dict[str, str],
        location: str | None,
    ) -> Table: ...
    def load_table(self, identifier: Sequence[str]) -> Table: ...
    def drop_table(self, identifier: Sequence[str], purge: bool) -> None: ...
    def rename_table(self, identifier: Sequence[str], new_identifier: Sequence[str]) -> None: ...

class View:
    """A view of a join, as it was written down."""

    def __init__(
        self,
        identifier: Sequence[str],
        table: Table | None,
        name: str,
        features: Sequence[tuple[str, str]],
        all_features: bool,
        keys: Sequence[tuple[str, str]] | None,
        timestamp: str,
        created: str,
        ttl_us: int,
        created_later_counts: bool,
        snapshot_id: int | None,
        schema_id: int | None,
        ref: str | None,
    ) -> None: ...

def open_catalog(uri: str | None, keys: dict[str, str]) -> Catalog: ...
def join(
    catalog: Catalog,
    entities: Any,
    views: Sequence[View],
    event_timestamp: str,
    full_feature_names: bool,
    as_of_ms: int | None,
    start_us: int | None,
    end_us: int | None,
    threads: int,
    memory_bytes: int | None,
) -> Rows: ...
def latest(
    catalog: Catalog,
    view: View,
    start_us: int | None,
    end_us: int | None,
    as_of_ms: int | None,
    threads: int,
) -> Rows: ...
def parse_path(text: str) -> list[str]:
    """The levels of `db."odd.name".t`."""

def parse_view(text: str) -> dict[str, Any]: ...
def parse_duration(text: str) -> int:
    """Microseconds of `7d`, `36h`, `1d12h`."""

def shut_down() -> None:
    """Ends what is being read, at the end of the process."""
