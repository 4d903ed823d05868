"""POST /features/v1/{prefix}/join and /latest: JSON or Arrow in, Arrow out, within limits."""

import datetime as dt
import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import time
from urllib.parse import urlsplit

import pyarrow as pa
import pytest
from pyiceberg.catalog import load_catalog

from harness import bodies, places
from harness.server import FirnServer
from harness.wire import Wire

ARROW = {"Content-Type": "application/vnd.apache.arrow.stream"}
JSON = {"Content-Type": "application/json"}
INSTANT = pa.timestamp("us", tz="UTC")
TIMEOUT_S = 30
# Beyond what the sockets of both sides hold.
MANY_ROWS = 1_000_000


def at(clock: str) -> dt.datetime:
    hour, minute = clock.split(":")
    return dt.datetime(2026, 11, 1, int(hour), int(minute), tzinfo=dt.UTC)


STATS = pa.table({
    "driver": pa.array([1, 1, 1, 1, 2], pa.int64()),
    "event_timestamp": pa.array(map(at, ("10:00", "11:00", "11:00", "12:00", "09:00")), INSTANT),
    "created": pa.array(map(at, ("10:01", "11:01", "11:30", "12:01", "09:01")), INSTANT),
    "rate": pa.array([0.1, 0.2, 0.3, None, 0.9], pa.float64()),
})  # fmt: skip
ENTITIES = [
    (1, "10:00", 0.1), (1, "09:59", None), (1, "11:05", 0.3), (1, "12:30", None),
    (2, "11:00", 0.9), (2, "11:01", None), (3, "11:00", None), (None, "11:00", None),
]  # fmt: skip
RATES = [rate for _, _, rate in ENTITIES]


class Features:
    """A served table `NS.stats`, and calls about it."""

    def __init__(self, uri: str):
        self.wire = Wire(uri)
        self.uri = uri
        self.ns = bodies.unique("features")
        self.pyiceberg = load_catalog("f", type="rest", uri=uri)
        self.pyiceberg.create_namespace(self.ns)
        self.pyiceberg.create_table((self.ns, "stats"), STATS.schema).append(STATS)
        self.view = f"{self.ns}.stats:rate"

    def send(self, call: str, body: bytes, headers: dict, expect: int):
        answer = self.wire.send("POST", f"/features/v1/{call}", body, headers)
        assert answer.status == expect, answer
        if expect >= 400:
            assert set(answer.json) == {"error"}, answer
            assert answer.error["code"] == expect
        return answer

    def ask(self, call: str, request: object, expect: int = 200):
        """With a body of JSON; the rows, or the error."""
        answer = self.send(call, json.dumps(request).encode(), JSON, expect)
        return rows_of(answer) if expect == 200 else answer.error

    def send_frame(self, frame: pa.Table, request: dict, expect: int = 200):
        answer = self.send("join", stream_of(frame, request), ARROW, expect)
        return rows_of(answer) if expect == 200 else answer.error


def rows_of(answer) -> pa.Table:
    assert answer.headers["Content-Type"] == ARROW["Content-Type"]
    assert answer.headers["Transfer-Encoding"] == "chunked"
    return pa.ipc.open_stream(answer.body).read_all()


def stream_of(frame: pa.Table, request: dict) -> bytes:
    frame = frame.replace_schema_metadata({"firn.request": json.dumps(request)})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, frame.schema) as stream:
        stream.write_table(frame)
    return sink.getvalue().to_pybytes()


