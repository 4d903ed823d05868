"""Sources pinned to a state of their table: `engine: spark` answers what `engine: firn` does."""

import pandas as pd
import pyarrow as pa
import pytest
from two_engines import TwoEngines, assert_same

from conftest import at, times
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
