"""What is answered while the database cannot be written, and where a stored file is broken."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import urlparse

import pytest
from scope import BUILT

from harness import bodies
from harness.catalog import Catalog
from harness.client import RestClient, segment
from harness.server import temporary_server

REPORT = {
    "report-type": "scan-report",
    "table-name": "t",
    "snapshot-id": 1,
    "filter": True,
    "schema-id": 0,
    "projected-field-ids": [1],
    "projected-field-names": ["id"],
    "metrics": {},
}


@pytest.fixture(scope="module")
def own():
    """A server of its own."""
    with temporary_server("unavailable") as server:
        yield server


@contextmanager
def locked(data):
    """Another writer holds the database."""
    connection = sqlite3.connect(data / "firn.db", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


def changes(ns, metadata_location):
    """A call of each operation that changes the catalog."""
    base = f"namespaces/{segment(ns)}"
    rename = {
        "source": {"namespace": [ns], "name": "t"},
        "destination": {"namespace": [ns], "name": "t2"},
    }
    view = {**rename, "source": {"namespace": [ns], "name": "v"}}
    view["destination"] = {"namespace": [ns], "name": "v2"}
    update = {"action": "set-properties", "updates": {"a": "b"}}
    identifier = {"namespace": [ns], "name": "t"}
    change = {"identifier": identifier, "requirements": [], "updates": [update]}
    register = {"name": "r", "metadata-location": metadata_location}
    return {
        "createNamespace": ("POST", "namespaces", {"namespace": ["new_ns"]}),
        "dropNamespace": ("DELETE", "namespaces/empty_ns", None),
        "updateProperties": ("POST", f"{base}/properties", {"updates": {"a": "b"}}),
        "createTable": ("POST", f"{base}/tables", bodies.create_table("new")),
        "updateTable": ("POST", f"{base}/tables/t", {"requirements": [], "updates": [update]}),
        "dropTable": ("DELETE", f"{base}/tables/t", None),
        "unregisterTable": ("POST", f"{base}/tables/t/unregister", None),
        "registerTable": ("POST", f"{base}/register", {**register, "overwrite": False}),
        "renameTable": ("POST", "tables/rename", rename),
        "commitTransaction": ("POST", "transactions/commit", {"table-changes": [change]}),
        "createView": ("POST", f"{base}/views", bodies.create_view("new")),
        "replaceView": ("POST", f"{base}/views/v", {"updates": [update]}),
        "dropView": ("DELETE", f"{base}/views/v", None),
        "renameView": ("POST", "views/rename", view),
        "registerView": ("POST", f"{base}/register-view", {**register, "name": "rv"}),
        "reportMetrics": ("POST", f"{base}/tables/t/metrics", REPORT),
        # The first plan of all: its id wants a signing key, which is made then.
        "planTableScan": ("POST", f"{base}/tables/t/plan", {}),
        "cancelPlanning": ("DELETE", f"{base}/tables/t/plan/{bodies.idempotency_key()}", None),
    }


def at_once(client, calls, status, error):
    """All calls together, since each waits for the database's own limit of 5 s."""

    def call(one):
        method, path, body = one
        each = RestClient(client.uri, client.document)
        return each.call(method, path, json=body, expect=status, error=error)

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call, calls.values()))


def prepared(client):
    """Something to change: the calls, and the table they are about."""
    catalog = Catalog(client)
    catalog.make_namespace("ns")
    catalog.make_namespace("empty_ns")
    table = catalog.make_table(("ns",), "t")
    view = catalog.make_view(("ns",), "v")
    calls = changes("ns", table["metadata-location"])
    calls["registerView"][2]["metadata-location"] = view["metadata-location"]
    assert set(calls) <= set(BUILT.values())
    return calls, catalog.load(("ns",), "t")


def test_changes_are_503_while_the_database_is_locked(own, document):
    client = RestClient(own.uri, document)
    calls, before = prepared(client)
    with locked(own.data):
        for answer in at_once(client, calls, 503, "ServiceUnavailableException"):
            assert answer.headers["Retry-After"] == "1"
        client.get("namespaces", expect=200)  # reads do not wait
    catalog = Catalog(client)
    assert catalog.load(("ns",), "t") == before
    assert catalog.tables(("ns",)) == ["t"]


def test_a_change_is_unknown_when_the_database_hangs_past_the_deadline(document):
    with temporary_server("hung", {"FIRN_SERVER_REQUEST_TIMEOUT": "500ms"}) as server:
        client = RestClient(server.uri, document)
        calls, _ = prepared(client)
        method, path, body = calls["createNamespace"]
        with locked(server.data):
            client.call(method, path, json=body, expect=500, error="CommitStateUnknownException")


@pytest.mark.parametrize("kind", ["table", "view"])
def test_a_broken_metadata_file_is_500(own, document, kind):
    client = RestClient(own.uri, document)
    catalog = Catalog(client)
    ns = (bodies.unique("ns"),)
    catalog.make_namespace(*ns)
    made = catalog.make_table(ns, "x") if kind == "table" else catalog.make_view(ns, "x")
    with open(urlparse(made["metadata-location"]).path, "w") as file:
        file.write("{")
    own.stop()  # it has the file in memory
    own.start()
    client.get(f"namespaces/{segment(*ns)}/{kind}s/x", expect=500, error="InternalServerError")
