"""The tables that monitoring keeps its metrics in."""

import datetime as dt
import json
import math
import subprocess
import sys
import threading

import numpy as np
import pyarrow as pa
import pytest
from feast.monitoring import monitoring_utils
from feast.monitoring.monitoring_utils import monitoring_table_meta

import firn
from conftest import INSTANT
from firn.feast import IcebergOfflineStore
from firn.feast.catalogs import open_catalog
from firn.feast.monitoring import storage

KINDS = ["feature", "feature_view", "feature_service", "job"]
DAY = dt.date(2026, 11, 1)


def stored(repository, kind: str) -> pa.Table:
    name, *_ = monitoring_table_meta(kind)
    return repository.catalog.load_table(f"default.{name}").scan().to_arrow()


def commits(repository, kind: str) -> int:
    name, *_ = monitoring_table_meta(kind)
    return len(repository.catalog.load_table(f"default.{name}").snapshots())


def metric_of(feature: str, **more) -> dict:
    return {
        "project_id": "test",
        "feature_view_name": "stats",
        "feature_name": feature,
        "metric_date": DAY,
        "granularity": "daily",
        "data_source_type": "batch",
        "feature_type": "numeric",
        "is_baseline": False,
        **more,
    }


def save(repository, *metrics: dict) -> None:
    IcebergOfflineStore.save_monitoring_metrics(repository.config, "feature", list(metrics))


def found(repository, project: str = "test", **options) -> list[str]:
    rows = IcebergOfflineStore.query_monitoring_metrics(
        repository.config, project, "feature", **options
    )
    return [row["feature_name"] for row in rows]


ODD = ["it's", '"', "' or 'a' = 'a", "a\\", "a\nb", "é;--", "%", "c.d", ""]


def test_values_of_filters_are_only_values(repository):
    save(repository, *(metric_of(name) for name in ODD))
    for name in ODD:
        assert found(repository, filters={"feature_name": name}) == [name]
    assert found(repository, project="' or true or '") == []
    assert found(repository, filters={"feature_name": None}) == sorted(ODD)
    with pytest.raises(ValueError, match='has no column x" or true to filter by'):
        found(repository, filters={'x" or true': 1})


def test_filters_are_of_every_type_and_dates_are_bounds(repository):
    days = [DAY + dt.timedelta(days=i) for i in range(4)]
    save(
        repository,
        *(
            metric_of(f"f{i}", metric_date=day, row_count=i, mean=i / 2, is_baseline=i == 1)
            for i, day in reversed(list(enumerate(days)))
        ),
    )
    assert found(repository) == ["f0", "f1", "f2", "f3"]
    assert found(repository, start_date=days[1], end_date=days[2]) == ["f1", "f2"]
    assert found(repository, filters={"is_baseline": True}) == ["f1"]
    assert found(repository, filters={"is_baseline": False, "row_count": 2}) == ["f2"]
    assert found(repository, filters={"mean": 1.5, "metric_date": days[3].isoformat()}) == ["f3"]
    assert found(repository, project="") == ["f0", "f1", "f2", "f3"]
    assert found(repository, project="elsewhere") == []


def test_no_row_has_a_number_that_is_none(repository):
    save(repository, metric_of("f", mean=1.0), metric_of("g", mean=None))
    for value in (math.nan, math.inf):
        assert found(repository, filters={"mean": value}) == []


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"metric_date": "soon"}, "column metric_date: 'soon' is no date32"),
        ({"metric_date": 5}, "column metric_date: 5 is no date32"),
        ({"computed_at": "soon"}, "column computed_at: 'soon' is no timestamp"),
        ({"computed_at": 5}, "column computed_at: 5 is no timestamp"),
        ({"row_count": "x"}, "column row_count: 'x' is no int64"),
        ({"row_count": math.nan}, "column row_count: nan is no int64"),
        ({"row_count": math.inf}, "column row_count: inf is no int64"),
        ({"row_count": 2.7}, "column row_count: 2.7 is no int64"),
        ({"row_count": True}, "column row_count: True is no int64"),
        ({"row_count": "2"}, "column row_count: '2' is no int64"),
        ({"is_baseline": "false"}, "column is_baseline: 'false' is no bool"),
        ({"is_baseline": 1}, "column is_baseline: 1 is no bool"),
        ({"mean": "x"}, "column mean: 'x' is no double"),
        ({"feature_type": DAY}, r"column feature_type: .*date.* is no string"),
    ],
    ids=str,
)
def test_a_value_of_another_type_is_named_with_its_column(repository, values, says):
    with pytest.raises(ValueError, match=says):
        found(repository, filters=values)
    with pytest.raises(ValueError, match=says):
        save(repository, metric_of("f", **values))
    assert found(repository) == []


def test_values_of_numpy_are_of_the_columns_types(repository):
    save(repository, metric_of("f", row_count=np.int64(2), is_baseline=np.bool_(True)))
    save(repository, metric_of("g", row_count=np.float64(2), is_baseline=np.bool_(False)))
    assert stored(repository, "feature")["row_count"].to_pylist() == [2, 2]
    assert found(repository, filters={"is_baseline": np.bool_(True)}) == ["f"]
    assert found(repository, filters={"row_count": np.int32(2)}) == ["f", "g"]


