"""D-10: secrets of the settings are seen by the catalog alone. Everything that Feast keeps, prints
or logs is searched for them."""

import logging
import traceback

import pandas as pd
import pyarrow as pa
import pytest
from feast import FeatureService
from feast.feature_logging import LoggingConfig
from feast.repo_config import RepoConfig

import firn
from conftest import YAML, at, times
from firn.feast import (
    IcebergLoggingDestination,
    IcebergOfflineStoreConfig,
    IcebergSource,
    SavedDatasetIcebergStorage,
)

SECRET = "hunter2-of-the-test"
SECTION = f"""\
  uri: sqlite:///data/catalog.db
  storage_options:
    s3.access-key-id: AKIA-{SECRET}
    s3.secret-access-key: {SECRET}
"""
# What no catalog takes as it is; a password in a URI is PostgreSQL's.
SQL = {
    "type": "iceberg",
    "uri": f"postgresql://user:{SECRET}@127.0.0.1:1/catalog",
    "warehouse": "s3://bucket/warehouse",
    "storage_options": {"s3.secret-access-key": SECRET},
}
URIS = [
    f"postgresql://user:{SECRET}@h/db?sslmode=require",
    f"postgresql://u:a/{SECRET}@h/db?sslmode=require",
    f"postgresql://u:p@{SECRET}@h/db?sslmode=require",
    f"postgresql://u/v:{SECRET}/@h/db?sslmode=require",
    f"postgresql://h/db?password={SECRET}&sslmode=require",
    f"postgresql://h/db?sslmode=require&sslpassword=a@{SECRET}#{SECRET}",
    f"jdbc:postgresql://u:{SECRET}@h/db?sslmode=require&password={SECRET}",
]
REST = {
    "type": "iceberg",
    "catalog_type": "rest",
    "uri": "http://127.0.0.1:1/catalog",
    "storage_options": {"token": SECRET, "rest.client.max-retries": "0"},
    "engine": "spark",
    "spark_conf": {"spark.hadoop.fs.s3a.secret.key": SECRET},
}


def stats() -> pa.Table:
    return pa.table({"driver_id": pa.array([1], pa.int64()), "ts": times(["10:00"]), "rate": [0.5]})


def clean(*texts) -> None:
    for text in texts:
        assert SECRET not in (text if isinstance(text, str) else repr(text))


@pytest.mark.parametrize("section", [SQL, REST], ids=["sql", "rest"])
def test_reprs(section):
    config = IcebergOfflineStoreConfig(**section)
    clean(config, str(config), f"{config}")
    assert config.uri == section["uri"]
    assert config.storage_options == section["storage_options"]
    for shown in ("uri", "127.0.0.1", *section["storage_options"], *section.get("spark_conf", ())):
        assert shown in repr(config)


@pytest.mark.parametrize("uri", URIS)
def test_passwords_wherever_they_are_in_a_uri(uri):
    shown = repr(IcebergOfflineStoreConfig(**{**SQL, "uri": uri}))
    clean(shown)
    assert "h/db?" in shown
    assert "sslmode=require" in shown


@pytest.mark.parametrize("uri", URIS)
@pytest.mark.parametrize("spelling", ["iceberg", "firn.feast.IcebergOfflineStore"])
def test_reprs_of_feasts_own_configuration(spelling, uri):
    """Before and after the section is understood."""
    section = {**SQL, "type": spelling, "uri": uri}
    config = RepoConfig(project="p", registry="r", offline_store=section)
    clean(config, str(config))
    assert "h/db?" in repr(config)
    assert "sslmode=require" in repr(config)
    assert config.offline_store.uri == uri
    clean(config, str(config))
    assert config.offline_config["uri"] == uri


@pytest.mark.parametrize(
    "broken",
    [
        {"warehose": SECRET},
        {"storage_options": SECRET},
        {"storage_options": [SECRET]},
        {"catalog_type": SECRET},
        {"uri": [SECRET]},
        {"engine": SECRET},
        {"spark_conf": [SECRET]},
    ],
    ids=lambda broken: next(iter(broken)),
)
def test_errors_of_the_settings(broken):
    """`catalog_type` and the like are no places for secrets, yet their values are not printed."""
    for make in (
        lambda: RepoConfig(project="p", registry="r", offline_store={**SQL, **broken}),
        lambda: IcebergOfflineStoreConfig(**{**SQL, **broken}),
    ):
        with pytest.raises(Exception, match="offline_store: ") as refused:
            make()
        clean(*traceback.format_exception(refused.value))


@pytest.mark.parametrize("section", [SQL, REST], ids=["sql", "rest"])
def test_errors_and_logs_of_a_catalog_that_does_not_open(tmp_path, caplog, section):
    caplog.set_level(logging.DEBUG)
    config = RepoConfig(project="p", registry="r", repo_path=tmp_path, offline_store=section)
    source = IcebergSource(table_identifier="db.t", timestamp_field="ts")
    with pytest.raises(firn.Error) as refused:
        source.validate(config)
    clean(*traceback.format_exception(refused.value), refused.value.context, caplog.text)


def test_variables_are_put_in_when_the_catalog_is_opened(make_repository, monkeypatch):
    monkeypatch.setenv("FIRN_TEST_SECRET", SECRET)
    section = YAML + "  storage_options: {s3.secret-access-key: '${FIRN_TEST_SECRET}'}\n"
    assert make_repository(section).table("stats", stats()).current_snapshot_id
    config = IcebergOfflineStoreConfig(storage_options={"s3.region": "${FIRN_TEST_NOT_SET}"})
    with pytest.raises(Exception, match="FIRN_TEST_NOT_SET"):
        from firn.feast.catalogs import open_catalog

        open_catalog(RepoConfig(project="p", registry="r", offline_store=config))


def test_nothing_that_is_kept_or_logged_has_them(make_repository, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    repository = make_repository(YAML + SECTION)
    view = repository.view("stats", stats(), source_timestamp_field="ts")
    service = FeatureService(
        name="service",
        features=[view],
        logging_config=LoggingConfig(destination=IcebergLoggingDestination("logs")),
    )
    store = repository.store
    store.apply([service])
    frame = pd.DataFrame({"driver_id": [1], "event_timestamp": [at("11:00")]})
    job = store.get_historical_features(frame, ["stats:rate"])
    store.create_saved_dataset(job, "training", SavedDatasetIcebergStorage("training"))
    store.materialize(at("09:00"), at("12:00"))

    clean(store, repository.config, job, job.metadata.__dict__, repository.catalog)
    clean(view.batch_source, str(view.batch_source), view.to_proto(), service.to_proto())
    clean(store.registry.proto(), store.get_saved_dataset("training").to_proto())
    for table in ("stats", "training"):
        clean(repository.catalog.load_table(f"default.{table}").properties)
    with pytest.raises(Exception, match="nowhere") as refused:
        store.get_historical_features(frame, ["nowhere:rate"])
    clean(*traceback.format_exception(refused.value))
    printed = capsys.readouterr()
    clean(caplog.text, printed.out, printed.err)
    written = [path for path in repository.folder.rglob("*") if path.is_file()]
    holders = [path.name for path in written if SECRET.encode() in path.read_bytes()]
    assert holders == ["feature_store.yaml"]
    assert {"registry.db", "catalog.db", "online.db"} <= {path.name for path in written}
