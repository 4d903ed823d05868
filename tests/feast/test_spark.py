"""`engine: spark` answers what `engine: firn` answers, on a local Spark."""

import datetime as dt
import decimal
import logging
import random
import uuid

import pandas as pd
import pyarrow as pa
import pytest
from feast import Entity, Field, ValueType
from feast.errors import SavedDatasetLocationAlreadyExists
from feast.types import Float64
from two_engines import SECRET, SECRETS, TwoEngines, assert_same
from typed_table import every_type

from conftest import DRIVER, INSTANT, YAML, at, times
from firn.feast import IcebergConfigError, IcebergSource, SavedDatasetIcebergStorage
from firn.feast.spark.session import session_of
from harness import spark
from harness.server import temporary_server

if missing := spark.missing():
    pytest.skip(f"no {missing} for Spark", allow_module_level=True)

HOUR = dt.timedelta(hours=1)
WEIGHT = Entity(name="weight", join_keys=["weight"], value_type=ValueType.DOUBLE)
REGION = Entity(name="region", join_keys=["region"], value_type=ValueType.STRING)
MERGE_ON_READ = {"format-version": 2, "write.delete.mode": "merge-on-read"}
KINDS = [
    {"format-version": 1},
    {"format-version": 2},
    MERGE_ON_READ,
    {"format-version": 3, "write.delete.mode": "merge-on-read"},
]


@pytest.fixture(scope="module")
def engines(tmp_path_factory):
    with temporary_server("feast") as server:
        yield TwoEngines(tmp_path_factory.mktemp("engines"), server)


def stats() -> pa.Table:
    """The worked example of docs/behaviour.md, and a row without a time."""
    return pa.table(
        {
            "driver_id": pa.array([1, 1, 1, 1, 2, 2], pa.int64()),
            "ts": times(["10:00", "11:00", "11:00", "12:00", "09:00", None]),
            "created": times(["10:01", "11:01", "11:30", "12:01", "09:01", "09:02"]),
            "rate": pa.array([0.1, 0.2, 0.3, None, 0.9, 0.5], pa.float64()),
        }
    )


@pytest.fixture(scope="module")
def drivers(engines):
    return engines.view("stats", stats(), ttl=2 * HOUR, source_created_timestamp_column="created")


FRAME = pd.DataFrame(
    {
        "driver_id": pd.array([1, 1, 1, 1, 2, 2, 2, 3, None, 1, 1, 2], "Int64"),
        "event_timestamp": pd.to_datetime(
            [
                "2026-11-01T10:00Z",
                "2026-11-01T09:59Z",
                "2026-11-01T11:05Z",
                "2026-11-01T12:30Z",
                "2026-11-01T11:00Z",
                "2026-11-01T11:00:00.000001Z",
                "2026-11-01T11:00:00.000000001Z",
                "2026-11-01T11:00Z",
                "2026-11-01T11:00Z",
                None,
                "2026-11-01T11:05Z",
                "2026-11-01T09:00Z",
            ],
            format="ISO8601",
        ),
        "order": list("abcdefghijkl"),
    }
)
RATES = [0.1, None, 0.3, None, 0.9, None, None, None, None, None, 0.3, 0.9]


def test_the_worked_example(engines, drivers):
    found = engines.same(FRAME, ["stats:rate"])
    assert found["rate"].to_pylist() == RATES
    assert found["order"].to_pylist() == list("abcdefghijkl")
    assert b"snapshot-id" in found.schema.metadata[b"firn.snapshots"]


def test_rows_created_later_are_left_out_where_asked_for(engines, drivers):
    found = engines.same(FRAME, ["stats:rate"], filter_by_created_timestamp=True)
    # Of the first row only what was created after its time is known.
    assert found["rate"].to_pylist()[:3] == [None, None, 0.2]


