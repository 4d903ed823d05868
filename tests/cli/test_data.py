"""scan, plan, append, table history and the like, maintain: on a SQLite catalog and on a server."""

import csv
import io
import json
import subprocess

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest

from harness import bodies, places

ROWS = {
    "id": [1, 2, 3, 4],
    "name": ["a", "b,c", "", None],
    "price": [1.5, 2.0, None, -3.25],
}
SCHEMA = pa.schema([("id", pa.int64()), ("name", pa.string()), ("price", pa.float64())])


@pytest.fixture
def rows_file(tmp_path):
    """Writes rows to a Parquet file."""

    def write(rows: dict = ROWS) -> str:
        path = tmp_path / f"{bodies.unique('rows')}.parquet"
        pq.write_table(pa.table(rows, schema=SCHEMA), path)
        return str(path)

    return write


@pytest.fixture(params=["sqlite", "server"])
def run(request, firn, tmp_path):
    """Run a command on a catalog of either kind, in which the namespace `db` exists."""
    if request.param == "sqlite":
        uri = f"sqlite:///{tmp_path}/c.db?warehouse=file:{tmp_path}/warehouse"
    else:
        uri = request.getfixturevalue("firn_server").uri

    def on_catalog(*words: object, uri: str = uri, **options):
        return firn(*words, "--catalog", uri, **options)

    def to_file(file, *words: object) -> int:
        command = [str(places.firn_binary()), *map(str, words), "--catalog", uri]
        return subprocess.run(
            command, stdout=file, stderr=subprocess.DEVNULL, check=False
        ).returncode

    on_catalog.to_file = to_file
    on_catalog.ns = bodies.unique("db")
    on_catalog("namespace", "create", on_catalog.ns)
    return on_catalog


@pytest.fixture
def table(run, rows_file) -> str:
    """Four rows in one file."""
    name = f"{run.ns}.t"
    assert run("append", rows_file(), name, "--create").lines == [f"Appended 4 rows to {name}"]
    return name


def test_rows_come_back_in_every_format(run, table, tmp_path):
    assert run("scan", table).lines == [
        "id  name  price",
        " 1  a       1.5",
        " 2  b,c       2",
        " 3         NULL",
        " 4  NULL  -3.25",
    ]
    lines = run("scan", table, "--format", "jsonl").lines
    expected = [dict(zip(ROWS, row, strict=True)) for row in zip(*ROWS.values(), strict=True)]
    assert [json.loads(line) for line in lines] == expected
    assert run("scan", table, "--json").lines == lines
    text = run("scan", table, "--format", "csv").out
    assert list(csv.DictReader(io.StringIO(text)))[1] == {"id": "2", "name": "b,c", "price": "2"}
    for suffix in ("parquet", "arrow"):
        file = tmp_path / f"out.{suffix}"
        assert run("scan", table, "-o", file).out == ""
        read = pq.read_table(file) if suffix == "parquet" else pa.ipc.open_stream(file).read_all()
        assert read.to_pydict() == ROWS


def test_a_scan_takes_columns_rows_and_a_filter(run, table):
    def ids(*words: object) -> list[int]:
        lines = run("scan", table, "--format", "jsonl", *words).lines
        return [json.loads(line)["id"] for line in lines]

    assert ids("--where", "price > 1.9") == [2]
    assert ids("--where", "NAME is null", "--ignore-case") == [4]
    assert ids("--limit", 2) == [1, 2]
    assert ids("--limit", 0) == []
    picked = run("scan", table, "--columns", "price,id", "--limit", 1, "--format", "csv").out
    assert picked.splitlines() == ["price,id", "1.5,1"]
    position = run("scan", table, "--columns", "id,_pos", "--where", "id = 3", "--json").json
    assert position == {"id": 3, "_pos": 2}
    run("scan", table, "--columns", "nobody", expect=2)
    run("scan", table, "--where", "id >", expect=2)
    run("scan", table, "--format", "xml", expect=2)
    run("scan", table, "--format", "csv", "--json", expect=2)
    run("scan", table, "--limit", -1, expect=2)
    assert run("scan", table, "--columns", "id, name", "--limit", 1, "--json").json["name"] == "a"
    run("scan", f"{run.ns}.nobody", expect=3)


