"""Bad input: an error that names the thing and what to do, in time, and nothing half-written."""

import contextlib
import re
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from feast import Entity, FeatureView, Field, ValueType
from feast.errors import DataSourceNotFoundException
from feast.monitoring.monitoring_service import MonitoringService
from feast.types import Float64

import firn
from conftest import DRIVER, YAML, Repository, at, times
from firn.feast import IcebergConfigError, IcebergSource, SavedDatasetIcebergStorage
from firn.feast.catalogs import create_table, naming_the_catalog
from firn.feast.writing import ArrowRows, append_rows, replace_table, table_of
from harness.server import FirnServer

CLOSED_PORT = 1
START, END = at("00:00"), at("23:00")


def stats() -> pa.Table:
    return pa.table(
        {
            "driver_id": pa.array([1, 2], pa.int64()),
            "ts": times(["09:00", "09:30"]),
            "rate": pa.array([0.1, 0.2], pa.float64()),
        }
    )


def frame(**columns) -> pd.DataFrame:
    """Without those that are None."""
    columns = {"driver_id": [1, 2], "event_timestamp": [at("10:00")] * 2, **columns}
    return pd.DataFrame({name: values for name, values in columns.items() if values is not None})


@pytest.fixture
def ready(repository) -> Repository:
    """With the view `stats`."""
    repository.view("stats", stats(), source_timestamp_field="ts")
    return repository


def files(repository: Repository) -> set[Path]:
    return {path for path in (repository.folder / "data").rglob("*") if path.is_file()}


def view_of(repository: Repository, feature: str = "rate", timestamp: str = "ts", key="driver_id"):
    """A view whose definition does not fit the table."""
    entity = Entity(name=key, join_keys=[key], value_type=ValueType.INT64)
    source = IcebergSource(table_identifier="stats", name="odd", timestamp_field=timestamp)
    schema = [Field(name=feature, dtype=Float64)]
    view = FeatureView(name="odd", entities=[entity], source=source, schema=schema, ttl=None)
    repository.store.apply([entity, view])


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"driver_id": None, "label": [1, 2]}, r"must contain columns .*\{'driver_id'\} were miss"),
        ({"driver_id": ["a", "b"]}, "driver_id is text, but column driver_id of view stats is int"),
        ({"driver_id": [1.5, 2.0]}, "driver_id has double values that are no int64.*: cast it, or"),
        ({"event_timestamp": None}, "provide an entity_df with a column named event_timestamp"),
        ({"event_timestamp": [1, 2]}, "event_timestamp is int64, which is no time: give timestamp"),
        (
            {"event_timestamp": ["2026-11-01", "soon"]},
            "event_timestamp has a text that is no time, 'soon': give timestamps, dates, or ISO",
        ),
        (
            {"event_timestamp": ["soon", "2026-11-01T10:00:00.123456789Z"]},
            "event_timestamp has a text that is no time, 'soon': give",
        ),
    ],
)
def test_a_frame_that_does_not_fit(ready, columns, says):
    with pytest.raises(Exception, match=says):
        ready.features(frame(**columns), ["stats:rate"])


@pytest.mark.parametrize("made", ["arrow", "pandas", "reader"])
@pytest.mark.parametrize("name", ["x", "driver_id", "event_timestamp"])
def test_a_frame_with_two_columns_of_one_name(ready, name, made):
    """Which of the two is meant cannot be told; nor may either get a feature's values."""
    whole = pa.Table.from_pandas(frame(x=[5, 6]), preserve_index=False)
    twice = whole.append_column(name, whole[name])
    if made == "pandas":
        twice = pd.concat([frame(x=[5, 6]), frame(x=[5, 6])[[name]]], axis=1)
    elif made == "reader":
        twice = twice.to_reader()
    with pytest.raises(ValueError, match=f"entity_df: it has 2 columns {name}: leave one out, or"):
        ready.features(twice, ["stats:rate"])


def test_a_frame_whose_names_are_the_same_as_text(ready):
    numbered = frame().assign(**{"1": [1, 2]})
    numbered[1] = [3, 4]
    with pytest.raises(ValueError, match="entity_df: it has 2 columns 1: leave one out, or"):
        ready.features(numbered, ["stats:rate"])


