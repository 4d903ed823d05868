"""Materialisation: by Feast's engine, by Firn's, and from Arrow to a store that takes it."""

import datetime as dt
import types
from unittest import mock

import pandas as pd
import pyarrow as pa
import pytest
from feast import BatchFeatureView, Field
from feast.aggregation import Aggregation
from feast.data_source import PushSource
from feast.infra.online_stores.sqlite import SqliteOnlineStore
from feast.types import Float64, Int64
from typed_table import every_type

from conftest import DRIVER, YAML, at, times
from firn.feast import ArrowOnlineStore, IcebergSource, engine
from firn.feast.proto_rows import proto_rows

ENGINE = YAML + "batch_engine: {type: iceberg.engine}\n"
ROWS = [
    (1, "10:00", "10:01", 0.1),
    (1, "11:00", "11:30", 0.3),
    (1, "11:00", "11:01", 0.2),
    (1, "12:00", "12:01", 0.4),
    (2, "09:00", "09:01", None),
]


def stats() -> pa.Table:
    drivers, clocks, created, rates = zip(*ROWS, strict=True)
    return pa.table(
        {
            "driver_id": pa.array(drivers, pa.int64()),
            "ts": times(clocks),
            "created": times(created),
            "rate": pa.array(rates, pa.float64()),
        }
    )


TIMES = {"source_timestamp_field": "ts", "source_created_timestamp_column": "created"}
SECTIONS = {
    "local": YAML,
    "local, latest": YAML + "materialization: {pull_latest_features: true}\n",
    "firn": ENGINE,
    "firn, by its path": YAML + "batch_engine: {type: firn.feast.IcebergComputeEngine}\n",
    "firn, row by row": ENGINE + "materialization: {online_write_batch_size: 1}\n",
}
FIRNS = {name: text for name, text in SECTIONS.items() if name.startswith("firn")}


def online(repository, feature: str = "stats:rate", drivers=(1, 2, 3)) -> list:
    rows = [{"driver_id": driver} for driver in drivers]
    found = repository.store.get_online_features([feature], rows).to_dict()
    return found[feature.split(":")[1]]


@pytest.mark.parametrize("section", SECTIONS.values(), ids=SECTIONS)
def test_the_newest_row_of_a_closed_window(make_repository, section):
    repository = make_repository(section)
    repository.view("stats", stats(), **TIMES)
    repository.store.materialize(at("09:00"), at("11:00"))
    assert online(repository) == [0.3, None, None]
    repository.store.materialize_incremental(at("12:00"))
    assert online(repository) == [0.4, None, None]


@pytest.mark.parametrize("section", SECTIONS.values(), ids=SECTIONS)
def test_views_without_entities(make_repository, section):
    repository = make_repository(section)
    rows = pa.table({"ts": times(["10:00", "11:00"]), "total": pa.array([1, 2], pa.int64())})
    repository.view("totals", rows, entities=[], source_timestamp_field="ts")
    repository.store.materialize(at("09:00"), at("12:00"))
    found = repository.store.get_online_features(["totals:total"], [{"__dummy_id": ""}]).to_dict()
    if not section.startswith(ENGINE) and "latest" not in section and "Engine" not in section:
        # Feast's engine keeps all rows of a view without keys, in no order that it promises.
        assert found["total"][0] in (1, 2)
    else:
        assert found["total"] == [2]


@pytest.mark.parametrize("section", SECTIONS.values(), ids=SECTIONS)
def test_mapped_names(make_repository, section):
    repository = make_repository(section)
    repository.view(
        "stats",
        stats().rename_columns(["driver", "ts", "created", "rate"]),
        source_timestamp_field="when",
        source_created_timestamp_column="made",
        source_field_mapping={
            "driver": "driver_id", "ts": "when", "created": "made", "rate": "conv_rate",
        },
        schema=[Field(name="driver_id", dtype=Int64), Field(name="conv_rate", dtype=Float64)],
    )  # fmt: skip
    repository.store.materialize(at("09:00"), at("11:00"))
    assert online(repository, "stats:conv_rate") == [0.3, None, None]


def test_progress_is_shown(make_repository, capfd):
    repository = make_repository(ENGINE)
    repository.view("stats", stats(), **TIMES)
    with mock.patch.object(engine, "ROWS_A_WRITE", 1):
        repository.store.materialize(at("09:00"), at("12:00"))
    assert "stats" in capfd.readouterr().out


