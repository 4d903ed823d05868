"""The same repository twice, over one `firn serve`: `engine: firn` and `engine: spark`."""

import tempfile
from pathlib import Path

import pyarrow as pa
from feast import Entity, FeatureView

from conftest import DRIVER, Repository
from firn.feast import IcebergSource
from harness import spark
from harness.server import FirnServer

YAML = """\
project: test
provider: local
registry: data/registry.db
online_store: {{type: sqlite, path: data/online.db}}
offline_store:
  type: iceberg
  catalog_type: rest
  uri: {uri}
  engine: {engine}
"""
CONF = {
    "spark.master": "local[2]",
    # Not heeded: queries are written for others.
    "spark.sql.ansi.enabled": "false",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    # From here on only what keeps a small session small.
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.default.parallelism": "1",
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
}
SQLITE_DRIVER = "org.xerial:sqlite-jdbc:3.53.0.0"
# Sent with every request to the catalog.
SECRET = "hunter2-of-the-test"
SECRETS = f"  storage_options: {{header.x-of-the-test: {SECRET}}}\n"


class TwoEngines:
    """Tables and views are made once and known to both."""

    def __init__(self, folder: Path, server: FirnServer) -> None:
        self.folder, self.server = folder, server
        self.events = folder / "events"
        self.events.mkdir()
        conf = {
            **CONF,
            "spark.eventLog.enabled": "true",
            "spark.eventLog.compress": "false",
            "spark.eventLog.dir": str(self.events),
            **spark.jars(spark.iceberg_runtime(), SQLITE_DRIVER),
        }
        self.conf = "  spark_conf:\n" + "".join(f"    {k}: '{v}'\n" for k, v in conf.items())
        self.firn = self.repository("firn", "")
        self.spark = self.repository("spark", self.conf + SECRETS)

    def repository(self, engine: str, more: str) -> Repository:
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        return Repository(folder, YAML.format(uri=self.server.uri, engine=engine) + more)

    def view(
        self,
        name: str,
        rows: pa.Table | None = None,
        *,
        entities: tuple[Entity, ...] = (DRIVER,),
        properties: dict | None = None,
        **options,
    ) -> FeatureView:
        """A view of the table `name`, which is made of the rows; `source_*` go to its source."""
        if rows is not None:
            self.firn.table(name, rows, properties=properties or {})
        of_source = {
            key.removeprefix("source_"): options.pop(key)
            for key in list(options)
            if key.startswith("source_")
        }
        source = IcebergSource(table_identifier=name, timestamp_field="ts", **of_source)
        view = FeatureView(
            name=name, source=source, **{"entities": list(entities), "ttl": None, **options}
        )
        for repository in (self.firn, self.spark):
            repository.store.apply([*entities, view])
        return view

    def jobs(self, entity_df, features: list[str], **options) -> list:
        """Of Firn, of Spark."""
        return [
            repository.store.get_historical_features(
                entity_df=entity_df, features=features, **options
            )
            for repository in (self.firn, self.spark)
        ]

    def same(self, entity_df, features: list[str], **options) -> pa.Table:
        """The answer that both give."""
        ours, theirs = (job.to_arrow() for job in self.jobs(entity_df, features, **options))
        assert_same(ours, theirs)
        return theirs


def assert_same(firn: pa.Table, spark: pa.Table, *, ordered: bool = True) -> None:
    """To the bit, but NaNs; schemas with their metadata."""
    assert spark.schema.equals(firn.schema, check_metadata=True), f"{firn.schema}\n{spark.schema}"
    rows = [[repr(row) for row in table.to_pylist()] for table in (firn, spark)]
    if not ordered:
        rows = [sorted(side) for side in rows]
    assert rows[1] == rows[0]
