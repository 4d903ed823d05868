"""Commands that have no keys of S3: the catalog vends them, or signs every request (botocore)."""

import json
import os
import subprocess
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from harness import bodies, places
from harness.object_server import BUCKET, REGION
from harness.server import temporary_server

TIMEOUT_S = 120
SIGN = "POST /v1/{prefix}/namespaces/{namespace}/tables/{table}/sign"
HOUR_MS = 3_600_000
# More than one part of an upload.
ROWS = pa.table({"id": range(700_000), "x": [os.urandom(28) for _ in range(700_000)]})


class Delegating(BaseHTTPRequestHandler):
    """Before a catalog: adds to its tables how their files are reached."""

    protocol_version = "HTTP/1.1"

    def forward(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.endswith("/sign"):
            self.server.signed.append(json.loads(body))
            return self.reply(200, self.sign(json.loads(body)))
        asked = urllib.request.Request(
            self.server.behind + self.path, data=body or None, method=self.command
        )
        for name, value in self.headers.items():
            if name.lower() not in ("host", "connection", "content-length", "if-none-match"):
                asked.add_header(name, value)
        try:
            with urllib.request.urlopen(asked, timeout=TIMEOUT_S) as answer:
                status, answered = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, answered = error.code, error.read()
        if answered and status == 200:
            document = json.loads(answered)
            if "endpoints" in document:
                document["endpoints"].append(SIGN)
            if "metadata" in document:
                document.update(self.server.access)
            answered = json.dumps(document).encode()
        return self.reply(status, answered)

    def sign(self, asked: dict) -> bytes:
        headers = {name: ", ".join(values) for name, values in asked["headers"].items()}
        headers.pop("Host")
        request = AWSRequest(asked["method"], asked["uri"], headers=headers)
        request.context["payload_signing_enabled"] = True
        keys = Credentials(self.server.s3.access_key, self.server.s3.secret_key)
        signer = S3SigV4Auth(keys, "s3", asked["region"])
        # The body is not here: its hash is.
        signer.payload = lambda _: headers["x-amz-content-sha256"]
        signer.add_auth(request)
        signed = {name: [value] for name, value in request.headers.items()}
        return json.dumps({"uri": asked["uri"], "headers": signed}).encode()

    def reply(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_POST = do_DELETE = do_HEAD = forward

    def log_message(self, *_):
        pass


@pytest.fixture(params=["vended", "signed"])
def delegating(request, s3):
    """A catalog on S3 whose clients get their access from it."""
    location = f"s3://{BUCKET}/{bodies.unique('access')}"
    config = {"s3.endpoint": s3.endpoint, "client.region": REGION}
    if request.param == "signed":
        access = {"config": {**config, "s3.remote-signing-enabled": "true"}}
    else:
        keys = {
            "s3.access-key-id": s3.access_key,
            "s3.secret-access-key": s3.secret_key,
            "s3.session-token-expires-at-ms": str(int(time.time() * 1000) + HOUR_MS),
        }
        wrong = {**keys, "s3.secret-access-key": "of-another-place"}
        credentials = [
            {"prefix": "s3://", "config": wrong},
            {"prefix": location, "config": keys},
        ]
        access = {"config": config, "storage-credentials": credentials}
    args = ("--warehouse", location)
    with temporary_server("access", env=s3.environment(), args=args) as behind:
        server = ThreadingHTTPServer(("127.0.0.1", 0), Delegating)
        server.behind, server.s3, server.access, server.signed = behind.uri, s3, access, []
        server.kind = request.param
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_tables_are_read_and_written_without_keys_of_ones_own(delegating, tmp_path):
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("FIRN_", "AWS_"))}

    def firn(*words: object) -> None:
        command = [places.firn_binary(), *words]
        uri = f"http://127.0.0.1:{delegating.server_port}"
        done = subprocess.run(
            [*map(str, command), "--uri", uri],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
            env=environment,
        )
        assert done.returncode == 0, f"{command}: {done}"

    pq.write_table(ROWS, tmp_path / "rows.parquet")
    firn("namespace", "create", "db")
    firn("table", "create", "db.t", "--column", "id:long", "--column", "x:binary")
    firn("append", tmp_path / "rows.parquet", "db.t")
    firn("scan", "db.t", "--format", "arrow", "-o", tmp_path / "rows.arrow")
    read = pa.ipc.open_stream(tmp_path / "rows.arrow").read_all()
    assert read.num_rows == ROWS.num_rows
    assert read["x"].combine_chunks().equals(ROWS["x"].combine_chunks())
    if delegating.kind == "signed":
        methods = {request["method"] for request in delegating.signed}
        assert {"GET", "PUT", "POST"} <= methods, "an upload in parts among them"