def test_older_states(run, table, rows_file):
    first = run("table", "snapshots", table, "--json").json[0]
    run("append", rows_file({"id": [9], "name": ["z"], "price": [0.0]}), table)
    second = run("table", "snapshots", table, "--json").json[1]
    assert second["parent-id"] == first["snapshot-id"]

    def count(*words: object) -> int:
        return len(run("scan", table, "--format", "jsonl", *words).lines)

    assert count() == 5
    assert count("--snapshot", first["snapshot-id"]) == 4
    assert count("--ref", "main") == 5
    assert count("--as-of", first["committed-at"]) == 4
    assert count("--after", first["snapshot-id"]) == 1
    run("scan", table, "--as-of", "1999-01-01", expect=3)
    run("scan", table, "--as-of", "soon", expect=2)
    history = run("table", "history", table, "--json").json
    assert [each["snapshot-id"] for each in history] == [
        first["snapshot-id"], second["snapshot-id"],
    ]  # fmt: skip
    assert all(each["is-current-ancestor"] for each in history)
    assert "append" in run("table", "history", table).lines[1]
    assert run("table", "refs", table, "--json").json[0]["name"] == "main"
    diff = run("table", "diff", table, first["snapshot-id"], "main", "--json").json
    assert [file["rows"] for file in diff["added"]] == [1]
    assert diff["removed"] == []
    text = run("table", "diff", table, "main", first["snapshot-id"]).lines
    assert text[-1] == "0 files added with 0 rows, 1 file removed with 1 row"
    run("table", "diff", table, "main", "nobody", expect=3)


def test_a_plan_says_what_is_left_out(run, table, rows_file):
    run("append", rows_file({"id": [90, 91], "name": ["y", "z"], "price": [0.0, 0.0]}), table)
    plan = run("plan", table, "--where", "id > 50", "--json").json
    assert plan["data-files"] == 1 and plan["skipped-by-metrics"] == 1
    assert plan["total-data-manifests"] == 2
    assert plan["files"][0]["rows"] == 2
    assert plan["files"][0]["residual"] == {"type": "gt", "term": "id", "value": 50}
    text = run("plan", table, "--where", "id > 50").lines
    assert text[0].startswith(f"{table}: snapshot ") and text[0].endswith(", where id > 50")
    assert any("1 skipped by bounds and counts" in line for line in text)
    assert any("direct, rows where id > 50" in line for line in text)
    short = run("plan", table, "--files", 1).lines
    assert "and 1 more file" in short[-1]


def test_tasks_are_the_scan(run, table, rows_file):
    for i in (10, 11, 12):
        run("append", rows_file({"id": [i], "name": ["n"], "price": [0.5]}), table)
    where = ("--where", "id > 1")
    plan = run("plan", table, *where, "--tasks", "1KiB", "--json").json
    assert (plan["task-size"], plan["task-lookback"], plan["task-open-cost"]) == (1024, 10, 4 << 20)
    assert [task["task"] for task in plan["tasks"]] == ["0/4", "1/4", "2/4", "3/4"]
    assert [task["data-files"] for task in plan["tasks"]] == [1] * 4
    assert sorted(task["rows"] for task in plan["tasks"]) == [1, 1, 1, 4]
    (file,) = plan["tasks"][0]["files"]
    assert file["begin"] == 0 and file["end"] is None and file["delete-files"] == 0
    assert file["bytes"] == plan["tasks"][0]["bytes"] > 0
    run("append", rows_file({"id": [99], "name": ["later"], "price": [0.5]}), table)
    pinned = ("--snapshot", plan["snapshot-id"], *where, "--task-size", "1KiB")

    def ids(*words: object) -> list[int]:
        return [json.loads(line)["id"] for line in run("scan", table, "--json", *words).lines]

    read = [ids(*pinned, "--task", task["task"]) for task in plan["tasks"]]
    assert sorted(number for some in read for number in some) == [2, 3, 4, 10, 11, 12]
    small = (*pinned, "--task-lookback", 1, "--task-open-cost", 1)
    assert len(ids(*small, "--task", "0/4")) == 1
    assert "has 4 tasks" in run("scan", table, *pinned, "--task", "4/4", expect=2).err
    assert "has 4 tasks, not 3" in run("scan", table, *pinned, "--task", "0/3", expect=2).err
    for words in ("", "4", "1/", "/4", "a/b", "1/4/5"):
        run("scan", table, *pinned, "--task", words, expect=2)
    assert "--snapshot" in run("scan", table, "--task", "0/4", expect=2).err
    run("scan", table, "--task-size", "1KiB", expect=2)
    run("scan", table, *pinned, "--task", "0/4", "--task-lookback", 0, expect=2)


