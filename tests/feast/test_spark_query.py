"""The SQL of `engine: spark`, without a JVM. That it is right is what test_spark.py shows; here is
what nobody would miss in an answer: what is read, and how Spark is kept from guessing."""

import datetime as dt
import types
import uuid

import pyarrow as pa
import pytest

import firn
from conftest import INSTANT
from firn.feast.spark import engine, query
from firn.feast.spark.tables import _lacking as lacking_in
from firn.feast.spark.types import NoSparkType, kept_as, quoted, spark_type
from firn.feast.spark.values import entity_relation, fitted

TYPES = {
    "driver": pa.int32(),
    "place": pa.uuid(),
    "ts": INSTANT,
    "local": pa.timestamp("us"),
    "day": pa.date32(),
    "created": INSTANT,
    "rate`s": pa.float64(),
}
ENTITIES = query.Entities("SELECT * FROM frame", {"driver_id": "e0"}, 5_000_000, 9_000_000)


def table(**changes) -> query.SparkTable:
    options = {"name": "`c`.`db`.`t`", "snapshot_id": 77, "types": TYPES}
    return query.SparkTable(**{**options, **changes})


def joined(spark_table: query.SparkTable | None = None, **options) -> query.ViewOfTable:
    view = {"keys": {"driver_id": "driver"}, "timestamp": "ts", "created": "created", **options}
    return query.ViewOfTable(firn.View("db.t", ["rate`s"], **view), spark_table or table())


def text_of(*views: query.ViewOfTable, ordered: bool = True) -> str:
    names = [f"c{i}" for i in range(len(views))]
    return query.join_query(list(views), ENTITIES, [], names, ordered=ordered)


def test_rows_and_manifests_are_of_one_snapshot():
    text = text_of(joined())
    assert "FROM `c`.`db`.`t` VERSION AS OF 77 AS t" in text
    assert "FROM `c`.`db`.`t`.entries VERSION AS OF 77" in text
    assert text.count("VERSION AS OF") == text.count("`c`.`db`.`t`")


def test_a_table_is_called_by_its_name_whatever_that_is():
    odd = table(name="`c`.`db`.`a LEFT JOIN b`")
    window = query.window_query(odd, ["ts"], "ts", None, None)
    assert "FROM `c`.`db`.`a LEFT JOIN b` VERSION AS OF 77 AS t\nWHERE" in window
    spine = query.spine([joined(odd)], ["driver_id"], None, None)
    assert "FROM `c`.`db`.`a LEFT JOIN b` VERSION AS OF 77 AS t WHERE" in spine.relation


def test_no_table_is_read_that_has_no_snapshot():
    text = text_of(joined(table(snapshot_id=None)))
    assert "`c`" not in text
    assert "FALSE" in text


def test_only_the_window_of_time_is_read():
    text = text_of(joined(ttl=dt.timedelta(seconds=2)))
    assert "t.`ts` >= timestamp_micros(3000000)" in text
    assert "t.`ts` <= timestamp_micros(9000000)" in text
    endless = text_of(joined())
    assert ">=" not in endless
    assert "t.`ts` <= timestamp_micros(9000000)" in endless


@pytest.mark.parametrize(
    ("column", "first", "last"),
    [
        ("local", "CAST(timestamp_micros(1) AS TIMESTAMP_NTZ)", "CAST(timestamp_micros(-1) AS"),
        ("day", "date_from_unix_date(1)", "date_from_unix_date(-1)"),
    ],
)
def test_bounds_are_in_the_columns_type(column, first, last):
    """Of days the first that begins within the window, and the last."""
    text = " AND ".join(table().between(column, 1, -1))
    assert f"t.`{column}` >= {first}" in text
    assert f"t.`{column}` <= {last}" in text


def test_a_bound_that_is_beyond_all_times_is_none():
    assert table().between("ts", -(2**70), 2**70) == ["t.`ts` IS NOT NULL"]


def test_ties_end_with_the_place_of_the_row():
    created = "unix_micros(t.`ts`), unix_micros(t.`created`)"
    assert joined().rank() == f"struct({created}, f.number, t._pos)"
    lineage = "t._last_updated_sequence_number, t._row_id"
    assert "OVER (ORDER BY sequence_number, data_file.file_path) AS number" in table().source
    newer = joined(table(has_lineage=True))
    assert newer.rank() == f"struct({created}, {lineage}, f.number, t._pos)"


def test_a_row_can_be_seen_from_its_creation_on_where_that_counts():
    assert joined().available() == "unix_micros(t.`ts`)"
    later = joined(created_later="does-not").available()
    assert "IS NOT NULL THEN greatest(unix_micros(t.`ts`), unix_micros(t.`created`)) END" in later


