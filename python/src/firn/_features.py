"""Training sets: point-in-time joins, and the newest rows."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from firn import _convert, _firn
from firn._catalog import Catalog
from firn._convert import Identifier, Time
from firn._errors import InvalidArgumentError
from firn._rows import Rows
from firn._table import Table

_LATER = ("counts", "does-not")


@dataclasses.dataclass(frozen=True, init=False)
class View:
    """What is joined of a table.

        View("db.driver_stats", ["conv_rate", "acc_rate"], ttl="7d")
        View("db.places", {"temperature": "origin_temperature"}, name="origin",
             keys={"origin_id": "place_id"})
        View.parse("db.driver_stats:conv_rate,acc_rate@ttl=7d,ref=train-7")

    Args:
        table: identifier, or a Table: then the state of that object is read, an older one too
            (`Table.at`).
        features: columns; {column: name in the answer}; or "*" for all that are neither key nor
            time.
        name: for full_feature_names and errors; the table's name if None.
        keys: columns that make rows of one entity, of these names in the entities and the table; or
            {entity column: table column}. If None: the table's identifier fields where the entities
            have them all, else the columns that both have; () joins by time alone.
        timestamp: the column of event times; "event_timestamp", or the only timestamp, if None.
        created: the column that breaks ties of event times; "created_timestamp", "created_ts" or
            "created" where the table has one, if None.
        ttl: how old a row may be, timedelta or text ("7d", "36h"); any age if None or 0.
        created_later: "counts", or "does-not": rows created after the entity's time are not seen.
        snapshot_id, ref: one of them, as of `Table.at`: the state of the table that is read,
            whatever other views do.
        schema_id: with snapshot_id, as of `Table.at`.
    """

    table: tuple[str, ...] | Table
    features: tuple[tuple[str, str], ...]
    all_features: bool
    name: str
    keys: tuple[tuple[str, str], ...] | None
    timestamp: str | None
    created: str | None
    ttl: dt.timedelta
    created_later: str
    snapshot_id: int | None
    schema_id: int | None
    ref: str | None

    def __init__(
        self,
        table: Identifier | Table,
        features: str | Iterable[str] | Mapping[str, str] = "*",
        *,
        name: str | None = None,
        keys: str | Iterable[str] | Mapping[str, str] | None = None,
        timestamp: str | None = None,
        created: str | None = None,
        ttl: dt.timedelta | str | None = None,
        created_later: str = "counts",
        snapshot_id: int | None = None,
        schema_id: int | None = None,
        ref: str | None = None,
    ) -> None:
        if created_later not in _LATER:
            raise InvalidArgumentError(f"created_later: expected one of {_LATER}")
        _convert.refuse_schema_alone(snapshot_id, schema_id)
        if snapshot_id is not None and ref is not None:
            raise InvalidArgumentError("of snapshot_id and ref give one")
        path = table.identifier if isinstance(table, Table) else tuple(_convert.levels(table))
        if not path:
            raise InvalidArgumentError("a view needs a table")
        pairs = _pairs(features, "a feature")
        self._set(
            table=table if isinstance(table, Table) else path,
            features=tuple(pair for pair in pairs if pair[0] != "*"),
            all_features=any(column == "*" for column, _ in pairs),
            name=name or path[-1],
            keys=None if keys is None else _pairs(keys, "a key"),
            timestamp=timestamp,
            created=created,
            ttl=dt.timedelta(microseconds=_convert.duration(ttl, "ttl")),
            created_later=created_later,
            snapshot_id=_convert.snapshot_id(snapshot_id),
            schema_id=_convert.schema_id(schema_id),
            ref=_convert.ref(ref),
        )

    @classmethod
    def parse(cls, text: str) -> View:
        """`[NAME=]TABLE:FEATURES[@SETTINGS]`, as for `firn features join` (docs/features.md)."""
        said = _firn.parse_view(text)
        view = cls.__new__(cls)
        view._set(
            table=tuple(said["table"]),
            features=tuple(said["features"]),
            all_features=said["all_features"],
            name=said["name"],
            keys=tuple(said["keys"]) or None,
            timestamp=said["timestamp"] or None,
            created=said["created"] or None,
            ttl=dt.timedelta(microseconds=said["ttl_us"]),
            created_later=_LATER[0] if said["created_later_counts"] else _LATER[1],
            snapshot_id=said["snapshot_id"],
            schema_id=said["schema_id"],
            ref=said["ref"],
        )
        return view

    def _set(self, **fields: Any) -> None:
        for name, value in fields.items():
            object.__setattr__(self, name, value)

    def _native(self) -> _firn.View:
        loaded = self.table if isinstance(self.table, Table) else None
        path = self.table.identifier if isinstance(self.table, Table) else self.table
        return _firn.View(
            identifier=path,
            table=loaded._native if loaded else None,
            name=self.name,
            features=list(self.features),
            all_features=self.all_features,
            keys=None if self.keys is None else list(self.keys),
            timestamp=self.timestamp or "",
            created=self.created or "",
            ttl_us=_convert.duration(self.ttl, "ttl"),
            created_later_counts=self.created_later == "counts",
            snapshot_id=self.snapshot_id,
            schema_id=self.schema_id,
            ref=self.ref,
        )


def join(
    catalog: Catalog,
    entities: Any | None,
    views: View | str | Iterable[View | str],
    *,
    event_timestamp: str | None = None,
    full_feature_names: bool = False,
    start: Time | None = None,
    end: Time | None = None,
    as_of: Time | None = None,
    threads: int | None = None,
    memory_limit: int | None = None,
) -> Rows:
    """Entities with what was known of them at their time: of every view the newest row of the
    entity's key at or before the entity's time and within the view's TTL.

    The answer has a row for every row of `entities`, in the same order: their columns first, then
    the features of the views, null where nothing was known. It is in memory when this returns; with
    a `memory_limit` it is joined part by part while it is read, anew with every iteration. Which
    snapshots it is of: `Rows.snapshots`. Semantics, ties among them: docs/behaviour.md.

    Args:
        catalog: where the views' tables are.
        entities: anything with `__arrow_c_stream__` or `__arrow_c_array__`: keys, times, and
            whatever else shall come along. None: every key and event time that the views' tables
            have from `start` to `end`, both included, once; open ends if None.
        views: one or more, as View or as text.
        event_timestamp: the column of entities that holds their times (timestamps of any unit and
            zone, UTC where they have none, dates, or ISO 8601 text); "event_timestamp", or the only
            timestamp, if None.
        full_feature_names: features are named `view__feature`.
        as_of: every table as it was at a time, which has passed.
        threads: files read at a time; as many as there are cores if None.
        memory_limit: bytes that a part of the join may hold, 16 MiB at least; entities are held
            beside it. Those that are made of the tables and their index may take as much.

    Raises:
        InvalidArgumentError: a column is not there, is no key or time, or two could be meant; the
            error names view and column.
        NoSuchTableError, NotFoundError.
        PayloadTooLargeError: without entities, more keys and times than the limit holds: give a
            start and an end.
    """
    if entities is not None and (start is not None or end is not None):
        raise InvalidArgumentError("start and end are for a join without entities")
    several = [_view(view) for view in ([views] if isinstance(views, View | str) else views)]
    _refuse_two_times(several, as_of)
    native = _firn.join(
        catalog=catalog._native,
        entities=entities,
        views=[view._native() for view in several],
        event_timestamp=event_timestamp or "",
        full_feature_names=full_feature_names,
        as_of_ms=_convert.millis(as_of, "as_of"),
        start_us=_convert.micros(start, "start"),
        end_us=_convert.micros(end, "end"),
        threads=_convert.threads(threads),
        memory_bytes=_convert.memory_limit(memory_limit),
    )
    return Rows(native)


def latest(
    catalog: Catalog,
    view: View | str,
    *,
    start: Time | None = None,
    end: Time | None = None,
    as_of: Time | None = None,
    threads: int | None = None,
) -> Rows:
    """The newest row of every key of a table with an event time in [start, end], both included:
    keys, features, event time, and the created time where the table has one.

    `ttl` and `created_later` of the view do not count; of its keys only the table's side does, and
    without any the table's identifier fields are taken. The answer is in memory when this returns.

    Raises InvalidArgumentError, NoSuchTableError, NotFoundError, as `join`.
    """
    view = _view(view)
    _refuse_two_times([view], as_of)
    native = _firn.latest(
        catalog=catalog._native,
        view=view._native(),
        start_us=_convert.micros(start, "start"),
        end_us=_convert.micros(end, "end"),
        as_of_ms=_convert.millis(as_of, "as_of"),
        threads=_convert.threads(threads),
    )
    return Rows(native)


def _view(view: View | str) -> View:
    if isinstance(view, str):
        return View.parse(view)
    if not isinstance(view, View):
        raise TypeError(f"a view: expected View or text, not {type(view).__name__}")
    return view


def _refuse_two_times(views: list[View], as_of: Time | None) -> None:
    for view in views:
        if as_of is not None and isinstance(view.table, Table) and view.table._is_pinned:
            raise InvalidArgumentError(
                f"view {view.name}: its table is at snapshot {view.table.current_snapshot_id} "
                "already: give no as_of"
            )


def _pairs(
    names: str | Iterable[str] | Mapping[str, str], what: str
) -> tuple[tuple[str, str], ...]:
    if isinstance(names, Mapping):
        return tuple(
            zip(
                _convert.texts(names.keys(), what),
                _convert.texts(names.values(), what),
                strict=True,
            )
        )
    return tuple((name, name) for name in _convert.texts(names, what))
