"""/management/v1/warehouses: where a warehouse may lie, and who may ask for one."""

import json
from pathlib import Path

import pytest

from harness import bodies, places
from harness.catalog import Catalog
from harness.client import RestClient, check_error_model
from harness.server import FirnServer, ServerFailed
from harness.wire import Wire

JSON = {"Content-Type": "application/json"}


def create(server, name: str, location: str, headers: dict | None = None):
    wire = Wire(server.uri)
    body = json.dumps({"name": name, "location": location}).encode()
    headers = JSON if headers is None else headers
    answer = wire.send("POST", "/management/v1/warehouses", body, headers)
    wire.close()
    if answer.status >= 400:
        check_error_model(answer, f"{location}: {answer}")
    return answer


@pytest.fixture
def elsewhere(tmp_path):
    """A server whose default warehouse, database and log lie outside its data folder."""
    if places.external_uri():
        pytest.skip("needs a server of its own, and FIRN_TEST_URI names a shared one")
    for folder in ("db", "log"):
        (tmp_path / folder).mkdir()
    args = ("--warehouse", f"{tmp_path}/w", "--database", f"sqlite:{tmp_path}/db/x.db")
    args += ("--log-file", f"{tmp_path}/log/firn.log")
    server = FirnServer(tmp_path / "data", args=args).start()
    yield server
    if server.alive():
        server.stop()


@pytest.mark.parametrize(
    "place",
    [
        "data", "data/firn.db", "data/firn.db-journal", "data/firn.lock", "data/other",
        "data/firn.db/x", "db/x.db", "db/x.db-wal", "db/x.db-journal", "db/x.db.lock",
        "db/x.db-shm/y", "log/firn.log", "link/firn.db-journal", "",
    ],
)  # fmt: skip
def test_no_warehouse_on_the_servers_own_files(elsewhere, tmp_path, place):
    (tmp_path / "link").symlink_to("data")
    before = sorted(tmp_path.rglob("*"))
    overlaps = 409  # around the default warehouse
    assert create(elsewhere, "bad", f"file:{tmp_path}/{place}").status in (400, overlaps)
    assert sorted(tmp_path.rglob("*")) == before
    elsewhere.stop()
    elsewhere.start()
    assert create(elsewhere, "good", f"file:{tmp_path}/data/warehouse/good").status == 200
    elsewhere.stop()
    elsewhere.start()


def test_warehouses_lie_where_the_operator_allows(tmp_path):
    if places.external_uri():
        pytest.skip("needs a server of its own, and FIRN_TEST_URI names a shared one")
    env = {"FIRN_WAREHOUSE_ALLOWED_LOCATIONS": f"file:{tmp_path}/a,{tmp_path}/b"}
    server = FirnServer(tmp_path / "data", env=env).start()
    try:
        for number, place in enumerate(("a/x", "b", "a/y/z")):
            assert create(server, f"w{number}", f"file:{tmp_path}/{place}").status == 200, place
        for place in ("c", "ab", f"FILE:{tmp_path}/a/q", "s3://bucket/x"):
            location = place if ":" in place else f"{tmp_path}/{place}"
            assert create(server, "bad", location).status == 400, place
    finally:
        server.stop()


def test_by_default_requests_make_no_warehouse(tmp_path):
    """As operations.md says: the only place that is allowed is taken by the default warehouse."""
    if places.external_uri():
        pytest.skip("needs a server of its own, and FIRN_TEST_URI names a shared one")
    env = {"FIRN_WAREHOUSE_ALLOWED_LOCATIONS": ""}
    server = FirnServer(tmp_path / "data", env=env).start()
    try:
        assert create(server, "w", f"file:{tmp_path}/data/warehouse/w").status == 409
        assert create(server, "w", f"file:{tmp_path}/w").status == 400
    finally:
        server.stop()