def test_names_are_quoted_and_places_are_counted():
    text = text_of(joined(), joined())
    assert "t.`rate``s` AS c0" in text
    assert "found_0.features.c0 AS `c0`, found_1.features.c0 AS `c1`" in text
    assert text.endswith("ORDER BY entities.entity_row")
    assert "ORDER BY entities.entity_row" not in text_of(joined(), ordered=False)


def test_keys_meet_in_one_form():
    forms = {name: query.key_form("x", data_type) for name, data_type in TYPES.items()}
    assert forms["driver"] == "CAST(x AS BIGINT)"
    assert forms["place"] == "unhex(replace(x, '-', ''))"
    assert forms["ts"] == "unix_micros(x)"
    assert forms["local"] == "unix_micros(CAST(x AS TIMESTAMP))"
    assert forms["day"] == "x"
    assert query.key_form("x", pa.float32()) == "CAST(x AS DOUBLE)"
    assert query.key_form("x", pa.decimal128(9, 2)) == "CAST(x AS DECIMAL(38, 2))"
    assert query.from_form("x", pa.int32()) == "CAST(x AS INT)"
    assert query.from_form("x", pa.binary(4)) == "x"


def test_a_view_without_keys_is_one_window():
    assert "OVER (ORDER BY available, is_entity" in text_of(joined(keys=()))
    assert "OVER (PARTITION BY k0 ORDER BY available, is_entity" in text_of(joined())


def test_a_spine_has_the_rows_of_views_by_one_key_once():
    views = [joined(), joined(), joined(keys={"place_id": "place"})]
    spine = query.spine(views, ["driver_id", "place_id"], 0, 9)
    assert spine.relation.count("SELECT DISTINCT") == 2
    assert "CAST(NULL AS BINARY) AS e1" in spine.relation
    assert ".entries" not in spine.relation


def test_a_spine_has_room_for_the_keys_of_every_view():
    def view_by(key: pa.DataType) -> types.SimpleNamespace:
        table = types.SimpleNamespace(schema=firn_schema(pa.schema([("key", key)])))
        return types.SimpleNamespace(keys=[("driver", "key")], table=table)

    def firn_schema(schema: pa.Schema) -> types.SimpleNamespace:
        return types.SimpleNamespace(to_arrow=lambda: schema)

    for narrow, wide in (
        (pa.int32(), pa.int64()),
        (pa.float32(), pa.float64()),
        (pa.decimal128(5, 2), pa.decimal128(20, 2)),
        (pa.string(), pa.string()),
    ):
        for keys in ((narrow, wide), (wide, narrow)):
            frame = engine._frame_of([view_by(key) for key in keys], ["driver"], "at")
            assert frame.schema == pa.schema([("driver", wide), ("at", INSTANT)])


def test_a_spine_has_the_rows_of_keys_in_any_order_once():
    keys = {"driver_id": "driver", "place_id": "place"}
    views = [joined(keys=keys), joined(keys=dict(reversed(keys.items())))]
    spine = query.spine(views, ["driver_id", "place_id"], 0, 9)
    assert spine.relation.count("SELECT DISTINCT") == 1


def test_the_newest_rows_are_those_that_a_join_chooses():
    text = query.latest_query(joined(), ["driver", "ts"], None, 9)
    assert f"PARTITION BY CAST(t.`driver` AS BIGINT) ORDER BY {joined().rank()} DESC" in text
    assert "t.`driver` IS NOT NULL" in text


def test_a_window_without_ends_has_rows_without_a_time():
    assert query.window_query(table(), ["ts"], "ts", None, None).endswith("WHERE TRUE")
    assert "IS NOT NULL" in query.window_query(table(), ["ts"], "ts", 1, None)


def test_times_of_entities_are_floored_and_rounded_up():
    nanos = pa.array([-1, 1, 1000, None], pa.timestamp("ns", tz="UTC"))
    frame = pa.table({"event_timestamp": nanos, "driver_id": pa.array([1, 2, None, 4], pa.int16())})
    told = entity_relation(frame, "event_timestamp", {"driver_id": "e0"})
    assert told.to_pydict() == {
        "entity_row": [0, 1, 2, 3],
        "event_at": [-1, 0, 1, None],
        "exact_at": [0, 1, 1, None],
        "e0": [1, 2, None, 4],
    }


