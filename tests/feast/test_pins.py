"""Sources pinned to a state of their table: training sets made again bit for bit."""

import datetime as dt
import json

import pandas as pd
import pyarrow as pa
import pytest
from feast import FeatureView, Field
from feast.data_source import DataSource
from feast.protos.feast.core.DataSource_pb2 import DataSource as DataSourceProto
from feast.types import Float64

from conftest import DRIVER, UTC, YAML, at, times
from firn.feast import (
    IcebergConfigError,
    IcebergOfflineStore,
    IcebergSource,
    SavedDatasetIcebergStorage,
)
from harness.server import temporary_server
from harness.wire import Wire

PINS = [
    {"snapshot_id": 5},
    {"snapshot_id": 5, "schema_id": 2},
    {"as_of": "2026-11-01T10:00:00+00:00"},
    {"ref": "training"},
]


def stats(*rates: float) -> pa.Table:
    return pa.table(
        {
            "driver_id": pa.array(range(1, len(rates) + 1), pa.int64()),
            "ts": times(["09:00"] * len(rates)),
            "rate": pa.array(rates, pa.float64()),
        }
    )


STATES = (stats(0.1, 0.2), stats(0.7, 0.8, 0.9))
FRAME = pd.DataFrame({"driver_id": [2, 1, 3], "event_timestamp": [at("10:00")] * 3})


class Pinned:
    """The table `stats` of two states, the first with rates 0.1 and 0.2."""

    def __init__(self, repository, states=STATES) -> None:
        self.repository = repository
        self.table = repository.table("stats", states[0])
        self.first = self.table.snapshots()[0]
        for state in states[1:]:
            self.table.overwrite(state, "true")

    def view(self, name: str, **pin) -> FeatureView:
        source = IcebergSource(
            table_identifier="stats", name=f"source_of_{name}", timestamp_field="ts", **pin
        )
        schema = [Field(name="rate", dtype=Float64)]
        view = FeatureView(name=name, entities=[DRIVER], source=source, schema=schema)
        self.repository.store.apply([DRIVER, view])
        return view

    def job(self, *features: str, entity_df=FRAME, **options):
        return self.repository.store.get_historical_features(
            entity_df=entity_df, features=list(features), **options
        )


@pytest.fixture
def pinned(repository) -> Pinned:
    return Pinned(repository)


@pytest.mark.parametrize("pin", PINS, ids=str)
def test_a_pin_survives_protobuf_and_counts_for_equality(pin):
    source = IcebergSource(table_identifier="db.stats", **pin)
    proto = source.to_proto()
    again = DataSource.from_proto(DataSourceProto.FromString(proto.SerializeToString()))
    assert again == source
    assert hash(again) == hash(source)
    assert again.pin == pin
    assert repr(next(iter(pin.values()))) in repr(again)
    for other in ({}, *(other for other in PINS if other != pin)):
        assert IcebergSource(table_identifier="db.stats", **other) != source


def test_moments_are_of_utc():
    moments = [
        dt.datetime(2026, 11, 1, 10),
        dt.datetime(2026, 11, 1, 10, tzinfo=UTC),
        dt.datetime(2026, 11, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=2))),
        "2026-11-01T10:00:00Z",
        "2026-11-01 12:00+02:00",
    ]
    sources = {IcebergSource(table_identifier="stats", as_of=moment) for moment in moments}
    assert [source.pin for source in sources] == [{"as_of": "2026-11-01T10:00:00+00:00"}]


def test_days_are_their_midnights():
    for day in (dt.date(2026, 11, 1), "2026-11-01"):
        source = IcebergSource(table_identifier="stats", as_of=day)
        assert source.pin == {"as_of": "2026-11-01T00:00:00+00:00"}


