"""Rows of a window, all and the newest of every key; windows without entities; entity queries."""

import datetime as dt

import pandas as pd
import pyarrow as pa
import pytest
from feast.errors import FeastEntityDFMissingColumnsError, FeastJoinKeysDuringMaterialization

from conftest import INSTANT, at, times
from firn.feast import IcebergOfflineStore, IcebergSource

US = dt.timedelta(microseconds=1)
ROWS = [
    (1, "10:00", "10:01", 0.1),
    (1, "11:00", "11:30", 0.3),
    (1, "11:00", "11:01", 0.2),
    (2, "09:00", "09:01", 0.9),
    (None, "10:30", "10:31", 0.7),
]


def stats(time_type: pa.DataType = INSTANT) -> pa.Table:
    drivers, clocks, created, rates = zip(*ROWS, strict=True)
    return pa.table(
        {
            "rate": pa.array(rates, pa.float64()),
            "driver_id": pa.array(drivers, pa.int64()),
            "ts": times(clocks).cast(time_type),
            "created": times(created),
            "other": pa.array(range(len(ROWS))),
        }
    )


SOURCE = IcebergSource(
    table_identifier="stats", timestamp_field="ts", created_timestamp_column="created"
)


def pulled(repository, kind: str, start, end, **changes) -> pa.Table:
    arguments = {
        "config": repository.config,
        "data_source": SOURCE,
        "join_key_columns": ["driver_id"],
        "feature_name_columns": ["rate"],
        "timestamp_field": "ts",
        "created_timestamp_column": "created",
        "start_date": start,
        "end_date": end,
        **changes,
    }
    return getattr(IcebergOfflineStore, f"pull_{kind}_from_table_or_query")(**arguments).to_arrow()


def found(table: pa.Table) -> list:
    return sorted(table["rate"].to_pylist())


def test_all_rows_of_a_closed_window(repository):
    repository.table("stats", stats())
    table = pulled(repository, "all", at("09:00"), at("10:00"))
    assert table.column_names == ["driver_id", "rate", "ts", "created"]
    assert found(table) == [0.1, 0.9]
    assert found(pulled(repository, "all", at("09:00") + US, at("11:00") - US)) == [0.1, 0.7]
    assert found(pulled(repository, "all", None, None)) == [0.1, 0.2, 0.3, 0.7, 0.9]
    assert found(pulled(repository, "all", None, at("09:30"))) == [0.9]
    assert found(pulled(repository, "all", at("10:30"), None)) == [0.2, 0.3, 0.7]


@pytest.mark.parametrize("zone", [dt.timezone(dt.timedelta(hours=5, minutes=30)), None], ids=str)
@pytest.mark.parametrize("column", [INSTANT, pa.timestamp("us")], ids=str)
@pytest.mark.parametrize("kind", ["all", "latest"])
def test_windows_are_of_instants(repository, zone, column, kind):
    repository.table("stats", stats(column))
    start, end = (
        time.astimezone(zone) if zone else time.replace(tzinfo=None)
        for time in (at("09:00"), at("10:00"))
    )
    assert found(pulled(repository, kind, start, end)) == [0.1, 0.9]


def test_the_newest_row_of_every_key(repository):
    repository.table("stats", stats())
    table = pulled(repository, "latest", at("08:00"), at("12:00"))
    assert table.column_names == ["driver_id", "rate", "ts", "created"]
    # Of equal times the one created last; a null is no key.
    assert sorted(zip(table["driver_id"].to_pylist(), table["rate"].to_pylist(), strict=True)) == [
        (1, 0.3),
        (2, 0.9),
    ]
    assert found(pulled(repository, "latest", at("10:00"), at("10:59"))) == [0.1]
    assert found(pulled(repository, "latest", at("12:00"), at("13:00"))) == []


def test_without_named_features_every_column(repository):
    repository.table("stats", stats())
    for kind in ("all", "latest"):
        table = pulled(repository, kind, at("09:00"), at("09:00"), feature_name_columns=[])
        assert set(table.column_names) == {"driver_id", "rate", "other", "ts", "created"}


