"""Iceberg's Java client plans its scans on the server: the behaviours of its own planning suite.

`org.apache.iceberg.rest.TestRESTScanPlanning` (iceberg-core 1.11 and later) runs them against an
adapter in its own process; here the same are asked of `firn serve`, each in three forms: a plan
given whole, one in pages of one file, and one that is polled for. Files are named, not written:
planning reads manifests only. Where each behaviour is tested, `contract` being
contract/test_planning.py:

| in Iceberg's suite | here |
| --- | --- |
| all tasks in one response; batch scan | test_files_of_a_scan |
| nested pages of plan tasks | the form `paged` of every test |
| cancel before a plan, after it; closing cancels; with deletes | test_cancelling |
| metadata tables | test_metadata_tables |
| empty table | test_an_empty_table |
| a column that is not there (disabled there) | contract: test_requests_that_do_not_fit |
| incremental append scan | test_appends_between_snapshots; contract: ..._appends_between_two |
| position deletes, equality deletes, mixed, several files | test_deletes_of_each_kind |
| deletes with a filter | test_deletes_and_a_filter |
| enough rows | test_enough_rows; contract: test_enough_rows |
| time travel with deletes | test_time_travel |
| several partition specs | test_files_of_two_specs |
| table from the client's cache | test_a_table_from_the_clients_cache |
| the snapshot's schema for snapshots and tags, not branches | test_whose_schema_a_filter_has |
| select of a nested field | test_a_nested_field_is_selected |
| a plan that fails, with and without words | test_a_plan_that_fails; contract: ..._are_missing |
| a plan id for each scan, told to the scan's FileIO | test_each_scan_has_its_plan |
| who decides the mode, four cases | test_who_decides_who_plans |
| server without some planning endpoint, four cases | the client's alone: Firn has them all, which
  contract: test_catalog_clients_are_told |
| poll timeout: kept, long enough, invalid | the client's alone: its clock and its settings |
"""

import json

import pytest
from pyiceberg.catalog import load_catalog

from harness import bodies
from harness.client import RestClient
from harness.server import temporary_server

FORMS = {
    "whole": {},
    "paged": {"FIRN_PLANNING_PAGE_FILES": "1"},
    "asynchronous": {"FIRN_PLANNING_INLINE_TIME": "0ms"},
}
SCHEMA = {
    "type": "struct",
    "schema-id": 0,
    "fields": [
        {"id": 1, "name": "id", "required": True, "type": "long"},
        {"id": 2, "name": "kind", "required": True, "type": "string"},
    ],
}
SPEC = {"spec-id": 0, "fields": [{"source-id": 2, "field-id": 1000, "name": "kind",
                                  "transform": "identity"}]}  # fmt: skip
NESTED = bodies.struct((1, "id", "long"), (2, "address", bodies.struct(
    (3, "city", "string"), (4, "zip", "string"))))  # fmt: skip
# They read what a version of the table says of itself; the position deletes table is batch alone.
METADATA_TABLES = ["ENTRIES", "FILES", "MANIFESTS", "PARTITIONS", "SNAPSHOTS", "ALL_DELETE_FILES"]
MORE_METADATA_TABLES = [
    "DATA_FILES", "DELETE_FILES", "HISTORY", "METADATA_LOG_ENTRIES", "REFS", "ALL_DATA_FILES",
    "ALL_FILES", "ALL_MANIFESTS", "ALL_ENTRIES",
]  # fmt: skip


@pytest.fixture(scope="module", params=FORMS)
def planner(request, spark, firn_server):
    """A Java catalog on a server that answers plans in one of the forms."""
    if not FORMS[request.param]:
        yield Planner(spark, firn_server.uri)
        return
    with temporary_server(f"java-{request.param}", env=FORMS[request.param]) as server:
        yield Planner(spark, server.uri)