CROSS_SITE = {"Origin": "http://evil.example"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "text/plain;application/json"},
        {"Content-Type": "application/x-www-form-urlencoded", **CROSS_SITE},
        {"Content-Type": "multipart/form-data; boundary=application/json"},
        {"Content-Type": "application/jsonx"},
        CROSS_SITE,
        {"Content-Type": "", "Origin": "null"},
    ],
)
def test_what_a_web_page_may_send_is_refused(firn_server, tmp_path, headers):
    answer = create(firn_server, "page", f"file:{tmp_path}/page", headers)
    assert answer.status == 400
    assert not (tmp_path / "page").exists()
    client = RestClient(firn_server.uri, None)
    for path, body in (("namespaces", b'{"namespace":["page"]}'), ("jobs/1/cancel", None)):
        target = f"/v1/{path}" if body else f"/management/v1/{path}"
        assert client.wire.send("POST", target, body, headers).status == 400, path
    client.get("namespaces/page", expect=404)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "application/json; charset=utf-8"},
        {"Content-Type": "Application/JSON"},
        {"Content-Type": "application/json", **CROSS_SITE},
    ],
)
def test_what_clients_send_is_taken(firn_server, headers):
    catalog = Catalog(RestClient(firn_server.uri, None))
    for expect in (200, 409):
        body = b'{"namespace":["taken"]}'
        answer = catalog.client.wire.send("POST", "/v1/namespaces", body, headers)
        assert answer.status == expect
    catalog.client.delete("namespaces/taken", expect=204)


def works_and_guards(server: FirnServer, warehouse: Path):
    """A table is made in the default warehouse, which lies at `warehouse`; the database is not
    a place for one, and after a restart all is as it was."""
    catalog = Catalog(RestClient(server.uri, None))
    table = {"name": "t", "schema": bodies.SCHEMA}
    catalog.client.post("namespaces", {"namespace": ["linked"]}, expect=200)
    catalog.client.post("namespaces/linked/tables", table, expect=200)
    assert list(warehouse.resolve().glob("linked/t-*/metadata/*.metadata.json"))
    assert create(server, "bad", f"file:{server.data}/firn.db").status == 400
    assert create(server, "bad", f"file:{server.data.resolve()}/other").status == 400
    server.stop()
    server.start()
    catalog.client.get("namespaces/linked/tables/t", expect=200)


@pytest.mark.parametrize("link", ["data", "data/warehouse", "parent"])
def test_the_data_folder_or_its_warehouse_may_be_a_link(tmp_path, link):
    if places.external_uri():
        pytest.skip("needs a server of its own, and FIRN_TEST_URI names a shared one")
    data = tmp_path / ("parent/data" if link == "parent" else "data")
    (tmp_path / "real").mkdir()
    if link == "data/warehouse":
        data.mkdir()
    (tmp_path / link).symlink_to(tmp_path / "real")
    server = FirnServer(data).start()
    try:
        works_and_guards(server, data / "warehouse")
    finally:
        server.stop()


@pytest.mark.parametrize("place", ["wh", "deep/in/it"])
def test_the_default_warehouse_may_lie_anywhere_in_the_data_folder(tmp_path, place):
    if places.external_uri():
        pytest.skip("needs a server of its own, and FIRN_TEST_URI names a shared one")
    data = tmp_path / "data"
    server = FirnServer(data, args=("--warehouse", str(data / place))).start()
    try:
        works_and_guards(server, data / place)
        server.args = ()  # what the database remembers counts
        server.stop()
        server.start()
        assert create(server, "bad", f"file:{data}/firn.lock").status == 400
    finally:
        server.stop()


@pytest.mark.parametrize("place", ["", "firn.db", "firn.lock", "firn.db-wal/x"])
def test_the_default_warehouse_is_not_on_the_servers_own_files(tmp_path, place):
    if places.external_uri():
        pytest.skip("needs a server of its own, and FIRN_TEST_URI names a shared one")
    data = tmp_path / "data"
    server = FirnServer(data, args=("--warehouse", str(data / place)))
    with pytest.raises(ServerFailed):
        server.start()
    assert "the server's own files" in server.tail()
