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
    """A session whose catalog `firn` is the server at `uri`."""
    return start_with({"type": "rest", "uri": uri}, folder)


def start_with(
    catalog: dict[str, str], folder: str, more_jars: tuple[str, ...] = (), name: str = "firn"
):
    """A session whose catalog `name` has these properties, with more jars by their coordinates."""
    from pyspark.sql import SparkSession

    settings = {
        "spark.sql.extensions": EXTENSIONS,
        f"spark.sql.catalog.{name}": "org.apache.iceberg.spark.SparkCatalog",
        **{f"spark.sql.catalog.{name}.{key}": value for key, value in catalog.items()},
        f"spark.sql.catalog.{name}.cache-enabled": "false",
        # From here on only what keeps a small session small.
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.warehouse.dir": folder,
        **_jars(iceberg_runtime(), *more_jars),
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


def _jars(*coordinates: str) -> dict[str, str]:
    """By Maven where there is one (it knows the user's mirrors), else by Ivy."""
    if not shutil.which("mvn"):
        return {"spark.jars.packages": ",".join(coordinates)}
    jars = []
    for artifact in coordinates:
        _, name, version = artifact.split(":")
        jar = Path(places.cache_folder(), "jars", f"{name}-{version}.jar")
        if not jar.is_file():
            command = ["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={artifact}"]
            subprocess.run(
                [*command, f"-DoutputDirectory={jar.parent}"], check=True, cwd=jar.anchor
            )
        jars.append(str(jar))
    return {"spark.jars": ",".join(jars)}


if __name__ == "__main__":
    _jars(iceberg_runtime())
    print(iceberg_runtime())
