"""FULL_REPO_CONFIGS_MODULE of Feast's universal tests: this store, with Feast's SQLite online."""

from firn.feast.testing.creators import IcebergDataSourceCreator

AVAILABLE_OFFLINE_STORES = [("local", IcebergDataSourceCreator)]
AVAILABLE_ONLINE_STORES = {"sqlite": ({"type": "sqlite"}, None)}
