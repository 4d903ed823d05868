"""SparkEngine: what Firn's engine answers, computed by Spark. Requests are checked by Firn before
Spark is asked, which also says what the answer's schema is and which snapshots are read."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from feast.feature_view import DUMMY_ENTITY_VAL

import firn
from firn.feast.catalogs import open_catalog
from firn.feast.spark import query
from firn.feast.spark.session import catalog_name, session_of
from firn.feast.spark.tables import check_output, spark_table
from firn.feast.spark.types import quoted, spark_type
from firn.feast.spark.values import entity_relation, fitted, from_spark, to_spark
from firn.feast.times import utc
from firn.feast.writing import ArrowRows

if TYPE_CHECKING:
    from feast.repo_config import RepoConfig
    from pyspark.sql import DataFrame

    from firn.feast.answers import Answer, Column

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)
_NO_COLUMN = "firn_feast_time"


class SparkEngine:
    def __init__(self, config: RepoConfig) -> None:
        self._config = config
        self._session = session_of(config)
        self._catalog = catalog_name(config)

    def join(
        self,
        entities: pa.Table | None,
        views: list[firn.View],
        *,
        event_timestamp: str,
        start: dt.datetime | None = None,
        end: dt.datetime | None = None,
    ) -> SparkRows | FrameRows:
        keys = list(dict.fromkeys(entity for view in views for entity, _ in view.keys))
        frame = _frame_of(views, keys, event_timestamp) if entities is None else entities
        schema = self._planned(frame[:0], views, event_timestamp)
        joined = [self._of_table(view) for view in views]
        if entities is None:
            spine = query.spine(joined, keys, _micros(start), _micros(end))
            return self._without_frame(schema, joined, spine, keys, event_timestamp)
        return FrameRows(
            self._session, self._catalog, schema, entities, joined, keys, event_timestamp
        )

    def latest(
        self, view: firn.View, *, start: dt.datetime | None, end: dt.datetime | None
    ) -> SparkRows:
        joined = self._of_table(view)
        keys, features = joined.table_keys, [column for column, _ in view.features]
        columns = [*keys, *features, view.timestamp, view.created]
        text = query.latest_query(joined, columns, _micros(start), _micros(end))
        # Types are those of a join.
        of_table = view.table.schema.to_arrow()
        answered = self._planned(
            _frame_of([view], joined.entity_keys, _NO_COLUMN), [view], _NO_COLUMN
        )
        of_features = list(answered)[len(keys) + 1 :]
        fields = [of_table.field(name).with_type(_key_type(of_table, name)) for name in keys]
        fields += [
            of_table.field(name).with_type(field.type)
            for name, field in zip(features, of_features, strict=True)
        ]
        fields += [of_table.field(view.timestamp), of_table.field(view.created)]
        return SparkRows(self._catalog, pa.schema(fields), lambda: self._session.sql(text))

    def window(
        self,
        table: firn.Table,
        columns: list[str],
        timestamp: str,
        *,
        start: dt.datetime | None,
        end: dt.datetime | None,
    ) -> SparkRows:
        of_spark = spark_table(self._session, self._catalog, table, [*columns, timestamp])
        text = query.window_query(of_spark, columns, timestamp, _micros(start), _micros(end))
        schema = table.scan(columns).schema
        for field in schema:
            check_output(field.name, field.type)
        return SparkRows(self._catalog, schema, lambda: self._session.sql(text))

    def _planned(
        self, no_rows: pa.Table, views: list[firn.View], event_timestamp: str
    ) -> pa.Schema:
        """Of the answer. Without rows nothing is read, but the request is checked, and met with
        snapshots."""
        catalog = open_catalog(self._config)
        schema = firn.join(catalog, no_rows, views, event_timestamp=event_timestamp).schema
        for field in list(schema)[no_rows.num_columns :]:
            check_output(field.name, field.type)
        return schema

    def _without_frame(
        self,
        schema: pa.Schema,
        joined: list[query.ViewOfTable],
        spine: query.Entities,
        keys: list[str],
        event_timestamp: str,
    ) -> SparkRows:
        columns = [
            f"{query.from_form(spine.keys[name], schema.field(name).type)} AS c{i}"
            for i, name in enumerate(keys)
        ]
        columns.append(f"timestamp_micros(entities.event_at) AS c{len(keys)}")
        names = [f"c{i}" for i in range(len(columns), len(schema))]
        text = query.join_query(joined, spine, columns, names, ordered=False)
        return SparkRows(self._catalog, schema, lambda: self._session.sql(text))

    def _of_table(self, view: firn.View) -> query.ViewOfTable:
        columns = [
            *(column for _, column in view.keys),
            *(column for column, _ in view.features),
            view.timestamp,
            view.created,
        ]
        return query.ViewOfTable(
            view, spark_table(self._session, self._catalog, view.table, columns)
        )


@dataclass(frozen=True)
class SparkRows:
    """A query whose columns are `c0`, `c1`, ..., those of the schema."""

    #: Its name in Spark: tables are written there.
    catalog: str
    schema: pa.Schema
    query: Callable[[], DataFrame]

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        for batch in from_spark(self.query()):
            columns = [fitted(batch.column(i), field.type) for i, field in enumerate(self.schema)]
            yield pa.record_batch(columns, schema=self.schema)

    def dataframe(self, columns: list[Column], schema: pa.Schema) -> DataFrame:
        return _selected(self.query(), columns, schema)

    def write_to(self, table: firn.Table, answer: Answer, *, replace: bool) -> None:
        _write(answer, self.catalog, table, replace=replace)


@dataclass(frozen=True)
class FrameRows:
    """A join with an entity frame. The frame's own columns stay here: Spark is told of keys and
    times, and answers in the frame's order."""

    session: Any
    catalog: str
    schema: pa.Schema
    entities: pa.Table
    views: list[query.ViewOfTable]
    keys: list[str]
    event_timestamp: str

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        if self.entities.num_rows == 0:
            return
        width = self.entities.num_columns
        fields = list(self.schema)[width:]
        first = 0
        for batch in from_spark(self._joined(self._relation(), [], ordered=True)):
            own = self.entities.slice(first, batch.num_rows).combine_chunks()
            first += batch.num_rows
            columns = [column.chunk(0) for column in own.columns]
            columns += [
                fitted(batch.column(batch.schema.get_field_index(f"c{width + i}")), field.type)
                for i, field in enumerate(fields)
            ]
            yield pa.record_batch(columns, schema=self.schema)

    def dataframe(self, columns: list[Column], schema: pa.Schema) -> DataFrame:
        own = [f"c{i}" for i in range(self.entities.num_columns)]
        relation = self._relation()
        for name, column in zip(own, self.entities.columns, strict=True):
            relation = relation.append_column(name, column)
        return _selected(self._joined(relation, own, ordered=False), columns, schema)

    def write_to(self, table: firn.Table, answer: Answer, *, replace: bool) -> None:
        _write(answer, self.catalog, table, replace=replace)

    def _relation(self) -> pa.Table:
        return entity_relation(self.entities, self.event_timestamp, self._names())

    def _names(self) -> dict[str, str]:
        return {name: f"e{i}" for i, name in enumerate(self.keys)}

    def _joined(self, relation: pa.Table, columns: list[str], *, ordered: bool) -> DataFrame:
        bounds = pc.min_max(relation.column("event_at"))
        first, last = bounds["min"].as_py(), bounds["max"].as_py()
        names = [f"c{i}" for i in range(self.entities.num_columns, len(self.schema))]
        frame = to_spark(self.session, relation)
        # For as long as the query is understood; others may be at the same time.
        view = f"firn_feast_{uuid.uuid4().hex}"
        frame.createTempView(view)
        try:
            entities = query.Entities(f"SELECT * FROM {view}", self._names(), first, last)
            return self.session.sql(
                query.join_query(self.views, entities, columns, names, ordered=ordered)
            )
        finally:
            self.session.catalog.dropTempView(view)