def test_a_feature_that_is_named_as_a_column_beside_it(repository):
    """In windows of time the columns beside it are the times and the keys."""
    rows = stats().append_column("event_timestamp", times(["08:00", "08:30"]))
    repository.view("stats", rows, source_timestamp_field="ts")
    says = "Two columns of the answer would be named %s: ask for full feature names"
    with pytest.raises(firn.InvalidArgumentError, match=says % "rate"):
        repository.features(frame(rate=[5, 6]), ["stats:rate"])
    asked = {"features": ["stats:event_timestamp"], "start_date": START, "end_date": END}
    with pytest.raises(firn.InvalidArgumentError, match=says % "event_timestamp"):
        repository.features(None, **asked)
    found = repository.features(None, **asked, full_feature_names=True)
    assert sorted(found["stats__event_timestamp"].to_pylist()) == [at("08:00"), at("08:30")]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (
            5,
            "entity_df: expected a DataFrame of pandas, Arrow rows or the text of a query, not int",
        ),
        ("SELECT driver_id FROM lost", r"Unable to find table at 'default\.lost'.*check that"),
        (
            "SELECT driver, ts AS event_timestamp FROM stats",
            "entity_df: table stats: .*driver; the nearest: driver_id",
        ),
        (
            "SELECT driver_id FROM stats WHERE speed > 1",
            "entity_df: table stats: .*'speed'; the ne",
        ),
        ("SELECT max(ts) FROM stats", "entity_df: 'max.ts.' is no column: write NAME or NAME AS"),
        (
            "SELECT driver_id, ts AS event_timestamp, rate AS x, ts AS x FROM stats",
            "entity_df: two columns are named x: name one of them otherwise, with AS",
        ),
        (
            'SELECT driver_id, ts AS event_timestamp, rate AS "driver_id" FROM stats',
            "entity_df: two columns are named driver_id: name",
        ),
        (
            "SELECT driver_id, ts AS event_timestamp, rate, rate FROM stats",
            "entity_df: two columns are named rate: name",
        ),
        ("DROP TABLE stats", "SELECT columns FROM table.*run other queries yourself"),
    ],
)
def test_entities_that_are_none(ready, asked, says):
    with pytest.raises(Exception, match=says):
        ready.features(asked, ["stats:rate"])
    assert ready.catalog.table_exists("default.stats")


@pytest.mark.parametrize(
    ("refs", "says"),
    [
        (["stats:rat"], "rat not found in projection stats"),
        (["stat:rate"], "view stat does not exist in project test"),
        (["rate"], "'rate'. Expected format: '<feature_view>:<feature>'"),
    ],
)
def test_features_that_are_not_there(ready, refs, says):
    with pytest.raises(Exception, match=says):
        ready.features(frame(), refs)


ODD_VIEWS = [
    ({"feature": "speed"}, "table (default.)?stats has no column speed; .*driver_id"),
    ({"timestamp": "when"}, "table (default.)?stats has no column when; .*driver_id"),
    ({"key": "rider_id"}, "rider_id"),
]


@pytest.mark.parametrize(("odd", "says"), ODD_VIEWS, ids=str)
def test_a_view_that_does_not_fit_its_table(ready, odd, says):
    view_of(ready, **odd)
    ref = [f"odd:{odd.get('feature', 'rate')}"]
    with pytest.raises(Exception, match=says):
        ready.features(frame(rider_id=[1, 2]), ref)
    with pytest.raises(Exception, match=says):
        ready.features(None, ref, start_date=START, end_date=END)
    with pytest.raises(Exception, match=says):
        ready.store.materialize(START, END, ["odd"])


def test_rows_that_do_not_fit_are_not_written(ready):
    before = files(ready)
    write = ready.store.write_to_offline_store
    row = {"driver_id": [1], "ts": [at("10:00")], "rate": [0.5]}
    with pytest.raises(ValueError, match="feature view stats: column rate: string is no double"):
        write("stats", pd.DataFrame({**row, "rate": ["x"]}))
    with pytest.raises(ValueError, match=r"missing_expected_columns: \['rate'\]"):
        write("stats", pd.DataFrame({"driver_id": [1], "ts": [at("10:00")]}))
    assert files(ready) == before


def test_a_table_that_was_dropped_meanwhile(ready):
    job = ready.store.get_historical_features(frame(), ["stats:rate"])
    ready.catalog.drop_table("default.stats", purge=True)
    before = files(ready)
    says = r"Unable to find table at 'default\.stats'\. Please check that table exists"
    row = pd.DataFrame({"driver_id": [1], "ts": [at("10:00")], "rate": [0.5]})
    for call in (
        job.to_arrow,
        job.to_df,
        job.to_record_batches,
        lambda: job.persist(SavedDatasetIcebergStorage("kept")),
        lambda: ready.store.materialize(START, END, ["stats"]),
        lambda: ready.store.write_to_offline_store("stats", row),
        lambda: MonitoringService(ready.store).compute_transient("test", "stats"),
    ):
        with pytest.raises(DataSourceNotFoundException, match=says):
            call()
    assert ready.catalog.list_tables("default") == []
    assert files(ready) == before


