"""Apache Iceberg tables as Arrow: scans, writes and point-in-time joins, in C++.

    import firn

    catalog = firn.open_catalog("sqlite:///catalog.db?warehouse=file:///data/warehouse")
    table = catalog.load_table("db.driver_stats")
    rows = table.scan(columns=["driver", "rate"], where="rate > 0.5").to_arrow()

    training = firn.join(catalog, entities, "db.driver_stats:rate@ttl=7d").to_pandas()

Whatever takes rows takes any object of the Arrow PyCapsule interface (pyarrow, Polars, DuckDB,
pandas 2.2 and newer), and what gives rows is such an object. Errors are subclasses of `Error`.
"""

from firn import _arrow  # noqa: F401  (first: with it pyarrow is loaded)
from firn._catalog import Catalog, open_catalog
from firn._errors import (
    AlreadyExistsError,
    CommitConflictError,
    CommitStateUnknownError,
    ConflictError,
    DeadlineExceededError,
    Error,
    ForbiddenError,
    InternalError,
    InvalidArgumentError,
    InvalidMetadataError,
    IoError,
    NamespaceNotEmptyError,
    NoSuchNamespaceError,
    NoSuchTableError,
    NoSuchViewError,
    NoSuchWarehouseError,
    NotFoundError,
    PayloadTooLargeError,
    ResourceExhaustedError,
    UnauthenticatedError,
    UnavailableError,
    UnsupportedError,
)
from firn._features import View, join, latest
from firn._firn import VERSION as __version__
from firn._rows import Rows, ScanCounts
from firn._schema import Field, Schema
from firn._table import Change, Snapshot, Table
from firn._tasks import ScanTask

__all__ = [
    "AlreadyExistsError",
    "Catalog",
    "Change",
    "CommitConflictError",
    "CommitStateUnknownError",
    "ConflictError",
    "DeadlineExceededError",
    "Error",
    "Field",
    "ForbiddenError",
    "InternalError",
    "InvalidArgumentError",
    "InvalidMetadataError",
    "IoError",
    "NamespaceNotEmptyError",
    "NoSuchNamespaceError",
    "NoSuchTableError",
    "NoSuchViewError",
    "NoSuchWarehouseError",
    "NotFoundError",
    "PayloadTooLargeError",
    "ResourceExhaustedError",
    "Rows",
    "ScanCounts",
    "ScanTask",
    "Schema",
    "Snapshot",
    "Table",
    "UnauthenticatedError",
    "UnavailableError",
    "UnsupportedError",
    "View",
    "__version__",
    "join",
    "latest",
    "open_catalog",
]