@pytest.mark.parametrize(
    ("pin", "says"),
    [
        ({"snapshot_id": 5, "ref": "training"}, "of snapshot_id and ref give one"),
        ({"schema_id": 2}, "schema_id: give it with a snapshot_id"),
        ({"snapshot_id": None, "schema_id": 0}, "schema_id: .*; an empty table has none"),
        ({"schema_id": 2, "ref": "training"}, "schema_id: give it with a snapshot_id"),
        ({"snapshot_id": "5"}, "snapshot_id: expected a whole number of 64 bits, not '5'"),
        ({"snapshot_id": 1.5}, "snapshot_id: expected a whole number of 64 bits, not 1.5"),
        ({"snapshot_id": True}, "snapshot_id: expected a whole number of 64 bits, not True"),
        ({"snapshot_id": 5, "schema_id": "2"}, "schema_id: expected a whole number of 32 bits"),
        ({"ref": 7}, "ref: expected the name of a branch or tag, not 7"),
        ({"ref": ""}, "ref: expected the name of a branch or tag, not ''"),
        ({"as_of": 5}, "as_of: expected datetime, date or ISO 8601 text, not int"),
        ({"as_of": "soon"}, "as_of: not a time: 'soon'; write 2026-"),
        ({"as_of": pd.NaT}, "as_of: expected datetime, date or ISO 8601 text, not NaTType"),
        ({"as_of": "0001-01-01T00:00+09:00"}, "as_of: not within the years 1 to 9999: 0001-01-01"),
    ],
    ids=str,
)
def test_a_pin_that_is_none_is_named_with_its_source(pin, says):
    with pytest.raises(ValueError, match=f"^data source stats: {says}"):
        IcebergSource(table_identifier="stats", **pin)


def test_a_time_that_has_not_passed_is_no_pin(pinned):
    later = dt.datetime.now(UTC) + dt.timedelta(hours=1)
    source = IcebergSource(table_identifier="stats", name="later", as_of=later)
    for call in (source.validate, source.load, source.get_table_column_names_and_types):
        with pytest.raises(ValueError, match=r"source later: as_of .* has not passed.*: give a"):
            call(pinned.repository.config)


def test_the_name_of_the_table_is_no_query_of_a_pinned_source():
    assert IcebergSource(table_identifier="stats").get_table_query_string() == "stats"
    source = IcebergSource(table_identifier="stats", name="then", snapshot_id=5, schema_id=2)
    says = "source then is pinned to snapshot_id 5, schema_id 2, which the name of table stats"
    with pytest.raises(IcebergConfigError, match=says):
        source.get_table_query_string()


def test_a_training_set_is_made_again_bit_for_bit(pinned):
    now = pinned.view("now")
    job = pinned.job("now:rate")
    assert job.snapshots == {}
    made = job.to_arrow()
    assert made["rate"].to_pylist() == [0.8, 0.7, 0.9]
    used = job.snapshots["now"]
    assert used == {
        "table": "default.stats",
        "uuid": pinned.table.uuid,
        "snapshot-id": pinned.table.current_snapshot_id,
        "schema-id": pinned.table.current_schema_id,
    }
    pinned.table.delete("driver_id = 1")
    pinned.table.append(stats(0.0))
    assert job.to_arrow() != made
    assert job.snapshots["now"]["snapshot-id"] != used["snapshot-id"]
    pinned.view("now", snapshot_id=used["snapshot-id"])
    again = pinned.job("now:rate")
    assert again.to_arrow().equals(made, check_metadata=True)
    assert again.snapshots["now"] == used
    assert now.batch_source != pinned.repository.store.get_feature_view("now").batch_source


def test_an_empty_table_has_no_state_to_be_pinned_to(repository):
    """What its record says is refused; an empty table of the same columns gives the same answer."""
    for name in ("stats", "empty"):
        repository.view(name, stats(), source_timestamp_field="ts")

    def job_of(view: str):
        return repository.store.get_historical_features(FRAME, [f"{view}:rate"])

    job = job_of("stats")
    made, used = job.to_arrow(), job.snapshots["stats"]
    assert made["rate"].to_pylist() == [None] * 3
    assert (used["snapshot-id"], used["schema-id"]) == (None, 0)
    repository.catalog.load_table("default.stats").append(stats(0.1, 0.2))
    assert job.to_arrow()["rate"].to_pylist() == [0.2, 0.1, None]
    assert job_of("empty").to_arrow() == made
    with pytest.raises(ValueError, match=r"^data source then: schema_id: .*an empty table"):
        IcebergSource(
            table_identifier="stats",
            name="then",
            snapshot_id=used["snapshot-id"],
            schema_id=used["schema-id"],
        )


