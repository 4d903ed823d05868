"""Entity frames, which come from outside, as Arrow tables."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from feast.errors import EntityTimestampInferenceException, FeastEntityDFMissingColumnsError

from firn.feast.columns import decoded, is_text, whole_numbers
from firn.feast.types import INSTANT

EVENT_TIMESTAMP = "event_timestamp"
TIMES_WANTED = "give timestamps, dates, or ISO 8601 text such as 2026-11-29T08:00:00Z"
# A clock time with an offset behind it; the end of a date alone looks like an offset.
_WITH_OFFSET = r":\d\d(\.\d+)?(Z|[+-]\d\d(:?\d\d)?)$"
_DATE_ALONE = r"^\d{4}-\d\d-\d\d$"


class EntityFrame:
    """The rows that features are wanted for: Arrow, with one column of times in UTC."""

    def __init__(self, entity_df: Any) -> None:
        table = _arrow(entity_df)
        self.event_timestamp = _event_timestamp_of(table.schema)
        index = table.schema.get_field_index(self.event_timestamp)
        times = _instants(table.column(index), self.event_timestamp)
        self.table = table.set_column(index, self.event_timestamp, times)

    def require(self, columns: Iterable[str]) -> None:
        """Errors: FeastEntityDFMissingColumnsError."""
        missing = set(columns) - set(self.table.column_names)
        if missing:
            raise FeastEntityDFMissingColumnsError(set(columns), missing)

    def fit_key(self, name: str, wanted: pa.DataType) -> None:
        """A key that pandas made floating for want of a null becomes whole numbers where the table
        has those, of 64 bits whatever the table's width, for the join compares values; one that is
        null everywhere gets the table's type."""
        index = self.table.schema.get_field_index(name)
        column = self.table.column(index)
        if pa.types.is_null(column.type):
            column = column.cast(wanted)
        elif pa.types.is_floating(column.type) and pa.types.is_integer(wanted):
            try:
                column = whole_numbers(column)
            except pa.ArrowInvalid as error:
                raise ValueError(
                    f"entity_df: column {name} has {column.type} values that are no int64 "
                    f"({error}), and the table's keys are {wanted}: cast it, or leave such rows out"
                ) from None
        self.table = self.table.set_column(index, name, column)

    def keys(self) -> list[str]:
        return [name for name in self.table.column_names if name != self.event_timestamp]

    def time_bounds(self) -> tuple[Any, Any]:
        """The first and the last time, as datetimes; None where there is none."""
        bounds = pc.min_max(self.table.column(self.event_timestamp).cast(INSTANT, safe=False))
        return bounds["min"].as_py(), bounds["max"].as_py()


def _arrow(frame: Any) -> pa.Table:
    if isinstance(frame, pd.DataFrame):
        # Their names as text, which from_pandas makes of them.
        _refuse_twice(map(str, frame.columns))
        frame = pa.Table.from_pandas(frame, preserve_index=False)
    try:
        table = pa.table(frame).replace_schema_metadata(None)
    except TypeError:
        raise TypeError(
            "entity_df: expected a DataFrame of pandas, Arrow rows or the text of a query, not "
            f"{type(frame).__name__}"
        ) from None
    _refuse_twice(table.column_names)
    for index, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            table = table.set_column(index, field.name, decoded(table.column(index)))
    return table


def _refuse_twice(names: Iterable[str]) -> None:
    """Which of two columns of one name is meant cannot be told."""
    for name, count in Counter(names).items():
        if count > 1:
            raise ValueError(
                f"entity_df: it has {count} columns {name}: leave one out, or rename it"
            )


def _event_timestamp_of(schema: pa.Schema) -> str:
    if EVENT_TIMESTAMP in schema.names:
        return EVENT_TIMESTAMP
    times = [field.name for field in schema if pa.types.is_timestamp(field.type)]
    if len(times) != 1:
        raise EntityTimestampInferenceException(EVENT_TIMESTAMP)
    return times[0]


def _instants(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    """Times as instants in UTC: without a zone they are UTC, ISO 8601 text is read."""
    data_type = column.type
    if pa.types.is_timestamp(data_type):
        return column.cast(pa.timestamp(data_type.unit, tz="UTC"))
    if pa.types.is_date(data_type) or pa.types.is_null(data_type):
        return column.cast(INSTANT)
    if is_text(data_type):
        return _parsed(column.cast(pa.string()), name)
    raise ValueError(f"entity_df: column {name} is {data_type}, which is no time: {TIMES_WANTED}")


def _is_time(text: str) -> bool:
    try:
        pa.scalar(text).cast(INSTANT)
    except pa.ArrowInvalid:
        return False
    return True


def _parsed(texts: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    dated = pc.match_substring_regex(texts, _DATE_ALONE)
    zoned = pc.match_substring_regex(texts, _WITH_OFFSET)
    suffix = pc.if_else(dated, "T00:00:00Z", pc.if_else(zoned, "", "Z"))
    completed = pc.binary_join_element_wise(texts, suffix, "")
    # As `firn.join` reads them: in nanoseconds too, but those hold no far years.
    with contextlib.suppress(pa.ArrowInvalid):
        return completed.cast(INSTANT)
    try:
        return completed.cast(pa.timestamp("ns", tz="UTC"))
    except pa.ArrowInvalid as error:
        refused = re.search(r"'(.*?)'", str(error))
    text = refused[1] if refused else ""
    given = texts.filter(pc.equal(completed, text))
    shown = f", {given[0].as_py()!r}" if len(given) else ""
    if _is_time(text):
        raise ValueError(
            f"entity_df: column {name} has times in nanoseconds, which go from 1677 to 2262, "
            f"beside others{shown}: give all of them in microseconds"
        )
    raise ValueError(f"entity_df: column {name} has a text that is no time{shown}: {TIMES_WANTED}")
