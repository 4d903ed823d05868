"""Feast's commands that monitor: `feast apply` with `auto_baseline`, `feast monitor run`."""

import datetime as dt
import json
import subprocess
import sys

import pyarrow as pa
from feast.monitoring.monitoring_service import MonitoringService

from conftest import YAML, times

DAY = dt.date(2026, 11, 1)
DEFINITIONS = """\
from feast import Entity, FeatureView, ValueType
from firn.feast import IcebergSource

driver = Entity(name="driver", join_keys=["driver_id"], value_type=ValueType.INT64)
source = IcebergSource(table_identifier="stats", timestamp_field="ts")
stats = FeatureView(name="stats", entities=[driver], source=source)
"""
# Each command of a list, one after the other.
FEAST = """
import json, sys
import firn.feast
from feast.cli.cli import cli
for words in json.loads(sys.argv[1]):
    print("next command")
    cli(words, standalone_mode=False)
"""


def stats() -> pa.Table:
    return pa.table(
        {
            "driver_id": pa.array([1, 2, 3], pa.int64()),
            "ts": times(["09:00", "10:00", "11:00"]),
            "trips": pa.array([4, 6, None], pa.int64()),
            "city": pa.array(["Bern", "Chur", "Bern"]),
        }
    )


def test_a_baseline_with_apply_and_metrics_with_run(make_repository):
    repository = make_repository(YAML + "data_quality_monitoring: {auto_baseline: true}\n")
    repository.table("stats", stats())
    (repository.folder / "definitions.py").write_text(DEFINITIONS)

    def feast(*commands: list[str]) -> list[str]:
        lines = json.dumps([["-c", str(repository.folder), *words] for words in commands])
        command = [sys.executable, "-c", FEAST, lines]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.split("next command\n")[1:]

    (told,) = feast(["apply"])
    assert "Baseline computed" in told
    monitoring = MonitoringService(repository.store)
    baseline = monitoring.get_baseline("test", feature_view_name="stats")
    assert {metric["feature_name"]: metric["null_count"] for metric in baseline} == {
        "trips": 1,
        "city": 0,
    }
    day = ["--start-date", str(DAY), "--end-date", str(DAY), "--granularity", "daily"]
    of_trips = ["--feature-view", "stats", "--feature-name", "trips", *day]
    told, of_all = feast(["monitor", "run", *of_trips], ["monitor", "run"])
    assert "Status: completed" in told
    assert "Features computed: 1" in told
    of_day = {"granularity": "daily", "start_date": DAY, "end_date": DAY}
    (metric,) = monitoring.get_feature_metrics("test", feature_view_name="stats", **of_day)
    assert (metric["feature_name"], metric["row_count"], metric["mean"]) == ("trips", 3, 5.0)
    assert "Feature views computed: 1" in of_all
    (metric,) = monitoring.get_timeseries("test", feature_name="city", granularity="daily")
    assert metric["row_count"] == 3
