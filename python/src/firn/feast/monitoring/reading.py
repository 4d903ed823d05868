"""A source's rows for monitoring, read by Firn's scan in this process whatever the engine is."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from feast.errors import DataSourceNotFoundException
from feast.feature_logging import LOG_TIMESTAMP_FIELD

from firn.feast.filters import quoted, window_filter
from firn.feast.monitoring import metrics
from firn.feast.source import IcebergSource
from firn.feast.times import utc
from firn.feast.types import INSTANT, column_as_feast_reads

if TYPE_CHECKING:
    from feast.repo_config import RepoConfig

NUMERIC = "numeric"
KINDS = (NUMERIC, "categorical")


def computed_metrics(
    config: RepoConfig,
    source: IcebergSource,
    features: list[tuple[str, str]],
    timestamp_field: str,
    *,
    start: datetime | None,
    end: datetime | None,
    bins: int,
    top_n: int,
) -> list[dict[str, Any]]:
    """The metrics of features, in their order, over the rows with a time in [start, end].

    Only the features' columns are read, of files and row groups that can have such rows; they are
    in memory whole while they are counted, for percentiles are exact: 8 bytes a number, its text
    and 4 bytes a text, of all rows of the window, and one column more as float64.

    Args:
        features: name as in Feast, and "numeric" or "categorical"; others are left out, unread.
        timestamp_field: as in Feast; empty: the table's only one.
    Errors: ValueError naming the table, the feature and its column where there is none, or where
    the column holds no numbers; DataSourceNotFoundException.
    """
    table = source.load(config)
    schema = table.schema.to_arrow()
    features = [(name, kind) for name, kind in features if kind in KINDS]
    columns = {name: source.column_of(name) for name, _ in features}
    for name, column in columns.items():
        source.check_column(column, schema, f"feature {name}")
    if not columns:
        return []
    rows = table.scan(
        list(dict.fromkeys(columns.values())),
        _timed(source, timestamp_field, schema, start, end),
    ).to_arrow()
    found = []
    for name, kind in features:
        column = columns[name]
        values = column_as_feast_reads(rows.column(column), schema.field(column).type)
        if kind == NUMERIC:
            found.append(metrics.numeric(name, values, bins))
        else:
            found.append(metrics.categorical(name, values, top_n))
    return found


def max_timestamp(
    config: RepoConfig, source: IcebergSource, timestamp_field: str
) -> datetime | None:
    """The newest event time, in UTC, nanoseconds rounded up; None without rows, and of a table of
    logs that no log has made yet. One column is read, batch by batch."""
    try:
        table = source.load(config)
    except DataSourceNotFoundException:
        if timestamp_field == LOG_TIMESTAMP_FIELD:
            return None
        raise
    schema = table.schema.to_arrow()
    rows = table.scan([_time_column(source, timestamp_field, schema)])
    newest = pc.max(pa.chunked_array([_newest(batch) for batch in rows], rows.schema.field(0).type))
    if not newest.is_valid:
        return None
    if pa.types.is_timestamp(newest.type):
        newest = pc.ceil_temporal(newest, unit="microsecond")
    return utc(newest.cast(INSTANT).as_py())


def _newest(batch: pa.RecordBatch) -> pa.Array:
    return pa.array([pc.max(batch.column(0))], batch.schema.field(0).type)


def _timed(
    source: IcebergSource,
    timestamp_field: str,
    schema: pa.Schema,
    start: datetime | None,
    end: datetime | None,
) -> str:
    """Rows with a time in the window; without ends, with any time."""
    column = _time_column(source, timestamp_field, schema)
    window = window_filter(column, schema.field(column).type, start=start, end=end)
    return window or f"{quoted(column)} is not null"


def _time_column(source: IcebergSource, timestamp_field: str, schema: pa.Schema) -> str:
    if not timestamp_field:
        return source.timestamp_column(schema)
    column = source.column_of(timestamp_field)
    source.check_column(column, schema, f"timestamp_field {timestamp_field}")
    return column
