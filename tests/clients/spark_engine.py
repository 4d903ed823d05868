"""A local Spark session whose catalog `firn` is the server under test.

Run as a program it gets the Iceberg runtime for the Spark that is installed, and prints its name.
"""

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

from harness import places

# By the installed Spark's version.
ICEBERG = {
    "3.5": "org.apache.iceberg:iceberg-spark-runtime-3.5_2.12:1.12.0",
    "4.1": "org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:1.12.0",
}
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
        **_runtime_setting(),
    }
    builder = SparkSession.builder.master("local[2]").appName("firn-tests")
    for key, value in settings.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def iceberg_runtime() -> str:
    version = importlib.metadata.version("pyspark")
    return ICEBERG[".".join(version.split(".")[:2])]


def iceberg_jar() -> Path:
    """Iceberg's runtime, by Maven: it knows the user's mirrors."""
    runtime = iceberg_runtime()
    _, name, version = runtime.split(":")
    jar = Path(places.cache_folder(), "jars", f"{name}-{version}.jar")
    if not jar.is_file():
        command = ["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={runtime}"]
        subprocess.run([*command, f"-DoutputDirectory={jar.parent}"], check=True, cwd=jar.anchor)
    return jar


def _runtime_setting() -> dict[str, str]:
    """By Ivy where there is no Maven."""
    if not shutil.which("mvn"):
        return {"spark.jars.packages": iceberg_runtime()}
    return {"spark.jars": str(iceberg_jar())}


if __name__ == "__main__":
    _runtime_setting()
    print(iceberg_runtime())