class ArrowStore(SqliteOnlineStore):
    """Takes batches as they are."""

    batches: list = []

    def online_write_arrow(self, config, table, data, progress):
        self.batches.append((table.name, data))
        if progress:
            progress(data.num_rows)

    def online_write_batch(self, config, table, data, progress):
        raise AssertionError("made protobuf objects for a store that takes Arrow")


def test_a_store_that_takes_arrow_gets_arrow(make_repository, monkeypatch):
    repository = make_repository(ENGINE)
    repository.view("stats", stats(), **TIMES)
    store = ArrowStore()
    assert isinstance(store, ArrowOnlineStore)
    assert not isinstance(SqliteOnlineStore(), ArrowOnlineStore)
    monkeypatch.setattr(ArrowStore, "batches", [])
    repository.store._get_provider().batch_engine.online_store = store
    with mock.patch.object(engine, "proto_rows", side_effect=AssertionError("protobuf objects")):
        repository.store.materialize(at("09:00"), at("11:00"))
    rows = [row for _, batch in store.batches for row in batch.to_pylist()]
    assert {name for name, _ in store.batches} == {"stats"}
    assert sorted(rows, key=lambda row: row["driver_id"]) == [
        {"driver_id": 1, "rate": 0.3, "ts": at("11:00"), "created": at("11:30")},
        {"driver_id": 2, "rate": None, "ts": at("09:00"), "created": at("09:01")},
    ]


def test_what_fails_is_told(make_repository):
    repository = make_repository(ENGINE)
    repository.view("stats", stats(), **TIMES)
    repository.catalog.drop_table("default.stats")
    with pytest.raises(Exception, match=r"default\.stats"):
        repository.store.materialize(at("09:00"), at("11:00"))