def test_tasks_as_a_tree(run, table, rows_file):
    run("append", rows_file({"id": [10], "name": ["n"], "price": [0.5]}), table)
    text = run("plan", table, "--tasks").lines
    assert text[0].startswith(f"{table}: snapshot ")
    assert text[1] == "├─ 1 task of 128 MiB: lookback 10, a file counts as 4.0 MiB at least"
    assert text[2].startswith("└─ task 0/1: 2 files, ") and text[2].endswith(", about 5 rows")
    assert text[3].startswith("   ├─ ") and text[4].startswith("   └─ ")
    assert "and 1 more (--files 2)" in run("plan", table, "--tasks", "--files", 1).lines[-1]
    for size in ("", 0, -1, "many"):
        run("plan", table, "--tasks", size, expect=2)
    run("plan", table, "--task-lookback", 3, expect=2)
    run("table", "set", table, "-p", "read.split.target-size=0")
    assert "read.split.target-size" in run("plan", table, "--tasks", expect=2).err
    assert len(run("plan", table, "--tasks", "1B", "--json").json["tasks"]) == 2
    name = f"{run.ns}.empty"
    run("table", "create", name, "--column", "id:long")
    assert run("plan", name, "--tasks", "--json").json["tasks"] == []
    assert run("plan", name, "--tasks").lines[-1].startswith("└─ 0 tasks of ")


def test_files_and_partitions(run, table):
    file = run("table", "files", table, "--json").json[0]
    assert file["content"] == "data" and file["record-count"] == 4
    assert run("table", "files", table).lines[0].split()[:2] == ["content", "format"]
    partition = run("table", "partitions", table, "--json").json
    assert [each["record-count"] for each in partition] == [4]


def test_what_does_not_fit_is_not_appended(run, table, tmp_path):
    wrong = tmp_path / "wrong.parquet"
    pq.write_table(pa.table({"id": ["text"]}), wrong)
    run("append", wrong, table, expect=2)
    run("append", tmp_path / "nobody.parquet", table, expect=3)
    cut = tmp_path / "cut.parquet"
    cut.write_bytes(wrong.read_bytes()[:-20])
    refused = run("append", cut, table, expect=2)
    assert "Parquet" in refused.err or "cut.parquet" in refused.err
    assert len(run("scan", table, "--format", "jsonl").lines) == 4


def test_what_an_append_says(run, table, rows_file):
    head = run("table", "refs", table, "--json").json[0]["snapshot-id"]
    row = {"id": [9], "name": ["z"], "price": [0.0]}
    run("append", rows_file(row), table, "--branch", "work", expect=3)
    said = run("append", rows_file(row), table, "--branch", "work", "--create", "--json").json
    assert said["rows"] == 1 and said["snapshot-id"] != head
    refs = {ref["name"]: ref["snapshot-id"] for ref in run("table", "refs", table, "--json").json}
    assert refs == {"main": head, "work": said["snapshot-id"]}


def test_partitions_are_replaced(run, table, rows_file):
    file = rows_file({"id": [9], "name": ["z"], "price": [0.0]})
    said = run("append", file, table, "--replace-partitions")
    assert said.lines == [f"Replaced the partitions of 1 row in {table}"]
    # Without a partition spec all rows are in one partition.
    assert run("scan", table, "--format", "csv").lines == ["id,name,price", "9,z,0"]


def test_a_broken_file_makes_no_table(run, rows_file):
    file = rows_file()
    with open(file, "r+b") as pages:
        pages.seek(4)
        pages.write(b"\xff" * 40)
    run("append", file, f"{run.ns}.broken", "--create", expect=2)
    run("table", "show", f"{run.ns}.broken", expect=3)


def test_uuids_and_other_bytes(run, tmp_path):
    name = f"{run.ns}.u"
    run("table", "create", name, "--column", "key:uuid", "--column", "code:fixed[16]")
    file = tmp_path / "u.parquet"
    sixteen = pa.array([b"0123456789abcdef"], pa.binary(16))
    pq.write_table(pa.table({"key": sixteen, "code": sixteen}), file)
    run("append", file, name)
    assert run("scan", name, "--json").json == {
        "key": "30313233-3435-3637-3839-616263646566",
        "code": "30313233343536373839616263646566",
    }
    run("scan", name, "-o", tmp_path / "out.parquet")
    assert (
        str(pq.read_schema(tmp_path / "out.parquet").field("key").type) == "extension<arrow.uuid>"
    )


