"""Times that callers give, as instants."""

from __future__ import annotations

from datetime import UTC, datetime


def utc(time: datetime | None) -> datetime | None:
    """In UTC; without a zone it is UTC."""
    if time is None:
        return None
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
