"""SIGKILL in the middle of a crowd of writers, again and again on one data folder."""

import threading
from http.client import HTTPException

import pytest
from catalog_state import check_invariants, observe

from harness import bodies
from harness.catalog import Catalog
from harness.client import RestClient

NS = ("kill",)
TABLES = 4
WRITERS = 8
GONE = (OSError, HTTPException)


class Writers:
    """Append until the server is gone; each notes what was acknowledged, and lets one kill."""

    def __init__(self, server, kill_after: int):
        self.server = server
        self.kill_after = kill_after
        self.acknowledged: list[tuple[str, int]] = []
        self.asked: set[int] = set()
        self.lock = threading.Lock()

    def run(self) -> None:
        threads = [threading.Thread(target=self._write, args=(n,)) for n in range(WRITERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _write(self, number: int) -> None:
        catalog = Catalog(RestClient(self.server.uri, None))
        name = f"t{number % TABLES}"
        path = catalog.path(NS, "tables", name)
        try:
            while True:
                body = bodies.append(catalog.metadata(NS, name))
                snapshot = body["updates"][0]["snapshot"]["snapshot-id"]
                with self.lock:
                    self.asked.add(snapshot)
                answer = catalog.client.post(path, body, expect={200, 409, 429})
                self._note(answer, (name, snapshot))
        except GONE:
            return

    def _note(self, answer, receipt: tuple[str, int]) -> None:
        if answer.status != 200:
            return
        with self.lock:
            self.acknowledged.append(receipt)
            if len(self.acknowledged) == self.kill_after:
                self.server.kill()


@pytest.fixture
def rounds(request) -> int:
    return 40 if request.config.getoption("--full") else 4


def test_acknowledged_commits_survive(own_server, rounds):
    catalog = Catalog(RestClient(own_server.uri, None))
    catalog.make_namespace(*NS)
    for number in range(TABLES):
        catalog.make_table(NS, f"t{number}")
    acknowledged: list[tuple[str, int]] = []
    asked: set[int] = set()
    for number in range(rounds):
        writers = Writers(own_server, kill_after=10 + 7 * number % 23)
        writers.run()
        own_server.start()
        acknowledged += writers.acknowledged
        asked |= writers.asked
        check(Catalog(RestClient(own_server.uri, None)), acknowledged, asked)


def check(catalog: Catalog, acknowledged: list[tuple[str, int]], asked: set[int]) -> None:
    state = observe(catalog, NS)
    check_invariants(state)
    there = {
        (key[-1], snapshot["snapshot-id"])
        for key, loaded in state.items()
        if key[0] == "table"
        for snapshot in loaded["metadata"].get("snapshots", [])
    }
    assert set(acknowledged) <= there, "an acknowledged commit is lost"
    assert {snapshot for _, snapshot in there} <= asked, "a snapshot that nobody sent"
