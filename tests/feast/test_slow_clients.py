"""Clients of `firn serve --flight` that send no more, or read nothing: what they hold, how long."""

import contextlib
import json
import threading
import time
import urllib.request
from collections.abc import Callable

import pyarrow as pa
import pyarrow.flight as flight
import pytest
from remote_server import RATES, Remote, entities

TIMEOUT_S = 30
COMMAND = flight.FlightDescriptor.for_command(json.dumps(RATES))


@pytest.fixture(scope="module")
def remote(tmp_path_factory, clients):
    limits = ("--features-request-timeout", "3s")
    with Remote(tmp_path_factory.mktemp("remote"), clients, args=limits) as made:
        made.make_tables()
        made.run("apply")
        yield made


def running(remote: Remote) -> int:
    with urllib.request.urlopen(f"{remote.server.uri}/metrics", timeout=10) as answer:
        for line in answer.read().decode().splitlines():
            if line.startswith("firn_feature_answers_running "):
                return int(float(line.split()[1]))
    raise AssertionError("no such metric")


def join_over_http(remote: Remote) -> int:
    body = {"views": ["db.stats:conv_rate"],
            "entities": [{"driver_id": 1, "event_timestamp": "2026-11-01T12:00:00Z"}]}  # fmt: skip
    request = urllib.request.Request(
        f"{remote.server.uri}/features/v1/default/join", json.dumps(body).encode(),
        {"Content-Type": "application/json"})  # fmt: skip
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.status


def wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def ended_late(remote: Remote, method: str) -> int:
    return ended_by(remote, method, "DeadlineExceeded")


def ended_by(remote: Remote, method: str, error: str) -> int:
    """Calls that the log says ended by the error."""
    lines = [json.loads(line) for line in remote.server.log.read_text().splitlines()
             if line.startswith("{")]  # fmt: skip
    calls = [line for line in lines if line["message"] == "feast call"]
    return sum(call["method"] == method and call["error"] == error for call in calls)


def connect(remote: Remote) -> flight.FlightClient:
    # A connection of its own.
    options = [("grpc.use_local_subchannel_pool", 1)]
    return flight.connect(f"grpc://127.0.0.1:{remote.port}", generic_options=options)


def silent_exchange(client: flight.FlightClient) -> tuple:
    writer, reader = client.do_exchange(COMMAND)
    writer.begin(entities(1).schema)
    return writer, reader


def silent_put(client: flight.FlightClient) -> tuple:
    return client.do_put(COMMAND, entities(1).schema)


def unread_exchange(client: flight.FlightClient) -> tuple:
    rows = entities(500_000)
    writer, reader = client.do_exchange(COMMAND)
    writer.begin(rows.schema)
    writer.write_table(rows)
    writer.done_writing()
    return writer, reader


def unread_get(client: flight.FlightClient) -> tuple:
    rows = entities(500_000)
    writer, _ = client.do_put(COMMAND, rows.schema)
    writer.write_table(rows)
    writer.close()
    return (client.do_get(client.get_flight_info(COMMAND).endpoints[0].ticket),)


@pytest.mark.parametrize(
    ("silent", "method"), [(silent_exchange, "do_exchange"), (silent_put, "do_put")]
)
def test_who_sends_no_more_has_no_place(remote, silent, method):
    late = ended_late(remote, method)
    clients = [connect(remote) for _ in range(2)]
    calls = [silent(client) for client in clients]
    time.sleep(0.5)
    assert running(remote) == 0
    assert join_over_http(remote) == 200
    assert remote.exchange(RATES, entities(1)).num_rows == 1
    # And the calls end, whether the clients go or not.
    wait_for(lambda: ended_late(remote, method) == late + 2)
    del calls


@pytest.mark.parametrize(
    ("unread", "method"), [(unread_exchange, "do_exchange"), (unread_get, "do_get")]
)
def test_who_reads_nothing_has_a_place_until_the_deadline(remote, unread, method):
    late = ended_late(remote, method)
    clients = [connect(remote) for _ in range(2)]
    calls = [unread(client) for client in clients]
    wait_for(lambda: running(remote) > 0)
    wait_for(lambda: running(remote) == 0)
    assert join_over_http(remote) == 200
    assert remote.exchange(RATES, entities(1)).num_rows == 1
    wait_for(lambda: ended_late(remote, method) == late + 2)
    del calls


def test_a_get_is_logged_by_how_its_rows_ended(remote):
    late = ended_late(remote, "do_get")
    client = connect(remote)
    (reader,) = unread_get(client)
    wait_for(lambda: running(remote) > 0)
    wait_for(lambda: running(remote) == 0)
    reader.cancel()
    wait_for(lambda: ended_late(remote, "do_get") == late + 1)


def test_who_names_no_command_is_cut_off(remote):
    """A call whose first message never comes."""
    writer, reader = connect(remote).do_exchange(COMMAND)
    ended = threading.Event()

    def read() -> None:
        with pytest.raises(pa.ArrowException):
            reader.read_chunk()
        ended.set()

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    assert ended.wait(TIMEOUT_S)
    del writer


def test_so_many_calls_are_open_at_a_time(remote):
    """128 besides those that run; joins over HTTP are none of them."""

    def is_refused() -> bool:
        try:
            return remote.exchange(RATES, entities(1)).num_rows != 1
        except flight.FlightUnavailableError as error:
            assert "130 calls are open" in str(error)
            return True

    client = connect(remote)
    calls = []

    def is_full() -> bool:
        # Some may have been cut off before the last of them was open; those beyond are refused.
        with contextlib.suppress(flight.FlightUnavailableError):
            calls.extend(client.do_exchange(COMMAND) for _ in range(130))
        return is_refused()

    wait_for(is_full)
    wait_for(lambda: ended_by(remote, "do_exchange", "ResourceExhausted") > 0)
    assert join_over_http(remote) == 200
    wait_for(lambda: not is_refused())
    calls.clear()


def test_a_server_stops_without_waiting_for_the_silent(tmp_path, clients):
    limits = ("--server-request-timeout", "1s", "--server-drain-timeout", "2s")
    with Remote(tmp_path, clients, args=limits) as made:
        made.make_tables()
        made.run("apply")
        others = [connect(made) for _ in range(3)]
        calls = [silent_exchange(others[0]), unread_exchange(others[1]), silent_put(others[2])]
        began = time.monotonic()
        assert made.server.stop() == 0
        assert time.monotonic() - began < 6
        del calls
