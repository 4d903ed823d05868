"""`Table.at`: a table as it was, to be read."""

import datetime as dt
import pickle

import numpy as np
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
    changed = theirs(sql_file)
    changed.manage_snapshots().create_tag(first, "training").commit()
    changed.update_schema().rename_column("price", "cost").commit()
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
        [
            firn.View(then, {"price": "then"}, keys="id", name="then"),
            firn.View(table, "price", keys="id"),
        ],
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


def theirs(sql_file):
    """The same table, by a library that changes columns."""
    catalog = SqlCatalog("local", uri=sql_file.sqlite, warehouse=sql_file.warehouse)
    return catalog.load_table("db.t")


@pytest.fixture
def renamed(sql_file, table, first):
    """The table after `price` became `cost`, which made no snapshot; the branch `b` is at first."""
    changed = theirs(sql_file)
    changed.manage_snapshots().create_branch(first, "b").commit()
    changed.update_schema().rename_column("price", "cost").commit()
    return table.refresh()


def test_a_change_of_columns_makes_a_schema_and_no_snapshot(renamed):
    newest = renamed.snapshots()[-1]
    assert renamed.current_snapshot_id == newest.snapshot_id
    assert renamed.current_schema_id != newest.schema_id
    then = renamed.at(snapshot_id=newest.snapshot_id)
    assert then.current_schema_id == newest.schema_id
    assert then.schema.names[-1] == "price"
    now = renamed.at(snapshot_id=newest.snapshot_id, schema_id=renamed.current_schema_id)
    assert now.scan().to_arrow().equals(renamed.scan().to_arrow())
    assert now.schema.names[-1] == "cost"


def test_a_join_is_made_again_by_its_two_ids(sql_file, catalog, renamed):
    entities = pa.table({"id": [1, 6], "event_timestamp": pa.array([HOUR] * 2, INSTANT)})
    made = firn.join(catalog, entities, firn.View(renamed, "cost", keys="id"))
    used = made.snapshots["t"]
    assert used["schema-id"] == renamed.current_schema_id
    changed = theirs(sql_file)
    changed.update_schema().rename_column("cost", "fee").commit()
    renamed.refresh().delete("true")
    again = renamed.at(snapshot_id=used["snapshot-id"], schema_id=used["schema-id"])
    joined = firn.join(catalog, entities, firn.View(again, "cost", keys="id"))
    assert joined.to_arrow().equals(made.to_arrow(), check_metadata=True)
    newest = firn.latest(catalog, firn.View(again, "cost", keys="id")).to_arrow()
    assert sorted(newest["cost"].to_pylist()) == [i + 0.5 for i in range(1, 10)]


@pytest.mark.parametrize("which", ["snapshot_id", "as_of", "branch", "both"])
def test_it_pickles_with_its_snapshot_and_columns(renamed, which):
    first = renamed.snapshots()[0]
    pin = {
        "snapshot_id": {"snapshot_id": first.snapshot_id},
        "as_of": {"as_of": first.timestamp},
        "branch": {"ref": "b"},
        "both": {"snapshot_id": first.snapshot_id, "schema_id": renamed.current_schema_id},
    }[which]
    then = renamed.at(**pin)
    assert then.schema.names[-1] == ("cost" if which in ("branch", "both") else "price")
    again = pickle.loads(pickle.dumps(then))
    assert again.schema == then.schema
    assert again.current_schema_id == then.current_schema_id
    assert again.scan().to_arrow().equals(then.scan().to_arrow())
    assert ids(again.scan()) == [0, 1, 2, 3, 4]
    with pytest.raises(firn.InvalidArgumentError, match="load it anew"):
        again.delete("true")


@pytest.mark.parametrize(
    ("choice", "says"),
    [
        ({"snapshot_id": "5"}, "snapshot_id: expected a whole number of 64 bits, not '5'"),
        ({"snapshot_id": 1.5}, "snapshot_id: expected a whole number of 64 bits, not 1.5"),
        ({"snapshot_id": True}, "snapshot_id: expected a whole number of 64 bits, not True"),
        ({"snapshot_id": 2**63}, "snapshot_id: expected a whole number of 64 bits"),
        ({"snapshot_id": 5, "schema_id": 2**31}, "schema_id: expected a whole number of 32 bits"),
        ({"ref": 7}, "ref: expected the name of a branch or tag, not 7"),
        ({"ref": ""}, "ref: expected the name of a branch or tag, not ''"),
        ({"as_of": 5}, "as_of: expected datetime, date or ISO 8601 text, not int"),
        ({"ref": "main", "schema_id": 0}, "schema_id: give it with a snapshot_id"),
    ],
    ids=str,
)
def test_a_choice_of_another_type_is_named(table, first, choice, says):
    with pytest.raises(firn.InvalidArgumentError, match=says):
        table.at(**choice)
    if "schema_id" not in choice:
        with pytest.raises(firn.InvalidArgumentError, match=says):
            table.scan(**choice)


def test_what_was_read_of_an_empty_table_is_no_state(catalog, table):
    times = pa.array([HOUR], INSTANT)
    entities = pa.table({"id": pa.array([1], pa.int64()), "event_timestamp": times})
    view = firn.View("db.t", "price", keys="id", timestamp="ts")
    used = firn.join(catalog, entities, view).snapshots["t"]
    assert used["snapshot-id"] is None
    with pytest.raises(firn.InvalidArgumentError, match="an empty table has none"):
        table.at(snapshot_id=used["snapshot-id"], schema_id=used["schema-id"])


def test_whole_numbers_of_other_libraries(table, first):
    assert table.at(snapshot_id=np.int64(first)).current_snapshot_id == first


def test_what_is_not_there_is_named(table, first):
    for choice, says in (
        ({"snapshot_id": 5}, "snapshot with ID 5"),
        ({"snapshot_id": first, "schema_id": 9}, "schema with ID 9"),
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


def test_a_state_that_is_yet_to_come_is_refused(catalog, table, first):
    entities = pa.table({"id": pa.array([1], pa.int64()), "event_timestamp": [HOUR]})
    view = firn.View("db.t", "price", keys="id", timestamp="ts")
    for call in (
        lambda: firn.join(catalog, entities, view, as_of="2999-01-01"),
        lambda: firn.latest(catalog, view, as_of="2999-01-01"),
    ):
        with pytest.raises(firn.InvalidArgumentError, match=r"2999-01-01.* has not passed"):
            call()
