"""`firn serve --flight`: Feast's remote offline store, for a client that has Feast alone."""

import base64
import contextlib
import json
import time
import urllib.request

import pyarrow as pa
import pyarrow.flight as flight
import pytest
from feast_alone import TIMEOUT_S
from remote_server import RATES, Remote, at, entities

import firn
from harness.server import FirnServer


@pytest.fixture(scope="module")
def remote(tmp_path_factory, clients):
    with Remote(tmp_path_factory.mktemp("remote"), clients) as made:
        made.make_tables()
        made.run("apply")
        yield made


@pytest.mark.parametrize(
    "scenario",
    [
        "training_set",
        "floating_keys",
        "service",
        "services_that_cannot_be_told_apart",
        "windows",
        "namesakes",
        "materialize",
        "refusals",
    ],
)
def test_a_client_that_has_feast_alone(remote, scenario):
    remote.run(scenario)


def test_rows_are_written(remote):
    remote.run("write")
    rows = firn.open_catalog(remote.server.uri).load_table("db.trips").scan().to_arrow()
    assert sorted(rows["count"].to_pylist()) == [7, 90]


@pytest.mark.parametrize("values", [["12"], [True], [1.0], [at("10:00:00")]], ids=repr)
def test_values_of_another_kind_are_refused(remote, values):
    """As `type: iceberg` does."""
    times = pa.array([at("10:00:00")], pa.timestamp("us", tz="UTC"))
    rows = pa.table({"driver_id": [8], "event_timestamp": times, "count": pa.array(values)})
    command = {
        "api": "offline_write_batch",
        "feature_view_names": ["trips"],
        "name_aliases": [None],
    }
    client = flight.connect(f"grpc://127.0.0.1:{remote.port}")
    with pytest.raises(pa.ArrowInvalid, match=r"Column count: .* cannot become long"):
        put(client, command, rows)


def test_other_calls_are_refused_by_name(remote):
    rows = pa.table({"key": ["m"]})
    with pytest.raises(pa.ArrowNotImplementedError, match="persist"):
        remote.exchange({"api": "persist"}, rows)
    with pytest.raises(pa.ArrowInvalid, match="api"):
        remote.exchange({}, rows)
    with pytest.raises(KeyError, match="lost"):
        remote.exchange({"api": "pull_all_from_table_or_query", "data_source_name": "lost",
                         "timestamp_field": "event_timestamp"}, rows)  # fmt: skip


def put(client: flight.FlightClient, command: dict, rows: pa.Table) -> flight.FlightDescriptor:
    descriptor = flight.FlightDescriptor.for_command(json.dumps(command))
    writer, _ = client.do_put(descriptor, rows.schema)
    writer.write_table(rows)
    writer.close()
    return descriptor


def test_older_clients_put_and_then_get(remote):
    client = flight.connect(f"grpc://127.0.0.1:{remote.port}")
    rows = entities(200_000)
    descriptor = put(client, {**RATES, "command_id": "older"}, rows)
    ticket = client.get_flight_info(descriptor).endpoints[0].ticket
    answer = client.do_get(ticket).read_all()
    assert answer["driver_id"] == rows["driver_id"]
    assert answer["rate"].null_count == 200_000
    with pytest.raises(KeyError, match="not found"):
        client.do_get(ticket).read_all()
    with pytest.raises(KeyError, match="not found"):
        client.get_flight_info(descriptor)
    descriptor = put(client, {**RATES, "feature_refs": ["lost:rate"]}, rows.slice(0, 1))
    with pytest.raises(pa.ArrowInvalid, match="lost:rate"):
        client.do_get(client.get_flight_info(descriptor).endpoints[0].ticket).read_all()


def test_sources_are_checked(remote):
    client = flight.connect(f"grpc://127.0.0.1:{remote.port}")
    source = {
        "name": "t",
        "type": "CUSTOM_SOURCE",
        "dataSourceClassType": "firn.feast.IcebergSource",
        "timestampField": "event_timestamp",
        "customOptions": {"configuration": "eyJ0YWJsZV9pZGVudGlmaWVyIjogImRiLnRyaXBzIn0="},
    }
    command = {"api": "validate_data_source", "data_source_proto": json.dumps(source)}
    put(client, command, pa.table({"key": ["m"]}))
    command["data_source_proto"] = json.dumps({**source, "timestampField": "count"})
    with pytest.raises(pa.ArrowInvalid, match="no timestamp"):
        put(client, command, pa.table({"key": ["m"]}))


