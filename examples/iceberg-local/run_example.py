"""From an empty folder to a training set: a table of 840 rows (5 drivers, 7 days, hourly), the
feature store's definitions, and what was known of drivers at given times.

    python run_example.py

Needs no service and no network. Everything it makes is below data/, which it begins with removing.
"""

import datetime as dt
import shutil
from pathlib import Path

import firn
import pandas as pd
import pyarrow as pa
from feast import FeatureStore

import features

HERE = Path(__file__).resolve().parent
START = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
HOURS = 7 * 24
DRIVERS = [1001, 1002, 1003, 1004, 1005]


def hourly_rows() -> pa.Table:
    """`trips` counts the hours since START, so that a value tells its time."""
    rows = [
        {
            "driver_id": driver,
            "event_timestamp": START + dt.timedelta(hours=hour),
            "created": START + dt.timedelta(hours=hour, minutes=5),
            "conv_rate": (driver - 1000) / 10 + hour / 1000,
            "trips": hour,
        }
        for driver in DRIVERS
        for hour in range(HOURS)
    ]
    return pa.Table.from_pylist(rows)


def create_table() -> None:
    """Any engine could: Spark, PyIceberg, `firn append`. The catalog is that of the settings."""
    (HERE / "data").mkdir()
    catalog = firn.open_catalog(
        f"sqlite:///{HERE}/data/catalog.db", warehouse=f"file://{HERE}/data/warehouse"
    )
    catalog.create_namespace("rides")
    rows = hourly_rows()
    table = catalog.create_table(
        "rides.driver_stats", rows.schema, partition_by=["day(event_timestamp)"]
    )
    table.append(rows)
    written = catalog.load_table("rides.driver_stats").scan(columns=["driver_id"]).to_arrow()
    assert written.num_rows == len(DRIVERS) * HOURS == 840


def training_set(store: FeatureStore) -> pd.DataFrame:
    orders = pd.DataFrame(
        {
            "driver_id": [1001, 1002, 1003, 9999, 1001],
            "event_timestamp": [
                START + dt.timedelta(hours=10),                 # the moment of a row
                START + dt.timedelta(hours=10, minutes=59),     # just before the next
                START - dt.timedelta(hours=1),                  # nothing is known yet
                START + dt.timedelta(hours=10),                 # an unknown driver
                START + dt.timedelta(days=9),                   # older than the TTL
            ],
            "tip": [2.0, 0.0, 1.0, 3.0, 0.5],
        }
    )  # fmt: skip
    job = store.get_historical_features(orders, store.get_feature_service("driver_model"))
    return job.to_df()


def check(found: pd.DataFrame) -> None:
    assert list(found.columns) == ["driver_id", "event_timestamp", "tip", "conv_rate", "trips"]
    assert found["tip"].tolist() == [2.0, 0.0, 1.0, 3.0, 0.5]
    assert found["trips"].tolist()[:2] == [10, 10]
    assert found["conv_rate"].round(6).tolist()[:2] == [0.11, 0.21]
    assert found[["conv_rate", "trips"]].iloc[2:].isna().all(axis=None)


def main() -> None:
    shutil.rmtree(HERE / "data", ignore_errors=True)
    create_table()
    print("table rides.driver_stats: 840 rows")
    store = FeatureStore(HERE)
    store.apply(
        [features.driver, features.driver_stats_source, features.driver_stats,
         features.driver_model]
    )  # fmt: skip
    print("applied: driver, driver_stats, driver_model")
    found = training_set(store)
    print(found.to_string(index=False))
    check(found)
    print("the values are as expected")


if __name__ == "__main__":
    main()
