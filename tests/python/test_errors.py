"""Errors: what a caller can tell from one."""

import copy
import pickle

import pytest

import firn
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


def test_a_server_that_is_not_there():
    with pytest.raises(firn.UnavailableError) as raised:
        firn.open_catalog("http://127.0.0.1:1", **{"rest.client.max-retries": 0})
    assert raised.value.retryable


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