def test_without_keys_there_is_one_that_stands_for_none(repository):
    repository.table("stats", stats())
    table = pulled(repository, "latest", at("08:00"), at("12:00"), join_key_columns=[])
    assert table.to_pylist() == [
        {"rate": 0.3, "ts": at("11:00"), "created": at("11:30"), "__dummy_id": ""}
    ]
    assert pulled(repository, "all", None, None, join_key_columns=[]).num_rows == 5


def test_missing_keys_are_named(repository):
    repository.table("stats", stats())
    for kind in ("all", "latest"):
        with pytest.raises(FeastJoinKeysDuringMaterialization, match="nowhere"):
            pulled(repository, kind, at("08:00"), at("12:00"), join_key_columns=["nowhere"])


def test_days(repository):
    days = pa.table(
        {
            "driver_id": pa.array([1, 1, 1], pa.int64()),
            "day": pa.array([dt.date(2026, 11, day) for day in (1, 2, 3)]),
            "rate": [0.1, 0.2, 0.3],
        }
    )
    repository.table("stats", days)
    changes = {"timestamp_field": "day", "created_timestamp_column": None}
    assert found(pulled(repository, "all", at("00:00"), at("00:00", 2), **changes)) == [0.1, 0.2]
    assert found(pulled(repository, "all", at("00:01"), at("23:59", 2), **changes)) == [0.2]
    assert found(pulled(repository, "latest", at("00:01"), at("23:59", 2), **changes)) == [0.2]


def test_a_window_without_entities_has_every_row_of_a_view(repository):
    repository.view("stats", stats(), source_timestamp_field="ts")
    table = repository.features(
        None, ["stats:rate", "stats:other"], start_date=at("10:00"), end_date=at("11:00")
    )
    assert table.column_names == ["event_timestamp", "driver_id", "rate", "other"]
    assert found(table) == [0.1, 0.2, 0.3, 0.7]


def test_a_window_ends_now_and_begins_a_ttl_before(repository):
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    ages = [dt.timedelta(minutes=1), dt.timedelta(hours=3), dt.timedelta(days=40)]
    rows = pa.table(
        {
            "driver_id": pa.array([1] * 3, pa.int64()),
            "ts": pa.array([now - age for age in ages], INSTANT),
            "rate": [0.1, 0.2, 0.3],
        }
    )
    repository.view("stats", rows, source_timestamp_field="ts")
    assert found(repository.features(None, ["stats:rate"])) == [0.1, 0.2]
    repository.view("stats", source_timestamp_field="ts", ttl=dt.timedelta(hours=2))
    assert found(repository.features(None, ["stats:rate"])) == [0.1]


def test_a_window_of_several_views_is_every_key_and_time_of_any(repository):
    repository.view("stats", stats().slice(0, 4), source_timestamp_field="ts",
                    source_created_timestamp_column="created")  # fmt: skip
    trips = pa.table(
        {
            "driver_id": pa.array([1, 3], pa.int64()),
            "ts": times(["10:30", "10:00"]),
            "trips": pa.array([17, 37], pa.int64()),
        }
    )
    repository.view("trips", trips, source_timestamp_field="ts")
    table = repository.features(
        None, ["stats:rate", "trips:trips"], start_date=at("09:30"), end_date=at("11:00")
    )
    assert table.column_names == ["event_timestamp", "driver_id", "rate", "trips"]
    assert sorted(map(tuple, zip(*table.to_pydict().values(), strict=True))) == [
        (at("10:00"), 1, 0.1, None),
        (at("10:00"), 3, None, 37),
        (at("10:30"), 1, 0.1, 17),
        (at("11:00"), 1, 0.3, 17),
    ]


def test_in_a_window_rows_created_later_are_left_out_where_asked_for(repository):
    """Of one view as of several."""
    options = {"source_timestamp_field": "ts", "source_created_timestamp_column": "created"}
    repository.view("stats", stats().slice(0, 4), **options)
    trips = pa.table(
        {
            "driver_id": pa.array([1], pa.int64()),
            "ts": times(["11:00"]),
            "created": times(["11:00"]),
            "trips": pa.array([17], pa.int64()),
        }
    )
    repository.view("trips", trips, **options)
    window = {"start_date": at("11:00"), "end_date": at("11:00")}

    def rates(*features, **more):
        table = repository.features(None, ["stats:rate", *features], **window, **more)
        assert table.column_names[:3] == ["event_timestamp", "driver_id", "rate"]
        return table["rate"].to_pylist()

    assert sorted(rates()) == [0.2, 0.3]
    # At 11:00 of what was created by then there is the row of 10:00.
    assert rates("trips:trips", filter_by_created_timestamp=True) == [0.1]
    assert rates(filter_by_created_timestamp=True) == [0.1]
    # Without a created column there is nothing to leave out.
    repository.view("stats", source_timestamp_field="ts")
    assert sorted(rates(filter_by_created_timestamp=True)) == [0.2, 0.3]