def test_bounds_that_are_no_dates_are_named(repository):
    for bound in ("start_date", "end_date"):
        with pytest.raises(ValueError, match="column metric_date: 'soon' is no date32"):
            found(repository, **{bound: "soon"})


def test_a_table_of_another_feast_is_named_with_what_it_lacks(repository, monkeypatch):
    save(repository, metric_of("f"))
    with monkeypatch.context() as newer:
        columns = [*monitoring_utils.FEATURE_METRICS_COLUMNS, "skewness"]
        newer.setattr(monitoring_utils, "FEATURE_METRICS_COLUMNS", columns)
        says = r"default\.feast_monitoring_feature_metrics .*no column skewness \(string\); add"
        for call in (
            lambda: IcebergOfflineStore.ensure_monitoring_tables(repository.config),
            lambda: save(repository, metric_of("g", skewness=1)),
            lambda: found(repository),
        ):
            with pytest.raises(ValueError, match=says):
                call()
        repository.catalog.rename_table(
            "default.feast_monitoring_feature_metrics", "default.feature_metrics_of_before"
        )
        save(repository, metric_of("g", skewness=1))
        assert found(repository) == ["g"]
    save(repository, metric_of("h"))
    assert found(repository) == ["g", "h"]


def test_columns_have_types(repository):
    IcebergOfflineStore.ensure_monitoring_tables(repository.config)
    for kind in KINDS:
        name, columns, keys = monitoring_table_meta(kind)
        schema = repository.catalog.load_table(f"default.{name}").schema.to_arrow()
        assert schema.names == columns
        assert [field.name for field in schema if not field.nullable] == [
            column for column in columns if column in keys
        ]
    schema = stored(repository, "feature").schema
    assert schema.field("metric_date").type == pa.date32()
    assert schema.field("computed_at").type == INSTANT
    assert schema.field("is_baseline").type == pa.bool_()
    assert schema.field("row_count").type == pa.int64()
    assert schema.field("p99").type == pa.float64()


def test_nothing_that_is_no_number_is_kept(repository):
    save(repository, metric_of("f", mean=math.nan, max_val=math.inf, histogram={"bins": [1.5]}))
    row = stored(repository, "feature").to_pylist()[0]
    assert (row["mean"], row["max_val"]) == (None, None)
    assert json.loads(row["histogram"]) == {"bins": [1.5]}


def test_of_a_key_given_twice_the_last_counts(repository):
    save(repository, metric_of("f", mean=1.0), metric_of("f", mean=2.0))
    assert stored(repository, "feature")["mean"].to_pylist() == [2.0]


def test_a_metric_without_its_key_is_refused_whole(repository):
    with pytest.raises(ValueError, match="kind feature needs granularity"):
        save(repository, metric_of("a"), metric_of("b", granularity=None))
    assert found(repository) == []
    with pytest.raises(ValueError, match="unheard-of"):
        IcebergOfflineStore.save_monitoring_metrics(repository.config, "unheard-of", [{}])


def test_a_table_that_was_dropped_is_made_again(repository):
    save(repository, metric_of("a"))
    repository.catalog.drop_table("default.feast_monitoring_feature_metrics", purge=True)
    assert found(repository) == []
    save(repository, metric_of("b"))
    assert found(repository) == ["b"]


def test_writers_at_the_same_time_lose_nothing(repository):
    errors = []

    def write(writer: int) -> None:
        try:
            for i in range(4):
                save(repository, metric_of(f"{writer}-{i}"))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(found(repository)) == 16
    assert commits(repository, "feature") == 16


def test_a_race_that_is_always_lost_is_told(repository, monkeypatch):
    def lost(*_):
        raise firn.CommitConflictError("lost")

    monkeypatch.setattr(firn.Table, "upsert", lost)
    monkeypatch.setattr(storage, "FIRST_PAUSE_SECONDS", 0)
    with pytest.raises(firn.CommitConflictError):
        save(repository, metric_of("a"))


MAKES_TABLES = """
import sys
from feast import FeatureStore
from firn.feast import IcebergOfflineStore
config = FeatureStore(sys.argv[1]).config
print("ready", flush=True)
sys.stdin.readline()
IcebergOfflineStore.ensure_monitoring_tables(config)
"""


def test_processes_that_make_the_tables_at_the_same_time(repository):
    command = [sys.executable, "-c", MAKES_TABLES, str(repository.folder)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, **pipes) for _ in range(2)]
    assert [process.stdout.readline() for process in processes] == ["ready\n"] * 2
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        process.communicate(timeout=60)
    assert [process.returncode for process in processes] == [0, 0]
    assert len(open_catalog(repository.config).list_tables("default")) == 4
    IcebergOfflineStore.ensure_monitoring_tables(repository.config)
    save(repository, metric_of("a"))
