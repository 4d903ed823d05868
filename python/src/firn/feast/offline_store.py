"""IcebergOfflineStore: Feast's offline store on Firn. Joins, windows and latest rows are Firn's;
here names are met with columns, and frames with Arrow."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
from feast.data_source import DataSource
from feast.feature_logging import LOG_TIMESTAMP_FIELD, LoggingConfig, LoggingSource
from feast.feature_view import FeatureView
from feast.infra.offline_stores.offline_store import OfflineStore, RetrievalJob
from feast.infra.registry.base_registry import BaseRegistry
from feast.repo_config import RepoConfig

from firn.feast.catalogs import naming_the_catalog
from firn.feast.config import IcebergConfigError
from firn.feast.historical import historical_features
from firn.feast.logging_destination import IcebergLoggingDestination
from firn.feast.monitoring import reading, storage
from firn.feast.pulling import Pull, pull_all, pull_latest
from firn.feast.retrieval_job import IcebergRetrievalJob
from firn.feast.source import IcebergSource
from firn.feast.views import source_of
from firn.feast.writing import append_rows
from firn.feast.written_rows import as_written


class IcebergOfflineStore(OfflineStore):
    supports_filter_by_created_timestamp = True

    @staticmethod
    def get_historical_features(
        config: RepoConfig,
        feature_views: list[FeatureView],
        feature_refs: list[str],
        entity_df: pd.DataFrame | str | None,
        registry: BaseRegistry,
        project: str,
        full_feature_names: bool = False,
        **options: Any,
    ) -> RetrievalJob:
        return historical_features(
            config,
            feature_views,
            feature_refs,
            entity_df,
            registry,
            project,
            full_feature_names,
            **options,
        )

    @staticmethod
    def pull_latest_from_table_or_query(
        config: RepoConfig,
        data_source: DataSource,
        join_key_columns: list[str],
        feature_name_columns: list[str],
        timestamp_field: str,
        created_timestamp_column: str | None,
        start_date: datetime,
        end_date: datetime,
    ) -> RetrievalJob:
        pull = Pull(
            _iceberg(data_source),
            join_key_columns,
            feature_name_columns,
            timestamp_field,
            created_timestamp_column,
            start_date,
            end_date,
        )
        return IcebergRetrievalJob(lambda: pull_latest(config, pull), config=config)

    @staticmethod
    def pull_all_from_table_or_query(
        config: RepoConfig,
        data_source: DataSource,
        join_key_columns: list[str],
        feature_name_columns: list[str],
        timestamp_field: str,
        created_timestamp_column: str | None = None,
        start_date: datetime | None = None,
        end_date: datetime | None = None,
    ) -> RetrievalJob:
        pull = Pull(
            _iceberg(data_source),
            join_key_columns,
            feature_name_columns,
            timestamp_field,
            created_timestamp_column,
            start_date,
            end_date,
        )
        return IcebergRetrievalJob(lambda: pull_all(config, pull), config=config)

    @staticmethod
    def offline_write_batch(
        config: RepoConfig,
        feature_view: FeatureView,
        table: pa.Table,
        progress: Callable[[int], Any] | None,
    ) -> None:
        source = source_of(feature_view)
        source.refuse_pinned()
        target = source.load(config)
        schema = target.schema.to_arrow()
        names = [source.column_of(name) for name in table.column_names]
        if names != schema.names:
            raise ValueError(
                f"feature view {feature_view.name}: the columns written are {names}; table "
                f"{source.table_identifier} has, in this order, {schema.names}"
            )
        try:
            rows = as_written(table.rename_columns(names), schema)
        except ValueError as error:
            raise ValueError(f"feature view {feature_view.name}: {error}") from None
        with naming_the_catalog(config):
            target.append(rows)
        if progress:
            progress(table.num_rows)

    @staticmethod
    def write_logged_features(
        config: RepoConfig,
        data: pa.Table | Path,
        source: LoggingSource,
        logging_config: LoggingConfig,
        registry: BaseRegistry,
    ) -> None:
        destination = logging_config.destination
        if not isinstance(destination, IcebergLoggingDestination):
            raise IcebergConfigError(
                "`offline_store: type: iceberg` logs to an IcebergLoggingDestination, "
                f"not to {type(destination).__name__}"
            )
        rows = data if isinstance(data, pa.Table) else ds.dataset(data).scanner().to_reader()
        partition_by = [f"day({LOG_TIMESTAMP_FIELD})"]
        append_rows(config, destination.table_identifier, rows, partition_by=partition_by)

    def validate_data_source(self, config: RepoConfig, data_source: DataSource) -> None:
        _iceberg(data_source).validate(config)

    def get_table_column_names_and_types_from_data_source(
        self, config: RepoConfig, data_source: DataSource
    ) -> Iterable[tuple[str, str]]:
        return _iceberg(data_source).get_table_column_names_and_types(config)

    @staticmethod
    def compute_monitoring_metrics(
        config: RepoConfig,
        data_source: DataSource,
        feature_columns: list[tuple[str, str]],
        timestamp_field: str,
        start_date: datetime | None = None,
        end_date: datetime | None = None,
        histogram_bins: int = 20,
        top_n: int = 10,
    ) -> list[dict[str, Any]]:
        return reading.computed_metrics(
            config,
            _iceberg(data_source),
            feature_columns,
            timestamp_field,
            start=start_date,
            end=end_date,
            bins=histogram_bins,
            top_n=top_n,
        )

    @staticmethod
    def get_monitoring_max_timestamp(
        config: RepoConfig, data_source: DataSource, timestamp_field: str
    ) -> datetime | None:
        return reading.max_timestamp(config, _iceberg(data_source), timestamp_field)

    @staticmethod
    def ensure_monitoring_tables(config: RepoConfig) -> None:
        storage.make_tables(config)

    @staticmethod
    def save_monitoring_metrics(
        config: RepoConfig, metric_type: str, metrics: list[dict[str, Any]]
    ) -> None:
        storage.save(config, metric_type, metrics)

    @staticmethod
    def query_monitoring_metrics(
        config: RepoConfig,
        project: str,
        metric_type: str,
        filters: dict[str, Any] | None = None,
        start_date: date | None = None,
        end_date: date | None = None,
    ) -> list[dict[str, Any]]:
        return storage.found(config, metric_type, project, filters, start_date, end_date)

    @staticmethod
    def clear_monitoring_baseline(
        config: RepoConfig,
        project: str,
        feature_view_name: str | None = None,
        feature_name: str | None = None,
        data_source_type: str | None = None,
    ) -> None:
        storage.clear_baseline(
            config,
            project_id=project,
            feature_view_name=feature_view_name,
            feature_name=feature_name,
            data_source_type=data_source_type,
        )


def _iceberg(data_source: DataSource) -> IcebergSource:
    if not isinstance(data_source, IcebergSource):
        raise IcebergConfigError(
            f"data source {data_source.name} is a {type(data_source).__name__}; "
            "`offline_store: type: iceberg` reads an IcebergSource"
        )
    return data_source
