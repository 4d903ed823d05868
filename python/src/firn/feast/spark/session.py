"""A Spark session of its own for the settings: beside the one that is there, or the first.

Its catalog is that of the settings. What it is told of the catalog it is told once, and then
forgets: Spark hands the settings of a session to every job, and writes them into its logs.
"""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import os
import re
import shutil
import sys
import threading
from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, urlencode

from firn.feast.catalogs import catalog_properties, settings_of
from firn.feast.config import IcebergConfigError
from firn.feast.spark.types import quoted

if TYPE_CHECKING:
    from feast.repo_config import RepoConfig
    from pyspark.sql import SparkSession

MAX_SESSIONS = 16
CATALOG = "firn_feast"
#: Iceberg's runtime, by the versions of Spark that are tried.
RUNTIMES = {
    "3.5": "org.apache.iceberg:iceberg-spark-runtime-3.5_2.12:1.12.0",
    "4.1": "org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:1.12.0",
}
AWS_BUNDLE = "org.apache.iceberg:iceberg-aws-bundle:1.12.0"
#: Settings that say where jars are: then none are added.
_JARS = ("spark.jars", "spark.jars.packages", "spark.driver.extraClassPath")
# What is called otherwise by Iceberg's Java library.
_RENAMED = {"s3.region": "client.region"}
_HOSTS = re.compile(r"(\[.*\]|[^:,]*)(:\d*)?(,(\[.*\]|[^:,]*)(:\d*)?)*")
# Of a URI's query; in a JDBC URL they would be in errors and logs.
_CREDENTIALS = ("user", "password", "sslpassword")
_VARIABLE = re.compile(r"\$\{(\w+)\}")

_sessions: OrderedDict[tuple, SparkSession] = OrderedDict()
_lock = threading.Lock()


def session_of(config: RepoConfig) -> SparkSession:
    """Errors: IcebergConfigError naming what Spark lacks."""
    settings = settings_of(config)
    name = catalog_name(config)
    options = java_properties(config)
    conf = {key: _expanded(key, value) for key, value in settings.spark_conf.items()}
    prefix = f"spark.sql.catalog.{name}."
    for key in [key for key in conf if key.startswith(prefix)]:
        options[key.removeprefix(prefix)] = conf.pop(key)
    _check_pyspark()
    from pyspark import SparkContext

    with _lock, _unlogged():
        if SparkContext._active_spark_context is None:
            _sessions.clear()
            _start(conf, uses_s3=any(key.startswith("s3.") for key in options))
        if SparkContext._active_spark_context is None:
            raise IcebergConfigError(
                "offline_store: engine spark: a session of Spark Connect cannot be used; unset "
                "SPARK_REMOTE, or stop the session"
            )
        application = SparkContext._active_spark_context.applicationId
        key = (application, name, *sorted(options.items()), *sorted(conf.items()))
        if key in _sessions:
            _sessions.move_to_end(key)
        else:
            _sessions[key] = _own_session(name, options, conf)
        while len(_sessions) > MAX_SESSIONS:
            _sessions.popitem(last=False)
        return _sessions[key]


@contextlib.contextmanager
def _unlogged() -> Iterator[None]:
    """py4j logs every call with its arguments, which are secrets here."""
    loggers = [logging.getLogger(f"py4j.{name}") for name in ("clientserver", "java_gateway")]
    before = [logger.disabled for logger in loggers]
    try:
        for logger in loggers:
            logger.disabled = True
        yield
    finally:
        for logger, disabled in zip(loggers, before, strict=True):
            logger.disabled = disabled


def catalog_name(config: RepoConfig) -> str:
    """Of the catalog in the session. Java's SQL catalogs know their tables by it."""
    if settings_of(config).catalog_type == "sql":
        return settings_of(config).catalog_name or "default"
    return CATALOG


def java_properties(config: RepoConfig) -> dict[str, str]:
    """The catalog's settings as Iceberg's Java library takes them. Errors: IcebergConfigError for
    types of catalogs that it is not told of."""
    kind = settings_of(config).catalog_type
    given = {key: _expanded(key, value) for key, value in catalog_properties(config).items()}
    given.pop("type")
    if kind == "rest":
        properties = {"type": "rest", **given}
    elif kind == "sql":
        properties = _of_sql(given)
    else:
        raise IcebergConfigError(
            f"offline_store: engine spark reads catalogs of catalog_type rest and sql, not {kind}"
        )
    if any(key.startswith("s3.") for key in given):
        virtual = properties.pop("s3.force-virtual-addressing", "false") == "true"
        properties.setdefault("s3.path-style-access", "false" if virtual else "true")
    return {_RENAMED.get(key, key): value for key, value in properties.items()}


def _of_sql(given: dict[str, str]) -> dict[str, str]:
    uri, _, query = given.pop("uri").partition("?")
    of_uri = dict(parse_qsl(query.replace("+", "%2B")))
    of_uri.pop("name", None)
    properties = {
        "catalog-impl": "org.apache.iceberg.jdbc.JdbcCatalog",
        "jdbc.schema-version": "V1",
        "warehouse": of_uri.pop("warehouse", ""),
        **given,
    }
    if uri.startswith("sqlite:///"):
        uri = f"jdbc:sqlite:{uri.removeprefix('sqlite:///')}"
    elif not uri.startswith("jdbc:") or uri.startswith("jdbc:postgresql://"):
        place, credentials = _of_postgresql(uri.partition("://")[2])
        properties |= credentials
        uri = f"jdbc:postgresql://{place}"
    for key in _CREDENTIALS:
        if key in of_uri:
            properties[f"jdbc.{key}"] = of_uri.pop(key)
    rest = urlencode(of_uri, quote_via=quote)
    return {**properties, "uri": f"{uri}?{rest}" if rest else uri}


