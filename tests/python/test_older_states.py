"""`Table.at`: a table as it was, to be read."""

import datetime as dt
import pickle

import pyarrow as pa
import pytest
from pyiceberg.catalog.sql import SqlCatalog

import firn
from conftest import INSTANT, ids, rows

HOUR = dt.datetime(2026, 11, 1, 10, tzinfo=dt.UTC)


@pytest.fixture
def first(table) -> int:
    """The id of the snapshot of rows 0 to 4, of a table that has 5 to 9 too and lost 0."""
    first = table.append(rows(0, 5)).snapshot_id
    table.append(rows(5, 5))
    table.delete("id = 0")
    return first


def test_by_snapshot_and_by_time(table, first):
    made = table.snapshots()[0].timestamp
    for then in (table.at(snapshot_id=first), table.at(as_of=made), table.at(as_of=str(made))):
        assert then.current_snapshot_id == first
        assert ids(then.scan()) == [0, 1, 2, 3, 4]
        assert ids(then.scan(where="id > 2")) == [3, 4]
    assert ids(table.scan()) == list(range(1, 10))
    assert ids(table.at(ref="main").scan()) == list(range(1, 10))


def test_a_tag_and_its_columns(sql_file, table, first):
    theirs = SqlCatalog("local", uri=sql_file.sqlite, warehouse=sql_file.warehouse).load_table(
        "db.t"
    )
    theirs.manage_snapshots().create_tag(first, "training").commit()
    theirs.update_schema().rename_column("price", "cost").commit()
    table.refresh()
    assert table.schema.to_arrow().names[-1] == "cost"
    tagged = table.at(ref="training")
    assert tagged.schema.to_arrow().names[-1] == tagged.scan().schema.names[-1] == "price"
    assert ids(tagged.scan(where="price < 2")) == [0, 1]


def test_joins_and_newest_rows(catalog, table, first):
    then = table.at(snapshot_id=first)
    entities = pa.table({"id": [0, 6], "event_timestamp": pa.array([HOUR] * 2, INSTANT)})
    joined = firn.join(catalog, entities, firn.View(then, "price", keys="id"))
    assert joined.to_arrow()["price"].to_pylist() == [0.5, None]
    assert joined.snapshots["t"]["snapshot-id"] == first
    limited = firn.join(
        catalog, entities, firn.View(then, "price", keys="id"), memory_limit=1 << 26
    )
    assert limited.to_arrow()["price"].to_pylist() == [0.5, None]
    newest = firn.latest(catalog, firn.View(then, "price", keys="id")).to_arrow()
    assert newest.num_rows == 5
    both = firn.join(
        catalog,
        entities,
        [firn.View(then, {"price": "then"}, keys="id"), firn.View(table, "price", keys="id")],
    ).to_arrow()
    assert (both["then"].to_pylist(), both["price"].to_pylist()) == ([0.5, None], [None, 6.5])
    for call in (
        lambda: firn.join(catalog, entities, firn.View(then, "price", keys="id"), as_of=HOUR),
        lambda: firn.latest(catalog, firn.View(then, "price", keys="id"), as_of=HOUR),
    ):
        with pytest.raises(firn.InvalidArgumentError, match=f"view t.*{first} already"):
            call()


@pytest.mark.parametrize(
    "change",
    [
        lambda table: table.append(rows(20, 1)),
        lambda table: table.overwrite(rows(20, 1), "true"),
        lambda table: table.delete("true"),
        lambda table: table.upsert(rows(20, 1), "id"),
        lambda table: table.refresh(),
    ],
)
def test_it_is_not_changed(catalog, table, first, change):
    with pytest.raises(firn.InvalidArgumentError, match=rf"db\.t is at snapshot {first}.*load it"):
        change(table.at(snapshot_id=first))
    assert ids(catalog.load_table("db.t").scan()) == list(range(1, 10))


def test_it_pickles_with_its_snapshot(table, first):
    then = pickle.loads(pickle.dumps(table.at(snapshot_id=first)))
    assert ids(then.scan()) == [0, 1, 2, 3, 4]
    with pytest.raises(firn.InvalidArgumentError, match="load it anew"):
        then.delete("true")


def test_what_is_not_there_is_named(table, first):
    for choice, says in (
        ({"snapshot_id": 5}, "snapshot with ID 5"),
        ({"ref": "lost"}, "lost"),
        ({"as_of": "2020-01-01"}, "2020-01-01"),
    ):
        with pytest.raises(firn.NotFoundError, match=says):
            table.at(**choice)
    for choice in ({}, {"snapshot_id": first, "ref": "main"}):
        with pytest.raises(firn.InvalidArgumentError, match="give one"):
            table.at(**choice)
    with pytest.raises(firn.InvalidArgumentError, match="not a time: 'soon'"):
        table.at(as_of="soon")
