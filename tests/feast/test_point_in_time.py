"""What a training set is made of, case by case: docs/behaviour.md, through Feast."""

import datetime as dt

import pandas as pd
import pyarrow as pa
import pytest
from feast import Entity, FeatureView, Field, ValueType
from feast.errors import (
    EntityTimestampInferenceException,
    FeastEntityDFMissingColumnsError,
    FeatureNameCollisionError,
)
from feast.types import Float64, Int64

import firn
from conftest import DRIVER, INSTANT, at, times
from firn.feast import IcebergSource

HOUR = dt.timedelta(hours=1)
US = dt.timedelta(microseconds=1)
ROWS = [
    (1, "10:00", "10:01", 0.1),
    (1, "11:00", "11:01", 0.2),
    (1, "11:00", "11:30", 0.3),
    (1, "12:00", "12:01", None),
    (2, "09:00", "09:01", 0.9),
]


def stats(rows=ROWS) -> pa.Table:
    drivers, clocks, created, rates = zip(*rows, strict=True)
    return pa.table(
        {
            "driver_id": pa.array(drivers, pa.int64()),
            "ts": times(clocks),
            "created": times(created),
            "rate": pa.array(rates, pa.float64()),
        }
    )


def entities(*rows, **more) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "driver_id": [driver for driver, _ in rows],
            "event_timestamp": [time for _, time in rows],
            **more,
        }
    )


@pytest.fixture
def rates(repository):
    """The rates of (driver, time) rows, from the view `stats` with these options."""

    def join(*rows, table=None, filter_by_created_timestamp=False, **options):
        repository.view(
            "stats",
            stats() if table is None else table,
            **{"source_created_timestamp_column": "created", "source_timestamp_field": "ts"}
            | options,
        )
        found = repository.features(
            entities(*rows),
            ["stats:rate"],
            filter_by_created_timestamp=filter_by_created_timestamp,
        )
        assert found.num_rows == len(rows)
        return found["rate"].to_pylist()

    return join


def test_the_upper_bound_is_included(rates):
    assert rates((1, at("10:00")), (1, at("10:00") - US)) == [0.1, None]


def test_the_lower_bound_is_included(rates):
    found = rates(
        (2, at("11:00")), (2, at("11:00") + US), (2, at("09:00")), ttl=dt.timedelta(hours=2)
    )
    assert found == [0.9, None, 0.9]


@pytest.mark.parametrize("ttl", [None, dt.timedelta(0)])
def test_no_ttl_is_no_limit(rates, ttl):
    assert rates((2, at("09:00", day=30)), ttl=ttl) == [0.9]


def test_of_equal_times_the_one_created_last_wins(rates):
    # Though it was created after the entity's time.
    assert rates((1, at("11:05"))) == [0.3]


def test_rows_created_later_are_left_out_where_asked_for(rates):
    found = rates((1, at("11:05")), (1, at("11:30")), filter_by_created_timestamp=True)
    assert found == [0.2, 0.3]


def test_the_created_filter_leaves_views_without_such_a_column_alone(rates):
    found = rates(
        (2, at("09:00")), filter_by_created_timestamp=True, source_created_timestamp_column=""
    )
    assert found == [0.9]


def test_a_row_of_unknown_creation_loses(rates):
    table = stats([(1, "10:00", "09:00", 0.1), (1, "10:00", None, 0.2)])
    assert rates((1, at("11:00")), table=table) == [0.1]


def test_a_full_tie_is_one_row_the_last_to_arrive(rates):
    table = stats([(1, "10:00", "09:00", 0.1), (1, "10:00", "09:00", 0.2)])
    assert rates((1, at("11:00")), table=table) == [0.2]


def test_a_created_column_that_is_not_named_breaks_no_tie(rates):
    table = stats([(1, "10:00", "10:30", 0.1), (1, "10:00", "10:10", 0.2)])
    found = rates((1, at("11:00")), table=table, source_created_timestamp_column="")
    assert found == [0.2]


def test_the_newest_rows_null_stays(rates):
    assert rates((1, at("12:30"))) == [None]


def test_unknown_keys_have_nulls(rates):
    assert rates((3, at("11:00"))) == [None]


def test_null_keys_match_nothing(rates):
    table = stats([*ROWS, (None, "10:00", "10:00", 0.7)])
    assert rates((None, at("11:00")), (2, at("11:00")), table=table) == [None, 0.9]


