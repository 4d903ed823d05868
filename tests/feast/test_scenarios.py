"""What a team does, from tables to training sets (F-10), and the same by DuckDB (F-11)."""

import datetime as dt
import json

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from feast import Entity, FeatureService, FeatureView, Field, ValueType
from feast.types import Float64, Int64

import firn
from conftest import DRIVER, INSTANT, YAML, at, times
from firn.feast import IcebergSource, SavedDatasetIcebergStorage

PLACE = Entity(name="place", join_keys=["place_id"], value_type=ValueType.INT64)
HOUR = dt.timedelta(hours=1)


def stats() -> pa.Table:
    return pa.table(
        {
            "driver_id": pa.array([1, 1, 2, 2], pa.int64()),
            "event_timestamp": times(["09:00", "10:00", "09:00", "10:00"]),
            "created": times(["09:01", "10:01", "09:01", "10:01"]),
            "rate": pa.array([0.1, 0.2, 0.3, 0.4], pa.float64()),
            "trips": pa.array([1, 2, 3, 4], pa.int64()),
        }
    )


def places() -> pa.Table:
    return pa.table(
        {
            "place_id": pa.array([7, 8], pa.int64()),
            "event_timestamp": times(["09:00", "09:30"]),
            "rate": pa.array([7.0, 8.0], pa.float64()),
        }
    )


@pytest.fixture
def team(repository):
    """Two views of two entities that both have a feature `rate`, and a service of them."""
    repository.table("stats", stats())
    repository.table("places", places())
    drivers = FeatureView(
        name="drivers",
        entities=[DRIVER],
        ttl=2 * HOUR,
        source=IcebergSource(table_identifier="stats", created_timestamp_column="created"),
    )
    spots = FeatureView(
        name="spots", entities=[PLACE], source=IcebergSource(table_identifier="default.places")
    )
    service = FeatureService(name="model", features=[drivers[["trips"]], spots])
    repository.store.apply([DRIVER, PLACE, drivers, spots, service])
    return repository


ASKED = pd.DataFrame(
    {
        "place_id": [8, 7, 9],
        "driver_id": [1, 2, 3],
        "label": [1, 0, 1],
        "event_timestamp": [at("09:59"), at("12:00"), at("10:00")],
    }
)


def test_schemas_are_inferred(team):
    drivers = team.store.get_feature_view("drivers")
    assert {field.name: field.dtype for field in drivers.features} == {
        "rate": Float64,
        "trips": Int64,
    }
    assert [field.name for field in drivers.entity_columns] == ["driver_id"]
    assert drivers.batch_source.timestamp_field == "event_timestamp"
    assert [field.name for field in team.store.get_feature_view("spots").features] == ["rate"]


def test_a_training_set_of_several_entities(team):
    found = team.store.get_historical_features(
        ASKED, ["drivers:rate", "drivers:trips", "spots:rate"], full_feature_names=True
    ).to_df()
    assert list(found.columns) == [*ASKED.columns, "drivers__rate", "drivers__trips", "spots__rate"]
    assert found["label"].tolist() == [1, 0, 1]
    assert found["drivers__rate"].tolist()[:2] == [0.1, 0.4]
    assert found["drivers__trips"].tolist()[:2] == [1, 4]
    assert found["spots__rate"].tolist()[:2] == [8.0, 7.0]
    assert found.iloc[2][["drivers__rate", "drivers__trips", "spots__rate"]].isna().all()


def test_a_training_set_of_a_service(team):
    service = team.store.get_feature_service("model")
    found = team.features(ASKED, service)
    assert found.column_names == [*ASKED.columns, "trips", "rate"]
    assert found["rate"].to_pylist() == [8.0, 7.0, None]


def test_one_feature_named_twice(team):
    """Refused without full names; each view's own with them, whatever the order."""
    from feast.errors import FeatureNameCollisionError

    refs = ["spots:rate", "drivers:rate"]
    with pytest.raises(FeatureNameCollisionError, match="rate"):
        team.features(ASKED, refs)
    found = team.features(ASKED, refs, full_feature_names=True)
    assert found["spots__rate"].to_pylist() == [8.0, 7.0, None]
    assert found["drivers__rate"].to_pylist() == [0.1, 0.4, None]


def test_an_empty_frame(team):
    found = team.features(ASKED.iloc[:0], ["drivers:trips", "spots:rate"])
    assert found.num_rows == 0
    assert found.column_names == [*ASKED.columns, "trips", "rate"]
    assert found.schema.field("trips").type == pa.int64()


@pytest.mark.parametrize("version", ["2", "3"])
@pytest.mark.parametrize("mode", ["copy-on-write", "merge-on-read"])
def test_deleted_and_changed_rows(repository, mode, version):
    """The same answers, however a table's changes are written."""
    properties = {
        "format-version": version,
        "write.delete.mode": mode,
        "write.merge.mode": mode,
    }
    table = repository.table("stats", stats(), properties=properties)
    table.delete("driver_id = 1 and trips = 2")
    changed = stats().slice(2, 1).set_column(3, "rate", pa.array([0.9]))
    table.upsert(changed, keys=["driver_id", "event_timestamp"])
    repository.view("stats", source_created_timestamp_column="created")
    asked = pd.DataFrame(
        {"driver_id": [1, 2, 2], "event_timestamp": [at("11:00"), at("09:30"), at("11:00")]}
    )
    found = repository.features(asked, ["stats:rate", "stats:trips"])
    assert found["rate"].to_pylist() == [0.1, 0.9, 0.4]
    assert found["trips"].to_pylist() == [1, 3, 4]
    window = repository.features(None, ["stats:rate"], start_date=at("09:00"), end_date=at("10:00"))
    assert sorted(window["rate"].to_pylist()) == [0.1, 0.4, 0.9]