def test_a_dataset_whose_rows_cannot_be_read_is_not_kept(ready):
    job = ready.store.get_historical_features(frame(), ["stats:rate"])
    (data,) = (ready.folder / "data" / "warehouse").rglob("*.parquet")
    data.unlink()
    before = files(ready)
    with pytest.raises(firn.NotFoundError, match=data.name):
        job.persist(SavedDatasetIcebergStorage("kept"))
    assert [name for _, name in ready.catalog.list_tables("default")] == ["stats"]
    assert files(ready) == before


def elsewhere(make_repository, uri: str, options: str = "") -> Repository:
    text = f"  catalog_type: rest\n  uri: {uri}\n  storage_options: {{{options}}}\n"
    return make_repository(YAML + text)


def every_call(repository: Repository) -> list:
    """Of what a user of Feast does, each the first to reach the catalog."""
    source = IcebergSource(table_identifier="stats", timestamp_field="ts")
    schema = [Field(name="rate", dtype=Float64)]
    view = FeatureView(name="stats", entities=[DRIVER], source=source, schema=schema, ttl=None)
    repository.store.apply([DRIVER, view])
    row = pd.DataFrame({"driver_id": [1], "ts": [at("10:00")], "rate": [0.5]})
    return [
        lambda: source.validate(repository.config),
        lambda: repository.features(frame(), ["stats:rate"]),
        lambda: repository.store.materialize(START, END, ["stats"]),
        lambda: repository.store.write_to_offline_store("stats", row),
        lambda: MonitoringService(repository.store).get_baseline("test"),
    ]


def timed_errors(calls: list) -> list[tuple[BaseException | None, float]]:
    """What each raises and after how many seconds, all called at the same time."""

    def run(call) -> tuple[BaseException | None, float]:
        began = time.monotonic()
        try:
            call()
        except Exception as error:
            return error, time.monotonic() - began
        return None, time.monotonic() - began

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_a_catalog_that_is_not_there(make_repository):
    """A closed port refuses at once: every call is tried 6 times, with pauses."""
    repository = elsewhere(make_repository, f"http://127.0.0.1:{CLOSED_PORT}")
    where = rf"offline_store: uri http://127\.0\.0\.1:{CLOSED_PORT}: "
    says = f"{where}.*is the catalog running there, and its uri right"
    for error, seconds in timed_errors(every_call(repository)):
        assert isinstance(error, firn.UnavailableError)
        assert re.search(says, str(error))
        assert error.retryable
        assert seconds < 30


