"""What callers may write, as the native module takes it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from numbers import Integral
from typing import Any, TypeAlias

from firn import _firn
from firn._errors import InvalidArgumentError

#: "db.schema.table", or its levels.
Identifier: TypeAlias = "str | Iterable[str]"
#: A datetime (UTC where it is naive), a date (its midnight, UTC), or text in ISO 8601.
Time: TypeAlias = "dt.datetime | dt.date | str"

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)
#: In microseconds.
_LONGEST = (1 << 63) - 1


def levels(path: Identifier) -> list[str]:
    """Of `db."odd.name".t`, or of what has them already."""
    if isinstance(path, str):
        return _firn.parse_path(path) if path else []
    return [_text(level, "a level of an identifier") for level in path]


def dotted(path: Iterable[str]) -> str:
    """What `levels` reads back: levels that a dot would part are quoted."""
    return ".".join(map(_level, path))


def texts(values: str | Iterable[str] | None, what: str) -> list[str]:
    """A list of texts; one text is a list of it."""
    if values is None:
        return []
    if isinstance(values, str):
        return [values]
    return [_text(value, what) for value in values]


def properties(keys: Mapping[str, Any]) -> dict[str, str]:
    """Values as text: True is "true", 5 is "5"; what is None is left out."""
    return {
        _text(key, "the name of a property"): _property(key, value)
        for key, value in keys.items()
        if value is not None
    }


def moment(time: Time | None, what: str) -> dt.datetime | None:
    """In UTC. Errors, of the three: InvalidArgumentError for what is no time."""
    if time is None:
        return None
    try:
        return _aware(time, what).astimezone(dt.UTC)
    except OverflowError:
        raise InvalidArgumentError(f"{what}: not within the years 1 to 9999: {time}") from None


def micros(time: Time | None, what: str) -> int | None:
    """Microseconds since 1970 in UTC."""
    return None if time is None else (_aware(time, what) - _EPOCH) // _MICROSECOND


def millis(time: Time | None, what: str) -> int | None:
    """Milliseconds, floored: as Iceberg counts the times of snapshots."""
    count = micros(time, what)
    return None if count is None else count // 1000


def duration(value: dt.timedelta | str | None, what: str) -> int:
    """Microseconds; 0 for None."""
    if value is None:
        return 0
    if isinstance(value, str):
        return _firn.parse_duration(value)
    if not isinstance(value, dt.timedelta):
        raise TypeError(f"{what}: expected timedelta or text such as '7d', not {_kind(value)}")
    if value < dt.timedelta(0):
        raise InvalidArgumentError(f"{what}: a duration is not negative")
    micros = value // _MICROSECOND
    if micros > _LONGEST:
        raise InvalidArgumentError(
            f"{what}: a duration has at most {_LONGEST} microseconds (about 292,000 years), not "
            f"{micros}; for any age leave it out"
        )
    return micros


def snapshot_id(value: int | None) -> int | None:
    """A whole number of 64 bits."""
    return _whole(value, "snapshot_id", bits=64)


def schema_id(value: int | None) -> int | None:
    """A whole number of 32 bits."""
    return _whole(value, "schema_id", bits=32)


def task_size(value: int | None) -> int | None:
    """A whole number of 64 bits."""
    return _whole(value, "task_size", bits=64)


def row_limit(value: int | None) -> int | None:
    """A whole number of 64 bits."""
    return _whole(value, "limit", bits=64)


def memory_limit(value: int | None) -> int | None:
    """Bytes, a whole number of 64 bits."""
    return _whole(value, "memory_limit", bits=64)


def refuse_schema_alone(snapshot_id: int | None, schema_id: int | None) -> None:
    """Errors: InvalidArgumentError for a schema without a snapshot, as in the record of what was
    read of an empty table."""
    if schema_id is not None and snapshot_id is None:
        raise InvalidArgumentError(
            "schema_id: give it with a snapshot_id; an empty table has none (its snapshot-id is "
            "None), and no state that could be read again"
        )


def ref(name: str | None) -> str | None:
    """The name of a branch or tag."""
    if name is not None and (not isinstance(name, str) or not name):
        raise InvalidArgumentError(f"ref: expected the name of a branch or tag, not {name!r}")
    return name


def threads(count: int | None) -> int:
    """0 for as many as there are cores."""
    if count is None:
        return 0
    if not _is_whole(count) or not 1 <= count <= 1024:
        raise InvalidArgumentError(f"threads: expected 1 to 1024, not {count!r}")
    return int(count)


def _aware(time: Time, what: str) -> dt.datetime:
    """With a zone."""
    if isinstance(time, str):
        time = _parse_time(time, what)
    if isinstance(time, dt.date) and not isinstance(time, dt.datetime):
        time = dt.datetime(time.year, time.month, time.day)
    # That of pandas for no time says that it is a datetime, and equals nothing.
    if not isinstance(time, dt.datetime) or time != time:
        raise InvalidArgumentError(
            f"{what}: expected datetime, date or ISO 8601 text, not {_kind(time)}"
        )
    return time.replace(tzinfo=dt.UTC) if time.utcoffset() is None else time


def _parse_time(text: str, what: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        raise InvalidArgumentError(
            f"{what}: not a time: {text!r}; write 2026-11-29 or 2026-11-29T08:00:00Z"
        ) from None


def _whole(value: int | None, what: str, *, bits: int) -> int | None:
    if value is None:
        return None
    if not _is_whole(value) or not -(1 << bits - 1) <= value < 1 << bits - 1:
        raise InvalidArgumentError(f"{what}: expected a whole number of {bits} bits, not {value!r}")
    return int(value)


def _is_whole(value: Any) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _property(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    # Not the value: it may be a secret.
    raise TypeError(f"property {key}: expected text, number or bool, not {_kind(value)}")


def _level(text: str) -> str:
    is_plain = text and "." not in text and not text.startswith('"')
    return text if is_plain else '"' + text.replace('"', '""') + '"'


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{what}: expected text, not {_kind(value)}")
    return value


def _kind(value: Any) -> str:
    return type(value).__name__
