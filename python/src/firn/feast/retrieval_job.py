"""IcebergRetrievalJob: what was asked for, computed when it is wanted and not before."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
from feast.errors import SavedDatasetLocationAlreadyExists
from feast.infra.offline_stores.offline_store import RetrievalJob, RetrievalMetadata
from feast.on_demand_feature_view import OnDemandFeatureView
from feast.saved_dataset import SavedDatasetStorage

from firn.feast.answers import Answer
from firn.feast.config import IcebergConfigError
from firn.feast.saved_dataset import SavedDatasetIcebergStorage
from firn.feast.writing import ArrowRows, replace_table

if TYPE_CHECKING:
    from feast.repo_config import RepoConfig


class IcebergRetrievalJob(RetrievalJob):
    """`compute` gives the answer; every call reads anew. `metadata` is computed when it is asked
    for, as it may have to read the entities."""

    def __init__(
        self,
        compute: Callable[[], Answer],
        *,
        config: RepoConfig,
        full_feature_names: bool = False,
        on_demand_feature_views: list[OnDemandFeatureView] | None = None,
        metadata: Callable[[], RetrievalMetadata] | None = None,
    ) -> None:
        self._compute = compute
        self._config = config
        self._full_feature_names = full_feature_names
        self._on_demand_feature_views = on_demand_feature_views or []
        self._metadata = metadata
        self._snapshots: dict[str, dict[str, str | int | None]] = {}

    @property
    def full_feature_names(self) -> bool:
        return self._full_feature_names

    @property
    def on_demand_feature_views(self) -> list[OnDemandFeatureView]:
        return self._on_demand_feature_views

    @property
    def metadata(self) -> RetrievalMetadata | None:
        return self._metadata() if self._metadata else None

    @property
    def snapshots(self) -> dict[str, dict[str, str | int | None]]:
        """Of a training set, by view, what the last call that computed it read: `table`, `uuid`,
        `snapshot-id` (None of an empty table), `schema-id`: `IcebergSource` takes the two. {}
        before."""
        return self._snapshots

    def to_record_batches(self) -> pa.RecordBatchReader:
        """The rows batch by batch, for results larger than memory. On-demand features work on the
        whole table: a job that has any refuses."""
        self._refuse_on_demand()
        return self._answer().reader()

    def to_spark_df(self) -> Any:
        """The rows as a Spark DataFrame, which stay in Spark; in no order. For `engine: spark`.
        On-demand features are computed by Feast: a job that has any refuses."""
        self._refuse_on_demand()
        return self._answer().spark_df()

    def persist(
        self,
        storage: SavedDatasetStorage,
        allow_overwrite: bool = False,
        timeout: int | None = None,
    ) -> None:
        """Keeps the result in a table, which appears whole or not at all."""
        _refuse(timeout)
        if not isinstance(storage, SavedDatasetIcebergStorage):
            raise IcebergConfigError(
                "a saved dataset of `offline_store: type: iceberg` is kept in "
                f"SavedDatasetIcebergStorage, not in {type(storage).__name__}"
            )
        rows = ArrowRows(self.to_arrow()) if self._on_demand_feature_views else self._answer()
        if not replace_table(self._config, storage.table_identifier, rows, allow_overwrite):
            raise SavedDatasetLocationAlreadyExists(location=storage.table_identifier)

    def _answer(self) -> Answer:
        answer = self._compute()
        self._snapshots = answer.snapshots
        return answer

    def _refuse_on_demand(self) -> None:
        if self._on_demand_feature_views:
            names = ", ".join(view.name for view in self._on_demand_feature_views)
            raise NotImplementedError(
                f"on-demand feature views ({names}) need the whole table: use to_arrow"
            )

    def _to_arrow_internal(self, timeout: int | None = None) -> pa.Table:
        _refuse(timeout)
        return self._answer().reader().read_all()

    def _to_df_internal(self, timeout: int | None = None) -> pd.DataFrame:
        return self._to_arrow_internal(timeout).to_pandas()


def _refuse(timeout: Any) -> None:
    if timeout is not None:
        raise NotImplementedError("a timeout is not supported: interrupt the call instead")
