"""A feature repository of its own for every test: the shortest `type: iceberg`, local files."""

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest
from feast import Entity, FeatureStore, FeatureView, ValueType
from feast_alone import FeastAlone

import firn
from firn.feast import IcebergSource
from firn.feast.catalogs import create_table, open_catalog

UTC = dt.UTC
INSTANT = pa.timestamp("us", tz="UTC")
YAML = """\
project: test
provider: local
registry: data/registry.db
online_store: {type: sqlite, path: data/online.db}
offline_store:
  type: iceberg
"""
DRIVER = Entity(name="driver", join_keys=["driver_id"], value_type=ValueType.INT64)


def at(clock: str, day: int = 1) -> dt.datetime:
    """A time of November 2026."""
    return dt.datetime.fromisoformat(f"2026-11-{day:02}T{clock}").replace(tzinfo=UTC)


def times(clocks, data_type: pa.DataType = INSTANT) -> pa.Array:
    return pa.array([None if clock is None else at(clock) for clock in clocks], data_type)


class Repository:
    def __init__(self, folder: Path, text: str = YAML) -> None:
        self.folder = folder
        (folder / "feature_store.yaml").write_text(text)
        self.store = FeatureStore(repo_path=str(folder))

    @property
    def config(self):
        return self.store.config

    @property
    def catalog(self) -> firn.Catalog:
        return open_catalog(self.config)

    def table(self, name: str, rows: pa.Table, **options) -> firn.Table:
        """A table of these rows."""
        create_table(self.config, name, rows.schema, **options)
        table = self.catalog.load_table(f"default.{name}" if "." not in name else name)
        table.append(rows)
        return table

    def view(self, name: str, rows: pa.Table | None = None, **options) -> FeatureView:
        """A view `name` of the table `name`, applied; `source_*` go to its source."""
        if rows is not None:
            self.table(name, rows)
        of_source = {
            key.removeprefix("source_"): options.pop(key)
            for key in list(options)
            if key.startswith("source_")
        }
        source = IcebergSource(table_identifier=name, **of_source)
        view = FeatureView(
            name=name, source=source, **{"entities": [DRIVER], "ttl": None, **options}
        )
        self.store.apply([DRIVER, view])
        return view

    def features(self, entity_df, features, **options) -> pa.Table:
        return self.store.get_historical_features(
            entity_df=entity_df, features=features, **options
        ).to_arrow()


@pytest.fixture(scope="session")
def clients(tmp_path_factory):
    """Clients that have Feast alone."""
    with FeastAlone(tmp_path_factory.mktemp("clients") / "log") as clients:
        yield clients


@pytest.fixture
def repository(tmp_path) -> Repository:
    return Repository(tmp_path)


@pytest.fixture
def make_repository(tmp_path_factory):
    def make(text: str = YAML) -> Repository:
        return Repository(tmp_path_factory.mktemp("repository"), text)

    return make
