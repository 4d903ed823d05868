"""What the measurements need of a catalog: its REST calls, and tables with a long history."""

import json
import random
import time
import urllib.request
from pathlib import Path

from servers import Server

NAMESPACE = "bench"
FIRST_SNAPSHOT_MS = 1_700_000_000_000
SNAPSHOT_STEP_MS = 60_000


def call(server: Server, method: str, path: str, body: dict | None = None) -> bytes:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}{path}",
        data=data,
        method=method,
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        return answer.read()


def entity_tag(server: Server, path: str) -> str:
    with urllib.request.urlopen(
        f"http://127.0.0.1:{server.port}{path}", timeout=120
    ) as answer:
        return answer.headers.get("ETag", "")


def table_path(name: str, namespace: str = NAMESPACE) -> str:
    return f"/v1/namespaces/{namespace}/tables/{name}"


def create_namespace(server: Server, name: str = NAMESPACE) -> None:
    call(server, "POST", "/v1/namespaces",
         {"namespace": [name], "properties": {"owner": "bench"}})  # fmt: skip


def create_tables(
    server: Server, prefix: str, count: int, namespace: str = NAMESPACE
) -> None:
    for number in range(count):
        body = {"name": f"{prefix}{number}", "schema": schema(4)}
        call(server, "POST", f"/v1/namespaces/{namespace}/tables", body)


def register(server: Server, name: str, snapshots: int, folder: Path) -> None:
    """A table with that many snapshots, from a metadata file written here."""
    location = folder / f"{server.name}-{name}"
    (location / "metadata").mkdir(parents=True)
    file = (
        location
        / "metadata"
        / "00000-3b4ad7b0-2ae1-4d38-9b6e-5f6f5d1c8a01.metadata.json"
    )
    file.write_text(
        json.dumps(metadata(f"file:{location}", snapshots), separators=(",", ":"))
    )
    body = {"name": name, "metadata-location": f"file:{file}"}
    call(server, "POST", f"/v1/namespaces/{NAMESPACE}/register", body)


def schema(columns: int) -> dict:
    kinds = ("long", "string", "timestamptz", "double")
    fields = [
        {
            "id": i + 1,
            "name": f"column_{i}",
            "required": i == 0,
            "type": kinds[i % len(kinds)],
        }
        for i in range(columns)
    ]
    return {"type": "struct", "schema-id": 0, "fields": fields}


def metadata(location: str, snapshots: int) -> dict:
    """Table metadata of format version 2 as an appending engine leaves it."""
    draw = random.Random(snapshots)
    ids = [draw.getrandbits(62) for _ in range(snapshots)]
    times = [FIRST_SNAPSHOT_MS + i * SNAPSHOT_STEP_MS for i in range(snapshots)]
    return {
        "format-version": 2,
        "table-uuid": "0a8f5c54-6a5c-4b0c-9d35-2f6d6bd4a%03x" % (snapshots % 4096),
        "location": location,
        "last-sequence-number": snapshots,
        "last-updated-ms": times[-1] if times else int(time.time() * 1000),
        "last-column-id": 20,
        "current-schema-id": 0,
        "schemas": [schema(20)],
        "default-spec-id": 0,
        "partition-specs": [{"spec-id": 0, "fields": []}],
        "last-partition-id": 999,
        "default-sort-order-id": 0,
        "sort-orders": [{"order-id": 0, "fields": []}],
        "properties": {"owner": "bench", "write.parquet.compression-codec": "zstd"},
        "current-snapshot-id": ids[-1] if ids else -1,
        "refs": {"main": {"snapshot-id": ids[-1], "type": "branch"}} if ids else {},
        "snapshots": [_snapshot(location, ids, times, i) for i in range(snapshots)],
        "snapshot-log": [
            {"timestamp-ms": times[i], "snapshot-id": ids[i]} for i in range(snapshots)
        ],
        "metadata-log": [],
    }


def _snapshot(location: str, ids: list[int], times: list[int], index: int) -> dict:
    number = index + 1
    summary = {
        "operation": "append",
        "spark.app.id": "application_1700000000000_0042",
        "engine-name": "spark",
        "engine-version": "3.5.1",
        "iceberg-version": "Apache Iceberg 1.11.0",
        "added-data-files": "4",
        "added-records": "100000",
        "added-files-size": "4182133",
        "changed-partition-count": "1",
        "total-records": str(100000 * number),
        "total-files-size": str(4182133 * number),
        "total-data-files": str(4 * number),
        "total-delete-files": "0",
        "total-position-deletes": "0",
        "total-equality-deletes": "0",
    }
    snapshot = {
        "sequence-number": number,
        "snapshot-id": ids[index],
        "timestamp-ms": times[index],
        "summary": summary,
        "manifest-list": f"{location}/metadata/snap-{ids[index]}-1-"
        f"5e0b1b0e-0f3c-4d8b-8f0e-{index:012x}.avro",
        "schema-id": 0,
    }
    if index > 0:
        snapshot["parent-snapshot-id"] = ids[index - 1]
    return snapshot
