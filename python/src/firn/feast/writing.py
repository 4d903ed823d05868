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
    same columns already is overwritten in one commit; of other columns it is renamed aside, and
    dropped when the new one has its name. What breaks off on the way is undone. Errors:
    ConflictError, which says where both are, if that fails too: then neither is dropped.
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
    staged = _beside(name)
    new = create_table(config, staged, rows.schema)
    exchange = _Exchange(catalog, name, new.uuid, staged, aside=_beside(name) if there else None)
    try:
        with naming_the_catalog(config):
            rows.write_to(new, replace=False)
            exchange.make()
    except BaseException as error:
        exchange.undo(error)
        raise
    return True


class _Exchange:
    """The new table, `staged` until then, gets the name; what has it goes `aside` before, and is
    dropped afterwards."""

    def __init__(
        self, catalog: firn.Catalog, name: str, new_uuid: str, staged: str, aside: str | None
    ) -> None:
        self._catalog = catalog
        self._name = name
        self._new_uuid = new_uuid
        self._staged = staged
        self._aside = aside
        self._begun = False

    def make(self) -> None:
        self._begun = True
        if self._aside:
            self._catalog.rename_table(self._name, self._aside)
        self._catalog.rename_table(self._staged, self._name)
        if self._aside:
            self._catalog.drop_table(self._aside, purge=True)

    def undo(self, error: BaseException) -> None:
        """After `error`. How far it came the catalog alone knows: a call that was interrupted, or
        whose answer was lost, may have been carried out."""
        spare = self._staged
        old = f"{self._name} or {self._aside}"
        try:
            if self._begun and self._is_made():
                spare = self._aside
            elif self._begun and self._aside and self._catalog.table_exists(self._aside):
                old = self._aside
                self._catalog.rename_table(self._aside, self._name)
        except Exception as second:
            if self._aside:
                _tell(
                    error,
                    f"table {self._name} was not replaced, and could not be put back ({second}): "
                    f"what it held is in {old}, the new rows are in {self._staged}; rename the one "
                    f"to keep to {self._name}, and drop the other",
                )
            return
        # A catalog that does not answer keeps it: what went wrong first is told.
        with contextlib.suppress(firn.UnavailableError, firn.DeadlineExceededError):
            if spare and self._catalog.table_exists(spare):
                self._catalog.drop_table(spare, purge=True)

    def _is_made(self) -> bool:
        try:
            return self._catalog.load_table(self._name).uuid == self._new_uuid
        except firn.NoSuchTableError:
            return False


def _tell(error: BaseException, text: str) -> None:
    """In an error of its own; Ctrl-C stays what it is."""
    if isinstance(error, Exception):
        raise firn.ConflictError(text) from error
    error.add_note(text)


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


def _beside(name: str) -> str:
    """A name that no table has, in the same namespace."""
    suffix = f"__{uuid.uuid4().hex[:12]}"
    return f'{name[:-1]}{suffix}"' if name.endswith('"') else name + suffix
