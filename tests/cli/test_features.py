"""firn features join and latest: the worked example of docs/behaviour.md, from files to rows."""

import datetime as dt
import json
import pathlib
import re
import subprocess
import time

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from harness import bodies

UTC = dt.UTC
INSTANT = pa.timestamp("us", tz="UTC")


def at(clock: str) -> dt.datetime:
    hour, minute = clock.split(":")
    return dt.datetime(2026, 11, 1, int(hour), int(minute), tzinfo=UTC)


STATS = [
    (1, "10:00", "10:01", 0.1),
    (1, "11:00", "11:01", 0.2),
    (1, "11:00", "11:30", 0.3),
    (1, "12:00", "12:01", None),
    (2, "09:00", "09:01", 0.9),
]
ENTITIES = [(1, "10:00"), (1, "09:59"), (1, "11:05"), (1, "12:30"), (2, "11:00"), (2, "11:01"),
            (3, "11:00"), (None, "11:00")]  # fmt: skip
RATES = [0.1, None, 0.3, None, 0.9, None, None, None]


@pytest.fixture
def stats(firn, tmp_path):
    """Runs a command on a catalog with the table `db.stats`; `entities` is a file."""
    uri = f"sqlite:///{tmp_path}/c.db?warehouse=file:{tmp_path}/warehouse"

    def run(*words: object, **options):
        return firn(*words, "--catalog", uri, **options)

    run.ns = bodies.unique("db")
    run.entities = tmp_path / "entities.parquet"
    run.out = tmp_path / "out.parquet"
    run("namespace", "create", run.ns)
    drivers, times, created, rates = zip(*STATS, strict=True)
    table = pa.table({
        "driver": pa.array(drivers, pa.int64()),
        "ts": pa.array(map(at, times), INSTANT),
        "created": pa.array(map(at, created), INSTANT),
        "rate": pa.array(rates, pa.float64()),
    })  # fmt: skip
    pq.write_table(table, tmp_path / "stats.parquet")
    run("append", tmp_path / "stats.parquet", f"{run.ns}.stats", "--create")
    drivers, times = zip(*ENTITIES, strict=True)
    frame = pa.table({
        "driver": pa.array(drivers, pa.int32()),
        "event_timestamp": pa.array(map(at, times), INSTANT),
        "label": list(range(len(drivers))),
    })  # fmt: skip
    pq.write_table(frame, run.entities)
    return run


def join(stats, view: str, *flags: object) -> pa.Table:
    stats("features", "join", "--entities", stats.entities, "--view", f"{stats.ns}.{view}",
          "--out", stats.out, *flags)  # fmt: skip
    return pq.read_table(stats.out)


def test_the_worked_example(stats):
    joined = join(stats, "stats:rate@ttl=2h")
    frame = pq.read_table(stats.entities)
    assert joined.select(frame.column_names) == frame
    assert joined["rate"].to_pylist() == RATES
    seen = join(stats, "stats:rate@ttl=2h,created-later=does-not")
    assert seen["rate"].to_pylist()[2] == 0.2


def test_a_memory_limit_changes_no_answer(stats):
    frame = pq.read_table(stats.entities)
    frame = pa.concat_tables([frame] * 20_000)
    pq.write_table(frame, stats.entities)
    whole = join(stats, "stats:rate@ttl=2h")
    parts = join(stats, "stats:rate@ttl=2h", "--memory-limit", "16MB")
    assert parts == whole
    assert whole["rate"].to_pylist() == RATES * 20_000
    assert "16 MiB" in stats(
        "features", "join", "--entities", stats.entities, "--view", f"{stats.ns}.stats:rate",
        "--memory-limit", "1MB", expect=2,
    ).err  # fmt: skip


LIMIT_MIB = 80
FRAME_MIB, ROW_BYTES = 10 * LIMIT_MIB, 128


def ordered_frame(path) -> None:
    """FRAME_MIB of entity rows in order of time, over the day of STATS."""
    rows, at_a_time, labels = FRAME_MIB * 2**20 // ROW_BYTES, 2**16, ROW_BYTES // 8 - 2
    start, step = int(at("00:00").timestamp() * 1e6), 86_400_000_000 // rows
    fields = [("driver", pa.int64()), ("event_timestamp", INSTANT)]
    fields += [(f"label{i}", pa.int64()) for i in range(labels)]
    with pq.ParquetWriter(path, pa.schema(fields), compression="NONE") as out:
        for first in range(0, rows, at_a_time):
            numbers = pa.array(range(first, min(first + at_a_time, rows)))
            times = pc.cast(pc.add(pc.multiply(numbers, step), start), INSTANT)
            drivers = pc.subtract(numbers, pc.multiply(pc.divide(numbers, 3), 3))
            out.write_table(pa.table([drivers, times] + [numbers] * labels, schema=out.schema))


def peak_mib(command: list, environment: dict) -> float:
    """Runs the command; the most anonymous memory that it was seen to hold."""
    peak = 0.0
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
            held = re.search(r"RssAnon:\s*(\d+)", status)
            peak = max(peak, int(held[1]) / 1024 if held else 0.0)
            time.sleep(0.002)
        assert process.returncode == 0, process.stderr.read()
    return peak


