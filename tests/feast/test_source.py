"""IcebergSource: what it is made of, keeps through protobuf, and finds in its table (F-08)."""

import pandas as pd
import pyarrow as pa
import pytest
from feast import FeatureView, Field, FileSource
from feast.data_source import DataSource, PushSource
from feast.errors import DataSourceNotFoundException, RegistryInferenceFailure
from feast.protos.feast.core.DataSource_pb2 import DataSource as DataSourceProto
from feast.types import Float64, Int64, String

import firn
from conftest import DRIVER, INSTANT, YAML, at
from firn.feast import IcebergConfigError, IcebergSource
from firn.feast import source as source_module

ALL_FIELDS = {
    "name": "stats",
    "table_identifier": "db.stats",
    "timestamp_field": "ts",
    "created_timestamp_column": "created",
    "field_mapping": {"rate": "conv_rate"},
    "description": "of drivers",
    "tags": {"team": "a"},
    "owner": "me@example.org",
}
OTHER = {
    "name": "other",
    "table_identifier": "db.other",
    "timestamp_field": "other",
    "created_timestamp_column": "other",
    "field_mapping": {},
    "description": "",
    "tags": {},
    "owner": "",
}


def test_every_field_survives_protobuf():
    source = IcebergSource(**ALL_FIELDS)
    proto = source.to_proto()
    assert proto.type == DataSourceProto.CUSTOM_SOURCE
    again = DataSource.from_proto(DataSourceProto.FromString(proto.SerializeToString()))
    assert isinstance(again, IcebergSource)
    assert {name: getattr(again, name) for name in ALL_FIELDS} == ALL_FIELDS
    assert again == source
    assert hash(again) == hash(source)
    assert again.to_proto() == proto


@pytest.mark.parametrize("field", ALL_FIELDS)
def test_equality_is_of_every_field(field):
    assert IcebergSource(**ALL_FIELDS) != IcebergSource(**{**ALL_FIELDS, field: OTHER[field]})


def test_other_things_are_not_equal():
    assert IcebergSource(**ALL_FIELDS) != "db.stats"
    assert IcebergSource(**ALL_FIELDS) != PushSource(
        name="stats", batch_source=IcebergSource(**ALL_FIELDS)
    )


def test_the_name_is_the_table_where_none_is_given():
    assert IcebergSource(table_identifier="db.stats").name == "db.stats"


@pytest.mark.parametrize("word", ["table", "table_name", "table_ref"])
def test_other_words_for_the_table_are_refused(word):
    with pytest.raises(TypeError, match=f"no argument {word}: name the table by table_identifier"):
        IcebergSource(**{word: "db.stats"})


def test_a_table_and_known_arguments_are_needed():
    with pytest.raises(ValueError, match="needs table_identifier"):
        IcebergSource(name="stats")
    with pytest.raises(TypeError, match="no argument path"):
        IcebergSource(table_identifier="db.stats", path="/x")


def rows(**more) -> pa.Table:
    return pa.table(
        {
            "driver_id": pa.array([1], pa.int64()),
            "ts": pa.array([at("10:00")], INSTANT),
            "rate": pa.array([0.5], pa.float64()),
            **more,
        }
    )


def test_columns_and_types_are_one_trip(repository, monkeypatch):
    repository.table("stats", rows(city=pa.array(["Bern"])))
    trips = []
    load = source_module.load_table
    monkeypatch.setattr(
        source_module, "load_table", lambda *given: trips.append(given) or load(*given)
    )
    found = IcebergSource(table_identifier="stats").get_table_column_names_and_types(
        repository.config
    )
    assert list(found) == [
        ("driver_id", "int64"),
        ("ts", "timestamp[us, tz=UTC]"),
        ("rate", "double"),
        ("city", "string"),
    ]
    assert len(trips) == 1


def test_entities_features_and_times_are_inferred(repository):
    repository.table("stats", rows(city=pa.array(["Bern"])))
    source = IcebergSource(table_identifier="stats")
    view = FeatureView(name="stats", entities=[DRIVER], source=source)
    repository.store.apply([DRIVER, view])
    kept = repository.store.get_feature_view("stats")
    assert kept.batch_source.timestamp_field == "ts"
    assert {field.name: field.dtype for field in kept.features} == {"rate": Float64, "city": String}
    assert {field.name: field.dtype for field in kept.entity_columns} == {"driver_id": Int64}