def test_an_entity_without_a_time_is_kept(rates):
    assert rates((1, None), (1, at("10:00"))) == [None, 0.1]


def test_identical_rows_and_rows_that_differ_elsewhere_are_all_kept(repository):
    repository.view("stats", stats(), source_timestamp_field="ts")
    frame = entities(*[(2, at("10:00"))] * 3, label=["a", "a", "b"])
    found = repository.features(frame, ["stats:rate"])
    assert found["label"].to_pylist() == ["a", "a", "b"]
    assert found["rate"].to_pylist() == [0.9] * 3


def test_rows_stay_in_order(rates):
    asked = [(2, at("10:00")), (1, at("10:30")), (3, at("09:00")), (1, at("10:00"))]
    assert rates(*asked) == [0.9, 0.1, None, 0.1]


@pytest.mark.parametrize(
    "zone", [dt.timezone(dt.timedelta(hours=5, minutes=30)), dt.UTC, None], ids=str
)
def test_times_are_instants(repository, zone):
    repository.view("stats", stats(), source_timestamp_field="ts")
    time = at("10:00").astimezone(zone) if zone else at("10:00").replace(tzinfo=None)
    found = repository.features(entities((1, time), (1, time - US)), ["stats:rate"])
    assert found["rate"].to_pylist() == [0.1, None]
    assert found["event_timestamp"].to_pylist()[0] == at("10:00")
    assert found.schema.field("event_timestamp").type.tz == "UTC"


def test_naive_times_are_utc_where_feast_does_not_make_them_so(make_repository):
    from conftest import YAML

    repository = make_repository(YAML + "coerce_tz_aware: false\n")
    repository.view("stats", stats(), source_timestamp_field="ts")
    naive = at("10:00").replace(tzinfo=None)
    found = repository.features(entities((1, naive), (1, naive - US)), ["stats:rate"])
    assert found["rate"].to_pylist() == [0.1, None]


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-01T10:00:00Z",
        "2026-11-01 10:00:00",
        "2026-11-01T15:30:00+05:30",
        "2026-11-01T10:00:00.000000",
    ],
)
def test_texts_are_times(rates, text):
    assert rates((1, text)) == [0.1]


def test_a_date_as_text_is_its_midnight(rates):
    assert rates((2, "2026-11-02"), (2, "2026-11-01")) == [0.9, None]


def test_a_text_that_is_no_time_is_named(rates):
    with pytest.raises(ValueError, match=r"event_timestamp has a text that is no time.*soon"):
        rates((1, "soon"))


def test_nanoseconds_are_floored_and_kept(repository):
    """D-09: neither is a row at or before the time hidden, nor a later one shown."""
    early = dt.datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=dt.UTC)
    rows = pa.table(
        {
            "driver_id": pa.array([1, 1], pa.int64()),
            "ts": pa.array([early - US, early], INSTANT),
            "rate": [0.1, 0.2],
        }
    )
    repository.view("stats", rows, source_timestamp_field="ts")
    before = pd.Timestamp(early - US)
    stamps = [before + pd.Timedelta(999, "ns"), before + pd.Timedelta(1000, "ns"), before]
    found = repository.features(
        pd.DataFrame({"driver_id": [1, 1, 1], "event_timestamp": stamps}), ["stats:rate"]
    )
    assert found["rate"].to_pylist() == [0.1, 0.2, 0.1]
    assert found["event_timestamp"].to_pandas().tolist() == stamps


def test_the_time_column_has_another_name(repository):
    repository.view("stats", stats(), source_timestamp_field="ts")
    frame = entities((1, at("10:00"))).rename(columns={"event_timestamp": "ordered"})
    found = repository.features(frame, ["stats:rate"])
    assert found.column_names == ["driver_id", "ordered", "rate"]
    assert found["rate"].to_pylist() == [0.1]


def test_of_two_time_columns_none_is_chosen(repository):
    repository.view("stats", stats(), source_timestamp_field="ts")
    frame = entities((1, at("10:00"))).rename(columns={"event_timestamp": "ordered"})
    frame["paid"] = frame["ordered"]
    with pytest.raises(EntityTimestampInferenceException):
        repository.features(frame, ["stats:rate"])