def test_a_catalog_that_never_answers(make_repository):
    """As long as `storage_options` say, and no longer."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:
        uri = f"http://127.0.0.1:{silent.getsockname()[1]}"
        options = "rest.client.socket-timeout-ms: 500, rest.client.max-retries: 1"
        repository = elsewhere(make_repository, uri, options)
        for error, seconds in timed_errors(every_call(repository)):
            assert isinstance(error, firn.DeadlineExceededError)
            assert "rest.client.socket-timeout-ms" in str(error)
            assert 0.5 < seconds < 20


def test_a_catalog_that_goes_away(make_repository, tmp_path):
    with FirnServer(tmp_path / "server") as server:
        repository = elsewhere(make_repository, server.uri, "rest.client.max-retries: 0")
        repository.view("stats", stats(), source_timestamp_field="ts")
        assert repository.features(frame(), ["stats:rate"]).num_rows == 2
    with pytest.raises(firn.UnavailableError, match=f"offline_store: uri {server.uri}"):
        repository.features(frame(), ["stats:rate"])


GLUE = (
    "warehouse: s3://b/w\n  storage_options: {glue.endpoint: 'http://127.0.0.1:1', "
    "glue.region: eu-test-1, glue.access-key-id: key, glue.secret-access-key: secret, "
    "glue.max-retries: 0}"
)
NOT_THERE = {
    "rest": "uri: http://127.0.0.1:1\n  storage_options: {rest.client.max-retries: 0}",
    "sql": "uri: postgresql://127.0.0.1:1/d\n  warehouse: file:///wh",
    "hive": "uri: thrift://127.0.0.1:1",
    "glue": GLUE,
}


@pytest.mark.parametrize("catalog_type", NOT_THERE)
def test_errors_of_files_do_not_blame_the_catalog(make_repository, catalog_type):
    """Nor do those of a catalog spare it: by the hint that it alone gives."""
    text = f"  catalog_type: {catalog_type}\n  {NOT_THERE[catalog_type]}\n"
    config = make_repository(YAML + text).config
    for context in ({"host": "s3.example", "file": "s3://b/w"}, {}):
        with pytest.raises(firn.UnavailableError) as raised, naming_the_catalog(config):
            raise firn.UnavailableError("No answer", context=context)
        assert (raised.value.message, raised.value.context) == ("No answer", context)
    with pytest.raises(firn.UnavailableError) as raised:
        IcebergSource(table_identifier="stats").validate(config)
    named = "the catalog" if catalog_type == "glue" else r"uri \w+://127\.0\.0\.1:1[/d]*"
    assert re.match(rf"offline_store: {named}: ", raised.value.message)
    assert ", and " in raised.value.context["hint"]


def test_passwords_of_a_database_that_is_not_there_are_hidden(make_repository):
    text = "  uri: postgresql://me:hunter2@127.0.0.1:1/db\n  warehouse: file:///nowhere\n"
    repository = make_repository(YAML + text)
    says = r"uri postgresql://me:\*\*\*@127.*is the database running there, and its uri right"
    with pytest.raises(firn.UnavailableError, match=says) as raised:
        IcebergSource(table_identifier="stats").validate(repository.config)
    assert "hunter2" not in str(raised.value)
    assert "rest." not in str(raised.value)


HOLDS = """
import sqlite3, sys
holder = sqlite3.connect(sys.argv[1], isolation_level=None)
holder.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.readline()
"""


@contextlib.contextmanager
def held(file: Path):
    """By another process: one process's own locks do not stand in its way."""
    command = [sys.executable, "-c", HOLDS, str(file)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as process:
        assert process.stdout.readline() == "held\n"
        yield


def test_a_file_of_the_catalog_that_another_program_holds(ready):
    """Every call waits for the lock for 10 seconds, all at the same time."""
    config, before = ready.config, files(ready)
    schema = stats().schema
    calls = [
        lambda: IcebergSource(table_identifier="stats").load(config),
        lambda: create_table(config, "new", schema),
        lambda: table_of(config, "new", schema),
        lambda: append_rows(config, "new", stats()),
        lambda: replace_table(config, "stats", ArrowRows(stats()), allow_overwrite=True),
    ]
    says = r"offline_store: uri sqlite:///.*/data/catalog\.db: .*another program holds.*locked"
    with held(ready.folder / "data" / "catalog.db"):
        errors = timed_errors(calls)
    for error, _ in errors:
        assert isinstance(error, firn.UnavailableError)
        assert re.search(says, str(error))
        assert "rest." not in str(error)
    assert files(ready) == before
    assert ready.features(frame(), ["stats:rate"]).num_rows == 2


def test_a_file_of_the_catalog_that_is_held_when_rows_are_committed(repository):
    class Held(ArrowRows):
        def write_to(self, table, *, replace):
            with held(repository.folder / "data" / "catalog.db"):
                super().write_to(table, replace=replace)

    repository.table("stats", stats(), properties={"commit.retry.num-retries": 0})
    with pytest.raises(firn.UnavailableError, match=r"catalog\.db: .*another program holds"):
        replace_table(repository.config, "stats", Held(stats()), allow_overwrite=True)
    assert len(repository.catalog.load_table("default.stats").snapshots()) == 1


def test_a_catalog_that_goes_away_while_a_dataset_is_kept(make_repository, tmp_path):
    """What goes wrong first is told, not that the half of a table cannot be dropped."""
    server = FirnServer(tmp_path / "server")
    repository = elsewhere(make_repository, server.uri, "rest.client.max-retries: 0")

    class GoesAway(ArrowRows):
        def write_to(self, table, *, replace):
            super().write_to(table, replace=replace)
            server.stop()

    says = f"offline_store: uri {server.uri}.*is the catalog running"
    with server:
        with pytest.raises(firn.UnavailableError, match=says):
            replace_table(repository.config, "kept", GoesAway(stats()), allow_overwrite=False)
        with pytest.raises(firn.UnavailableError, match=says):
            table_of(repository.config, "logs", stats().schema)


def test_a_place_for_the_catalog_that_cannot_be(make_repository, tmp_path):
    (tmp_path / "file").write_text("")
    repository = make_repository(YAML + f"  uri: sqlite:///{tmp_path}/file/catalog.db\n")
    with pytest.raises(IcebergConfigError, match=r"uri: the folder .*file of the cat.*; name a pl"):
        IcebergSource(table_identifier="stats").validate(repository.config)
