"""The log: a line a request, none lost at the end, and no request waits for it."""

import json
import signal
import subprocess
import time

import pytest

from harness import bodies, places
from harness.server import STOP_TIMEOUT_S, FirnServer, free_port, is_ready
from harness.wire import Wire

REQUESTS = 2_000


@pytest.fixture
def stalled(tmp_path):
    """A server whose standard error is a pipe that nobody reads."""
    if places.external_uri():
        pytest.skip("needs a server of its own, and FIRN_TEST_URI names a shared one")
    command = [str(places.firn_binary()), "serve", "--listen", f"127.0.0.1:{free_port()}"]
    command += ["--data", str(tmp_path / "data")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.uri = process.stdout.readline().decode().split()[-1]
        try:
            yield process
        finally:
            process.kill()


def test_a_stalled_pipe_stalls_no_request(stalled):
    wire = Wire(stalled.uri)
    long = "x" * 15_000  # together more than the pipe and all buffers hold
    for _ in range(REQUESTS):
        assert wire.send("GET", f"/v1/config?ignored={long}", None, {}).status == 200
    metrics = wire.send("GET", "/metrics", None, {}).body.decode()
    dropped = [line for line in metrics.splitlines() if line.startswith("firn_access_log_dropped")]
    assert float(dropped[0].split()[1]) > 0
    assert is_ready(stalled.uri)
    stalled.send_signal(signal.SIGTERM)
    assert stalled.wait(STOP_TIMEOUT_S) == 0


def test_every_line_is_there_after_the_end(own_server: FirnServer):
    wire = Wire(own_server.uri)
    ids = [bodies.unique("request") for _ in range(REQUESTS)]
    for request_id in ids:
        wire.send("GET", "/v1/namespaces", None, {"X-Request-Id": request_id})
    assert own_server.stop() == 0
    gone = time.time()
    lines = own_server.log.read_text().splitlines()
    logged = [json.loads(line) for line in lines if line.startswith("{")]
    # The lines of other connections, as of the one that asked whether the server is ready, may
    # stand anywhere between them.
    mine = set(ids)
    requests = [line.get("request_id") for line in logged if line["message"] == "request"]
    assert [request for request in requests if request in mine] == ids
    assert logged[-1]["message"] == "stopped"
    # Nothing holds the process after its last line; a busy machine may.
    stopped = own_server.log.stat().st_mtime
    assert gone - stopped < 0.5
