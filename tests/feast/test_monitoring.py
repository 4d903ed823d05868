"""Data-quality monitoring: Feast's MonitoringService and its jobs on `type: iceberg`."""

import datetime as dt
import json
import math
from decimal import Decimal

import pyarrow as pa
import pytest
from feast import FeatureService, Field
from feast.errors import DataSourceNotFoundException
from feast.feature_logging import LoggingConfig
from feast.infra.offline_stores.offline_store import OfflineStore
from feast.monitoring.metrics_calculator import MetricsCalculator
from feast.monitoring.monitoring_service import MonitoringService
from feast.monitoring.monitoring_utils import monitoring_table_meta
from feast.types import Array, Float64, Int64, String
from feast.types import Decimal as FeastDecimal

import firn
from conftest import INSTANT, UTC, YAML, at, times
from firn.feast import IcebergLoggingDestination, IcebergOfflineStore, IcebergSource

KINDS = ["feature", "feature_view", "feature_service", "job"]
DAY = dt.date(2026, 11, 1)
ROWS = 40
WINDOW = {"start_date": DAY, "end_date": DAY}


def stats() -> pa.Table:
    """A row an hour of 1 November and on; row i is of driver i. Rows 24 and on are of the next day,
    the last has no time."""
    numbers = range(ROWS)
    clocks = [at("00:00") + dt.timedelta(hours=i) for i in numbers]
    return pa.table(
        {
            "driver_id": pa.array(numbers, pa.int64()),
            "ts": pa.array([*clocks[:-1], None], INSTANT),
            "rate": pa.array([None if i % 5 == 0 else i / 7 for i in numbers], pa.float64()),
            "trips": pa.array([i * i for i in numbers], pa.int64()),
            "city": pa.array([None if i % 9 == 0 else f"c{i % 7}" for i in numbers]),
            "active": pa.array([i % 3 == 0 for i in numbers]),
            "nothing": pa.nulls(ROWS, pa.float64()),
            "unnamed": pa.nulls(ROWS, pa.string()),
        }
    )


OF_STATS = [
    ("rate", "numeric"),
    ("trips", "numeric"),
    ("city", "categorical"),
    ("active", "categorical"),
    ("nothing", "numeric"),
    ("unnamed", "categorical"),
]


@pytest.fixture
def monitored(repository) -> MonitoringService:
    """With the view `stats`."""
    repository.view("stats", stats(), source_timestamp_field="ts")
    return MonitoringService(repository.store)


def computed(repository, features, start=None, end=None, source=None, **options) -> list[dict]:
    source = source or IcebergSource(table_identifier="stats", timestamp_field="ts")
    return IcebergOfflineStore.compute_monitoring_metrics(
        repository.config, source, features, source.timestamp_field, start, end, **options
    )


def one(repository, values: pa.Array, kind: str = "numeric", **options) -> dict:
    """The metrics of a table of these values."""
    ts = pa.array([at("10:00")] * len(values), INSTANT)
    repository.table("one", pa.table({"ts": ts, "value": values}))
    source = IcebergSource(table_identifier="one", timestamp_field="ts")
    (metric,) = computed(repository, [("value", kind)], source=source, **options)
    json.dumps(metric, allow_nan=False)
    return metric


def stored(repository, kind: str) -> pa.Table:
    name, *_ = monitoring_table_meta(kind)
    return repository.catalog.load_table(f"default.{name}").scan().to_arrow()


def commits(repository, kind: str) -> int:
    name, *_ = monitoring_table_meta(kind)
    return len(repository.catalog.load_table(f"default.{name}").snapshots())


def fallback(repository, monkeypatch, start: dt.datetime, end: dt.datetime) -> list[dict]:
    """What Feast computes itself of the rows that it pulls."""
    refused = staticmethod(OfflineStore.compute_monitoring_metrics)
    monkeypatch.setattr(IcebergOfflineStore, "compute_monitoring_metrics", refused)
    service = MonitoringService(repository.store)
    source = IcebergSource(table_identifier="stats", timestamp_field="ts")
    found = service._compute_from_source(source, "ts", OF_STATS, start, end)
    monkeypatch.undo()
    return found


def in_order(metrics: list[dict]) -> list[dict]:
    """Values that are equally frequent in the order that is ours: Feast says none."""
    for metric in metrics:
        if metric["histogram"] and "values" in metric["histogram"]:
            metric["histogram"]["values"].sort(key=lambda entry: (-entry["count"], entry["value"]))
    return metrics


