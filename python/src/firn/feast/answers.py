"""Answer: an engine's rows, and which of their columns Feast sees under which names and types."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
from feast.feature_view import DUMMY_ENTITY_ID, DUMMY_ENTITY_VAL

from firn._convert import dotted
from firn.feast.types import (
    INSTANT,
    column_as_feast_reads,
    instants,
    read_as,
    without_field_ids,
)

if TYPE_CHECKING:
    import firn
    from firn.feast.engines import EngineRows

SNAPSHOTS = b"firn.snapshots"


class Column(NamedTuple):
    """A column of an answer: which one of the engine's rows, and its name."""

    place: int
    name: str
    #: Of the table, where Feast may read another type; None: the column stays as it is.
    declared: pa.DataType | None = None
    #: A time that becomes an instant in UTC, whatever it is.
    instant: bool = False
    #: As the rows say; else it may hold nulls.
    keeps_required: bool = False

    @property
    def changes_type(self) -> bool:
        return self.instant or (
            self.declared is not None and read_as(self.declared) != self.declared
        )

    def type_of(self, data_type: pa.DataType) -> pa.DataType:
        """Its type in the answer; `data_type` is that of the rows."""
        if self.instant:
            return INSTANT
        return read_as(self.declared) if self.changes_type else without_field_ids(data_type)

    def of(self, column: pa.ChunkedArray) -> pa.ChunkedArray:
        if self.declared is not None:
            column = column_as_feast_reads(column, self.declared)
        return instants(column) if self.instant else column


@dataclass(frozen=True)
class Answer:
    rows: EngineRows
    columns: list[Column]
    #: Whether there is one more column, the key that stands for none.
    has_dummy_key: bool = False
    #: Tables by view, where the rows do not say which snapshots they are of.
    tables: dict[str, firn.Table] = field(default_factory=dict)

    @property
    def schema(self) -> pa.Schema:
        of_rows = self.rows.schema
        fields = []
        for column in self.columns:
            read = of_rows.field(column.place)
            nullable = read.nullable or not column.keeps_required
            fields.append(pa.field(column.name, column.type_of(read.type), nullable))
        if self.has_dummy_key:
            fields.append(pa.field(DUMMY_ENTITY_ID, pa.string()))
        metadata = {**(of_rows.metadata or {}), **_record_of(self.tables)}
        return pa.schema(fields, metadata or None)

    @property
    def snapshots(self) -> dict[str, dict[str, str | int | None]]:
        """As `firn.Rows.snapshots`."""
        return json.loads((self.schema.metadata or {}).get(SNAPSHOTS, b"{}"))

    def reader(self) -> pa.RecordBatchReader:
        """The rows batch by batch, read anew."""
        schema = self.schema
        changed = (
            batch
            for source in self.rows
            for batch in self._changed(pa.Table.from_batches([source]), schema).to_batches()
        )
        return pa.RecordBatchReader.from_batches(schema, changed)

    def write_to(self, table: firn.Table, *, replace: bool) -> None:
        """Adds the rows to a table of these columns, or puts them in place of its own, in one
        commit; where the engine is Spark, it writes."""
        self.rows.write_to(table, self, replace=replace)

    def spark_df(self) -> Any:
        """The rows as a Spark DataFrame. Errors: NotImplementedError where the engine is not
        Spark."""
        return self.rows.dataframe(self.columns, self.schema)

    def _changed(self, table: pa.Table, schema: pa.Schema) -> pa.Table:
        columns = [column.of(table.column(column.place)) for column in self.columns]
        if self.has_dummy_key:
            columns.append(pa.repeat(pa.scalar(DUMMY_ENTITY_VAL), table.num_rows))
        return pa.table(columns, schema=schema)


def _record_of(tables: dict[str, firn.Table]) -> dict[bytes, bytes]:
    """As a join's rows have it in the metadata of their schema."""
    if not tables:
        return {}
    record = {
        view: {
            "table": dotted(table.identifier),
            "uuid": table.uuid,
            "snapshot-id": table.current_snapshot_id,
            "schema-id": table.current_schema_id,
        }
        for view, table in tables.items()
    }
    return {SNAPSHOTS: json.dumps(record).encode()}