def test_a_source_of_an_older_state_is_refused(remote):
    settings = json.dumps({"table_identifier": "db.trips", "snapshot_id": 5}).encode()
    source = {
        "name": "then",
        "type": "CUSTOM_SOURCE",
        "dataSourceClassType": "firn.feast.IcebergSource",
        "timestampField": "event_timestamp",
        "customOptions": {"configuration": base64.b64encode(settings).decode()},
    }
    command = {"api": "validate_data_source", "data_source_proto": json.dumps(source)}
    with pytest.raises(
        pa.ArrowInvalid, match=r"then is not served here.*snapshot_id is not served"
    ):
        flight_client = flight.connect(f"grpc://127.0.0.1:{remote.port}")
        put(flight_client, command, pa.table({"key": ["m"]}))


def test_columns_are_in_the_words_of_the_source(remote):
    configuration = "eyJuYW1lc3BhY2UiOiAiZGIiLCAidGFibGUiOiAidHJpcHMifQ=="
    source = {
        "name": "t",
        "type": "BATCH_ICEBERG",
        "dataSourceClassType": "feast.infra.data_sources.contrib.iceberg_catalog."
        "iceberg_source.IcebergSource",
        "customOptions": {"configuration": configuration},
    }
    command = {
        "api": "get_table_column_names_and_types_from_data_source",
        "data_source_proto": json.dumps(source),
    }
    columns = remote.exchange(command, pa.table({"key": ["m"]}))
    assert columns.to_pylist() == [
        {"name": "driver_id", "type": "long"},
        {"name": "event_timestamp", "type": "timestamptz"},
        {"name": "count", "type": "long"},
    ]


def test_calls_are_logged_and_counted(remote):
    remote.exchange(RATES, entities(1))
    with pytest.raises(pa.ArrowNotImplementedError):
        remote.exchange({"api": "persist"}, entities(1))
    deadline = time.monotonic() + TIMEOUT_S
    while True:
        lines = [json.loads(line) for line in remote.server.log.read_text().splitlines()
                 if line.startswith("{")]  # fmt: skip
        calls = [line for line in lines if line["message"] == "feast call"]
        ends = {(call["method"], call["api"], call["error"]) for call in calls}
        wanted = {("do_exchange", "get_historical_features", ""),
                  ("do_exchange", "persist", "Unsupported")}  # fmt: skip
        if wanted <= ends:
            break
        assert time.monotonic() < deadline, ends
        time.sleep(0.05)
    metrics = urllib.request.urlopen(f"{remote.server.uri}/metrics", timeout=10).read().decode()
    assert 'firn_feature_answers_total{result="completed"}' in metrics


def test_who_goes_ends_the_call(remote):
    """And leaves its place to others."""
    rows, command = entities(2_000_000), RATES
    for _ in range(3):
        client = flight.connect(f"grpc://127.0.0.1:{remote.port}")
        writer, reader = client.do_exchange(
            flight.FlightDescriptor.for_command(json.dumps(command)))  # fmt: skip
        # The third may find no place.
        with contextlib.suppress(flight.FlightUnavailableError, pa.ArrowException):
            writer.begin(rows.schema)
            writer.write_table(rows)
            writer.done_writing()
        reader.cancel()
        client.close()
    deadline = time.monotonic() + TIMEOUT_S
    while True:
        try:
            assert remote.exchange(command, rows.slice(0, 1)).num_rows == 1
            return
        except flight.FlightUnavailableError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_a_server_with_flight_stops_in_time(tmp_path, clients):
    with Remote(tmp_path, clients) as made:
        client = flight.connect(f"grpc://127.0.0.1:{made.port}")
        client.wait_for_available(10)
        began = time.monotonic()
        made.server.stop()
        assert time.monotonic() - began < 10


def test_flight_needs_a_registry(tmp_path):
    server = FirnServer(tmp_path / "data", args=("--flight", "127.0.0.1:0"))
    server.launch()
    assert server.wait_gone() == 2
    assert "features.registry" in server.tail()
