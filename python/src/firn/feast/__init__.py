"""Feast on Iceberg tables: `offline_store: type: iceberg`. docs/feast.md is the guide."""

from firn.feast.config import IcebergConfigError, IcebergOfflineStoreConfig
from firn.feast.engine import ArrowOnlineStore, IcebergComputeEngine, IcebergComputeEngineConfig
from firn.feast.logging_destination import IcebergLoggingDestination
from firn.feast.offline_store import IcebergOfflineStore
from firn.feast.registration import register
from firn.feast.retrieval_job import IcebergRetrievalJob
from firn.feast.saved_dataset import SavedDatasetIcebergStorage
from firn.feast.source import IcebergSource
from firn.feast.types import TypeRefused, arrow_type_of

register()

__all__ = [
    "ArrowOnlineStore",
    "IcebergComputeEngine",
    "IcebergComputeEngineConfig",
    "IcebergConfigError",
    "IcebergLoggingDestination",
    "IcebergOfflineStore",
    "IcebergOfflineStoreConfig",
    "IcebergRetrievalJob",
    "IcebergSource",
    "SavedDatasetIcebergStorage",
    "TypeRefused",
    "arrow_type_of",
]