class Planner:
    """Iceberg's REST catalog in the JVM, told to have its scans planned; and tables for it."""

    def __init__(self, spark, uri: str):
        self.uri = uri
        self.spark = spark
        self.jvm = spark._jvm
        self.gateway = spark.sparkContext._gateway
        self.api = self.jvm.org.apache.iceberg
        self.catalog = self.open("server")
        self.ns = bodies.unique("java")
        RestClient(uri, None).post("namespaces", {"namespace": [self.ns]}, expect=200)

    def open(self, mode: str | None):
        catalog = self.api.rest.RESTCatalog()
        catalog.setConf(self.spark.sparkContext._jsc.hadoopConfiguration())
        properties = {"uri": self.uri}
        if mode:
            properties["scan-planning-mode"] = mode
        catalog.initialize("java", properties)
        return catalog

    def table(self, schema: dict = SCHEMA, spec: dict | None = SPEC) -> "Planned":
        identifier = self.api.catalog.TableIdentifier.parse(f"{self.ns}.{bodies.unique('t')}")
        java_schema = self.api.SchemaParser.fromJson(json.dumps(schema))
        builder = self.catalog.buildTable(identifier, java_schema)
        if spec:
            parsed = self.api.PartitionSpecParser.fromJson(java_schema, json.dumps(spec))
            builder = builder.withPartitionSpec(parsed)
        return Planned(self, identifier, builder.create())


class Planned:
    """A table of files that are only named, and what the server says a scan of it reads."""

    def __init__(self, planner: Planner, identifier, table):
        self.planner, self.api = planner, planner.api
        self.identifier, self.table = identifier, table

    def _filled(self, builder, name: str, partition: str | None, rows: int):
        builder = builder.withPath(f"/data/{name}.parquet").withFileSizeInBytes(10)
        if partition:
            builder = builder.withPartitionPath(partition)
        return builder.withRecordCount(rows).build()

    def append(self, *names: str, rows: int = 1) -> int:
        """One file each, in the partition of its first letter; the snapshot's id."""
        append = self.table.newAppend()
        for name in names:
            builder = self.api.DataFiles.builder(self.table.spec())
            append.appendFile(self._filled(builder, name, f"kind={name[0]}", rows))
        append.commit()
        return self.table.currentSnapshot().snapshotId()

    def deletes(self, name: str, equality: bool = False):
        """A delete file in the partition of the name's first letter."""
        builder = self.api.FileMetadata.deleteFileBuilder(self.table.spec())
        if equality:
            ids = self.planner.gateway.new_array(self.planner.jvm.int, 1)
            ids[0] = 1
            builder = builder.ofEqualityDeletes(ids)
        else:
            builder = builder.ofPositionDeletes()
        return self._filled(builder, name, f"kind={name[0]}", 1)

    def delete(self, *files) -> int:
        delta = self.table.newRowDelta()
        for file in files:
            delta = delta.addDeletes(file)
        delta.commit()
        return self.table.currentSnapshot().snapshotId()

    def files(self, scan=None) -> dict[str, list[str]]:
        """What a scan reads: names of data files with those of their delete files."""
        return {
            short(task.file().location()): sorted(short(d.location()) for d in task.deletes())
            for task in planned(scan or self.table.newScan())
        }


def planned(scan) -> list:
    tasks = scan.planFiles()
    found = list(items(tasks))
    tasks.close()
    return found


def items(iterable):
    iterator = iterable.iterator()
    while iterator.hasNext():
        yield iterator.next()


def short(location: str) -> str:
    return location.removeprefix("/data/").removesuffix(".parquet")


def plans(table) -> bool:
    """Whether the server plans this table's scans."""
    return table.newScan().getClass().getSimpleName() == "RESTTableScan"


def test_files_of_a_scan(planner):
    table = planner.table()
    assert plans(table.table)
    table.append("a1", "b1")
    table.append("a2")
    assert table.files() == {"a1": [], "a2": [], "b1": []}
    batch = planned(table.table.newBatchScan())
    assert sorted(short(t.asFileScanTask().file().location()) for t in batch) == ["a1", "a2", "b1"]
    file = planned(table.table.newScan())[0].file()
    assert (file.recordCount(), file.fileSizeInBytes()) == (1, 10)
    assert file.format().name() == "PARQUET"


def test_an_empty_table(planner):
    assert planner.table().files() == {}


def test_cancelling(planner):
    table = planner.table()
    table.append("a1", "a2", "b1")
    table.delete(table.deletes("a-deletes"), table.deletes("a-equality", equality=True))
    scan = table.table.newScan()
    assert scan.cancelPlan() is False  # there is no plan yet
    assert scan.cancelPlan() is False
    tasks = scan.planFiles()
    scan.cancelPlan()
    tasks.close()
    closed = table.table.newScan()
    tasks = closed.planFiles()
    tasks.iterator().close()
    tasks.close()
    assert closed.cancelPlan() is False  # closing has done it
    assert len(table.files()) == 3


