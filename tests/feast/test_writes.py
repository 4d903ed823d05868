"""Rows written through Feast: features, saved datasets, logs. What fails leaves nothing."""

import datetime as dt
import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from feast import FeatureService, FeatureView, Field, RequestSource
from feast.data_source import PushMode, PushSource
from feast.errors import SavedDatasetLocationAlreadyExists
from feast.feature_logging import (
    LOG_DATE_FIELD,
    LOG_TIMESTAMP_FIELD,
    REQUEST_ID_FIELD,
    FeatureServiceLoggingSource,
    LoggingConfig,
)
from feast.infra.offline_stores.file_source import FileLoggingDestination, SavedDatasetFileStorage
from feast.on_demand_feature_view import on_demand_feature_view
from feast.saved_dataset import SavedDatasetStorage
from feast.types import Float64, Int64, Json, Map, String, Struct

from conftest import DRIVER, INSTANT, at, times
from firn.feast import (
    IcebergConfigError,
    IcebergLoggingDestination,
    IcebergOfflineStore,
    IcebergSource,
    SavedDatasetIcebergStorage,
    arrow_type_of,
)
from firn.feast.catalogs import create_table


def stats() -> pa.Table:
    return pa.table(
        {
            "driver_id": pa.array([1, 2], pa.int64()),
            "ts": times(["10:00", "09:00"]),
            "rate": pa.array([0.1, 0.9], pa.float64()),
        }
    )


def rows_of(repository, name: str) -> list[dict]:
    return repository.catalog.load_table(f"default.{name}").scan().to_arrow().to_pylist()


FRAME = pd.DataFrame({"driver_id": [1], "ts": [pd.Timestamp(at("11:00"))], "rate": [0.2]})
ASKED = pd.DataFrame({"driver_id": [1, 2], "event_timestamp": [at("12:00")] * 2})


def test_written_features_are_read(repository):
    repository.view("stats", stats(), source_timestamp_field="ts")
    repository.store.write_to_offline_store("stats", FRAME[["rate", "ts", "driver_id"]])
    assert repository.features(ASKED, ["stats:rate"])["rate"].to_pylist() == [0.2, 0.9]


def test_writes_report_progress(repository):
    view = repository.view("stats", stats(), source_timestamp_field="ts")
    seen = []
    IcebergOfflineStore.offline_write_batch(repository.config, view, stats(), seen.append)
    assert seen == [2]


def test_columns_in_another_order_are_refused(repository):
    view = repository.view("stats", stats(), source_timestamp_field="ts")
    other = stats().select(["ts", "driver_id", "rate"])
    with pytest.raises(ValueError, match="in this order"):
        IcebergOfflineStore.offline_write_batch(repository.config, view, other, None)
    assert len(rows_of(repository, "stats")) == 2


def test_mapped_columns_are_written_under_their_own_names(repository):
    repository.view(
        "stats",
        stats(),
        source_timestamp_field="ts",
        source_field_mapping={"rate": "conv_rate"},
        schema=[Field(name="conv_rate", dtype=Float64)],
    )
    repository.store.write_to_offline_store("stats", FRAME)
    assert repository.features(ASKED, ["stats:conv_rate"])["conv_rate"].to_pylist() == [0.2, 0.9]


def test_nanoseconds_are_floored_before_1970_too(repository):
    """D-09."""
    repository.view("stats", stats(), source_timestamp_field="ts")
    stamps = [pd.Timestamp(-1, unit="ns", tz="UTC"), pd.Timestamp(1999, unit="ns", tz="UTC")]
    frame = pd.DataFrame({"driver_id": [5, 6], "ts": stamps, "rate": [0.5, 0.6]})
    repository.store.write_to_offline_store("stats", frame)
    written = {row["driver_id"]: row["ts"] for row in rows_of(repository, "stats")}
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    assert written[5] == epoch - dt.timedelta(microseconds=1)
    assert written[6] == epoch + dt.timedelta(microseconds=1)


