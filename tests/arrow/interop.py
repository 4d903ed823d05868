"""Files between Firn and pyarrow, both ways. usage: interop.py COLUMNAR_TOOL

Written by Firn: pyarrow reads the same rows, types, field ids and statistics, and the metrics hold
the values. Written by pyarrow: Firn reads the rows through an evolved schema.
"""

from __future__ import annotations

import datetime as dt
import decimal
import json
import math
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc as ipc
import pyarrow.parquet as pq

TOOL = sys.argv[1]


def run(*arguments: object) -> str:
    done = subprocess.run(
        [TOOL, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def save_ipc(path: Path, table: pa.Table) -> None:
    with ipc.new_file(path, table.schema) as out:
        out.write_table(table)


def schema_json(path: Path, *fields: dict) -> Path:
    path.write_text(json.dumps({"type": "struct", "schema-id": 0, "fields": list(fields)}))
    return path


def field(number: int, name: str, kind: object, required: bool = False, **more: object) -> dict:
    return {"id": number, "name": name, "type": kind, "required": required, **more}


def sample() -> pa.Table:
    utc = dt.UTC
    return pa.table(
        {
            "b": pa.array([True, None, False]),
            "i": pa.array([1, -5, None], pa.int16()),
            "l": pa.array([1 << 40, None, -3], pa.int64()),
            "f": pa.array([1.5, math.nan, -0.0], pa.float32()),
            "d": pa.array([None, 2.25, math.inf], pa.float64()),
            "dec": pa.array([decimal.Decimal("12.34"), decimal.Decimal("-0.01"), None]).cast(
                pa.decimal128(9, 2)
            ),
            "wide": pa.array([decimal.Decimal(10) ** 25, None, decimal.Decimal(-7)]).cast(
                pa.decimal128(30, 0)
            ),
            "day": pa.array([dt.date(1969, 12, 31), None, dt.date(2024, 2, 29)]),
            "t": pa.array([dt.time(1, 2, 3, 4), None, dt.time(0)], pa.time64("us")),
            "ts": pa.array([-1, 1001, None], pa.timestamp("ns")),
            "tz": pa.array(
                [dt.datetime(2020, 1, 1, tzinfo=utc), None, dt.datetime(1960, 1, 1, tzinfo=utc)],
                pa.timestamp("us", "UTC"),
            ),
            "s": pa.array(["häagen", None, "zzz"], pa.large_string()),
            "cat": pa.array(["x", "y", "x"]).dictionary_encode(),
            "bin": pa.array([b"\x00\xff", b"", None], pa.binary()),
            "fix": pa.array([b"abc", None, b"abd"], pa.binary(3)),
            "u": pa.array([bytes(range(16)), None, bytes(16)], pa.binary(16)),
            "list": pa.array([[1, None], None, []], pa.list_(pa.int32())),
            "map": pa.array([[("k", 1.0)], [], None], pa.map_(pa.string(), pa.float64())),
            "st": pa.array([{"x": 1, "y": "a"}, None, {"x": None, "y": None}]),
        }
    )


def sample_schema(path: Path) -> Path:
    kinds = {
        "b": "boolean",
        "i": "int",
        "l": "long",
        "f": "float",
        "d": "double",
        "dec": "decimal(9, 2)",
        "wide": "decimal(30, 0)",
        "day": "date",
        "t": "time",
        "ts": "timestamp",
        "tz": "timestamptz",
        "s": "string",
        "cat": "string",
        "bin": "binary",
        "fix": "fixed[3]",
        "u": "uuid",
    }
    fields = [field(i + 1, name, kind) for i, (name, kind) in enumerate(kinds.items())]
    fields.append(
        field(
            17,
            "list",
            {"type": "list", "element-id": 30, "element": "int", "element-required": False},
        )
    )
    fields.append(
        field(
            18,
            "map",
            {
                "type": "map",
                "key-id": 31,
                "key": "string",
                "value-id": 32,
                "value": "double",
                "value-required": False,
            },
        )
    )
    fields.append(
        field(
            19,
            "st",
            {"type": "struct", "fields": [field(33, "x", "long"), field(34, "y", "string")]},
        )
    )
    return schema_json(path, *fields)


def normal(value: object) -> object:
    """NaN equal to itself, for comparison."""
    if isinstance(value, float) and math.isnan(value):
        return "nan"
    if isinstance(value, list):
        return [normal(item) for item in value]
    return value


def check_written(folder: Path) -> None:
    table = sample()
    save_ipc(folder / "in.arrow", table)
    schema = sample_schema(folder / "schema.json")
    line = run("write", folder / "in.arrow", schema, folder / "data")
    facts = dict(part.split("=", 1) for part in line.split())
    assert facts["rows"] == "3", line
    read = pq.read_table(facts["path"])
    assert Path(facts["path"]).stat().st_size == int(facts["bytes"])
    for name in table.column_names:
        if name == "ts":
            assert read[name].type == pa.timestamp("us")
            assert read[name].cast(pa.int64()).to_pylist() == [-1, 1, None]
            continue
        expected = table[name].to_pylist()
        got = read[name].to_pylist()
        if name == "u":
            got = [v if v is None or isinstance(v, bytes) else v.bytes for v in got]
        assert normal(got) == normal(expected), (name, got, expected)
    arrow = pq.read_schema(facts["path"])
    assert arrow.field("i").metadata[b"PARQUET:field_id"] == b"2"
    assert arrow.field("st").type.field("y").metadata[b"PARQUET:field_id"] == b"34"
    parquet = pq.ParquetFile(facts["path"])
    text = str(parquet.schema)
    assert "UUID" in text and "int32 field_id=6 dec" in text, text
    statistics = parquet.metadata.row_group(0).column(2).statistics
    assert (statistics.min, statistics.max, statistics.null_count) == (-3, 1 << 40, 1)
    check_metrics(facts)


def check_metrics(facts: dict[str, str]) -> None:
    def pairs(name: str) -> dict[int, str]:
        return {int(k): v for k, v in (p.split(":") for p in facts[name].split(",") if p)}

    lower, upper = pairs("lower"), pairs("upper")
    assert struct.unpack("<q", bytes.fromhex(lower[3])) == (-3,)
    assert struct.unpack("<q", bytes.fromhex(upper[3])) == (1 << 40,)
    assert math.copysign(1, struct.unpack("<f", bytes.fromhex(lower[4]))[0]) == -1
    assert bytes.fromhex(lower[6]) == b"\xff" and bytes.fromhex(upper[6]) == b"\x04\xd2"
    assert bytes.fromhex(upper[12]).decode() == "zzz"
    assert 30 not in lower and 33 in lower
    assert pairs("nans")[4] == "1" and pairs("nulls")[33] == "2"
    assert pairs("values")[30] == "4", facts["values"]


def with_id(name: str, kind: pa.DataType, number: int) -> pa.Field:
    return pa.field(name, kind, metadata={"PARQUET:field_id": str(number)})


def check_read(folder: Path) -> None:
    old = pa.schema(
        [
            with_id("a", pa.int32(), 1),
            with_id("gone", pa.string(), 2),
            with_id(
                "s",
                pa.struct([with_id("x", pa.float32(), 4), with_id("y", pa.string(), 5)]),
                3,
            ),
            with_id("when", pa.timestamp("us", "UTC"), 6),
        ]
    )
    rows = [
        {"a": i, "gone": "g", "s": {"x": i / 2, "y": str(i)} if i % 3 else None, "when": i * 1000}
        for i in range(100)
    ]
    table = pa.Table.from_pylist(rows, schema=old)
    for codec in ("snappy", "gzip", "brotli", "none"):
        path = folder / f"{codec}.parquet"
        pq.write_table(table, path, row_group_size=10, compression=codec, data_page_version="2.0")
        schema = schema_json(
            folder / "now.json",
            field(6, "at", "timestamptz"),
            field(
                3,
                "st",
                {
                    "type": "struct",
                    "fields": [
                        field(5, "label", "string"),
                        field(4, "x", "double"),
                        field(8, "new", "int", **{"initial-default": 9}),
                    ],
                },
            ),
            field(1, "id", "long", required=True),
            field(7, "added", "string", **{"initial-default": "none"}),
        )
        out = folder / "out.arrow"
        skipped = run("read", path, schema, out, "id >= 42 and id < 45")
        assert skipped.strip() == "skipped=9 pages=0", skipped
        got = ipc.open_file(out).read_all().to_pylist()
        assert [row["id"] for row in got] == [42, 43, 44]
        assert got[0]["st"] is None
        assert got[1]["st"] == {"label": "43", "x": 21.5, "new": 9}
        assert got[1]["added"] == "none"
        assert got[1]["at"].microsecond == 43000


def check_pages(folder: Path) -> None:
    """One row group, sorted: a filter reads pages of what has an index, and gives the same rows."""
    rows = 20_000
    columns = pa.schema(
        [
            with_id("id", pa.int64(), 1),
            with_id("f", pa.float32(), 2),
            with_id("t", pa.string(), 3),
            with_id("l", pa.list_(with_id("element", pa.int32(), 5)), 4),
        ]
    )
    table = pa.table(
        [
            pa.array(range(rows), pa.int64()),
            pa.array([None if i % 7 == 0 else i / 3 for i in range(rows)], pa.float32()),
            pa.array([f"text {i // 50}" for i in range(rows)]),
            pa.array([list(range(i % 4)) for i in range(rows)], pa.list_(pa.int32())),
        ],
        schema=columns,
    )
    schema = schema_json(
        folder / "pages.json",
        field(1, "id", "long"),
        field(2, "f", "double"),
        field(3, "t", "string"),
        field(
            4, "l", {"type": "list", "element-id": 5, "element": "int", "element-required": False}
        ),
    )
    path, out = folder / "pages.parquet", folder / "out.arrow"
    filters = {
        "id >= 7000 and id < 7100": table.slice(7000, 100),
        "t = 'text 30' and f is not null": table.slice(1500, 50).filter(pc.field("f").is_valid()),
        "id = 19999 or f < 1": table.filter((pc.field("id") == 19999) | (pc.field("f") < 1)),
    }
    for index in (True, False):
        for version in ("1.0", "2.0"):
            for dictionary in (True, False):
                pq.write_table(
                    table,
                    path,
                    write_page_index=index,
                    max_rows_per_page=500,
                    data_page_version=version,
                    use_dictionary=dictionary,
                )
                for predicate, expected in filters.items():
                    told = run("read", path, schema, out, predicate)
                    assert ("pages=0" not in told) == index, (predicate, told)
                    got = ipc.open_file(out).read_all()
                    assert got.to_pydict() == expected.to_pydict(), predicate


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        check_written(Path(name))
        check_read(Path(name))
        check_pages(Path(name))
    print("arrow interop: all passed")


main()
