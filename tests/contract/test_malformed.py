"""Input that no client should send: a 4xx in the error model, nothing changed, still alive."""

import json
import socket
from urllib.parse import urlsplit

import pytest

from harness import bodies

DEEP = 20_000
HUGE = 300 * 1024 * 1024

BROKEN_JSON = {
    "empty": b"",
    "blank": b"  \n",
    "cut off": b'{"namespace": ["a"',
    "trailing comma": b'{"namespace": ["a"],}',
    "trailing text": b'{"namespace": ["a"]} {}',
    "mixed brackets": b'{"namespace": ["a"}}',
    "single quotes": b"{'namespace': ['a']}",
    "comment": b'{"namespace": ["a"] /* x */}',
    "nan": b'{"namespace": ["a"], "properties": NaN}',
    "duplicate key": b'{"namespace": ["dup_a"], "namespace": ["dup_b"]}',
    "nested duplicate": b'{"namespace": ["dup_c"], "properties": {"k": "1", "k": "2"}}',
    "escaped duplicate": b'{"namespace": ["dup_d"], "n\\u0061mespace": ["dup_e"]}',
    "bad utf-8": b'{"namespace": ["\xff\xfe"]}',
    "overlong utf-8": b'{"namespace": ["\xc0\xaf"]}',
    "surrogate half": b'{"namespace": ["\xed\xa0\x80"]}',
    "escaped surrogate half": b'{"namespace": ["\\ud800"]}',
    "utf-16": '{"namespace": ["a"]}'.encode("utf-16"),
    "raw nul": b'{"namespace": ["a\x00b"]}',
    "escaped nul": b'{"namespace": ["a\\u0000b"]}',
    "control character": b'{"namespace": ["a\nb"]}',
    "deep arrays": b'{"namespace": ' + b"[" * DEEP + b"]" * DEEP + b"}",
    "deep objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "deep and open": b"[" * DEEP,
    "number": b"1",
    "string": b'"namespace"',
    "null": b"null",
    "array": b"[]",
    "true": b"true",
    "huge number": b"1" * 5000,
}


def namespaces(client) -> list:
    return sorted(client.get("namespaces", expect=200).json["namespaces"])


@pytest.mark.parametrize("what", sorted(BROKEN_JSON))
def test_broken_json(client, what):
    before = namespaces(client)
    options = {"expect": 400, "error": "BadRequestException"}
    client.raw("POST", "namespaces", BROKEN_JSON[what], **options)
    assert namespaces(client) == before


@pytest.mark.parametrize("what", ["cut off", "bad utf-8", "deep arrays", "number", "empty"])
@pytest.mark.parametrize(
    "path",
    [
        "namespaces/{ns}/properties",
        "namespaces/{ns}/tables",
        "namespaces/{ns}/tables/t",
        "namespaces/{ns}/tables/t/metrics",
        "namespaces/{ns}/register",
        "namespaces/{ns}/register-view",
        "namespaces/{ns}/views",
        "namespaces/{ns}/views/v",
        "tables/rename",
        "views/rename",
        "transactions/commit",
    ],
)
def test_broken_json_on_every_post(catalog, table, what, path):
    ns, name = table
    catalog.make_view(ns, "v")
    before = catalog.load(ns, name), catalog.load_view(ns, "v")
    options = {"expect": 400, "error": "BadRequestException"}
    catalog.client.raw("POST", path.format(ns=ns[0]), BROKEN_JSON[what], **options)
    assert (catalog.load(ns, name), catalog.load_view(ns, "v")) == before


@pytest.mark.parametrize("kind", ["list", "struct", "map"])
def test_deeply_nested_types(catalog, ns, kind):
    shapes = {
        "list": ('{"type":"list","element-id":9,"element-required":false,"element":', "}"),
        "struct": ('{"type":"struct","fields":[{"id":9,"name":"x","required":false,"type":', "}]}"),
        "map": (
            '{"type":"map","key-id":8,"key":"int","value-id":9,"value-required":false,"value":', "}"
        ),
    }  # fmt: skip
    opening, closing = shapes[kind]
    nested = opening * 5000 + '"int"' + closing * 5000
    schema = (
        '{"type":"struct","fields":[{"id":1,"name":"a","required":false,"type":' + nested + "}]}"
    )
    body = '{"name":"t","schema":' + schema + "}"
    path = catalog.path(ns, "tables")
    options = {"expect": 400, "error": "BadRequestException"}
    catalog.client.raw("POST", path, body.encode(), **options)
    assert catalog.tables(ns) == []


def test_modestly_nested_types_are_fine(catalog, ns):
    inner: object = "int"
    for level in range(20):
        inner = {
            "type": "list",
            "element-id": 100 + level,
            "element-required": False,
            "element": inner,
        }
    metadata = catalog.make_table(ns, "t", schema=bodies.struct((1, "a", inner)))["metadata"]
    assert metadata["last-column-id"] == 21


@pytest.mark.parametrize(
    "number", ["1e400", "-1", "99999999999999999999", "1.5", '"1"', "null", "[]"]
)
@pytest.mark.parametrize("field", ["snapshot-id", "timestamp-ms", "sequence-number"])
def test_bad_numbers_in_a_snapshot(catalog, table, number, field):
    fine = (("sequence-number", "null"), ("snapshot-id", "-1"), ("timestamp-ms", "-1"))
    if (field, number) in fine:
        return  # an optional field may be null; ids are any number; there was a time before 1970
    before = catalog.load(*table)
    snapshot = {**bodies.snapshot(before["metadata"]), field: "@"}
    update = {"action": "add-snapshot", "snapshot": snapshot}
    body = json.dumps({"requirements": [], "updates": [update]}).replace('"@"', number)
    path = catalog.path(table[0], "tables", table[1])
    catalog.client.raw("POST", path, body.encode(), expect={400, 409})
    assert catalog.load(*table) == before


def test_declared_body_is_too_large(client):
    """Only the header is sent: the server must answer without waiting for the body."""
    before = namespaces(client)
    head = f"POST /v1/namespaces HTTP/1.1\r\nHost: x\r\nContent-Length: {HUGE}\r\n\r\n"
    status, body = exchange(client.uri, head.encode())
    assert status == 413, body
    assert json.loads(body)["error"]["code"] == 413
    assert namespaces(client) == before


@pytest.mark.parametrize(
    "head",
    [
        b"NONSENSE\r\n\r\n",
        b"GET /v1/config HTTP/9.9\r\nHost: x\r\n\r\n",
        b"GET /v1/config HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
        b"GET /v1/config HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"GET /v1/config HTTP/1.1\r\nHost: x\r\nbad header line\r\n\r\n",
        b"GET /v1/config HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 300_000 + b"\r\n\r\n",
        b"GET /v1/" + b"a" * 300_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /v1/namespaces HTTP/1.1\r\nHost: x\r\n"
        b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        b"POST /v1/namespaces HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
    ids=range(10),
)
def test_broken_http(client, head):
    """A 4xx or a closed connection, and the next client is served."""
    status, body = exchange(client.uri, head)
    assert status is None or 400 <= status < 500 or status in (501, 505), (status, body)
    client.get("config", expect=200)


def test_client_that_hangs_up_in_the_middle(client):
    before = namespaces(client)
    for cut in (10, 60, 100):
        request = (
            b'POST /v1/namespaces HTTP/1.1\r\nHost: x\r\nContent-Length: 999\r\n\r\n{"namespace"'
        )
        with connect(client.uri) as connection:
            connection.sendall(request[:cut])
    assert namespaces(client) == before


def test_chunked_bodies_are_read(client):
    name = bodies.unique("chunked")
    body = json.dumps({"namespace": [name]}).encode()
    chunks = b"".join(b"%x\r\n%s\r\n" % (1, body[i : i + 1]) for i in range(len(body)))
    head = b"POST /v1/namespaces HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    status, answer = exchange(client.uri, head + chunks + b"0\r\n\r\n")
    assert status == 200, answer
    client.head(f"namespaces/{name}", expect=204)


def connect(uri: str) -> socket.socket:
    parts = urlsplit(uri)
    return socket.create_connection((parts.hostname, parts.port), timeout=10)


def exchange(uri: str, request: bytes) -> tuple[int | None, bytes]:
    """Status and body of the first answer; (None, b"") when the server only closed."""
    with connect(uri) as connection:
        try:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # already refused: the answer may still be there to read
        received = b""
        try:
            while chunk := connection.recv(65536):
                received += chunk
        except ConnectionError:
            pass
    head, _, body = received.partition(b"\r\n\r\n")
    parts = head.split(b" ", 2)
    return (int(parts[1]), body) if len(parts) > 1 else (None, b"")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "config?warehouse=%ZZ"),
        ("GET", "namespaces?parent=%ZZ"),
        ("DELETE", "namespaces/%ZZ"),
        ("HEAD", "namespaces/%ZZ"),
        ("DELETE", "namespaces/a/tables/%ZZ"),
        ("HEAD", "namespaces/a/tables/%ZZ"),
        ("POST", "namespaces/a/tables/%ZZ/unregister"),
        ("GET", "namespaces/a/views/%ZZ"),
        ("DELETE", "namespaces/a/views/%ZZ"),
        ("HEAD", "namespaces/a/views/%ZZ"),
        ("GET", "namespaces/a/tables/t/plan/%ZZ"),
        ("DELETE", "namespaces/a/tables/t/plan/%ZZ"),
    ],
)
def test_broken_escapes_are_400_everywhere(client, method, path):
    client.call(method, path, expect=400)
