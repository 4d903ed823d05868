"""IcebergDataSourceCreator: data sources for Feast's universal tests, in a SQLite catalog and local
files of a folder of its own."""

from __future__ import annotations

import shutil
import tempfile
from typing import Any

import pandas as pd
import pyarrow as pa
from feast.repo_config import RepoConfig

from firn.feast.catalogs import create_table, open_catalog
from firn.feast.config import IcebergOfflineStoreConfig
from firn.feast.logging_destination import IcebergLoggingDestination
from firn.feast.saved_dataset import SavedDatasetIcebergStorage
from firn.feast.source import IcebergSource


class IcebergDataSourceCreator:
    """Has the methods of `DataSourceCreator`, which is in Feast's tests, not in its package."""

    def __init__(self, project_name: str, *args: Any, **kwargs: Any) -> None:
        self.project_name = project_name
        self._folder = tempfile.mkdtemp(prefix=f"{project_name}_")
        self._config = RepoConfig(
            project=project_name,
            registry="unused",
            repo_path=self._folder,
            offline_store=self.create_offline_store_config(),
        )

    def create_offline_store_config(self) -> IcebergOfflineStoreConfig:
        return IcebergOfflineStoreConfig(
            uri=f"sqlite:///{self._folder}/catalog.db",
            warehouse=f"file://{self._folder}/warehouse",
            namespace=self.project_name,
        )

    def create_data_source(
        self,
        df: pd.DataFrame,
        destination_name: str,
        created_timestamp_column: str | None = "created_ts",
        field_mapping: dict[str, str] | None = None,
        timestamp_field: str | None = "ts",
    ) -> IcebergSource:
        """A table of the frame's rows; columns without any value become text."""
        rows = pa.Table.from_pandas(df, preserve_index=False).replace_schema_metadata(None)
        for index, field in enumerate(rows.schema):
            if pa.types.is_null(field.type):
                column = rows.column(index).cast(pa.string())
                rows = rows.set_column(index, field.name, column)
        create_table(self._config, destination_name, rows.schema).append(rows)
        return IcebergSource(
            table_identifier=destination_name,
            timestamp_field=timestamp_field,
            created_timestamp_column=created_timestamp_column,
            field_mapping=field_mapping or {"ts_1": "ts"},
        )

    def get_prefixed_table_name(self, suffix: str) -> str:
        return f"{self.project_name}.{suffix}"

    def create_saved_dataset_destination(self) -> SavedDatasetIcebergStorage:
        return SavedDatasetIcebergStorage("saved_dataset")

    def create_logged_features_destination(self) -> IcebergLoggingDestination:
        return IcebergLoggingDestination("logged_features")

    def setup(self, registry: Any) -> None:
        """Nothing has to run for a catalog in a file."""

    def teardown(self) -> None:
        """Leaves no table and no file."""
        catalog = open_catalog(self._config)
        if catalog.namespace_exists(self.project_name):
            for table in catalog.list_tables(self.project_name):
                catalog.drop_table(table, purge=True)
            catalog.drop_namespace(self.project_name)
        shutil.rmtree(self._folder)

    @staticmethod
    def xdist_groups() -> list[str]:
        return []

    @staticmethod
    def test_markers() -> list[Any]:
        return []
