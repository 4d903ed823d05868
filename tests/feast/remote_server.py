"""Of the tests of a remote offline store: a server, its tables and a repository of a client."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.flight as flight
from feast_alone import FeastAlone

import firn
from conftest import INSTANT, at
from harness.server import FirnServer, free_port

YAML = """\
project: rides
provider: local
registry: {REGISTRY, cache_ttl_seconds: 0}
online_store: {type: sqlite, path: online.db}
offline_store: {type: remote, host: 127.0.0.1, port: PORT, connection_retries: 0}
entity_key_serialization_version: 3
"""
STATS = pa.table({
    "driver_id": pa.array([1, 1, 1, 1, 2], pa.int64()),
    "event_timestamp": pa.array(
        [at(f"{clock}:00") for clock in ("10:00", "11:00", "11:00", "12:00", "09:00")], INSTANT),
    "created": pa.array(
        [at(f"{clock}:00") for clock in ("10:01", "11:01", "11:30", "12:01", "09:01")], INSTANT),
    "conv_rate": pa.array([0.1, 0.2, 0.3, None, 0.9], pa.float64()),
})  # fmt: skip
TRIPS = pa.table({
    "driver_id": pa.array([1], pa.int64()),
    "event_timestamp": pa.array([at("10:00:00")], INSTANT),
    "count": pa.array([7], pa.int64()),
})  # fmt: skip


class Remote:
    """A server with two tables, and the repository of a client. The registry is a file, or in the
    database of a URL. With `with` the server runs."""

    def __init__(
        self,
        folder: Path,
        clients: FeastAlone,
        url: str | None = None,
        args: tuple[str, ...] = (),
    ) -> None:
        self.clients = clients
        self.repository = folder / "client"
        self.repository.mkdir()
        self.port = free_port()
        place = url or str(self.repository / "registry.db")
        self.server = FirnServer(
            folder / "data",
            # No flag: who lists processes sees those.
            env={"FIRN_FEATURES_REGISTRY": place},
            args=("--flight", f"127.0.0.1:{self.port}", *args),
        )
        registry = f"registry_type: sql, path: '{url}'" if url else "path: registry.db"
        settings = YAML.replace("PORT", str(self.port)).replace("REGISTRY", registry)
        (self.repository / "feature_store.yaml").write_text(settings)
        (self.repository / "catalog.yaml").write_text(f"uri: {self.server.uri}\n")

    def __enter__(self) -> "Remote":
        self.server.__enter__()
        return self

    def __exit__(self, *error) -> None:
        self.server.__exit__(*error)

    def make_tables(self) -> None:
        catalog = firn.open_catalog(self.server.uri)
        catalog.create_namespace("db")
        for name, rows in (("stats", STATS), ("trips", TRIPS)):
            catalog.create_table(f"db.{name}", rows.schema)
            catalog.load_table(f"db.{name}").append(rows)

    def run(self, scenario: str) -> None:
        """By a client that has Feast alone."""
        with self.running(scenario):
            pass

    @contextmanager
    def running(self, scenario: str) -> Iterator[FeastAlone]:
        try:
            with self.clients.running(self.repository, scenario) as client:
                yield client
        except AssertionError:
            print(self.server.tail())
            raise

    def exchange(self, command: dict, rows: pa.Table) -> pa.Table:
        client = flight.connect(f"grpc://127.0.0.1:{self.port}")
        descriptor = flight.FlightDescriptor.for_command(json.dumps(command))
        writer, reader = client.do_exchange(descriptor)
        writer.begin(rows.schema)
        writer.write_table(rows)
        writer.done_writing()
        return reader.read_all()


def entities(count: int) -> pa.Table:
    clocks = pa.array([at("12:00:00")] * count, INSTANT)
    return pa.table({"driver_id": pa.array([1] * count, pa.int64()), "event_timestamp": clocks})


RATES = {
    "api": "get_historical_features",
    "feature_view_names": ["driver_stats"],
    "feature_refs": ["driver_stats:rate"],
    "project": "rides",
    "full_feature_names": False,
    "name_aliases": [None],
}
