"""A local Spark session whose catalog `firn` is the server under test."""

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

from harness import places

ICEBERG = "org.apache.iceberg:iceberg-spark-runtime-3.5_2.12:1.12.0"
EXTENSIONS = "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions"


def missing() -> str | None:
    if importlib.util.find_spec("pyspark") is None:
        return "pyspark (tests/requirements-spark.txt)"
    return None if shutil.which("java") or os.environ.get("JAVA_HOME") else "JDK"


def start(uri: str, folder: str):
    from pyspark.sql import SparkSession

    settings = {
        "spark.sql.extensions": EXTENSIONS,
        "spark.sql.catalog.firn": "org.apache.iceberg.spark.SparkCatalog",
        "spark.sql.catalog.firn.type": "rest",
        "spark.sql.catalog.firn.uri": uri,
        "spark.sql.catalog.firn.cache-enabled": "false",
        # From here on only what keeps a small session small.
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.warehouse.dir": folder,
        **_iceberg_jar(),
    }
    builder = SparkSession.builder.master("local[2]").appName("firn-tests")
    for key, value in settings.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def _iceberg_jar() -> dict[str, str]:
    """The runtime by Maven where there is one (it knows the user's mirrors), else by Ivy."""
    if not shutil.which("mvn"):
        return {"spark.jars.packages": ICEBERG}
    _, name, version = ICEBERG.split(":")
    jar = Path(places.cache_folder(), "jars", f"{name}-{version}.jar")
    if not jar.is_file():
        command = ["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={ICEBERG}"]
        subprocess.run([*command, f"-DoutputDirectory={jar.parent}"], check=True, cwd=jar.anchor)
    return {"spark.jars": str(jar)}
