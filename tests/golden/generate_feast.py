#!/usr/bin/env python3
"""Writes feast_registry/registry.db: definitions as Feast keeps them in its file registry.

  generate_feast.py FOLDER

Needs Feast 0.67. Nothing in here reaches a table: the registry is filled without `feast apply`.
"""

import datetime as dt
import json
import sys
from pathlib import Path

from feast import Entity, FeatureService, FeatureView, Field, FileSource, PushSource
from feast.infra.data_sources.contrib.iceberg_catalog.iceberg_source import IcebergSource
from feast.protos.feast.core.DataSource_pb2 import DataSource as DataSourceProto
from feast.protos.feast.core.FeatureService_pb2 import FeatureService as FeatureServiceProto
from feast.protos.feast.core.Registry_pb2 import Registry
from feast.types import Float64, Int64
from feast.value_type import ValueType

PROJECT = "rides"
DRIVER = Entity(name="driver", join_keys=["driver_id"], value_type=ValueType.INT64)


def source(name: str, table: str, **options) -> IcebergSource:
    return IcebergSource(
        name=name, warehouse="default", namespace="db.inner", table=table,
        endpoint="http://127.0.0.1:8181", timestamp_field="event_timestamp", **options,
    )  # fmt: skip


def view(name: str, batch_source, **options) -> FeatureView:
    defaults = {"entities": [DRIVER], "ttl": dt.timedelta(days=7, microseconds=5)}
    made = FeatureView(
        name=name,
        source=batch_source,
        schema=[Field(name="driver_id", dtype=Int64), Field(name="rate", dtype=Float64),
                Field(name="trips", dtype=Int64)],
        **{**defaults, **options},
    )  # fmt: skip
    return made


def main(folder: Path) -> None:
    stats = source("stats", "driver_stats", created_timestamp_column="created",
                   field_mapping={"ts": "event_timestamp", "conv_rate": "rate"})  # fmt: skip
    files = FileSource(name="files", path="x.parquet", timestamp_field="event_timestamp")
    views = [
        view("driver_stats", stats),
        view("everywhere", source("everywhere", "weather"), entities=[], ttl=None),
        view("pushed", PushSource(name="push", batch_source=source("behind", "pushed"))),
        view("of_files", files),
    ]
    service = FeatureService(
        name="trip",
        features=[
            views[0].with_name("origin").with_join_key_map({"driver_id": "origin_id"})[["rate"]],
            views[0].with_name("destination").with_join_key_map({"driver_id": "to_id"}),
        ],
    )
    registry = Registry(registry_schema_version="1", version_id="v")
    registry.entities.append(DRIVER.to_proto())
    for each in views:
        proto = each.to_proto()
        proto.spec.project = PROJECT
        registry.feature_views.append(proto)
    service_proto: FeatureServiceProto = service.to_proto()
    service_proto.spec.project = PROJECT
    registry.feature_services.append(service_proto)
    protos = [stats.to_proto(), files.to_proto()]
    protos.append(DataSourceProto(
        name="of_firn", type=DataSourceProto.CUSTOM_SOURCE, timestamp_field="ts",
        data_source_class_type="firn.feast.IcebergSource",
        custom_options=DataSourceProto.CustomSourceOptions(
            configuration=json.dumps({"table_identifier": 'db."odd.name"'}).encode()),
    ))  # fmt: skip
    for proto in protos:
        proto.project = PROJECT
        registry.data_sources.append(proto)
    other = protos[0].__deepcopy__()
    other.project = "other"
    registry.data_sources.append(other)
    (folder / "registry.db").write_bytes(registry.SerializeToString(deterministic=True))
    (folder / "source.json").write_text(str(stats))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
