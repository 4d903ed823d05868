"""/management/v1/jobs: what is listed, retried and cancelled; a warehouse outlives its jobs."""

import json
import re
import sqlite3
import time
from contextlib import closing

import pytest

from harness import places
from harness.catalog import Catalog
from harness.client import RestClient
from harness.files import path_of
from harness.server import FirnServer
from harness.wire import Answer, Wire

NS = ("jobs",)
WAREHOUSE = "side"
TIMEOUT_S = 20


class Operator:
    """The management side of one server, and a warehouse in it."""

    def __init__(self, server: FirnServer):
        self.server = server
        self.wire = Wire(server.uri)
        self.catalog = Catalog(RestClient(server.uri, None, WAREHOUSE))

    def call(self, method: str, path: str, expect: int, body: object = None) -> Answer:
        data = None if body is None else json.dumps(body).encode()
        answer = self.wire.send(method, f"/management/v1/{path}", data, {})
        what = f"{method} {path} answered {answer}"
        assert answer.status == expect, what
        if expect >= 400:
            assert set(answer.json) == {"error"}, what
            assert answer.error["code"] == expect, what
            assert answer.error["message"], what
        return answer

    def jobs(self, query: str = "") -> list[dict]:
        return self.call("GET", f"jobs{query}", 200).json["jobs"]

    def job(self, number: int) -> dict:
        return self.call("GET", f"jobs/{number}", 200).json

    def wait_for(self, number: int, wanted) -> dict:
        deadline = time.monotonic() + TIMEOUT_S
        while time.monotonic() < deadline:
            job = self.job(number)
            if wanted(job):
                return job
            time.sleep(0.02)
        raise AssertionError(f"after {TIMEOUT_S} s: {job}")

    def stop(self) -> None:
        self.wire.close()  # a drain waits a while for what is kept alive
        self.catalog.client.wire.close()
        self.server.stop()

    def purge(self, name: str, **query) -> int:
        """Drop a table with its files; the job's number."""
        path = self.catalog.path(NS, "tables", name)
        self.catalog.client.delete(path, query={"purgeRequested": "true"}, expect=204)
        return self.jobs("?limit=1")[0]["id"]

    def break_for_good(self, number: int) -> None:
        """As after the last of its tries."""
        self.stop()
        with closing(sqlite3.connect(self.server.data / "firn.db")) as connection:
            connection.execute("UPDATE jobs SET state = 3, attempts = 50 WHERE id = ?", (number,))
            connection.commit()
        self.server.start()


@pytest.fixture
def start(tmp_path):
    """Start a server with settings; its operator."""
    if places.external_uri():
        pytest.skip("needs a server of its own, and FIRN_TEST_URI names a shared one")
    operators = []

    def run(**environment: str) -> Operator:
        operator = Operator(FirnServer(tmp_path / "data", env=environment).start())
        operators.append(operator)
        body = {"name": WAREHOUSE, "location": f"file:{tmp_path}/side"}
        operator.call("POST", "warehouses", 200, body)
        operator.catalog.make_namespace(*NS)
        return operator

    yield run
    for operator in operators:
        operator.stop()


@pytest.fixture
def stuck(start):
    """(operator, job that failed for good, the file that stands in its way)."""
    operator = start()
    operator.catalog.make_table(NS, "t")
    metadata = operator.catalog.append(NS, "t")
    obstacle = path_of(metadata["snapshots"][0]["manifest-list"])
    obstacle.write_text("no manifest list")
    number = operator.purge("t")
    operator.wait_for(number, lambda job: job["attempts"] > 0 and job["error"])
    operator.break_for_good(number)
    return operator, number, obstacle


def test_a_job_tells_what_it_is_about(start):
    operator = start()
    loaded = operator.catalog.make_table(NS, "t")
    number = operator.purge("t")
    done = operator.wait_for(number, lambda job: job["state"] == "done")
    assert done["kind"] == "purge"
    assert done["warehouse"] == WAREHOUSE
    assert done["error"] == ""
    assert done["progress"] == {
        "files-deleted": 1,
        "files-left-outside": 0,
        "files-in-use": 0,
        "files-out-of-reach": 0,
    }
    assert done["payload"]["uuid"] == loaded["metadata"]["table-uuid"]
    assert done["run-after-ms"] <= time.time() * 1000
    assert operator.jobs() == [done]