def test_uuids_within_other_values(run, tmp_path, request):
    from pyiceberg.catalog import load_catalog
    from pyiceberg.schema import Schema
    from pyiceberg.types import ListType, MapType, NestedField, StructType, UUIDType

    server = request.getfixturevalue("firn_server")
    catalog = load_catalog("p", type="rest", uri=server.uri)
    ns = bodies.unique("uuids")
    catalog.create_namespace(ns)
    catalog.create_table(
        f"{ns}.t",
        Schema(
            NestedField(1, "s", StructType(NestedField(2, "key", UUIDType()))),
            NestedField(3, "l", ListType(4, UUIDType(), element_required=False)),
            NestedField(5, "m", MapType(6, UUIDType(), 7, UUIDType(), value_required=False)),
        ),
    )
    key, text = b"0123456789abcdef", "30313233-3435-3637-3839-616263646566"
    file = tmp_path / "u.parquet"
    sixteen = pa.binary(16)
    columns = {
        "s": pa.array([{"key": key}, None], pa.struct({"key": sixteen})),
        "l": pa.array([[key, None], []], pa.list_(sixteen)),
        "m": pa.array([[(key, key)], None], pa.map_(sixteen, sixteen)),
    }
    pq.write_table(pa.table(columns), file)
    run("append", file, f"{ns}.t", uri=server.uri)
    lines = run("scan", f"{ns}.t", "--format", "jsonl", uri=server.uri).lines
    assert [json.loads(line) for line in lines] == [
        {"s": {"key": text}, "l": [text, None], "m": [[text, text]]},
        {"s": None, "l": [], "m": None},
    ]
    run("scan", f"{ns}.t", "-o", tmp_path / "out.parquet", uri=server.uri)
    out = pq.read_table(tmp_path / "out.parquet")
    assert str(out.schema.field("l").type.value_type) == "extension<arrow.uuid>"
    assert out.column("s").to_pylist()[0]["key"].bytes == key


def test_an_unknown_column_names_the_nearest(run, table):
    for flag in ("--where", "--columns"):
        words = "pric > 1" if flag == "--where" else "pric"
        error = run("scan", table, flag, words, expect=2).err
        assert "price" in error and "struct" not in error
        assert len(error) < 200


def test_a_null_partition_is_not_the_word(run, tmp_path, request):
    from pyiceberg.catalog import load_catalog
    from pyiceberg.partitioning import PartitionField, PartitionSpec
    from pyiceberg.schema import Schema
    from pyiceberg.transforms import IdentityTransform
    from pyiceberg.types import NestedField, StringType

    server = request.getfixturevalue("firn_server")
    catalog = load_catalog("p", type="rest", uri=server.uri)
    ns = bodies.unique("parts")
    catalog.create_namespace(ns)
    spec = PartitionSpec(PartitionField(1, 1000, IdentityTransform(), "k"))
    made = catalog.create_table(
        f"{ns}.t", Schema(NestedField(1, "k", StringType())), partition_spec=spec
    )
    made.append(pa.table({"k": ["null", None, "a/b=1", "a"]}))
    partitions = run("table", "partitions", f"{ns}.t", "--json", uri=server.uri).json
    assert sorted(each["partition"] for each in partitions) == [
        'k="null"', "k=a", "k=a%2Fb%3D1", "k=null",
    ]  # fmt: skip


def test_output_that_does_not_arrive_is_a_failure(run, table, tmp_path):
    with open("/dev/full", "w") as full:
        for words in (("scan",), ("plan",), ("table", "files"), ("table", "history", "--json")):
            words = (*words[:2], table, *words[2:]) if words[0] == "table" else (*words, table)
            assert run.to_file(full, *words) == 1
    run("scan", table, "-o", tmp_path / "out.xml", expect=2)