def test_an_empty_frame_and_text_and_full_names(engines, drivers):
    found = engines.same(FRAME[:0], ["stats:rate"], full_feature_names=True)
    assert found.column_names == ["driver_id", "event_timestamp", "order", "stats__rate"]
    query = "SELECT driver_id, ts AS event_timestamp FROM default.stats WHERE driver_id = 1"
    assert sorted(engines.same(query, ["stats:rate"])["rate"].to_pylist(), key=str) == [
        0.1,
        0.3,
        0.3,
        None,
    ]


def test_ties_end_as_in_firn(engines):
    """Rows 1 and 2 are of one file, 3 of a later one; then the first file loses another row."""
    ties = {
        ("v2", "merge-on-read"): 3,
        # The first file was written anew, and is the later one now,
        ("v2", "copy-on-write"): 2,
        # but its rows are as old as they were.
        ("v3", "copy-on-write"): 3,
        # Of files of version 1 names decide, which are random.
        ("v1", "copy-on-write"): None,
    }
    asked = []
    for version, mode in ties:
        name = f"tied_{version}_{mode.replace('-', '_')}"
        properties = {"format-version": int(version[1:]), "write.delete.mode": mode}
        ts = pa.array([at("10:00")] * 3, INSTANT)
        first = pa.table({"driver_id": [1, 1, 9], "ts": ts, name: [1, 2, 0]})
        table = engines.firn.table(name, first, properties=properties)
        table.append(first[:1].set_column(2, name, pa.array([3])))
        table.delete(f"{name} = 0")
        engines.view(name)
        asked.append(f"{name}:{name}")
    found = engines.same(FRAME[:1], asked)
    for name, expected in zip(asked, ties.values(), strict=True):
        assert expected in (None, *found[name.split(":")[1]].to_pylist())


def minute(rng: random.Random) -> dt.datetime | None:
    return (
        None if rng.random() < 0.05 else at("10:00") + rng.randrange(12) * dt.timedelta(minutes=10)
    )


def random_rows(rng: random.Random, count: int) -> dict[str, list]:
    """Few keys and times, so that they meet and tie."""
    return {
        "driver_id": [rng.choice([1, 2, 3, None]) for _ in range(count)],
        "weight": [rng.choice([0.0, -0.0, 1.5, float("nan"), None]) for _ in range(count)],
        "region": [rng.choice(["a", "B", "é", "", None]) for _ in range(count)],
        "ts": [minute(rng) for _ in range(count)],
        "created": [minute(rng) for _ in range(count)],
    }


def random_table(engines: TwoEngines, rng: random.Random, name: str, kind: dict) -> None:
    """Three appends, of values that tell every row from the others, and deletes between them."""
    table = None
    time = rng.choice([INSTANT, pa.timestamp("us")])
    created = rng.choice([INSTANT, pa.date32()])
    for part in range(3):
        rows = random_rows(rng, 40)
        values = [rng.choice([None, f"{name}-{part}-{i}"]) for i in range(40)]
        columns = {
            "driver_id": pa.array(rows["driver_id"], pa.int64()),
            "weight": pa.array(rows["weight"], pa.float64()),
            "region": pa.array(rows["region"]),
            "ts": pa.array(rows["ts"], INSTANT).cast(time),
            "created": pa.array(rows["created"], INSTANT).cast(created, safe=False),
            f"{name}_value": pa.array(values, pa.string()),
            f"{name}_number": pa.array([part * 40 + i for i in range(40)], pa.int32()),
        }
        if table is None:
            table = engines.firn.table(name, pa.table(columns), properties=kind)
        else:
            table.append(pa.table(columns))
        table.delete(f"{name}_number in ({part * 40 + 3}, 5)")


