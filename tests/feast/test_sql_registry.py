"""`firn serve --flight` by a registry in a database (`registry_type: sql`), as Feast writes it."""

import json
import os
import socket
import sqlite3
import subprocess
import threading
import urllib.request
from contextlib import closing

import pyarrow as pa
import pyarrow.flight as flight
import pytest
from feast_alone import TIMEOUT_S
from remote_server import RATES, Remote

from conftest import INSTANT, at
from harness import places, postgres

# Of driver 2 there is one row, two hours and a minute older: what it gets says which TTL counted.
OLD = pa.table({"driver_id": pa.array([2], pa.int64()),
                "event_timestamp": pa.array([at("11:01:00")], INSTANT)})  # fmt: skip


@pytest.fixture(scope="module")
def cluster():
    try:
        with postgres.postgres_cluster() as running:
            yield running
    except postgres.Missing as missing:
        pytest.skip(str(missing))


def postgres_url(cluster: postgres.PostgresCluster, password: str | None = None) -> str:
    user = f"{cluster.user}:{password or cluster.password}"
    return f"postgresql+psycopg2://{user}@127.0.0.1:{cluster.port}/{cluster.make_database()}"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def remote(tmp_path_factory, request, clients):
    folder = tmp_path_factory.mktemp("remote")
    if request.param == "sqlite":
        url = f"sqlite:///{folder}/registry.sqlite"
    else:
        url = postgres_url(request.getfixturevalue("cluster"))
    with Remote(folder, clients, url) as made:
        made.make_tables()
        with pytest.raises(KeyError, match=r"(?i)database"):
            made.exchange(RATES, OLD)
        made.run("apply")
        yield made


def rate(remote: Remote) -> float | None:
    return remote.exchange(RATES, OLD)["rate"].to_pylist()[0]


@pytest.mark.parametrize("scenario", ["training_set", "service", "materialize", "write"])
def test_scenarios_of_a_file_registry(remote, scenario):
    remote.run(scenario)


def test_what_is_applied_counts_at_once(remote):
    assert rate(remote) is None
    remote.run("apply_no_ttl")
    assert rate(remote) == 0.9
    remote.run("apply")
    assert rate(remote) is None


def test_what_is_deleted_is_gone_at_once(remote):
    command = {
        "api": "pull_all_from_table_or_query",
        "data_source_name": "trips",
        "timestamp_field": "event_timestamp",
        "feature_name_columns": ["count"],
    }
    renamed = {**RATES, "name_aliases": ["origin"]}
    keys = pa.table({"origin_id": OLD["driver_id"], "event_timestamp": OLD["event_timestamp"]})
    both = keys.append_column("driver_id", OLD["driver_id"])
    trips = {**RATES, "feature_view_names": ["trips"], "feature_refs": ["trips:count"]}
    assert remote.exchange(command, pa.table({"key": ["m"]})).num_rows > 0
    assert remote.exchange(trips, OLD).num_rows == 1
    assert remote.exchange({**renamed, "feature_refs": ["origin:rate"]}, keys).num_rows == 1
    remote.run("delete")
    with pytest.raises(KeyError, match="no data source trips"):
        remote.exchange(command, pa.table({"key": ["m"]}))
    with pytest.raises(KeyError, match="no feature view trips"):
        remote.exchange(trips, OLD)
    with pytest.raises(pa.ArrowException, match="driver_id"):
        remote.exchange({**renamed, "feature_refs": ["origin:rate"]}, keys)
    assert remote.exchange({**renamed, "feature_refs": ["origin:rate"]}, both).num_rows == 1
    remote.run("apply")
    assert remote.exchange(trips, OLD).num_rows == 1


def test_the_old_or_the_new_while_feast_writes(remote):
    with remote.running("apply_again_and_again") as client:
        for said, expected in (("applied 0", 0.9), ("applied 2", None)):
            assert client.hear() == said
            assert rate(remote) == expected
            client.go_on()
        # It writes on; which of the two is seen is a matter of time.
        for _ in range(100):
            assert rate(remote) in (None, 0.9)
    assert rate(remote) is None


