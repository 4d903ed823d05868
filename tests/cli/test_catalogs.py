"""--catalog: the same commands on a catalog elsewhere, by URI and by profile."""

import json
import socket
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from harness import bodies

SECRET = "s3cret-token"


@pytest.fixture
def uri(tmp_path) -> str:
    return f"sqlite:///{tmp_path}/c.db?warehouse=file:{tmp_path}/warehouse"


def test_a_table_lives_without_a_server(firn, uri):
    def run(*words: str, **options):
        return firn(*words, "--catalog", uri, **options)

    assert run("namespace", "create", "a.b", "-p", "k=v").lines == ["Created namespace a.b"]
    assert run("namespace", "list", "a").lines == ["a.b"]
    assert run("namespace", "set", "a.b", "-r", "k").lines == ["Changed namespace a.b"]
    assert run("namespace", "show", "a.b", "--json").json == {
        "namespace": ["a", "b"], "properties": {},
    }  # fmt: skip
    created = run("table", "create", "a.b.t", "--column", "id:long!", "--column", "v:decimal(9,2)")
    assert created.lines[0].startswith("Created table a.b.t at file:")
    assert run("table", "set", "a.b.t", "-p", "x=1").lines == ["Changed table a.b.t"]
    shown = run("table", "show", "a.b.t")
    assert "  1: id: required long" in shown.lines
    assert "  2: v: optional decimal(9, 2)" in shown.lines
    assert "  x = 1" in shown.lines
    location = run("table", "show", "a.b.t", "--json").json["metadata-location"]
    assert run("table", "rename", "a.b.t", "a.b.u").lines == ["Renamed table a.b.t to a.b.u"]
    assert run("table", "list", "a.b").lines == ["a.b.u"]
    assert run("table", "drop", "a.b.u").lines == ["Dropped table a.b.u"]
    run("table", "show", "a.b.u", expect=3)
    assert run("table", "register", "a.b.w", location).lines == ["Registered table a.b.w"]
    run("namespace", "drop", "a.b", expect=1)
    assert run("table", "drop", "a.b.w", "--purge").lines == ["Dropped table a.b.w and its files"]
    assert run("namespace", "drop", "a.b").lines == ["Dropped namespace a.b"]


def test_a_server_is_a_catalog_too(firn, ask, firn_server):
    name = bodies.unique("elsewhere")
    firn("namespace", "create", name, "--catalog", firn_server.uri)
    assert ask("namespace", "show", name, "--json").json["namespace"] == [name]
    # Without --catalog the same commands take --uri.
    ask("table", "create", f"{name}.t", "--column", "id:long", "-p", "k=v")
    ask("table", "set", f"{name}.t", "-r", "k", "-p", "l=w")
    properties = ask("table", "show", f"{name}.t", "--json").json["metadata"]["properties"]
    assert properties["l"] == "w" and "k" not in properties
    assert firn("table", "list", name, env={"FIRN_CATALOG": firn_server.uri}).lines == [f"{name}.t"]
    firn("table", "list", f"{name}-none", "--catalog", firn_server.uri, expect=3)


@pytest.fixture
def view_file(tmp_path) -> str:
    """A view's metadata file."""
    location = f"file:{tmp_path}/warehouse/view"
    metadata = {
        "view-uuid": str(uuid.uuid4()),
        "format-version": 1,
        "location": location,
        "current-version-id": 1,
        "versions": [bodies.view_version("select 1 as id")],
        "version-log": [{"timestamp-ms": bodies.now_ms(), "version-id": 1}],
        "schemas": [bodies.VIEW_SCHEMA],
    }
    file = tmp_path / "warehouse" / "view" / "metadata" / "0.metadata.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(metadata))
    return f"file:{file}"


def test_a_view_lives_without_a_server(firn, uri, view_file):
    def run(*words: str, **options):
        return firn(*words, "--catalog", uri, **options)

    run("namespace", "create", "a")
    run("table", "create", "a.t", "--column", "id:long")
    assert run("view", "register", "a.v", view_file).lines == ["Registered view a.v"]
    assert run("view", "list", "a").lines == ["a.v"]
    assert run("table", "list", "a").lines == ["a.t"]
    assert "spark:" in run("view", "show", "a.v").out
    shown = run("view", "show", "a.v", "--json").json
    assert shown["metadata-location"] == view_file
    assert shown["metadata"]["versions"][0]["representations"][0]["sql"] == "select 1 as id"
    assert "exists" in run("view", "rename", "a.v", "a.t", expect=1).err
    assert "exists" in run("view", "register", "a.t", view_file, expect=1).err
    run("view", "rename", "a.v", "none.v", expect=3)
    run("view", "show", "a.t", expect=3)
    assert "a.v is a view" in run("scan", "a.v", expect=3).err
    run("view", "list", "none", expect=3)
    assert run("view", "rename", "a.v", "a.w").lines == ["Renamed view a.v to a.w"]
    run("view", "show", "a.v", expect=3)
    assert run("view", "drop", "a.w", "--json").json == {}
    assert "a.w" in run("view", "drop", "a.w", expect=3).err
    assert run("view", "register", "a.v", view_file, "--json").json == shown