class Evolving(Pinned):
    """The table `stats`, whose rates became double after rows were written as float: a change that
    makes no snapshot."""

    def __init__(self, repository, uri: str) -> None:
        narrow = stats(0.1, 0.2)
        super().__init__(
            repository, [narrow.set_column(2, "rate", narrow["rate"].cast(pa.float32()))]
        )
        self._wire = Wire(uri)
        self.change("rate", type="double")

    def change(self, column: str, **changes: str) -> None:
        path = "/v1/namespaces/default/tables/stats"
        metadata = self._wire.send("GET", path, None, {}).json["metadata"]
        schema = next(
            schema
            for schema in metadata["schemas"]
            if schema["schema-id"] == metadata["current-schema-id"]
        )
        (field,) = (field for field in schema["fields"] if field["name"] == column)
        field.update(changes)
        updates = [
            {"action": "add-schema", "schema": schema},
            {"action": "set-current-schema", "schema-id": -1},
        ]
        body = json.dumps({"requirements": [], "updates": updates}).encode()
        answer = self._wire.send("POST", path, body, {"Content-Type": "application/json"})
        assert answer.status == 200, answer
        self.table.refresh()


@pytest.fixture
def evolving(make_repository):
    with temporary_server("feast-pins") as server:
        text = f"  catalog_type: rest\n  uri: {server.uri}\n"
        yield Evolving(make_repository(YAML + text), server.uri)


def test_a_training_set_is_made_again_after_its_columns_changed(evolving):
    """A change of columns makes no snapshot: a job reads the current one by the columns of now."""
    evolving.view("now")
    job = evolving.job("now:rate")
    made = job.to_arrow()
    assert made.schema.field("rate").type == pa.float64()
    used = job.snapshots["now"]
    evolving.change("rate", name="cost")
    evolving.table.delete("true")
    pin = {"snapshot_id": used["snapshot-id"], "schema_id": used["schema-id"]}
    evolving.view("now", **pin)
    again = evolving.job("now:rate")
    assert again.to_arrow().equals(made, check_metadata=True)
    assert again.snapshots["now"] == used
    window = {"entity_df": None, "start_date": at("00:00"), "end_date": at("23:00")}
    rows = evolving.job("now:rate", **window)
    assert rows.to_arrow().schema.field("rate").type == pa.float64()
    assert rows.snapshots["now"] == used


def test_a_snapshot_alone_is_read_by_the_columns_that_it_was_written_with(evolving):
    evolving.view("then", snapshot_id=evolving.table.current_snapshot_id)
    job = evolving.job("then:rate")
    assert job.to_arrow().schema.field("rate").type == pa.float32()
    assert job.snapshots["then"]["schema-id"] != evolving.table.current_schema_id


def test_views_of_one_table_at_several_states(pinned):
    pinned.view("now")
    pinned.view("then", snapshot_id=pinned.first.snapshot_id)
    pinned.view("moment", as_of=pinned.first.timestamp)
    pinned.view("branch", ref="main")
    features = ["now:rate", "then:rate", "moment:rate", "branch:rate"]
    job = pinned.job(*features, full_feature_names=True)
    found = job.to_arrow().to_pydict()
    assert found["then__rate"] == found["moment__rate"] == [0.2, 0.1, None]
    assert found["now__rate"] == found["branch__rate"] == [0.8, 0.7, 0.9]
    assert job.snapshots["then"] == job.snapshots["moment"]
    assert job.snapshots["then"]["snapshot-id"] == pinned.first.snapshot_id
    assert job.snapshots["now"]["snapshot-id"] == pinned.table.current_snapshot_id


def test_part_by_part(make_repository):
    pinned = Pinned(make_repository(YAML + "  memory_limit: 16MiB\n"))
    pinned.view("then", snapshot_id=pinned.first.snapshot_id)
    job = pinned.job("then:rate")
    assert job.to_record_batches().read_all()["rate"].to_pylist() == [0.2, 0.1, None]
    assert job.snapshots["then"]["snapshot-id"] == pinned.first.snapshot_id


def test_windows_tell_their_snapshots_too(pinned):
    pinned.view("then", snapshot_id=pinned.first.snapshot_id)
    pinned.view("now")
    window = {"entity_df": None, "start_date": at("00:00"), "end_date": at("23:00")}
    job = pinned.job("then:rate", **window)
    assert sorted(job.to_df()["rate"]) == [0.1, 0.2]
    assert job.snapshots["then"]["snapshot-id"] == pinned.first.snapshot_id
    both = pinned.job("then:rate", "now:rate", full_feature_names=True, **window)
    assert both.to_arrow().num_rows == 3
    assert both.snapshots["then"] == job.snapshots["then"]


