"""SIGKILL at every named point; after a restart each change is whole or absent, and goes on."""

import json
import time
import urllib.request
from http.client import HTTPException

import pytest
from catalog_state import State, changed, check_invariants, observe
from operations import NS, Operation, furnish, operations
from points import crash_points

from harness import bodies, places
from harness.catalog import Catalog
from harness.client import RestClient
from harness.server import FirnServer

PURGE_SECONDS = 90  # the lease of the dead process has to run out first

# Points that no request reaches, but the work it leaves behind.
BACKGROUND = "purge."

# What a client sees of a server that dies.
GONE = (OSError, HTTPException)


@pytest.mark.parametrize("point", crash_points())
def test_killed_at(point, tmp_path):
    if places.external_uri():
        pytest.skip("needs a server of its own, and FIRN_TEST_URI names a shared one")
    server = FirnServer(tmp_path / "data").start()
    try:
        furnish(connect(server))
        todo = operations(connect(server))
        server.stop()
        server.env["FIRN_CRASH_POINT"] = point
        server.start()
        if point.startswith(BACKGROUND):
            todo = [operation for operation in todo if operation.name == "purge"]
        last, before, acknowledged, key = send_until_gone(connect(server), todo)
        assert last is not None or point.startswith(BACKGROUND), f"{point} was never reached"
        assert server.wait_gone() == -9, "the server ended, but not by SIGKILL"
        del server.env["FIRN_CRASH_POINT"]
        server.start()
        if last is not None:
            verify(connect(server), last, before, acknowledged, key)
        if point.startswith(BACKGROUND):
            wait_for_no_jobs(server)
        assert server.stop() == 0
    finally:
        server.kill()


def wait_for_no_jobs(server: FirnServer) -> None:
    """The purge that was cut short is taken up again after the restart, and comes to its end."""
    deadline = time.monotonic() + PURGE_SECONDS
    while time.monotonic() < deadline:
        with urllib.request.urlopen(f"{server.uri}/management/v1/jobs?kind=purge") as answer:
            states = {job["state"] for job in json.load(answer)["jobs"]}
        if states == {"done"}:
            return
        time.sleep(0.1)
    raise AssertionError(f"purge jobs after {PURGE_SECONDS} s: {states}")


def connect(server: FirnServer) -> Catalog:
    return Catalog(RestClient(server.uri, None))


def send_until_gone(catalog: Catalog, todo: list[Operation]):
    """(the operation that met the crash, the state before it, was it acknowledged, its key)."""
    before = observe(catalog, NS)
    for operation in todo:
        key = bodies.idempotency_key()
        acknowledged = False
        try:
            operation.send(catalog, key)
            acknowledged = True
            before_next = observe(catalog, NS)
        except GONE:
            return operation, before, acknowledged, key
        assert operation.happened(before_next), operation.name
        before = before_next
    return None, before, True, ""


def verify(catalog: Catalog, last: Operation, before: State, acknowledged: bool, key: str) -> None:
    now = observe(catalog, NS)
    check_invariants(now)
    difference = changed(before, now)
    assert difference <= last.touches, f"{last.name} also changed {difference - last.touches}"
    assert last.happened(now) or (not difference and not acknowledged), (
        f"{last.name}: neither whole nor absent, or acknowledged and lost; differs: {difference}"
    )

    last.send(catalog, key)  # the retry of a client that got no answer
    after = observe(catalog, NS)
    check_invariants(after)
    assert last.happened(after), f"{last.name}: the retry with the same key had no effect"
    if last.happened(now):
        assert after == now, f"{last.name}: the retry with the same key had a second effect"

    catalog.append(NS, "t0")
    catalog.make_table(NS, "made_after_the_crash")
    check_invariants(observe(catalog, NS))
