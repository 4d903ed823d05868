"""Firn and PyIceberg's GlueCatalog on one AWS Glue, which moto's server emulates.

It takes any VersionId: that commits of two are told apart is shown on a fake that does not
(src/catalog/glue/glue_catalog_test.cc).
"""

import json
import os
import subprocess
import sys
import time
import urllib.request

import pyarrow as pa
import pytest
from pyiceberg.catalog import load_catalog
from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.schema import Schema
from pyiceberg.types import ListType, LongType, NestedField, StringType

from harness import places
from harness.server import free_port

TIMEOUT_S = 60
KEYS = {
    "glue.region": "us-east-1",
    "glue.access-key-id": "testing",
    "glue.secret-access-key": "testing",
}
IDS = pa.schema([pa.field("id", pa.int64())])


@pytest.fixture(scope="module")
def endpoint() -> str:
    """The address of a Glue of the test's own."""
    pytest.importorskip("moto.server")
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + TIMEOUT_S
    while True:
        try:
            urllib.request.urlopen(f"{address}/moto-api/", timeout=5).read()
            break
        except OSError:
            assert process.poll() is None and time.monotonic() < deadline, "moto does not serve"
            time.sleep(0.1)
    yield address
    process.terminate()
    process.wait(TIMEOUT_S)


@pytest.fixture
def glue(endpoint, tmp_path):
    urllib.request.urlopen(
        urllib.request.Request(f"{endpoint}/moto-api/reset", method="POST"), timeout=5
    ).read()
    return Glue(endpoint, tmp_path)


class Glue:
    def __init__(self, endpoint: str, folder):
        self.properties = {
            "type": "glue",
            "warehouse": f"file://{folder}/warehouse",
            "glue.endpoint": endpoint,
            **KEYS,
        }
        self.warehouse = folder / "warehouse"
        self.config = folder / "firn.toml"
        lines = [f'{name} = "{value}"' for name, value in self.properties.items()]
        self.config.write_text("\n".join(["[catalogs.aws]", *lines]) + "\n")

    def pyiceberg(self):
        return load_catalog("aws", **self.properties)

    def firn(self, *words: object, expect: int = 0):
        """Run a command with --json; what it printed."""
        command = [places.firn_binary(), *words, "--catalog", "aws", "--config", self.config]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("FIRN_")}
        done = subprocess.run(
            [*map(str, command), "--json"],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
            env=environment,
        )
        assert done.returncode == expect, f"{command}: {done}"
        return json.loads(done.stdout) if expect == 0 else None

    def tables(self, namespace: str) -> list[str]:
        return [item["name"] for item in self.firn("table", "list", namespace)["identifiers"]]


def test_namespaces(glue):
    catalog = glue.pyiceberg()
    glue.firn("namespace", "create", "of_firn", "-p", "owner=me")
    catalog.create_namespace("of_pyiceberg", {"k": "v"})
    assert sorted(catalog.list_namespaces()) == [("of_firn",), ("of_pyiceberg",)]
    assert glue.firn("namespace", "list")["namespaces"] == [["of_firn"], ["of_pyiceberg"]]
    assert catalog.load_namespace_properties("of_firn")["owner"] == "me"
    glue.firn("namespace", "set", "of_pyiceberg", "-p", "a=b", "-r", "k")
    assert glue.firn("namespace", "show", "of_pyiceberg")["properties"] == {"a": "b"}
    glue.firn("namespace", "create", "a.b", expect=2)
    glue.firn("namespace", "drop", "of_firn")
    glue.firn("namespace", "show", "of_firn", expect=3)


def test_a_table_of_firn_is_gone_on_with(glue):
    glue.firn("namespace", "create", "db")
    glue.firn("table", "create", "db.t", "--column", "id:long")
    catalog = glue.pyiceberg()
    table = catalog.load_table("db.t")
    table.append(pa.Table.from_pylist([{"id": 1}, {"id": 2}], schema=IDS))
    changed = glue.firn("table", "set", "db.t", "-p", "by=firn")
    before = table.metadata_location
    table.refresh()
    assert table.metadata_location == changed["metadata-location"]
    assert table.properties["by"] == "firn"
    assert table.metadata.metadata_log[-1].metadata_file == before
    table.append(pa.Table.from_pylist([{"id": 3}], schema=IDS))
    assert sorted(table.scan().to_arrow()["id"].to_pylist()) == [1, 2, 3]
    assert len(glue.firn("table", "show", "db.t")["metadata"]["snapshots"]) == 2


def test_a_table_of_pyiceberg_is_gone_on_with(glue):
    catalog = glue.pyiceberg()
    catalog.create_namespace("db")
    schema = Schema(
        NestedField(1, "id", LongType()),
        NestedField(2, "names", ListType(3, StringType(), element_required=False)),
    )
    table = catalog.create_table("db.t", schema)
    for i in range(2):
        rows = [{"id": i, "names": ["a"]}]
        table.append(pa.Table.from_pylist(rows, schema=table.schema().as_arrow()))
    assert glue.tables("db") == ["t"]
    shown = glue.firn("table", "show", "db.t")
    assert shown["metadata-location"] == table.metadata_location
    glue.firn("table", "set", "db.t", "-p", "by=firn")
    with catalog.load_table("db.t").update_schema() as update:
        update.add_column("more", LongType())
    names = [
        field["name"]
        for field in glue.firn("table", "show", "db.t")["metadata"]["schemas"][-1]["fields"]
    ]
    assert names == ["id", "names", "more"]
    described = catalog.glue.get_table(DatabaseName="db", Name="t")["Table"]
    assert [column["Type"] for column in described["StorageDescriptor"]["Columns"]] == [
        "bigint",
        "array<string>",
        "bigint",
    ]
    glue.firn("table", "rename", "db.t", "db.u")
    assert catalog.load_table("db.u").scan().to_arrow().num_rows == 2
    with pytest.raises(NoSuchTableError):
        catalog.load_table("db.t")
    glue.firn("namespace", "drop", "db", expect=1)
    glue.firn("table", "drop", "db.u", "--purge")
    assert [path for path in glue.warehouse.rglob("*") if path.is_file()] == []
    glue.firn("namespace", "drop", "db")