@pytest.mark.parametrize(
    "kind",
    [*METADATA_TABLES, *(pytest.param(k, marks=pytest.mark.full) for k in MORE_METADATA_TABLES)],
)
def test_metadata_tables(planner, kind):
    """Of a table whose scans the server plans, the client still reads what describes it."""
    table = planner.table()
    table.append("a1", "b1")
    table.delete(table.deletes("a-deletes"), table.deletes("b-equality", equality=True))
    type_ = getattr(planner.api.MetadataTableType, kind)
    described = planner.api.MetadataTableUtils.createMetadataTableInstance(table.table, type_)
    assert planned(described.newScan())


@pytest.mark.full
def test_the_table_of_position_deletes(planner):
    table = planner.table()
    table.append("a1")
    table.delete(table.deletes("a-deletes"))
    type_ = planner.api.MetadataTableType.POSITION_DELETES
    described = planner.api.MetadataTableUtils.createMetadataTableInstance(table.table, type_)
    assert planned(described.newBatchScan())


def test_appends_between_snapshots(planner):
    table = planner.table()
    table.append("a1")
    start = table.append("b1")
    end = table.append("c1")
    table.append("d1")
    scan = table.table.newIncrementalAppendScan
    assert table.files(scan().fromSnapshotInclusive(start).toSnapshot(end)) == {"b1": [], "c1": []}
    assert table.files(scan().fromSnapshotExclusive(start).toSnapshot(end)) == {"c1": []}


def test_deletes_of_each_kind(planner):
    table = planner.table()
    table.append("a1", "b1", "c1", "d1")
    table.delete(table.deletes("a-positions"))
    table.delete(
        table.deletes("b-positions"),
        table.deletes("c-equality", equality=True),
        table.deletes("e-equality", equality=True),  # of a partition without files
    )
    table.delete(table.deletes("b-equality", equality=True))
    table.append("c2")  # newer than its partition's deletes
    assert table.files() == {
        "a1": ["a-positions"],
        "b1": ["b-equality", "b-positions"],
        "c1": ["c-equality"],
        "c2": [],
        "d1": [],
    }
    tasks = planned(table.table.newScan())
    file = next(t for t in tasks if short(t.file().location()) == "c1").deletes()[0]
    assert file.content().name() == "EQUALITY_DELETES"
    assert list(file.equalityFieldIds()) == [1]


def test_deletes_and_a_filter(planner):
    table = planner.table()
    table.append("a1", "b1", "c1")
    table.delete(table.deletes("b-equality", equality=True))
    expressions = planner.api.expressions.Expressions
    below = expressions.lessThan("id", 4)
    assert table.files(table.table.newScan().filter(below)) == {
        "a1": [], "b1": ["b-equality"], "c1": [],
    }  # fmt: skip
    both = getattr(expressions, "and")(below, expressions.equal("kind", "b"))
    tasks = planned(table.table.newScan().filter(both))
    assert [short(task.file().location()) for task in tasks] == ["b1"]
    assert tasks[0].residual().toString() == below.toString()  # the partition has said its part


def test_enough_rows(planner):
    table = planner.table()
    table.append("a1", "b1", "c1", rows=2)
    scan = table.table.newScan()
    assert 1 <= len(table.files(scan.minRowsRequested(1))) <= 3
    assert len(table.files(scan.minRowsRequested(100))) == 3


def test_time_travel(planner):
    table = planner.table()
    first = table.append("a1")
    second = table.append("b1")
    table.append("c1")
    last = table.delete(table.deletes("a-positions"))
    at = table.table.newScan
    assert table.files(at().useSnapshot(first)) == {"a1": []}
    assert table.files(at().useSnapshot(second)) == {"a1": [], "b1": []}
    assert table.files(at().useSnapshot(last)) == {"a1": ["a-positions"], "b1": [], "c1": []}


def test_files_of_two_specs(planner):
    table = planner.table()
    table.append("a1", "b1")
    expressions = planner.api.expressions.Expressions
    change = table.table.updateSpec().removeField("kind")
    change.addField("by_id", expressions.bucket("id", 8)).commit()
    spec = table.table.spec()
    builder = planner.api.DataFiles.builder(spec)
    file = table._filled(builder, "new", "by_id=3", 2)
    table.table.newFastAppend().appendFile(file).commit()
    tasks = planned(table.table.newScan())
    specs = {short(task.file().location()): task.spec().specId() for task in tasks}
    assert specs == {"a1": 0, "b1": 0, "new": spec.specId()}
    assert spec.specId() != 0
    # A filter prunes by the spec of each file.
    of_kind = table.table.newScan().filter(expressions.equal("kind", "a"))
    assert sorted(table.files(of_kind)) == ["a1", "new"]