def test_a_servers_view_is_the_same_by_either_way(firn, ask, catalog, firn_server):
    """--catalog and --uri print the same to people, and as JSON what the protocol requires."""
    name = bodies.unique("elsewhere")
    ask("namespace", "create", name)
    catalog.make_view((name,), "v")

    def elsewhere(*words: str, **options):
        return firn(*words, "--catalog", firn_server.uri, **options)

    for words in (("list", name), ("show", f"{name}.v")):
        assert elsewhere("view", *words).out == ask("view", *words).out
    shown = elsewhere("view", "show", f"{name}.v", "--json").json
    assert {**shown, "config": {}} == ask("view", "show", f"{name}.v", "--json").json
    listed = elsewhere("view", "list", name, "--json").json
    assert listed == {"identifiers": [{"namespace": [name], "name": "v"}]}
    location = shown["metadata-location"]
    for words in (("show", f"{name}.none"), ("drop", f"{name}.none"), ("list", f"{name}-none")):
        assert elsewhere("view", *words, expect=3).out == ask("view", *words, expect=3).out
    elsewhere("view", "rename", f"{name}.v", f"{name}.w")
    assert ask("view", "list", name).lines == [f"{name}.w"]
    assert elsewhere("view", "drop", f"{name}.w").lines == [f"Dropped view {name}.w"]
    elsewhere("view", "register", f"{name}.v", location)
    assert ask("view", "list", name).lines == [f"{name}.v"]


def test_a_catalog_without_views_says_so(firn, tmp_path):
    config = tmp_path / "firn.toml"
    config.write_text(
        '[catalogs.aws]\ntype = "glue"\nwarehouse = "s3://bucket/warehouse"\n'
        f'glue.region = "eu-central-1"\nglue.access-key-id = "k"\n'
        f'glue.secret-access-key = "{SECRET}"\n'
    )
    words = ("view", "list", "a", "--catalog", "aws", "--config", config)
    told = firn(*words, expect=1).err
    assert "type glue" in told and "rest, sql and hive" in told


def test_a_profile_of_the_configuration_file(firn, tmp_path):
    config = tmp_path / "firn.toml"
    config.write_text(
        f'[catalogs.mine]\nuri = "sqlite:///{tmp_path}/c.db"\nwarehouse = "${{HERE}}/warehouse"\n'
        f'[catalogs.other]\ntype = "rest"\nuri = "http://127.0.0.1:9"\ntoken = "{SECRET}"\n'
        "rest.client.max-retries = 0\n"
    )
    here = {"HERE": str(tmp_path), "FIRN_CONFIG": str(config)}
    firn("namespace", "create", "a", "--catalog", "mine", env=here)
    assert firn("namespace", "list", "--catalog", "mine", env=here).lines == ["a"]
    unset = firn("namespace", "list", "--catalog", "mine", "--config", config, expect=2)
    assert "HERE" in unset.err
    unknown = firn("namespace", "list", "--catalog", "mien", "--config", config, expect=2)
    assert "mine, other" in unknown.err
    assert "--config" in firn("namespace", "list", "--catalog", "mine", expect=2).err
    nobody = firn("namespace", "list", "--catalog", "other", env=here, expect=4)
    assert SECRET not in nobody.err
    assert firn("config", "check", "--config", config).code == 0