def test_flags_before_variables(firn, tmp_path, firn_server):
    elsewhere = f"sqlite:///{tmp_path}/c.db?warehouse=file:{tmp_path}/w"
    firn("namespace", "create", "only_there", "--catalog", elsewhere)
    variables = {"FIRN_CATALOG": elsewhere}
    assert firn("namespace", "list", env=variables).lines == ["only_there"]
    listed = firn("namespace", "list", "--uri", firn_server.uri, env=variables).lines
    assert "only_there" not in listed
    both = ("--uri", firn_server.uri, "--catalog", elsewhere)
    assert "two ways" in firn("namespace", "list", *both, expect=2).err
    firn("namespace", "list", "--catalog", elsewhere, "-w", "x", expect=2)


def test_an_empty_table(run):
    name = f"{run.ns}.empty"
    run("table", "create", name, "--column", "id:long")
    assert run("scan", name).lines == ["id"]
    assert run("scan", name, "--json").out == ""
    assert run("table", "history", name).lines == ["The table has had no snapshot."]
    assert run("table", "files", name, "--json").json == []
    assert "no file" in run("plan", name).lines[-1]


def test_maintenance_looks_first(run, table, rows_file):
    for i in range(5):
        run("append", rows_file({"id": [i], "name": ["n"], "price": [0.0]}), table)
    looked = run("maintain", "compact", table, "--json").json
    assert looked["dry-run"] and looked["rewritten-files"] == 6
    assert len(run("table", "files", table, "--json").json) == 6
    done = run("maintain", "compact", table, "--run", "--json").json
    assert done["data-files"] == {"before": 6, "after": 1}
    assert done["snapshots"] == {"before": 6, "after": 7}
    assert looked["about"] == ["added-bytes", "data-bytes"] and done["about"] == []
    foretold = {key for key in looked if key not in ("dry-run", "about", *looked["about"])}
    assert {key: looked[key] for key in foretold} == {key: done[key] for key in foretold}
    foretold = run("maintain", "rewrite-manifests", table, "--all", "--json").json
    assert len(run("scan", table, "--format", "jsonl").lines) == 9
    joined = run("maintain", "rewrite-manifests", table, "--all", "--run", "--json").json
    assert joined["manifests"]["after"] == 1 and joined["entries"] == 1
    assert foretold == joined | {"dry-run": True}
    text = run("maintain", "expire", table, "--older-than", "0d", "--keep", 1).lines
    assert text[0] == "expire: nothing was changed; --run would"
    expired = run(
        "maintain", "expire", table, "--older-than", "0d", "--keep", 1, "--run", "--json"
    ).json
    assert expired["expired-snapshots"] == expired["snapshots"]["before"] - 1
    assert expired["snapshots"]["after"] == 1
    assert len(run("table", "snapshots", table, "--json").json) == 1
    assert len(run("scan", table, "--format", "jsonl").lines) == 9
    orphans = run("maintain", "orphans", table, "--json").json
    assert orphans["orphans"] == []
    run("maintain", "orphans", table, "--older-than", "1h", expect=2)
    run("maintain", "orphans", table, "--older-than", "3d12h")
    assert run("maintain", "clean-metadata", table).lines[0].startswith("clean-metadata: nothing")


def test_maintenance_has_a_flag_for_what_users_set(run, table, rows_file):
    for i in range(3):
        run("append", rows_file({"id": [i], "name": ["n"], "price": [0.0]}), table)

    def groups(*flags: object) -> int:
        return run("maintain", "compact", table, "--json", *flags).json["groups"]

    assert groups() == 0
    assert groups("--min-input-files", 2) == 1
    assert groups("--min-input-files", 2, "--min-file-bytes", 1) == 0
    assert groups("--min-input-files", 2, "--max-group-bytes", 1) == 0
    assert groups("--max-file-bytes", 20, "--target-bytes", 10, "--min-file-bytes", 1) == 1
    assert groups("--delete-files", 1, "--delete-ratio", 0.1) == 0
    run("maintain", "compact", table, "--delete-ratio", 2, expect=2)
    run("maintain", "compact", table, "--groups-at-once", 0, expect=2)
    once = ("--all", "--groups-at-once", 1, "--keep-dangling-deletes", "--run")
    assert groups(*once) == 1

    def replaced(*flags: object) -> int:
        return run("maintain", "rewrite-manifests", table, "--all", "--json", *flags).json[
            "replaced-manifests"
        ]

    assert replaced("--spec", 0) > 0
    unknown = run("maintain", "rewrite-manifests", table, "--spec", 7, expect=3)
    assert "no partition spec 7" in unknown.err
    run("maintain", "expire", table, "--outside")
