"""What Spark is told of the settings, and what is said where there is no Spark; without a JVM."""

import importlib.util
import re
import shutil

import pytest
from feast.repo_config import RepoConfig

from firn.feast import IcebergConfigError
from firn.feast.engines import FirnEngine, engine_of
from firn.feast.spark import session

REST = {"catalog_type": "rest", "uri": "http://127.0.0.1:1/api"}


def repo_config(folder="/repo", **section) -> RepoConfig:
    section = {"type": "iceberg", "engine": "spark", **section}
    return RepoConfig(project="p", registry="r", repo_path=folder, offline_store=section)


def test_a_rest_catalog():
    options = {
        "token": "t",
        "header.x": "y",
        "s3.region": "eu",
        "s3.force-virtual-addressing": "true",
    }
    config = repo_config(**REST, warehouse="main", storage_options=options)
    assert session.catalog_name(config) == "firn_feast"
    assert session.java_properties(config) == {
        "type": "rest",
        "uri": "http://127.0.0.1:1/api",
        "warehouse": "main",
        "token": "t",
        "header.x": "y",
        "client.region": "eu",
        "s3.path-style-access": "false",
    }


def test_buckets_are_in_the_path_where_nothing_else_is_said():
    config = repo_config(**REST, storage_options={"s3.endpoint": "http://h"})
    assert session.java_properties(config)["s3.path-style-access"] == "true"
    assert "s3.path-style-access" not in session.java_properties(repo_config(**REST))


def test_a_sqlite_catalog():
    assert session.java_properties(repo_config()) == {
        "catalog-impl": "org.apache.iceberg.jdbc.JdbcCatalog",
        "jdbc.schema-version": "V1",
        "uri": "jdbc:sqlite:/repo/data/catalog.db",
        "warehouse": "file:///repo/data/warehouse",
    }


def test_a_postgresql_catalog():
    config = repo_config(
        uri="postgresql+psycopg2://me:p%40ss@db:5432/catalog?sslmode=require&warehouse=s3://b/w"
    )
    told = session.java_properties(config)
    assert told["uri"] == "jdbc:postgresql://db:5432/catalog?sslmode=require"
    assert (told["jdbc.user"], told["jdbc.password"]) == ("me", "p@ss")
    assert told["warehouse"] == "s3://b/w"


@pytest.mark.parametrize(
    "uri",
    [
        "postgresql://db/catalog?user=me&password=p%40s+s&sslpassword=key&options=-c%20a%3Db%26c",
        "jdbc:postgresql://db/catalog?user=me&password=p%40s+s&sslpassword=key&options=-c%20a%3Db%26c",
        "jdbc:postgresql://me:p@s+s@db/catalog?sslpassword=key&options=-c%20a%3Db%26c",
        "postgresql://other:old@db/catalog?user=me&password=p@s%2Bs&sslpassword=key"
        "&options=-c%20a%3Db%26c",
    ],
)
def test_a_jdbc_url_has_no_credentials(uri):
    told = session.java_properties(repo_config(uri=uri, warehouse="s3://b/w"))
    assert told["uri"] == "jdbc:postgresql://db/catalog?options=-c%20a%3Db%26c"
    kept = {key: value for key, value in told.items() if key.startswith("jdbc.")}
    kept.pop("jdbc.schema-version")
    assert kept == {"jdbc.user": "me", "jdbc.password": "p@s+s", "jdbc.sslpassword": "key"}


def test_a_password_with_a_slash_is_refused():
    with pytest.raises(IcebergConfigError, match="%2F and %40") as refused:
        session.java_properties(repo_config(uri="postgresql://u:sec/ret@db/c"))
    assert "ret" not in str(refused.value).replace("%2F", "")
    told = session.java_properties(repo_config(uri="postgresql://u@h1:5432,[::1]:5/c@d"))
    assert told["uri"] == "jdbc:postgresql://h1:5432,[::1]:5/c@d"


class FakeSession:
    """A session's settings, and those that its commands saw."""

    def __init__(self, settings: dict[str, str]) -> None:
        self.settings, self.seen, self.conf = settings, {}, self

    def get(self, key, default):
        return self.settings.get(key, default)

    def set(self, key, value):
        self.settings[key] = value

    def unset(self, key):
        self.settings.pop(key, None)

    def sql(self, text):
        self.seen = dict(self.settings)


@pytest.mark.parametrize("before", [{}, {"spark.sql.redaction.options.regex": "own"}])
def test_what_is_redacted_is_as_before(before):
    fake = FakeSession(dict(before))
    session._open_catalog(fake, "c", {"spark.sql.catalog.c.token": "secret"})
    assert fake.settings == before
    hides = re.compile(fake.seen["spark.sql.redaction.options.regex"]).search
    assert hides("spark.sql.catalog.c.token")
    assert hides("own" if before else "my.URL")
    assert not hides("spark.sql.shuffle.partitions")


def test_catalogs_that_spark_is_not_told_of():
    with pytest.raises(IcebergConfigError, match="engine spark reads catalogs of catalog_type"):
        session.java_properties(repo_config(catalog_type="glue", warehouse="s3://b/w"))


def test_variables_of_the_environment(monkeypatch):
    monkeypatch.setenv("FIRN_TEST_TOKEN", "secret")
    config = repo_config(**REST, storage_options={"token": "${FIRN_TEST_TOKEN}"})
    assert session.java_properties(config)["token"] == "secret"
    monkeypatch.delenv("FIRN_TEST_TOKEN")
    with pytest.raises(IcebergConfigError, match="token: the environment variable FIRN_TEST_TOKEN"):
        session.java_properties(config)


def test_without_pyspark_the_extra_is_named(monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "pyspark" else find(name)
    )
    with pytest.raises(IcebergConfigError, match=r"needs pyspark: .*firn\[feast,spark\]"):
        engine_of(repo_config(**REST))


def test_another_version_of_spark_is_refused(monkeypatch):
    pyspark = pytest.importorskip("pyspark")
    monkeypatch.setattr(pyspark, "__version__", "3.4.1")
    with pytest.raises(IcebergConfigError, match=r"Spark 3\.5 and 4\.1; pyspark is 3\.4\.1"):
        engine_of(repo_config(**REST))


def test_without_java_it_is_named(monkeypatch):
    pytest.importorskip("pyspark")
    from pyspark import SparkContext

    monkeypatch.setattr(SparkContext, "_active_spark_context", None)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(IcebergConfigError, match="needs a Java runtime"):
        engine_of(repo_config(**REST))


def test_spark_connect_is_refused(monkeypatch):
    pytest.importorskip("pyspark")
    from pyspark import SparkContext

    monkeypatch.setattr(SparkContext, "_active_spark_context", None)
    monkeypatch.setattr(session, "_start", lambda conf, uses_s3: None)
    with pytest.raises(IcebergConfigError, match="Spark Connect cannot be used"):
        engine_of(repo_config(**REST))


def test_spark_is_asked_for_by_name_alone(tmp_path):
    assert isinstance(engine_of(repo_config(str(tmp_path), engine="firn")), FirnEngine)