@pytest.mark.parametrize("column", [INSTANT, pa.timestamp("us")], ids=str)
@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", None])
def test_times_with_a_zone_and_without(repository, column, zone):
    """A time without a zone is UTC, in the table and in the frame."""
    rows = stats().set_column(1, "ts", stats()["ts"].cast(column))
    repository.view("stats", rows, source_timestamp_field="ts")
    stamp = pd.Timestamp(at("11:00"))
    stamp = stamp.tz_convert(zone) if zone else stamp.tz_localize(None)
    repository.store.write_to_offline_store("stats", FRAME.assign(ts=[stamp]))
    expected = at("11:00") if column.tz else at("11:00").replace(tzinfo=None)
    assert expected in [row["ts"] for row in rows_of(repository, "stats")]


def test_what_pandas_has_no_type_for(repository):
    kinds = {"labels": Map, "settings": Json, "profile": Struct({"name": String})}
    columns = {name: arrow_type_of(kind) for name, kind in kinds.items()}
    schema = pa.schema([("driver_id", pa.int64()), ("ts", INSTANT), *columns.items()])
    create_table(repository.config, "stats", schema)
    repository.view(
        "stats",
        source_timestamp_field="ts",
        schema=[Field(name=name, dtype=kind) for name, kind in kinds.items()],
    )
    frame = pd.DataFrame(
        {
            "driver_id": [1, 2, 3],
            "ts": [pd.Timestamp(at("10:00"))] * 3,
            "labels": [{"a": "1"}, {"b": "2", "c": "3"}, None],
            "settings": [json.dumps({"x": 1}), None, None],
            "profile": [{"name": "n"}, None, None],
        }
    )
    repository.store.write_to_offline_store("stats", frame)
    nothing = frame.assign(labels=None, settings=None, profile=None, driver_id=4)
    repository.store.write_to_offline_store("stats", nothing)
    rows = sorted(rows_of(repository, "stats"), key=lambda row: row["driver_id"])
    written = rows[:3]
    assert [row["labels"] for row in written] == [[("a", "1")], [("b", "2"), ("c", "3")], None]
    assert [row["settings"] for row in written] == ['{"x": 1}', None, None]
    assert [row["profile"] for row in written] == [{"name": "n"}, None, None]


def test_values_of_another_type_are_named_and_nothing_is_written(repository):
    repository.view("stats", stats(), source_timestamp_field="ts")
    with pytest.raises(ValueError, match="column rate: string is no double"):
        repository.store.write_to_offline_store("stats", FRAME.assign(rate=["fast"]))
    assert len(rows_of(repository, "stats")) == 2


def test_pushed_features(repository):
    repository.table("stats", stats())
    push = PushSource(
        name="push", batch_source=IcebergSource(table_identifier="stats", timestamp_field="ts")
    )
    schema = [Field(name="driver_id", dtype=Int64), Field(name="rate", dtype=Float64)]
    view = FeatureView(name="stats", entities=[DRIVER], source=push, schema=schema)
    repository.store.apply([DRIVER, view, push])
    repository.store.push("push", FRAME, to=PushMode.OFFLINE)
    assert repository.features(ASKED, ["stats:rate"])["rate"].to_pylist() == [0.2, 0.9]


def saved(repository, identifier: str = "training", frame=ASKED, **options):
    job = repository.store.get_historical_features(
        frame, ["stats:rate"], **{k: options.pop(k) for k in ["full_feature_names"] if k in options}
    )
    return repository.store.create_saved_dataset(
        from_=job, name="training", storage=SavedDatasetIcebergStorage(identifier), **options
    )


def test_a_saved_dataset_is_read_again(repository):
    repository.view("stats", stats(), source_timestamp_field="ts")
    frame = ASKED.assign(label=["a", "b"])
    dataset = saved(repository, frame=frame, tags={"for": "test"})
    assert rows_of(repository, "training") == [
        {"driver_id": 1, "event_timestamp": at("12:00"), "label": "a", "rate": 0.1},
        {"driver_id": 2, "event_timestamp": at("12:00"), "label": "b", "rate": 0.9},
    ]
    assert dataset.to_arrow()["rate"].to_pylist() == [0.1, 0.9]
    again = repository.store.get_saved_dataset("training")
    assert again.storage == SavedDatasetIcebergStorage("training")
    assert again.to_df()["rate"].tolist() == [0.1, 0.9]
    noon = at("12:00").replace(tzinfo=None)
    assert (again.min_event_timestamp, again.max_event_timestamp) == (noon, noon)


