"""Joins and newest rows: the worked example of docs/behaviour.md, and how they are asked for."""

import datetime as dt

import pandas as pd
import pyarrow as pa
import pytest

import firn
from conftest import INSTANT
from firn._convert import dotted


def at(clock: str) -> dt.datetime:
    hour, minute = clock.split(":")
    return dt.datetime(2026, 11, 1, int(hour), int(minute), tzinfo=dt.UTC)


STATS = pa.table({
    "driver": pa.array([1, 1, 1, 1, 2], pa.int64()),
    "ts": pa.array(map(at, ["10:00", "11:00", "11:00", "12:00", "09:00"]), INSTANT),
    "created": pa.array(map(at, ["10:01", "11:01", "11:30", "12:01", "09:01"]), INSTANT),
    "rate": pa.array([0.1, 0.2, 0.3, None, 0.9]),
    "trips": pa.array([1, 2, 3, 4, 9], pa.int32()),
})  # fmt: skip
ENTITIES = pa.table({
    "driver": pa.array([1, 1, 1, 1, 2, 2, 3, None], pa.int32()),
    "event_timestamp": pa.array(
        map(at, ["10:00", "09:59", "11:05", "12:30", "11:00", "11:01", "11:00", "11:00"]), INSTANT),
    "label": list("abcdefgh"),
})  # fmt: skip
RATES = [0.1, None, 0.3, None, 0.9, None, None, None]
#: The longest TTL.
LONGEST = dt.timedelta(microseconds=2**63 - 1)


@pytest.fixture
def stats(catalog) -> firn.Table:
    made = catalog.create_table("db.stats", STATS.schema)
    made.append(STATS)
    return made


@pytest.mark.parametrize(
    "view",
    [
        firn.View("db.stats", "rate", ttl="2h"),
        firn.View(("db", "stats"), ["rate"], ttl=dt.timedelta(hours=2), keys="driver"),
        firn.View("db.stats", {"rate": "rate"}, ttl="120m", timestamp="ts", created="created"),
        "db.stats:rate@ttl=2h",
        ["db.stats:rate@ttl=2h,key=driver"],
    ],
)
def test_the_worked_example(catalog, stats, view):
    joined = firn.join(catalog, ENTITIES, view).to_arrow()
    assert joined.select(ENTITIES.column_names) == ENTITIES
    assert joined.column_names == [*ENTITIES.column_names, "rate"]
    assert joined["rate"].to_pylist() == RATES


def test_rows_created_later(catalog, stats):
    view = firn.View("db.stats", "rate", ttl="2h", created_later="does-not")
    assert firn.join(catalog, ENTITIES, view).to_arrow()["rate"].to_pylist()[2] == 0.2


def test_any_age(catalog, stats):
    for ttl in (None, "0", dt.timedelta(0)):
        found = firn.join(catalog, ENTITIES, firn.View("db.stats", "trips", ttl=ttl)).to_arrow()
        assert found["trips"].to_pylist() == [1, None, 3, 4, 9, 9, None, None]


def test_names_of_features(catalog, stats):
    views = [
        firn.View("db.stats", {"rate": "speed"}, name="a"),
        firn.View("db.stats", "*", name="b", keys=["driver"]),
        firn.View.parse("c=db.stats:rate as r, rate as q"),
    ]
    joined = firn.join(catalog, ENTITIES, views, full_feature_names=True)
    assert joined.schema.names[3:] == ["a__speed", "b__rate", "b__trips", "c__r", "c__q"]
    with pytest.raises(firn.InvalidArgumentError, match="rate"):
        firn.join(catalog, ENTITIES, ["db.stats:rate", "db.stats:rate"])


def test_keys_of_other_names(catalog, stats):
    entities = ENTITIES.rename_columns(["who", "at", "label"])
    joined = firn.join(
        catalog,
        entities,
        firn.View("db.stats", "rate", keys={"who": "driver"}, ttl="2h"),
        event_timestamp="at",
    )
    assert joined.to_arrow()["rate"].to_pylist() == RATES