def test_a_table_from_the_clients_cache(planner):
    """The second load is answered 304: what the client keeps is planned all the same."""
    table = planner.table()
    table.append("a1")
    for _ in range(2):
        loaded = planner.catalog.loadTable(table.identifier)
        assert plans(loaded)
    assert table.files(loaded.newScan()) == {"a1": []}


def test_whose_schema_a_filter_has(planner):
    """Snapshots and tags are asked with their own schema, branches with the table's."""
    table = planner.table()
    first = table.append("a1", "b1")
    table.table.manageSnapshots().createTag("tag", first).commit()
    table.table.manageSnapshots().createBranch("branch", first).commit()
    table.table.updateSchema().renameColumn("kind", "sort").commit()
    table.append("a2")
    equal = planner.api.expressions.Expressions.equal
    scan = table.table.newScan
    assert table.files(scan().filter(equal("sort", "a"))) == {"a1": [], "a2": []}
    assert table.files(scan().useSnapshot(first).filter(equal("kind", "a"))) == {"a1": []}
    assert table.files(scan().useRef("tag").filter(equal("kind", "a"))) == {"a1": []}
    assert table.files(scan().useRef("branch").filter(equal("sort", "a"))) == {"a1": []}


def test_the_snapshots_schema_over_http(planner):
    table = planner.table()
    first = table.append("a1", "b1")
    table.table.updateSchema().renameColumn("kind", "sort").commit()
    client = RestClient(planner.uri, None)
    name = table.identifier.name()
    path = f"namespaces/{planner.ns}/tables/{name}/plan"
    request = {"snapshot-id": first, "filter": {"type": "eq", "term": "kind", "value": "a"}}
    client.post(path, {**request, "use-snapshot-schema": True}, expect=200)
    refused = client.post(path, {**request, "use-snapshot-schema": False}, expect=400)
    assert refused.error["type"] == "BadRequestException"


def test_a_nested_field_is_selected(planner):
    table = planner.table(NESTED, spec=None)
    builder = planner.api.DataFiles.builder(table.table.spec())
    table.table.newAppend().appendFile(table._filled(builder, "x", None, 1)).commit()
    assert table.files(table.table.newScan().select(["address.city"])) == {"x": []}


def test_a_plan_that_fails(planner):
    """The client's exception has the server's words."""
    table = planner.table()
    table.append("a1")
    list_ = table.table.currentSnapshot().manifestListLocation()
    load_catalog("p", type="rest", uri=planner.uri).load_table(
        f"{planner.ns}.{table.identifier.name()}"
    ).io.delete(list_)
    with pytest.raises(Exception, match=list_.rsplit("/", 1)[1]):
        planned(table.table.newScan())


def test_each_scan_has_its_plan(planner):
    """The client gives a plan's id to the scan's FileIO where credentials come with the plan. Firn
    sends none, so the scan reads with what the table reads with."""
    table = planner.table()
    table.append("a1")
    scan = table.table.newScan()
    with pytest.raises(Exception, match="planFiles"):
        scan.fileIO().get()
    planned(scan)
    assert scan.fileIO().get().properties() == table.table.io().properties()
    client = RestClient(planner.uri, None)
    path = f"namespaces/{planner.ns}/tables/{table.identifier.name()}/plan"
    ids = {client.post(path, {}, expect=200).json["plan-id"] for _ in range(2)}
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("client", "server", "planned_by_server"),
    [
        ("server", "client", False),
        ("client", "server", True),
        ("client", "client", False),
        ("client", None, False),
        (None, None, False),
        ("server", None, True),
    ],
)
def test_who_decides_who_plans(planner, client, server, planned_by_server):
    """The table's word, which the server passes on, goes before the client's."""
    table = planner.table()
    if server:
        table.table.updateProperties().set("firn.scan-planning-mode", server).commit()
    loaded = planner.open(client).loadTable(table.identifier)
    assert plans(loaded) == planned_by_server