@pytest.mark.parametrize(
    "catalog, named",
    [
        ("sqlite:///c.db", "sql needs the key warehouse"),
        ("thrift://u:pw@host:9083", "uri of a catalog of type hive"),
        ("jdbc:mysql://u:pw@host/db?warehouse=/wh", "PostgreSQL"),
        ("postgresql://u:pw@host:port/db?warehouse=/wh", "a port"),
        ("http://user:pw@host", "without a user"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_sent(firn, catalog, named):
    answer = firn("namespace", "list", "--catalog", catalog, expect=None)
    assert answer.code in (1, 2)
    assert named in answer.err
    assert "pw" not in answer.err


@pytest.fixture
def closed():
    """A port that refuses: bound, and not listened to."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize(
    "catalog",
    [
        "http://{}?rest.client.max-retries=0",
        "postgresql://{}/d?warehouse=file:///wh",
        "thrift://{}",
    ],
)
def test_a_catalog_that_does_not_answer_is_told_with_a_hint(firn, closed, catalog):
    """Whether it is reached when it is opened or when it is first asked."""
    told = firn("namespace", "list", "--catalog", catalog.format(closed), expect=4).err
    assert closed.partition(":")[2] in told
    assert told.count("; hint: ") == 1 and "running there, and its uri right?" in told
    assert ("rest.client.max-retries" in told) == catalog.startswith("http")


def test_a_server_that_does_not_answer_is_told_with_a_hint(firn, closed):
    told = firn("scan", "a.t", "--uri", f"http://{closed}", expect=4).err
    assert told.rstrip().endswith("; hint: is `firn serve` running there?")


def test_the_format_version_is_upgraded_as_a_property(firn, uri):
    def run(*words: str, **options):
        return firn(*words, "--catalog", uri, **options)

    run("namespace", "create", "a")
    run("table", "create", "a.t", "--column", "id:long")
    run("table", "set", "a.t", "-p", "format-version=3", "-p", "k=v")
    run("table", "set", "a.t", "-p", "format-version=3", "-r", "never-was")
    metadata = run("table", "show", "a.t", "--json").json["metadata"]
    assert metadata["format-version"] == 3
    assert metadata["properties"]["k"] == "v"
    assert "format-version" not in metadata["properties"]
    assert "downgrade v3" in run("table", "set", "a.t", "-p", "format-version=2", expect=2).err
    assert "reserved" in run("table", "set", "a.t", "-p", "uuid=x", expect=2).err


def test_columns_and_settings_that_are_none(firn, uri):
    firn("namespace", "create", "a", "--catalog", uri)
    for words in (["--column", "id"], ["--column", "id:nothing"], ["-p", "x"]):
        firn("table", "create", "a.t", *words, "--catalog", uri, expect=2)
    firn("table", "set", "a.t", "--catalog", uri, expect=2)
    firn("table", "set", "a.t", "-p", "a=b", "--catalog", uri, expect=3)


@pytest.mark.parametrize("wrong", ["manifest-list", "location"])
def test_metadata_that_names_no_place_is_no_wrong_usage(firn, uri, tmp_path, wrong):
    """Exit code 1: what is wrong is the table."""
    firn("namespace", "create", "db", "--catalog", uri)
    firn("table", "create", "db.t", "--column", "id:long", "--catalog", uri)
    rows = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"id": pa.array([1], pa.int64())}), rows)
    firn("append", rows, "db.t", "--catalog", uri)
    shown = firn("table", "show", "db.t", "--json", "--catalog", uri).json
    metadata = shown["metadata"]
    if wrong == "location":
        metadata["location"] = "no place"
    else:
        metadata["snapshots"][0]["manifest-list"] = "no place"
    broken = tmp_path / "broken.metadata.json"
    broken.write_text(json.dumps(metadata))
    firn("table", "register", "db.broken", f"file:{broken}", "--catalog", uri)
    reads = ("append", rows) if wrong == "location" else ("scan",)
    answer = firn(*reads, "db.broken", "--catalog", uri, expect=1)
    assert "no place" in answer.err
    # What the user names is the user's.
    firn("table", "register", "db.other", "no place", "--catalog", uri, expect=2)


class OneOfBoth(BaseHTTPRequestHandler):
    """A catalog with one table, and the S3 that holds nothing of it; keeps what S3 was asked."""

    def do_GET(self):
        body, status = b"{}", 200
        if self.path.startswith("/bucket/"):
            self.server.asked.append((self.path, self.headers["Authorization"]))
            body, status = b"<Error><Code>NoSuchKey</Code></Error>", 404
        elif self.path.endswith("/tables/t"):
            body = json.dumps(self.server.table).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def test_the_servers_tables_are_read_with_the_storage_of_the_environment(firn, uri, tmp_path):
    firn("namespace", "create", "db", "--catalog", uri)
    firn("table", "create", "db.t", "--column", "id:long", "--catalog", uri)
    rows = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"id": pa.array([1], pa.int64())}), rows)
    firn("append", rows, "db.t", "--catalog", uri)
    metadata = firn("table", "show", "db.t", "--json", "--catalog", uri).json["metadata"]
    metadata["snapshots"][0]["manifest-list"] = "s3://bucket/list.avro"
    server = ThreadingHTTPServer(("127.0.0.1", 0), OneOfBoth)
    server.asked = []
    server.table = {"metadata-location": "s3://bucket/0.metadata.json", "metadata": metadata}
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    environment = {
        "FIRN_S3_ENDPOINT": address,
        "FIRN_S3_ACCESS_KEY_ID": "of-the-environment",
        "FIRN_S3_SECRET_ACCESS_KEY": SECRET,
    }
    try:
        answer = firn("scan", "db.t", "--uri", address, env=environment, expect=None)
    finally:
        server.shutdown()
    assert answer.code != 0 and SECRET not in answer.err
    [(path, authorization)] = server.asked
    assert path == "/bucket/list.avro"
    assert "Credential=of-the-environment/" in authorization