def test_a_saved_dataset_of_nested_features(repository):
    """Fields within features have the ids of the table that they come from: not of this one."""
    nested = pa.array([[{"a": 1}], None], pa.list_(pa.struct([("a", pa.int64())])))
    repository.view("stats", stats().append_column("nested", nested), source_timestamp_field="ts")
    job = repository.store.get_historical_features(ASKED, ["stats:nested"])
    assert "field_id" not in job.to_arrow().schema.to_string()
    job.persist(SavedDatasetIcebergStorage("training"))
    assert [row["nested"] for row in rows_of(repository, "training")] == nested.to_pylist()


def test_a_saved_dataset_with_full_names(repository):
    repository.view("stats", stats(), source_timestamp_field="ts")
    dataset = saved(repository, full_feature_names=True)
    assert dataset.to_df()["stats__rate"].tolist() == [0.1, 0.9]


def test_a_saved_dataset_is_not_overwritten_by_chance(repository):
    repository.view("stats", stats(), source_timestamp_field="ts")
    saved(repository)
    with pytest.raises(SavedDatasetLocationAlreadyExists):
        saved(repository)
    saved(repository, frame=ASKED.iloc[:1], allow_overwrite=True)
    assert len(rows_of(repository, "training")) == 1
    assert len(repository.catalog.load_table("default.training").snapshots()) > 1


def test_a_dataset_of_other_columns_takes_the_place_of_one(repository):
    repository.view("stats", stats(), source_timestamp_field="ts")
    saved(repository)
    saved(repository, frame=ASKED.assign(label=["a", "b"]), allow_overwrite=True)
    assert [row["label"] for row in rows_of(repository, "training")] == ["a", "b"]
    assert sorted(name[-1] for name in repository.catalog.list_tables("default")) == [
        "stats",
        "training",
    ]


def test_a_dataset_that_cannot_be_kept_leaves_nothing(repository):
    repository.view("stats", stats(), source_timestamp_field="ts")
    frame = ASKED.assign(odd=np.array([1, 2], np.uint64))
    before = {path for path in repository.folder.rglob("*") if path.is_file()}
    with pytest.raises(Exception, match="odd"):
        saved(repository, "training", frame=frame)
    assert repository.catalog.list_tables("default") == [("default", "stats")]
    assert set(repository.folder.rglob("*.parquet")) <= before


def test_a_namespace_is_made_for_a_dataset(repository):
    repository.view("stats", stats(), source_timestamp_field="ts")
    saved(repository, "team.sets.training")
    assert repository.catalog.table_exists("team.sets.training")


def test_other_storages_are_refused(repository):
    repository.view("stats", stats(), source_timestamp_field="ts")
    job = repository.store.get_historical_features(ASKED, ["stats:rate"])
    with pytest.raises(IcebergConfigError, match="not in SavedDatasetFileStorage"):
        job.persist(SavedDatasetFileStorage(path="x"))


def test_storages_survive_protobuf():
    storage = SavedDatasetIcebergStorage("db.training")
    again = SavedDatasetStorage.from_proto(storage.to_proto())
    assert again == storage
    assert hash(again) == hash(storage)
    assert again != SavedDatasetIcebergStorage("db.other")
    source = storage.to_data_source()
    assert SavedDatasetIcebergStorage.from_data_source(source) == storage
    assert SavedDatasetStorage.from_data_source(source) == storage


