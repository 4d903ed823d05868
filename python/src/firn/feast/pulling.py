"""Rows of one table in a window of time: all, or the newest of every key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa
from feast.errors import FeastJoinKeysDuringMaterialization
from feast.feature_logging import LOG_TIMESTAMP_FIELD

import firn
from firn.feast.answers import Answer, Column
from firn.feast.engines import EngineRows, engine_of
from firn.feast.source import IcebergSource
from firn.feast.times import utc
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


def pull_all(config: RepoConfig, pull: Pull) -> Answer:
    """Every row with a time in [start, end]."""
    table, schema = _opened(config, pull)
    columns = pull.columns(schema)
    rows = engine_of(config).window(table, columns, pull.timestamp, start=pull.start, end=pull.end)
    return _completed(pull, rows, columns, schema)


def pull_latest(config: RepoConfig, pull: Pull) -> Answer:
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
    rows = engine_of(config).latest(view, start=utc(pull.start), end=utc(pull.end))
    return _completed(pull, rows, columns, schema)


def _opened(config: RepoConfig, pull: Pull) -> tuple[firn.Table, pa.Schema]:
    table = pull.source.load(config)
    schema = table.schema.to_arrow()
    if not set(pull.keys) <= set(schema.names):
        raise FeastJoinKeysDuringMaterialization(
            pull.source.table_identifier, set(pull.keys), set(schema.names)
        )
    for column in pull.columns(schema):
        pull.source.check_column(column, schema)
    return table, schema


def _completed(pull: Pull, rows: EngineRows, columns: list[str], schema: pa.Schema) -> Answer:
    """Types that Feast reads; for views without entities, not for logs, the key that stands for
    none."""
    # By place: a tie breaker that is the event time itself comes twice.
    names = rows.schema.names
    return Answer(
        rows,
        [
            Column(names.index(name), name, schema.field(name).type, keeps_required=True)
            for name in columns
        ],
        has_dummy_key=not pull.keys and pull.timestamp != LOG_TIMESTAMP_FIELD,
    )