def test_by_time_alone(catalog, stats):
    joined = firn.join(catalog, ENTITIES, firn.View("db.stats", "trips", keys=())).to_arrow()
    assert joined["trips"].to_pylist() == [1, 9, 3, 4, 3, 3, 3, 3]


def test_a_table_at_hand_is_read_as_it_is(catalog, stats):
    mine = catalog.load_table("db.stats")
    stats.delete("driver = 1")
    view = firn.View(mine, "rate", ttl="2h")
    assert view.name == "stats"
    assert firn.join(catalog, ENTITIES, view).to_arrow()["rate"].to_pylist() == RATES
    newest = firn.join(catalog, ENTITIES, "db.stats:rate@ttl=2h").to_arrow()
    assert newest["rate"].to_pylist() == [None] * 4 + RATES[4:]


def test_tables_as_they_were(catalog, stats):
    then = stats.snapshots()[0].timestamp
    stats.delete("driver = 1")
    joined = firn.join(catalog, ENTITIES, "db.stats:rate@ttl=2h", as_of=then)
    assert joined.to_arrow()["rate"].to_pylist() == RATES
    assert firn.latest(catalog, "db.stats:rate@key=driver", as_of=then).to_arrow().num_rows == 2
    first = stats.snapshots()[0].snapshot_id
    schema = joined.snapshots["stats"]["schema-id"]
    said = firn.View.parse(f"db.stats:rate@ttl=2h,snapshot={first},schema={schema}")
    assert said == firn.View("db.stats", "rate", ttl="2h", snapshot_id=first, schema_id=schema)
    assert firn.join(catalog, ENTITIES, said).to_arrow() == joined.to_arrow()
    assert firn.View.parse("db.stats:rate@ref=main") == firn.View("db.stats", "rate", ref="main")
    for wrong in ({"schema_id": 1}, {"snapshot_id": 1, "ref": "main"}):
        with pytest.raises(firn.InvalidArgumentError):
            firn.View("db.stats", "rate", **wrong)


def test_an_answer_is_read_as_often_as_wanted(catalog, stats):
    joined = firn.join(catalog, ENTITIES, "db.stats:rate", threads=1)
    assert joined.to_arrow() == joined.to_arrow() == pa.table(joined)
    assert joined.counts is None
    assert joined.to_pandas()["label"].to_list() == list("abcdefgh")


def test_no_entities(catalog, stats):
    joined = firn.join(catalog, ENTITIES.slice(0, 0), "db.stats:rate,trips").to_arrow()
    assert joined.num_rows == 0
    assert joined.column_names == [*ENTITIES.column_names, "rate", "trips"]
    assert firn.join(catalog, ENTITIES, []).to_arrow() == ENTITIES


def test_the_longest_ttl(catalog, stats):
    view = firn.View("db.stats", "trips", ttl=LONGEST)
    joined = firn.join(catalog, ENTITIES, view).to_arrow()
    assert joined["trips"] == firn.join(catalog, ENTITIES, "db.stats:trips").to_arrow()["trips"]


@pytest.mark.parametrize("number", [1 << 63, 1.5, "16MiB", True])
def test_memory_limits_that_are_no_numbers_of_bytes(catalog, stats, number):
    with pytest.raises(firn.InvalidArgumentError, match="memory_limit: expected a whole number"):
        firn.join(catalog, ENTITIES, "db.stats:rate", memory_limit=number)


def test_a_memory_limit_changes_no_answer(catalog, stats):
    entities = pa.concat_tables([ENTITIES] * 20_000)
    whole = firn.join(catalog, entities, "db.stats:rate@ttl=2h")
    parts = firn.join(catalog, entities, "db.stats:rate@ttl=2h", memory_limit=16 << 20)
    assert parts.schema == whole.schema
    assert sum(1 for _ in parts) > 1
    assert parts.to_arrow() == whole.to_arrow() == pa.table(parts)
    with pytest.raises(firn.InvalidArgumentError, match="16 MiB"):
        firn.join(catalog, ENTITIES, "db.stats:rate", memory_limit=1)