def many_entities() -> pa.Table:
    return pa.table({
        "driver": pa.array([1, 2] * (MANY_ROWS // 2), pa.int64()),
        "event_timestamp": pa.array([at("12:30")] * MANY_ROWS, INSTANT),
    })  # fmt: skip


@pytest.fixture(scope="module")
def features(firn_server) -> Features:
    return Features(firn_server.uri)


@pytest.fixture
def served(tmp_path):
    """A server with settings; what is asked of it."""
    if places.external_uri():
        pytest.skip("needs a server of its own, and FIRN_TEST_URI names a shared one")
    servers = []

    def start(**environment: str) -> Features:
        servers.append(FirnServer(tmp_path / "data", env=environment).start())
        return Features(servers[-1].uri)

    yield start
    for server in servers:
        server.stop()


def test_the_worked_example(features):
    entities = [
        {"driver": driver, "event_timestamp": f"2026-11-01T{clock}:00Z", "label": clock}
        for driver, clock, _ in ENTITIES
    ]
    rows = features.ask("join", {"views": [f"{features.view}@ttl=2h"], "entities": entities})
    assert rows.column_names == ["driver", "event_timestamp", "label", "rate"]
    assert rows.select(["driver", "event_timestamp", "label"]).to_pylist() == entities
    assert rows["rate"].to_pylist() == RATES
    snapshots = json.loads(rows.schema.metadata[b"firn.snapshots"])
    assert snapshots["stats"]["table"] == f"{features.ns}.stats"
    table = features.pyiceberg.load_table((features.ns, "stats"))
    assert snapshots["stats"]["snapshot-id"] == table.metadata.current_snapshot_id
    request = {"views": [f"{features.view}@ttl=2h"], "entities": entities}
    assert features.ask("default/join", request) == rows


def test_an_arrow_frame_keeps_its_types(features):
    frame = pa.table({
        "driver": pa.array([driver for driver, _, _ in ENTITIES], pa.int32()),
        "event_timestamp": pa.array([at(clock) for _, clock, _ in ENTITIES], pa.timestamp("ns")),
        "label": pa.array([[1, 2]] * len(ENTITIES), pa.list_(pa.int8())),
    })  # fmt: skip
    request = {"views": [f"{features.view}@ttl=2h"], "full-feature-names": True}
    rows = features.send_frame(frame, request)
    assert rows.select(frame.column_names) == frame
    assert rows["stats__rate"].to_pylist() == RATES
    assert b"firn.request" not in rows.schema.metadata


def test_a_frame_larger_than_a_piece(features):
    frame = many_entities()
    rows = features.send_frame(frame, {"views": [f"{features.view}@ttl=2h"]})
    assert rows.num_rows == MANY_ROWS
    assert rows["driver"] == frame["driver"]
    assert rows["rate"].null_count == MANY_ROWS


def test_without_entities_the_tables_say_for_which(features):
    request = {"views": [f"{features.view}@key=driver,ttl=30m"], "start": "2026-11-01T10:00:00",
               "end": "2026-11-01T11:00:00Z"}  # fmt: skip
    rows = features.ask("join", request).to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        (1, at("10:00"), 0.1), (1, at("11:00"), 0.3)]  # fmt: skip


def test_the_newest_rows(features):
    request = {"view": f"{features.view}@key=driver", "end": "2026-11-01T11:59:00"}
    rows = features.ask("latest", request)
    assert dict(zip(rows["driver"].to_pylist(), rows["rate"].to_pylist(), strict=True)) == {
        1: 0.3, 2: 0.9}  # fmt: skip
    assert b"firn.snapshots" in rows.schema.metadata


def test_a_table_as_it_was(features):
    view = f"{features.ns}.moved:rate@key=driver"
    table = features.pyiceberg.create_table((features.ns, "moved"), STATS.schema)
    table.append(STATS.slice(4))
    first = table.current_snapshot().timestamp_ms
    time.sleep(0.01)
    table.append(STATS.slice(0, 1))
    assert features.ask("latest", {"view": view}).num_rows == 2
    assert features.ask("latest", {"view": view, "as-of": str(first)}).num_rows == 1


@pytest.mark.parametrize(
    ("request_of", "status", "says"),
    [
        (lambda ns: {"views": [f"{ns}.lost:rate"]}, 404, "lost"),
        (lambda ns: {"views": [f"{ns}.stats:lost"], "entities": []}, 400, "event_timestamp"),
        (lambda ns: {"views": [f"{ns}.stats:lost@key=driver"]}, 400, "no column lost"),
        (lambda ns: {"views": [f"{ns}.stats:rate@ttl=soon"]}, 400, "soon"),
        (lambda ns: {"views": [f"{ns}.stats:rate"], "ttl": "7d"}, 400, "ttl"),
        (lambda ns: {"views": [f"{ns}.stats:rate"], "start": "soon"}, 400, "start"),
        (lambda ns: {"views": [f"{ns}.stats:rate"], "entities": [{"driver": [1]}]}, 400, "driver"),
        (lambda ns: [], 400, "object"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(features, request_of, status, says):
    assert says in features.ask("join", request_of(features.ns), status)["message"]


def test_other_bodies_are_refused(features):
    body = json.dumps({"views": [features.view]}).encode()
    features.send("join", body, {"Content-Type": "text/plain"}, 400)
    features.send("join", body, {"Origin": "http://page"}, 400)
    features.send("join", body, ARROW, 400)
    features.send("join", stream_of(STATS, {})[:40], ARROW, 400)
    error = features.send("nowhere/join", body, JSON, 404).error
    assert error["type"] == "NoSuchWarehouseException"
    answer = features.wire.send("GET", "/features/v1/join", None, {})
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")


def test_limits_are_those_of_the_settings(served):
    features = served(FIRN_SERVER_MAX_BODY_BYTES="1MiB", FIRN_FEATURES_MEMORY_BYTES="16MiB",
                      FIRN_FEATURES_MAX_RUNNING="1")  # fmt: skip
    features.send("join", b" " * (1 << 20) + b"{}", JSON, 413)
    features.wire.close()
    wide = pa.table({"driver": [1] * 80, "event_timestamp": [at("10:00")] * 80,
                     "text": ["a" * (1 << 20)] * 80})  # fmt: skip
    frame = wide.replace_schema_metadata(
        {"firn.request": json.dumps({"views": [features.view]})}
    )
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(sink, frame.schema, options=options) as stream:
        stream.write_table(frame)
    error = features.send("join", sink.getvalue().to_pybytes(), ARROW, 413).error
    assert "features.memory_bytes" in error["message"]


def test_a_join_has_its_time(served):
    features = served(FIRN_FEATURES_REQUEST_TIMEOUT="1ms")
    error = features.ask("join", {"views": [f"{features.view}@key=driver"]}, 503)
    assert error["type"] == "ServiceUnavailableException"


def slow_reader(features: Features) -> socket.socket:
    """A client that has asked for a long answer and reads its head alone."""
    body = stream_of(many_entities(), {"views": [features.view]})
    parts = urlsplit(features.uri)
    reader = socket.create_connection((parts.hostname, parts.port), timeout=TIMEOUT_S)
    head = (f"POST /features/v1/join HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
            f"Content-Type: {ARROW['Content-Type']}\r\n\r\n")  # fmt: skip
    reader.sendall(head.encode() + body)
    assert reader.recv(15) == b"HTTP/1.1 200 OK"
    return reader


def answers(features: Features) -> dict[str, float]:
    text = features.wire.send("GET", "/metrics", None, {}).body.decode()
    found = re.findall(r'^firn_feature_answers_(?:total{result=")?(\w+)(?:"})? (\S+)$', text, re.M)
    return {name: float(value) for name, value in found}


def test_one_too_many_waits_and_who_goes_makes_room(served):
    features = served(FIRN_FEATURES_MAX_RUNNING="1")
    request = {"view": f"{features.view}@key=driver"}
    with slow_reader(features):
        refused = features.send("latest", json.dumps(request).encode(), JSON, 429)
        assert refused.headers["Retry-After"]
        assert answers(features) == {"completed": 0, "failed": 0, "refused": 1, "running": 1}
    deadline = time.monotonic() + TIMEOUT_S
    while answers(features)["running"] > 0:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert features.ask("latest", request).num_rows == 2
    assert answers(features)["failed"] == 1


def test_a_drain_cuts_who_does_not_read(tmp_path):
    """And what was cut has no end."""
    environment = {"FIRN_SERVER_DRAIN_TIMEOUT": "1s", "FIRN_SERVER_REQUEST_TIMEOUT": "900ms"}
    server = FirnServer(tmp_path / "data", env=environment).start()
    features = Features(server.uri)
    with slow_reader(features) as reader:
        features.wire.close()
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < TIMEOUT_S
        answer = http.client.HTTPResponse(reader)
        answer.fp.readline()  # the rest of the status line
        answer.headers = answer.msg = http.client.parse_headers(answer.fp)
        answer.chunked, answer.chunk_left = True, None
        with pytest.raises(http.client.IncompleteRead):
            answer.read()


def blocks(language: str) -> list[str]:
    text = (places.ROOT / "docs/features.md").read_text().partition("## Over HTTP")[2]
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)


def test_the_examples_of_the_guide(features, tmp_path):
    table = STATS.rename_columns(["driver", "event_timestamp", "created", "conv_rate"])
    features.pyiceberg.create_namespace_if_not_exists("db")
    if not features.pyiceberg.table_exists("db.driver_stats"):
        features.pyiceberg.create_table("db.driver_stats", table.schema).append(table)
    (shell, *more), (python,) = blocks("sh"), blocks("python")
    assert not more
    shell = shell.replace("http://127.0.0.1:8181", features.uri)
    if shutil.which("curl"):
        environment = {**os.environ, "no_proxy": "127.0.0.1"}
        subprocess.run(["bash", "-ec", shell], cwd=tmp_path, check=True, timeout=TIMEOUT_S,
                       env=environment)  # fmt: skip
        rows = pa.ipc.open_stream((tmp_path / "train.arrows").read_bytes()).read_all()
        assert rows["conv_rate"].to_pylist() == [0.3]
    names: dict = {}
    exec(python.replace("http://127.0.0.1:8181", features.uri), names)
    assert names["train"]["conv_rate"].to_pylist() == [0.3, 0.9]
