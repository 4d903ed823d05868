"""Changes of rows: append, overwrite, delete, upsert."""

import datetime as dt
import itertools

import pyarrow as pa
import pytest

import firn
from conftest import SCHEMA, ids, rows


def data_files(folder) -> set[str]:
    return {path.name for path in folder.rglob("*.parquet")}


@pytest.fixture(params=["1 copy-on-write", "2 merge-on-read", "3 merge-on-read"])
def filled(request, catalog) -> firn.Table:
    """100 rows in two files."""
    version, mode = request.param.split()
    modes = {f"write.{command}.mode": mode for command in ("delete", "update", "merge")}
    made = catalog.create_table(
        "db.filled", SCHEMA, properties={"format-version": version, **modes}
    )
    made.append(rows(0, 50))
    made.append(rows(50, 50))
    return made


def test_append(table):
    change = table.append(rows(0, 10))
    assert change == firn.Change(table.current_snapshot_id, 10, None, 0, 0, 0)
    assert table.append(rows(0, 0)).snapshot_id == change.snapshot_id, "nothing to commit"
    assert table.append(rows(10, 5)).rows == 5
    assert ids(table.scan()) == list(range(15))


def test_append_goes_by_names(table):
    turned = rows(0, 3).select(["price", "id"])
    table.append(turned)
    table.append(rows(3, 1).cast(SCHEMA.set(1, pa.field("region", pa.large_string()))))
    found = table.scan().to_arrow().sort_by("id")
    assert found["price"].to_pylist() == [0.5, 1.5, 2.5, 3.5]
    assert found["region"].to_pylist() == [None, None, None, "r0"]


def test_append_floors_nanoseconds(catalog):
    made = catalog.create_table("db.n", pa.schema({"ts": pa.timestamp("us")}))
    made.append(pa.table({"ts": pa.array([-1, 1, 1999], pa.timestamp("ns"))}))
    seconds = made.scan().to_arrow()["ts"].cast(pa.int64()).to_pylist()
    assert seconds == [-1, 0, 1]


@pytest.mark.parametrize(
    "wrong",
    [
        rows(0, 3).drop_columns("id"),
        rows(0, 3).append_column("more", pa.array([1, 2, 3])),
        rows(0, 3).set_column(0, "id", pa.array(["a", "b", "c"])),
        rows(0, 3).set_column(0, "id", pa.array([1, None, 3])),
    ],
    ids=["missing", "unknown", "another type", "null"],
)
def test_rows_that_do_not_fit_leave_nothing(table, sql_file, wrong):
    with pytest.raises(firn.InvalidArgumentError):
        table.append(wrong)
    assert table.current_snapshot_id is None
    assert data_files(sql_file.folder) == set()


def test_rows_that_break_off_leave_nothing(table, sql_file):
    def batches():
        yield from rows(0, 10).to_batches()
        raise OSError("the source broke off")

    with pytest.raises(firn.InvalidArgumentError, match="broke off"):
        table.append(pa.RecordBatchReader.from_batches(SCHEMA, batches()))
    assert data_files(sql_file.folder) == set()
    assert ids(table.refresh().scan()) == []


def test_what_is_no_data(table):
    for wrong in (None, 5, [{"id": 1}], "text"):
        with pytest.raises(TypeError, match="__arrow_c_stream__"):
            table.append(wrong)
    with pytest.raises(firn.InvalidArgumentError):
        table.append(pa.array([1, 2]))


def test_a_record_batch_is_data(table):
    table.append(rows(0, 3).to_batches()[0])
    assert ids(table.scan()) == [0, 1, 2]


def test_delete(filled):
    change = filled.delete("id < 60 and region != 'r0'")
    assert change.rows == 0 and change.replaced_rows is None
    assert change.rewritten_files + change.marked_files == 2
    left = [i for i in range(100) if i >= 60 or i % 3 == 0]
    assert ids(filled.scan()) == left
    before = filled.current_snapshot_id
    assert filled.delete("id = 1000").snapshot_id == before
    filled.delete("true")
    assert ids(filled.scan()) == []


def test_overwrite(filled):
    change = filled.overwrite(rows(1000, 5), "id >= 40")
    assert change.rows == 5 and change.dropped_files == 1
    assert change.rewritten_files + change.marked_files == 1
    assert len(filled.snapshots()) == 3, "one commit"
    assert ids(filled.scan()) == [*range(40), *range(1000, 1005)]
    filled.overwrite(rows(0, 2), "true")
    assert ids(filled.scan()) == [0, 1]


