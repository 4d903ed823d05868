"""Other libraries: on the same catalog file, and through the Arrow PyCapsule interface."""

import datetime as dt

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.expressions import LessThan

import firn
from conftest import SCHEMA, ids, rows


@pytest.fixture
def pyiceberg(sql_file) -> SqlCatalog:
    return SqlCatalog("local", uri=sql_file.sqlite, warehouse=sql_file.warehouse)


def test_pyiceberg_goes_on_with_a_table_of_firn(catalog, pyiceberg):
    made = catalog.create_table("db.t", SCHEMA, partition_by=["day(ts)"], identifier_fields="id")
    made.append(rows(0, 50))
    theirs = pyiceberg.load_table("db.t")
    assert str(theirs.spec().fields[0].transform) == "day"
    assert theirs.schema().identifier_field_names() == {"id"}
    assert theirs.scan().to_arrow().sort_by("id").cast(SCHEMA) == rows(0, 50)
    theirs.append(rows(50, 10))
    theirs.delete(LessThan("id", 5))
    assert ids(made.refresh().scan()) == list(range(5, 60))
    made.delete("id >= 30")
    made.upsert(rows(28, 5))
    assert ids(theirs.refresh().scan().to_arrow()) == list(range(5, 33))


def test_firn_goes_on_with_a_table_of_pyiceberg(catalog, pyiceberg):
    theirs = pyiceberg.create_table("db.p", SCHEMA, properties={"a": "b"})
    theirs.append(rows(0, 10))
    mine = catalog.load_table("db.p")
    assert mine.properties["a"] == "b" and mine.uuid == str(theirs.metadata.table_uuid)
    assert mine.scan().to_arrow() == rows(0, 10)
    mine.overwrite(rows(100, 1), "id < 5")
    assert ids(theirs.refresh().scan().to_arrow()) == [5, 6, 7, 8, 9, 100]


def sources() -> dict:
    data = rows(0, 10)
    return {
        "pyarrow": data,
        "batch": data.to_batches()[0],
        "reader": data.to_reader(),
        "polars": pl.from_arrow(data),
        "pandas": data.to_pandas(),
        "duckdb": duckdb.sql("SELECT * FROM data"),
    }


@pytest.mark.parametrize("source", list(sources()))
def test_rows_of_any_library(table, source):
    assert table.append(sources()[source]).rows == 10
    found = table.scan().to_arrow()
    assert found.sort_by("id").to_pylist() == rows(0, 10).to_pylist()


@pytest.mark.parametrize("source", list(sources()))
def test_entities_of_any_library(catalog, table, source):
    table.append(rows(0, 10))
    view = firn.View("db.t", {"price": "known"}, keys="id", timestamp="ts")
    joined = firn.join(catalog, sources()[source], view, event_timestamp="ts").to_arrow()
    assert joined["known"].to_pylist() == [i + 0.5 for i in range(10)]


def test_polars_reads(table):
    table.append(rows(0, 10))
    frame = pl.DataFrame(table.scan(where="id < 5"))
    assert frame.sort("id").to_arrow().cast(SCHEMA) == rows(0, 5)


def test_duckdb_reads(table):
    table.append(rows(0, 10))
    found = table.scan(columns=["id", "price"])  # noqa: F841  (DuckDB finds it by its name)
    assert duckdb.sql("SELECT sum(price) FROM found WHERE id < 4").fetchall() == [(8.0,)]
    assert duckdb.sql("SELECT max(id) FROM found").fetchall() == [(9,)], "and once more"


def test_pandas_reads(table):
    table.append(rows(0, 3))
    frame = table.scan().to_pandas(types_mapper=pd.ArrowDtype)
    assert frame["id"].to_list() == [0, 1, 2]
    assert frame["ts"].iloc[1] == dt.datetime(2026, 11, 1, 1, tzinfo=dt.UTC)


def test_pandas_frames_keep_their_index(catalog, table):
    table.append(rows(0, 3))
    frame = rows(0, 3).select(["id", "ts"]).to_pandas().set_index(pd.Index([7, 8, 9], name="row"))
    joined = firn.join(
        catalog, frame, "db.t:price@key=id,time=ts", event_timestamp="ts"
    ).to_pandas()
    assert joined.index.to_list() == [7, 8, 9] and joined["price"].to_list() == [0.5, 1.5, 2.5]


def test_pyarrow_reads_a_stream_batch_by_batch(table):
    table.append(rows(0, 10))
    reader = pa.RecordBatchReader.from_stream(table.scan())
    assert reader.read_next_batch().num_rows == 10
    with pytest.raises(StopIteration):
        reader.read_next_batch()
    reader.close()
