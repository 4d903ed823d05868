"""Metrics kept: the four tables that Feast names, in the store's namespace.

A call is one commit. Where another writer was first it is made again of the newest state, for two
writers of different metrics may still change one file.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
from feast.monitoring.monitoring_utils import (
    MONITORING_PARQUET_FILES,
    monitoring_table_meta,
    normalize_monitoring_row,
    opt_float,
)

import firn
from firn._convert import dotted
from firn.feast.catalogs import naming_the_catalog
from firn.feast.filters import quoted, text
from firn.feast.times import utc
from firn.feast.types import INSTANT
from firn.feast.writing import table_of

if TYPE_CHECKING:
    from feast.repo_config import RepoConfig

MAX_ATTEMPTS = 20
FIRST_PAUSE_SECONDS = 0.02
MAX_PAUSE_SECONDS = 1.0
KINDS = tuple(MONITORING_PARQUET_FILES)

_TYPES = {
    "metric_date": pa.date32(),
    "is_baseline": pa.bool_(),
    **dict.fromkeys(["computed_at", "max_event_timestamp", "started_at", "completed_at"], INSTANT),
    **dict.fromkeys(
        [
            "row_count",
            "null_count",
            "total_row_count",
            "total_features",
            "features_with_nulls",
            "total_feature_views",
        ],
        pa.int64(),
    ),
    **dict.fromkeys(
        [
            "null_rate",
            "mean",
            "stddev",
            "min_val",
            "max_val",
            "p50",
            "p75",
            "p90",
            "p95",
            "p99",
            "avg_null_rate",
            "max_null_rate",
        ],
        pa.float64(),
    ),
}


class MetricTable(NamedTuple):
    """A table of metrics of one kind: its name, its columns, and those of them that tell a row."""

    name: str
    schema: pa.Schema
    keys: list[str]


def metric_table(kind: str) -> MetricTable:
    """`kind`: "feature", "feature_view", "feature_service" or "job". Errors: ValueError."""
    name, columns, keys = monitoring_table_meta(kind)
    # Whatever else there is is text, or kept as JSON.
    fields = [
        pa.field(column, _TYPES.get(column, pa.string()), nullable=column not in keys)
        for column in columns
    ]
    return MetricTable(name, pa.schema(fields), keys)


def make_tables(config: RepoConfig) -> None:
    """Those that are missing; other processes may do so at the same time."""
    for kind in KINDS:
        _opened(config, metric_table(kind))


def save(config: RepoConfig, kind: str, metrics: list[dict[str, Any]]) -> None:
    """Rows take the place of those with the same key; of two that are given the last does.

    Errors: ValueError naming a column that a row has to have, or whose value is of another type;
    firn.CommitConflictError where others were first every time.
    """
    of_kind = metric_table(kind)
    rows = {}
    for metric in metrics:
        row = {field.name: _kept(metric.get(field.name), field) for field in of_kind.schema}
        missing = [column for column in of_kind.keys if row[column] is None]
        if missing:
            raise ValueError(
                f"a metric of kind {kind} needs {missing[0]}, which is missing or None"
            )
        rows[tuple(row[column] for column in of_kind.keys)] = row
    if rows:
        data = pa.Table.from_pylist(list(rows.values()), schema=of_kind.schema)
        _committed(config, of_kind, lambda table: table.upsert(data, of_kind.keys))


def found(
    config: RepoConfig,
    kind: str,
    project: str,
    filters: dict[str, Any] | None,
    start: date | None,
    end: date | None,
) -> list[dict[str, Any]]:
    """Metrics as Feast reads them, by date and then by key.

    Args:
        project: empty: of any.
        filters: column -> value; None: any. No row has a number that is none.
        start, end: bounds of the date, both included.
    Errors: ValueError naming a column that the table has not, or whose values are of another type.
    """
    of_kind = metric_table(kind)
    equal = {"project_id": project or None, **(filters or {})}
    conditions = _conditions(of_kind, equal)
    dates = of_kind.schema.field("metric_date")
    for operator, bound in ((">=", start), ("<=", end)):
        if bound is not None:
            day = text(_kept(bound, dates).isoformat())
            conditions.append(f"{quoted(dates.name)} {operator} {day}")
    table = _opened(config, of_kind)
    rows = table.scan(of_kind.schema.names, " and ".join(conditions) or None).to_arrow()
    order = [(column, "ascending") for column in dict.fromkeys(["metric_date", *of_kind.keys])]
    return [normalize_monitoring_row(row) for row in rows.sort_by(order).to_pylist()]


def clear_baseline(config: RepoConfig, **equal: str | None) -> None:
    """Features' metrics that are a baseline are none any more; None: whatever the column holds."""
    of_kind = metric_table("feature")
    where = " and ".join(_conditions(of_kind, {"is_baseline": True, **equal}))
    place = of_kind.schema.get_field_index("is_baseline")

    def clear(table: firn.Table) -> None:
        rows = table.scan(of_kind.schema.names, where).to_arrow()
        if rows.num_rows:
            never = pa.repeat(pa.scalar(False), rows.num_rows)
            rows = rows.set_column(place, of_kind.schema.field(place), never)
            table.upsert(rows, of_kind.keys)

    _committed(config, of_kind, clear)