def test_windows_name_their_table_as_joins_do(repository):
    repository.table('default."odd.""name"', stats(0.1))
    source = IcebergSource(table_identifier='default."odd.""name"', timestamp_field="ts")
    schema = [Field(name="rate", dtype=Float64)]
    view = FeatureView(name="odd", entities=[DRIVER], source=source, schema=schema)
    repository.store.apply([DRIVER, view])
    window = {"entity_df": None, "start_date": at("00:00"), "end_date": at("23:00")}
    records = []
    for options in ({"entity_df": FRAME}, window):
        job = repository.store.get_historical_features(features=["odd:rate"], **options)
        job.to_arrow()
        records.append(job.snapshots["odd"])
    assert records[0] == records[1]
    assert records[0]["table"] == 'default."odd.""name"'


def test_pulls_and_metrics_are_of_the_pinned_state(pinned):
    view = pinned.view("then", snapshot_id=pinned.first.snapshot_id)
    given = {
        "config": pinned.repository.config,
        "data_source": view.batch_source,
        "join_key_columns": ["driver_id"],
        "feature_name_columns": ["rate"],
        "timestamp_field": "ts",
        "created_timestamp_column": None,
        "start_date": at("00:00"),
        "end_date": at("23:00"),
    }
    for pull in ("pull_all_from_table_or_query", "pull_latest_from_table_or_query"):
        found = getattr(IcebergOfflineStore, pull)(**given).to_arrow()
        assert sorted(found["rate"].to_pylist()) == [0.1, 0.2]
    (metric,) = IcebergOfflineStore.compute_monitoring_metrics(
        pinned.repository.config, view.batch_source, [("rate", "numeric")], "ts"
    )
    assert (metric["row_count"], metric["max_val"]) == (2, 0.2)


def test_columns_are_those_of_then(evolving):
    """Which the table had before its rates became double, and were called cost."""
    wide = evolving.table.current_schema_id
    evolving.change("rate", name="cost")
    first = {"snapshot_id": evolving.first.snapshot_id}
    for pin, rate in (
        (first, ("rate", "float")),
        ({"as_of": evolving.first.timestamp}, ("rate", "float")),
        ({**first, "schema_id": wide}, ("rate", "double")),
        ({"ref": "main"}, ("cost", "double")),
        ({}, ("cost", "double")),
    ):
        source = IcebergSource(table_identifier="stats", **pin)
        found = source.get_table_column_names_and_types(evolving.repository.config)
        assert list(found) == [("driver_id", "int64"), ("ts", "timestamp[us, tz=UTC]"), rate], pin


def test_a_pinned_source_is_not_written(pinned):
    view = pinned.view("then", snapshot_id=pinned.first.snapshot_id)
    row = pd.DataFrame({"driver_id": [9], "ts": [at("12:00")], "rate": [0.5]})
    before = pinned.table.refresh().current_snapshot_id
    says = r"source_of_then is pinned to snapshot_id \d+, which cannot be written: write through"
    with pytest.raises(IcebergConfigError, match=says):
        pinned.repository.store.write_to_offline_store("then", row)
    with pytest.raises(IcebergConfigError, match=says):
        SavedDatasetIcebergStorage.from_data_source(view.batch_source)
    assert pinned.table.refresh().current_snapshot_id == before


@pytest.mark.parametrize(
    ("pin", "says"),
    [
        ({"snapshot_id": 5}, "snapshot_id 5, or has.*snapshot with ID 5"),
        ({"ref": "lost"}, "ref lost.*ref lost"),
        ({"as_of": "2020-01-01"}, "as_of 2020-01-01T00:00.*older than 2020-01-01"),
    ],
)
def test_a_state_that_is_not_there_is_named(pinned, pin, says):
    with pytest.raises(ValueError, match=f"source_of_x: table stats has no state of {says}.*show"):
        pinned.view("x", **pin).batch_source.validate(pinned.repository.config)


def test_a_schema_that_is_not_there_is_named(pinned):
    view = pinned.view("x", snapshot_id=pinned.first.snapshot_id, schema_id=9)
    says = r"has no state of snapshot_id \d+, schema_id 9, or has.*schema with ID 9"
    with pytest.raises(ValueError, match=says):
        view.batch_source.validate(pinned.repository.config)


def test_a_state_that_expired_is_named_when_it_is_read(repository):
    pinned = Pinned(repository)
    pinned.view("then", snapshot_id=pinned.first.snapshot_id)
    job = pinned.job("then:rate")
    repository.catalog.drop_table("default.stats", purge=True)
    repository.table("stats", stats(0.5))
    with pytest.raises(ValueError, match="source_of_then: table stats has no state of snapshot_id"):
        job.to_arrow()
    assert job.snapshots == {}