@pytest.mark.parametrize(
    ("start", "end", "rows"),
    [
        (at("00:00"), at("23:59:59"), 24),
        (at("03:00"), at("03:00"), 1),
        (at("05:00"), at("05:59"), 1),
        (at("00:00", 1), at("00:00", 20), ROWS - 1),
        (at("00:00", 5), at("00:00", 6), 0),
    ],
)
def test_metrics_are_those_of_feast(repository, monkeypatch, start, end, rows):
    repository.table("stats", stats())
    ours = computed(repository, OF_STATS, start, end, top_n=10)
    assert [metric["row_count"] for metric in ours] == [rows] * len(OF_STATS)
    assert in_order(fallback(repository, monkeypatch, start, end)) == ours


def test_rows_without_a_time_are_in_no_window(repository):
    repository.table("stats", stats())
    assert computed(repository, [("trips", "numeric")])[0]["row_count"] == ROWS - 1
    (metric,) = computed(repository, [("trips", "numeric")], start=at("00:00", 2))
    assert (metric["row_count"], metric["min_val"]) == (ROWS - 1 - 24, 24.0**2)


def test_only_what_is_asked_for_is_read(repository, monkeypatch):
    table = repository.table("stats", stats())
    scans = []
    scan = firn.Table.scan

    def recording(self, *given, **options):
        scans.append(scan(self, *given, **options))
        return scans[-1]

    monkeypatch.setattr(firn.Table, "scan", recording)
    more = stats().set_column(1, "ts", pa.array([at("00:00", 20)] * ROWS, INSTANT))
    table.append(more)
    computed(repository, OF_STATS[:2], at("00:00"), at("23:59"))
    assert scans[0].schema.names == ["rate", "trips"]
    assert (scans[0].counts.files_read, scans[0].counts.files_skipped) == (1, 1)


def test_fewer_bins_and_values(repository):
    repository.table("stats", stats())
    rate, city = computed(
        repository, [("rate", "numeric"), ("city", "categorical")], histogram_bins=4, top_n=2
    )
    assert len(rate["histogram"]["counts"]) == 4
    assert sum(rate["histogram"]["counts"]) == rate["row_count"] - rate["null_count"]
    assert len(city["histogram"]["values"]) == 2
    shown = sum(entry["count"] for entry in city["histogram"]["values"])
    assert shown + city["histogram"]["other_count"] == city["row_count"] - city["null_count"]


def test_the_smallest_of_equally_frequent_values_is_first(repository):
    metric = one(repository, pa.array(["z", "b", "a", "z", "c", "y"]), "categorical", top_n=3)
    assert metric["histogram"] == {
        "values": [
            {"value": "z", "count": 2},
            {"value": "a", "count": 1},
            {"value": "b", "count": 1},
        ],
        "other_count": 2,
        "unique_count": 5,
    }


def test_numbers_are_of_the_finite_values(repository):
    values = [1.0, math.nan, 3.0, math.inf, None, -math.inf]
    metric = one(repository, pa.array(values, pa.float64()))
    assert (metric["row_count"], metric["null_count"]) == (6, 1)
    assert (metric["mean"], metric["min_val"], metric["max_val"]) == (2.0, 1.0, 3.0)
    assert metric["stddev"] == pytest.approx(math.sqrt(2))
    assert sum(metric["histogram"]["counts"]) == 2


def test_no_number_is_finite(repository):
    metric = one(repository, pa.array([math.nan, math.inf]))
    assert (metric["row_count"], metric["null_count"], metric["mean"]) == (2, 0, None)
    assert metric["histogram"] is None


@pytest.mark.parametrize(
    ("values", "data_type"),
    [
        ([Decimal("1.25"), Decimal("2.75"), None], pa.decimal128(10, 2)),
        (["1.25", "2.75", None], pa.string()),
        ([1.25, 2.75, None], pa.float32()),
    ],
)
def test_decimals_are_numbers(repository, values, data_type):
    metric = one(repository, pa.array(values, data_type))
    assert (metric["mean"], metric["p50"], metric["null_count"]) == (2.0, 2.0, 1)


