"""IcebergComputeEngine: materialisation without a Python object a value.

The newest rows of a window come from Firn as Arrow batches. An online store that takes them so
(`ArrowOnlineStore`) gets them so; any other gets Feast's protobuf objects, a batch at a time. Views
that transform, aggregate, filter or write back to their table are left to Feast's local engine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

import pyarrow as pa
from feast.infra.common.materialization_job import (
    MaterializationJobStatus,
    MaterializationTask,
)
from feast.infra.compute_engines.local.compute import LocalComputeEngine
from feast.infra.compute_engines.local.job import LocalMaterializationJob
from feast.repo_config import FeastConfigBaseModel
from feast.utils import _get_column_names

from firn.feast.proto_rows import proto_rows
from firn.feast.pulling import Pull, pull_latest
from firn.feast.source import IcebergSource

if TYPE_CHECKING:
    from feast import FeatureView
    from feast.infra.registry.base_registry import BaseRegistry
    from feast.repo_config import RepoConfig

ROWS_A_WRITE = 10_000


@runtime_checkable
class ArrowOnlineStore(Protocol):
    """An online store that takes batches as they are: columns by the names of the view's entities,
    features and times."""

    def online_write_arrow(
        self,
        config: RepoConfig,
        table: FeatureView,
        data: pa.RecordBatch,
        progress: Callable[[int], Any] | None,
    ) -> None: ...


class IcebergComputeEngineConfig(FeastConfigBaseModel):
    """The `batch_engine` section of feature_store.yaml."""

    type: Literal["iceberg.engine", "firn.feast.IcebergComputeEngine"] = "iceberg.engine"


# Feast finds the configuration by the module of the engine's path.
IcebergComputeEngineConfig.__module__ = "firn.feast"


class IcebergComputeEngine(LocalComputeEngine):
    def __init__(self, type: str | None = None, **options: Any) -> None:
        super().__init__(**options)

    def _materialize_one(
        self, registry: BaseRegistry, task: MaterializationTask, **options: Any
    ) -> LocalMaterializationJob:
        if not _is_plain(task):
            return super()._materialize_one(registry, task, **options)
        job_id = f"{task.feature_view.name}-{task.start_time}-{task.end_time}"
        try:
            self._write_latest(registry, task)
        except Exception as error:
            return LocalMaterializationJob(
                job_id=job_id, status=MaterializationJobStatus.ERROR, error=error
            )
        return LocalMaterializationJob(job_id=job_id, status=MaterializationJobStatus.SUCCEEDED)

    def _write_latest(self, registry: BaseRegistry, task: MaterializationTask) -> None:
        view = task.feature_view
        entities = [registry.get_entity(name, task.project) for name in view.entities]
        keys, features, timestamp, created = _get_column_names(view, entities)
        pull = Pull(
            view.batch_source, keys, features, timestamp, created, task.start_time, task.end_time
        )
        rows = pull_latest(self.repo_config, pull).reader()
        names = [view.batch_source.field_mapping.get(name, name) for name in rows.schema.names]
        size = self.repo_config.materialization_config.online_write_batch_size or ROWS_A_WRITE
        batches = list(rows)
        total = sum(batch.num_rows for batch in batches)
        progress = task.tqdm_builder(total).update if task.tqdm_builder else None
        for batch in batches:
            for start in range(0, batch.num_rows, size):
                self._write(view, batch.slice(start, size).rename_columns(names), progress)

    def _write(
        self,
        view: FeatureView,
        batch: pa.RecordBatch,
        progress: Callable[[int], Any] | None,
    ) -> None:
        if isinstance(self.online_store, ArrowOnlineStore):
            self.online_store.online_write_arrow(self.repo_config, view, batch, progress)
            return
        self.online_store.online_write_batch(
            self.repo_config, view, proto_rows(batch, view), progress or (lambda rows: None)
        )


def _is_plain(task: MaterializationTask) -> bool:
    """The view's newest rows are its table's."""
    view = task.feature_view
    changed = ("aggregations", "feature_transformation", "filter", "enable_validation")
    return (
        task.only_latest
        and isinstance(view.batch_source, IcebergSource)
        and not getattr(view, "source_views", None)
        and view.online
        and not view.offline
        and not any(getattr(view, name, None) for name in changed)
    )