def test_a_table_dropped_meanwhile_is_named(team):
    job = team.store.get_historical_features(ASKED, ["drivers:trips"])
    team.catalog.drop_table("default.stats")
    with pytest.raises(Exception, match=r"default\.stats"):
        job.to_df()


@pytest.mark.parametrize(("lost", "entity"), [("speed", DRIVER), ("place_id", PLACE)])
def test_a_column_that_the_table_has_not_is_named(team, lost, entity):
    view = FeatureView(
        name="drivers",
        entities=[entity],
        schema=[Field(name=entity.join_key, dtype=Int64), Field(name="speed", dtype=Float64)],
        source=IcebergSource(table_identifier="stats", timestamp_field="event_timestamp"),
    )
    team.store.apply([view])
    message = rf"view drivers: table default\.stats has no column {lost}"
    with pytest.raises(ValueError, match=f"(?i){message}"):
        team.features(ASKED, ["drivers:speed"])


@pytest.fixture
def drivers_and_rows(make_repository):
    """A repository of a limit, with 4,000 rows of 40 drivers, and 20,000 entities."""

    def make(limit: str):
        repository = make_repository(YAML + f"  memory_limit: {limit}\n")
        repository.table("stats", random_rows(1, 4000, 40))
        repository.view(
            "stats", source_timestamp_field="ts", source_created_timestamp_column="created"
        )
        entities = random_rows(2, 20_000, 45).select(["driver_id", "ts"])
        return repository, entities.rename_columns(["driver_id", "event_timestamp"])

    return make


def test_a_memory_limit_changes_no_answer(drivers_and_rows):
    limited, entities = drivers_and_rows("16MiB")
    free, _ = drivers_and_rows("4GiB")
    job = limited.store.get_historical_features(entities, ["stats:rate"])
    assert job.to_record_batches().read_all() == free.features(entities, ["stats:rate"])
    job.persist(SavedDatasetIcebergStorage("training"))
    assert limited.catalog.load_table("default.training").scan().to_arrow().num_rows == 20_000


def test_a_memory_limit_that_is_too_small_is_told(drivers_and_rows):
    repository, entities = drivers_and_rows("1MiB")
    with pytest.raises(firn.InvalidArgumentError, match="16 MiB"):
        repository.features(entities, ["stats:rate"])


def test_the_snapshots_of_a_training_set_are_told(team):
    found = team.features(ASKED, ["drivers:trips"])
    (read,) = json.loads(found.schema.metadata[b"firn.snapshots"]).values()
    assert read["snapshot-id"] == team.catalog.load_table("default.stats").current_snapshot_id


DUCKDB = """
WITH newest AS (
    SELECT * FROM rows
    QUALIFY row_number() OVER (
        PARTITION BY driver_id, ts ORDER BY created DESC NULLS LAST) = 1
)
SELECT entities.position,
       CASE WHEN epoch_us(entities.event_timestamp) - epoch_us(newest.ts) <= $ttl
            THEN newest.rate END AS rate
FROM entities ASOF LEFT JOIN newest
    ON entities.driver_id = newest.driver_id AND entities.event_timestamp >= newest.ts
ORDER BY entities.position
"""


def random_rows(seed: int, count: int, drivers: int) -> pa.Table:
    """Many equal times; created times that differ, so that which row wins is told."""
    chosen = np.random.default_rng(seed)
    start = np.datetime64("2026-11-01", "us")
    return pa.table(
        {
            "driver_id": pa.array(chosen.integers(0, drivers, count)),
            "ts": pa.array(
                start + chosen.integers(0, 50, count) * np.timedelta64(600_000_000, "us")
            ).cast(INSTANT),
            "created": pa.array(
                start + chosen.permutation(count) * np.timedelta64(1_000_000, "us")
            ).cast(INSTANT),
            "rate": pa.array(chosen.random(count), mask=chosen.random(count) < 0.1),
        }
    )


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("ttl", [dt.timedelta(minutes=40), dt.timedelta(days=1)], ids=str)
def test_the_same_as_duckdb(repository, seed, ttl):
    rows = random_rows(seed, 4000, 40)
    entities = random_rows(seed + 100, 3000, 45).select(["driver_id", "ts"])
    entities = entities.rename_columns(["driver_id", "event_timestamp"])
    parts = [rows.slice(0, 1000), rows.slice(1000, 2500), rows.slice(3500)]
    table = repository.table("stats", parts[0])
    for part in parts[1:]:
        table.append(part)
    repository.view(
        "stats", source_timestamp_field="ts", source_created_timestamp_column="created", ttl=ttl
    )
    found = repository.features(entities.to_pandas(), ["stats:rate"])
    assert found["driver_id"].equals(entities["driver_id"])

    entities = entities.append_column("position", pa.array(range(entities.num_rows)))
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.register("rows", rows)
    connection.register("entities", entities)
    limit = ttl // dt.timedelta(microseconds=1)
    expected = connection.execute(DUCKDB, {"ttl": limit}).to_arrow_table()["rate"]
    assert found["rate"].to_pylist() == expected.to_pylist()
    assert 0 < pc.sum(found["rate"].is_null()).as_py() < found.num_rows