def test_no_time_column_is_an_error(repository):
    repository.view("stats", stats(), source_timestamp_field="ts")
    with pytest.raises(EntityTimestampInferenceException):
        repository.features(pd.DataFrame({"driver_id": [1]}), ["stats:rate"])


def test_a_missing_key_column_is_named(repository):
    repository.view("stats", stats(), source_timestamp_field="ts")
    frame = entities((1, at("10:00"))).rename(columns={"driver_id": "driver"})
    with pytest.raises(FeastEntityDFMissingColumnsError, match="driver_id"):
        repository.store.get_historical_features(frame, ["stats:rate"])


def test_keys_of_another_type_are_an_error_before_reading(repository):
    repository.view("stats", stats(), source_timestamp_field="ts")
    frame = entities(("1", at("10:00")))
    with pytest.raises(firn.InvalidArgumentError, match="driver_id"):
        repository.features(frame, ["stats:rate"])


def test_an_empty_frame_has_all_columns(repository):
    repository.view("stats", stats(), source_timestamp_field="ts")
    frame = entities((1, at("10:00")), label=["a"]).iloc[:0]
    found = repository.features(frame, ["stats:rate"])
    assert found.num_rows == 0
    assert found.column_names == ["driver_id", "event_timestamp", "label", "rate"]
    assert found.schema.field("rate").type == pa.float64()
    again = repository.store.get_historical_features(frame, ["stats:rate"]).to_df()
    assert list(again.columns) == found.column_names


def test_a_view_without_entities_is_joined_by_time(repository):
    rows = pa.table({"ts": times(["10:00", "11:00"]), "total": pa.array([1, 2], pa.int64())})
    repository.view("totals", rows, entities=[], source_timestamp_field="ts")
    found = repository.features(
        entities((1, at("10:30")), (2, at("11:00")), (3, at("09:00"))), ["totals:total"]
    )
    assert found["total"].to_pylist() == [1, 2, None]


def places() -> pa.Table:
    return pa.table(
        {
            "place_id": pa.array([7, 8], pa.int64()),
            "ts": times(["09:00", "09:00"]),
            "temperature": pa.array([70, 80], pa.int64()),
        }
    )


PLACE = Entity(name="place", join_keys=["place_id"], value_type=ValueType.INT64)


def test_entities_are_renamed_per_view(repository):
    from feast import FeatureService

    repository.table("places", places())
    view = FeatureView(
        name="places",
        entities=[PLACE],
        source=IcebergSource(table_identifier="places", timestamp_field="ts"),
    )
    service = FeatureService(
        name="trips",
        features=[
            view.with_name("origin").with_join_key_map({"place_id": "origin_id"}),
            view.with_name("destination").with_join_key_map({"place_id": "destination_id"}),
        ],
    )
    repository.store.apply([PLACE, view, service])
    frame = pd.DataFrame(
        {"origin_id": [7, 8], "destination_id": [8, 9], "event_timestamp": [at("10:00")] * 2}
    )
    found = repository.features(frame, service, full_feature_names=True)
    assert found.to_pydict() == {
        "origin_id": [7, 8],
        "destination_id": [8, 9],
        "event_timestamp": [at("10:00")] * 2,
        "origin__temperature": [70, 80],
        "destination__temperature": [80, None],
    }


def test_two_views_with_other_keys_lose_no_row(repository):
    repository.view("stats", stats(), source_timestamp_field="ts")
    repository.table("places", places())
    source = IcebergSource(table_identifier="places", timestamp_field="ts")
    repository.store.apply([PLACE, FeatureView(name="places", entities=[PLACE], source=source)])
    frame = entities((1, at("10:00")), (1, at("10:00")), place_id=[7, 8])
    found = repository.features(frame, ["stats:rate", "places:temperature"])
    assert found["rate"].to_pylist() == [0.1, 0.1]
    assert found["temperature"].to_pylist() == [70, 80]


def test_several_keys(repository):
    rows = pa.table(
        {
            "driver_id": pa.array([1, 1, 2], pa.int64()),
            "place_id": pa.array([7, 8, 7], pa.int64()),
            "ts": times(["09:00"] * 3),
            "trips": pa.array([17, 18, 27], pa.int64()),
        }
    )
    repository.store.apply([PLACE])
    repository.view("trips", rows, entities=[DRIVER, PLACE], source_timestamp_field="ts")
    frame = entities((1, at("10:00")), (2, at("10:00")), (2, at("10:00")), place_id=[8, 8, 7])
    assert repository.features(frame, ["trips:trips"])["trips"].to_pylist() == [18, None, 27]


