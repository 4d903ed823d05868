"""`firn job`: purges as their operator sees them."""

import pytest

from harness import places
from harness.catalog import Catalog
from harness.client import RestClient
from harness.server import FirnServer

NS = ("jobs",)


@pytest.fixture
def server(tmp_path):
    """A server whose purges wait, with one that does."""
    if places.external_uri():
        pytest.skip("needs a server of its own, and FIRN_TEST_URI names a shared one")
    with FirnServer(tmp_path / "data", env={"FIRN_CATALOG_PURGE_DELAY": "1h"}) as made:
        client = RestClient(made.uri, None)
        Catalog(client).make_namespace(*NS)
        Catalog(client).make_table(NS, "t")
        client.wire.close()
        yield made


@pytest.fixture
def run(firn, server):
    return lambda *words, **options: firn(*words, env={"FIRN_URI": server.uri}, **options)


def test_a_purge_is_listed_shown_and_cancelled(run):
    loaded = run("table", "show", "jobs.t", "--json").json
    assert "background" in run("table", "drop", "jobs.t", "--purge").out
    head, row = run("job", "list").lines
    assert head.split() == ["ID", "KIND", "STATE", "ATTEMPTS", "WAREHOUSE", "ERROR"]
    number, *rest = row.split()
    assert rest == ["purge", "queued", "0", "default"]
    (listed,) = run("job", "list", "--kind", "purge", "--state", "queued", "--json").json["jobs"]
    assert len(run("job", "list", "--state", "failed").lines) == 1
    assert len(run("job", "list", "--kind", "other", "--limit", "5").lines) == 1
    assert "No state" in run("job", "list", "--state", "broken", expect=2).err

    shown = run("job", "show", number).lines
    assert f"location:     {loaded['metadata']['location']}" in shown
    assert run("job", "show", number, "--json").json == listed
    assert "first try" in run("job", "retry", number, expect=1).err

    assert run("job", "cancel", number).lines == [f"Cancelled job {number}"]
    assert run("job", "cancel", number, expect=1).err
    assert run("job", "show", number, "--json").json["state"] == "cancelled"
    run("table", "register", "jobs.t", loaded["metadata-location"])
    assert run("table", "show", "jobs.t", "--json").json["metadata"] == loaded["metadata"]