def test_without_entities_the_tables_say_for_which(catalog, stats):
    view = firn.View("db.stats", "trips", keys="driver")
    joined = firn.join(catalog, None, view, start=at("10:00"), end="2026-11-01T11:00:00Z")
    assert joined.to_arrow().to_pylist() == [
        {"driver": 1, "event_timestamp": at("10:00"), "trips": 1},
        {"driver": 1, "event_timestamp": at("11:00"), "trips": 3},
    ]
    assert firn.join(catalog, None, view, memory_limit=1 << 26).to_arrow().num_rows == 4
    rows = pa.table({"driver": range(300_000), "ts": pa.array([0] * 300_000, STATS["ts"].type)})
    catalog.create_table("db.many", rows.schema).append(rows)
    many = firn.View("db.many", {"ts": "seen"}, keys="driver")
    with pytest.raises(firn.PayloadTooLargeError, match="start"):
        firn.join(catalog, None, many, memory_limit=16 << 20)
    assert firn.join(catalog, None, many, start="2000-01-01").to_arrow().num_rows == 0
    with pytest.raises(firn.InvalidArgumentError, match="start"):
        firn.join(catalog, ENTITIES, view, start=at("10:00"))


def test_an_answer_names_its_snapshots(catalog, stats):
    joined = firn.join(catalog, ENTITIES, "db.stats:rate")
    assert joined.snapshots == {
        "stats": {
            "table": "db.stats",
            "uuid": stats.uuid,
            "snapshot-id": stats.current_snapshot_id,
            "schema-id": stats.current_schema_id,
        }
    }
    assert firn.latest(catalog, "db.stats:rate@key=driver").snapshots == {}


def test_latest(catalog, stats):
    newest = firn.latest(catalog, firn.View("db.stats", "rate", keys="driver", timestamp="ts"))
    assert newest.schema.names == ["driver", "rate", "ts", "created"]
    found = newest.to_arrow().sort_by("driver").to_pylist()
    assert [(row["driver"], row["rate"]) for row in found] == [(1, None), (2, 0.9)]
    for start, end, expected in (
        (at("09:00"), at("11:00"), [(1, 0.3), (2, 0.9)]),
        ("2026-11-01T09:01:00", "2026-11-01T11:59:00Z", [(1, 0.3)]),
        (None, dt.datetime(2026, 11, 1, 9), [(2, 0.9)]),
        (dt.date(2026, 11, 2), None, []),
    ):
        rows = firn.latest(catalog, "db.stats:rate@key=driver", start=start, end=end).to_arrow()
        assert sorted((row["driver"], row["rate"]) for row in rows.to_pylist()) == expected


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: "db.stats:nothing", firn.InvalidArgumentError, "nothing"),
        (lambda: "db.stats", firn.InvalidArgumentError, "no features"),
        (lambda: firn.View("db.stats", "rate", ttl="soon"), firn.InvalidArgumentError, "soon"),
        (
            lambda: firn.View("db.stats", "rate", timestamp="rate"),
            firn.InvalidArgumentError,
            "rate",
        ),
        (lambda: firn.View("db.stats", "rate", keys="label"), firn.InvalidArgumentError, "label"),
        (
            lambda: firn.View("db.stats", "rate", keys={"label": "driver"}),
            firn.InvalidArgumentError,
            "text",
        ),
        (lambda: firn.View("db.lost", "rate"), firn.NoSuchTableError, "lost"),
        (lambda: firn.View("", "rate"), firn.InvalidArgumentError, "table"),
        (
            lambda: firn.View("db.t", "a", created_later="maybe"),
            firn.InvalidArgumentError,
            "counts",
        ),
        (
            lambda: firn.View("db.t", "a", ttl=-dt.timedelta(1)),
            firn.InvalidArgumentError,
            "negative",
        ),
        (
            lambda: firn.View("db.t", "a", ttl=dt.timedelta.max),
            firn.InvalidArgumentError,
            "ttl: .* at most 9223372036854775807 microseconds",
        ),
        (
            lambda: firn.View("db.t", "a", ttl=LONGEST + dt.timedelta(microseconds=1)),
            firn.InvalidArgumentError,
            "ttl: .* at most",
        ),
        (lambda: firn.View("db.t", "a", ttl=7), TypeError, "ttl"),
        (lambda: 5, TypeError, "View"),
    ],
)
def test_what_does_not_fit_is_named(catalog, stats, make, error, says):
    with pytest.raises(error, match=says):
        firn.join(catalog, ENTITIES, [make()])


