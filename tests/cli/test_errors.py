"""What goes wrong for a new user: one line that says what, an exit code that says which kind."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from harness.server import free_port

COMMANDS = [
    ["namespace", "list"],
    ["table", "show", "a.t"],
    ["view", "drop", "a.v"],
    ["warehouse", "list"],
    ["job", "list"],
]


@contextmanager
def web_server(status: int, kind: str | None, body: bytes):
    """Something that speaks HTTP but is no catalog."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            if kind:
                self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_DELETE = do_GET

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: " ".join(words[:2]))
def test_no_server(firn, command):
    uri = f"http://127.0.0.1:{free_port()}"
    answer = firn(*command, "--uri", uri, expect=4)
    assert uri in answer.err
    assert "firn serve" in answer.err


@pytest.mark.parametrize(
    "words",
    [
        ["scan", "a.t", "--ref", ""],
        ["scan", "a.t", "--where", ""],
        ["maintain", "orphans", "a.t", "--older-than", "", "--run"],
        ["features", "latest", "a.t:x", "--out", ""],
        ["namespace", "list", "--uri", ""],
    ],
    ids=lambda words: " ".join(words),
)
def test_an_empty_value_is_no_missing_flag(firn, words):
    """As of a variable that is not set in a script."""
    assert "an empty value" in firn(*words, expect=2).err


@pytest.mark.parametrize("scheme", ["http://", "ftp://", ""])
def test_a_password_is_not_shown(firn, scheme):
    host = f"127.0.0.1:{free_port()}"
    uri = f"{scheme}alice:s3cret@{host}"
    answer = firn("namespace", "list", "--uri", uri, expect=None)
    assert answer.code in (2, 4) and host in answer.err
    assert "s3cret" not in answer.err and "alice" not in answer.err
    with web_server(200, "text/html", b"hello") as uri:
        given = uri.replace("//", "//alice:s3cret@")
        answer = firn("namespace", "list", "--uri", given, expect=1)
    assert uri.split("//")[1] in answer.err and "s3cret" not in answer.err


@pytest.mark.parametrize("uri", ["ftp://127.0.0.1/", "file:///etc/passwd", "http://", "::"])
def test_a_uri_that_is_none(firn, uri):
    answer = firn("namespace", "list", "--uri", uri, expect=2)
    assert "--uri" in answer.err


@pytest.mark.parametrize(
    ("status", "kind", "body", "code"),
    [
        (200, "text/html", b"<html>\n<p>welcome</p>\n</html>", 1),
        (200, "application/json", b'{"hello": 1}', 1),
        (200, "application/json", b"{", 1),
        (404, "text/html", b"<html>\nnot here\n</html>", 1),
        (404, None, b"", 1),
        (302, "text/html", b"", 1),
        (500, "application/json", b'{"error": {}}', 1),
        (503, "text/html", b"down", 4),
    ],
)
def test_something_that_is_no_catalog(firn, status, kind, body, code):
    with web_server(status, kind, body) as uri:
        answer = firn("namespace", "list", "--uri", uri, expect=code)
    assert len(answer.err.splitlines()) == 1
    assert "<" not in answer.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "needs a command: serve"),
        (["tabel"], "unknown command tabel; the nearest is table"),
        (["xyzzy"], "unknown command xyzzy (firn --help"),
        (["table"], "needs a command: list"),
        (["table", "lst", "a"], "unknown command lst; the nearest is list (firn table --help"),
        (["table", "list"], "name is required"),
        (["table", "list", "a", "b"], "unexpected argument b"),
        (["table", "list", "a", "--jsn"], "unknown option --jsn; the nearest is --json"),
        (["table", "drop", "a.b", "--purg=yes"], "the nearest is --purge"),
        (["serve", "--lisen", "x"], "the nearest is --listen"),
        (["serve", "--server-max-conections", "5"], "--server-max-connections"),
        (["config", "check", "--data-dri=x"], "the nearest is --data-dir"),
        (["job", "list", "--limit", "many"], "--limit"),
        (["job", "list", "--limit", "0"], "--limit"),
        (["admin", "backup"], "file is required"),
        (["namespace", "create", "a", "-p"], "--property"),
    ],
)
def test_wrong_usage(firn, words, said):
    answer = firn(*words, expect=2)
    assert said in answer.err
    assert "--help" in answer.err
    assert len(answer.err.splitlines()) == 1
    assert answer.out == ""


