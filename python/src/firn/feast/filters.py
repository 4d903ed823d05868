"""The words of a scan's filter, for names and values that somebody else chose."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa

from firn.feast.times import utc


def quoted(name: str) -> str:
    """A column's name, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A constant, whatever is in it."""
    return "'" + value.replace("'", "''") + "'"


def window_filter(
    timestamp: str, data_type: pa.DataType, *, start: datetime | None, end: datetime | None
) -> str | None:
    """Times in [start, end] in the words of a scan; None: any."""
    column = quoted(timestamp)
    bounds = []
    if start is not None:
        bounds.append(f"{column} >= {_literal(utc(start), data_type, rounded_up=True)}")
    if end is not None:
        bounds.append(f"{column} <= {_literal(utc(end), data_type, rounded_up=False)}")
    return " and ".join(bounds) or None


def _literal(time: datetime, data_type: pa.DataType, *, rounded_up: bool) -> str:
    if pa.types.is_date(data_type):
        day = time.date()
        if rounded_up and time.time() != time.min.time():
            day = day.fromordinal(day.toordinal() + 1)
        return text(day.isoformat())
    zoned = data_type.tz is not None
    return text((time if zoned else time.replace(tzinfo=None)).isoformat())