def _selected(frame: DataFrame, columns: list[Column], schema: pa.Schema) -> DataFrame:
    """By the names of the schema; a column more is the key that stands for none. Types that Spark
    has not, stay those that it keeps them in."""
    from pyspark.sql import functions

    chosen = []
    for column, field in zip(columns, schema, strict=False):
        value = frame[f"c{column.place}"]
        if column.changes_type:
            value = value.cast(spark_type(field.type))
        chosen.append(value.alias(field.name))
    chosen += [
        functions.lit(DUMMY_ENTITY_VAL).alias(field.name) for field in list(schema)[len(columns) :]
    ]
    return frame.select(chosen)


def _write(answer: Answer, catalog: str, table: firn.Table, *, replace: bool) -> None:
    """Within structs and maps joins have UUIDs as bytes and Spark as texts: those are written from
    here."""
    from pyspark.sql import functions

    if any(_may_hold_uuid(field.type) for field in answer.schema):
        ArrowRows(answer.reader()).write_to(table, replace=replace)
        return
    name = ".".join(quoted(level) for level in (catalog, *table.identifier))
    writer = answer.spark_df().writeTo(name)
    if replace:
        writer.overwrite(functions.lit(True))
    else:
        writer.append()


def _may_hold_uuid(data_type: pa.DataType) -> bool:
    children = [data_type.field(i).type for i in range(data_type.num_fields)]
    return any(child in (pa.binary(16), pa.uuid()) or _may_hold_uuid(child) for child in children)


def _frame_of(views: list[firn.View], keys: list[str], event_timestamp: str) -> pa.Table:
    """No rows of the frame that the views' tables make."""
    types: dict[str, pa.DataType] = {}
    for view in views:
        schema = view.table.schema.to_arrow()
        for entity, column in view.keys:
            data_type = _key_type(schema, column)
            types[entity] = query.wider(types.get(entity, data_type), data_type)
    times = pa.field(event_timestamp, pa.timestamp("us", tz="UTC"))
    return pa.schema([*(pa.field(name, types[name]) for name in keys), times]).empty_table()


def _key_type(schema: pa.Schema, column: str) -> pa.DataType:
    """As joins have it: UUIDs are their bytes."""
    data_type = schema.field(column).type
    return data_type.storage_type if isinstance(data_type, pa.UuidType) else data_type


def _micros(time: dt.datetime | None) -> int | None:
    return None if time is None else (utc(time) - _EPOCH) // _MICROSECOND
