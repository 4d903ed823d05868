"""What Feast is taught: that `type: iceberg` is this store, not to print its secrets, and that an
IcebergSource finds its own column of times.

The first two have to be done before a feature_store.yaml is read: `_firn_feast_hook`, which the
wheel starts with every Python process, does them when Feast is imported. Importing `firn.feast`
does them too.
"""

from __future__ import annotations

import _firn_feast_hook
import feast.feature_store
import feast.repo_config
import feast.saved_dataset
from feast.data_source import PushSource

from firn.feast.saved_dataset import CLASS_PATH as SAVED_DATASET_STORAGE
from firn.feast.source import IcebergSource

_MARK = "_firn_feast"


def register() -> None:
    """Idempotent."""
    _firn_feast_hook.teach(feast.repo_config)
    _infer_timestamps(feast.feature_store)
    # How Feast's offline server knows where a dataset is to be kept.
    storages = feast.saved_dataset._DATA_SOURCE_TO_SAVED_DATASET_STORAGE
    storages.setdefault(IcebergSource.__name__, SAVED_DATASET_STORAGE)


def _infer_timestamps(feature_store) -> None:
    """Feast infers `timestamp_field` for its own classes of sources, and refuses all others."""
    infer = feature_store.update_data_sources_with_inferred_event_timestamp_col
    if hasattr(infer, _MARK):
        return

    def with_iceberg(data_sources, config) -> None:
        for source in data_sources:
            batch_source = source.batch_source if isinstance(source, PushSource) else source
            if isinstance(batch_source, IcebergSource) and not batch_source.timestamp_field:
                batch_source.validate(config)
        infer(data_sources, config)

    setattr(with_iceberg, _MARK, True)
    feature_store.update_data_sources_with_inferred_event_timestamp_col = with_iceberg
