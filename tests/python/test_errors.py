"""Errors: what a caller can tell from one."""

import copy
import pickle
import re
import socket
import time

import pyarrow as pa
import pytest

import firn
from conftest import INSTANT, START, rows
from firn import _errors


def test_what_an_error_tells(catalog):
    with pytest.raises(firn.NoSuchTableError) as raised:
        catalog.load_table("db.lost")
    error = raised.value
    assert error.code == "NoSuchTable" and not error.retryable
    assert "db.lost" in error.message and error.message in str(error)
    assert isinstance(error, firn.NotFoundError) and isinstance(error, firn.Error)
    assert error.context == {}


def test_context_is_what_was_worked_on():
    error = _errors.error_of("IoError", "It failed", {"file": "s3://b/x", "try": "2"}, False)
    assert type(error) is firn.IoError
    assert str(error) == "It failed [file=s3://b/x] [try=2]"
    assert error.context["file"] == "s3://b/x"


NO_ANSWER = "is the .* running there, and its uri right"
OF_REST = rf"{NO_ANSWER}.*rest\.client\.max-retries and rest\.client\.socket-timeout-ms"


def test_a_server_that_is_not_there():
    for keys in ({"rest.client.max-retries": 0}, {}):
        began = time.monotonic()
        with pytest.raises(firn.UnavailableError, match=OF_REST) as raised:
            firn.open_catalog("http://127.0.0.1:1", **keys)
        assert time.monotonic() - began < 30
        assert raised.value.retryable
        assert raised.value.context["host"] == "127.0.0.1:1"


def test_a_server_that_never_answers():
    with socket.create_server(("127.0.0.1", 0), backlog=16) as silent:
        keys = {"rest.client.socket-timeout-ms": 500, "rest.client.max-retries": 1}
        began = time.monotonic()
        with pytest.raises(firn.DeadlineExceededError, match=OF_REST):
            firn.open_catalog(f"http://127.0.0.1:{silent.getsockname()[1]}", **keys)
        assert 0.5 < time.monotonic() - began < 20


@pytest.mark.parametrize(
    ("catalog", "keys", "says"),
    [
        ("postgresql://127.0.0.1:1/d", {"warehouse": "file:///wh"}, NO_ANSWER),
        ("thrift://127.0.0.1:1", {}, NO_ANSWER),
        (
            None,
            {
                "type": "glue",
                "warehouse": "s3://b/w",
                "glue.endpoint": "http://127.0.0.1:1",
                "glue.region": "eu-test-1",
                "glue.access-key-id": "key",
                "glue.secret-access-key": "secret",
                "glue.max-retries": 0,
            },
            "is AWS Glue reached from here, and glue.endpoint or glue.region right",
        ),
    ],
    ids=["postgresql", "hive", "glue"],
)
def test_what_is_reached_by_the_first_call_tells_it_there(catalog, keys, says):
    """Keys of REST catalogs are named of them alone."""
    opened = firn.open_catalog(catalog, **keys)
    for call in (opened.list_namespaces, lambda: opened.load_table("db.t")):
        with pytest.raises(firn.UnavailableError, match=says) as raised:
            call()
        assert re.search(says, raised.value.context["hint"])
        assert "rest." not in str(raised.value)


def test_a_table_that_was_dropped_meanwhile(catalog, table, sql_file):
    table.append(rows(0, 5))
    catalog.load_table("db.t")
    catalog.drop_table("db.t", purge=True)
    before = {path for path in sql_file.folder.rglob("*") if path.is_file()}
    entities = pa.table({"id": [1], "event_timestamp": pa.array([START], INSTANT)})
    for call in (
        lambda: table.append(rows(5, 5)),
        lambda: table.upsert(rows(5, 5), "id"),
        lambda: table.refresh(),
        lambda: firn.join(catalog, entities, firn.View("db.t", "price", keys="id")),
        lambda: firn.latest(catalog, firn.View("db.t", "price", keys="id")),
    ):
        with pytest.raises(firn.NotFoundError, match=r"db\.t|/t-"):
            call()
    assert {path for path in sql_file.folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (rows(0, 1).drop_columns("id"), "id"),
        (rows(0, 1).append_column("speed", pa.array([1])), "speed"),
        (rows(0, 1).set_column(3, "price", pa.array(["x"])), "price"),
        (pa.table({"id": pa.array([None], pa.int64())}), "id holds a null"),
    ],
)
def test_rows_that_do_not_fit_leave_nothing(table, sql_file, data, says):
    before = {path for path in sql_file.folder.rglob("*") if path.is_file()}
    for change in (table.append, lambda rows: table.upsert(rows, "id")):
        with pytest.raises(firn.InvalidArgumentError, match=says):
            change(data)
    assert table.refresh().current_snapshot_id is None
    assert {path for path in sql_file.folder.rglob("*") if path.is_file()} == before


def test_builtin_kinds():
    assert issubclass(firn.InvalidArgumentError, ValueError)
    assert issubclass(firn.DeadlineExceededError, TimeoutError)
    assert issubclass(firn.NotFoundError, LookupError)
    assert issubclass(firn.UnsupportedError, NotImplementedError)


def test_every_code_of_firn_has_a_class():
    """Those of src/base/error.cc, which a wheel does not have beside it."""
    from harness import places

    text = (places.ROOT / "src/base/error.cc").read_text()
    codes = [
        line.split('"')[1] for line in text.splitlines() if line.strip().startswith('return "')
    ]
    assert len(codes) > 20
    unknown = {code for code in codes if code != "Unknown" and code not in _errors._CLASSES}
    assert unknown == set()
    assert type(_errors.error_of("SomethingNew", "x", {}, False)) is firn.Error


@pytest.mark.parametrize("code", sorted(_errors._CLASSES))
def test_they_pickle(code):
    error = _errors.error_of(code, "message", {"a": "b"}, True)
    for same in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(same) is type(error)
        assert (same.code, same.message, same.context, same.retryable) == (
            code,
            "message",
            {"a": "b"},
            True,
        )