def _committed(
    config: RepoConfig, of_kind: MetricTable, change: Callable[[firn.Table], Any]
) -> None:
    for attempt in range(MAX_ATTEMPTS):
        table = _opened(config, of_kind)
        try:
            with naming_the_catalog(config):
                change(table)
            return
        except firn.CommitConflictError:
            if attempt + 1 == MAX_ATTEMPTS:
                raise
            longest = min(FIRST_PAUSE_SECONDS * 2**attempt, MAX_PAUSE_SECONDS)
            time.sleep(random.uniform(longest / 2, longest))


def _opened(config: RepoConfig, of_kind: MetricTable) -> firn.Table:
    """The table as it is now; made where there is none. Errors: ValueError naming a column that
    this version of Feast has and the table has not."""
    table = table_of(config, of_kind.name, of_kind.schema, identifier_fields=of_kind.keys)
    there = table.schema.names
    missing = [field for field in of_kind.schema if field.name not in there]
    if missing:
        lacks = ", ".join(f"{field.name} ({field.type})" for field in missing)
        raise ValueError(
            f"table {dotted(table.identifier)} was made by another version of Feast: it has no "
            f"column {lacks}; add it with a program that changes columns, or rename the table, "
            "and a new one is made"
        )
    return table


def _conditions(of_kind: MetricTable, equal: dict[str, Any]) -> list[str]:
    names = of_kind.schema.names
    for column in equal:
        if column not in names:
            raise ValueError(
                f"table {of_kind.name} has no column {column} to filter by; its columns are "
                f"{', '.join(names)}"
            )
    return [
        _equals(of_kind.schema.field(column), value)
        for column, value in equal.items()
        if value is not None
    ]


def _equals(field: pa.Field, value: Any) -> str:
    """In the words of a scan's filter."""
    kept = _kept(value, field)
    if kept is None:
        # NaN or an infinity, which is kept nowhere.
        return "false"
    if isinstance(kept, bool):
        literal = "true" if kept else "false"
    elif isinstance(kept, int | float):
        literal = repr(kept)
    else:
        literal = text(kept.isoformat() if isinstance(kept, date) else kept)
    return f"{quoted(field.name)} = {literal}"


def _kept(value: Any, field: pa.Field) -> Any:
    """A value that Feast gives, or that was read, as one of a column's type. Errors: ValueError
    naming the column."""
    try:
        return None if value is None else _converted(value, field.type)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"column {field.name}: {value!r} is no {field.type}") from None


def _converted(value: Any, data_type: pa.DataType) -> Any:
    types = pa.types
    if types.is_floating(data_type):
        return opt_float(value)
    if types.is_boolean(data_type):
        return _bool(value)
    if types.is_integer(data_type):
        return _whole(value)
    if types.is_timestamp(data_type):
        return utc(_time(value))
    if types.is_date(data_type):
        return _date(value)
    return value if isinstance(value, str) else json.dumps(value)


def _bool(value: Any) -> bool:
    if not isinstance(value, bool | np.bool_):
        raise TypeError
    return bool(value)


def _whole(value: Any) -> int:
    """Of a number without a fraction."""
    if isinstance(value, bool | np.bool_) or int(value) != value:
        raise TypeError
    return int(value)


def _time(value: Any) -> datetime:
    if isinstance(value, str):
        return datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        raise TypeError
    return value


def _date(value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    return _time(value).date()