@pytest.mark.parametrize("seed", range(2))
def test_random_tables(engines, seed):
    """Views by all sorts of keys, over tables of every kind, in one join."""
    rng = random.Random(seed)
    keys = [(DRIVER,), (DRIVER, REGION), (WEIGHT,), ()]
    rng.shuffle(keys)
    features = []
    for number, (kind, entities) in enumerate(zip(KINDS, keys, strict=True)):
        name = f"random_{seed}_{number}"
        random_table(engines, rng, name, kind)
        engines.view(
            name,
            entities=entities,
            ttl=rng.choice([None, dt.timedelta(minutes=20)]),
            source_created_timestamp_column=rng.choice(["created", ""]),
        )
        features += [f"{name}:{name}_value", f"{name}:{name}_number"]
    frame = random_rows(rng, 60)
    frame = pa.table(
        {
            "driver_id": pa.array(frame["driver_id"], pa.int32()),
            "weight": pa.array(frame["weight"], pa.float64()),
            "region": pa.array(frame["region"], pa.large_string()),
            "event_timestamp": pa.array(frame["ts"], pa.timestamp("ns", tz="Asia/Kolkata")),
            "more": pa.array([[i] for i in range(60)], pa.list_(pa.uint64())),
        }
    )
    for late in (False, True):
        found = engines.same(frame, features, filter_by_created_timestamp=late)
        assert sum(found[name.split(":")[1]].null_count < 60 for name in features) == len(features)


@pytest.fixture(scope="module")
def typed(engines):
    """Features of the view `typed`, as they are asked for."""
    rows = every_type(4)
    engines.view("typed", rows, properties={"format-version": 3})
    return [f"typed:{name}" for name in rows.column_names if name.startswith("f_")]


def test_types(engines, typed):
    names = [feature.removeprefix("typed:") for feature in typed]
    frame = pa.table({"driver_id": [3, 2, 1, 0, 9], "event_timestamp": times(["23:00"] * 5)})
    found = engines.same(frame, typed)
    assert all(found[name].null_count == 3 for name in names)
    window = {"start_date": at("00:00"), "end_date": at("23:00")}
    jobs = engines.jobs(None, typed, **window)
    assert_same(*(job.to_arrow() for job in jobs), ordered=False)
    job = pull(engines.spark, "typed", names, latest=True)
    assert_same(pull(engines.firn, "typed", names, latest=True), job, ordered=False)


def test_keys_of_every_type(engines):
    """Integers of any width meet, so do instants of any unit and zone."""
    instants = [dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.datetime(1960, 1, 1, tzinfo=dt.UTC)]
    given = {
        "k_int": (pa.array([1, 2], pa.int32()), pa.int64()),
        "k_real": (pa.array([0.5, -0.0], pa.float32()), pa.float64()),
        "k_bool": (pa.array([True, False]), pa.bool_()),
        "k_text": (pa.array(["a", "b"]), pa.large_string()),
        "k_bytes": (pa.array([b"a", b""]), pa.large_binary()),
        "k_fixed": (pa.array([b"abcd", b"wxyz"], pa.binary(4)), pa.binary(4)),
        "k_uuid": (pa.array([uuid.UUID(int=i).bytes for i in (1, 2)], pa.uuid()), pa.binary(16)),
        "k_day": (pa.array([item.date() for item in instants]), pa.date32()),
        "k_instant": (pa.array(instants, INSTANT), pa.timestamp("ns", tz="Europe/Zurich")),
        "k_decimal": (
            pa.array([decimal.Decimal("1.50"), decimal.Decimal("-2.25")], pa.decimal128(9, 2)),
            pa.decimal128(30, 2),
        ),
    }
    frame = {"event_timestamp": times(["12:00", "12:00"])}
    views = []
    for number, (key, (values, data_type)) in enumerate(given.items()):
        entity = Entity(name=key, join_keys=[key], value_type=ValueType.STRING)
        feature = f"of_{key}"
        rows = pa.table(
            {key: values, "ts": times(["10:00", "11:00"]), feature: [number, number + 100]}
        )
        engines.view(f"by_{key}", rows, entities=(entity,))
        views.append(f"by_{key}:{feature}")
        values = values.storage if key == "k_uuid" else values
        frame[key] = values.cast(data_type)
    found = engines.same(pa.table(frame), views)
    for number, view in enumerate(views):
        assert found[view.split(":")[1]].to_pylist() == [number, number + 100]


