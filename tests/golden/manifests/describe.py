"""Writes expected.jsonl beside each golden list: what an independent reader (fastavro) finds in it.

usage: python describe.py FOLDER...   (with fastavro installed)

One line for each manifest of list.avro, in order, and after it one line for each of its entries,
with sequence numbers, snapshot id and first row ids inherited by the rules of the specification.
"""

import json
import pathlib
import struct
import sys

from fastavro import _read_py

_read_py.LOGICAL_READERS.clear()
reader = _read_py.reader


def records(path):
    with open(path, "rb") as file:
        opened = reader(file)
        return opened.metadata, opened.writer_schema, list(opened)


def hexed(value):
    return None if value is None else value.hex()


def value(raw, kind):
    """A partition value: decimals unscaled, binary as hexadecimal, doubles by their bits."""
    if "decimal" in json.dumps(kind):
        return int.from_bytes(raw, "big", signed=True)
    if isinstance(raw, float):
        return struct.pack("<d", raw).hex()
    return raw.hex() if isinstance(raw, bytes) else raw


def id_map(pairs, convert=lambda x: x):
    """A map by field id, ascending: its order in the file means nothing."""
    ordered = sorted(pairs or [], key=lambda pair: pair["key"])
    return {str(pair["key"]): convert(pair["value"]) for pair in ordered}


def partition_fields(schema):
    for field in schema["fields"]:
        if field["name"] == "data_file":
            for inner in field["type"]["fields"]:
                if inner["name"] == "partition":
                    return {f["name"]: (f["field-id"], f["type"]) for f in inner["type"]["fields"]}
    raise ValueError("no partition")


def describe_manifest(row):
    def name(*names):
        return next((row[n] for n in names if n in row), None)

    summaries = row.get("partitions")
    return {
        "path": row["manifest_path"],
        "length": row["manifest_length"],
        "spec": row["partition_spec_id"],
        "content": row.get("content") or 0,
        "sequence": row.get("sequence_number") or 0,
        "min_sequence": row.get("min_sequence_number") or 0,
        "snapshot": row["added_snapshot_id"],
        "files": [
            name("added_files_count", "added_data_files_count"),
            name("existing_files_count", "existing_data_files_count"),
            name("deleted_files_count", "deleted_data_files_count"),
        ],
        "rows": [
            row.get("added_rows_count"),
            row.get("existing_rows_count"),
            row.get("deleted_rows_count"),
        ],
        "partitions": None
        if summaries is None
        else [
            [
                s["contains_null"],
                s.get("contains_nan"),
                hexed(s["lower_bound"]),
                hexed(s["upper_bound"]),
            ]
            for s in summaries
        ],
        "first_row_id": row.get("first_row_id"),
    }


def describe_entries(path, manifest):
    _, schema, entries = records(path)
    fields = partition_fields(schema)
    next_row_id = manifest["first_row_id"]
    for entry in entries:
        file = entry["data_file"]
        status = entry["status"]
        snapshot = entry.get("snapshot_id")
        numbers = [entry.get("sequence_number"), entry.get("file_sequence_number")]
        if manifest["sequence"] == 0 or status == 1:
            numbers = [manifest["sequence"] if n is None else n for n in numbers]
        row_id = file.get("first_row_id") if manifest["first_row_id"] is not None else None
        if next_row_id is not None and row_id is None and status != 2:
            row_id = next_row_id
            next_row_id += file["record_count"]
        yield {
            "status": status,
            "snapshot": manifest["snapshot"] if snapshot is None else snapshot,
            "sequence": numbers[0],
            "file_sequence": numbers[1],
            "content": file.get("content") or 0,
            "path": file["file_path"],
            "format": file["file_format"].lower(),
            "records": file["record_count"],
            "size": file["file_size_in_bytes"],
            "partition": {
                str(fields[k][0]): value(v, fields[k][1])
                for k, v in file["partition"].items()
                if v is not None
            },
            "column_sizes": id_map(file.get("column_sizes")),
            "value_counts": id_map(file.get("value_counts")),
            "null_value_counts": id_map(file.get("null_value_counts")),
            "nan_value_counts": id_map(file.get("nan_value_counts")),
            "lower_bounds": id_map(file.get("lower_bounds"), hexed),
            "upper_bounds": id_map(file.get("upper_bounds"), hexed),
            "split_offsets": file.get("split_offsets") or [],
            "equality_ids": file.get("equality_ids") or [],
            "sort_order": file.get("sort_order_id"),
            "first_row_id": row_id,
            "referenced": file.get("referenced_data_file"),
            "offset": file.get("content_offset"),
            "length": file.get("content_size_in_bytes"),
        }


def main():
    for folder in map(pathlib.Path, sys.argv[1:]):
        lines = []
        for row in records(folder / "list.avro")[2]:
            manifest = describe_manifest(row)
            lines.append(manifest)
            lines += describe_entries(folder / pathlib.Path(manifest["path"]).name, manifest)
        text = "".join(
            json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n" for line in lines
        )
        (folder / "expected.jsonl").write_text(text, encoding="utf-8")


main()
