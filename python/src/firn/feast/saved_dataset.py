"""SavedDatasetIcebergStorage: a table that a training set is kept in."""

from __future__ import annotations

import json

from feast.protos.feast.core.DataSource_pb2 import DataSource as DataSourceProto
from feast.protos.feast.core.SavedDataset_pb2 import (
    SavedDatasetStorage as SavedDatasetStorageProto,
)
from feast.saved_dataset import CUSTOM_STORAGE_CLASS_KEY, SavedDatasetStorage

from firn.feast.source import IcebergSource

CLASS_PATH = "firn.feast.SavedDatasetIcebergStorage"


class SavedDatasetIcebergStorage(SavedDatasetStorage):
    """A table of the catalog that feature_store.yaml names; it is made when a dataset is saved."""

    _proto_attr_name = "custom_storage"

    def __init__(self, table_identifier: str) -> None:
        self.table_identifier = table_identifier

    def __repr__(self) -> str:
        return f"SavedDatasetIcebergStorage({self.table_identifier!r})"

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, SavedDatasetIcebergStorage)
            and self.table_identifier == other.table_identifier
        )

    def __hash__(self) -> int:
        return hash(self.table_identifier)

    @staticmethod
    def from_proto(storage_proto: SavedDatasetStorageProto) -> SavedDatasetIcebergStorage:
        settings = json.loads(storage_proto.custom_storage.configuration)
        return SavedDatasetIcebergStorage(settings["table_identifier"])

    def to_proto(self) -> SavedDatasetStorageProto:
        settings = {
            "table_identifier": self.table_identifier,
            CUSTOM_STORAGE_CLASS_KEY: CLASS_PATH,
        }
        return SavedDatasetStorageProto(
            custom_storage=DataSourceProto.CustomSourceOptions(
                configuration=json.dumps(settings).encode()
            )
        )

    def to_data_source(self) -> IcebergSource:
        return IcebergSource(table_identifier=self.table_identifier)

    @staticmethod
    def from_data_source(data_source: IcebergSource) -> SavedDatasetIcebergStorage:
        data_source.refuse_pinned()
        return SavedDatasetIcebergStorage(data_source.table_identifier)