def test_windows_without_entities(engines, drivers):
    rows = pa.table(
        {
            "region": pa.array(["a", "b", "a", None]),
            "ts": times(["10:00", "11:00", "12:00", "10:00"]),
            "sales": [1, 2, 3, 4],
        }
    )
    engines.view("sales", rows, entities=(REGION,))
    window = {"start_date": at("10:00"), "end_date": at("11:00")}
    alone, several = ["stats:rate"], ["stats:rate", "sales:sales"]
    for features in (alone, several):
        ours, theirs = (job.to_arrow() for job in engines.jobs(None, features, **window))
        assert_same(ours, theirs, ordered=False)
    assert several and theirs.num_rows == 4
    # Two views by one key have each row once between them.
    engines.view("again", stats().rename_columns(["driver_id", "ts", "created", "other"]))
    features = ["stats:rate", "again:other"]
    ours, theirs = (job.to_arrow() for job in engines.jobs(None, features, **window))
    assert_same(ours, theirs, ordered=False)
    assert theirs.num_rows == 2


@pytest.mark.parametrize(("kind", "keys"), [("int", [1, 2**31]), ("float", [0.5, 0.1])])
def test_keys_of_a_window_are_as_wide_as_those_of_any_view(engines, kind, keys):
    for bits, values in ((32, keys[:1]), (64, keys)):
        columns = [pa.array(values, f"{kind}{bits}"), times(["10:00"] * len(values)), values]
        rows = pa.table(columns, names=["weight", "ts", kind])
        engines.view(f"{kind}{bits}", rows, entities=(WEIGHT,))
    window = {"full_feature_names": True, "start_date": at("09:00"), "end_date": at("11:00")}
    for views in ((f"{kind}32", f"{kind}64"), (f"{kind}64", f"{kind}32")):
        jobs = engines.jobs(None, [f"{view}:{kind}" for view in views], **window)
        ours, theirs = (job.to_arrow() for job in jobs)
        assert_same(ours, theirs, ordered=False)
        assert sorted(ours["weight"].to_pylist()) == sorted(keys)


def pull(repository, table: str, features: list[str], *, latest: bool = False, **options):
    """What materialisation and saved datasets read of the rows of a window."""
    created = "created" if table == "stats" else None
    options = {
        "join_key_columns": ["driver_id"],
        "created_timestamp_column": created,
        "start_date": at("00:00"),
        "end_date": at("23:00"),
        **options,
    }
    store = repository.store._get_provider().offline_store
    read = store.pull_latest_from_table_or_query if latest else store.pull_all_from_table_or_query
    return read(
        config=repository.config,
        data_source=IcebergSource(table_identifier=table, timestamp_field="ts"),
        feature_name_columns=features,
        timestamp_field="ts",
        **options,
    ).to_arrow()


def test_newest_and_all_rows(engines, drivers):
    both = [
        (
            pull(repository, "stats", ["rate"], latest=True, end_date=at("11:00")),
            pull(
                repository,
                "stats",
                ["rate"],
                latest=True,
                created_timestamp_column=None,
                start_date=at("09:30"),
                end_date=at("11:30"),
            ),
            pull(repository, "stats", ["rate"], start_date=at("10:00"), end_date=None),
            pull(repository, "stats", [], join_key_columns=[], start_date=None, end_date=None),
        )
        for repository in (engines.firn, engines.spark)
    ]
    for ours, theirs in zip(*both, strict=True):
        assert_same(ours, theirs, ordered=False)
    latest, untied, rows, whole = both[1]
    assert sorted(latest["rate"].to_pylist()) == [0.3, 0.9]
    assert untied["rate"].to_pylist() == [0.3]
    assert rows.num_rows == 4
    assert whole.num_rows == 6


def test_the_snapshot_is_that_of_the_plan(engines):
    engines.view("moving", stats(), ttl=None)
    compute = engines.jobs(FRAME[:3], ["moving:rate"])[1]._compute
    planned = compute()
    before = planned.reader().read_all()
    engines.firn.catalog.load_table("default.moving").overwrite(stats()[:0], "true")
    assert planned.reader().read_all().equals(before, check_metadata=True)
    assert before["rate"].null_count < 3
    assert engines.same(FRAME[:3], ["moving:rate"])["rate"].null_count == 3