def test_both_hours_of_autumn_are_told_apart():
    twice = pa.array([1_792_888_200, 1_792_891_800], pa.timestamp("s", tz="Europe/Zurich"))
    told = entity_relation(pa.table({"at": twice, "key": twice}), "at", {"key": "e0"})
    micros = [1_792_888_200_000_000, 1_792_891_800_000_000]
    assert [told[name].to_pylist() for name in ("event_at", "exact_at", "e0")] == [micros] * 3
    nanos = twice.cast(pa.timestamp("ns", tz="Europe/Zurich"))
    assert fitted(nanos, INSTANT).cast(pa.int64()).to_pylist() == micros


def test_keys_of_every_kind_of_text_meet():
    for data_type in (pa.string(), pa.large_string(), pa.string_view()):
        frame = pa.table({"at": pa.array([0], INSTANT), "key": pa.array(["a"], data_type)})
        assert entity_relation(frame, "at", {"key": "e0"})["e0"].type == pa.string()


def test_times_that_microseconds_cannot_hold_are_refused():
    frame = pa.table({"at": pa.array([2**60], pa.timestamp("s", tz="UTC"))})
    with pytest.raises(ValueError, match="column at has times"):
        entity_relation(frame, "at", {})


def test_a_key_between_two_microseconds_meets_nothing():
    keys = pa.array([1000, 1001], pa.timestamp("ns"))
    frame = pa.table({"at": pa.array([0, 0], INSTANT), "key": keys})
    assert entity_relation(frame, "at", {"key": "e0"})["e0"].to_pylist() == [1, None]


@pytest.mark.parametrize(
    ("data_type", "name"),
    [
        (pa.uint8(), "SMALLINT"),
        (pa.uint64(), "DECIMAL(20, 0)"),
        (pa.large_string(), "STRING"),
        (pa.uuid(), "STRING"),
        (pa.timestamp("ns", tz="Europe/Zurich"), "TIMESTAMP"),
        (pa.timestamp("s"), "TIMESTAMP_NTZ"),
        (pa.list_(pa.binary(3)), "ARRAY<BINARY>"),
        (pa.map_(pa.string(), pa.float32()), "MAP<STRING, FLOAT>"),
        (pa.struct([("a b", pa.decimal128(5, 1))]), "STRUCT<`a b`: DECIMAL(5, 1)>"),
    ],
)
def test_types(data_type, name):
    assert spark_type(data_type) == name
    assert spark_type(kept_as(data_type)) == name


def test_types_that_spark_has_not():
    with pytest.raises(NoSparkType, match="time64"):
        spark_type(pa.list_(pa.time64("us")))


NESTED = pa.struct([("time", pa.list_(pa.time64("us")))])
NAMED = pa.struct([("time", pa.int32())])
NANOS = pa.map_(pa.string(), pa.timestamp("ns", tz="UTC"))


@pytest.mark.parametrize(
    ("text", "data_type", "lacking"),
    [
        ("time", pa.time64("us"), "time"),
        ("geometry(OGC:CRS84)", pa.binary(), "geometry"),
        ("struct<2: time: optional list<time>>", NESTED, "time"),
        ("map<string, timestamptz_ns>", NANOS, "timestamptz_ns"),
        ("list<geography(OGC:CRS84, spherical)>", pa.list_(pa.binary()), "geography"),
        ("map<decimal(9, 2), geometry(OGC:CRS84)>", pa.map_(pa.string(), pa.binary()), "geometry"),
        ("struct<2: g: required geometry(OGC:CRS84)>", pa.struct([("g", pa.binary())]), "geometry"),
        ("struct<2: time: optional int (a time, geometry(x))>", NAMED, None),
        ("timestamptz", INSTANT, None),
    ],
)
def test_types_that_keep_spark_from_a_table(text, data_type, lacking):
    assert lacking_in(text, data_type) == lacking


def test_uuids_go_as_text_and_come_back_as_they_were():
    ids = pa.array([uuid.UUID(int=1).bytes, None], pa.uuid())
    values = {
        "plain": ids,
        "list": pa.ListArray.from_arrays(pa.array([0, None, 2], pa.int32()), ids),
        "struct": pa.StructArray.from_arrays([ids], names=["id"], mask=pa.array([False, True])),
    }
    for value in values.values():
        there = fitted(value, kept_as(value.type))
        assert "uuid" not in str(there.type)
        assert str(uuid.UUID(int=1)) in str(there.to_pylist())
        assert fitted(there, value.type).equals(value)
    lists = pa.list_(pa.list_(pa.binary(16)))
    texts = pa.array([None, []], pa.list_(pa.list_(pa.string())))
    assert fitted(texts, lists).to_pylist() == [None, []]
    sliced = values["list"][1:]
    assert fitted(sliced, pa.list_(pa.string())).to_pylist() == sliced.to_pylist()


def test_quoted():
    assert quoted("a`b.c") == "`a``b.c`"
