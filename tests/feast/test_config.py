"""The offline_store section: keys, defaults, what is refused and how (X-01)."""

import pytest
from feast.repo_config import RepoConfig

from firn.feast import IcebergConfigError, IcebergOfflineStoreConfig
from firn.feast.catalogs import catalog_properties


def repo_config(**section) -> RepoConfig:
    return RepoConfig(
        project="p", registry="r", repo_path="/repo", offline_store={"type": "iceberg", **section}
    )


def test_the_keys_and_their_defaults():
    config = IcebergOfflineStoreConfig()
    assert config.model_dump() == {
        "type": "iceberg",
        "catalog_type": "sql",
        "catalog_name": None,
        "uri": None,
        "warehouse": None,
        "namespace": "default",
        "storage_options": {},
        "engine": "firn",
        "spark_conf": {},
        "memory_limit": None,
    }


def test_no_default_is_shared():
    first = IcebergOfflineStoreConfig()
    first.storage_options["s3.region"] = "auto"
    assert IcebergOfflineStoreConfig().storage_options == {}


def test_both_spellings_of_the_type():
    for spelling in ("iceberg", "firn.feast.IcebergOfflineStore"):
        assert isinstance(repo_config(type=spelling).offline_store, IcebergOfflineStoreConfig)


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ({"warehose": "x"}, "unknown key warehose; did you mean warehouse?"),
        ({"zzz": "x"}, "unknown key zzz; keys are type, catalog_type"),
        ({"catalog_type": "rest"}, "catalog_type rest needs the key uri"),
        ({"catalog_type": "hive"}, "catalog_type hive needs the key uri"),
        ({"catalog_type": "glue"}, "catalog_type glue needs the key warehouse"),
        ({"catalog_type": "jdbc"}, "catalog_type: Input should be 'sql', 'rest'"),
        ({"engine": "duckdb"}, "engine: Input should be"),
        ({"spark_conf": {"master": "local"}}, "spark_conf: master is no property of Spark"),
        ({"storage_options": "x"}, "storage_options: Input should be a valid dictionary"),
        ({"storage_options": {"uri": "x"}}, "storage_options: uri is no option"),
        ({"memory_limit": "4 parsecs"}, "memory_limit: is no size"),
        ({"memory_limit": 0}, "memory_limit: is not a size above 0"),
    ],
)
def test_what_cannot_be_used_is_named(section, message):
    with pytest.raises(IcebergConfigError) as refused:
        repo_config(**section)
    assert str(refused.value).startswith("offline_store: ")
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("given", "limit"),
    [("512MiB", 512 * 2**20), ("4 GiB", 4 * 2**30), (1000, 1000), ("1000", 1000), ("1kib", 1024)],
)
def test_sizes(given, limit):
    assert IcebergOfflineStoreConfig(memory_limit=given).memory_limit == limit


def test_storage_options_are_texts():
    options = {"s3.force-virtual-addressing": True, "s3.connect-timeout": 5}
    assert IcebergOfflineStoreConfig(storage_options=options).storage_options == {
        "s3.force-virtual-addressing": "true",
        "s3.connect-timeout": "5",
    }


def test_the_shortest_section_is_below_the_repository():
    assert catalog_properties(repo_config()) == {
        "type": "sql",
        "uri": "sqlite:////repo/data/catalog.db",
        "warehouse": "file:///repo/data/warehouse",
    }


def test_relative_places_are_below_the_repository_and_others_stay():
    assert catalog_properties(repo_config(uri="sqlite:///c.db", warehouse="wh")) == {
        "type": "sql",
        "uri": "sqlite:////repo/c.db",
        "warehouse": "file:///repo/wh",
    }
    assert catalog_properties(repo_config(uri="sqlite:////abs/c.db", warehouse="s3://b/wh")) == {
        "type": "sql",
        "uri": "sqlite:////abs/c.db",
        "warehouse": "s3://b/wh",
    }
    both = repo_config(uri="sqlite:///c.db?warehouse=s3://b/wh")
    assert catalog_properties(both) == {
        "type": "sql",
        "uri": "sqlite:////repo/c.db?warehouse=s3://b/wh",
    }
    rest = repo_config(
        catalog_type="rest", uri="http://h", warehouse="main", storage_options={"token": "t"}
    )
    assert catalog_properties(rest) == {
        "type": "rest",
        "uri": "http://h",
        "warehouse": "main",
        "token": "t",
    }
