"""Sources pinned to a state of their table: `engine: spark` answers what `engine: firn` does."""

import pandas as pd
import pyarrow as pa
import pytest
from two_engines import TwoEngines, assert_same

from conftest import at, times
from firn.feast.spark.session import session_of
from harness import spark
from harness.server import temporary_server

if missing := spark.missing():
    pytest.skip(f"no {missing} for Spark", allow_module_level=True)

FRAME = pd.DataFrame({"driver_id": [2, 1, 3], "event_timestamp": [at("10:00")] * 3})
WINDOW = {"start_date": at("00:00"), "end_date": at("23:00")}


@pytest.fixture(scope="module")
def engines(tmp_path_factory):
    with temporary_server("feast-pins") as server:
        yield TwoEngines(tmp_path_factory.mktemp("engines"), server)


def stats(*rates: float) -> pa.Table:
    return pa.table(
        {
            "driver_id": pa.array(range(1, len(rates) + 1), pa.int64()),
            "ts": times(["09:00"] * len(rates)),
            "rate": pa.array(rates, pa.float64()),
        }
    )


def test_pinned_to_a_snapshot(engines):
    table = engines.firn.table("stats", stats(0.1, 0.2))
    first = table.current_snapshot_id
    table.overwrite(stats(0.7, 0.8, 0.9), "true")
    view = engines.view("stats", source_snapshot_id=first)
    assert engines.same(FRAME, ["stats:rate"])["rate"].to_pylist() == [0.2, 0.1, None]
    for job in engines.jobs(FRAME, ["stats:rate"]):
        job.to_arrow()
        assert job.snapshots["stats"]["snapshot-id"] == first
    windows = engines.jobs(None, ["stats:rate"], **WINDOW)
    assert_same(*(job.to_arrow() for job in windows), ordered=False)
    for job in windows:
        assert sorted(job.to_arrow()["rate"].to_pylist()) == [0.1, 0.2]
        assert job.snapshots["stats"]["snapshot-id"] == first
    for repository in (engines.firn, engines.spark):
        repository.store.materialize(at("00:00"), at("23:00"), ["stats"])
        online = repository.store.get_online_features(
            ["stats:rate"], [{"driver_id": 1}, {"driver_id": 3}]
        ).to_dict()
        assert online["rate"] == [0.1, None]
    assert view.batch_source.pin == {"snapshot_id": first}


def test_pinned_to_a_snapshot_and_a_schema(engines):
    """Columns changed after the snapshot was written, and again after it was read."""
    run = session_of(engines.spark.config).sql
    narrow = stats(0.1, 0.2)
    narrow = narrow.set_column(2, "rate", narrow["rate"].cast(pa.float32()))
    table = engines.firn.table("evolving", narrow)
    run("ALTER TABLE firn_feast.default.evolving ALTER COLUMN rate TYPE DOUBLE")
    engines.view("evolving")
    (job, _) = engines.jobs(FRAME, ["evolving:rate"])
    made = job.to_arrow()
    assert made.schema.field("rate").type == pa.float64()
    used = job.snapshots["evolving"]
    run("ALTER TABLE firn_feast.default.evolving RENAME COLUMN rate TO cost")
    table.refresh().delete("true")
    pin = {"source_snapshot_id": used["snapshot-id"]}
    engines.view("evolving", **pin, source_schema_id=used["schema-id"])
    again = engines.same(FRAME, ["evolving:rate"])
    assert again.equals(made, check_metadata=True)
    engines.view("evolving", **pin)
    of_then = engines.same(FRAME, ["evolving:rate"])
    assert of_then.schema.field("rate").type == pa.float32()
