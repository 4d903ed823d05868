"""Scans in tasks, which several processes read."""

import dataclasses
import multiprocessing
import pickle

import pyarrow as pa
import pytest

import firn
from conftest import SCHEMA, ids, rows

SMALL = 1  # byte: a task for each file


@pytest.fixture
def filled(catalog) -> firn.Table:
    """100 rows in five files, a partition of 24 hours each."""
    made = catalog.create_table("db.filled", SCHEMA, partition_by="day(ts)")
    made.append(rows(0, 100))
    return made


def other_library(sql_file):
    from pyiceberg.catalog.sql import SqlCatalog

    return SqlCatalog("local", uri=sql_file.sqlite, warehouse=sql_file.warehouse)


def read_all(table: firn.Table, tasks: list[firn.ScanTask]) -> list[int]:
    return sorted(number for task in tasks for number in ids(table.read_task(task)))


def test_tasks_are_the_scan(filled):
    filled.delete("id in (3, 30, 60)")
    for where in (None, "id > 20 and region <> 'r1'", "ts >= '2026-11-04'", "id > 1000"):
        expected = ids(filled.scan(where=where))
        for size in (SMALL, 5000, None):
            assert read_all(filled, filled.scan_tasks(where=where, task_size=size)) == expected


def test_what_a_task_tells(filled):
    tasks = filled.scan_tasks(["id", "price"], "ID > 20", case_sensitive=False, task_size=SMALL)
    assert [task.number for task in tasks] == [0, 1, 2, 3, 4]
    assert {task.count for task in tasks} == {5}
    assert [task.files for task in tasks] == [1] * 5
    assert sum(task.rows for task in tasks) == 100 and all(task.bytes > 0 for task in tasks)
    assert {task.snapshot_id for task in tasks} == {filled.current_snapshot_id}
    (whole,) = filled.scan_tasks()
    assert whole.sizes == (128 << 20, 10, 4 << 20)
    assert (whole.files, whole.rows, whole.delete_files) == (5, 100, 0)
    assert whole.bytes == sum(task.bytes for task in filled.scan_tasks(task_size=SMALL))
    assert filled.read_task(tasks[1]).schema.names == ["id", "price"]
    with pytest.raises(dataclasses.FrozenInstanceError):
        whole.number = 1


def test_rows_of_a_task_are_a_scans(filled):
    (whole,) = filled.scan_tasks()
    found = filled.read_task(whole, threads=1)
    assert found.to_arrow().schema == SCHEMA
    assert found.to_arrow().sort_by("id") == rows(0, 100)
    assert found.counts.files_read == 5
    assert pa.RecordBatchReader.from_stream(found).read_all().num_rows == 100


def test_a_large_file_is_cut(catalog):
    made = catalog.create_table(
        "db.cut", SCHEMA, properties={"write.parquet.row-group-size-bytes": 20_000}
    )
    made.append(rows(0, 60_000))
    tasks = made.scan_tasks(task_size=SMALL)
    assert len(tasks) > 3
    assert [task.files for task in tasks] == [1] * len(tasks)
    assert sum(task.rows for task in tasks) == 60_000
    assert read_all(made, tasks) == list(range(60_000))


def test_tasks_stay_at_their_snapshot_and_sizes(filled, catalog, sql_file):
    tasks = filled.scan_tasks("id", task_size=8 << 20)
    assert [task.files for task in tasks] == [2, 2, 1]
    first = filled.current_snapshot_id
    filled.append(rows(100, 50))
    with other_library(sql_file).load_table("db.filled").transaction() as change:
        change.set_properties({"read.split.open-file-cost": "1"})
    fresh = catalog.load_table("db.filled")
    assert read_all(fresh, tasks) == list(range(100))
    assert read_all(fresh, fresh.scan_tasks("id", snapshot_id=first)) == list(range(100))
    assert read_all(fresh, fresh.scan_tasks("id", ref="main")) == list(range(150))
    assert read_all(fresh, fresh.at(snapshot_id=first).scan_tasks()) == list(range(100))


def test_a_new_column_is_there_though_no_snapshot_has_it(filled, sql_file):
    from pyiceberg.types import LongType

    with other_library(sql_file).load_table("db.filled").update_schema() as change:
        change.add_column("later", LongType())
    filled.refresh()
    (task,) = filled.scan_tasks(where="later is null")
    assert filled.read_task(task).to_arrow() == filled.scan().to_arrow()
    assert filled.read_task(task).schema.names[-1] == "later"


def test_sizes_are_the_tables(catalog):
    made = catalog.create_table(
        "db.sized",
        SCHEMA,
        properties={
            "read.split.target-size": 5000,
            "read.split.planning-lookback": 3,
            "read.split.open-file-cost": 2000,
        },
    )
    for begin in range(0, 60, 10):
        made.append(rows(begin, 10))
    tasks = made.scan_tasks()
    assert tasks[0].sizes == (5000, 3, 2000) and len(tasks) == 3
    assert read_all(made, tasks) == list(range(60))
    assert len(made.scan_tasks(task_size=100_000)) == 1
    wrong = catalog.create_table("db.wrong", SCHEMA, properties={"read.split.open-file-cost": 0})
    with pytest.raises(firn.InvalidArgumentError, match=r"read\.split\.open-file-cost"):
        wrong.scan_tasks()


def test_an_empty_table_has_none(table):
    assert table.scan_tasks() == []


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"columns": ["lost"]}, firn.InvalidArgumentError),
        ({"where": "lost = 1"}, firn.InvalidArgumentError),
        ({"task_size": 0}, firn.InvalidArgumentError),
        ({"task_size": -1}, firn.InvalidArgumentError),
        ({"task_size": "64MiB"}, firn.InvalidArgumentError),
        ({"snapshot_id": 1}, firn.NotFoundError),
        ({"ref": "main", "snapshot_id": 1}, firn.InvalidArgumentError),
    ],
)
def test_what_does_not_fit_is_told_at_once(filled, arguments, error):
    with pytest.raises(error):
        filled.scan_tasks(**arguments)


def test_tasks_that_are_none(filled, catalog):
    task = filled.scan_tasks(task_size=SMALL)[0]
    other = catalog.create_table("db.other", SCHEMA)
    with pytest.raises(firn.InvalidArgumentError, match=r"not of db\.other"):
        other.read_task(task)
    with pytest.raises(TypeError, match="expected ScanTask, not str"):
        filled.read_task("0/5")
    for change in ({"number": 5}, {"number": -1}, {"count": 4}, {"sizes": (0, 1, 1)}):
        with pytest.raises(firn.InvalidArgumentError):
            filled.read_task(dataclasses.replace(task, **change)).to_arrow()
    for change in ({"snapshot_id": 1}, {"schema_id": 9}):
        with pytest.raises(firn.NotFoundError):
            filled.read_task(dataclasses.replace(task, **change))


def read_ids(work: tuple[str, firn.ScanTask]) -> list[int]:
    """In a process that has nothing but this."""
    uri, task = work
    return ids(firn.open_catalog(uri).load_table("db.filled").read_task(task))


def test_other_processes_read_them(filled, sql_file):
    filled.delete("id = 50")
    tasks = filled.scan_tasks(where="id >= 10", task_size=SMALL)
    assert pickle.loads(pickle.dumps(tasks)) == tasks
    filled.append(rows(100, 10))
    work = [(sql_file.uri, task) for task in tasks]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        found = pool.map(read_ids, work, chunksize=1)
    assert all(found)
    assert sorted(number for some in found for number in some) == [
        number for number in range(10, 100) if number != 50
    ]