def test_the_password_is_nowhere(cluster, tmp_path, clients):
    """Of a server that is let in, and of one that is not."""
    for secret in (cluster.password, "hunter2-of-the-test"):
        folder = tmp_path / secret
        folder.mkdir()
        url = postgres_url(cluster, secret)
        with Remote(folder, clients, url) as made:
            for _ in range(2):
                with pytest.raises((KeyError, flight.FlightUnavailableError)) as refused:
                    made.exchange(RATES, OLD)
            answer = urllib.request.urlopen(f"{made.server.uri}/metrics", timeout=TIMEOUT_S)
            metrics = answer.read().decode()
        log = made.server.log.read_text()
        assert f"127.0.0.1:{cluster.port}/" in log
        # Why is for who runs the server, and once.
        assert log.count("registry cannot be read") == 1
        is_let_in = secret == cluster.password
        assert log.count("password authentication failed") == (0 if is_let_in else 1)
        assert ("the server's log says why" in str(refused.value)) != is_let_in
        shown = subprocess.run(
            [places.firn_binary(), "config", "check"],
            capture_output=True, text=True, timeout=TIMEOUT_S, check=True,
            env={**os.environ, "FIRN_FEATURES_REGISTRY": url},
        )  # fmt: skip
        assert "postgresql+psycopg2://(secret)" in shown.stdout
        for text in (str(refused.value), metrics, log, shown.stdout):
            assert secret not in text


def test_a_registry_that_does_not_answer_keeps_no_place_from_others(tmp_path, clients):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(TIMEOUT_S)
        url = f"postgresql://me:p@127.0.0.1:{silent.getsockname()[1]}/feast"
        made = Remote(tmp_path, clients, url)
        made.server.env["FIRN_FEATURES_MAX_RUNNING"] = "1"
        asked_while_silent(made, silent)


def asked_while_silent(remote: Remote, silent: socket.socket) -> None:
    with remote as made:
        made.make_tables()
        refused = []

        def call() -> None:
            with pytest.raises(flight.FlightUnavailableError) as error:
                made.exchange(RATES, OLD)
            refused.append(str(error.value))

        waiting = threading.Thread(target=call, daemon=True)
        waiting.start()
        held, _ = silent.accept()
        join = {
            "views": ["db.stats:conv_rate"],
            "entities": [{"driver_id": 2, "event_timestamp": at("11:01:00").isoformat()}],
        }
        request = urllib.request.Request(
            f"{made.server.uri}/features/v1/join",
            data=json.dumps(join).encode(), headers={"Content-Type": "application/json"},
        )  # fmt: skip
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            rows = pa.ipc.open_stream(answer.read()).read_all()
        assert rows["conv_rate"].to_pylist() == [0.9]
        assert not refused, "it still waits"
        held.close()
        waiting.join(TIMEOUT_S)
        assert len(refused) == 1


def test_a_locked_file_is_as_it_was_and_the_log_says_so(tmp_path, clients):
    with Remote(tmp_path, clients, f"sqlite:///{tmp_path}/registry.sqlite") as made:
        made.make_tables()
        made.run("apply")
        assert rate(made) is None
        with closing(sqlite3.connect(tmp_path / "registry.sqlite", isolation_level=None)) as lock:
            lock.execute("BEGIN EXCLUSIVE")
            assert rate(made) is None
    assert made.server.log.read_text().count("definitions of before are served") == 1


def test_other_databases_are_refused_at_the_start(tmp_path, clients):
    made = Remote(tmp_path, clients, "mysql+pymysql://me:hunter2@127.0.0.1/feast")
    made.server.launch()
    assert made.server.wait_gone() == 2
    assert "mysql+pymysql" in made.server.tail()
    assert "hunter2" not in made.server.tail()
