"""A storage that takes its time, or never answers: what goes on meanwhile, and when who waits for
it is answered."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from harness import bodies, places
from harness.client import RestClient
from harness.server import FirnServer

PATIENCE_S = 20
# A server opens so many connections to a storage at most; who comes later waits for one of them.
S3_CONNECTIONS = 64
# What a busy machine may add to a time that is told exactly.
SLACK_S = 3


class HeldS3:
    """Takes requests and answers none before `release`."""

    def __init__(self):
        self.methods: list[str] = []
        self.release = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.methods.append(self.command)
                outer.release.wait(PATIENCE_S * 2)
                self.send_response(404 if self.command == "HEAD" else 200)
                self.send_header("ETag", '"x"')
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_PUT = do_GET = do_HEAD = do_DELETE = do_POST = answer

            def handle_one_request(self):
                try:
                    super().handle_one_request()
                except ConnectionError:
                    self.close_connection = True  # the client went away

            def log_message(self, *_):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.thread = threading.Thread(target=self.http.serve_forever)
        self.thread.start()

    def close(self):
        self.release.set()
        self.http.shutdown()
        self.thread.join()
        self.http.server_close()

    def wait_for(self, number: int) -> None:
        end = time.monotonic() + PATIENCE_S
        while self.methods.count("PUT") < number:
            assert time.monotonic() < end, f"{self.methods} instead of {number} writes"
            time.sleep(0.01)


@contextmanager
def served(tmp_path, **settings):
    """A server with a local default warehouse and one, `slow`, on an S3 that does not answer."""
    if places.external_uri():
        pytest.skip("needs a server of its own, and FIRN_TEST_URI names a shared one")
    s3 = HeldS3()
    env = {
        "FIRN_S3_ENDPOINT": f"http://127.0.0.1:{s3.http.server_port}",
        "FIRN_WAREHOUSE_ALLOWED_LOCATIONS": "s3://bucket",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        **{f"FIRN_{key.upper()}": value for key, value in settings.items()},
    }
    server = FirnServer(tmp_path / "data", env=env).start()
    try:
        client = RestClient(server.uri, None)
        headers = {"Content-Type": "application/json"}
        body = b'{"name":"slow","location":"s3://bucket/w"}'
        assert client.wire.send("POST", "/management/v1/warehouses", body, headers).status == 200
        for prefix in ("", "slow"):
            client.with_prefix(prefix).post("namespaces", {"namespace": ["n"]}, expect=200)
        yield server, s3
    finally:
        s3.release.set()
        server.stop()
        s3.close()


def create(server, name: str, prefix: str = ""):
    """The answer to a creation, and how long it took."""
    client = RestClient(server.uri, None, prefix)
    begin = time.monotonic()
    answer = client.post("namespaces/n/tables", {"name": name, "schema": bodies.SCHEMA})
    return answer, time.monotonic() - begin


def test_changes_that_wait_for_a_storage_do_not_stop_the_others(tmp_path):
    """As many changes compute at a time as there are cores: waiting is not computing."""
    crowd = min(2 * (os.cpu_count() or 1) + 2, S3_CONNECTIONS)
    threads = str(4 * crowd)
    with served(tmp_path, server_worker_threads=threads) as (server, s3):
        with ThreadPoolExecutor(crowd + 1) as pool:
            waiting = [pool.submit(create, server, f"t{i}", "slow") for i in range(crowd)]
            s3.wait_for(crowd)
            answer, seconds = create(server, "local")
            assert answer.status == 200
            assert seconds < SLACK_S
            assert not any(call.done() for call in waiting)
            s3.release.set()
            assert {call.result()[0].status for call in waiting} == {200}


def test_a_call_ends_at_its_deadline_whatever_the_storage_does(tmp_path):
    with served(tmp_path, server_request_timeout="2s") as (server, s3):
        answer, seconds = create(server, "t", "slow")
        assert answer.status == 503
        assert 1.5 < seconds < 2 + SLACK_S
        assert s3.methods == ["PUT"]  # no time is left to clean up
        answer, seconds = create(server, "local")
        assert answer.status == 200


def test_cleaning_up_after_a_write_that_hung_takes_a_second_at_most(tmp_path):
    with served(tmp_path, s3_request_timeout="4", s3_retry_num_retries="0") as (server, s3):
        answer, seconds = create(server, "t", "slow")
        assert answer.status == 503
        assert 3.5 < seconds < 4 + SLACK_S
        assert s3.methods == ["PUT", "DELETE"]
