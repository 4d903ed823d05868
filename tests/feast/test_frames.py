"""Entity frames as they come: keys that pandas made floating, texts of any layout, categories."""

import pandas as pd
import pyarrow as pa
import pytest
from feast import Entity, FeatureView, ValueType

import firn
from conftest import at, times
from firn.feast import IcebergSource


def stats(keys: pa.Array) -> pa.Table:
    return pa.table({"driver_id": keys, "ts": times(["10:00", "10:00"]), "rate": [0.1, 0.2]})


@pytest.fixture
def numbered(repository):
    """The view `stats` by the keys 1 and 2."""
    repository.view("stats", stats(pa.array([1, 2])), source_timestamp_field="ts")
    return repository


@pytest.fixture
def lettered(repository):
    """The view `stats` by the keys "a" and "b"."""
    repository.table("stats", stats(pa.array(["a", "b"])))
    entity = Entity(name="driver", join_keys=["driver_id"], value_type=ValueType.STRING)
    source = IcebergSource(table_identifier="stats", timestamp_field="ts")
    repository.store.apply([entity, FeatureView(name="stats", entities=[entity], source=source)])
    return repository


def frame(*keys) -> pd.DataFrame:
    return pd.DataFrame({"driver_id": keys, "event_timestamp": [at("11:00")] * len(keys)})


def rates(repository, asked) -> list:
    return repository.features(asked, ["stats:rate"])["rate"].to_pylist()


def test_floating_keys_that_are_whole_meet_whole_numbers(numbered):
    # pandas has no other column for whole numbers with a null among them.
    assert rates(numbered, frame(1.0, float("nan"))) == [0.1, None]


@pytest.mark.parametrize("width", [pa.int32(), pa.int64()], ids=str)
@pytest.mark.parametrize("floats", [pa.float32(), pa.float64()], ids=str)
def test_floating_keys_beyond_the_tables_width_meet_nothing(repository, width, floats):
    repository.view("stats", stats(pa.array([1, 2], width)), source_timestamp_field="ts")
    keys = pa.array([1, 2**31, 2**53, -(2**53), float("nan"), None], pa.float64()).cast(floats)
    asked = pa.table({"driver_id": keys, "event_timestamp": [at("11:00")] * len(keys)})
    found = repository.features(asked, ["stats:rate"])
    assert found["rate"].to_pylist() == [0.1, None, None, None, None, None]
    assert found["driver_id"].to_pylist() == [1, 2**31, 2**53, -(2**53), None, None]


@pytest.mark.parametrize("key", [1.5, 2.0**53 + 2, float("inf")])
def test_floating_keys_that_are_not_whole_are_named(numbered, key):
    """Beyond 2^53 they may be others, rounded."""
    with pytest.raises(ValueError, match="column driver_id has double values that are no int64"):
        rates(numbered, frame(1.0, key))


def test_floating_keys_of_views_by_two_kinds_of_numbers_are_refused(repository):
    for name, width in (("whole", pa.int32()), ("real", pa.float64())):
        repository.view(name, stats(pa.array([1, 2]).cast(width)), source_timestamp_field="ts")
    found = repository.features(frame(1.0), ["real:rate"])
    assert found["rate"].to_pylist() == [0.1]
    for refs in (["whole:rate", "real:rate"], ["real:rate", "whole:rate"]):
        with pytest.raises(firn.InvalidArgumentError, match=r"driver_id of view real is .*: cast"):
            repository.features(frame(1.0), refs, full_feature_names=True)


def test_keys_that_are_null_everywhere(numbered):
    assert rates(numbered, frame(None)) == [None]


def test_categories_are_their_values(lettered):
    assert rates(lettered, frame("b", "a").astype({"driver_id": "category"})) == [0.2, 0.1]


@pytest.mark.parametrize("text", [pa.string(), pa.large_string(), pa.string_view()], ids=str)
@pytest.mark.parametrize("is_dictionary", [False, True], ids=["plain", "dictionary"])
def test_texts_of_any_layout(lettered, text, is_dictionary):
    """Keys, times and columns that are passed on."""

    def column(first, last):
        if not is_dictionary:
            return pa.array([first, None, last], text)
        return pa.DictionaryArray.from_arrays([0, None, 1], pa.array([first, last], text))

    asked = pa.table(
        {
            "driver_id": column("b", "a"),
            "event_timestamp": column("2026-11-01T11:00:00Z", "2026-11-01 09:00"),
            "label": column("x", "z"),
        }
    )
    found = lettered.features(asked, ["stats:rate"])
    assert found["driver_id"].to_pylist() == ["b", None, "a"]
    assert found["event_timestamp"].to_pylist() == [at("11:00"), None, at("09:00")]
    assert found["label"].to_pylist() == ["x", None, "z"]
    assert found["rate"].to_pylist() == [0.2, None, None]


def nanoseconds(clock: str, more: int) -> int:
    return int(at(clock).timestamp()) * 1_000_000_000 + more


def test_texts_of_nanoseconds(repository):
    """As `firn.join` reads them; to the nanosecond."""
    keys, nanos = pa.array([1, 2]), pa.timestamp("ns", tz="UTC")
    seen = pa.array([nanoseconds("10:00", 123_456_789), nanoseconds("10:00", 1)], nanos)
    rows = stats(keys).set_column(1, "ts", seen)
    repository.table("stats", rows, properties={"format-version": "3"})
    repository.view("stats", source_timestamp_field="ts")
    texts = [f"2026-11-01T10:00:00.{digits}Z" for digits in ("123456788", "123456789")]
    texts += ["2026-11-01 10:00:00.000000001", "2026-11-01T12:00:00.0000001+02:00", "2026-11-01"]
    asked = pa.table({"driver_id": [1, 1, 2, 2, 1], "event_timestamp": texts})
    found = repository.features(asked, ["stats:rate"])
    assert found["rate"].to_pylist() == [None, 0.1, 0.2, 0.2, None]
    assert found["event_timestamp"].type == nanos
    view = firn.View("default.stats", "rate", keys="driver_id")
    joined = firn.join(repository.catalog, asked, view)
    assert joined.to_arrow()["rate"] == found["rate"]


def test_texts_of_microseconds_and_of_far_years(repository):
    """Which nanoseconds of 64 bits cannot hold."""
    repository.view("stats", stats(pa.array([1, 2])), source_timestamp_field="ts")
    texts = ["1500-01-01", "9999-12-31T23:59:59.999999Z"]
    asked = pa.table({"driver_id": [1, 1], "event_timestamp": texts})
    found = repository.features(asked, ["stats:rate"])
    assert found["rate"].to_pylist() == [None, 0.1]
    assert found["event_timestamp"].type == pa.timestamp("us", tz="UTC")
    texts[1] = "2026-11-01T10:00:00.123456789Z"
    asked = asked.set_column(1, "event_timestamp", [texts])
    with pytest.raises(ValueError, match=r"nanoseconds, .* beside others, '1500-01-01': give"):
        repository.features(asked, ["stats:rate"])
