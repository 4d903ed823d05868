"""EntityQuery: an entity frame that is read from a table, written as text.

    SELECT driver_id, order_time AS event_timestamp FROM db.orders WHERE country = 'CH'

Columns, one table and a filter in the words of `firn scan --where`; not SQL beyond that.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import firn
from firn.feast.catalogs import load_table
from firn.feast.frames import EntityFrame

if TYPE_CHECKING:
    from feast.repo_config import RepoConfig

_QUERY = re.compile(
    r"\s*select\s+(?P<columns>.+?)\s+from\s+(?P<table>(?:\"[^\"]*\"|[^\s\";])+)"
    r"(?:\s+where\s+(?P<where>.+?))?\s*;?\s*",
    re.IGNORECASE | re.DOTALL,
)
_NAME = r'"[^"]+"|[A-Za-z_]\w*'
_COLUMN = re.compile(
    rf"\s*(?P<column>{_NAME})(?:\s+(?:as\s+)?(?P<alias>{_NAME}))?\s*", re.IGNORECASE
)


class EntityQuery:
    """The text, understood; the table is read by `frame`, each time anew. Errors: ValueError."""

    def __init__(self, config: RepoConfig, text: str) -> None:
        match = _QUERY.fullmatch(text)
        if match is None:
            raise ValueError(
                "entity_df: a text is to be SELECT columns FROM table [WHERE filter]; "
                "run other queries yourself and pass their result"
            )
        self._config = config
        self._table = match["table"]
        self._where = match["where"]
        self._columns = None if match["columns"].strip() == "*" else _columns(match["columns"])

    def frame(self) -> EntityFrame:
        table = load_table(self._config, self._table)
        columns = self._columns and list(dict.fromkeys(self._columns.values()))
        try:
            rows = table.scan(columns, self._where)
        except firn.InvalidArgumentError as error:
            raise ValueError(f"entity_df: table {self._table}: {error.message}") from None
        rows = rows.to_arrow()
        if self._columns is None:
            return EntityFrame(rows)
        chosen = [rows.column(column) for column in self._columns.values()]
        return EntityFrame(type(rows).from_arrays(chosen, names=list(self._columns)))


def _columns(text: str) -> dict[str, str]:
    """Name in the frame -> column."""
    columns = {}
    for part in text.split(","):
        match = _COLUMN.fullmatch(part)
        if match is None:
            raise ValueError(
                f"entity_df: {part.strip()!r} is no column: write NAME or NAME AS NAME"
            )
        column = match["column"].strip('"')
        name = (match["alias"] or column).strip('"')
        if name in columns:
            raise ValueError(
                f"entity_df: two columns are named {name}: name one of them otherwise, with AS"
            )
        columns[name] = column
    return columns