@pytest.mark.parametrize("zone", ["UTC", None])
def test_nanoseconds_of_a_window_are_floored(repository, zone):
    stamps = pa.array([-1_001, -1, 1_999], pa.timestamp("ns", tz=zone))
    rows = pa.table({"driver_id": [1, 2, 3], "ts": stamps, "rate": [0.1, 0.2, 0.3]})
    repository.table("stats", rows, properties={"format-version": "3"})
    repository.view("stats", source_timestamp_field="ts")
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    table = repository.features(
        None, ["stats:rate"], start_date=epoch - 3 * US, end_date=epoch + 3 * US
    )
    assert table["event_timestamp"].type == INSTANT
    at_micros = zip(table["event_timestamp"].to_pylist(), table["rate"].to_pylist(), strict=True)
    assert sorted(at_micros) == [(epoch - 2 * US, 0.1), (epoch - US, 0.2), (epoch + US, 0.3)]


def orders() -> pa.Table:
    return pa.table(
        {
            "driver": pa.array([1, 2, 1], pa.int64()),
            "ordered": times(["10:00", "09:30", "11:00"]),
            "country": ["CH", "CH", "DE"],
        }
    )


@pytest.mark.parametrize(
    ("text", "rates"),
    [
        ("SELECT driver AS driver_id, ordered AS event_timestamp FROM orders", [0.1, 0.9, 0.3]),
        ("select driver driver_id, ordered from orders where country = 'CH'", [0.1, 0.9]),
        ('SELECT "driver" AS "driver_id", ordered\nFROM default.orders;', [0.1, 0.9, 0.3]),
        ("SELECT driver AS driver_id, ordered FROM orders WHERE driver = 7", []),
    ],
)
def test_entities_of_a_query(repository, text, rates):
    repository.view("stats", stats(), source_timestamp_field="ts",
                    source_created_timestamp_column="created")  # fmt: skip
    repository.table("orders", orders())
    assert repository.features(text, ["stats:rate"])["rate"].to_pylist() == rates


def test_all_columns_of_a_query_and_its_metadata(repository):
    repository.view("stats", stats(), source_timestamp_field="ts")
    repository.table("orders", orders().rename_columns(["driver_id", "ordered", "country"]))
    job = repository.store.get_historical_features("SELECT * FROM orders", ["stats:rate"])
    assert job.to_arrow().column_names == ["driver_id", "ordered", "country", "rate"]
    assert job.metadata.keys == ["driver_id", "country"]
    assert job.metadata.min_event_timestamp == at("09:30")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("DELETE FROM orders", "SELECT columns FROM table"),
        ("SELECT count(*) FROM orders", "is no column"),
        ("SELECT driver + 1 FROM orders", "is no column"),
    ],
)
def test_other_queries_are_refused(repository, text, message):
    repository.view("stats", stats(), source_timestamp_field="ts")
    with pytest.raises(ValueError, match=message):
        repository.store.get_historical_features(text, ["stats:rate"])


def test_a_query_without_the_keys(repository):
    repository.view("stats", stats(), source_timestamp_field="ts")
    repository.table("orders", orders())
    with pytest.raises(FeastEntityDFMissingColumnsError, match="driver_id"):
        repository.features("SELECT ordered FROM orders", ["stats:rate"])


def test_frames_that_are_arrow_already(repository):
    repository.view("stats", stats(), source_timestamp_field="ts")
    frame = pa.table({"driver_id": pa.array([2], pa.int32()), "event_timestamp": [at("10:00")]})
    assert repository.features(frame, ["stats:rate"])["rate"].to_pylist() == [0.9]
    assert isinstance(
        repository.store.get_historical_features(frame, ["stats:rate"]).to_df(), pd.DataFrame
    )