def _of_postgresql(place: str) -> tuple[str, dict[str, str]]:
    """`user:password@hosts/database` as what is behind the last `@` of the hosts, and properties.
    Errors: IcebergConfigError for a password with a slash, which would be in the JDBC URL."""
    authority, slash, database = place.partition("/")
    if "@" in database and not _HOSTS.fullmatch(authority.rpartition("@")[2]):
        raise IcebergConfigError("offline_store: uri: `/` and `@` in a password are %2F and %40")
    of_user, _, hosts = authority.rpartition("@")
    user, _, password = of_user.partition(":")
    found = {"jdbc.user": unquote(user), "jdbc.password": unquote(password)}
    return f"{hosts}{slash}{database}", {key: value for key, value in found.items() if value}


def _expanded(key: str, text: str) -> str:
    def value(match: re.Match) -> str:
        if match[1] not in os.environ:
            raise IcebergConfigError(
                f"offline_store: {key}: the environment variable {match[1]} is not set"
            )
        return os.environ[match[1]]

    return _VARIABLE.sub(value, text)


def _check_pyspark() -> None:
    if importlib.util.find_spec("pyspark") is None:
        raise IcebergConfigError(
            "offline_store: engine spark needs pyspark: install the extra `spark` "
            "(pip install 'firn[feast,spark]')"
        )
    import pyspark

    if _version(pyspark.__version__) not in RUNTIMES:
        raise IcebergConfigError(
            f"offline_store: engine spark works with Spark {' and '.join(RUNTIMES)}; pyspark is "
            f"{pyspark.__version__}"
        )


def _version(text: str) -> str:
    """3.5 of 3.5.9."""
    return ".".join(text.split(".")[:2])


def _start(conf: dict[str, str], *, uses_s3: bool) -> None:
    """The first session of the process."""
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        raise IcebergConfigError(
            "offline_store: engine spark needs a Java runtime: there is no java on PATH, and "
            "JAVA_HOME is not set"
        )
    import pyspark
    from pyspark.sql import SparkSession

    if conf.get("spark.master", "local").startswith("local"):
        # Else workers would be whatever is called python3.
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("firn.feast")
    if not any(key in conf for key in _JARS):
        runtime = RUNTIMES[_version(pyspark.__version__)]
        packages = [runtime, *([AWS_BUNDLE] if uses_s3 else [])]
        builder = builder.config("spark.jars.packages", ",".join(packages))
    for key, value in conf.items():
        builder = builder.config(key, value)
    builder.getOrCreate()


def _own_session(name: str, options: dict[str, str], conf: dict[str, str]) -> SparkSession:
    from pyspark.errors import AnalysisException
    from pyspark.sql import SparkSession

    session = SparkSession.builder.getOrCreate().newSession()
    prefix = f"spark.sql.catalog.{name}"
    of_catalog = {
        prefix: "org.apache.iceberg.spark.SparkCatalog",
        f"{prefix}.cache-enabled": "false",
        **{f"{prefix}.{key}": value for key, value in options.items()},
    }
    for key, value in conf.items():
        try:
            session.conf.set(key, value)
        except AnalysisException:
            continue  # of the whole application: set when it was started
    # What the queries are written for: keys that do not fit are errors, as with Firn.
    session.conf.set("spark.sql.ansi.enabled", "true")
    session.conf.set("spark.sql.timestampType", "TIMESTAMP_LTZ")
    session.conf.set("spark.sql.session.timeZone", "UTC")
    session.conf.set("spark.sql.caseSensitive", "true")
    _open_catalog(session, name, of_catalog)
    return session


def _open_catalog(session: SparkSession, name: str, settings: dict[str, str]) -> None:
    """Errors: IcebergConfigError where Spark has no Iceberg."""
    # The one command that sees the settings is logged with those that were changed.
    redaction = "spark.sql.redaction.options.regex"
    before = session.conf.get(redaction, None)
    session.conf.set(redaction, _redaction(name, before))
    for key, value in settings.items():
        session.conf.set(key, value)
    try:
        session.sql(f"USE {quoted(name)}")
    except Exception as error:
        if "org.apache.iceberg.spark.SparkCatalog" not in str(error):
            raise
        raise IcebergConfigError(
            "offline_store: engine spark: the running Spark has no Iceberg: start it with "
            "Iceberg's runtime for its version among spark.jars.packages"
        ) from None
    finally:
        for key in (*settings, redaction):
            session.conf.unset(key)
        if before is not None:
            session.conf.set(redaction, before)


def _redaction(name: str, before: str | None) -> str:
    """What was hidden already, and all of the catalog."""
    return rf"(?i)(?:{before or 'url'})|^spark\.sql\.catalog\.{re.escape(name)}"