def on_demand(repository):
    view = repository.view("stats", stats(), source_timestamp_field="ts")
    request = RequestSource(name="request", schema=[Field(name="extra", dtype=Float64)])

    @on_demand_feature_view(sources=[view, request], schema=[Field(name="total", dtype=Float64)])
    def totals(inputs: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame({"total": inputs["rate"] + inputs["extra"]})

    repository.store.apply([totals])
    return ASKED.assign(extra=[1.0, 2.0])


def test_on_demand_features(repository):
    frame = on_demand(repository)
    job = repository.store.get_historical_features(frame, ["stats:rate", "totals:total"])
    table = job.to_arrow()
    assert table.column_names == ["driver_id", "event_timestamp", "extra", "rate", "total"]
    assert table["total"].to_pylist() == [1.1, 2.9]
    with pytest.raises(NotImplementedError, match="totals"):
        job.to_record_batches()
    job.persist(SavedDatasetIcebergStorage("training"))
    assert [row["total"] for row in rows_of(repository, "training")] == [1.1, 2.9]


def test_on_demand_features_alone(repository):
    frame = on_demand(repository)
    table = repository.features(frame, ["totals:total"])
    assert table["total"].to_pylist() == [1.1, 2.9]


def test_results_are_validated(repository):
    from feast.dqm.errors import ValidationFailed

    repository.view("stats", stats(), source_timestamp_field="ts")
    job = repository.store.get_historical_features(ASKED, ["stats:rate"])

    class Result:
        def __init__(self, success):
            self.is_success = success
            self.report = self

    class Reference:
        def __init__(self, least):
            self.least = least
            self.profile = self

        def validate(self, frame):
            return Result(frame["rate"].min() >= self.least)

    assert job.to_df(validation_reference=Reference(0.1)).shape == (2, 3)
    with pytest.raises(ValidationFailed):
        job.to_df(validation_reference=Reference(0.5))


def logs(schema: pa.Schema, requests: list[str]) -> pa.Table:
    values = {
        "driver_id": pa.array(range(len(requests)), pa.int64()),
        "stats__rate": pa.array([0.5] * len(requests), pa.float64()),
        LOG_TIMESTAMP_FIELD: pa.array([at("10:00")] * len(requests), INSTANT),
        LOG_DATE_FIELD: pa.array([at("10:00").date()] * len(requests)),
        REQUEST_ID_FIELD: requests,
    }
    columns = [
        values[field.name] if field.name in values else pa.nulls(len(requests), field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(
        [pa.array(c).cast(f.type) if not isinstance(c, pa.Array) else c.cast(f.type)
         for c, f in zip(columns, schema, strict=True)],
        schema=schema,
    )  # fmt: skip


@pytest.mark.parametrize("as_path", [False, True], ids=["table", "path"])
def test_logged_features(repository, tmp_path_factory, as_path):
    view = repository.view("stats", stats(), source_timestamp_field="ts")
    config = LoggingConfig(destination=IcebergLoggingDestination("logs"))
    service = FeatureService(name="service", features=[view], logging_config=config)
    repository.store.apply([service])
    kept = repository.store.get_feature_service("service")
    assert kept.logging_config.destination == IcebergLoggingDestination("logs")
    schema = FeatureServiceLoggingSource(service, "test").get_schema(repository.store.registry)
    for number in range(2):
        given = logs(schema, [f"{number}-a", f"{number}-b"])
        if as_path:
            folder = tmp_path_factory.mktemp("logs")
            pq.write_table(given.slice(0, 1), folder / "1.parquet")
            pq.write_table(given.slice(1), folder / "2.parquet")
            given = folder
        repository.store.write_logged_features(logs=given, source=kept)
    table = repository.catalog.load_table("default.logs")
    assert table.partition_by == [f"day({LOG_TIMESTAMP_FIELD})"]
    job = repository.store._get_provider().retrieve_feature_service_logs(
        feature_service=kept,
        start_date=at("09:00"),
        end_date=at("11:00"),
        config=repository.config,
        registry=repository.store.registry,
    )
    found = job.to_arrow()
    assert set(found.column_names) == set(schema.names)
    assert sorted(found[REQUEST_ID_FIELD].to_pylist()) == ["0-a", "0-b", "1-a", "1-b"]


def test_other_destinations_are_refused(repository):
    view = repository.view("stats", stats(), source_timestamp_field="ts")
    config = LoggingConfig(destination=FileLoggingDestination(path="x"))
    service = FeatureService(name="service", features=[view], logging_config=config)
    repository.store.apply([service])
    schema = FeatureServiceLoggingSource(service, "test").get_schema(repository.store.registry)
    with pytest.raises(IcebergConfigError, match="not to FileLoggingDestination"):
        repository.store.write_logged_features(logs=logs(schema, ["a"]), source=service)


def test_destinations_survive_protobuf():
    config = LoggingConfig(destination=IcebergLoggingDestination("db.logs"), sample_rate=0.5)
    again = LoggingConfig.from_proto(config.to_proto())
    assert again.destination == config.destination
    assert hash(again.destination) == hash(config.destination)
    assert again.sample_rate == 0.5
    assert again.destination != IcebergLoggingDestination("db.other")
