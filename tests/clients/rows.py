"""Rows of two readers, made comparable."""

import json
import uuid

import pyarrow as pa


def as_rows(table: pa.Table) -> list[dict]:
    rows = [normal(row) for row in table.to_pylist()]
    return sorted(rows, key=lambda row: json.dumps(row, default=str, sort_keys=True))


def normal(value):
    """Maps as dictionaries, UUIDs as bytes, so that two readers' Python values compare."""
    if isinstance(value, dict):
        return {key: normal(item) for key, item in value.items()}
    if isinstance(value, list) and value and all(isinstance(item, tuple) for item in value):
        return {"map": sorted((str(k), str(v)) for k, v in value)}
    if isinstance(value, list):
        return [normal(item) for item in value]
    if isinstance(value, float):
        return repr(value)  # NaN is itself, and zero is not minus zero
    return value.bytes if isinstance(value, uuid.UUID) else value
