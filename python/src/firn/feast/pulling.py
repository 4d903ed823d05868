"""Rows of one table in a window of time: all, or the newest of every key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyarrow as pa
from feast.errors import FeastJoinKeysDuringMaterialization
from feast.feature_logging import LOG_TIMESTAMP_FIELD
from feast.feature_view import DUMMY_ENTITY_ID, DUMMY_ENTITY_VAL

import firn
from firn.feast.catalogs import open_catalog
from firn.feast.source import IcebergSource
from firn.feast.types import as_feast_reads
from firn.feast.views import tie_breaker

if TYPE_CHECKING:
    from feast.repo_config import RepoConfig


@dataclass(frozen=True)
class Pull:
    """What is wanted, by the table's own column names. No features: every column."""

    source: IcebergSource
    keys: list[str]
    features: list[str]
    timestamp: str
    created: str | None
    start: datetime | None
    end: datetime | None

    def columns(self, schema: pa.Schema) -> list[str]:
        """Keys, features, times: each once."""
        times = [self.timestamp, *([self.created] if self.created else [])]
        features = self.features or schema.names
        return list(dict.fromkeys([*self.keys, *features, *times]))


def pull_all(config: RepoConfig, pull: Pull) -> pa.RecordBatchReader:
    """Every row with a time in [start, end], as a stream."""
    table, schema = _opened(config, pull)
    rows = table.scan(pull.columns(schema), window_filter(schema, pull))
    return stream(rows, lambda batch: _completed(pull, batch, schema))


def pull_latest(config: RepoConfig, pull: Pull) -> pa.RecordBatchReader:
    """The newest row of every key in [start, end]."""
    table, schema = _opened(config, pull)
    columns = pull.columns(schema)
    times = {pull.timestamp, pull.created}
    view = firn.View(
        table,
        [name for name in columns if name not in times and name not in pull.keys],
        keys=pull.keys,
        timestamp=pull.timestamp,
        created=tie_breaker(pull.timestamp, pull.created),
    )
    rows = firn.latest(open_catalog(config), view, start=utc(pull.start), end=utc(pull.end))
    # By place: a tie breaker that is the event time itself comes twice.
    places = [rows.schema.names.index(name) for name in columns]
    return stream(rows, lambda batch: _completed(pull, batch.select(places), schema))


def utc(time: datetime | None) -> datetime | None:
    if time is None:
        return None
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def window_filter(schema: pa.Schema, pull: Pull) -> str | None:
    """Times in [start, end] in the words of a scan; None: any."""
    data_type = schema.field(pull.timestamp).type
    column = f'"{pull.timestamp}"'
    bounds = []
    if pull.start is not None:
        bounds.append(f"{column} >= {_literal(utc(pull.start), data_type, rounded_up=True)}")
    if pull.end is not None:
        bounds.append(f"{column} <= {_literal(utc(pull.end), data_type, rounded_up=False)}")
    return " and ".join(bounds) or None


def _literal(time: datetime, data_type: pa.DataType, *, rounded_up: bool) -> str:
    if pa.types.is_date(data_type):
        day = time.date()
        if rounded_up and time.time() != time.min.time():
            day = day.fromordinal(day.toordinal() + 1)
        return f"'{day.isoformat()}'"
    zoned = data_type.tz is not None
    return f"'{time.isoformat() if zoned else time.replace(tzinfo=None).isoformat()}'"


def stream(rows: firn.Rows, change) -> pa.RecordBatchReader:
    """Batches after `change`, each a table of one batch."""
    empty = change(pa.Table.from_batches([], rows.schema))
    changed = (
        batch for source in rows for batch in change(pa.Table.from_batches([source])).to_batches()
    )
    return pa.RecordBatchReader.from_batches(empty.schema, changed)


def _opened(config: RepoConfig, pull: Pull) -> tuple[firn.Table, pa.Schema]:
    table = pull.source.load(config)
    schema = table.schema.to_arrow()
    if not set(pull.keys) <= set(schema.names):
        raise FeastJoinKeysDuringMaterialization(
            pull.source.table_identifier, set(pull.keys), set(schema.names)
        )
    return table, schema


def _completed(pull: Pull, table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Types that Feast reads; for views without entities, not for logs, the key that stands for
    none."""
    table = as_feast_reads(table, dict(zip(schema.names, schema.types, strict=True)))
    if not pull.keys and pull.timestamp != LOG_TIMESTAMP_FIELD:
        dummy = pa.repeat(pa.scalar(DUMMY_ENTITY_VAL), table.num_rows)
        table = table.append_column(DUMMY_ENTITY_ID, dummy)
    return table
