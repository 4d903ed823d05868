"""IcebergLoggingDestination: a table that served features are logged to."""

from __future__ import annotations

from feast.feature_logging import LOG_TIMESTAMP_FIELD, LoggingDestination
from feast.protos.feast.core.FeatureService_pb2 import LoggingConfig as LoggingConfigProto

from firn.feast.source import IcebergSource


class IcebergLoggingDestination(LoggingDestination):
    """A table of the catalog that feature_store.yaml names; the first logs make it."""

    _proto_kind = "firn.iceberg"

    def __init__(self, table_identifier: str) -> None:
        self.table_identifier = table_identifier

    def __repr__(self) -> str:
        return f"IcebergLoggingDestination({self.table_identifier!r})"

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, IcebergLoggingDestination)
            and self.table_identifier == other.table_identifier
        )

    def __hash__(self) -> int:
        return hash(self.table_identifier)

    @classmethod
    def from_proto(cls, config_proto: LoggingConfigProto) -> IcebergLoggingDestination:
        return cls(config_proto.custom_destination.config["table_identifier"])

    def to_proto(self) -> LoggingConfigProto:
        return LoggingConfigProto(
            custom_destination=LoggingConfigProto.CustomDestination(
                kind=self._proto_kind, config={"table_identifier": self.table_identifier}
            )
        )

    def to_data_source(self) -> IcebergSource:
        return IcebergSource(
            table_identifier=self.table_identifier, timestamp_field=LOG_TIMESTAMP_FIELD
        )