def test_overwrite_partitions(catalog):
    table = catalog.create_table("db.parts", SCHEMA, partition_by=["truncate(100, id)"])
    table.append(rows(0, 300))
    change = table.overwrite_partitions(rows(110, 5))
    assert (change.rows, change.dropped_files) == (5, 1)
    assert ids(table.scan()) == [*range(100), *range(110, 115), *range(200, 300)]
    assert table.overwrite_partitions(rows(0, 0)).snapshot_id == change.snapshot_id
    whole = catalog.create_table("db.whole", SCHEMA)
    whole.append(rows(0, 10))
    whole.overwrite_partitions(rows(20, 2))
    assert ids(whole.scan()) == [20, 21]


def test_upsert(filled):
    new = rows(95, 10).set_column(3, "price", pa.array([-1.0] * 10))
    change = filled.upsert(new, keys="id")
    assert (change.rows, change.replaced_rows) == (10, 5)
    assert ids(filled.scan()) == list(range(105))
    assert ids(filled.scan(where="price = -1")) == list(range(95, 105))
    with pytest.raises(firn.InvalidArgumentError, match="key"):
        filled.upsert(pa.concat_tables([new, new]), keys=["id"])
    with pytest.raises(firn.InvalidArgumentError, match="identifier"):
        filled.upsert(new)
    assert filled.upsert(new.slice(0, 1), keys=["id", "region"]).replaced_rows == 1


def test_upsert_by_identifier_fields(catalog):
    made = catalog.create_table("db.k", SCHEMA, identifier_fields="id")
    assert made.upsert(rows(0, 5)).replaced_rows == 0
    assert made.upsert(rows(3, 5)).replaced_rows == 2
    assert ids(made.scan()) == list(range(8))


def test_appends_of_old_states_fit(catalog, table):
    other = catalog.load_table("db.t")
    table.append(rows(0, 5))
    other.append(rows(5, 5))
    assert ids(other.scan()) == list(range(10))
    assert ids(table.scan()) == list(range(5))


def test_a_conflict_is_told_and_leaves_nothing(catalog, filled, sql_file):
    other = catalog.load_table("db.filled")
    filled.append(rows(20, 1))
    before = data_files(sql_file.folder)
    for change in (
        lambda: other.delete("id < 30"),
        lambda: other.overwrite(rows(0, 1), "id < 30"),
        lambda: other.upsert(rows(20, 1), keys="id"),
    ):
        with pytest.raises(firn.CommitConflictError) as raised:
            change()
        assert raised.value.code == "CommitConflict"
    assert data_files(sql_file.folder) == before
    other.refresh().delete("id < 30")
    assert ids(other.scan()) == list(range(30, 100))


def test_partitions_and_order(catalog):
    made = catalog.create_table("db.p", SCHEMA, partition_by=["region"], sort_by="id desc")
    made.append(rows(0, 30))
    by_file = made.scan(["_file", "id", "region"]).to_arrow().to_pylist()
    for _, group in itertools.groupby(by_file, lambda row: row["_file"]):
        found = list(group)
        assert len({row["region"] for row in found}) == 1
        numbers = [row["id"] for row in found]
        assert numbers == sorted(numbers, reverse=True)


def test_every_type_comes_back(catalog):
    day = dt.datetime(2026, 11, 29, 8, 30, 0, 123456)
    data = pa.table(
        {
            "bool": pa.array([True, None]),
            "i32": pa.array([-5, None], pa.int32()),
            "f32": pa.array([0.25, None], pa.float32()),
            "dec": pa.array([None, None], pa.decimal128(20, 3)),
            "date": pa.array([day.date(), None]),
            "time": pa.array([day.time(), None], pa.time64("us")),
            "ts": pa.array([day, None], pa.timestamp("us")),
            "tz": pa.array([day, None], pa.timestamp("us", "UTC")),
            "bytes": pa.array([b"\x00\xff", None]),
            "fixed": pa.array([b"abc", None], pa.binary(3)),
            "list": pa.array([[1, None], None], pa.list_(pa.int64())),
            "map": pa.array([[("a", 1.5)], None], pa.map_(pa.string(), pa.float64())),
            "struct": pa.array([{"x": [{"y": "z"}]}, None]),
        }
    )
    made = catalog.create_table("db.types", data.schema)
    made.append(data)
    assert made.scan().to_arrow().to_pylist() == data.to_pylist()