def test_views_that_transform_are_feasts_engines(make_repository):
    repository = make_repository(ENGINE)
    repository.table("stats", stats())

    def doubled(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(rate=frame["rate"] * 2)

    view = BatchFeatureView(
        name="stats",
        mode="python",
        udf=doubled,
        udf_string="doubled",
        entities=[DRIVER],
        schema=[Field(name="driver_id", dtype=Int64), Field(name="rate", dtype=Float64)],
        source=IcebergSource(
            table_identifier="stats", timestamp_field="ts", created_timestamp_column="created"
        ),
        online=True,
    )
    repository.store.apply([DRIVER, view])
    repository.store.materialize(at("09:00"), at("11:00"))
    assert online(repository) == [0.6, None, None]


@pytest.mark.parametrize(
    "change",
    [
        {"only_latest": False},
        {"view.offline": True},
        {"view.online": False},
        {"view.batch_source": PushSource(name="p", batch_source=None)},
        {"view.aggregations": [Aggregation(column="rate", function="sum")]},
        {"view.filter": "rate > 0"},
        {"view.feature_transformation": "doubled"},
        {"view.enable_validation": True},
        {"view.source_views": ["other"]},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_is_left_to_feasts_engine(change):
    source = IcebergSource(table_identifier="stats", timestamp_field="ts")
    plain = {"batch_source": source, "online": True, "offline": False}
    of_view = {k.removeprefix("view."): v for k, v in change.items() if k.startswith("view.")}
    of_task = {k: v for k, v in change.items() if not k.startswith("view.")}
    view = types.SimpleNamespace(**plain)
    assert engine._is_plain(types.SimpleNamespace(feature_view=view, only_latest=True))
    view = types.SimpleNamespace(**{**plain, **of_view})
    task = types.SimpleNamespace(**{"feature_view": view, "only_latest": True, **of_task})
    assert not engine._is_plain(task)


def test_a_window_of_another_zone(make_repository):
    repository = make_repository(ENGINE)
    repository.view("stats", stats(), **TIMES)
    zone = dt.timezone(dt.timedelta(hours=-7))
    repository.store.materialize(at("09:00").astimezone(zone), at("11:00").astimezone(zone))
    assert online(repository) == [0.3, None, None]


@pytest.mark.parametrize("section", FIRNS.values(), ids=FIRNS)
def test_whole_numbers_beside_a_null_are_exact(make_repository, section):
    """Feast's engine rounds them."""
    repository = make_repository(section)
    counts = [2**53 + 1, 2**63 - 1, None]
    rows = pa.table(
        {
            "driver_id": pa.array([1, 2, 3], pa.int64()),
            "ts": times(["10:00"] * 3),
            "count": pa.array(counts, pa.int64()),
        }
    )
    repository.view("counts", rows, source_timestamp_field="ts")
    repository.store.materialize(at("09:00"), at("11:00"))
    assert online(repository, "counts:count") == counts


@pytest.mark.parametrize("section", SECTIONS.values(), ids=SECTIONS)
def test_event_times_in_nanoseconds(make_repository, section):
    repository = make_repository(section)
    nanos = pa.timestamp("ns", tz="UTC")
    ten = int(at("10:00").timestamp()) * 1_000_000_000
    rows = pa.table(
        {
            "driver_id": pa.array([1, 1, 2], pa.int64()),
            "ts": pa.array([ten + 1, ten + 2, -1], nanos),
            "created": pa.array([ten + 1, ten + 1, -1], nanos),
            "rate": [0.1, 0.2, 0.3],
        }
    )
    repository.table("stats", rows, properties={"format-version": "3"})
    repository.view("stats", **TIMES)
    repository.store.materialize(at("00:00").replace(year=1969), at("11:00"))
    assert online(repository) == [0.2, 0.3, None]


def test_rows_for_an_online_store_have_floored_times(repository):
    view = repository.view("stats", stats(), **TIMES)
    nanos = pa.array([-1, 1_999], pa.timestamp("ns", tz="UTC"))
    columns = {"driver_id": [1, 2], "rate": [0.1, 0.2], "ts": nanos, "created": nanos}
    epoch, us = dt.datetime(1970, 1, 1, tzinfo=dt.UTC), dt.timedelta(microseconds=1)
    rows = proto_rows(pa.record_batch(columns), view)
    assert [row[2:] for row in rows] == [(epoch - us,) * 2, (epoch + us,) * 2]


@pytest.mark.parametrize("section", [YAML, ENGINE], ids=["local", "firn"])
@pytest.mark.parametrize("unit", ["us", "ns"])
def test_times_before_1970_are_floored(make_repository, section, unit):
    """Feast's online values are whole seconds."""
    repository = make_repository(section)
    last = pa.array([-1, 1], pa.int64()).cast(pa.timestamp(unit, tz="UTC"))
    rows = pa.table({"driver_id": [1, 2], "ts": times(["10:00"] * 2), "seen": last})
    rows = rows.append_column("all", pa.ListArray.from_arrays([0, 1, 2], last))
    repository.table("stats", rows, properties={"format-version": "3"})
    repository.view("stats", source_timestamp_field="ts")
    repository.store.materialize(at("09:00"), at("11:00"))
    epoch, second = dt.datetime(1970, 1, 1, tzinfo=dt.UTC), dt.timedelta(seconds=1)
    assert online(repository, "stats:seen", (1, 2)) == [epoch - second, epoch]
    if section == ENGINE:
        # Feast's engine rounds up in lists, or takes nanoseconds for seconds.
        assert online(repository, "stats:all", (1, 2)) == [[epoch - second], [epoch]]


#: By a table of every type: what Feast's engine fails on, for numpy is between.
FEAST_REFUSES = {
    "f_map": "Expected dict for MAP type",
    "f_list": "is of type <class 'float'> not of type",
    "f_struct": "Expected list for MAP_LIST type",
}


def every_online(repository, rows: pa.Table) -> dict:
    repository.view("values", rows, source_timestamp_field="ts")
    repository.store.materialize(at("00:00"), at("11:00"))
    refs = [f"values:{name}" for name in rows.column_names if name.startswith("f_")]
    drivers = [{"driver_id": driver} for driver in range(rows.num_rows)]
    return repository.store.get_online_features(refs, drivers).to_dict()


def test_a_table_of_every_type_by_both_engines(make_repository):
    rows = every_type(4)
    firns = every_online(make_repository(ENGINE), rows)
    assert firns["f_map"] == [{"a": "b"}, None] * 2
    assert firns["f_struct"] == [{"x": 1, "y": [{"z": "q"}]}, None] * 2
    feasts = every_online(make_repository(YAML), rows.drop_columns(list(FEAST_REFUSES)))
    assert feasts == {name: firns[name] for name in feasts}


@pytest.mark.parametrize("name", FEAST_REFUSES)
def test_what_feasts_engine_has_no_values_for(make_repository, name):
    """As docs/feast.md says: once this fails, Feast does them."""
    rows = every_type(4).select(["driver_id", "ts", name])
    with pytest.raises(TypeError, match=FEAST_REFUSES[name]):
        every_online(make_repository(YAML), rows)