def test_columns_that_changed_after_the_last_rows(engines):
    """Firn reads a snapshot by the columns of now, found by their ids."""
    run = session_of(engines.spark.config).sql
    engines.firn.table("evolving", stats().append_column("n", pa.array(range(6), pa.int32())))
    for change in (
        "RENAME COLUMN created TO made",
        "RENAME COLUMN rate TO created",
        "ADD COLUMN rate DOUBLE",
        "ALTER COLUMN n TYPE BIGINT",
    ):
        run(f"ALTER TABLE firn_feast.default.evolving {change}")
    engines.view("evolving", source_created_timestamp_column="made")
    features = [f"evolving:{name}" for name in ("rate", "created", "n")]
    found = engines.same(FRAME, features)
    assert found["rate"].null_count == len(FRAME)
    assert found["created"].to_pylist()[2] == 0.3
    assert found["n"].to_pylist()[2] == 2


def test_a_struct_that_changed_after_the_last_rows(engines):
    nested = pa.array([{"x": 1}] * 6, pa.struct([("x", pa.int32())]))
    engines.firn.table("nested", stats().append_column("s", nested))
    run = session_of(engines.spark.config).sql
    run("ALTER TABLE firn_feast.default.nested ADD COLUMN s.y INT")
    engines.view("nested")
    ours, theirs = engines.jobs(FRAME, ["nested:s"])
    assert ours.to_arrow()["s"].to_pylist()[0] == {"x": 1, "y": None}
    with pytest.raises(IcebergConfigError, match=r"default\.nested: column s was changed after"):
        theirs.to_arrow()


def test_a_table_without_rows(engines):
    engines.view("nothing", stats()[:0])
    found = engines.same(FRAME, ["nothing:rate"])
    assert found["rate"].null_count == len(FRAME)


def test_rows_stay_in_spark_where_they_are_wanted_there(engines, drivers):
    ours, theirs = engines.jobs(FRAME, ["stats:rate"])
    frame = theirs.to_spark_df()
    assert frame.columns == ["driver_id", "event_timestamp", "order", "rate"]
    rates = {row["order"]: row["rate"] for row in frame.collect()}
    assert rates == dict(zip("abcdefghijkl", RATES, strict=True))
    with pytest.raises(NotImplementedError, match="engine: spark"):
        ours.to_spark_df()


def test_only_what_is_wanted_is_read(engines):
    """The window of time and the columns reach Iceberg, and no row of the table is shuffled to be
    told when its file was written."""
    engines.firn.table("wide", stats().append_column("unused", pa.array(range(6))))
    engines.view("wide", ttl=2 * HOUR, source_created_timestamp_column="created")
    plan = engines.jobs(FRAME, ["wide:rate"])[1].to_spark_df()._jdf.queryExecution().toString()
    physical = plan.split("== Physical Plan ==")[1]
    first, last = (int(at(clock).timestamp()) * 1_000_000 for clock in ("07:00", "12:30"))
    bounds = f"ts >= {first}, ts <= {last}, driver_id IS NOT NULL"
    assert f"filters=ts IS NOT NULL, {bounds}" in physical, physical
    assert "BatchScan firn_feast.default.wide[driver_id#" in physical
    assert "unused" not in physical
    assert "BroadcastHashJoin [_file" in physical


