"""Clients that let the server plan their scans: the same rows as when they plan themselves."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyiceberg.catalog import load_catalog
from pyiceberg.expressions import And, EqualTo, GreaterThan, LessThan
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import BucketTransform, IdentityTransform
from pyiceberg.types import LongType, NestedField, StringType

from harness.client import RestClient

ROWS = 200


@pytest.fixture(scope="session")
def server_planning(firn_server):
    properties = {"scan-planning-mode": "server"}
    return load_catalog("planned", type="rest", uri=firn_server.uri, **properties)


@pytest.fixture
def table(pyiceberg, ns) -> str:
    schema = Schema(
        NestedField(1, "id", LongType(), required=False),
        NestedField(2, "kind", StringType(), required=False),
    )
    spec = PartitionSpec(
        PartitionField(2, 1000, IdentityTransform(), "kind"),
        PartitionField(1, 1001, BucketTransform(4), "id_bucket"),
    )
    table = pyiceberg.create_table(f"{ns}.planned", schema, partition_spec=spec)
    for part in range(2):
        ids = list(range(part * ROWS, (part + 1) * ROWS))
        rows = {"id": ids, "kind": [f"k{i % 3}" for i in ids]}
        table.append(pa.table(rows, schema=schema.as_arrow()))
    return f"{ns}.planned"


@pytest.mark.parametrize(
    "row_filter",
    [
        "true",
        EqualTo("kind", "k1"),
        And(EqualTo("kind", "k2"), LessThan("id", 100)),
        GreaterThan("id", 390),
        EqualTo("id", 10_000),
    ],
    ids=["all", "partition", "both", "bounds", "none"],
)
def test_pyiceberg_reads_the_same_rows(pyiceberg, server_planning, table, row_filter):
    assert server_planning.supports_server_side_planning()
    options = {} if row_filter == "true" else {"row_filter": row_filter}
    own = pyiceberg.load_table(table).scan(**options).to_arrow()
    planned = server_planning.load_table(table).scan(**options).to_arrow()
    order = [("id", "ascending")]
    assert planned.sort_by(order) == own.sort_by(order)


def test_pyiceberg_reads_an_older_snapshot(pyiceberg, server_planning, table):
    first = pyiceberg.load_table(table).snapshots()[0].snapshot_id
    planned = server_planning.load_table(table).scan(snapshot_id=first).to_arrow()
    assert pc.max(planned["id"]).as_py() == ROWS - 1


@pytest.mark.parametrize("version", [2, 3])
def test_spark_reads_the_same_rows(sql, spark_ns, firn_server, version):
    """Deletes included: position deletes in v2, deletion vectors in v3."""
    name = f"{spark_ns}.planned"
    sql(
        f"CREATE TABLE {name} (id BIGINT, kind STRING) USING iceberg PARTITIONED BY (kind) "
        f"TBLPROPERTIES ('format-version' = '{version}', 'write.delete.mode' = 'merge-on-read')"
    )
    sql(f"INSERT INTO {name} SELECT id, concat('k', id % 3) FROM range(90)")
    sql(f"DELETE FROM {name} WHERE id % 7 = 0")
    questions = [
        f"SELECT id, kind FROM {name} ORDER BY id",
        f"SELECT id FROM {name} WHERE kind = 'k1' AND id > 40 ORDER BY id",
        f"SELECT count(*) FROM {name} WHERE id < 10 OR kind = 'k2'",
    ]
    own = [sql(question) for question in questions]
    plans = plans_made(firn_server)
    sql(f"ALTER TABLE {name} SET TBLPROPERTIES ('firn.scan-planning-mode' = 'server')")
    assert [sql(question) for question in questions] == own
    assert plans_made(firn_server) > plans


def plans_made(server) -> int:
    text = RestClient(server.uri, None).wire.send("GET", "/metrics", None, {}).body.decode()
    lines = [line for line in text.splitlines() if line.startswith("firn_plans_total{")]
    return sum(int(float(line.rsplit(" ", 1)[1])) for line in lines)
