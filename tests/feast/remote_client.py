"""Clients of Feast's remote offline store that have Feast alone: run by feast_alone.py.

Reads lines `["REPOSITORY", "SCENARIO"]`, runs each in a process of its own and says how it ended.
The package of Firn cannot be imported here; the tables are those that remote_server.py has made.
"""

import datetime as dt
import importlib
import importlib.util
import json
import os
import sys
import traceback
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
import yaml
from feast import Entity, FeatureService, FeatureStore, FeatureView, Field, FileSource
from feast.infra.data_sources.contrib.iceberg_catalog.iceberg_source import IcebergSource
from feast.on_demand_feature_view import on_demand_feature_view
from feast.types import Float64, Int64
from feast.value_type import ValueType

# What a scenario imports when it runs, loaded for all of them; nothing of it may start a thread.
for needed in (
    "feast.infra.offline_stores.remote",
    "feast.infra.online_stores.sqlite",
    "feast.infra.registry.registry",
    "feast.infra.registry.sql",
    "pyarrow.flight",
):
    importlib.import_module(needed)

UTC = dt.UTC
DRIVER = Entity(name="driver", join_keys=["driver_id"], value_type=ValueType.INT64)


def at(clock: str) -> dt.datetime:
    hour, minute = clock.split(":")
    return dt.datetime(2026, 11, 1, int(hour), int(minute), tzinfo=UTC)


ENTITIES = pd.DataFrame({
    "label": list("abcdefg"),
    "driver_id": [1, 1, 1, 1, 2, 2, 3],
    "event_timestamp": [at(clock) for clock in
                        ("10:00", "09:59", "11:05", "12:30", "11:00", "11:01", "11:00")],
}, index=list("tuvwxyz"))  # fmt: skip
RATES = [0.1, None, 0.3, None, 0.9, None, None]


def source(repository: Path, table: str, **options) -> IcebergSource:
    endpoint = yaml.safe_load((repository / "catalog.yaml").read_text())["uri"]
    return IcebergSource(
        warehouse="default", namespace="db", table=table, endpoint=endpoint,
        **{"name": table, "timestamp_field": "event_timestamp", **options},
    )  # fmt: skip


