"""The catalog that a feature repository names: opened once per settings and process."""

from __future__ import annotations

import contextlib
import re
import threading
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from _firn_feast_hook import without_password
from feast.errors import DataSourceNotFoundException

import firn
from firn._convert import dotted, levels
from firn.feast.config import IcebergConfigError, IcebergOfflineStoreConfig

if TYPE_CHECKING:
    from feast.repo_config import RepoConfig

MAX_OPEN_CATALOGS = 16
DEFAULT_SQL_URI = "sqlite:///data/catalog.db"
DEFAULT_SQL_WAREHOUSE = "data/warehouse"
LOCKED_ADVICE = "; another program holds the file: call again, or end what holds it"
#: What errors of catalogs have, and those of files have not: the hint of one that gave no answer,
#: the words of a database.
_OF_CATALOG = frozenset({"hint", "sqlite", "postgresql"})
_SQLITE = re.compile(r"^sqlite:///(?!/)")
_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:")

_open: OrderedDict[tuple, firn.Catalog] = OrderedDict()
_lock = threading.Lock()


def settings_of(config: RepoConfig) -> IcebergOfflineStoreConfig:
    """The repository's settings, which are to be of this store."""
    settings = config.offline_store
    if not isinstance(settings, IcebergOfflineStoreConfig):
        raise IcebergConfigError(
            "an IcebergSource is read by `offline_store: type: iceberg`, "
            f"not by {type(settings).__name__.removesuffix('Config')}"
        )
    return settings


def catalog_properties(config: RepoConfig) -> dict[str, str]:
    """What `firn.open_catalog` is given, which puts in the values of `${VAR}`. Relative paths are
    below the repository, as Feast's own."""
    settings = settings_of(config)
    base = Path(config.repo_path or ".").resolve()
    uri, warehouse = settings.uri, settings.warehouse
    if settings.catalog_type == "sql":
        uri = uri or DEFAULT_SQL_URI
        if "warehouse" not in parse_qs(urlsplit(uri).query):
            warehouse = warehouse or DEFAULT_SQL_WAREHOUSE
    properties = {
        "type": settings.catalog_type,
        "uri": _SQLITE.sub(f"sqlite:///{base}/", uri) if uri else None,
        "warehouse": warehouse,
    }
    if settings.catalog_type == "sql" and warehouse:
        properties["warehouse"] = _location(warehouse, base)
    return {key: value for key, value in properties.items() if value} | settings.storage_options


def open_catalog(config: RepoConfig) -> firn.Catalog:
    """The catalog of the settings; the same object while the settings are the same."""
    properties = catalog_properties(config)
    name = settings_of(config).catalog_name or ""
    key = (name, *sorted(properties.items()))
    with _lock:
        if key in _open:
            _open.move_to_end(key)
            return _open[key]
    _make_folder(properties.get("uri", ""))
    with naming_the_catalog(config):
        opened = firn.open_catalog(name=name, **properties)
    with _lock:
        catalog = _open.setdefault(key, opened)
        while len(_open) > MAX_OPEN_CATALOGS:
            _open.popitem(last=False)
    return catalog


def qualified(config: RepoConfig, identifier: str) -> str:
    """The identifier, in the settings' namespace where it names none."""
    if len(levels(identifier)) > 1:
        return identifier
    return f"{settings_of(config).namespace}.{identifier}"


def load_table(config: RepoConfig, identifier: str) -> firn.Table:
    """One trip to the catalog. Errors: DataSourceNotFoundException naming the table."""
    name = qualified(config, identifier)
    catalog = open_catalog(config)
    try:
        with naming_the_catalog(config):
            return catalog.load_table(name)
    except firn.NoSuchTableError as error:
        raise DataSourceNotFoundException(name) from error


def create_table(config: RepoConfig, identifier: str, schema, **options) -> firn.Table:
    """A new table, and its namespace where that is missing."""
    name = qualified(config, identifier)
    catalog = open_catalog(config)
    with naming_the_catalog(config):
        catalog.create_namespace(namespace_of(name), exist_ok=True)
        return catalog.create_table(name, schema, **options)


def namespace_of(name: str) -> str:
    """All levels of a qualified identifier but the last."""
    return dotted(levels(name)[:-1])


def _location(warehouse: str, base: Path) -> str:
    if _SCHEME.match(warehouse):
        return warehouse
    return f"file://{base / warehouse}"


def _make_folder(uri: str) -> None:
    if not uri.startswith("sqlite:////"):
        return
    folder = Path(uri.removeprefix("sqlite:///").partition("?")[0]).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise IcebergConfigError(
            f"offline_store: uri: the folder {folder} of the catalog's file cannot be made: "
            f"{error.strerror}; name a place that can be written"
        ) from None


@contextlib.contextmanager
def naming_the_catalog(config: RepoConfig) -> Iterator[None]:
    """Errors of a catalog that does not answer name the setting that says where it is, and what to
    do; those of files stay as they are. Not to be nested."""
    try:
        yield
    except (firn.UnavailableError, firn.DeadlineExceededError) as error:
        if not _OF_CATALOG & error.context.keys():
            raise
        uri = catalog_properties(config).get("uri", "")
        where = f"uri {without_password(uri)}" if uri else "the catalog"
        is_locked = "locked" in error.context.get("sqlite", "")
        raise type(error)(
            f"offline_store: {where}: {error.message}{LOCKED_ADVICE if is_locked else ''}",
            code=error.code,
            context=error.context,
            retryable=error.retryable,
        ) from None
