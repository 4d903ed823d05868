"""Catalogs: their namespaces and tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from firn import _convert, _firn
from firn._convert import Identifier
from firn._errors import AlreadyExistsError, InvalidArgumentError
from firn._table import Table


def open_catalog(
    uri: str | Mapping[str, Any] | None = None, *, name: str = "", **keys: Any
) -> Catalog:
    """Opens a catalog.

        open_catalog("sqlite:///catalog.db?warehouse=file:///data/warehouse")
        open_catalog("http://127.0.0.1:8181", warehouse="main", token="${TOKEN}")
        open_catalog({"type": "sql", "uri": "sqlite:////var/catalog.db", "warehouse": "s3://b/wh",
                      "s3.endpoint": "http://127.0.0.1:9000"})

    Keys are those of PyIceberg and Java (docs/catalogs.md): `type`, `uri`, `warehouse`, `token`,
    `credential`, `s3.*`, ...; those that are no Python names go into a mapping, or `**{"s3.region":
    "eu"}`. `${VAR}` in a value stands for an environment variable.

    Args:
        uri: a URI, whose query holds further keys, or a mapping of keys.
        name: of an SQL catalog: by which it knows its tables; the only one of the file if empty.
        keys: further keys; one that the URI or mapping has too is an error.

    Raises:
        InvalidArgumentError: a key is missing, unknown as a type, or given twice; an environment
            variable is not set. The text never holds a value.
        UnsupportedError: there is no client for this type.
        UnavailableError, DeadlineExceededError: a REST catalog, which is asked for its
            configuration here, does not answer. Others are first reached by the calls of `Catalog`.
    """
    given: dict[str, Any] = {}
    for part in (uri if isinstance(uri, Mapping) else {}, {"name": name} if name else {}, keys):
        twice = sorted(given.keys() & part.keys())
        if twice:
            raise InvalidArgumentError(f"The catalog's key {twice[0]} is given twice")
        given |= part
    return Catalog(None if isinstance(uri, Mapping) else uri, _convert.properties(given))


class Catalog:
    """A catalog, opened by `open_catalog`.

    Identifiers are texts, `"db.schema.table"` (a level that holds a dot is quoted: `'db."a.b".t'`),
    or sequences of levels. Where the catalog gives no answer, the `context` of the error has a
    "hint", which says what to look at. Safe to share between threads. A process that was forked
    opens it anew when it first uses it; it pickles by the keys that it was opened with, `${VAR}`
    unexpanded.
    """

    def __init__(self, uri: str | None, keys: dict[str, str]) -> None:
        self._opened_with = (uri, keys)
        self._native = _firn.open_catalog(uri, keys)

    @property
    def name(self) -> str:
        return self._native.name()

    @property
    def type(self) -> str:
        """ "rest" or "sql"."""
        return self._native.type()

    def list_namespaces(self, parent: Identifier = ()) -> list[tuple[str, ...]]:
        """The children of `parent`, in byte order; without it the outermost ones.

        Raises NoSuchNamespaceError.
        """
        return [tuple(path) for path in self._native.list_namespaces(_convert.levels(parent))]

    def namespace_exists(self, namespace: Identifier) -> bool:
        return self._native.namespace_exists(_convert.levels(namespace))

    def namespace_properties(self, namespace: Identifier) -> dict[str, str]:
        """Raises NoSuchNamespaceError."""
        return self._native.namespace_properties(_convert.levels(namespace))

    def create_namespace(
        self,
        namespace: Identifier,
        properties: Mapping[str, Any] = {},
        exist_ok: bool = False,
    ) -> None:
        """Raises AlreadyExistsError unless `exist_ok`: then its properties stay as they are."""
        try:
            self._native.create_namespace(
                _convert.levels(namespace), _convert.properties(properties)
            )
        except AlreadyExistsError:
            if not exist_ok:
                raise

    def drop_namespace(self, namespace: Identifier) -> None:
        """Raises NoSuchNamespaceError, NamespaceNotEmptyError."""
        self._native.drop_namespace(_convert.levels(namespace))

    def list_tables(self, namespace: Identifier) -> list[tuple[str, ...]]:
        """Identifiers of the tables of this namespace alone, in byte order.

        Raises NoSuchNamespaceError.
        """
        return [tuple(path) for path in self._native.list_tables(_convert.levels(namespace))]

    def table_exists(self, identifier: Identifier) -> bool:
        return self._native.table_exists(_convert.levels(identifier))

    def create_table(
        self,
        identifier: Identifier,
        schema: Any,
        *,
        partition_by: str | Iterable[str] = (),
        sort_by: str | Iterable[str] = (),
        identifier_fields: str | Iterable[str] = (),
        properties: Mapping[str, Any] = {},
        location: str | None = None,
    ) -> Table:
        """Makes an empty table.

        Args:
            schema: anything with `__arrow_c_schema__` or `__arrow_c_stream__`. Columns that are not
                nullable become required; field ids are fresh ones. Columns of nanoseconds become
                microseconds, but where properties have "format-version": 3.
            partition_by: "region", "day(ts)" (year, month, hour), "bucket(16, id)",
                "truncate(4, name)", each with " as name" where the usual one will not do.
            sort_by: how writers order rows: "ts", "ts desc", "bucket(16, id) asc nulls last".
            identifier_fields: required columns that tell a row from others: the keys of upserts.
            properties: "write.parquet.compression-codec", "write.delete.mode", ...
            location: where its files go; the catalog chooses if None.

        Raises:
            AlreadyExistsError, NoSuchNamespaceError.
            InvalidArgumentError: a column has no Iceberg type, a text cannot be read.
        """
        native = self._native.create_table(
            _convert.levels(identifier),
            schema,
            _convert.texts(partition_by, "a partition field"),
            _convert.texts(sort_by, "a sort column"),
            _convert.texts(identifier_fields, "an identifier field"),
            _convert.properties(properties),
            location,
        )
        return Table(self, native)

    def load_table(self, identifier: Identifier) -> Table:
        """Raises NoSuchTableError."""
        return Table(self, self._native.load_table(_convert.levels(identifier)))

    def drop_table(self, identifier: Identifier, purge: bool = False) -> None:
        """Drops a table; with `purge` the catalog deletes its files, now or later.

        Raises NoSuchTableError.
        """
        self._native.drop_table(_convert.levels(identifier), purge)

    def rename_table(self, identifier: Identifier, new_identifier: Identifier) -> None:
        """Raises NoSuchTableError, NoSuchNamespaceError, AlreadyExistsError."""
        self._native.rename_table(_convert.levels(identifier), _convert.levels(new_identifier))

    def __reduce__(self) -> tuple[Any, ...]:
        return Catalog, self._opened_with

    def __repr__(self) -> str:
        # Nothing else: its keys may be secrets.
        return f"firn.Catalog(type={self.type!r}, name={self.name!r})"
