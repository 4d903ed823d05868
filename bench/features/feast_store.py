"""A training set through Feast: `feast_store.py iceberg|duckdb ARGUMENTS-AS-JSON`.

`iceberg` is Firn's offline store on the tables, `duckdb` Feast's own on their data files. Prints and
writes what `peers.py` does. Timed is `get_historical_features(...).to_arrow()`, the frame in memory.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys
import tempfile
from pathlib import Path

import pyarrow as pa
from peers import NOT_HERE, TTL_DAYS, measure

try:
    import pandas as pd
    from feast import Entity, FeatureStore, FeatureView, Field, FileSource, ValueType
    from feast.data_format import ParquetFormat
    from feast.types import Float64, Int64, String
except ImportError as error:
    print(error, file=sys.stderr)
    sys.exit(NOT_HERE)

YAML = """\
project: bench
provider: local
registry: registry.db
online_store: {type: sqlite, path: online.db}
offline_store:
"""
ENTITY = Entity(name="entity", join_keys=["entity"], value_type=ValueType.INT64)
TIMES = {"timestamp_field": "event_ts", "created_timestamp_column": "created_ts"}
TYPES = {"d": Float64, "l": Int64, "s": String}


def settings(store: str, given: dict) -> str:
    if store == "duckdb":
        return "  type: duckdb\n"
    # By its class: `type: iceberg` needs the package installed, not on PYTHONPATH alone.
    return f"  type: firn.feast.IcebergOfflineStore\n  uri: {given['catalog']}\n"


def source(store: str, view: dict):
    if store == "duckdb":
        return FileSource(path=view["pattern"], file_format=ParquetFormat(), **TIMES)
    from firn.feast import IcebergSource

    return IcebergSource(table_identifier=view["table"], **TIMES)


def feature_view(store: str, number: int, view: dict) -> FeatureView:
    fields = [Field(name=name, dtype=TYPES[name.split("_")[1][0]]) for name in view["features"]]
    return FeatureView(
        name=f"view{number}",
        entities=[ENTITY],
        ttl=dt.timedelta(days=TTL_DAYS),
        schema=[Field(name="entity", dtype=Int64), *fields],
        source=source(store, view),
        online=False,
    )


def historical(store: str, given: dict, folder: Path):
    (folder / "feature_store.yaml").write_text(YAML + settings(store, given))
    feast = FeatureStore(repo_path=str(folder))
    views = [feature_view(store, i, view) for i, view in enumerate(given["views"])]
    feast.apply([ENTITY, *views])
    frame = pd.read_parquet(given["entities"])
    features = [f"{view.name}:{name}" for view, asked in zip(views, given["views"], strict=True)
                for name in asked["features"]]  # fmt: skip

    def join() -> pa.Table:
        return feast.get_historical_features(entity_df=frame, features=features).to_arrow()

    return join


def in_order(table: pa.Table, given: dict) -> pa.Table:
    """By key and time: Feast's store keeps no order."""
    keys = ["entity", "event_timestamp"]
    wanted = keys + [name for view in given["views"] for name in view["features"]]
    return table.select(wanted).sort_by([(key, "ascending") for key in keys])


def main() -> None:
    store, given = sys.argv[1], json.loads(sys.argv[2])
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        join = historical(store, given, Path(folder))
        measure(join, given, lambda table: in_order(table, given))


main()
