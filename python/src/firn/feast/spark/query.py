"""Requests as Spark SQL: pure functions from views and tables to text.

A point-in-time join is one window a view, over the view's rows and the entities together: in order
of the time from which on each can be seen, the best row so far is what an entity gets. So no row
meets more than its neighbours, and Spark spills. Times are microseconds since 1970; the session's
time zone is to be UTC, its names are to be case-sensitive.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import pyarrow as pa
from pyarrow import types

import firn
from firn.feast.spark.types import quoted, spark_type

DAY_US = 86_400_000_000
_MICROSECOND = dt.timedelta(microseconds=1)
# Spark does not know how many files a table has: it would shuffle the table's rows.
_FEW_FILES = "/*+ BROADCAST(f) */"
_LEAST, _GREATEST = -(2**63), 2**63 - 1


@dataclass(frozen=True)
class SparkTable:
    """A table at a snapshot, as Spark reads it."""

    #: Quoted, with its catalog.
    name: str
    #: None: the table is empty.
    snapshot_id: int | None
    types: Mapping[str, pa.DataType]
    #: Rows have `_row_id` and `_last_updated_sequence_number`.
    has_lineage: bool = False
    #: Where the snapshot knows a column otherwise than by its name: its expression, of the row `t`.
    expressions: Mapping[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> str:
        """Rows `t`."""
        if self.snapshot_id is None:
            return "(SELECT 1) AS t"
        return f"{self.name} VERSION AS OF {self.snapshot_id} AS t"

    @property
    def source(self) -> str:
        """Rows `t`, and their files `f`, numbered in the order in which they arrived."""
        if self.snapshot_id is None:
            return self.rows
        at = f"VERSION AS OF {self.snapshot_id}"
        return (
            f"{self.rows} LEFT JOIN (SELECT data_file.file_path AS path, row_number() "
            f"OVER (ORDER BY sequence_number, data_file.file_path) AS number "
            f"FROM {self.name}.entries {at} WHERE status < 2 AND data_file.content = 0) AS f "
            "ON f.path = t._file"
        )

    @property
    def arrival(self) -> list[str]:
        """What orders rows by their arrival: first what decides first."""
        if self.snapshot_id is None:
            return []
        lineage = ["t._last_updated_sequence_number", "t._row_id"] if self.has_lineage else []
        return [*lineage, "f.number", "t._pos"]

    def column(self, name: str) -> str:
        if self.snapshot_id is None:
            return f"CAST(NULL AS {spark_type(self.types[name])})"
        return self.expressions.get(name, f"t.{quoted(name)}")

    def time(self, name: str) -> str:
        return micros(self.column(name), self.types[name])

    def key(self, name: str) -> str:
        return key_form(self.column(name), self.types[name])

    def between(self, timestamp: str, first: int | None, last: int | None) -> list[str]:
        """Conditions that the table can be pruned by: times in [first, last]."""
        conditions = [] if self.snapshot_id is not None else ["FALSE"]
        column, data_type = self.column(timestamp), self.types[timestamp]
        conditions.append(f"{column} IS NOT NULL")
        if first is not None and first > _LEAST:
            conditions.append(f"{column} >= {_literal(first, data_type, rounded_up=True)}")
        if last is not None and last < _GREATEST:
            conditions.append(f"{column} <= {_literal(last, data_type, rounded_up=False)}")
        return conditions


class ViewOfTable(NamedTuple):
    view: firn.View
    table: SparkTable

    @property
    def entity_keys(self) -> list[str]:
        return [entity for entity, _ in self.view.keys or ()]

    @property
    def table_keys(self) -> list[str]:
        return [column for _, column in self.view.keys or ()]

    def rank(self) -> str:
        """Of two rows the greater one wins: docs/behaviour.md, "Which row wins"."""
        table, view = self.table, self.view
        created = [table.time(view.created)] if view.created else []
        return f"struct({', '.join([table.time(view.timestamp), *created, *table.arrival])})"

    def available(self) -> str:
        """From when on a row can be seen; null: never."""
        table, view = self.table, self.view
        time = table.time(view.timestamp)
        if view.created_later == "counts":
            return time
        created = table.time(view.created)
        return f"CASE WHEN {created} IS NOT NULL THEN greatest({time}, {created}) END"


@dataclass(frozen=True)
class Entities:
    """The rows that features are wanted for: a relation with `entity_row`, `event_at` (the time,
    floored), `exact_at` (the same, rounded up) and keys."""

    relation: str
    #: Entity column -> column of the relation.
    keys: Mapping[str, str]
    first: int | None
    last: int | None


def join_query(
    views: list[ViewOfTable],
    entities: Entities,
    columns: list[str],
    feature_names: list[str],
    *,
    ordered: bool,
) -> str:
    """`columns` of the relation `entities`, then the features of all views, by these names."""
    parts = [f"entities AS ({entities.relation})"]
    names = iter(feature_names)
    selected = list(columns)
    joins = []
    for number, joined in enumerate(views):
        parts += _view_parts(number, joined, entities)
        place = f"found_{number}"
        joins.append(f"LEFT JOIN {place} ON {place}.entity_row = entities.entity_row")
        selected += [
            f"{place}.features.c{i} AS {quoted(next(names))}"
            for i in range(len(joined.view.features))
        ]
    order = "\nORDER BY entities.entity_row" if ordered else ""
    return (
        f"WITH {_commas(parts)}\nSELECT {', '.join(selected)}\nFROM entities\n"
        + "\n".join(joins)
        + order
    )


def _view_parts(number: int, joined: ViewOfTable, entities: Entities) -> list[str]:
    view, table = joined
    ttl = view.ttl // _MICROSECOND
    first = None if entities.first is None or ttl == 0 else entities.first - ttl
    keys = [f"k{i}" for i in range(len(joined.table_keys))]
    wanted = [entities.keys[name] for name in joined.entity_keys]
    key_forms = [f"{table.key(name)} AS k{i}, " for i, name in enumerate(joined.table_keys)]
    features = [f"{table.column(column)} AS c{i}" for i, (column, _) in enumerate(view.features)]
    conditions = [
        *table.between(view.timestamp, first, entities.last),
        *(f"{table.column(name)} IS NOT NULL" for name in joined.table_keys),
    ]
    rows = (
        f"SELECT {_FEW_FILES} {''.join(key_forms)}{table.time(view.timestamp)} AS event_at, "
        f"{joined.available()} AS available, {joined.rank()} AS rank, "
        f"struct({', '.join(features)}) AS features\n"
        f"FROM {table.source}\nWHERE {' AND '.join(conditions)}"
    )
    listed = "".join(f"{key}, " for key in keys)
    named = "".join(f"{column} AS k{i}, " for i, column in enumerate(wanted))
    present = [f"{column} IS NOT NULL" for column in [*wanted, "event_at"]]
    together = (
        f"SELECT {listed}available, 0 AS is_entity, NULL AS entity_row, NULL AS exact_at, rank, "
        f"struct(event_at, features) AS row\nFROM rows_{number} WHERE available IS NOT NULL\n"
        f"UNION ALL\nSELECT {named}event_at, 1, entity_row, exact_at, NULL, NULL\n"
        f"FROM entities WHERE {' AND '.join(present)}"
    )
    partition = f"PARTITION BY {', '.join(keys)} " if keys else ""
    best = (
        f"SELECT entity_row, exact_at, max_by(row, rank) OVER ({partition}ORDER BY available, "
        "is_entity ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS row\n"
        f"FROM ({together})"
    )
    # What is too far apart for a number of 64 bits is no age that is asked about.
    young = f" AND coalesce(row.event_at >= try_subtract(exact_at, {ttl}), TRUE)" if ttl else ""
    found = (
        f"SELECT entity_row, row.features AS features\nFROM ({best})\n"
        f"WHERE entity_row IS NOT NULL AND row IS NOT NULL{young}"
    )
    return [f"rows_{number} AS (\n{rows})", f"found_{number} AS (\n{found})"]


def spine(
    views: list[ViewOfTable], keys: list[str], start: int | None, end: int | None
) -> Entities:
    """Every key and event time that a row of a view's table has in [start, end], once among views
    by the same keys; other keys are null there."""
    groups: dict[tuple[str, ...], list[ViewOfTable]] = {}
    for joined in views:
        groups.setdefault(tuple(sorted(joined.entity_keys)), []).append(joined)
    forms = _forms(views, keys)
    columns = {name: f"e{i}" for i, name in enumerate(keys)}
    relations = [
        _spine_group(number, group, forms, columns, (start, end))
        for number, group in enumerate(groups.values())
    ]
    row = ", ".join(["view_keys", *columns.values(), "event_at"])
    relation = (
        f"SELECT struct({row}) AS entity_row, event_at, event_at AS exact_at"
        f"{''.join(f', {column}' for column in columns.values())}\nFROM ("
        + "\nUNION ALL\n".join(relations)
        + ")"
    )
    return Entities(relation, columns, start, end)


def _spine_group(
    number: int,
    group: list[ViewOfTable],
    forms: Mapping[str, str],
    columns: Mapping[str, str],
    window: tuple[int | None, int | None],
) -> str:
    rows = []
    for view, table in group:
        of_view = dict(view.keys or ())
        listed = [
            f"{table.key(of_view[name])} AS {column}"
            if name in of_view
            else f"CAST(NULL AS {forms[name]}) AS {column}"
            for name, column in columns.items()
        ]
        conditions = [
            *table.between(view.timestamp, *window),
            *(f"{table.column(column)} IS NOT NULL" for column in of_view.values()),
        ]
        rows.append(
            f"SELECT {''.join(f'{item}, ' for item in listed)}{table.time(view.timestamp)} AS "
            f"event_at FROM {table.rows} WHERE {' AND '.join(conditions)}"
        )
    together = "\nUNION ALL\n".join(rows)
    return f"SELECT DISTINCT {number} AS view_keys, * FROM (\n{together})"


def _forms(views: list[ViewOfTable], keys: list[str]) -> dict[str, str]:
    types_of = {
        entity: joined.table.types[column]
        for joined in reversed(views)
        for entity, column in joined.view.keys or ()
    }
    return {name: spark_type(form_of(types_of[name])) for name in keys}


def latest_query(
    joined: ViewOfTable, columns: list[str], start: int | None, end: int | None
) -> str:
    """The newest row of every key: its columns by place, `c0`, `c1`, ..."""
    table = joined.table
    keys = [table.key(name) for name in joined.table_keys]
    partition = f"PARTITION BY {', '.join(keys)} " if keys else ""
    conditions = [
        *table.between(joined.view.timestamp, start, end),
        *(f"{table.column(name)} IS NOT NULL" for name in joined.table_keys),
    ]
    places = ", ".join(f"c{i}" for i in range(len(columns)))
    return (
        f"SELECT {places}\nFROM (SELECT {_FEW_FILES} {_by_place(table, columns)}, "
        f"row_number() OVER ({partition}ORDER BY {joined.rank()} DESC) AS place\n"
        f"FROM {table.source}\nWHERE {' AND '.join(conditions)})\nWHERE place = 1"
    )


def window_query(
    table: SparkTable, columns: list[str], timestamp: str, start: int | None, end: int | None
) -> str:
    """Every row with a time in [start, end], without ends every row; columns by place."""
    conditions = table.between(timestamp, start, end)
    if start is None and end is None:
        conditions = [condition for condition in conditions if condition == "FALSE"] or ["TRUE"]
    return (
        f"SELECT {_by_place(table, columns)}\nFROM {table.rows}\nWHERE {' AND '.join(conditions)}"
    )


def _by_place(table: SparkTable, columns: list[str]) -> str:
    return ", ".join(f"{table.column(name)} AS c{i}" for i, name in enumerate(columns))


def micros(expression: str, data_type: pa.DataType) -> str:
    """A time as microseconds since 1970."""
    if types.is_timestamp(data_type) and data_type.tz is not None:
        return f"unix_micros({expression})"
    return f"unix_micros(CAST({expression} AS TIMESTAMP))"


def form_of(data_type: pa.DataType) -> pa.DataType:
    """The type in which keys meet, whatever they are kept as (docs/behaviour.md, "Keys")."""
    if types.is_integer(data_type) or types.is_timestamp(data_type):
        return pa.int64()
    if types.is_floating(data_type):
        return pa.float64()
    if types.is_decimal(data_type):
        return pa.decimal128(38, data_type.scale)
    if (
        types.is_string(data_type)
        or types.is_large_string(data_type)
        or types.is_string_view(data_type)
    ):
        return pa.string()
    if types.is_boolean(data_type) or types.is_date32(data_type):
        return data_type
    return pa.binary()


def wider(one: pa.DataType, other: pa.DataType) -> pa.DataType:
    """Of two types whose keys meet the one that has room for the other's."""
    return other if _width(other) > _width(one) else one


