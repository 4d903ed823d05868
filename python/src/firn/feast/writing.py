"""Tables written: appended to, and replaced as a whole."""

from __future__ import annotations

import contextlib
import uuid
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa
from feast.errors import DataSourceNotFoundException
from pyarrow.types import is_timestamp

import firn
from firn.feast.catalogs import (
    create_table,
    load_table,
    naming_the_catalog,
    open_catalog,
    qualified,
)

if TYPE_CHECKING:
    from feast.repo_config import RepoConfig


class Written(Protocol):
    """Rows that write themselves."""

    @property
    def schema(self) -> pa.Schema: ...

    def write_to(self, table: firn.Table, *, replace: bool) -> None:
        """In one commit: beside the rows that are there, or in their place."""


class ArrowRows:
    """An Arrow table, or any stream of batches, once."""

    def __init__(self, rows: Any) -> None:
        self._rows = pa.RecordBatchReader.from_stream(rows)
        self.schema = self._rows.schema

    def write_to(self, table: firn.Table, *, replace: bool) -> None:
        if replace:
            table.overwrite(self._rows, "true")
        else:
            table.append(self._rows)


def replace_table(
    config: RepoConfig, identifier: str, rows: Written, allow_overwrite: bool
) -> bool:
    """Makes the table hold these rows alone; False where it is there and is not to be overwritten.

    A new table is filled under another name and gets its own when it is whole. One that has the
    same columns already is overwritten in one commit; of other columns it gives way to a new one.
    """
    name = qualified(config, identifier)
    catalog = open_catalog(config)
    with naming_the_catalog(config):
        there = catalog.table_exists(name)
        if there and not allow_overwrite:
            return False
        table = catalog.load_table(name) if there else None
    if table is not None and _same_columns(table.schema.to_arrow(), rows.schema):
        with naming_the_catalog(config):
            rows.write_to(table, replace=True)
        return True
    staged = _staged(name)
    new = create_table(config, staged, rows.schema)
    try:
        with naming_the_catalog(config):
            rows.write_to(new, replace=False)
            if there:
                catalog.drop_table(name, purge=True)
            catalog.rename_table(staged, name)
    except BaseException:
        # A catalog that does not answer keeps it: what went wrong first is told.
        with contextlib.suppress(firn.UnavailableError, firn.DeadlineExceededError):
            if catalog.table_exists(staged):
                catalog.drop_table(staged, purge=True)
        raise
    return True


def append_rows(config: RepoConfig, identifier: str, rows: Any, **options: Any) -> None:
    """Appends in one commit, to a table that is made of their columns where there is none."""
    rows = pa.RecordBatchReader.from_stream(rows)
    table = table_of(config, identifier, rows.schema, **options)
    with naming_the_catalog(config):
        table.append(rows)


def table_of(config: RepoConfig, identifier: str, schema: pa.Schema, **options: Any) -> firn.Table:
    """The table as it is now, made of these columns where there is none. Another writer may make it
    at the same time: theirs is as good."""
    with contextlib.suppress(DataSourceNotFoundException):
        return load_table(config, identifier)
    try:
        return create_table(config, identifier, schema, **options)
    except firn.AlreadyExistsError:
        return load_table(config, identifier)


def _same_columns(there: pa.Schema, rows: pa.Schema) -> bool:
    """Timestamps are of the table's unit whatever they come in."""
    return there.names == rows.names and all(
        here == given or (is_timestamp(here) and is_timestamp(given) and here.tz == given.tz)
        for here, given in zip(there.types, rows.types, strict=True)
    )


def _staged(name: str) -> str:
    suffix = f"__{uuid.uuid4().hex[:12]}"
    return f'{name[:-1]}{suffix}"' if name.endswith('"') else name + suffix
