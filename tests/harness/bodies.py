"""Sample request bodies, small and valid; a test changes only what it is about."""

import itertools
import time
import uuid

_snapshot_ids = itertools.count(int(time.time() * 1000) << 10)

SCHEMA = {
    "type": "struct",
    "schema-id": 0,
    "fields": [
        {"id": 1, "name": "id", "required": True, "type": "long"},
        {"id": 2, "name": "data", "required": False, "type": "string", "doc": "free text"},
        {"id": 3, "name": "ts", "required": False, "type": "timestamptz"},
    ],
}
VIEW_SCHEMA = {
    "type": "struct",
    "schema-id": 0,
    "fields": [{"id": 1, "name": "id", "required": False, "type": "long"}],
}
SPEC = {
    "spec-id": 0,
    "fields": [{"source-id": 1, "field-id": 1000, "name": "id_bucket", "transform": "bucket[16]"}],
}
SORT_ORDER = {
    "order-id": 1,
    "fields": [
        {"source-id": 2, "transform": "identity", "direction": "asc", "null-order": "nulls-first"}
    ],
}


def unique(label: str) -> str:
    return f"{label}_{uuid.uuid4().hex[:12]}"


def idempotency_key() -> str:
    """A UUID version 7, as the document asks for."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | (uuid.uuid4().int & ((1 << 80) - 1))
    value = value & ~(0xF << 76) | (7 << 76)
    value = value & ~(0x3 << 62) | (2 << 62)
    return str(uuid.UUID(int=value))


def struct(*fields: tuple[int, str, object], schema_id: int = 0) -> dict:
    """Optional fields of the given (id, name, type)."""
    listed = [{"id": i, "name": n, "required": False, "type": t} for i, n, t in fields]
    return {"type": "struct", "schema-id": schema_id, "fields": listed}


def create_table(name: str, **changes) -> dict:
    return {"name": name, "schema": SCHEMA, **changes}


def view_version(sql: str = "select 1 as id", version: int = 1, **changes) -> dict:
    return {
        "version-id": version,
        "timestamp-ms": now_ms(),
        "schema-id": 0,
        "summary": {"engine-name": "tests"},
        "default-namespace": ["default"],
        "representations": [{"type": "sql", "sql": sql, "dialect": "spark"}],
        **changes,
    }


def create_view(name: str, **changes) -> dict:
    body = {"name": name, "schema": VIEW_SCHEMA, "view-version": view_version(), "properties": {}}
    return {**body, **changes}


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def new_snapshot_id() -> int:
    return next(_snapshot_ids)


def snapshot(metadata: dict, parent: int | None = None, **changes) -> dict:
    """The next snapshot of a table with this metadata; its manifest list need not exist."""
    snapshot_id = new_snapshot_id()
    body = {
        "snapshot-id": snapshot_id,
        "sequence-number": metadata.get("last-sequence-number", 0) + 1,
        "timestamp-ms": max(now_ms(), metadata["last-updated-ms"]),
        "manifest-list": f"{metadata['location']}/metadata/snap-{snapshot_id}.avro",
        "summary": {"operation": "append", "added-records": "1"},
        "schema-id": metadata["current-schema-id"],
    }
    if parent is not None:
        body["parent-snapshot-id"] = parent
    return {**body, **changes}


def append(metadata: dict, branch: str = "main") -> dict:
    """Requirements and updates of an append to a branch, as clients send them."""
    ref = metadata.get("refs", {}).get(branch)
    parent = ref["snapshot-id"] if ref else None
    added = snapshot(metadata, parent)
    return {
        "requirements": [
            {"type": "assert-table-uuid", "uuid": metadata["table-uuid"]},
            {"type": "assert-ref-snapshot-id", "ref": branch, "snapshot-id": parent},
        ],
        "updates": [
            {"action": "add-snapshot", "snapshot": added},
            set_ref(added["snapshot-id"], branch),
        ],
    }


def set_ref(snapshot_id: int, name: str = "main", kind: str = "branch", **changes) -> dict:
    update = {"action": "set-snapshot-ref", "ref-name": name, "type": kind}
    return {**update, "snapshot-id": snapshot_id, **changes}


def set_properties(**properties: str) -> dict:
    return {"action": "set-properties", "updates": properties}