def test_event_timestamp_goes_before_other_times(repository):
    more = {"event_timestamp": pa.array([at("11:00")], INSTANT)}
    repository.table("stats", rows(**more))
    source = IcebergSource(table_identifier="stats", created_timestamp_column="ts")
    source.validate(repository.config)
    assert source.timestamp_field == "event_timestamp"


def test_the_created_column_is_no_candidate(repository):
    repository.table("stats", rows(made=pa.array([at("11:00")], INSTANT)))
    source = IcebergSource(table_identifier="stats", created_timestamp_column="made")
    source.validate(repository.config)
    assert source.timestamp_field == "ts"


def test_of_two_times_none_is_chosen(repository):
    repository.table("stats", rows(made=pa.array([at("11:00")], INSTANT)))
    view = FeatureView(
        name="stats", entities=[DRIVER], source=IcebergSource(table_identifier="stats")
    )
    with pytest.raises(RegistryInferenceFailure, match=r"stats.*could be ts or made: name it"):
        repository.store.apply([DRIVER, view])


def test_a_table_without_times_is_named(repository):
    repository.table("stats", rows().drop_columns("ts"))
    with pytest.raises(RegistryInferenceFailure, match=r"stats.*is none of its columns"):
        IcebergSource(table_identifier="stats").validate(repository.config)


def test_the_source_behind_a_push_source_is_inferred_too(repository):
    repository.table("stats", rows())
    push = PushSource(name="push", batch_source=IcebergSource(table_identifier="stats"))
    view = FeatureView(name="stats", entities=[DRIVER], source=push)
    repository.store.apply([DRIVER, view, push])
    assert repository.store.get_data_source("stats").timestamp_field == "ts"


@pytest.mark.parametrize("namespace", ["", "default.", "elsewhere."])
def test_a_missing_table_is_named(repository, namespace):
    source = IcebergSource(table_identifier=f"{namespace}stats", timestamp_field="ts")
    expected = f"{namespace or 'default.'}stats"
    with pytest.raises(DataSourceNotFoundException, match=expected):
        source.validate(repository.config)


@pytest.mark.parametrize("field", ["timestamp_field", "created_timestamp_column"])
def test_a_missing_time_column_is_named(repository, field):
    repository.table("stats", rows())
    times = {"timestamp_field": "ts", "created_timestamp_column": "", field: "nowhere"}
    source = IcebergSource(table_identifier="stats", **times)
    with pytest.raises(ValueError, match="stats has no column nowhere; its columns are driver_id"):
        source.validate(repository.config)


def test_a_time_column_of_another_type_is_named(repository):
    repository.table("stats", rows())
    source = IcebergSource(table_identifier="stats", timestamp_field="rate")
    with pytest.raises(ValueError, match="column rate of table stats is double, not a timestamp"):
        source.validate(repository.config)


def test_mapped_times_are_found_by_their_columns(repository):
    repository.table("stats", rows())
    source = IcebergSource(
        table_identifier="stats", timestamp_field="when", field_mapping={"ts": "when"}
    )
    source.validate(repository.config)
    assert source.timestamp_field == "when"


def test_deeper_and_quoted_identifiers(repository):
    repository.catalog.create_namespace(("a",), exist_ok=True)
    repository.table("a.stats", rows())
    assert isinstance(IcebergSource(table_identifier="a.stats").load(repository.config), firn.Table)
    repository.catalog.create_namespace("default")
    repository.catalog.create_table(("default", "odd name"), rows().schema)
    source = IcebergSource(table_identifier='"odd name"')
    assert source.load(repository.config).identifier == ("default", "odd name")


def test_other_stores_do_not_read_it(make_repository):
    repository = make_repository(YAML.replace("type: iceberg", "type: file"))
    source = IcebergSource(table_identifier="stats", timestamp_field="ts")
    with pytest.raises(IcebergConfigError, match="type: iceberg`, not by DaskOfflineStore"):
        source.validate(repository.config)


def test_other_sources_are_not_read(repository):
    source = FileSource(name="file", path="x.parquet", timestamp_field="ts")
    schema = [Field(name="driver_id", dtype=Int64), Field(name="rate", dtype=Float64)]
    view = FeatureView(name="stats", entities=[DRIVER], source=source, schema=schema)
    repository.store.apply([DRIVER, view])
    frame = pd.DataFrame({"driver_id": [1], "event_timestamp": [at("10:00")]})
    with pytest.raises(IcebergConfigError, match="feature view stats: its source is FileSource"):
        repository.store.get_historical_features(frame, ["stats:rate"])
    with pytest.raises(IcebergConfigError, match="data source file is a FileSource"):
        repository.store._get_provider().validate_data_source(repository.config, source)