@pytest.mark.parametrize(
    "values", [[2**60 + 1] * 3, [1.0, 1.0 + 2**-52, 1.0], [1e308, -1e308, 0.0]], ids=str
)
def test_values_too_close_or_too_far_for_bins_are_in_one(repository, values):
    metric = one(repository, pa.array(values))
    assert metric["histogram"]["counts"] == [3]
    assert metric["histogram"]["bins"] == [float(min(values)), float(max(values))]


@pytest.mark.parametrize("kind", ["numeric", "categorical"])
def test_lists_have_counts_alone(repository, kind):
    metric = one(repository, pa.array([[1.0, 2.0], None, []], pa.list_(pa.float64())), kind)
    assert (metric["row_count"], metric["null_count"]) == (3, 1)
    assert (metric["mean"], metric["histogram"]) == (None, None)


def test_text_that_is_no_number_is_named(repository):
    repository.table("stats", stats())
    with pytest.raises(ValueError, match="feature city: its column holds string, of which"):
        computed(repository, [("city", "numeric")])


@pytest.mark.parametrize("name", ['t"s', '" is null or "ts', "t's", "t.s"])
def test_names_of_columns_are_only_names(repository, name):
    """In filters too: the window leaves rows out."""
    rows = stats().rename_columns([*stats().column_names[:1], name, *stats().column_names[2:]])
    repository.table("stats", rows)
    source = IcebergSource(table_identifier="stats", timestamp_field=name)
    for start, count in ((None, ROWS - 1), (at("00:00", 2), ROWS - 1 - 24)):
        (metric,) = computed(repository, [("trips", "numeric")], start, source=source)
        assert metric["row_count"] == count
    given = {"join_key_columns": ["driver_id"], "feature_name_columns": ["trips"]}
    given |= {"timestamp_field": name, "created_timestamp_column": None}
    given |= {"start_date": at("00:00", 2), "end_date": at("23:00", 2)}
    pulled = IcebergOfflineStore.pull_all_from_table_or_query(
        repository.config, source, **given
    ).to_arrow()
    assert pulled.num_rows == ROWS - 1 - 24


def test_features_of_no_kind_are_left_out_unread(repository, monkeypatch):
    repository.table("stats", stats())
    scan, read = firn.Table.scan, []
    monkeypatch.setattr(
        firn.Table,
        "scan",
        lambda self, columns, *more: read.append(columns) or scan(self, columns, *more),
    )
    (metric,) = computed(
        repository, [("city", "unheard-of"), ("lost", "unheard-of"), ("trips", "numeric")]
    )
    assert (metric["feature_name"], read) == ("trips", [["trips"]])
    assert computed(repository, [("lost", "unheard-of")]) == []


def test_fields_are_mapped(repository):
    repository.view(
        "stats",
        stats().select(["driver_id", "ts", "rate"]),
        source_timestamp_field="when",
        source_field_mapping={"ts": "when", "rate": "conv_rate"},
        schema=[Field(name="conv_rate", dtype=Float64)],
    )
    service = MonitoringService(repository.store)
    service.compute_metrics("test", "stats", **WINDOW)
    (metric,) = service.get_feature_metrics("test")
    assert metric["feature_name"] == "conv_rate"
    assert (metric["row_count"], metric["null_count"]) == (24, 5)
    assert metric["max_event_timestamp"] == "2026-11-01T23:59:59+00:00"


def test_with_another_engine_they_are_read_here_too(make_repository):
    repository = make_repository(YAML + "  engine: spark\n")
    repository.table("stats", stats())
    (metric,) = computed(repository, [("trips", "numeric")], at("00:00"), at("23:59"))
    assert metric["row_count"] == 24


def test_what_is_not_there_is_named(repository):
    repository.table("stats", stats())
    with pytest.raises(ValueError, match="feature lost: table stats has no column lost; its col"):
        computed(repository, [("lost", "numeric")])
    source = IcebergSource(table_identifier="stats", timestamp_field="when")
    with pytest.raises(ValueError, match="timestamp_field when: table stats has no column when"):
        computed(repository, [("rate", "numeric")], source=source)
    source = IcebergSource(table_identifier="lost", timestamp_field="ts")
    with pytest.raises(DataSourceNotFoundException, match=r"default\.lost"):
        computed(repository, [("rate", "numeric")], source=source)


