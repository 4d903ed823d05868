"""What the feature store knows: one entity, one table, one view, one service."""

from datetime import timedelta

from feast import Entity, FeatureService, FeatureView, Field, ValueType
from feast.types import Float64, Int64
from firn.feast import IcebergSource

driver = Entity(name="driver", join_keys=["driver_id"], value_type=ValueType.INT64)

driver_stats_source = IcebergSource(
    name="driver_stats_source",
    table_identifier="rides.driver_stats",
    timestamp_field="event_timestamp",
    created_timestamp_column="created",
)

driver_stats = FeatureView(
    name="driver_stats",
    entities=[driver],
    ttl=timedelta(days=1),
    schema=[
        Field(name="driver_id", dtype=Int64),
        Field(name="conv_rate", dtype=Float64),
        Field(name="trips", dtype=Int64),
    ],
    source=driver_stats_source,
)

driver_model = FeatureService(name="driver_model", features=[driver_stats])