def apply(store: FeatureStore) -> None:
    """The definitions of all scenarios. Columns are found by Feast's own client of the catalog."""
    repository = Path(store.repo_path)
    stats = FeatureView(
        name="driver_stats", entities=[DRIVER], ttl=dt.timedelta(hours=2),
        source=source(repository, "stats", created_timestamp_column="created",
                      field_mapping={"conv_rate": "rate"}),
        schema=[Field(name="driver_id", dtype=Int64), Field(name="rate", dtype=Float64)],
    )  # fmt: skip
    trips = FeatureView(
        name="trips", entities=[DRIVER], ttl=dt.timedelta(days=1),
        source=source(repository, "trips"),
    )  # fmt: skip
    files = FeatureView(
        name="of_files", entities=[DRIVER],
        source=FileSource(name="files", path="x.parquet", timestamp_field="event_timestamp"),
        schema=[Field(name="driver_id", dtype=Int64), Field(name="x", dtype=Float64)],
    )  # fmt: skip

    @on_demand_feature_view(sources=[stats], schema=[Field(name="double", dtype=Float64)])
    def doubled(frame: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame({"double": frame["rate"] * 2})

    service = FeatureService(
        name="trip",
        features=[
            stats.with_name("origin").with_join_key_map({"driver_id": "origin_id"})[["rate"]],
            stats.with_name("destination").with_join_key_map({"driver_id": "to_id"})[["rate"]],
        ],
    )
    store.apply([DRIVER, stats, trips, files, doubled, service])
    found = store.get_feature_view("trips")
    assert [field.name for field in found.features] == ["count"]


def with_ttl(store: FeatureStore, ttl: dt.timedelta) -> None:
    view = store.get_feature_view("driver_stats")
    view.ttl = ttl
    store.apply([view])


def apply_no_ttl(store: FeatureStore) -> None:
    with_ttl(store, dt.timedelta(0))


def apply_again_and_again(store: FeatureStore) -> None:
    """The first two are told, and looked at before it goes on; the last is that of `apply`."""
    for hours in (0, 2):
        with_ttl(store, dt.timedelta(hours=hours))
        say(f"applied {hours}")
        sys.stdin.readline()
    for hours in (0, 2) * 10:
        with_ttl(store, dt.timedelta(hours=hours))


def delete(store: FeatureStore) -> None:
    """A view, its source and the service of another view."""
    store.delete_feature_view("trips")
    store.registry.delete_data_source("trips", store.project)
    store.delete_feature_service("trip")


def training_set(store: FeatureStore) -> None:
    job = store.get_historical_features(
        ENTITIES, ["driver_stats:rate", "trips:count"], full_feature_names=True
    )
    rows = job.to_arrow()
    assert rows.column_names == [
        "label", "driver_id", "event_timestamp", "driver_stats__rate", "trips__count"]  # fmt: skip
    assert rows["label"].to_pylist() == list("abcdefg")
    assert rows["event_timestamp"].to_pylist() == list(ENTITIES["event_timestamp"])
    assert rows["driver_stats__rate"].to_pylist() == RATES
    assert rows["trips__count"].to_pylist() == [7, None, 7, 7, None, None, None]
    assert b"firn.snapshots" in rows.schema.metadata
    frame = store.get_historical_features(ENTITIES, ["driver_stats:rate"]).to_df()
    assert list(frame["rate"].astype(object).where(frame["rate"].notna(), None)) == RATES


def floating_keys(store: FeatureStore) -> None:
    """A missing key makes pandas' column floating; naive times are UTC."""
    frame = pd.DataFrame({
        "driver_id": [1, None],
        "event_timestamp": [at("10:00").replace(tzinfo=None), at("11:00").replace(tzinfo=None)],
    })  # fmt: skip
    rows = store.get_historical_features(frame, ["driver_stats:rate"]).to_arrow()
    assert rows["rate"].to_pylist() == [0.1, None]
    assert rows.schema.field("event_timestamp").type.tz == "UTC"


def service(store: FeatureStore) -> None:
    """Two aliases of one view, by keys of other names."""
    frame = pd.DataFrame({
        "origin_id": [1, 2], "to_id": [2, 1], "event_timestamp": [at("11:00")] * 2})  # fmt: skip
    job = store.get_historical_features(
        frame, store.get_feature_service("trip"), full_feature_names=True
    )
    rows = job.to_arrow()
    assert rows["origin__rate"].to_pylist() == [0.3, 0.9]
    assert rows["destination__rate"].to_pylist() == [0.9, 0.3]


def services_that_cannot_be_told_apart(store: FeatureStore) -> None:
    """A call says a view's alias, neither its keys nor its service."""
    view = FeatureView(
        name="places", entities=[DRIVER], ttl=dt.timedelta(0),
        source=store.get_feature_view("driver_stats").batch_source,
        schema=[Field(name="driver_id", dtype=Int64), Field(name="rate", dtype=Float64)],
    )  # fmt: skip

    def service(name: str, alias: str | None, key: str | None) -> FeatureService:
        projection = view if alias is None else view.with_name(alias)
        if key is not None:
            projection = projection.with_join_key_map({"driver_id": key})
        return FeatureService(name=name, features=[projection[["rate"]]])

    def rates(name: str) -> list:
        frame = pd.DataFrame({
            "driver_id": [2], "origin_id": [1], "to_id": [2], "event_timestamp": [at("10:00")],
        })  # fmt: skip
        job = store.get_historical_features(frame, store.get_feature_service(name))
        return job.to_arrow()["rate"].to_pylist()

    by_origin, plain = service("by_origin", "spot", "origin_id"), service("plain", None, None)
    like_it = service("like_it", "spot", "origin_id")
    store.apply([view, by_origin, like_it, plain])
    assert (rates("by_origin"), rates("like_it"), rates("plain")) == ([0.1], [0.1], [0.9])
    store.apply([service("by_destination", "spot", "to_id")])
    for name in ("by_origin", "by_destination"):
        with pytest.raises(Exception, match=r"by_origin and by_destination.*spot.*with_name"):
            rates(name)
    assert rates("plain") == [0.9]
    store.delete_feature_service("by_destination")
    assert rates("by_origin") == [0.1]
    store.apply([service("unnamed", None, "to_id")])
    for name in ("unnamed", "plain"):
        with pytest.raises(Exception, match=r"unnamed.*places.*with_name"):
            rates(name)
    assert rates("by_origin") == [0.1]
    store.delete_feature_service("unnamed")
    assert rates("plain") == [0.9]


def windows(store: FeatureStore) -> None:
    """Without entities: of one view every row; of several each key and time of any."""
    window = {"start_date": at("10:30"), "end_date": at("11:30")}
    rows = store.get_historical_features(features=["driver_stats:rate"], **window).to_arrow()
    assert rows.column_names == ["event_timestamp", "driver_id", "rate"]
    assert sorted(rows["rate"].to_pylist()) == [0.2, 0.3]
    rows = store.get_historical_features(
        features=["driver_stats:rate", "trips:count"], **window
    ).to_arrow()
    assert rows.select(["event_timestamp", "driver_id", "rate", "count"]).to_pylist() == [
        {"event_timestamp": at("11:00"), "driver_id": 1, "rate": 0.3, "count": 7}
    ]


def namesakes(store: FeatureStore) -> None:
    """A feature that is named as the times beside it, where every row of a window is asked for."""
    store.apply([FeatureView(
        name="timed", entities=[DRIVER],
        source=source(Path(store.repo_path), "stats", name="timed", timestamp_field="created",
                      field_mapping={"conv_rate": "event_timestamp"}),
        schema=[Field(name="driver_id", dtype=Int64), Field(name="event_timestamp", dtype=Float64)],
    )])  # fmt: skip
    asked = {"features": ["timed:event_timestamp"],
             "start_date": at("00:00"), "end_date": at("23:00")}  # fmt: skip
    with pytest.raises(Exception, match=r"Two columns .* named event_timestamp: ask for full"):
        store.get_historical_features(**asked).to_arrow()
    rows = store.get_historical_features(**asked, full_feature_names=True).to_arrow()
    assert rows.column_names == ["event_timestamp", "driver_id", "timed__event_timestamp"]


def materialize(store: FeatureStore) -> None:
    """Whole windows of rows (the default), then the newest rows alone."""
    for latest in (False, True):
        store.config.materialization_config.pull_latest_features = latest
        store.materialize(at("08:00"), at("11:59"), feature_views=["driver_stats", "trips"])
        rows = [{"driver_id": 1}, {"driver_id": 2}, {"driver_id": 3}]
        answer = store.get_online_features(["driver_stats:rate", "trips:count"], rows).to_dict()
        assert answer["rate"] == [0.3, 0.9, None], answer
        assert answer["count"] == [7, None, None], answer


def write(store: FeatureStore) -> None:
    rows = pd.DataFrame({
        "driver_id": [9], "event_timestamp": [at("10:00")], "count": [90]})  # fmt: skip
    store.write_to_offline_store("trips", rows)
    frame = pd.DataFrame({"driver_id": [9], "event_timestamp": [at("10:00")]})
    joined = store.get_historical_features(frame, ["trips:count"]).to_arrow()
    assert joined["count"].to_pylist() == [90]
    with pytest.raises(Exception, match="in this order"):
        store.write_to_offline_store("trips", rows[["event_timestamp", "driver_id", "count"]],
                                     reorder_columns=False)  # fmt: skip


def refusals(store: FeatureStore) -> None:
    """What is not served is refused by its name."""
    with pytest.raises(Exception, match="doubled"):
        store.get_historical_features(ENTITIES, ["doubled:double", "driver_stats:rate"]).to_df()
    with pytest.raises(Exception, match="FileSource"):
        store.get_historical_features(ENTITIES, ["of_files:x"]).to_df()
    with pytest.raises(Exception, match="query"):
        store.get_historical_features("select 1", ["driver_stats:rate"]).to_df()
    frame = pd.DataFrame({"driver_id": ["x"], "event_timestamp": [at("10:00")]})
    with pytest.raises(Exception, match="driver_id"):
        store.get_historical_features(frame, ["driver_stats:rate"]).to_df()
    frame = pd.DataFrame({"driver_id": [1.5], "event_timestamp": [at("10:00")]})
    with pytest.raises(Exception, match=r"1\.5"):
        store.get_historical_features(frame, ["driver_stats:rate"]).to_df()
    assert pa.types.is_int64(store.get_historical_features(
        ENTITIES, ["trips:count"]).to_arrow().schema.field("count").type)  # fmt: skip


def say(line: str) -> None:
    os.write(CHANNEL, f"{line}\n".encode())


def run(repository: str, scenario: str) -> int:
    """In a process of its own; its exit code."""
    child = os.fork()
    if child != 0:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 1
    try:
        os.chdir(repository)
        globals()[scenario](FeatureStore(repo_path=repository))
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    assert importlib.util.find_spec("firn") is None
    # What Feast prints goes to the log, not among the answers.
    CHANNEL = os.dup(1)
    os.dup2(2, 1)
    for line in iter(sys.stdin.readline, ""):
        say(f"ended {run(*json.loads(line))}")
