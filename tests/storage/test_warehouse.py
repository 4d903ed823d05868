"""`firn serve` with its warehouse on S3: PyIceberg creates, appends, reads, drops with purge."""

import json
import time
import urllib.request

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyiceberg.catalog import load_catalog
from pyiceberg.exceptions import NoSuchTableError

from harness import bodies
from harness.object_server import BUCKET
from harness.server import FirnServer, temporary_server
from harness.wire import Wire

PURGE_SECONDS = 20
ROWS = pa.table({"id": pa.array(range(1000), pa.int64()), "name": [f"n{i}" for i in range(1000)]})


@pytest.fixture(scope="module")
def warehouse() -> str:
    return bodies.unique("warehouse")


@pytest.fixture(scope="module")
def server(s3, warehouse):
    args = ("--warehouse", f"s3://{BUCKET}/{warehouse}")
    with temporary_server("s3", env=s3.environment(), args=args) as running:
        yield running


@pytest.fixture(scope="module")
def catalog(s3, server):
    return load_catalog("firn", type="rest", uri=server.uri, **s3.client_options())


def wait_for_no_files(s3, prefix: str) -> None:
    deadline = time.monotonic() + PURGE_SECONDS
    while s3.keys(prefix) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert s3.keys(prefix) == []


def test_a_table_lives_and_is_purged(s3, catalog, warehouse):
    catalog.create_namespace("life")
    table = catalog.create_table("life.people", schema=ROWS.schema)
    assert table.location().startswith(f"s3://{BUCKET}/{warehouse}/life/people-")
    for _ in range(3):
        table.append(ROWS)
    table.delete("id < 10")
    read = catalog.load_table("life.people").scan(row_filter="id < 20").to_arrow()
    assert sorted(read["id"].to_pylist()) == sorted(list(range(10, 20)) * 3)
    with table.update_schema() as update:
        update.rename_column("name", "label")
    assert "label" in catalog.load_table("life.people").scan(limit=1).to_arrow().column_names
    prefix = f"{warehouse}/life"
    assert len(s3.keys(prefix)) > 12
    catalog.purge_table("life.people")
    with pytest.raises(NoSuchTableError):
        catalog.load_table("life.people")
    wait_for_no_files(s3, prefix)


def test_a_plain_drop_keeps_the_files_and_register_takes_them(s3, catalog, warehouse):
    catalog.create_namespace("kept")
    table = catalog.create_table("kept.people", schema=ROWS.schema)
    table.append(ROWS)
    location = catalog.load_table("kept.people").metadata_location
    catalog.drop_table("kept.people")
    assert len(s3.keys(f"{warehouse}/kept")) > 3
    again = catalog.register_table("kept.people", location)
    assert again.scan().to_arrow().num_rows == 1000


def test_concurrent_appends_all_arrive(catalog):
    catalog.create_namespace("race")
    catalog.create_table("race.t", schema=ROWS.schema)
    for _ in range(5):
        first, second = catalog.load_table("race.t"), catalog.load_table("race.t")
        first.append(ROWS.slice(0, 1))
        second.refresh()
        second.append(ROWS.slice(1, 1))
    assert catalog.load_table("race.t").scan().to_arrow().num_rows == 10


def test_tables_survive_a_restart(s3, tmp_path):
    location = f"s3://{BUCKET}/{bodies.unique('restart')}"
    server = FirnServer(tmp_path / "data", s3.environment(), ("--warehouse", location)).start()
    try:
        options = {"type": "rest", "uri": server.uri, **s3.client_options()}
        load_catalog("a", **options).create_namespace("n")
        load_catalog("a", **options).create_table("n.t", schema=ROWS.schema).append(ROWS)
        server.stop()
        server.start()
        assert load_catalog("a", **options).load_table("n.t").scan().to_arrow().num_rows == 1000
    finally:
        server.stop()


def test_locations_outside_the_warehouse_are_refused(catalog):
    catalog.create_namespace("outside")
    with pytest.raises(Exception, match="outside the warehouse"):
        catalog.create_table(
            "outside.t", schema=ROWS.schema, location=f"s3://{BUCKET}/elsewhere/outside"
        )


def create_warehouse(server, name: str, location: str) -> int:
    wire = Wire(server.uri)
    body = json.dumps({"name": name, "location": location}).encode()
    headers = {"Content-Type": "application/json"}
    answer = wire.send("POST", "/management/v1/warehouses", body, headers)
    wire.close()
    return answer.status


def test_clients_make_warehouses_where_the_operator_allows(s3, tmp_path):
    """Beside a default warehouse of local files, too."""
    place = bodies.unique("allowed")
    env = {**s3.environment(), "FIRN_WAREHOUSE_ALLOWED_LOCATIONS": f"s3://{BUCKET}/{place}"}
    server = FirnServer(tmp_path / "data", env).start()
    try:
        for refused in (f"s3://{BUCKET}/{place}er", f"s3://{BUCKET}", f"s3://other/{place}"):
            assert create_warehouse(server, "bad", refused) == 400, refused
        assert create_warehouse(server, "remote", f"s3://{BUCKET}/{place}/w") == 200
        for _ in range(2):
            options = {"type": "rest", "uri": server.uri, **s3.client_options()}
            catalog = load_catalog("a", warehouse="remote", **options)
            catalog.create_namespace_if_not_exists("n")
            table = catalog.create_table("n.t", schema=ROWS.schema)
            assert table.location().startswith(f"s3://{BUCKET}/{place}/w/n/t-")
            table.append(ROWS)
            assert catalog.load_table("n.t").scan().to_arrow().num_rows == 1000
            catalog.purge_table("n.t")
            wait_for_no_files(s3, f"{place}/w/n")
            server.stop()
            server.start()
    finally:
        server.stop()


def test_a_purge_leaves_what_the_table_does_not_own(s3, catalog, warehouse):
    catalog.create_namespace("owned")
    table = catalog.create_table("owned.t", schema=ROWS.schema)
    table.append(ROWS)
    foreign = f"{warehouse}/brought/rows.parquet"
    with s3.files().open_output_stream(f"{BUCKET}/{foreign}") as out:
        pq.write_table(ROWS, out)
    table.add_files([f"s3://{BUCKET}/{foreign}"])
    catalog.purge_table("owned.t")
    wait_for_no_files(s3, f"{warehouse}/owned")
    assert s3.keys(f"{warehouse}/brought") == [f"{BUCKET}/{foreign}"]


def test_no_key_is_in_the_log(s3, server):
    urllib.request.urlopen(f"{server.uri}/metrics", timeout=10).read()
    text = server.log.read_text()
    assert s3.secret_key not in text
    assert s3.access_key not in text


def test_a_store_that_is_away_is_an_error_and_no_damage(s3, tmp_path):
    """Keys that the store refuses: a clear failure, nothing half made."""
    env = {**s3.environment(), "AWS_SECRET_ACCESS_KEY": "wrong"}
    location = f"s3://{BUCKET}/{bodies.unique('refused')}"
    server = FirnServer(tmp_path / "data", env, ("--warehouse", location)).start()
    try:
        catalog = load_catalog("a", type="rest", uri=server.uri, **s3.client_options())
        catalog.create_namespace("n")
        with pytest.raises(Exception, match="refuses the server's keys"):
            catalog.create_table("n.t", schema=ROWS.schema)
        assert catalog.list_tables("n") == []
    finally:
        server.stop()
