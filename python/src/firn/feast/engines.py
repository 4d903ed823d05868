"""What computes joins and reads windows: Firn's own engine in this process, or Spark."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa

import firn
from firn.feast.catalogs import open_catalog, settings_of
from firn.feast.filters import window_filter
from firn.feast.writing import ArrowRows

if TYPE_CHECKING:
    from feast.repo_config import RepoConfig

    from firn.feast.answers import Answer, Column


class EngineRows(Protocol):
    """What an engine answers: nothing has been read yet, or all of it."""

    @property
    def schema(self) -> pa.Schema: ...

    def __iter__(self) -> Iterator[pa.RecordBatch]: ...

    def dataframe(self, columns: list[Column], schema: pa.Schema) -> Any:
        """The columns as a Spark DataFrame, by the names of `schema`."""

    def write_to(self, table: firn.Table, answer: Answer, *, replace: bool) -> None:
        """As `Answer.write_to`."""


class Engine(Protocol):
    """Answers of all engines are the same; docs/behaviour.md says what they are."""

    def join(
        self,
        entities: pa.Table | None,
        views: list[firn.View],
        *,
        event_timestamp: str,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> EngineRows:
        """As `firn.join`."""

    def latest(
        self, view: firn.View, *, start: datetime | None, end: datetime | None
    ) -> EngineRows:
        """As `firn.latest`."""

    def window(
        self,
        table: firn.Table,
        columns: list[str],
        timestamp: str,
        *,
        start: datetime | None,
        end: datetime | None,
    ) -> EngineRows:
        """Every row with a time in [start, end]; without ends every row."""


def engine_of(config: RepoConfig) -> Engine:
    """The engine that the settings name."""
    if settings_of(config).engine == "spark":
        from firn.feast.spark.engine import SparkEngine

        return SparkEngine(config)
    return FirnEngine(config)


class FirnEngine:
    def __init__(self, config: RepoConfig) -> None:
        self._catalog = open_catalog(config)
        self._memory_limit = settings_of(config).memory_limit

    def join(self, entities: pa.Table | None, views: list[firn.View], **options: Any) -> FirnRows:
        rows = firn.join(self._catalog, entities, views, memory_limit=self._memory_limit, **options)
        return FirnRows(rows)

    def latest(self, view: firn.View, **window: datetime | None) -> FirnRows:
        return FirnRows(firn.latest(self._catalog, view, **window))

    def window(
        self,
        table: firn.Table,
        columns: list[str],
        timestamp: str,
        *,
        start: datetime | None,
        end: datetime | None,
    ) -> FirnRows:
        data_type = table.schema.to_arrow().field(timestamp).type
        return FirnRows(
            table.scan(columns, window_filter(timestamp, data_type, start=start, end=end))
        )


class FirnRows:
    def __init__(self, rows: firn.Rows) -> None:
        self._rows = rows
        self.schema = rows.schema

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        return iter(self._rows)

    def dataframe(self, columns: list[Column], schema: pa.Schema) -> Any:
        raise NotImplementedError("only `engine: spark` answers with a Spark DataFrame")

    def write_to(self, table: firn.Table, answer: Answer, *, replace: bool) -> None:
        ArrowRows(answer.reader()).write_to(table, replace=replace)
