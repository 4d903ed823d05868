"""Scans: columns, filters, older states, streams."""

import datetime as dt
import gc
import threading

import pyarrow as pa
import pytest

import firn
from conftest import SCHEMA, ids, rows


@pytest.fixture
def filled(catalog) -> firn.Table:
    """100 rows in partitions of 24 hours."""
    made = catalog.create_table("db.filled", SCHEMA, partition_by="day(ts)")
    made.append(rows(0, 100))
    return made


def test_everything(filled):
    found = filled.scan().to_arrow()
    assert found.schema == SCHEMA
    assert found.sort_by("id") == rows(0, 100)
    assert filled.scan().schema == SCHEMA


def test_columns_in_the_order_asked_for(filled):
    found = filled.scan(columns=["price", "_file", "id"], where="id = 7")
    assert found.schema.names == ["price", "_file", "id"]
    row = found.to_arrow().to_pylist()[0]
    assert (row["price"], row["id"]) == (7.5, 7) and row["_file"].startswith(filled.location)
    assert filled.scan("id").schema.names == ["id"]


def test_filters_leave_files_out(filled):
    found = filled.scan(where="ts >= '2026-11-04' and region in ('r0', 'r1')")
    assert found.counts is None, "nothing was read yet"
    assert ids(found) == [i for i in range(72, 100) if i % 3 < 2]
    assert found.counts.files_read == 2 and found.counts.files_skipped == 3
    assert found.counts.rows_returned == len(ids(found))


def test_limit_and_case(filled):
    assert filled.scan(limit=7).to_arrow().num_rows == 7
    assert filled.scan(limit=0).to_arrow().num_rows == 0
    insensitive = filled.scan("ID", "PRICE < 3", case_sensitive=False)
    assert insensitive.to_arrow()["id"].to_pylist() == [0, 1, 2]


def test_older_states(filled):
    first = filled.snapshots()[0]
    filled.append(rows(100, 10))
    filled.delete("id < 50")
    assert ids(filled.scan()) == list(range(50, 110))
    for old in (
        filled.scan(snapshot_id=first.snapshot_id),
        filled.scan(as_of=first.timestamp),
        filled.scan(as_of=first.timestamp.isoformat()),
        filled.scan(as_of=first.timestamp.astimezone(dt.timezone(dt.timedelta(hours=5)))),
        filled.scan(as_of=first.timestamp.replace(tzinfo=None)),
    ):
        assert ids(old) == list(range(100))
    assert ids(filled.scan(ref="main")) == list(range(50, 110))


def test_a_scan_stays_at_its_snapshot(filled):
    found = filled.scan()
    filled.append(rows(100, 10))
    assert ids(found) == ids(found) == list(range(100))


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"columns": ["lost"]}, firn.InvalidArgumentError),
        ({"where": "lost = 1"}, firn.InvalidArgumentError),
        ({"where": "id ="}, firn.InvalidArgumentError),
        ({"where": "id = 'x'"}, firn.InvalidArgumentError),
        ({"limit": -1}, firn.InvalidArgumentError),
        ({"threads": 0}, firn.InvalidArgumentError),
        ({"threads": 1.5}, firn.InvalidArgumentError),
        ({"threads": "all"}, firn.InvalidArgumentError),
        ({"limit": 1 << 63}, firn.InvalidArgumentError),
        ({"limit": 1.5}, firn.InvalidArgumentError),
        ({"snapshot_id": 1}, firn.NotFoundError),
        ({"ref": "lost"}, firn.NotFoundError),
        ({"as_of": "1999-12-31"}, firn.NotFoundError),
        ({"as_of": "soon"}, firn.InvalidArgumentError),
        ({"as_of": 5}, firn.InvalidArgumentError),
        ({"ref": "main", "snapshot_id": 1}, firn.InvalidArgumentError),
        ({"columns": [1]}, TypeError),
    ],
)
def test_what_does_not_fit_is_told_at_once(filled, arguments, error):
    with pytest.raises(error):
        filled.scan(**arguments)


def test_batches(filled):
    found = filled.scan()
    batches = list(found)
    assert all(isinstance(batch, pa.RecordBatch) for batch in batches)
    assert pa.Table.from_batches(batches).num_rows == 100
    reader = pa.RecordBatchReader.from_stream(found)
    assert reader.schema == SCHEMA and ids(reader.read_all()) == list(range(100))
    assert repr(found) == "firn.Rows(id, region, ts, price)"


def test_an_iteration_may_be_left(filled):
    found = filled.scan(columns="id")
    for _ in range(20):
        for batch in found:
            assert batch.num_rows > 0
            break
    before = threading.active_count()
    gc.collect()
    assert threading.active_count() == before


def test_a_file_that_is_gone_is_an_error_with_its_name(filled, sql_file):
    path = next(sql_file.folder.rglob("*.parquet"))
    path.unlink()
    with pytest.raises(firn.NotFoundError) as raised:
        filled.scan().to_arrow()
    assert path.name in str(raised.value)
    with pytest.raises((OSError, pa.ArrowInvalid), match="NotFound") as raised:
        pa.table(filled.scan())
    assert path.name in str(raised.value)


def test_no_ids_in_what_is_read(filled, catalog):
    """Rows of one table fit another by their names, whatever ids the two have."""
    turned = catalog.create_table("db.turned", pa.schema(list(SCHEMA)[::-1]))
    turned.append(filled.scan())
    assert turned.scan(SCHEMA.names).to_arrow().sort_by("id") == rows(0, 100)


def test_uuids_are_uuids(catalog):
    made = catalog.create_table("db.u", pa.schema({"u": pa.uuid(), "b": pa.binary(16)}))
    uuids = pa.array([b"0" * 16, None], pa.uuid())
    data = pa.table({"u": uuids, "b": pa.array([b"1" * 16] * 2, pa.binary(16))})
    made.append(data)
    assert made.scan().to_arrow() == data


def test_a_large_table_streams(catalog, python):
    """1.1 GB of decoded rows, of which some 300 MB may be in memory at a time."""
    made = catalog.create_table("db.large", pa.schema({f"c{i}": pa.int64() for i in range(10)}))
    million = pa.table({f"c{i}": pa.array([i]).take(pa.array([0] * 1_000_000)) for i in range(10)})
    for _ in range(14):
        made.append(million)
    printed = python(
        "import firn, resource\n"
        "table = firn.open_catalog(URI).load_table('db.large')\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "before, rows, size = peak(), 0, 0\n"
        "for batch in table.scan():\n"
        "    rows += batch.num_rows\n"
        "    size += batch.nbytes\n"
        "print(rows, size // 2**20, (peak() - before) // 1024)\n"
    )
    count, size_mib, grown_mib = map(int, printed.split())
    assert count == 14_000_000 and size_mib > 1_000
    assert grown_mib < 500