@pytest.mark.parametrize(
    ("values", "newest"),
    [
        (times(["10:00", None, "11:00"]), at("11:00")),
        (times(["10:00", "11:00"], pa.timestamp("us")), at("11:00")),
        (times(["10:00", "11:00"]).cast(pa.date32()), at("00:00")),
        (times([None, None]), None),
        (times([]), None),
    ],
)
def test_the_newest_time(repository, values, newest):
    repository.table("stats", pa.table({"ts": values, "rate": pa.nulls(len(values), pa.int64())}))
    source = IcebergSource(table_identifier="stats", timestamp_field="ts")
    found = IcebergOfflineStore.get_monitoring_max_timestamp(repository.config, source, "ts")
    assert found == newest
    assert newest is None or found.tzinfo == UTC


def test_the_newest_of_nanoseconds_is_not_before_its_row(repository):
    ns = int(at("10:00").timestamp()) * 10**9 + 1
    rows = pa.table({"ts": pa.array([ns], pa.timestamp("ns", tz="UTC")), "rate": [1.5]})
    repository.table("stats", rows, properties={"format-version": "3"})
    source = IcebergSource(table_identifier="stats", timestamp_field="ts")
    newest = IcebergOfflineStore.get_monitoring_max_timestamp(repository.config, source, "ts")
    assert newest == at("10:00") + dt.timedelta(microseconds=1)
    assert computed(repository, [("rate", "numeric")], None, newest)[0]["row_count"] == 1


def test_a_deleted_row_is_not_the_newest(repository):
    repository.table("stats", stats()).delete("driver_id > 3")
    source = IcebergSource(table_identifier="stats", timestamp_field="ts")
    newest = IcebergOfflineStore.get_monitoring_max_timestamp(repository.config, source, "ts")
    assert newest == at("03:00")


def test_metrics_of_a_view_are_kept_and_read(repository, monitored):
    repository.store.apply([FeatureService(name="model", features=[
        repository.store.get_feature_view("stats")
    ])])  # fmt: skip
    for _ in range(2):
        done = monitored.compute_metrics("test", "stats", **WINDOW)
        assert (done["computed_features"], done["computed_feature_services"]) == (6, 1)
        metrics = monitored.get_feature_metrics("test", feature_view_name="stats", **WINDOW)
        assert sorted(metric["feature_name"] for metric in metrics) == sorted(dict(OF_STATS))
        (view,) = monitored.get_feature_view_metrics("test")
        (model,) = monitored.get_feature_service_metrics("test", feature_service_name="model")
    assert (view["total_row_count"], view["total_features"]) == (24, 6)
    assert (view["features_with_nulls"], model["total_feature_views"]) == (4, 1)
    trips = next(metric for metric in metrics if metric["feature_name"] == "trips")
    (fresh,) = computed(repository, [("trips", "numeric")], at("00:00"), at("23:59:59"))
    assert {name: trips[name] for name in fresh} == fresh
    assert (trips["metric_date"], trips["is_baseline"]) == ("2026-11-01", False)
    assert dt.datetime.fromisoformat(trips["computed_at"]).tzinfo is not None
    assert [stored(repository, kind).num_rows for kind in KINDS] == [6, 1, 1, 0]
    assert [commits(repository, kind) for kind in KINDS] == [2, 2, 2, 0]


def test_auto_compute_and_baselines(repository, monitored):
    for _ in range(2):
        done = monitored.auto_compute("test")
        assert done["computed_feature_views"] == 1
        assert len(done["granularities"]) == 5
        baseline = monitored.get_baseline("test", feature_view_name="stats")
        assert {metric["row_count"] for metric in baseline} == {ROWS - 1}
        assert len(baseline) == 6
    assert stored(repository, "feature").num_rows == 6 * 6
    assert monitored.compute_baseline("test")["computed_features"] == 0
    days = monitored.get_timeseries("test", feature_name="trips", granularity="daily")
    assert [metric["row_count"] for metric in days] == [25]


