"""Planning as a service: how long a client waits for `firn serve`."""

from __future__ import annotations

import http.client
import json
import time
from pathlib import Path

from harness.server import FirnServer
from peers import Planned

# As a client sends them: peers.FILTERS in the document's form.
FILTERS = {
    "day": {"type": "eq", "term": "day", "value": "2024-01-11"},
    "ids": {"type": "eq", "term": "id", "value": 500500},
    "none": True,
}
FILTERS["one"] = {"type": "and", "left": FILTERS["day"], "right": FILTERS["ids"]}
TABLE = "/v1/namespaces/planned/tables/t"


class Client:
    """One kept connection."""

    def __init__(self, port: int):
        self.connection = http.client.HTTPConnection("127.0.0.1", port)

    def post(self, path: str, body: dict) -> dict:
        headers = {"Content-Type": "application/json"}
        self.connection.request("POST", path, json.dumps(body), headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {text[:500]!r}")
        return json.loads(text)

    def plan(self, name: str) -> int:
        """All files of a plan, its tasks followed. How many."""
        answer = self.post(f"{TABLE}/plan", {"filter": FILTERS[name]})
        files = len(answer["file-scan-tasks"])
        waiting = answer["plan-tasks"]
        while waiting:
            page = self.post(f"{TABLE}/tasks", {"plan-task": waiting.pop()})
            files += len(page["file-scan-tasks"])
            waiting += page["plan-tasks"]
        return files


class Service:
    """`firn serve` with the table registered."""

    def __init__(self, folder: Path, tables: Path, metadata: str):
        allowed = {"FIRN_STORAGE_ALLOWED_LOCATIONS": f"file:{tables}"}
        self.server = FirnServer(folder / "firn", env=allowed)
        self.metadata = metadata

    def __enter__(self) -> Client:
        self.server.start()
        client = Client(self.server.port)
        client.post("/v1/namespaces", {"namespace": ["planned"]})
        register = {"name": "t", "metadata-location": self.metadata}
        client.post("/v1/namespaces/planned/register", register)
        return client

    def __exit__(self, *_) -> None:
        self.server.stop()


def measure(client: Client, name: str, rounds: int) -> Planned:
    seconds = []
    files = 0
    for _ in range(rounds):
        begin = time.perf_counter()
        files = client.plan(name)
        seconds.append(time.perf_counter() - begin)
    return Planned(files, seconds)
