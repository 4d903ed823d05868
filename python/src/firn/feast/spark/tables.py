"""Tables as Spark knows them: their names, and their columns at a snapshot."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pyarrow as pa

import firn
from firn._convert import dotted
from firn.feast.config import IcebergConfigError
from firn.feast.spark.query import SparkTable
from firn.feast.spark.types import NoSparkType, kept_as, quoted, spark_type

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_ROW_LINEAGE_VERSION = 3
#: Tables that have a column of these cannot be opened by Spark, whatever is read of them.
_NOT_OF_SPARK = ("time", "timestamp_ns", "timestamptz_ns", "geometry", "geography")
#: Within lists, structs and maps, as Iceberg writes them: a type is behind one of these.
_NESTED_SHAPE = re.compile(
    r"(?:list<|map<[^<>, ]+(?:, \d+\))?, |: optional |: required )(geometry|geography)\("
)


def spark_table(
    session: SparkSession, catalog: str, table: firn.Table, columns: list[str]
) -> SparkTable:
    """The table at its current snapshot as it was loaded. Errors: IcebergConfigError naming the
    table, and the column of those wanted, that Spark cannot read as Firn does."""
    _check_types(table)
    name = ".".join(quoted(level) for level in (catalog, *table.identifier))
    schema = table.schema.to_arrow()
    snapshot_id = table.current_snapshot_id
    expressions = {}
    if snapshot_id is not None:
        expressions = _expressions(session, name, table, set(columns))
    return SparkTable(
        name,
        snapshot_id,
        dict(zip(schema.names, schema.types, strict=True)),
        has_lineage=table.format_version >= _ROW_LINEAGE_VERSION,
        expressions=expressions,
    )


def _check_types(table: firn.Table) -> None:
    shown = dotted(table.identifier)
    data_types = table.schema.to_arrow().types
    for field, data_type in zip(table.schema.fields, data_types, strict=True):
        lacking = _lacking(field.type, data_type)
        if lacking is not None:
            verb = "is" if lacking == field.type.partition("(")[0] else "holds"
            raise IcebergConfigError(
                f"table {shown}: column {field.name} {verb} {lacking}, which Spark does not have: "
                "it cannot open the table; `engine: firn` reads it"
            )


def _lacking(text: str, data_type: pa.DataType) -> str | None:
    """The first type in a column's that Spark has not. Arrow has the names of fields apart from
    types, but of shapes only their bytes."""
    plain = text.partition("(")[0]
    if plain in _NOT_OF_SPARK:
        return plain
    if pa.types.is_time(data_type):
        return "time"
    if pa.types.is_timestamp(data_type) and data_type.unit == "ns":
        return "timestamptz_ns" if data_type.tz else "timestamp_ns"
    for i in range(data_type.num_fields):
        lacking = _lacking("", data_type.field(i).type)
        if lacking is not None:
            return lacking
    shape = _NESTED_SHAPE.search(text)
    return shape[1] if shape else None


def _expressions(
    session: SparkSession, name: str, table: firn.Table, columns: set[str]
) -> dict[str, str]:
    """Columns that changed after the snapshot was written. Spark reads a snapshot by the columns
    of then, Firn by those of the table's schema, which field ids find there."""
    loaded = session._jvm.org.apache.iceberg.spark.Spark3Util.loadIcebergTable(
        session._jsparkSession, name
    )
    snapshot = loaded.snapshot(table.current_snapshot_id)
    shown = dotted(table.identifier)
    if snapshot is None:
        raise IcebergConfigError(
            f"table {shown}: Spark's catalog does not have its snapshot {table.current_snapshot_id}"
        )
    now = loaded.schemas().get(table.current_schema_id)
    if now is None:
        raise IcebergConfigError(
            f"table {shown}: Spark's catalog does not have its schema {table.current_schema_id}"
        )
    then = now if snapshot.schemaId() is None else loaded.schemas().get(snapshot.schemaId())
    types = table.schema.to_arrow()
    changed = {}
    for field in table.schema.fields:
        if field.name in columns:
            data_type = types.field(field.name).type
            expression = _expression(then, now, field, data_type)
            if expression is None:
                raise IcebergConfigError(
                    f"table {shown}: column {field.name} was changed after the last rows were "
                    "written, in a way that Spark does not see: write rows, or use `engine: firn`"
                )
            changed[field.name] = expression
    return changed


def _expression(then: Any, now: Any, field: firn.Field, data_type: pa.DataType) -> str | None:
    """None where Spark has none that gives what Firn reads."""
    old, new = then.findField(field.id), now.findField(field.id)
    if old is None:
        if new is None or new.initialDefault() is not None:
            return None
        return f"CAST(NULL AS {spark_type(data_type)})"
    column = f"t.{quoted(old.name())}"
    if new is None or old.type().equals(new.type()):
        return column
    if old.type().isPrimitiveType() and new.type().isPrimitiveType():
        return f"CAST({column} AS {spark_type(data_type)})"
    return None


def check_output(name: str, data_type: pa.DataType) -> None:
    """Errors: IcebergConfigError naming a feature whose type Spark has not."""
    try:
        kept_as(data_type)
    except NoSparkType as error:
        raise IcebergConfigError(f"feature {name}: {error}; `engine: firn` reads it") from None