def test_results_are_kept(engines, drivers, typed):
    """Spark writes the table that Firn would have made."""
    kept = []
    asked = ["stats:rate", *(feature for feature in typed if "identified" not in feature)]
    jobs = engines.jobs(FRAME, asked)
    for job, name in zip(jobs, ("of_firn", "of_spark"), strict=True):
        job.persist(SavedDatasetIcebergStorage(name))
        kept.append(engines.firn.catalog.load_table(f"default.{name}"))
    assert kept[1].schema == kept[0].schema
    assert_same(*(table.scan().to_arrow() for table in kept), ordered=False)
    with pytest.raises(SavedDatasetLocationAlreadyExists):
        jobs[1].persist(SavedDatasetIcebergStorage("of_spark"))
    jobs[1].persist(SavedDatasetIcebergStorage("of_spark"), allow_overwrite=True)
    first, second = kept[1].refresh().snapshots()
    assert (first.operation, second.operation) == ("append", "overwrite")
    assert "spark.app.id" in second.summary
    assert_same(*(table.scan().to_arrow() for table in kept), ordered=False)
    # What Spark would write as text is written as it is.
    engines.jobs(FRAME, ["typed:f_identified"])[1].persist(SavedDatasetIcebergStorage("identified"))
    ids = engines.firn.catalog.load_table("default.identified").scan().to_arrow()["f_identified"]
    assert {"id": uuid.UUID(int=2).bytes} in ids.to_pylist()


def test_what_spark_cannot_read_is_named(engines):
    rows = stats().append_column("clock", pa.array([dt.time(1)] * 6, pa.time64("us")))
    engines.view("clocks", rows, schema=[Field(name="rate", dtype=Float64)])
    with pytest.raises(IcebergConfigError, match=r"default\.clocks: column clock is time"):
        engines.jobs(FRAME, ["clocks:rate"])[1].to_arrow()
    within = pa.array([{"time": 1, "clocks": [dt.time(1)]}] * 6, pa.struct(
        [("time", pa.int32()), ("clocks", pa.list_(pa.time64("us")))]))  # fmt: skip
    engines.view("within", stats().append_column("w", within))
    with pytest.raises(IcebergConfigError, match=r"default\.within: column w holds time, which"):
        engines.jobs(FRAME, ["within:rate"])[1].to_arrow()


def test_what_the_catalog_needs_is_seen_by_nobody_else(engines, drivers, caplog):
    """Nor is the session that is there changed."""
    from pyspark.sql import SparkSession

    caplog.set_level(logging.DEBUG)
    other = engines.repository("spark", engines.conf + SECRETS.replace(SECRET, f"{SECRET}-too"))
    assert session_of(other.config) is not session_of(engines.spark.config)
    own = session_of(engines.spark.config)
    assert own.sql("SELECT 1").count() == 1
    assert "py4j" in str({record.name for record in caplog.records})
    assert SECRET not in caplog.text
    assert own is session_of(engines.spark.config)
    theirs = SparkSession.builder.getOrCreate()
    assert theirs.conf.get("spark.sql.catalog.firn_feast", "none") == "none"
    assert theirs.conf.get("spark.sql.caseSensitive") == "false"
    assert own.conf.get("spark.sql.catalog.firn_feast.header.x-of-the-test", "none") == "none"
    assert SECRET not in str(own.sql("SET").collect())
    engines.spark.features(FRAME, ["stats:rate"])
    logged = "".join(path.read_text() for path in engines.events.rglob("*") if path.is_file())
    assert "SparkListenerSQLExecutionStart" in logged
    assert SECRET not in logged


def test_a_sqlite_catalog(engines, make_repository):
    """The file that Firn made opens in Java's JdbcCatalog, by the name that it has there."""
    ours = make_repository()
    view = ours.view("stats", stats(), source_timestamp_field="ts")
    path = ours.folder / "data/catalog.db"
    more = f"  engine: spark\n  uri: sqlite:///{path}\n  warehouse: {ours.folder}/data/warehouse\n"
    theirs = make_repository(YAML + more + engines.conf)
    theirs.store.apply([DRIVER, view])
    assert_same(*(side.features(FRAME, ["stats:rate"]) for side in (ours, theirs)))
    # The catalog and the namespace are called alike.
    job = theirs.store.get_historical_features(FRAME, ["stats:rate"])
    job.persist(SavedDatasetIcebergStorage("kept"))
    kept = ours.catalog.load_table("default.kept")
    assert "spark.app.id" in kept.snapshots()[0].summary
    columns = [column.to_pylist() for column in job.to_arrow().select(["order", "rate"])]
    written = kept.scan().to_arrow().sort_by("order").select(["order", "rate"])
    assert [column.to_pylist() for column in written] == columns