def test_a_frame_of_ten_times_the_limit_is_joined_within_it(firn, stats, tmp_path):
    ordered_frame(tmp_path / "large.parquet")
    catalog = f"sqlite:///{tmp_path}/c.db?warehouse=file:{tmp_path}/warehouse"
    out = tmp_path / "out.arrow"

    words = ["features", "join", "--entities", tmp_path / "large.parquet",
             "--view", f"{stats.ns}.stats:rate", "--memory-limit", f"{LIMIT_MIB}MiB",
             "--out", out, "--catalog", catalog]  # fmt: skip
    assert peak_mib([firn.binary, *words], firn.environment()) < LIMIT_MIB
    rows, rates = 0, {0: None, 1: None, 2: 0.9}
    with pa.OSFile(str(out)) as file, pa.ipc.open_stream(file) as answer:
        for batch in answer:
            rows += len(batch)
            last = batch.slice(max(len(batch) - 3, 0)).to_pydict()
    assert rows == FRAME_MIB * 2**20 // ROW_BYTES
    assert last["rate"] == [rates[driver] for driver in last["driver"]]


def test_without_entities_the_tables_say_for_which(stats):
    def ask(*flags: str) -> list[tuple]:
        stats("features", "join", "--view", f"{stats.ns}.stats:rate@key=driver,ttl=30m",
              "--out", stats.out, *flags)  # fmt: skip
        rows = pq.read_table(stats.out)
        assert rows.column_names == ["driver", "event_timestamp", "rate"]
        return [tuple(row.values()) for row in rows.to_pylist()]

    assert ask() == [(1, at("10:00"), 0.1), (1, at("11:00"), 0.3), (1, at("12:00"), None),
                     (2, at("09:00"), 0.9)]  # fmt: skip
    window = ("--start", "2026-11-01T10:00:00", "--end", "2026-11-01T11:00:00")
    assert ask(*window) == [(1, at("10:00"), 0.1), (1, at("11:00"), 0.3)]


def test_without_entities_more_rows_than_the_limit_holds_are_refused(stats, tmp_path):
    rows = 200_000
    frame = pa.table({
        "driver": pa.array(range(rows), pa.int64()),
        "event_timestamp": pa.array([at("10:00")] * rows, INSTANT),
        "rate": pa.array([0.5] * rows),
    })  # fmt: skip
    pq.write_table(frame, tmp_path / "many.parquet")
    stats("append", tmp_path / "many.parquet", f"{stats.ns}.many", "--create")
    words = ("features", "join", "--view", f"{stats.ns}.many:rate@key=driver", "--out", stats.out,
             "--memory-limit", "16MiB")  # fmt: skip
    assert "start" in stats(*words, expect=1).err
    stats(*words, "--start", "2026-11-01T11:00:00")
    assert pq.read_metadata(stats.out).num_rows == 0


def test_the_answer_names_its_snapshots(stats):
    joined = join(stats, "stats:rate")
    snapshots = json.loads(joined.schema.metadata[b"firn.snapshots"])
    assert snapshots["stats"]["table"] == f"{stats.ns}.stats"
    assert snapshots["stats"]["snapshot-id"] > 0


def test_names_are_those_asked_for(stats):
    joined = join(stats, "stats:rate as speed,created", "--full-feature-names")
    assert joined.column_names[3:] == ["stats__speed", "stats__created"]


def test_a_table_as_it_was(stats, tmp_path):
    row = {"driver": [2], "ts": pa.array([at("10:00")], INSTANT),
           "created": pa.array([at("10:00")], INSTANT), "rate": [0.5]}  # fmt: skip
    history = stats("table", "history", f"{stats.ns}.stats", "--json").json
    pq.write_table(pa.table(row), tmp_path / "more.parquet")
    stats("append", tmp_path / "more.parquet", f"{stats.ns}.stats")
    assert join(stats, "stats:rate@ttl=2h")["rate"].to_pylist()[4] == 0.5
    old = join(stats, "stats:rate@ttl=2h", "--as-of", history[0]["made-current-at"])
    assert old["rate"].to_pylist() == RATES
    snapshot = json.loads(old.schema.metadata[b"firn.snapshots"])["stats"]
    pinned = f"stats:rate@ttl=2h,snapshot={snapshot['snapshot-id']},schema={snapshot['schema-id']}"
    assert join(stats, pinned).equals(old, check_metadata=True)
    assert join(stats, "stats:rate@ttl=2h,ref=main")["rate"].to_pylist()[4] == 0.5
    assert "not passed" in stats(
        "features", "latest", f"{stats.ns}.stats:rate@key=driver", "--as-of", "2999-01-01", expect=2
    ).err


def test_latest_rows(stats):
    lines = stats("features", "latest", f"{stats.ns}.stats:rate@key=driver,time=ts",
                  "--end", "2026-11-01T11:59:00", "--format", "csv").lines  # fmt: skip
    assert lines[0] == "driver,rate,ts,created"
    assert sorted(line.split(",")[:2] for line in lines[1:]) == [["1", "0.3"], ["2", "0.9"]]


@pytest.mark.parametrize(
    ("view", "says"),
    [
        ("stats:nothing", "no column nothing"),
        ("stats:rate@key=label:rate", "label"),
        ("stats:rate@ttl=soon", "soon"),
        ("stats", "names no features"),
        ("stats:rate@time=rate", "no times"),
    ],
)
def test_what_does_not_fit_is_named(stats, view, says):
    failed = stats("features", "join", "--entities", stats.entities, "--view",
                   f"{stats.ns}.{view}", "--out", stats.out, expect=2)  # fmt: skip
    assert says in failed.err
    assert not stats.out.exists()


def test_what_is_not_there_is_named(stats, tmp_path):
    failed = stats("features", "join", "--entities", stats.entities, "--view",
                   f"{stats.ns}.lost:rate", expect=3)  # fmt: skip
    assert "lost" in failed.err
    failed = stats("features", "join", "--entities", tmp_path / "lost.parquet", "--view",
                   f"{stats.ns}.stats:rate", expect=3)  # fmt: skip
    assert "lost.parquet" in failed.err