def test_names_are_full_where_asked_for_and_in_the_order_of_the_references(repository):
    times = {"source_timestamp_field": "ts", "source_created_timestamp_column": "created"}
    repository.view("stats", stats(), **times)
    repository.view("more", stats().append_column("trips", pa.array(range(5))), **times)
    frame = entities((1, at("10:00")), label=["x"])
    refs = ["more:trips", "stats:rate", "more:rate"]
    found = repository.features(frame, refs, full_feature_names=True)
    assert found.column_names == [
        "driver_id", "event_timestamp", "label", "more__trips", "stats__rate", "more__rate",
    ]  # fmt: skip
    with pytest.raises(FeatureNameCollisionError):
        repository.features(frame, refs)


def test_mapped_fields(repository):
    repository.view(
        "stats",
        stats(),
        source_timestamp_field="when",
        source_created_timestamp_column="made",
        source_field_mapping={"ts": "when", "created": "made", "rate": "conv_rate"},
        schema=[Field(name="conv_rate", dtype=Float64)],
    )
    found = repository.features(entities((1, at("11:05"))), ["stats:conv_rate"])
    assert found["conv_rate"].to_pylist() == [0.3]


def test_mapped_entities(repository):
    repository.view(
        "stats",
        stats().rename_columns(["driver", "ts", "created", "rate"]),
        source_timestamp_field="ts",
        source_field_mapping={"driver": "driver_id"},
        schema=[Field(name="driver_id", dtype=Int64), Field(name="rate", dtype=Float64)],
    )
    assert repository.features(entities((2, at("10:00"))), ["stats:rate"])["rate"].to_pylist() == [
        0.9
    ]


def test_a_table_of_days(repository):
    rows = pa.table(
        {
            "driver_id": pa.array([1, 1], pa.int64()),
            "day": pa.array([dt.date(2026, 11, 1), dt.date(2026, 11, 2)]),
            "rate": [0.1, 0.2],
        }
    )
    repository.view("days", rows, source_timestamp_field="day", ttl=dt.timedelta(days=1))
    asked = [(1, at("23:59")), (1, at("00:00", 2)), (1, at("00:00", 3)), (1, at("00:01", 3))]
    found = repository.features(entities(*asked), ["days:rate"])
    assert found["rate"].to_pylist() == [0.1, 0.2, 0.2, None]


def test_an_unknown_feature_and_an_unknown_view(repository):
    repository.view("stats", stats(), source_timestamp_field="ts")
    frame = entities((1, at("10:00")))
    with pytest.raises(Exception, match="nowhere"):
        repository.features(frame, ["stats:nowhere"])
    with pytest.raises(Exception, match="nobody"):
        repository.features(frame, ["nobody:rate"])


def test_nothing_is_read_before_it_is_wanted(repository):
    repository.view("stats", stats(), source_timestamp_field="ts")
    job = repository.store.get_historical_features(entities((1, at("10:00"))), ["stats:rate"])
    repository.catalog.drop_table("default.stats")
    with pytest.raises(Exception, match=r"default\.stats"):
        job.to_arrow()


def test_metadata(repository):
    repository.view("stats", stats(), source_timestamp_field="ts")
    frame = entities((1, at("10:00")), (2, at("12:00")), label=["a", "b"])
    job = repository.store.get_historical_features(frame, ["stats:rate"])
    assert job.metadata.features == ["stats:rate"]
    assert job.metadata.keys == ["driver_id", "label"]
    assert job.metadata.min_event_timestamp == at("10:00")
    assert job.metadata.max_event_timestamp == at("12:00")
    assert job.full_feature_names is False
    assert job.on_demand_feature_views == []


def test_batches_and_a_refused_timeout(repository):
    repository.view("stats", stats(), source_timestamp_field="ts")
    job = repository.store.get_historical_features(entities((1, at("10:00"))), ["stats:rate"])
    assert job.to_record_batches().read_all() == job.to_arrow()
    with pytest.raises(NotImplementedError, match="timeout"):
        job.to_df(timeout=5)