class WithoutOffset(dt.tzinfo):
    """A zone that does not say what its times are in UTC: such times are naive."""

    def utcoffset(self, time):
        return None


def takers_of_times(catalog, stats):
    """Every call and argument that takes a time."""
    view = firn.View("db.stats", "rate", keys="driver")
    yield "as_of", lambda time: stats.at(as_of=time)
    yield "as_of", lambda time: stats.scan(as_of=time)
    for name in ("as_of", "start", "end"):
        yield name, lambda time, name=name: firn.join(catalog, None, view, **{name: time})
        yield name, lambda time, name=name: firn.latest(catalog, view, **{name: time})


@pytest.mark.parametrize(
    ("time", "says"),
    [
        ("soon", "not a time: 'soon'; write 2026-"),
        ("2026-13-01", "not a time: '2026-13-01'"),
        (5, "expected datetime, date or ISO 8601 text, not int"),
        (dt.time(10), "expected datetime, date or ISO 8601 text, not time"),
        (pd.NaT, "expected datetime, date or ISO 8601 text, not NaTType"),
    ],
    ids=str,
)
def test_what_is_no_time_is_named(catalog, stats, time, says):
    for name, call in takers_of_times(catalog, stats):
        with pytest.raises(firn.InvalidArgumentError, match=f"^{name}: {says}"):
            call(time)


def test_naive_times_are_utc(catalog, stats):
    def newest(end) -> list:
        return firn.latest(catalog, "db.stats:rate@key=driver", end=end).to_arrow()["rate"]

    naive = dt.datetime(2026, 11, 1, 9)
    texts = ("2026-11-01T09:00", "2026-11-01 11:00+02:00")
    for end in (
        naive,
        at("09:00"),
        naive.replace(tzinfo=WithoutOffset()),
        pd.Timestamp(naive),
        *texts,
    ):
        assert newest(end).to_pylist() == [0.9]
    for end in (at("08:59"), dt.datetime(1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=9)))):
        assert newest(end).to_pylist() == []


def test_entities_without_a_time(catalog, stats):
    with pytest.raises(firn.InvalidArgumentError, match="event_timestamp"):
        firn.join(catalog, ENTITIES.drop_columns("event_timestamp"), "db.stats:rate")
    with pytest.raises(firn.InvalidArgumentError, match="lost"):
        firn.join(catalog, ENTITIES, "db.stats:rate", event_timestamp="lost")


def test_views_are_values():
    view = firn.View.parse(
        "origin=db.places:temperature as t,*@ttl=2h,key=origin_id:place,created-later=does-not"
    )
    assert view == firn.View(
        "db.places",
        {"temperature": "t", "*": "*"},
        name="origin",
        keys={"origin_id": "place"},
        ttl=dt.timedelta(hours=2),
        created_later="does-not",
    )
    assert view.all_features and view.features == (("temperature", "t"),)
    assert hash(view) == hash(
        firn.View.parse(
            "origin=db.places:temperature as t,*@ttl=120m,"
            "key=origin_id:place,created-later=does-not"
        )
    )
    with pytest.raises(AttributeError):
        view.name = "other"
    assert "places" in repr(view)


@pytest.mark.parametrize("name", ["plain", "a.b", '"quoted', 'in"side', 'both."', " "])
def test_records_name_tables_so_that_they_are_found(catalog, name):
    """By text that a catalog takes; Feast's answers write theirs with the same function."""
    table = catalog.create_table(("db", name), STATS.schema)
    view = firn.View(table, "rate", name="v", keys="driver")
    said = firn.join(catalog, ENTITIES, view).snapshots["v"]["table"]
    assert said == dotted(table.identifier)
    assert catalog.load_table(said).uuid == table.uuid