def test_a_baseline_gives_way_to_the_next(repository, monitored):
    monitored.compute_metrics("test", "stats", set_baseline=True, **WINDOW)
    before = commits(repository, "feature")
    IcebergOfflineStore.clear_monitoring_baseline(
        repository.config, "test", feature_view_name="stats", feature_name="trips"
    )
    assert commits(repository, "feature") == before + 1
    assert len(monitored.get_baseline("test")) == 5
    next_day = {"start_date": at("00:00", 2).date(), "end_date": at("00:00", 2).date()}
    monitored.compute_metrics("test", "stats", set_baseline=True, **next_day)
    assert {metric["metric_date"] for metric in monitored.get_baseline("test")} == {"2026-11-02"}
    assert len(monitored.get_feature_metrics("test")) == 12
    before = commits(repository, "feature")
    IcebergOfflineStore.clear_monitoring_baseline(repository.config, "elsewhere")
    assert commits(repository, "feature") == before


def test_a_job(repository, monitored):
    parameters = {"start_date": "2026-11-01", "end_date": "2026-11-01", "feature_names": ["trips"]}
    job_id = monitored.submit_job("test", "compute", "stats", parameters)
    pending = monitored.get_job(job_id, project="test")
    assert (pending["status"], pending["parameters"]) == ("pending", parameters)
    assert monitored.execute_job(job_id)["computed_features"] == 1
    done = monitored.get_job(job_id)
    assert (done["status"], done["error_message"]) == ("completed", None)
    assert done["result_summary"]["computed_features"] == 1
    assert done["started_at"] <= done["completed_at"]
    assert stored(repository, "job").num_rows == 1
    assert monitored.get_job(job_id, project="elsewhere") is None
    assert monitored.get_job("lost") is None


def test_a_job_that_fails_says_why(monitored):
    job_id = monitored.submit_job("test", "unheard-of")
    with pytest.raises(ValueError, match="unheard-of"):
        monitored.execute_job(job_id)
    failed = monitored.get_job(job_id)
    assert (failed["status"], failed["parameters"]) == ("failed", None)
    assert "unheard-of" in failed["error_message"]


def test_logged_features(repository, monitored):
    features = FeatureService(
        name="model",
        features=[repository.store.get_feature_view("stats")[["trips"]]],
        logging_config=LoggingConfig(destination=IcebergLoggingDestination("logs")),
    )
    repository.store.apply([features])
    assert monitored.auto_compute_log_metrics("test")["computed_features"] == 0
    logs = pa.table(
        {
            "driver_id": pa.array([1, 2], pa.int64()),
            "stats__trips": pa.array([4, 6], pa.int64()),
            "stats__trips__timestamp": times(["09:00"] * 2),
            "stats__trips__status": pa.array([2, 2], pa.int32()),
            "__log_timestamp": times(["10:00", "11:00"]),
            "__log_date": pa.array([DAY] * 2, pa.date32()),
            "__request_id": ["a", "b"],
        }
    )
    repository.table("logs", logs)
    done = monitored.compute_log_metrics("test", "model", **WINDOW)
    assert done["computed_features"] == 1
    (metric,) = monitored.get_feature_metrics("test", data_source_type="log")
    assert (metric["feature_view_name"], metric["feature_name"]) == ("stats", "trips")
    assert (metric["mean"], metric["max_event_timestamp"]) == (5.0, "2026-11-01T11:00:00+00:00")
    assert monitored.auto_compute_log_metrics("test")["computed_features"] == 5


def test_feasts_own_types_are_classified_as_the_table_is_read(repository):
    """What Feast calls numeric may be a list, or text that holds decimals."""
    rows = stats().select(["driver_id", "ts", "rate", "city"])
    prices = pa.array([f"{i}.50" for i in range(ROWS)])
    vectors = pa.array([[i / 2] for i in range(ROWS)])
    rows = rows.append_column("price", prices).append_column("vector", vectors)
    schema = [
        Field(name="driver_id", dtype=Int64),
        Field(name="rate", dtype=Float64),
        Field(name="city", dtype=String),
        Field(name="price", dtype=FeastDecimal),
        Field(name="vector", dtype=Array(Float64)),
    ]
    repository.view("stats", rows, source_timestamp_field="ts", schema=schema)
    view = repository.store.get_feature_view("stats")
    kinds = {f.name: MetricsCalculator.classify_feature(f.dtype) for f in view.features}
    assert kinds["vector"] == kinds["price"] == "numeric"
    service = MonitoringService(repository.store)
    service.compute_metrics("test", "stats", **WINDOW)
    means = {m["feature_name"]: m["mean"] for m in service.get_feature_metrics("test")}
    assert means == {"rate": means["rate"], "city": None, "price": 12.0, "vector": None}