def test_wrong_arguments(ask, ns):
    assert "KEY=VALUE" in ask("namespace", "set", ns, "-p", "novalue", expect=2).err
    assert "KEY=VALUE" in ask("namespace", "set", ns, "-p", "=x", expect=2).err
    assert "twice" in ask("namespace", "set", ns, "-p", "a=1", "-p", "a=2", expect=2).err
    assert "--property" in ask("namespace", "set", ns, expect=2).err
    assert "outside" in ask("table", "register", f"{ns}.t", "/etc/passwd", expect=2).err
    (warehouse,) = [
        one for one in ask("warehouse", "list", "--json").json["warehouses"] if one["default"]
    ]
    missing = f"{warehouse['location']}/no-such-file.metadata.json"
    ask("table", "register", f"{ns}.t", missing, expect=3)
    ask("warehouse", "create", "bad name", "file:/tmp/x", expect=2)
    ask("warehouse", "create", "relative", "some/where", expect=2)
    ask("warehouse", "drop", "default", expect=2)
    for hostile in ("../namespaces", "a/b", "a?b", "%2e%2e", ""):
        ask("warehouse", "drop", hostile, expect=None)
    assert ask("warehouse", "list").lines[1].startswith("default")


def test_existing_and_missing_things(ask, ns):
    assert "exists" in ask("namespace", "create", ns, expect=1).err
    for command in (
        ["namespace", "show", f"{ns}.none"],
        ["namespace", "drop", f"{ns}.none"],
        ["namespace", "set", f"{ns}.none", "-p", "a=1"],
        ["table", "list", f"{ns}.none"],
        ["table", "show", f"{ns}.none"],
        ["table", "drop", f"{ns}.none"],
        ["table", "unregister", f"{ns}.none"],
        ["table", "rename", f"{ns}.none", f"{ns}.other"],
        ["view", "show", f"{ns}.none"],
        ["view", "drop", f"{ns}.none"],
        ["namespace", "list", "-w", "none"],
        ["warehouse", "drop", "none"],
        ["job", "show", "999999"],
        ["job", "retry", "999999"],
        ["job", "cancel", "none"],
    ):
        assert "does not exist" in ask(*command, expect=3).err


@pytest.mark.parametrize("more", [[], ["--help"], ["x", "--help"]])
def test_an_unknown_command_names_the_nearest(firn, more):
    assert "unknown command tabel; the nearest is table" in firn("tabel", *more, expect=2).err
    assert "unknown command catalog" in firn("catalog", *more, expect=2).err
    assert "nearest is list" in firn("table", "lst", *more, expect=2).err


def test_help_of_what_there_is(firn):
    for words in ([], ["table"], ["table", "list"], ["scan"], ["scan", "db.t"]):
        assert "Usage" in firn(*words, "--help").out or "firn" in firn(*words, "--help").out


def test_a_server_that_cannot_start(firn, own_server, tmp_path):
    answer = firn("serve", "--data", own_server.data, expect=4)
    assert str(own_server.process.pid) in answer.err
    address = f"127.0.0.1:{own_server.port}"
    answer = firn("serve", "--listen", address, "--data", tmp_path / "other", expect=4)
    assert address in answer.err
    file = tmp_path / "file"
    file.write_text("not a folder")
    answer = firn("serve", "--data", file / "data", expect=1)
    assert str(file) in answer.err
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "firn.db").write_bytes(b"this is no database " * 500)
    answer = firn("serve", "--data", broken, expect=1)
    assert str(broken / "firn.db") in answer.err
    assert "not a database" in answer.err