def _width(data_type: pa.DataType) -> int:
    if types.is_decimal(data_type):
        return data_type.precision
    is_number = types.is_integer(data_type) or types.is_floating(data_type)
    return data_type.bit_width if is_number else 0


def key_form(expression: str, data_type: pa.DataType) -> str:
    """A key of a table in the form that keys meet in."""
    if isinstance(data_type, pa.UuidType):
        return f"unhex(replace({expression}, '-', ''))"
    if types.is_timestamp(data_type):
        return micros(expression, data_type)
    form = form_of(data_type)
    if form == data_type or form == pa.binary():
        return expression
    return f"CAST({expression} AS {spark_type(form)})"


def from_form(expression: str, data_type: pa.DataType) -> str:
    """A key in that form as a column of the type; UUIDs are their bytes."""
    if types.is_timestamp(data_type):
        instant = f"timestamp_micros({expression})"
        return instant if data_type.tz else f"CAST({instant} AS TIMESTAMP_NTZ)"
    if form_of(data_type) in (data_type, pa.binary()):
        return expression
    return f"CAST({expression} AS {spark_type(data_type)})"


def _literal(time: int, data_type: pa.DataType, *, rounded_up: bool) -> str:
    if types.is_date(data_type):
        days = -(-time // DAY_US) if rounded_up else time // DAY_US
        return f"date_from_unix_date({days})"
    instant = f"timestamp_micros({time})"
    return instant if data_type.tz else f"CAST({instant} AS TIMESTAMP_NTZ)"


def _commas(parts: list[str]) -> str:
    return ",\n".join(parts)