def test_jobs_are_listed_by_kind_and_state_newest_first(start):
    operator = start(FIRN_CATALOG_PURGE_DELAY="1h")
    numbers = []
    for name in ("a", "b", "c"):
        operator.catalog.make_table(NS, name)
        numbers.append(operator.purge(name))

    def ids(query: str) -> list[int]:
        return [job["id"] for job in operator.jobs(query)]

    newest_first = numbers[::-1]
    assert ids("") == ids("?kind=purge") == ids("?state=queued") == newest_first
    assert ids("?kind=&state=&before=&limit=") == newest_first
    assert ids("?kind=other") == ids("?state=failed") == []
    assert ids("?limit=2") == newest_first[:2]
    assert ids(f"?limit=2&before={newest_first[1]}") == newest_first[2:]
    assert ids("?limit=5000") == newest_first
    for wrong in ("state=broken", "limit=0", "limit=x", "limit=-1", "before=0", "before=9" * 9):
        operator.call("GET", f"jobs?{wrong}", 400)


def test_a_job_that_failed_for_good_is_retried(stuck):
    operator, number, obstacle = stuck
    (failed,) = operator.jobs("?state=failed")
    assert failed["id"] == number
    assert failed["error"]
    operator.call("POST", f"jobs/{number}/retry", 200)
    again = operator.wait_for(number, lambda job: job["attempts"] > 0 and job["state"] == "queued")
    assert again["error"] == failed["error"]

    obstacle.unlink()
    answer = operator.call("POST", f"jobs/{number}/retry", 200).json
    assert (answer["id"], answer["state"], answer["attempts"]) == (number, "queued", 0)
    operator.wait_for(number, lambda job: job["state"] == "done")
    assert not path_of(failed["payload"]["metadata-location"]).exists()
    refused = operator.call("POST", f"jobs/{number}/retry", 409)
    assert refused.error["type"] == "ConflictException"


def test_a_failure_is_logged(stuck):
    operator, number, _ = stuck
    lines = [json.loads(line) for line in operator.server.tail(1000).splitlines() if line[0] == "{"]
    failures = [line for line in lines if line.get("job") == str(number)]
    assert failures
    assert all(line["level"] == "warn" and line["error"] for line in failures)
    # The place in the source, without the path that it was built at.
    place = re.compile(r" \((?!src/|[./])[\w./]+\.\w+:\d+\)$")
    assert all(place.search(line["error"]) for line in failures)


def test_a_delayed_purge_is_cancelled_and_the_table_comes_back(start):
    operator = start(FIRN_CATALOG_PURGE_DELAY="1h")
    loaded = operator.catalog.make_table(NS, "t")
    number = operator.purge("t")
    refused = operator.call("POST", f"jobs/{number}/retry", 409)
    assert refused.error["type"] == "ConflictException"
    body = {"name": "t", "metadata-location": loaded["metadata-location"]}
    register = operator.catalog.path(NS, "register")
    operator.catalog.client.post(register, body, expect=400)  # its place is reserved
    cancelled = operator.call("POST", f"jobs/{number}/cancel", 200).json
    assert cancelled["state"] == "cancelled"
    operator.catalog.client.post(register, body, expect=200)
    assert operator.catalog.metadata(NS, "t") == loaded["metadata"]
    operator.call("POST", f"jobs/{number}/cancel", 409)
    operator.call("POST", f"jobs/{number}/retry", 409)


def test_a_warehouse_with_unfinished_jobs_stays(stuck):
    operator, number, _ = stuck
    busy = operator.call("DELETE", f"warehouses/{WAREHOUSE}", 409)
    assert busy.error["type"] == "NamespaceNotEmptyException"
    operator.catalog.client.delete(operator.catalog.path(NS), expect=204)
    busy = operator.call("DELETE", f"warehouses/{WAREHOUSE}", 409)
    assert busy.error["type"] == "ConflictException"
    assert str(number) in busy.error["message"]
    operator.call("POST", f"jobs/{number}/cancel", 200)
    operator.call("DELETE", f"warehouses/{WAREHOUSE}", 204)
    assert "warehouse" not in operator.job(number)


def test_a_job_that_is_not_there(start):
    operator = start()
    for number in ("99", "0", "-1", "x", "1x", "9" * 30, "%20"):
        for method, path in (("GET", ""), ("POST", "/retry"), ("POST", "/cancel")):
            answer = operator.call(method, f"jobs/{number}{path}", 404)
            assert answer.error["type"] == "NotFoundException"
